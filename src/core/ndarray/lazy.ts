/**
 * Arrays that stay in their file: items are read when they are asked for.
 *
 * @module
 */
import { roomFor } from "../bytes/memory.ts";
import type { Source } from "../bytes/parse.ts";
import { FormatError, TruncatedError, UnsupportedError } from "../errors.ts";
import { inspect, type Parts, pyRepr, pyType } from "../values/protocol.ts";
import { array } from "./create.ts";
import type { DType } from "./dtype.ts";
import { type Index, isInt, pick, sizeOf, strides, type View } from "./indexing.ts";
import { Pages, type Walk } from "./lazypages.ts";
import { type Runs, runsOf } from "./lazyruns.ts";
import { NDArray } from "./ndarray.ts";
import { type DTypeSpec, dtype as makeDType } from "./parse.ts";
import { adoptBytes, storageOf } from "./storage.ts";

/**
 * NumPy's modes of a memory map: `r` to read; `c` changes stay in memory; `r+` changes are written by `flush` and
 * `close`; `w+` as `r+`, of a file made anew.
 */
export type MmapMode = "r" | "c" | "r+" | "w+";

/** Where a lazy array lies. */
export interface LazyOptions {
  dtype: DTypeSpec;
  shape: readonly number[];
  /** `"F"`: first axis fastest. */
  order?: "C" | "F";
  /** Byte of the source at which the items begin (0). */
  byteOffset?: number;
  mode?: MmapMode;
}

/** How items are loaded. */
export interface LazyLoadOptions {
  /** Memory to read into, of at least `nbytes` bytes; the array that is given back is a view of it. */
  into?: ArrayBufferView | ArrayBufferLike | undefined;
  signal?: AbortSignal | undefined;
}

/** Pages that may wait to be written. */
const MOST_CHANGED = 64;

/** Memory that a caller gave, as bytes; `RangeError` when it is too small. */
export function bytesInto(into: ArrayBufferView | ArrayBufferLike, need: number): Uint8Array {
  const bytes = ArrayBuffer.isView(into)
    ? new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
    : new Uint8Array(into);
  if (bytes.length < need) throw new RangeError(`into has ${bytes.length} bytes, the array needs ${need}`);
  return bytes.subarray(0, need);
}

/**
 * An array in a file, a `Blob`, at an address or in bytes (NumPy's `memmap`). Opening it reads no item; `load` reads
 * all, `slice` and `get` what they name and the pages around it, at most 32 MiB of which are kept.
 *
 * Nothing is mapped: a file that another program changes or cuts gives an error or new items, never a crash.
 *
 * @example
 * ```ts
 * const big = await openMemmap("big.npy");
 * const rows = await big.slice("1000:1010"); // an NDArray
 * await big.close();
 * ```
 */
export class LazyNDArray {
  readonly dtype: DType;
  /** Lengths of the axes. */
  readonly shape: readonly number[];
  /** `"F"`: first axis fastest. */
  readonly order: "C" | "F";
  /** Byte of the source at which the items begin. */
  readonly byteOffset: number;
  readonly mode: MmapMode;
  readonly source: Source;
  readonly #view: View;
  readonly #pages: Pages;

