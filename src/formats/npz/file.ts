/**
 * An open npz: arrays by name, each read when it is asked for.
 *
 * @module
 */
import { runSync, type Source } from "../../core/bytes/parse.ts";
import { withPath } from "../../core/errors.ts";
import { LazyNDArray, type MmapMode, type NDArray } from "../../core/ndarray/index.ts";
import { inspect, pyType } from "../../core/values/protocol.ts";
import type { ZipFile } from "../../core/zip/index.ts";
import { type NpyReadOptions, npyOf, parseNpyHeader } from "../npy/index.ts";

/** How the arrays of an npz are read. */
export type NpzReadOptions = Pick<NpyReadOptions, "loadPickle" | "maxHeaderSize">;

const SUFFIX = ".npy";
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Longest header that a lazy array's is looked for in: NumPy's limit, and what stands before it. */
const HEAD = 10012;
/** Files that `all` reads and unpacks at a time. */
const AT_ONCE = 4;

/**
 * An npz file: a zip of arrays, by name and without their `.npy`. Opening it reads the directory alone; an array is
 * read when it is asked for, each time anew, and its sum is checked. What is no array comes as bytes.
 *
 * @example
 * ```ts
 * const npz = await load<NpzFile>("weights.npz");
 * const w = await npz.array("w");
 * await npz.close();
 * ```
 */
export class NpzFile {
  /** Names of the arrays and other files, in the order of the zip. */
  readonly files: readonly string[];
  readonly #zip: ZipFile;
  readonly #options: NpzReadOptions;
  /** Names in the zip by the names given out. */
  readonly #names: ReadonlyMap<string, string>;

  /** @internal */
  constructor(zip: ZipFile, options: NpzReadOptions) {
    this.#zip = zip;
    this.#options = options;
    const names = new Map<string, string>();
    for (const name of zip.entries.keys()) {
      const key = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name;
      if (!names.has(key)) names.set(key, name);
    }
    this.files = Object.freeze([...names.keys()]);
    this.#names = names;
  }

  /** How many files there are. */
  get size(): number {
    return this.files.length;
  }
  /** Does any file claim to be an array by its name? */
  get holdsArrays(): boolean {
    for (const name of this.#names.values()) if (name.endsWith(SUFFIX)) return true;
    return false;
  }
  /** Is there a file of this name, with or without its `.npy`? */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }
  keys(): IterableIterator<string> {
    return this.#names.keys();
  }

  #find(name: string): string | undefined {
    return this.#names.get(name) ?? (this.#zip.entries.has(name) ? name : undefined);
  }

  #demand(name: string): string {
    const found = this.#find(name);
    if (found !== undefined) return found;
    throw new RangeError(
      `there is no ${JSON.stringify(name)} in the npz; it has ${this.files.slice(0, 20).join(", ")}`,
    );
  }

  /**
   * An array, or the bytes of what is none; undefined for a name that is not there. Throws `FormatError` for damaged
   * data, `UnsupportedError` for objects without `allowPickle`, `SourceError` when reading fails.
   */
  async get(name: string, signal?: AbortSignal): Promise<NDArray | Uint8Array | undefined> {
    const found = this.#find(name);
    if (found === undefined) return undefined;
    try {
      return this.#made(await this.#zip.read(found, signal), true);
    } catch (e) {
      throw withPath(e, this.#pathOf(found));
    }
  }

  /** As {@link get}, at once: for bytes in memory, and paths of Node. */
  getSync(name: string): NDArray | Uint8Array | undefined {
    const found = this.#find(name);
    if (found === undefined) return undefined;
    try {
      return this.#made(this.#zip.readSync(found), this.#zip.entry(found).method !== 0);
    } catch (e) {
      throw withPath(e, this.#pathOf(found));
    }
  }

  /** An array; `RangeError` for a name that is not there, `TypeError` for what is no array, else as {@link get}. */
  async array(name: string, signal?: AbortSignal): Promise<NDArray> {
    return asArray(await this.get(this.#demand(name), signal), name);
  }

  /** As {@link array}, at once. */
  arraySync(name: string): NDArray {
    return asArray(this.getSync(this.#demand(name)), name);
  }

  #made(content: Uint8Array, owned: boolean): NDArray | Uint8Array {
    if (!MAGIC.every((byte, i) => content[i] === byte)) return owned ? content : content.slice();
    return npyOf(content, owned ? { ...this.#options, share: true } : this.#options);
  }

  #pathOf(name: string): string {
    const { name: zip } = this.#zip.source;
    return zip === undefined ? name : `${zip}/${name}`;
  }

  /**
   * An array that stays in the file; null for one that is packed (`savez` does not pack) or holds objects. Its sum is
   * not checked. `RangeError` for a name that is not there.
   */
  async lazy(name: string, mode: Extract<MmapMode, "r" | "c"> = "r"): Promise<LazyNDArray | null> {
    const found = this.#demand(name);
    const start = await this.#zip.placeOf(found);
    const { size } = this.#zip.entry(found);
    if (start === null) return null;
    const source = part(this.#zip.source, start, size);
    try {
      const [head] = await source.read!([{ at: 0, size: Math.min(size, HEAD) }]);
      if (!MAGIC.every((byte, i) => head?.[i] === byte)) return null;
      const { dtype, shape, order, byteOffset } = runSync(parseNpyHeader(this.#options), head as Uint8Array);
      return dtype.hasObject ? null : new LazyNDArray(source, { dtype, shape, order, byteOffset, mode });
    } catch (e) {
      throw withPath(e, this.#pathOf(found));
    }
  }

  /** All files by name. Throws as {@link get}. */
  async all(signal?: AbortSignal): Promise<Map<string, NDArray | Uint8Array>> {
    const out = new Map<string, NDArray | Uint8Array>();
    for (let at = 0; at < this.files.length; at += AT_ONCE) {
      const names = this.files.slice(at, at + AT_ONCE);
      const found = await Promise.all(names.map((name) => this.get(name, signal)));
      for (const [i, name] of names.entries()) out.set(name, found[i] as NDArray | Uint8Array);
    }
    return out;
  }

  /** As {@link all}, at once. */
  allSync(): Map<string, NDArray | Uint8Array> {
    return new Map(this.files.map((name) => [name, this.getSync(name) as NDArray | Uint8Array]));
  }

  /** Closes the file; arrays that were read stay, lazy ones do not. */
  close(): Promise<void> {
    return this.#zip.close();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
  get [pyType](): string {
    return "numpy.lib.npyio.NpzFile";
  }
  [inspect](): string {
    return String(this);
  }
  toString(): string {
    return `NpzFile ${this.#zip.source.name ?? "object"} with keys: ${this.files.slice(0, 20).join(", ")}`;
  }
}

function asArray(found: NDArray | Uint8Array | undefined, name: string): NDArray {
  if (found !== undefined && !(found instanceof Uint8Array)) return found;
  throw new TypeError(`${JSON.stringify(name)} is no array: get gives its bytes`);
}

/** A part of a source. */
function part(source: Source, start: number, size: number): Source {
  const moved = (spans: Parameters<NonNullable<Source["read"]>>[0]): typeof spans =>
    spans.map((span) => ({ ...span, at: span.at + start, size: Math.max(0, Math.min(span.size, size - span.at)) }));
  const out: Source = {
    size,
    name: source.name,
    next: () => Promise.reject(new TypeError("a part of a zip is read by ranges alone")),
    read: (spans, signal) => source.read!(moved(spans), signal),
  };
  if (source.readSync) out.readSync = (spans) => source.readSync!(moved(spans));
  return out;
}
