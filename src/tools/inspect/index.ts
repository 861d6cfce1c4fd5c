/**
 * `inspect`: one lazy tree of what is in a file, for commands and pages to draw.
 *
 * To add a format: read it in `inspect`; to add a container: one row in `kids` of `children.ts`.
 *
 * @module
 */
import { type BrineError, isBrineError } from "../../core/errors.ts";
import { MaskedArray, NDArray } from "../../core/ndarray/index.ts";
import { tableOf } from "../../core/values/protocol.ts";
import { typeName } from "../../core/values/repr.ts";
import type { LoadAsyncOptions, Loaded } from "../../formats/pickle/index.ts";
import { type Place, places } from "../../formats/pickle/tools/index.ts";
import { loadAll, loadEach, loads } from "../../load.ts";
import { asBytes, inMemory, type SourceInput, toRanges } from "../../sources/index.ts";
import { childrenOf, lengthOf } from "./children.ts";
import { placesOf } from "./places.ts";
import { preview } from "./preview.ts";
import { arrayDetails, shapeText } from "./stats.ts";

export { at, atExactly, parsePath, type Step } from "./path.ts";
export { harmless, preview } from "./preview.ts";
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
  /** Byte of the file at which it begins; of a value inside a pickle only with the option `offsets`. */
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
  /** Tell of each value inside pickles at which byte it begins: the source is read whole. */
  offsets?: boolean;
  /** Told of bytes behind good pickles that are none: where they begin, and why. */
  onRest?: (offset: number, error: BrineError) => void;
}

class ValueNode implements Node {
  readonly name: string;
  readonly path: string;
  readonly value: unknown;
  readonly offset: number | undefined;
  readonly #type: string | undefined;
  readonly #place: (() => Place | undefined) | undefined;

  constructor(
    value: unknown,
    name: string,
    path: string,
    type?: string,
    offset?: number,
    place?: () => Place | undefined,
  ) {
    this.value = value;
    this.name = name;
    this.path = path;
    this.offset = offset;
    this.#type = type;
    this.#place = place;
  }
  get type(): string {
    return this.#type ?? typeName(this.value);
  }
  get length(): number | undefined {
    return lengthOf(this.value);
  }
  get shape(): readonly number[] | undefined {
    return this.value instanceof NDArray || this.value instanceof MaskedArray
      ? this.value.shape
      : tableOf(this.value)?.shape;
  }
  get details(): string | undefined {
    if (this.value instanceof NDArray) return arrayDetails(this.value);
    if (this.value instanceof MaskedArray) return `${this.value.dtype} ${shapeText(this.value.shape)}`;
    return tableOf(this.value)?.details;
  }
  get preview(): string {
    return preview(this.value, this.type === "float");
  }
  get hasChildren(): boolean {
    return !childrenOf(this.value).next().done;
  }
  *children(): IterableIterator<Node> {
    const place = this.#place?.();
    if (place === undefined) {
      for (const { name, value, type } of childrenOf(this.value))
        yield new ValueNode(value, name, this.path + name, type);
      return;
    }
    const parts = [...childrenOf(this.value)];
    const places = placesOf(this.value, place, parts.length);
    for (const [i, { name, value, type }] of parts.entries()) {
      const of = places[i];
      yield new ValueNode(value, name, this.path + name, type, of?.offset, () => of);
    }
  }
}

/** Several pickles of one file, as the list of their values. */
class FileNode extends ValueNode {
  readonly #parts: readonly Loaded[];
  readonly #bytes: Uint8Array | undefined;
  constructor(name: string, parts: readonly Loaded[], bytes: Uint8Array | undefined) {
    super(
      parts.map((part) => part.value),
      name,
      "",
      "pickles",
    );
    this.#parts = parts;
    this.#bytes = bytes;
  }
  override *children(): IterableIterator<Node> {
    for (const [i, { value, start }] of this.#parts.entries()) {
      yield new ValueNode(value, `[${i}]`, `[${i}]`, undefined, start, this.#bytes && placeAt(this.#bytes, start));
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
  let from: SourceInput = source;
  let bytes: Uint8Array | undefined;
  if (options.offsets === true) {
    const ranges = await toRanges(source, options.signal, options.limits?.maxBytes);
    [bytes] = (await ranges.read?.([{ at: 0, size: ranges.size as number }])) ?? [];
    // Companions of the file are still to be had from the source.
    const { beside } = ranges;
    if (bytes !== undefined) from = { ...inMemory(bytes, ranges.name), ...(beside ? { beside } : {}) };
    await ranges.close?.();
  }
  try {
    // Places are those of what stands in the pickle, whatever a family makes of it.
    for await (const part of (bytes === undefined ? loadAll : loadEach)(from, options)) parts.push(part);
  } catch (e) {
    const last = parts.at(-1);
    if (last === undefined || !(isBrineError(e, "UNPICKLING") || isBrineError(e, "TRUNCATED"))) throw e;
    options.onRest?.(last.end, e);
  }
  const [only] = parts;
  // An empty file is a truncated pickle, and says so.
  if (only === undefined) return new ValueNode(loads(new Uint8Array(0), options), name, "");
  if (parts.length > 1) return new FileNode(name, parts, bytes);
  return new ValueNode(only.value, name, "", undefined, only.start, bytes && placeAt(bytes, only.start));
}

/** Finds the places of a pickle when they are first asked for; none in what is no pickle, or not wholly one. */
function placeAt(bytes: Uint8Array, start: number): () => Place | undefined {
  let found: Place | null | undefined;
  return () => {
    if (found === undefined) {
      try {
        found = places(bytes, start);
      } catch (e) {
        if (!isBrineError(e, "UNPICKLING")) throw e;
        found = null;
      }
    }
    return found ?? undefined;
  };
}

function nameOf(source: SourceInput): string {
  if (typeof source === "string") return source;
  if (source instanceof URL) return source.href;
  const name = asBytes(source) === null ? (source as { name?: unknown }).name : undefined;
  return typeof name === "string" ? name : "value";
}
