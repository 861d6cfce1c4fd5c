/**
 * Datasets as h5py's `Dataset`.
 *
 * @module
 */
import type { NDArray } from "../../core/ndarray/index.ts";
import { Attributes } from "./attributes.ts";
import type { DatasetInfo } from "./data.ts";
import { DatasetHead } from "./datasethead.ts";
import { Empty } from "./empty.ts";
import { intoTyped, readSelection } from "./read.ts";
import type { Place } from "./resolve.ts";
import { type Selector, select } from "./selection.ts";
import type { Shared } from "./shared.ts";
import { objectHeader } from "./storage/header.ts";
import { scalar } from "./types/decode.ts";
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
export class Dataset extends DatasetHead implements Iterable<unknown> {
  readonly attrs: Attributes;
  /** @internal */
  readonly info: DatasetInfo;
  readonly #shared: Shared;

  /** @internal */
  constructor(shared: Shared, place: Place) {
    super(place.path);
    this.#shared = shared;
    const { context } = shared.core;
    this.info = shared.run(describeAny(context, shared.run(objectHeader(context, place.at)), shared.core.root));
    this.attrs = new Attributes(shared, place.at);
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
      return new Empty(this.dtype);
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
}
