/**
 * One item of an array: from memory to a value, and back.
 *
 * Values are those of Python's `item()`: booleans, numbers, bigint for 64-bit ints and ticks of times, `PyComplex`,
 * `Uint8Array`, strings, tuples for records, nested arrays for subarrays.
 *
 * @module
 */
import { halfToNumber, numberToHalf } from "../bytes/half.ts";
import { repr, typeName } from "../values/repr.ts";
import { PyComplex, PyFloat } from "../values/scalars.ts";
import { isTuple, Mark, tupleFrom } from "../values/tuple.ts";
import type { DType } from "./dtype.ts";
import { longToNumber, numberToLong } from "./longdouble.ts";
import { type ArrayData, storageOf } from "./storage.ts";

/** Reads the item that begins at `slot` of an array's memory. */
export function readItem(dtype: DType, data: ArrayData, slot: number): unknown {
  if (Array.isArray(data)) return data[slot];
  switch (dtype.kind) {
    case "b":
      return data[slot] !== 0;
    case "f":
      if (dtype.itemsize === 2) return halfToNumber(data[slot] as number);
      if (dtype.itemsize > 8) break;
      return data[slot];
    case "c":
      if (dtype.itemsize > 16) break;
      return new PyComplex(data[slot] as number, data[slot + 1] as number);
    case "i":
    case "u":
    case "M":
    case "m":
      return data[slot];
    default:
  }
  return readRaw(dtype, new DataView(data.buffer, data.byteOffset, data.byteLength), slot);
}

/** Reads an item of raw bytes, in the dtype's order. */
export function readRaw(dtype: DType, view: DataView, at: number): unknown {
  const { kind, itemsize } = dtype;
  const little = dtype.byteorder !== ">";
  if (dtype.base !== null) {
    let place = at;
    return nested(dtype.shape, 0, dtype.base.kind === "f", () => {
      const value = readRaw(dtype.base!, view, place);
      place += dtype.base!.itemsize;
      return value;
    });
  }
  if (dtype.fields !== null) {
    const items: unknown[] = [];
    let floats = 0;
    for (const { dtype: inner, offset } of dtype.fields.values()) {
      if (inner.kind === "f" && items.length < 31) floats |= 1 << items.length;
      items.push(readRaw(inner, view, at + offset));
    }
    return tupleFrom(items, floats);
  }
  switch (kind) {
    case "b":
      return view.getUint8(at) !== 0;
    case "i":
      if (itemsize === 1) return view.getInt8(at);
      if (itemsize === 2) return view.getInt16(at, little);
      return itemsize === 4 ? view.getInt32(at, little) : view.getBigInt64(at, little);
    case "u":
      if (itemsize === 1) return view.getUint8(at);
      if (itemsize === 2) return view.getUint16(at, little);
      return itemsize === 4 ? view.getUint32(at, little) : view.getBigUint64(at, little);
    case "f":
      return readFloat(view, at, itemsize, little);
    case "c":
      return new PyComplex(
        readFloat(view, at, itemsize / 2, little),
        readFloat(view, at + itemsize / 2, itemsize / 2, little),
      );
    case "M":
    case "m":
      return view.getBigInt64(at, little);
    case "U": {
      let text = "";
      let zeros = 0;
      for (let i = 0; i < itemsize; i += 4) {
        const code = view.getUint32(at + i, little);
        if (code === 0) {
          zeros++;
          continue;
        }
        if (zeros > 0) text += "\0".repeat(zeros);
        zeros = 0;
        text += code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
      }
      return text;
    }
    case "S": {
      let size = itemsize;
      while (size > 0 && view.getUint8(at + size - 1) === 0) size--;
      return new Uint8Array(view.buffer, view.byteOffset + at, size).slice();
    }
    default:
      return new Uint8Array(view.buffer, view.byteOffset + at, itemsize).slice();
  }
}

function readFloat(view: DataView, at: number, size: number, little: boolean): number {
  if (size === 2) return halfToNumber(view.getUint16(at, little));
  if (size === 4) return view.getFloat32(at, little);
  return size === 8 ? view.getFloat64(at, little) : longToNumber(view, at, size, little);
}

/** Nested arrays of a shape, filled in C order; `floats`: the numbers are Python floats, and stay such in a dump. */
export function nested(shape: readonly number[], axis: number, floats: boolean, next: () => unknown): unknown {
  if (axis === shape.length) return next();
  const list: unknown[] = [];
  for (let i = 0; i < (shape[axis] as number); i++) list.push(nested(shape, axis + 1, floats, next));
  if (floats && axis === shape.length - 1) Mark.setFloats(list, { at: null, values: list.slice() as number[] });
  return list;
}

/** Writes a value into the item that begins at `slot`; `TypeError` when the dtype cannot hold it, `RangeError` for an int out of its bounds. */
export function writeItem(dtype: DType, data: ArrayData, slot: number, value: unknown): void {
  if (Array.isArray(data)) {
    data[slot] = value;
    return;
  }
  const { slotBytes } = storageOf(dtype);
  // Memory of more than one byte a slot is in native order, which every machine that runs JavaScript has little.
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  writeRaw(dtype, view, slot * slotBytes, value, slotBytes > 1 || dtype.byteorder !== ">");
}

