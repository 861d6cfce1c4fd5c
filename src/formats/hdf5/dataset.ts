/**
 * Datasets as h5py's `Dataset`.
 *
 * @module
 */
import type { NDArray } from "../../core/ndarray/index.ts";
import { Attributes } from "./attributes.ts";
import type { DatasetInfo } from "./data.ts";
import { DatasetHead } from "./datasethead.ts";
import { Dimension, isScale, makeScale } from "./dims.ts";
import { Empty } from "./empty.ts";
import type { File } from "./file.ts";
import type { Group } from "./group.ts";
import { fillOf, intoTyped, readSelection, textsOf } from "./read.ts";
import { regionReference, selectionOf } from "./regions.ts";
import { above, type Place } from "./resolve.ts";
import { type Selection, type Selector, select } from "./selection.ts";
import type { Shared } from "./shared.ts";
import { objectHeader } from "./storage/header.ts";
import { FileType } from "./types/filetype.ts";
import { Reference } from "./types/reference.ts";
import { describeAny } from "./virtual.ts";
import { resizeDataset, setElements } from "./write/assign.ts";
import { staging } from "./write/edit.ts";

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
  readonly #info: DatasetInfo | null;
  readonly #shared: Shared;
  readonly #at: number;
  #found: string | null = null;

  /** @internal */
  constructor(shared: Shared, place: Place) {
    super(place.path);
    this.#shared = shared;
    this.#at = place.at;
    const { context, root } = shared.core;
    const isStaged = shared.draft?.peek(place.at) !== undefined;
    this.#info = isStaged ? null : shared.run(describeAny(context, shared.run(objectHeader(context, place.at)), root));
    this.attrs = new Attributes(shared, place.at);
  }

  /** @internal */
  get info(): DatasetInfo {
    const node = this.#shared.draft?.peek(this.#at);
    return node?.kind === "dataset" ? node.info : (this.#info as DatasetInfo);
  }

  /** Its path in the file; of what a reference led to, the first that is found. */
  override get name(): string {
    if (super.name !== "") return super.name;
    this.#found ??= this.file.pathOf(this.#at);
    return this.#found;
  }

  get file(): File {
    return this.#shared.file as File;
  }

  /** The group it is in. Throws `TypeError` for what no path leads to. */
  get parent(): Group {
    return this.file.group(above(this.name));
  }

  /** The datatype, for another dataset of the same. */
  get type(): FileType {
    return new FileType(this.info.type);
  }

  /** A reference to it, for datasets and attributes of {@link refDType}. */
  get ref(): Reference {
    return new Reference(this.#at, null);
  }

  /** What stands where nothing was written. */
  get fillvalue(): unknown {
    return this.#shared.run(fillOf(this.#shared.core.context, this.info));
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
    return this.#shared.run(readSelection(this.#shared.core.context, this.info, this.#select(shape, selectors)));
  }

  #select(shape: readonly number[], selectors: readonly Selector[]): Selection {
    const [only] = selectors;
    if (selectors.length !== 1 || !(only instanceof Reference)) return select(shape, selectors);
    if (only.address !== this.#at) throw new TypeError("the region is one of another dataset: deref gives it");
    return selectionOf(only, this.#shared.core.context.sizes, shape);
  }

  /**
   * A reference to what indices pick, as `ds.regionref[…]`: for datasets and attributes of {@link regionRefDType};
   * `ds.get(reference)` reads it.
   *
   * @example
   * ```ts
   * file.attrs.set("interesting", ds.regionref("2:4", "3:7"));
   * ```
   */
  regionref(...selectors: Selector[]): Reference {
    const { shape } = this.info.space;
    if (shape === null) throw new TypeError("a dataset without elements has no regions");
    return regionReference(this.#at, select(shape, selectors), shape, this.#shared.core.context.sizes);
  }

  /** The axes, with their labels and scales. */
  get dims(): readonly Dimension<Dataset>[] {
    const find = ({ address }: Reference): Dataset => new Dataset(this.#shared, { at: address, path: "" });
    return (this.shape ?? []).map((_, axis) => new Dimension<Dataset>(this, axis, find));
  }

  /** Does the dataset give the places of other datasets' axes? */
  get isScale(): boolean {
    return isScale(this);
  }

  /** Makes the dataset a scale for axes of others, as h5py's `make_scale`. */
  makeScale(name = ""): void {
    makeScale(this, name);
  }

  /** One field of a dataset of compounds. */
  field(name: string): NDArray {
    return this.get(name) as NDArray;
  }

  /**
   * The texts that indices pick, in C order, as `ds.asstr()[…]`; text of fixed length, too, which `get` gives as bytes.
   * Throws `TypeError` for a dataset that is not of text.
   */
  asString(...selectors: Selector[]): string[] {
    return textsOf(this.info.type, this.get(...selectors));
  }

  /** Reads into memory of the caller's; what is picked must have its size to the byte. */
  readInto(target: ArrayBufferView, ...selectors: Selector[]): void {
    intoTyped(this.get(...selectors) as NDArray, target);
  }

  /**
   * Writes where indices pick, as `ds[…] = value`: `ds.set(":10", values)`, `ds.set(0, "...", 1)`, and `ds.set(value)`
   * for all. Smaller arrays are repeated by NumPy's rules. Throws `RangeError` and `TypeError` as h5py complains.
   *
   * @example
   * ```ts
   * ds.set(":10", Int32Array.from({ length: 10 }, (_, i) => i));
   * ```
   */
  set(...args: [...selectors: Selector[], value: unknown]): void {
    const value = args.pop();
    setElements(staging(this.#shared), this.#at, args as Selector[], value, (shape, selectors) =>
      this.#select(shape, selectors),
    );
  }

  /**
   * Gives the dataset another shape, or one axis another length; new elements have the fill value. Throws `TypeError`
   * for datasets without chunks, `RangeError` beyond `maxshape`.
   */
  resize(shape: readonly number[] | number, axis?: number): void {
    resizeDataset(staging(this.#shared), this.#at, shape, axis);
  }

  /** Rows along the first axis. */
  *[Symbol.iterator](): IterableIterator<unknown> {
    const [rows] = this.shape ?? [];
    if (rows === undefined) throw new TypeError("can't iterate over a scalar dataset");
    for (let i = 0; i < rows; i++) yield this.get(i);
  }
}
