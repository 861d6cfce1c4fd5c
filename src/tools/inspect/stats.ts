/**
 * What is told of an array without printing it.
 *
 * @module
 */
import type { DType, NDArray } from "../../core/ndarray/index.ts";
import { reprFloat } from "../../core/values/literal.ts";

/** Least, greatest and mean item of an array of numbers; NaN is counted apart. */
export interface ArrayStats {
  readonly min: number | bigint;
  readonly max: number | bigint;
  readonly mean: number;
  readonly nan: number;
}

/** Statistics of an array of bools, ints or floats; null for other dtypes, and for one without numbers. */
export function arrayStats(array: NDArray): ArrayStats | null {
  const { kind, itemsize } = array.dtype;
  if (!/[biuf]/.test(kind) || array.size === 0) return null;
  // Plain memory is gone through as it is: float16 and longer floats have to be read item by item.
  const plain = kind !== "f" || itemsize === 4 || itemsize === 8;
  const flat = array.isC || array.isF;
  if (!plain || !flat) return of(array.flat().map((item) => (typeof item === "bigint" ? item : Number(item))));
  const { data, offset, size } = array;
  const items = (data as Float64Array | BigInt64Array).subarray(offset, offset + size);
  return items instanceof BigInt64Array || items instanceof BigUint64Array
    ? of(items)
    : ofNumbers(items as Float64Array);
}

function ofNumbers(items: ArrayLike<number>): ArrayStats | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let nan = 0;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as number;
    if (Number.isNaN(item)) nan++;
    else {
      if (item < min) min = item;
      if (item > max) max = item;
      sum += item;
    }
  }
  return nan === items.length ? null : { min, max, mean: sum / (items.length - nan), nan };
}

function of(items: ArrayLike<number | bigint>): ArrayStats | null {
  if (typeof items[0] === "number") return ofNumbers(items as ArrayLike<number>);
  let min = items[0] as bigint;
  let max = min;
  let sum = 0;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as bigint;
    if (item < min) min = item;
    if (item > max) max = item;
    sum += Number(item);
  }
  return { min, max, mean: sum / items.length, nan: 0 };
}

/** `(2, 3)`, as Python writes a shape. */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
}

function numberText(value: number | bigint, dtype: DType): string {
  if (dtype.kind === "b") return value ? "True" : "False";
  return typeof value === "bigint" || dtype.kind !== "f" ? String(value) : reprFloat(value);
}

/** `float32 (600, 1000) C, min 0.0, max 9.5, mean 4.75`: the order is told where it matters. */
export function arrayDetails(array: NDArray): string {
  const { dtype, shape, isC, isF } = array;
  const order = isC && isF ? "" : isC ? " C" : isF ? " F" : " strided";
  const text = `${dtype} ${shapeText(shape)}${order}`;
  const stats = arrayStats(array);
  if (stats === null) return text;
  const { min, max, mean, nan } = stats;
  const told = `min ${numberText(min, dtype)}, max ${numberText(max, dtype)}, mean ${reprFloat(Number(mean.toPrecision(6)))}`;
  return `${text}, ${told}${nan > 0 ? `, ${nan} nan` : ""}`;
}
