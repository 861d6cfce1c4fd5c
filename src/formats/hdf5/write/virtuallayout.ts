/**
 * Virtual datasets on their way to a file: which parts of which datasets they show (specification, section VII.C of
 * the layout message; H5Sselect serialization).
 *
 * @module
 */
import type { DType } from "../../../core/ndarray/index.ts";
import { putBoxes } from "../regions.ts";
import { type Axis, countOf, type Selector, type SliceSpec, select } from "../selection.ts";
import type { Sizes } from "../storage/cursor.ts";
import { encoded } from "../storage/text.ts";
import type { FileType, TypeSpec } from "../types/filetype.ts";
import { Encoder } from "./encoder.ts";

/** What of a dataset is meant: places along each axis, one of which may go on without end. */
interface Taken {
  readonly shape: readonly number[];
  readonly axes: readonly Axis[];
  /** The axis without end, or -1. */
  readonly open: number;
}

/** A dataset with a name and a shape, of this file or another. */
interface Named {
  readonly name: string;
  readonly shape: readonly number[] | null;
}

function listed(shape: readonly number[] | number): readonly number[] {
  const out = typeof shape === "number" ? [shape] : [...shape];
  if (out.length === 0 || out.length > 32 || out.some((n) => !Number.isSafeInteger(n) || n < 0)) {
    throw new RangeError("a virtual dataset and its sources have 1 to 32 axes of whole lengths");
  }
  return out;
}

function isOpen(selector: Selector): selector is SliceSpec {
  return typeof selector === "object" && "stop" in selector && selector.stop === Number.POSITIVE_INFINITY;
}

/** Reads indices; a slice up to `Infinity` goes on as long as there are elements. */
function take(shape: readonly number[], selectors: readonly Selector[]): Taken {
  const bounded = selectors.map((one) => (isOpen(one) ? { ...one, stop: null } : one));
  const { axes, fields, points } = select(shape, bounded);
  if (fields.length > 0 || points !== null) throw new TypeError("views are made of slices, lists and ints");
  const found = selectors.findIndex(isOpen);
  if (found < 0) return { shape, axes, open: -1 };
  if (selectors.some((one, i) => i > found && isOpen(one))) throw new TypeError("one axis goes on without end");
  const dots = selectors.indexOf("...");
  return { shape, axes, open: dots >= 0 && dots < found ? shape.length - (selectors.length - found) : found };
}

function sizeOf({ axes, open }: Taken): number {
  return axes.reduce((n, axis, i) => (i === open ? n : n * countOf(axis)), 1);
}

/**
 * A dataset that a view shows, or with `get` a part of it, as `h5py.VirtualSource`: the file's name, by which it will
 * be looked for (`"."` for the view's own file), and the dataset, or its path and shape.
 *
 * @example
 * ```ts
 * new VirtualSource("run1.h5", "/data", { shape: [100] }).get("10:20");
 * ```
 */
export class VirtualSource {
  readonly path: string;
  readonly name: string;
  readonly shape: readonly number[];
  /** @internal */
  readonly taken: Taken;

  constructor(path: string, dataset: string | Named, options: { shape?: readonly number[] | number } = {}) {
    const isName = typeof dataset === "string";
    const shape = options.shape ?? (isName ? undefined : dataset.shape);
    if (shape === undefined || shape === null) throw new TypeError("the shape of a source must be told");
    this.path = path;
    this.name = isName ? dataset : dataset.name;
    if (this.path === "" || this.name === "" || /\0/.test(this.path + this.name)) {
      throw new TypeError("a source has a file and a path, without NULs");
    }
    this.shape = listed(shape);
    this.taken = take(this.shape, []);
  }

  /** A part of it. Throws `TypeError` and `RangeError` as `Dataset.get` does. */
  get(...selectors: Selector[]): VirtualSource {
    const part = new VirtualSource(this.path, this.name, { shape: this.shape });
    (part as { taken: Taken }).taken = take(this.shape, selectors);
    return part;
  }
}

