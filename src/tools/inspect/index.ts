/**
 * `inspect`: one lazy tree of what is in a file, for commands and pages to draw.
 *
 * To add a format: read it in `inspect`; to add a container: one row in `kids` of `children.ts`.
 *
 * @module
 */
import { type BrineError, isBrineError } from "../../core/errors.ts";
import { NDArray } from "../../core/ndarray/index.ts";
import { typeName } from "../../core/values/repr.ts";
import type { LoadAsyncOptions, Loaded } from "../../formats/pickle/index.ts";
import { loadAll, loads } from "../../load.ts";
import { asBytes, type SourceInput } from "../../sources/index.ts";
import { childrenOf, lengthOf } from "./children.ts";
import { preview } from "./preview.ts";
import { arrayDetails } from "./stats.ts";

export { at, atExactly, parsePath, type Step } from "./path.ts";
export { harmless } from "./preview.ts";
export { type ArrayStats, arrayStats, shapeText } from "./stats.ts";
export { renderTree, type TreeOptions } from "./tree.ts";

/** A value in the tree. Nothing below it is looked at before `children()` is asked. */
export interface Node {
  /** Where it stands in its parent: `[0]`, `['key']`, `.attr`; of the root the file's name. */
  readonly name: string;
  /** Where it stands in the file, as `brine get` takes it: `[0].name`; of the root the empty text. */
  readonly path: string;
  /** Python's name of its type. */
  readonly type: string;
  /** Items, entries, characters or bytes; attributes of an object; undefined for a scalar. */
  readonly length: number | undefined;
  /** Sizes of an array's axes. */
  readonly shape: readonly number[] | undefined;
  /** Of an array: dtype, shape, order; of one of numbers the least, the greatest and the mean. */
  readonly details: string | undefined;
  /** At most 80 characters of its `repr`. */
  readonly preview: string;
  /** Byte at which its pickle begins; only roots have one. */
  readonly offset: number | undefined;
  readonly value: unknown;
  /** May {@link children} give any? */
  readonly hasChildren: boolean;
  children(): IterableIterator<Node>;
}

/** Options of {@link inspect}. */
export interface InspectOptions extends LoadAsyncOptions {
  /** Name of the root; the source's own unless given. */
  name?: string;
  /** Told of bytes behind good pickles that are none: where they begin, and why. */
  onRest?: (offset: number, error: BrineError) => void;
}

class ValueNode implements Node {
  readonly name: string;
  readonly path: string;
  readonly value: unknown;
  readonly offset: number | undefined;
  readonly #type: string | undefined;

  constructor(value: unknown, name: string, path: string, type?: string, offset?: number) {
    this.value = value;
    this.name = name;
    this.path = path;
    this.offset = offset;
    this.#type = type;
  }
  get type(): string {
    return this.#type ?? typeName(this.value);
  }
  get length(): number | undefined {
    return lengthOf(this.value);
  }
  get shape(): readonly number[] | undefined {
    return this.value instanceof NDArray ? this.value.shape : undefined;
  }
  get details(): string | undefined {
    return this.value instanceof NDArray ? arrayDetails(this.value) : undefined;
  }
  get preview(): string {
    return preview(this.value, this.type === "float");
  }
  get hasChildren(): boolean {
    return !childrenOf(this.value).next().done;
  }
  *children(): IterableIterator<Node> {
    for (const { name, value, type } of childrenOf(this.value)) {
      yield new ValueNode(value, name, this.path + name, type);
    }
  }
}

/** Several pickles of one file, as the list of their values. */
class FileNode extends ValueNode {
  readonly #parts: readonly Loaded[];
  constructor(name: string, parts: readonly Loaded[]) {
    super(
      parts.map((part) => part.value),
      name,
      "",
      "pickles",
    );
    this.#parts = parts;
  }
  override *children(): IterableIterator<Node> {
    for (const [i, { value, start }] of this.#parts.entries()) {
      yield new ValueNode(value, `[${i}]`, `[${i}]`, undefined, start);
    }
  }
}

/**
 * The tree of a value in memory.
 *
 * @example
 * ```ts
 * const root = inspectValue(new PyDict([["a", [1, 2]]]));
 * [...root.children()][0]?.path; // "['a']"
 * ```
 */
export function inspectValue(value: unknown, name = "value"): Node {
  return new ValueNode(value, name, "");
}

/**
 * Loads a file and gives the tree of its value; of several pickles in one file the tree of a list of them. What
 * follows good pickles and is none is left alone, but told to `onRest`. Throws as `load` does.
 *
 * @example
 * ```ts
 * const root = await inspect("cache.pkl");
 * for (const node of root.children()) console.log(node.name, node.type, node.length, node.preview);
 * ```
 */
export async function inspect(source: SourceInput, options: InspectOptions = {}): Promise<Node> {
  const parts: Loaded[] = [];
  const name = options.name ?? nameOf(source);
  try {
    for await (const part of loadAll(source, options)) parts.push(part);
  } catch (e) {
    const last = parts.at(-1);
    if (last === undefined || !(isBrineError(e, "UNPICKLING") || isBrineError(e, "TRUNCATED"))) throw e;
    options.onRest?.(last.end, e);
  }
  const [only] = parts;
  // An empty file is a truncated pickle, and says so.
  if (only === undefined) return new ValueNode(loads(new Uint8Array(0), options), name, "");
  return parts.length === 1 ? new ValueNode(only.value, name, "", undefined, only.start) : new FileNode(name, parts);
}

function nameOf(source: SourceInput): string {
  if (typeof source === "string") return source;
  if (source instanceof URL) return source.href;
  const name = asBytes(source) === null ? (source as { name?: unknown }).name : undefined;
  return typeof name === "string" ? name : "value";
}
