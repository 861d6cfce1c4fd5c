/**
 * Datasets as h5py's `Dataset`.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import type { DType, NDArray } from "../../core/ndarray/index.ts";
import { inspect, type Parts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { repr } from "../../core/values/repr.ts";
import { Attributes } from "./attributes.ts";
import type { DatasetInfo } from "./data.ts";
import { Empty } from "./empty.ts";
import { FILTER, filterName } from "./filters/index.ts";
import { intoTyped, readSelection } from "./read.ts";
import type { Place } from "./resolve.ts";
import { type Selector, select } from "./selection.ts";
import type { Shared } from "./shared.ts";
import { objectHeader } from "./storage/header.ts";
import { scalar } from "./types/decode.ts";
import { mapped } from "./types/dtypes.ts";
import { describeAny } from "./virtual.ts";

/**
 * A dataset: elements of one type in a shape, read when they are asked for.
 *
 * @example
 * ```ts
 * const ds = file.dataset("group1/dataset1");
 * ds.get(0); ds.get(":10"); ds.get(slice(0, 10, 2), "...", -1);
 * ```
 */
export class Dataset implements Iterable<unknown> {
  /** Its path in the file. */
  readonly name: string;
  readonly attrs: Attributes;
  /** @internal */
  readonly info: DatasetInfo;
  readonly #shared: Shared;
  readonly #dtype: DType;

  /** @internal */
  constructor(shared: Shared, place: Place) {
    this.name = place.path;
    this.#shared = shared;
    const { context } = shared.core;
    this.info = shared.run(describeAny(context, shared.run(objectHeader(context, place.at)), shared.core.root));
    this.#dtype = mapped(this.info.type).dtype;
    this.attrs = new Attributes(shared, place.at);
  }

  /** Lengths of the axes; `null` for a dataset without elements (`h5py.Empty`). */
  get shape(): readonly number[] | null {
    return this.info.space.shape;
  }

  get dtype(): DType {
    return this.#dtype;
  }

  get ndim(): number {
    return this.shape?.length ?? 0;
  }

  /** Number of elements. */
  get size(): number {
    return this.shape === null ? 0 : this.shape.reduce((a, b) => a * b, 1);
  }

  /** Bytes that the elements take in memory. */
  get nbytes(): number {
    return this.size * this.#dtype.itemsize;
  }

  /** Lengths to which the axes may grow; `null` for no limit. */
  get maxshape(): readonly (number | null)[] {
    return this.info.space.maxshape;
  }

  /** Lengths of a chunk; null when the elements stand together. */
  get chunks(): readonly number[] | null {
    const { layout } = this.info;
    return layout.kind === "chunked" ? layout.chunks : null;
  }

  /** `"gzip"`, `"lzf"`, `"szip"`, or null. */
  get compression(): string | null {
    for (const filter of this.info.pipeline) {
      if (![FILTER.shuffle, FILTER.fletcher32, FILTER.nbit, FILTER.scaleoffset].some((id) => id === filter.id)) {
        return filterName(filter);
      }
    }
    return null;
  }

  /** The level of gzip; null for all others. */
  get compressionOpts(): number | null {
    return this.info.pipeline.find(({ id }) => id === FILTER.gzip)?.values[0] ?? null;
  }

  get shuffle(): boolean {
    return this.info.pipeline.some(({ id }) => id === FILTER.shuffle);
  }

  get fletcher32(): boolean {
    return this.info.pipeline.some(({ id }) => id === FILTER.fletcher32);
  }

  /** What stands where nothing was written. */
  get fillvalue(): unknown {
    const { fill, type } = this.info;
    return this.#shared.run(scalar(this.#shared.core.context, type, fill ?? new Uint8Array(type.size)));
  }

  /** Everything, as `ds[()]`: an array, the one value of a scalar dataset, or `Empty`. */
  read(): unknown {
    return this.get();
  }

  /** What indices pick, as `ds[…]`. Throws `RangeError` and `TypeError` for indices that h5py refuses. */
  get(...selectors: Selector[]): unknown {
    const { shape } = this.info.space;
    if (shape === null) {
      if (selectors.length > 0) throw new TypeError("a dataset without elements has nothing to index");
      return new Empty(this.#dtype);
    }
    return this.#shared.run(readSelection(this.#shared.core.context, this.info, select(shape, selectors)));
  }

  /** One field of a dataset of compounds. */
  field(name: string): NDArray {
    return this.get(name) as NDArray;
  }

  /** Reads into memory of the caller's; what is picked must have its size to the byte. */
  readInto(target: ArrayBufferView, ...selectors: Selector[]): void {
    intoTyped(this.get(...selectors) as NDArray, target);
  }

  /** Rows along the first axis. */
  *[Symbol.iterator](): IterableIterator<unknown> {
    const [rows] = this.shape ?? [];
    if (rows === undefined) throw new TypeError("can't iterate over a scalar dataset");
    for (let i = 0; i < rows; i++) yield this.get(i);
  }

  /** Number of rows. */
  get length(): number {
    const [rows] = this.shape ?? [];
    if (rows === undefined) throw new FormatError("a scalar dataset has no length");
    return rows;
  }

  get [pyType](): string {
    return "h5py._hl.dataset.Dataset";
  }
  [pyRepr](): Parts {
    const name = this.name.split("/").pop() ?? "";
    const shape = this.shape === null ? "None" : `(${this.shape.join(", ")}${this.shape.length === 1 ? "," : ""})`;
    return [`<HDF5 dataset "${name}": shape ${shape}, type "${this.#dtype.str}">`];
  }
  [inspect](): string {
    return repr(this);
  }
}
