/**
 * Python's rules of indices and slices, on shapes and strides alone.
 *
 * @module
 */

/** A window on memory: lengths of the axes, slots from one item to the next along each, slot of the first item. */
export interface View {
  shape: number[];
  stride: number[];
  offset: number;
}

/** A slice as an object; Python's `slice` fits too. */
export interface SliceLike {
  start?: unknown;
  stop?: unknown;
  step?: unknown;
}

/**
 * One index: an int (negative from the end), a slice as `"1:10:2"` or `{ start, stop, step }`, `"..."` for all axes
 * between, `null` for a new axis of length 1.
 */
export type Index = number | bigint | string | SliceLike | null;

const SLICE = /^\s*([+-]?\d+)?\s*:\s*([+-]?\d+)?\s*(?::\s*([+-]?\d+)?\s*)?$/;

/** Is this an index of one item of its axis? */
export function isInt(index: unknown): index is number | bigint {
  return typeof index === "number" || typeof index === "bigint";
}

function place(index: number | bigint, axis: number, size: number): number {
  const i = Number(index);
  if (!Number.isInteger(i)) throw new TypeError(`an index must be an int, not ${index}`);
  if (i < -size || i >= size) throw new RangeError(`index ${i} is out of bounds for axis ${axis} with size ${size}`);
  return i < 0 ? i + size : i;
}

function bound(value: unknown, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  const n = typeof value === "string" || typeof value === "bigint" ? Number(value) : value;
  if (typeof n !== "number" || !Number.isInteger(n)) throw new TypeError("the parts of a slice must be ints");
  return n;
}

/** Start, step and number of items of a slice along an axis: CPython's `PySlice_AdjustIndices`. */
export function sliceOf(slice: SliceLike, size: number): { start: number; step: number; count: number } {
  const step = bound(slice.step, 1);
  if (step === 0) throw new RangeError("slice step cannot be zero");
  const [least, most] = step < 0 ? [-1, size - 1] : [0, size];
  const clip = (n: number): number => Math.max(least, Math.min(most, n < 0 ? n + size : n));
  const start = slice.start == null ? (step < 0 ? most : least) : clip(bound(slice.start, 0));
  const stop = slice.stop == null ? (step < 0 ? least : most) : clip(bound(slice.stop, 0));
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)) };
}

function asSlice(index: string | SliceLike): SliceLike {
  if (typeof index !== "string") return index;
  const match = SLICE.exec(index);
  if (match === null) throw new TypeError(`bad slice ${JSON.stringify(index)}: write it as "start:stop:step"`);
  return { start: match[1], stop: match[2], step: match[3] };
}

/** The view that indices pick out of a view. */
export function pick(view: View, indices: readonly Index[]): View {
  const used = indices.filter((index) => index !== null && index !== "...").length;
  const free = view.shape.length - used;
  if (free < 0) {
    throw new RangeError(`too many indices: the array has ${view.shape.length} dimensions, but ${used} were indexed`);
  }
  const dots = indices.indexOf("...");
  if (dots >= 0 && indices.indexOf("...", dots + 1) >= 0) throw new TypeError('an index has only one "..."');
  const out: View = { shape: [], stride: [], offset: view.offset };
  let axis = 0;
  const keep = (): void => {
    out.shape.push(view.shape[axis] as number);
    out.stride.push(view.stride[axis++] as number);
  };
  for (const index of indices) {
    if (index === "...") {
      for (let i = 0; i < free; i++) keep();
    } else if (index === null) {
      out.shape.push(1);
      out.stride.push(0);
    } else {
      const size = view.shape[axis] as number;
      const stride = view.stride[axis] as number;
      if (isInt(index)) out.offset += place(index, axis, size) * stride;
      else {
        const { start, step, count } = sliceOf(asSlice(index), size);
        if (count > 0) out.offset += start * stride;
        out.shape.push(count);
        out.stride.push(stride * step);
      }
      axis++;
    }
  }
  while (axis < view.shape.length) keep();
  return out;
}

/** Number of items of a shape; `RangeError` beyond what can be counted. */
export function sizeOf(shape: readonly number[]): number {
  if (shape.length > 64) throw new RangeError(`an array has at most 64 axes, not ${shape.length}`);
  let size = 1;
  for (const n of shape) {
    if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`${n} is no length of an axis`);
    size *= n;
  }
  if (shape.includes(0)) return 0;
  if (!Number.isSafeInteger(size)) throw new RangeError(`an array of shape (${shape.join(", ")}) is too large`);
  return size;
}

/** Strides of items that follow each other: last axis fastest (C), or first (F). */
export function strides(shape: readonly number[], slots: number, fortran = false): number[] {
  const out = new Array<number>(shape.length);
  let step = slots;
  for (let i = 0; i < shape.length; i++) {
    const axis = fortran ? i : shape.length - 1 - i;
    out[axis] = step;
    step *= Math.max(1, shape[axis] as number);
  }
  return out;
}

/** Do the items follow each other without gaps, last axis fastest (or first, for `fortran`)? */
export function isContiguous({ shape, stride }: View, slots: number, fortran: boolean): boolean {
  if (shape.includes(0)) return true;
  let step = slots;
  for (let i = 0; i < shape.length; i++) {
    const axis = fortran ? i : shape.length - 1 - i;
    const n = shape[axis] as number;
    if (n !== 1 && stride[axis] !== step) return false;
    step *= n;
  }
  return true;
}

/** Visits the slot of every item, last axis fastest. */
export function walk({ shape, stride, offset }: View, visit: (slot: number) => void): void {
  if (shape.includes(0)) return;
  const last = shape.length - 1;
  const count = last < 0 ? 1 : (shape[last] as number);
  const step = last < 0 ? 0 : (stride[last] as number);
  const index = new Array<number>(Math.max(0, last)).fill(0);
  let row = offset;
  for (;;) {
    for (let i = 0, at = row; i < count; i++, at += step) visit(at);
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      row += stride[axis] as number;
      index[axis]!++;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      row -= (stride[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** The same items with the axes in the order given. */
export function reorder({ shape, stride, offset }: View, axes: readonly number[]): View {
  return { shape: axes.map((a) => shape[a] as number), stride: axes.map((a) => stride[a] as number), offset };
}
