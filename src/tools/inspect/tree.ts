/**
 * A tree of nodes as text.
 *
 * @module
 */
import type { Node } from "./index.ts";
import { harmless } from "./preview.ts";

/** How {@link renderTree} draws. */
export interface TreeOptions {
  /** Levels below the root; 3. */
  depth?: number;
  /** Children of one node; 20. */
  limit?: number;
  /** Columns of a line; unlimited. */
  width?: number;
  /** Write behind a name at which byte of the file the value begins: `@14`. */
  offsets?: boolean;
  /** Wraps a type's name, for colour. */
  paint?: (type: string) => string;
}

/**
 * Draws a tree line by line, `name: type length preview`; what lies deeper than `depth` is previewed in its line.
 *
 * @example
 * ```ts
 * for (const line of renderTree(await inspect("cache.pkl"))) console.log(line);
 * ```
 */
export function* renderTree(root: Node, options: TreeOptions = {}): IterableIterator<string> {
  const { depth = 3, limit = 20, width = Number.POSITIVE_INFINITY, offsets = false, paint = (type) => type } = options;
  const stack: { children: Iterator<Node>; count: number; total: number | undefined }[] = [];
  let node: Node = root;
  for (;;) {
    const indent = "  ".repeat(stack.length);
    const open = stack.length < depth && node.hasChildren;
    const name = `${harmless(node.name)}${offsets && node.offset !== undefined ? ` @${node.offset}` : ""}`;
    const type = harmless(node.type);
    const { details } = node;
    const length =
      details !== undefined ? ` ${harmless(details)}` : node.length === undefined ? "" : ` (${node.length})`;
    const rest = open ? "" : ` ${node.preview}`;
    const room = width - indent.length - name.length - type.length - length.length - 2;
    yield `${indent}${name}: ${paint(type)}${length}${rest.length > room && room > 8 ? `${rest.slice(0, room - 1)}…` : rest}`;
    if (open) stack.push({ children: node.children(), count: 0, total: node.length });
    for (;;) {
      const top = stack.at(-1);
      if (top === undefined) return;
      const next = top.children.next();
      if (!next.done && top.count < limit) {
        top.count++;
        node = next.value;
        break;
      }
      if (!next.done) {
        const more = top.total === undefined ? "more" : `${top.total - top.count} more`;
        yield `${"  ".repeat(stack.length)}… ${more}`;
      }
      stack.pop();
    }
  }
}
