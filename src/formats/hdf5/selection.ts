/**
 * What an index picks out of a dataset, by h5py's rules.
 *
 * @module
 */
import { NDArray, typedDType } from "../../core/ndarray/index.ts";
import { Reference } from "./types/reference.ts";

/** One slice; steps are 1 and above. */
export interface SliceSpec {
  start?: number | null | undefined;
  stop?: number | null | undefined;
  step?: number | null | undefined;
}

/**
 * One index: an int (negative from the end), `":10"` or `slice(0, 10, 2)`, `"..."`, a list of ints in rising order, a
 * boolean mask (of one axis, or of the whole shape), the name of a field, or a reference to a region (alone).
 */
export type Selector =
  | number
  | bigint
  | string
  | SliceSpec
  | readonly number[]
  | readonly boolean[]
  | Int32Array
  | NDArray
  | Reference;

/** What is taken of one axis. */
export type Axis =
  | { readonly start: number; readonly step: number; readonly count: number; readonly keep: boolean }
  | { readonly list: readonly number[] };

/** What is taken of a dataset. */
export interface Selection {
  readonly axes: readonly Axis[];
  /** Shape of what comes out. */
  readonly shape: readonly number[];
  readonly fields: readonly string[];
  /** Elements (in C order) of a mask of the whole shape, else null. */
  readonly points: readonly number[] | null;
  /** Is the one element of a scalar dataset to come as an array without axes, as h5py's `ds[...]`? */
  readonly isArray?: boolean;
}

/**
 * A slice for {@link Dataset.get}, as Python's `slice(start, stop, step)`.
 *
 * @example
 * ```ts
 * ds.get(slice(0, 10, 2), "...", -1);
 * ```
 */
export function slice(start?: number | null, stop?: number | null, step?: number | null): SliceSpec {
  return { start, stop, step };
}

const TEXT = /^\s*([+-]?\d+)?\s*:\s*([+-]?\d+)?\s*(?::\s*([+-]?\d+)?\s*)?$/;

/** How many elements an axis gives. */
export function countOf(axis: Axis): number {
  return "list" in axis ? axis.list.length : axis.count;
}

/** Reads indices; throws `RangeError` and `TypeError` as h5py would complain. */
export function select(shape: readonly number[], selectors: readonly Selector[]): Selection {
  const fields: string[] = [];
  const indices: Selector[] = [];
  for (const selector of selectors) {
    if (typeof selector === "string" && selector !== "..." && !TEXT.test(selector)) fields.push(selector);
    else indices.push(selector);
  }
  const [only] = indices;
  if (indices.length === 1 && only instanceof NDArray && only.dtype.kind === "b" && only.ndim > 1) {
    return masked(shape, only, fields);
  }
  const dots = indices.indexOf("...");
  if (dots >= 0 && indices.indexOf("...", dots + 1) >= 0) throw new TypeError('an index has only one "..."');
  const used = indices.length - (dots >= 0 ? 1 : 0);
  if (used > shape.length) {
    throw new RangeError(`${used} indexing arguments for ${shape.length} dimensions`);
  }
  const axes: Axis[] = [];
  for (const index of indices) {
    if (index === "...") {
      for (let i = shape.length - used; i > 0; i--) axes.push(whole(shape[axes.length] as number));
    } else axes.push(axisOf(index, axes.length, shape[axes.length] as number));
  }
  while (axes.length < shape.length) axes.push(whole(shape[axes.length] as number));
  if (axes.filter((axis) => "list" in axis).length > 1) {
    throw new TypeError("only one list of indices is allowed");
  }
  const out = axes.filter((axis) => "list" in axis || axis.keep).map(countOf);
  return { axes, shape: out, fields, points: null, isArray: shape.length === 0 && dots >= 0 };
}

function whole(size: number): Axis {
  return { start: 0, step: 1, count: size, keep: true };
}

function axisOf(index: Selector, axis: number, size: number): Axis {
  if (typeof index === "number" || typeof index === "bigint") {
    const n = Number(index);
    if (!Number.isInteger(n)) throw new TypeError(`an index must be an int, not ${index}`);
    if (n < -size || n >= size) throw new RangeError(`index (${n}) out of range for (0-${size - 1}) on axis ${axis}`);
    return { start: n < 0 ? n + size : n, step: 1, count: 1, keep: false };
  }
  if (typeof index === "string") {
    const [, start, stop, step] = TEXT.exec(index) as RegExpExecArray;
    const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
    return sliced({ start: number(start), stop: number(stop), step: number(step) }, size);
  }
  if (index instanceof Reference) throw new TypeError("a reference to a region stands alone");
  if (index instanceof NDArray) return listed(index.flat(), axis, size);
  if (Array.isArray(index)) return listed(index, axis, size);
  if (typedDType(index) !== null) return listed(Array.from(index as unknown as ArrayLike<unknown>), axis, size);
  const isSlice = typeof index === "object" && index !== null && Object.keys(index).every((key) => PARTS.includes(key));
  if (!isSlice) {
    throw new TypeError(
      `an index is an int, a slice such as "2:10" or slice(2, 10), "...", ints or a mask, not ${String(index)}`,
    );
  }
  return sliced(index as SliceSpec, size);
}

const PARTS: readonly string[] = ["start", "stop", "step"];

function sliced({ start, stop, step }: SliceSpec, size: number): Axis {
  for (const n of [start, stop, step]) {
    if (n !== undefined && n !== null && n !== Number.POSITIVE_INFINITY && !Number.isInteger(n)) {
      throw new TypeError(`a slice has ints, not ${String(n)}`);
    }
  }
  const by = step ?? 1;
  if (!Number.isInteger(by) || by < 1) throw new RangeError(`step must be >= 1 (got ${by})`);
  const clip = (n: number): number => Math.max(0, Math.min(size, n < 0 ? n + size : n));
  const from = clip(start ?? 0);
  const to = clip(stop ?? size);
  return { start: from, step: by, count: Math.max(0, Math.ceil((to - from) / by)), keep: true };
}

function listed(list: readonly unknown[], axis: number, size: number): Axis {
  if (list.length > 0 && list.every((item) => typeof item === "boolean")) {
    if (list.length !== size) {
      throw new RangeError(`a mask of ${list.length} does not fit axis ${axis} of length ${size}`);
    }
    return { list: list.flatMap((on, i) => (on ? [i] : [])) };
  }
  const places = list.map((item) => {
    const n = Number(item);
    if (!Number.isInteger(n)) throw new TypeError(`an index must be an int, not ${String(item)}`);
    if (n < -size || n >= size) throw new RangeError(`index (${n}) out of range for (0-${size - 1}) on axis ${axis}`);
    return n < 0 ? n + size : n;
  });
  for (let i = 1; i < places.length; i++) {
    if ((places[i] as number) <= (places[i - 1] as number)) {
      throw new TypeError("indexing elements must be in increasing order");
    }
  }
  return { list: places };
}

function masked(shape: readonly number[], mask: NDArray, fields: string[]): Selection {
  if (mask.shape.length !== shape.length || mask.shape.some((n, i) => n !== shape[i])) {
    throw new TypeError("a boolean mask must have the dataset's shape");
  }
  const points = mask.flat().flatMap((on, i) => (on ? [i] : []));
  return { axes: shape.map(whole), shape: [points.length], fields, points };
}
