/**
 * Many items at once: to JavaScript's values, and from one dtype to another, without asking each what it is.
 *
 * Memory here has no gaps: {@link gather} brings items together first.
 *
 * @module
 */
import { halfToNumber, numberToHalf } from "../bytes/half.ts";
import { PyComplex } from "../values/scalars.ts";
import { Mark } from "../values/tuple.ts";
import { unitChange } from "./datetime.ts";
import type { DType } from "./dtype.ts";
import { readRaw, writeItem, writeRaw } from "./items.ts";
import { type ArrayData, allocate, storageOf, type TypedData } from "./storage.ts";

/** The numbers of float16's bits. */
function halves(bits: Uint16Array): Float32Array {
  const out = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = halfToNumber(bits[i] as number);
  return out;
}

/** All items of memory, in order, as Python's `item()` gives them. */
export function itemsOf(dtype: DType, data: TypedData, count: number): unknown[] {
  const { kind, itemsize } = dtype;
  const { slots, slotBytes } = storageOf(dtype);
  const out = new Array<unknown>(count);
  if (kind === "b") {
    for (let i = 0; i < count; i++) out[i] = data[i] !== 0;
  } else if (kind === "f" && itemsize === 2) {
    const numbers = halves(data as Uint16Array);
    for (let i = 0; i < count; i++) out[i] = numbers[i];
  } else if (kind === "c" && slots === 2) {
    for (let i = 0; i < count; i++) out[i] = new PyComplex(data[2 * i] as number, data[2 * i + 1] as number);
  } else if (slots === 1 && (slotBytes > 1 || kind === "i" || kind === "u")) {
    fill(out, data);
  } else {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let i = 0, at = 0; i < count; i++, at += itemsize) out[i] = readRaw(dtype, view, at);
  }
  return out;
}

/** Numbers of the commonest classes each in a loop of their own. */
function fill(out: unknown[], data: TypedData): void {
  if (data instanceof Float64Array) for (let i = 0; i < out.length; i++) out[i] = data[i];
  else if (data instanceof Float32Array) for (let i = 0; i < out.length; i++) out[i] = data[i];
  else if (data instanceof Int32Array) for (let i = 0; i < out.length; i++) out[i] = data[i];
  else for (let i = 0; i < out.length; i++) out[i] = data[i];
}

/** Items as nested arrays of a shape; `floats`: their numbers, which are Python floats and stay such in a dump. */
export function rowsOf(
  items: unknown[],
  shape: readonly number[],
  floats: Float64Array | Float32Array | null,
): unknown {
  if (shape.length === 0) return items[0];
  const last = shape.length - 1;
  const wide = shape[last] as number;
  let at = 0;
  const level = (axis: number): unknown[] => {
    if (axis === last) {
      const row = last === 0 ? items : items.slice(at, at + wide);
      if (floats !== null) Mark.setFloats(row, { at: null, values: floats.subarray(at, at + wide) });
      at += wide;
      return row;
    }
    const size = shape[axis] as number;
    const rows = new Array<unknown>(size);
    for (let i = 0; i < size; i++) rows[i] = level(axis + 1);
    return rows;
  };
  return level(0);
}

/** The numbers of memory of floats, to remember them by; null for other dtypes. */
export function floatsOf(dtype: DType, data: TypedData): Float64Array | Float32Array | null {
  if (dtype.kind !== "f") return null;
  if (data instanceof Float64Array || data instanceof Float32Array) return data;
  return dtype.itemsize === 2
    ? halves(data as Uint16Array)
    : Float64Array.from(itemsOf(dtype, data, data.length / dtype.itemsize) as number[]);
}

/** A dtype whose items are numbers of a typed array. */
function isNumeric(dtype: DType): boolean {
  return dtype.base === null && (/[biu]/.test(dtype.kind) || (dtype.kind === "f" && dtype.itemsize <= 8));
}

const isWide = (dtype: DType): boolean => /[iu]/.test(dtype.kind) && dtype.itemsize === 8;

/**
 * Memory of `from` converted to `to`, as C converts: floats lose their fraction, ints wrap, text is parsed. `TypeError`
 * for items that `to` cannot hold.
 */
