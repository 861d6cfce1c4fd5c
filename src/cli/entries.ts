/**
 * What a file holds, one row for each thing: of values in memory.
 *
 * @module
 */
import { NDArray } from "../core/ndarray/index.ts";
import { Tensor } from "../families/torch/index.ts";
import { inspectValue, type Node } from "../tools/inspect/index.ts";

/** A row of `brine ls`. */
export interface Entry {
  /** Its name where it stands, and its path as `brine get` takes it. */
  readonly name: string;
  readonly path: string;
  /** What it is: `"Dataset"`, `"Group"`, `"list"`, `"ndarray"`. */
  readonly kind: string;
  /** What stands in braces: lengths of axes, or the number of items; null where there are none. */
  readonly extent: string | null;
  /** The same for programs: `shape`, `length` or `target`. */
  readonly plain: Readonly<Record<string, unknown>>;
  /** dtype of an array, else the value in a line. */
  readonly type: string;
  /** The thing itself, by which it is known again; undefined for what has no identity. */
  readonly identity: unknown;
  /** More of it, by name, in the order of `-l`. */
  details(): Iterable<readonly [name: string, told: unknown]>;
  children(): Iterable<Entry>;
}

/** Python's types by their short names. */
function kindOf(type: string): string {
  return /^(numpy|pandas|torch)\./.test(type) ? type.slice(type.lastIndexOf(".") + 1) : type;
}

/** A value as a row. */
export function valueEntry(node: Node, path = node.path): Entry {
  const { name, value, type } = node;
  const isArray = value instanceof NDArray || value instanceof Tensor;
  const shape = value instanceof Tensor ? value.shape : node.shape;
  const isShort = typeof value !== "object" || value === null || value instanceof Uint8Array;
  const extent = shape?.length === 0 ? "SCALAR" : (shape?.join(", ") ?? node.length?.toString() ?? null);
  return {
    name,
    path,
    kind: kindOf(type),
    extent,
    plain: shape !== undefined ? { shape: [...shape] } : node.length === undefined ? {} : { length: node.length },
    get type() {
      if (isArray) return String(value.dtype);
      return isShort || !node.hasChildren ? node.preview : "";
    },
    identity: typeof value === "object" && value !== null && (isArray || node.hasChildren) ? value : undefined,
    *details() {
      if (isArray) yield ["bytes", value.nbytes];
      if (node.details !== undefined) yield ["details", node.details];
      if (!isShort) yield ["value", node.preview];
    },
    *children() {
      for (const child of node.children()) yield valueEntry(child, path + child.name);
    },
  };
}

/** The row of a value that stands under a path. */
export function entryAt(value: unknown, name: string, path: string): Entry {
  return valueEntry(inspectValue(value, name), path);
}