  /**
   * An array over a source that reads ranges. `UnsupportedError` for objects, `TruncatedError` when the source is too
   * short, `TypeError` for a source that is not fit for the mode.
   */
  constructor(source: Source, { dtype, shape, order = "C", byteOffset = 0, mode = "r" }: LazyOptions) {
    const type = makeDType(dtype);
    if (type.hasObject) {
      throw new UnsupportedError("mmapMode", "an array of Python objects cannot stay in its file: load it whole", {
        path: source.name,
      });
    }
    if (!["r", "c", "r+", "w+"].includes(mode)) throw new TypeError(`mode must be r, c, r+ or w+, not ${mode}`);
    if (!source.read || source.size === undefined) throw new TypeError("this source cannot be read by ranges");
    if (mode.endsWith("+") && !source.write) throw new TypeError(`mode ${mode} needs a file that was opened to write`);
    const need = sizeOf(shape) * type.itemsize;
    if (!Number.isSafeInteger(need) || (type.itemsize === 0 && sizeOf(shape) > 2 ** 24)) {
      throw new FormatError(`an array of shape (${shape.join(", ")}) of ${type} is too large`, { path: source.name });
    }
    const left = Math.max(0, source.size - byteOffset);
    if (need > left) {
      throw new TruncatedError(`the file ends in its items: ${left} of ${need} bytes are there`, {
        offset: source.size,
        path: source.name,
      });
    }
    this.source = source;
    this.dtype = type;
    this.shape = Object.freeze([...shape]);
    this.order = order;
    this.byteOffset = byteOffset;
    this.mode = mode;
    this.#view = { shape: [...shape], stride: strides(shape, type.itemsize, order === "F"), offset: 0 };
    this.#pages = new Pages(source, byteOffset, need);
  }

  get ndim(): number {
    return this.shape.length;
  }
  /** Number of items. */
  get size(): number {
    return sizeOf(this.shape);
  }
  /** Length of the first axis; `TypeError` for an array without axes. */
  get length(): number {
    const [first] = this.shape;
    if (first === undefined) throw new TypeError("an array without axes has no length");
    return first;
  }
  /** Bytes of all items. */
  get nbytes(): number {
    return this.size * this.dtype.itemsize;
  }
  /** Bytes from one item to the next along each axis. */
  get strides(): readonly number[] {
    return this.#view.stride;
  }

  /**
   * All items, read into memory of their own or `into`; in mode `r` an array that is not writeable. `SourceError` when reading fails or the file has become
   * shorter, `RangeError` when `into` is too small or not aligned.
   */
  load({ into, signal }: LazyLoadOptions = {}): Promise<NDArray> {
    return this.#read(this.#view, into, signal);
  }

  /** As {@link load}, at once; `SourceError` where the source cannot (addresses, blobs). */
  loadSync({ into }: { into?: ArrayBufferView | ArrayBufferLike } = {}): NDArray {
    return this.#readSync(this.#view, into);
  }

  /** The items that Python's indices name, as an array of their own. Throws as `NDArray.slice` and {@link load}. */
  async slice(...indices: Index[]): Promise<NDArray> {
    return this.#read(pick(this.#view, indices));
  }

  /** As {@link slice}, at once. */
  sliceSync(...indices: Index[]): NDArray {
    return this.#readSync(pick(this.#view, indices));
  }

  /** The item at these indices, as Python's `item()` gives it; an array where indices are left out or are slices. */
  async get(...indices: Index[]): Promise<unknown> {
    const found = await this.slice(...indices);
    return this.#isItem(indices) ? found.item() : found;
  }

  /** As {@link get}, at once. */
  getSync(...indices: Index[]): unknown {
    const found = this.sliceSync(...indices);
    return this.#isItem(indices) ? found.item() : found;
  }

