/**
 * Making arrays.
 *
 * @module
 */
import { PyComplex, PyFloat } from "../values/scalars.ts";
import type { DType } from "./dtype.ts";
import { sizeOf } from "./indexing.ts";
import { writeItem } from "./items.ts";
import { flattened, NDArray } from "./ndarray.ts";
import { type DTypeSpec, dtype as makeDType } from "./parse.ts";
import { allocate, storageOf, type TypedData } from "./storage.ts";

/** Typed arrays and the dtypes they are. */
const TYPED: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [Int8Array, "i1"],
  [Uint8Array, "u1"],
  [Uint8ClampedArray, "u1"],
  [Int16Array, "<i2"],
  [Uint16Array, "<u2"],
  [Int32Array, "<i4"],
  [Uint32Array, "<u4"],
  [BigInt64Array, "<i8"],
  [BigUint64Array, "<u8"],
  [Float32Array, "<f4"],
  [Float64Array, "<f8"],
]);

/** The dtype of a typed array; null for anything else. */
export function typedDType(value: unknown): DType | null {
  const name = typeof value === "object" && value !== null ? TYPED.get(value.constructor) : undefined;
  return name === undefined ? null : makeDType(name);
}

/** Options of {@link array}. */
export interface ArrayOptions {
  /** The dtype; else that of the typed array, or: numbers float64, bigints int64, booleans bool, text `U`. */
  dtype?: DTypeSpec;
  /** The shape; else that of the nested arrays. */
  shape?: readonly number[];
}

/** An array as the `ndarray` packages of scijs have it: items of `data` from `offset` on, `stride` apart. */
export interface StridedArray {
  readonly data: TypedData | readonly unknown[];
  readonly shape: ArrayLike<number>;
  readonly stride: ArrayLike<number>;
  readonly offset?: number;
}

function isStrided(value: unknown): value is StridedArray {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { data, shape, stride, offset = 0 } = value as Partial<StridedArray>;
  const isList = (list: unknown): boolean => Array.isArray(list) || ArrayBuffer.isView(list);
  return (
    (Array.isArray(data) || typedDType(data) !== null) && isList(shape) && isList(stride) && Number.isInteger(offset)
  );
}

/** A view of its memory; of items that are no typed array, of a copy. */
function fromStrided(view: StridedArray): NDArray {
  const base = array(view.data);
  const [shape, stride, offset] = [Array.from(view.shape), Array.from(view.stride), view.offset ?? 0];
  let [first, last] = [offset, offset];
  for (const [axis, n] of shape.entries()) {
    const far = (n - 1) * (stride[axis] ?? Number.NaN);
    if (far < 0) first += far;
    else last += far;
  }
  const isEmpty = sizeOf(shape) === 0;
  const fits = stride.length === shape.length && stride.every(Number.isInteger);
  if (!fits || (!isEmpty && !(first >= 0 && last < base.size))) {
    throw new RangeError(
      `shape (${shape}), stride (${stride}) and offset ${offset} lead beyond the ${base.size} items`,
    );
  }
  return new NDArray(base.dtype, base.data, { shape, stride, offset });
}

/**
 * Makes an array of a typed array or an array of the `ndarray` package (whose memory it shares, unless another dtype is
 * asked for), or of nested arrays. `RangeError` when rows differ in length, or the shape or strides do not fit,
 * `TypeError` when the dtype cannot hold an item (numpy.asarray).
 *
 * @example
 * ```ts
 * array(new Float32Array(6), { shape: [2, 3] }).dtype.name; // "float32"
 * ```
 */
export function array(source: unknown, options: ArrayOptions = {}): NDArray {
  const wanted = options.dtype === undefined ? null : makeDType(options.dtype);
  if (source instanceof NDArray) return reshaped(wanted === null ? source.copy() : source.astype(wanted), options);
  if (isStrided(source)) {
    const made = fromStrided(source);
    return reshaped(wanted === null ? made : made.astype(wanted), options);
  }
  const typed = typedDType(source);
  if (typed !== null) {
    const data = source as TypedData;
    if (wanted !== null && storageOf(wanted).make === data.constructor) {
      const { slots } = storageOf(wanted);
      return NDArray.over(wanted, data, options.shape ?? [data.length / slots]);
    }
    const plain = NDArray.over(typed, data, [data.length]);
    return reshaped(wanted === null ? plain : plain.astype(wanted), options);
  }
  const shape: number[] = [];
  // A tuple stands for a record where records are wanted, else for a row.
  const isRow = (value: unknown): value is unknown[] =>
    Array.isArray(value) && !(wanted?.fields && Object.isFrozen(value));
  for (let level = source; isRow(level); level = level[0]) shape.push(level.length);
  if (wanted?.base) shape.length = Math.max(0, shape.length - flattened(wanted, [])[1].length);
  const items: unknown[] = [];
  const collect = (value: unknown, axis: number): void => {
    if (axis === shape.length) items.push(value);
    else {
      if (!isRow(value) || value.length !== shape[axis]) throw new RangeError("rows of an array must be of one length");
      for (const item of value) collect(item, axis + 1);
    }
  };
  collect(source, 0);
  const dtype = wanted ?? inferred(items);
  const data = allocate(dtype, items.length);
  const { slots } = storageOf(dtype);
  for (const [i, item] of items.entries()) writeItem(dtype, data, i * slots, item);
  return reshaped(NDArray.over(dtype, data, shape), options);
}

function reshaped(made: NDArray, { shape }: ArrayOptions): NDArray {
  if (shape !== undefined) sizeOf(shape);
  return shape === undefined ? made : made.reshape(...shape);
}

function inferred(items: readonly unknown[]): DType {
  const every = (test: (item: unknown) => boolean): boolean => items.length > 0 && items.every(test);
  const isNumber = (item: unknown): boolean => typeof item === "number" || item instanceof PyFloat;
  if (every((item) => typeof item === "boolean")) return makeDType("bool");
  if (every((item) => typeof item === "bigint")) {
    const within = (low: bigint, high: bigint): boolean =>
      every((item) => (item as bigint) >= low && (item as bigint) < high);
    if (within(-(2n ** 63n), 2n ** 63n)) return makeDType("int64");
    if (within(0n, 2n ** 64n)) return makeDType("uint64");
    return makeDType(within(-(2n ** 63n), 2n ** 64n) ? "float64" : "object");
  }
  if (items.length === 0 || every((item) => isNumber(item) || typeof item === "bigint")) return makeDType("float64");
  if (every((item) => isNumber(item) || item instanceof PyComplex)) return makeDType("complex128");
  if (every((item) => typeof item === "string")) {
    return makeDType(`<U${items.reduce((n: number, item) => Math.max(n, [...(item as string)].length), 1)}`);
  }
  if (every((item) => item instanceof Uint8Array)) {
    return makeDType(`S${items.reduce((n: number, item) => Math.max(n, (item as Uint8Array).length), 1)}`);
  }
  return makeDType("O");
}