/** Writes an item of raw bytes; `little` is its order where that is not the dtype's own. */
export function writeRaw(
  dtype: DType,
  view: DataView,
  at: number,
  value: unknown,
  little: boolean = dtype.byteorder !== ">",
): void {
  const { kind, itemsize } = dtype;
  if (dtype.base !== null) {
    const flat = Array.isArray(value) ? value.flat(dtype.shape.length - 1) : [];
    const count = dtype.shape.reduce((a, b) => a * b, 1);
    if (flat.length !== count) return refuse(dtype, value);
    for (const [i, item] of flat.entries()) writeRaw(dtype.base, view, at + i * dtype.base.itemsize, item);
    return;
  }
  if (dtype.fields !== null) {
    if (!Array.isArray(value) || value.length !== dtype.fields.size) return refuse(dtype, value);
    let i = 0;
    for (const { dtype: inner, offset } of dtype.fields.values()) writeRaw(inner, view, at + offset, value[i++]);
    return;
  }
  switch (kind) {
    case "b":
      view.setUint8(at, truth(value) ? 1 : 0);
      return;
    case "i":
    case "u":
    case "M":
    case "m": {
      const whole = integer(dtype, value);
      const n = BigInt.asUintN(itemsize * 8, whole);
      if (isInt(value) && (kind === "u" ? n : BigInt.asIntN(itemsize * 8, whole)) !== whole) {
        throw new RangeError(`Python integer ${value} out of bounds for ${dtype}`);
      }
      if (itemsize === 8) view.setBigUint64(at, n, little);
      else if (itemsize === 4) view.setUint32(at, Number(n), little);
      else if (itemsize === 2) view.setUint16(at, Number(n), little);
      else view.setUint8(at, Number(n));
      return;
    }
    case "f":
      writeFloat(view, at, itemsize, little, real(dtype, value));
      return;
    case "c": {
      const whole = value instanceof PyComplex;
      writeFloat(view, at, itemsize / 2, little, whole ? value.re : real(dtype, value));
      writeFloat(view, at + itemsize / 2, itemsize / 2, little, whole ? value.im : 0);
      return;
    }
    case "U": {
      const codes = Array.from(plainText(value), (ch) => ch.codePointAt(0) as number);
      for (let i = 0; i < itemsize / 4; i++) view.setUint32(at + i * 4, codes[i] ?? 0, little);
      return;
    }
    default: {
      const bytes = value instanceof Uint8Array ? value : kind === "S" ? ascii(plainText(value)) : refuse(dtype, value);
      for (let i = 0; i < itemsize; i++) view.setUint8(at + i, bytes[i] ?? 0);
    }
  }
}

function writeFloat(view: DataView, at: number, size: number, little: boolean, value: number): void {
  if (size === 2) {
    const bits = numberToHalf(value);
    view.setUint16(at, bits >= 0 ? bits : value < 0 ? 0xfc00 : 0x7c00, little);
  } else if (size === 4) view.setFloat32(at, value, little);
  else if (size === 8) view.setFloat64(at, value, little);
  else numberToLong(view, at, size, little, value);
}

function refuse(dtype: DType, value: unknown): never {
  throw new TypeError(`${dtype} cannot hold this ${isTuple(value) ? "tuple" : typeName(value)}`);
}

/** Is a value true as a bool of NumPy's? Every number but zero is, NaN too. */
function truth(value: unknown): boolean {
  if (value instanceof PyFloat) return value.value !== 0;
  if (value instanceof PyComplex) return value.re !== 0 || value.im !== 0;
  return typeof value === "number" ? value !== 0 : Boolean(value);
}

function real(dtype: DType, value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint" || typeof value === "boolean") return Number(value);
  if (value instanceof PyFloat) return value.value;
  if (value instanceof PyComplex) return value.re;
  const text = typeof value === "string" ? value.trim().toLowerCase() : "";
  const read = /^[+-]?inf(inity)?$/.test(text) ? (text[0] === "-" ? -1 : 1) * Number.POSITIVE_INFINITY : Number(text);
  if (text === "" || (Number.isNaN(read) && !/^[+-]?nan$/.test(text))) return refuse(dtype, value);
  return read;
}

/** An int, cut as C cuts a float; what is no number is the smallest int64, as on x86. */
function integer(dtype: DType, value: unknown): bigint {
  if (typeof value === "bigint") return value;
  const x = real(dtype, value);
  return Number.isFinite(x) ? BigInt(Math.trunc(x)) : -(2n ** 63n);
}

/** Is a value an int, which has to fit, and no float, which is cut? */
function isInt(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

function plainText(value: unknown): string {
  return typeof value === "string" ? value : value instanceof Uint8Array ? String.fromCharCode(...value) : repr(value);
}

function ascii(text: string): Uint8Array {
  if (/[^\0-\x7f]/.test(text)) throw new TypeError("bytes of an array take ASCII text only");
  return Uint8Array.from(text, (ch) => ch.charCodeAt(0));
}