export function converted(from: DType, data: ArrayData, to: DType, count: number): ArrayData {
  const out = allocate(to, count);
  if (!Array.isArray(data) && !Array.isArray(out)) {
    if (isNumeric(from) && isNumeric(to)) {
      numbers(from, data, to, out);
      return out;
    }
    if (/[Mm]/.test(from.kind) && from.kind === to.kind) {
      times(from, data as BigInt64Array, to, out as BigInt64Array);
      return out;
    }
    if (from.kind === "c" && to.kind === "c" && from.itemsize <= 16 && to.itemsize <= 16) {
      (out as Float64Array).set(data as Float64Array);
      return out;
    }
  }
  const items = Array.isArray(data) ? data : itemsOf(from, data, count);
  if (Array.isArray(out)) {
    for (let i = 0; i < count; i++) out[i] = items[i];
    return out;
  }
  const { slots, slotBytes } = storageOf(to);
  if (slots * slotBytes === 0) for (let i = 0; i < count; i++) writeItem(to, out, 0, items[i]);
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  const little = slotBytes > 1 || to.byteorder !== ">";
  const size = slots * slotBytes;
  if (size > 0) for (let i = 0; i < count; i++) writeRaw(to, view, i * size, items[i], little);
  return out;
}

/** Ticks of one unit as those of another; those of no unit are taken as they are. */
function times(from: DType, data: BigInt64Array, to: DType, out: BigInt64Array): void {
  const isSame = from.unit === to.unit && from.count === to.count;
  if (isSame || from.unit === "generic" || to.unit === "generic") {
    out.set(data);
    return;
  }
  const change = unitChange(from.kind as "M" | "m", from, to);
  for (let i = 0; i < out.length; i++) out[i] = change(data[i] as bigint);
}

function numbers(from: DType, data: TypedData, to: DType, out: TypedData): void {
  const wide = isWide(from);
  if (from.kind === "f" && from.itemsize === 2) data = halves(data as Uint16Array);
  if (to.kind === "b") {
    // Every number but zero is true, NaN too.
    if (wide) for (let i = 0; i < out.length; i++) out[i] = data[i] === 0n ? 0 : 1;
    else for (let i = 0; i < out.length; i++) out[i] = data[i] === 0 ? 0 : 1;
  } else if (isWide(to)) {
    if (wide) new Uint32Array(out.buffer).set(new Uint32Array(data.buffer, data.byteOffset, data.length * 2));
    else toWide(data as Float64Array, new Uint32Array(out.buffer));
  } else if (wide) {
    const words = new Int32Array(data.buffer, data.byteOffset, data.length * 2);
    if (to.kind === "f")
      fromWide(
        words,
        to.itemsize === 2 ? new Float64Array(data.length) : (out as Float64Array),
        from.kind === "i",
        to,
        out,
      );
    else for (let i = 0; i < out.length; i++) out[i] = words[2 * i] as number;
  } else if (to.kind === "f" && to.itemsize === 2) toHalves(data as Float64Array, out as Uint16Array);
  // Python's and C's rules are those of `set`: a number loses its fraction and wraps.
  else (out as Float64Array).set(data as Float64Array);
}

/** Numbers as 64-bit ints, low word first; what is no number is the smallest int64, as on x86. */
function toWide(data: Float64Array, words: Uint32Array): void {
  for (let i = 0; i < data.length; i++) {
    const x = Math.trunc(data[i] as number);
    if (Number.isFinite(x)) {
      words[2 * i] = x;
      words[2 * i + 1] = Math.floor(x / 2 ** 32);
    } else words[2 * i + 1] = 0x80000000;
  }
}

/** 64-bit ints as numbers, rounded once. */
function fromWide(words: Int32Array, numbers: Float64Array, signed: boolean, to: DType, out: TypedData): void {
  for (let i = 0; i < numbers.length; i++) {
    const high = words[2 * i + 1] as number;
    numbers[i] = (signed ? high : high >>> 0) * 2 ** 32 + ((words[2 * i] as number) >>> 0);
  }
  if (to.itemsize === 2) toHalves(numbers, out as Uint16Array);
}

function toHalves(data: Float64Array, out: Uint16Array): void {
  for (let i = 0; i < data.length; i++) {
    const x = data[i] as number;
    const bits = numberToHalf(x);
    out[i] = bits >= 0 ? bits : x < 0 ? 0xfc00 : 0x7c00;
  }
}

/** Are two memories of numbers equal, item by item? Null where that is not told by their slots. */
export function sameNumbers(a: DType, left: ArrayData, b: DType, right: ArrayData): boolean | null {
  if (Array.isArray(left) || Array.isArray(right)) return null;
  if (!isNumeric(a) || !isNumeric(b) || isWide(a) !== isWide(b)) return null;
  const [x, y] = [a, b].map((type, i) => {
    const data = i === 0 ? left : right;
    return type.kind === "f" && type.itemsize === 2 ? halves(data as Uint16Array) : data;
  }) as [TypedData, TypedData];
  if (x instanceof Float64Array && y instanceof Float64Array) {
    for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  } else for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