/**
 * What a virtual dataset is made of, as `h5py.VirtualLayout`.
 *
 * @example
 * ```ts
 * const layout = new VirtualLayout({ shape: [4, 100], dtype: "i4" });
 * for (let i = 0; i < 4; i++) layout.set(i, new VirtualSource(`${i}.h5`, "data", { shape: [100] }));
 * file.createVirtualDataset("all", layout, { fillvalue: -5 });
 * ```
 */
export class VirtualLayout {
  readonly shape: readonly number[];
  readonly dtype: TypeSpec | DType | FileType;
  readonly maxshape: readonly (number | null)[];
  readonly #parts: { readonly source: VirtualSource; readonly to: Taken }[] = [];

  constructor(options: {
    shape: readonly number[] | number;
    dtype: TypeSpec;
    maxshape?: readonly (number | null)[] | null;
  }) {
    this.shape = listed(options.shape);
    this.dtype = options.dtype;
    this.maxshape = options.maxshape ?? this.shape;
    if (this.maxshape.length !== this.shape.length) throw new RangeError("maxshape has other axes than the shape");
  }

  /**
   * Shows a source where indices pick. A slice up to `Infinity` on both sides goes on as far as the source does. Throws
   * `RangeError` when the two have different numbers of elements.
   */
  set(...args: [...selectors: Selector[], source: VirtualSource]): this {
    const source = args.pop() as unknown;
    if (!(source instanceof VirtualSource)) throw new TypeError("a view shows a VirtualSource");
    const to = take(this.shape, args as Selector[]);
    if (to.open >= 0 && this.maxshape[to.open] !== null) {
      throw new RangeError("an axis without end needs null in maxshape");
    }
    const [have, want] = [sizeOf(source.taken), sizeOf(to)];
    if (have !== want || source.taken.open < 0 !== to.open < 0) {
      throw new RangeError(`a source of ${have} elements does not fit ${want} places of the view`);
    }
    this.#parts.push({ source, to });
    return this;
  }

  /** @internal The block of a global heap that tells the parts (version 0); null for none. */
  encode(sizes: Sizes): Uint8Array | null {
    if (this.#parts.length === 0) return null;
    const e = new Encoder(sizes, 256).u8(0).length(this.#parts.length);
    for (const { source, to } of this.#parts) {
      e.bytes(encoded(source.path)).u8(0).bytes(encoded(source.name)).u8(0);
      putTaken(e, source.taken);
      putTaken(e, to);
    }
    return e.checksum().done();
  }
}

function putTaken(e: Encoder, { shape, axes, open }: Taken): void {
  const rank = shape.length;
  if (axes.some((axis) => "list" in axis)) {
    if (open >= 0) throw new TypeError("a list and an axis without end do not go together");
    putBoxes(e, axes);
    return;
  }
  const slabs = axes as readonly Exclude<Axis, { list: readonly number[] }>[];
  if (open < 0 && slabs.every(({ step, count }, i) => step === 1 && count === shape[i])) {
    e.u32(3).u32(1).zeros(8);
    return;
  }
  if (open < 0 && slabs.some(({ count }) => count === 0)) {
    e.u32(0).u32(1).zeros(8);
    return;
  }
  // A regular hyperslab of version 2: start, stride, count and block of each axis.
  e.u32(2)
    .u32(2)
    .u8(1)
    .u32(4 + 32 * rank)
    .u32(rank);
  slabs.forEach(({ start, step, count }, axis) => {
    if (axis === open) e.uint(start, 8).uint(step, 8).bytes(new Uint8Array(8).fill(0xff)).uint(1, 8);
    else if (step === 1) e.uint(start, 8).uint(Math.max(1, count), 8).uint(1, 8).uint(count, 8);
    else e.uint(start, 8).uint(step, 8).uint(count, 8).uint(1, 8);
  });
}