  #isItem(indices: readonly Index[]): boolean {
    return indices.length === this.ndim && indices.every(isInt);
  }

  /**
   * Sets the items that the indices name to one value, or to an array of their shape. `TypeError` in mode `r` and for
   * values that the dtype cannot hold, `RangeError` for another shape.
   */
  async set(value: unknown, ...indices: Index[]): Promise<void> {
    if (this.mode === "r") throw new TypeError("the array is read-only: open it with mode c or r+");
    const view = pick(this.#view, indices);
    const runs = runsOf(view, this.dtype.itemsize);
    if (runs.count === 0) return;
    await this.#pages.run(this.#pages.write(runs, this.#bytesOf(value, view, runs)));
    if (this.mode !== "c" && this.#pages.changed > MOST_CHANGED) await this.flush();
  }

  /** The bytes of values in the order in which they lie in the file. */
  #bytesOf(value: unknown, { shape }: View, { packed }: Runs): Uint8Array {
    const given = value instanceof NDArray ? value : array(value, { dtype: this.dtype });
    const typed = given.dtype.equals(this.dtype) ? given : given.astype(this.dtype);
    const same = typed.shape.length === shape.length && typed.shape.every((n, i) => n === shape[i]);
    if (!same && typed.size !== 1) {
      throw new RangeError(`cannot set items of shape (${shape.join(", ")}) to ones of (${typed.shape.join(", ")})`);
    }
    const { itemsize } = this.dtype;
    if (!same) {
      const item = typed.toBytes();
      const out = new Uint8Array(sizeOf(shape) * itemsize);
      for (let at = 0; at < out.length; at += itemsize) out.set(item, at);
      return out;
    }
    // Axes from the slowest in the file to the fastest, backward ones turned: the file's own order.
    const axes = shape.map((_, axis) => axis);
    axes.sort((a, b) => Math.abs(packed.stride[b] as number) - Math.abs(packed.stride[a] as number));
    const turned = typed.slice(...packed.stride.map((step) => (step < 0 ? "::-1" : ":")));
    return (axes.length === 0 ? turned : turned.transpose(...axes)).rawBytes("C");
  }

  /**
   * The array in parts of `rows` rows (of the first axis), one after another: by `for await`, or by a plain `for` where
   * the source can be read at once. Throws as {@link load}.
   */
  windows(rows: number): AsyncIterable<NDArray> & Iterable<NDArray> {
    if (!Number.isInteger(rows) || rows < 1) throw new RangeError(`a window has at least one row, not ${rows}`);
    const { length } = this;
    const part = (at: number): Index => ({ start: at, stop: Math.min(length, at + rows) });
    const lazy = this;
    return {
      *[Symbol.iterator]() {
        for (let at = 0; at < length; at += rows) yield lazy.sliceSync(part(at));
      },
      async *[Symbol.asyncIterator]() {
        for (let at = 0; at < length; at += rows) yield await lazy.slice(part(at));
      },
    };
  }

  /** Writes what has changed to the file (modes `r+` and `w+`). `SourceError` when that fails; nothing is lost then. */
  async flush(): Promise<void> {
    if (this.mode.endsWith("+")) await this.#pages.flush();
  }

  /** Writes what has changed, and closes the file. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.source.close?.();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #plan(view: View, into?: ArrayBufferView | ArrayBufferLike): { walk: Walk<void>; made: () => NDArray } {
    const runs = runsOf(view, this.dtype.itemsize);
    const size = sizeOf(view.shape) * this.dtype.itemsize;
    const out = into === undefined ? roomFor(size) : bytesInto(into, size);
    const { slots } = storageOf(this.dtype);
    // Says at once whether the memory is aligned, before anything is read.
    if (into !== undefined) adoptBytes(this.dtype, out.subarray(0, 0));
    const { shape, stride, offset } = runs.packed;
    const made = (): NDArray => {
      const data = adoptBytes(this.dtype, out);
      const view = { shape, stride: stride.map((n) => n * slots), offset: offset * slots };
      return new NDArray(this.dtype, data, view, this.mode !== "r");
    };
    return { walk: this.#pages.read(runs, out), made };
  }

  async #read(view: View, into?: ArrayBufferView | ArrayBufferLike, signal?: AbortSignal): Promise<NDArray> {
    const { walk, made } = this.#plan(view, into);
    await this.#pages.run(walk, signal);
    return made();
  }

  #readSync(view: View, into?: ArrayBufferView | ArrayBufferLike): NDArray {
    const { walk, made } = this.#plan(view, into);
    this.#pages.runSync(walk);
    return made();
  }

  get [pyType](): string {
    return "numpy.memmap";
  }
  [pyRepr](): Parts {
    return [String(this)];
  }
  [inspect](): string {
    return String(this);
  }
  toString(): string {
    const name = this.source.name === undefined ? "" : ` of ${this.source.name}`;
    const shape = `(${this.shape.join(", ")}${this.ndim === 1 ? "," : ""})`;
    return `<memmap ${shape} ${this.dtype} ${this.order}, mode ${this.mode}, at byte ${this.byteOffset}${name}>`;
  }
}
