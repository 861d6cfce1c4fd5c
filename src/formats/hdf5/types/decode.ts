/**
 * Elements on their way from the file to arrays.
 *
 * @module
 */

import { TruncatedError } from "../../../core/errors.ts";
import { array, type DType, NDArray } from "../../../core/ndarray/index.ts";
import { PyComplex } from "../../../core/values/scalars.ts";
import { tupleFrom } from "../../../core/values/tuple.ts";
import type { Context } from "../storage/context.ts";
import { Cursor, utf8Text } from "../storage/cursor.ts";
import type { Reading } from "../storage/store.ts";
import type { FixedType, FloatType, H5Type } from "./datatype.ts";
import { isBool, mapped } from "./dtypes.ts";
import { Reference } from "./reference.ts";

/** An array of elements that stand one after another in `bytes`, which belong to it from now on. */
export function* elements(
  context: Context,
  type: H5Type,
  bytes: Uint8Array,
  shape: readonly number[],
): Reading<NDArray> {
  const { dtype, raw } = mapped(type);
  const count = shape.reduce((a, b) => a * b, 1);
  if (bytes.length < count * type.size) {
    throw new TruncatedError(`${count} elements of ${type.size} bytes do not fit in ${bytes.length} bytes`, {
      format: "hdf5",
    });
  }
  if (raw) {
    const [inner, whole] = inside(dtype, shape);
    return NDArray.fromBytes(inner, bytes.subarray(0, count * type.size), whole, { share: true });
  }
  if (type.kind === "string") {
    for (let i = 0; i < count; i++) nulPadded(type.padding, bytes, i * type.size, type.size);
    return NDArray.fromBytes(dtype, bytes.subarray(0, count * type.size), shape, { share: true });
  }
  if (type.kind === "float" && dtype.itemsize === 16) return NDArray.fromBytes(dtype, widened(bytes, count), shape);
  const items = new Array<unknown>(count);
  for (let i = 0; i < count; i++) items[i] = yield* element(context, type, bytes, i * type.size);
  if (dtype.hasObject) return NDArray.over(dtype, items, shape);
  const [inner, whole] = inside(dtype, shape);
  return array(items, { dtype: inner, shape: whole });
}

/** Long doubles of twelve bytes, in sixteen. */
function widened(bytes: Uint8Array, count: number): Uint8Array {
  const out = new Uint8Array(count * 16);
  for (let i = 0; i < count; i++) out.set(bytes.subarray(i * 12, i * 12 + 12), i * 16);
  return out;
}

/** Text of fixed length as NumPy has it: NULs behind it, whatever stood there. */
function nulPadded(padding: number, bytes: Uint8Array, at: number, size: number): void {
  let end = at + size;
  if (padding === 0) {
    const nul = bytes.subarray(at, end).indexOf(0);
    if (nul >= 0) bytes.fill(0, at + nul, end);
  } else if (padding === 2) {
    for (; end > at && bytes[end - 1] === 0x20; end--) bytes[end - 1] = 0;
  }
}

/** An array of subarrays is one of more axes. */
function inside(type: DType, shape: readonly number[]): [DType, readonly number[]] {
  return type.base === null ? [type, shape] : [type.base, [...shape, ...type.shape]];
}

/** One element as a value: what Python's `item()` gives; text for strings, arrays for sequences. */
export function* element(context: Context, type: H5Type, bytes: Uint8Array, at: number): Reading<unknown> {
  switch (type.kind) {
    case "int":
    case "bitfield":
      return fixedValue(type, bytes, at);
    case "time":
      return fixedValue(
        { kind: "int", size: type.size, big: type.big, signed: true, bitOffset: 0, precision: type.size * 8 },
        bytes,
        at,
      );
    case "float":
      return floatValue(type, bytes, at);
    case "complex":
      return new PyComplex(floatValue(type.base, bytes, at), floatValue(type.base, bytes, at + type.base.size));
    case "string":
      return fixedText(type.padding, bytes.subarray(at, at + type.size));
    case "enum": {
      const value = fixedValue(type.base, bytes, at);
      return isBool(type.base, type.names) ? value !== 0 : value;
    }
    case "opaque":
      return bytes.slice(at, at + type.size);
    case "array": {
      const part = bytes.slice(at, at + type.size);
      return yield* elements(context, type.base, part, type.shape);
    }
    case "compound": {
      if (mapped(type).dtype.kind === "c") {
        const base = type.members[0]?.type as FloatType;
        return new PyComplex(floatValue(base, bytes, at), floatValue(base, bytes, at + base.size));
      }
      const items: unknown[] = [];
      let floats = 0;
      for (const [i, member] of type.members.entries()) {
        if (member.type.kind === "float" && i < 31) floats |= 1 << i;
        // Fixed strings stay bytes in records, as they are in arrays.
        if (member.type.kind === "string") items.push(stripped(member.type, bytes, at + member.offset));
        else {
          const value = yield* element(context, member.type, bytes, at + member.offset);
          const isRow = value instanceof NDArray && member.type.kind === "array" && !value.dtype.hasObject;
          items.push(isRow ? value.toArray() : value);
        }
      }
      return tupleFrom(items, floats);
    }
    case "vlenString": {
      const found = yield* sequence(context, bytes, at);
      if (found.bytes === null) return "";
      return fixedText(type.padding, found.bytes.subarray(0, found.length));
    }
    case "vlen": {
      const { length, bytes: found } = yield* sequence(context, bytes, at);
      return yield* elements(context, type.base, found === null ? new Uint8Array(0) : found.slice(), [
        found === null ? 0 : length,
      ]);
    }
    case "reference":
      return reference(context, type.of, bytes, at, type.size, yield* regionOf(context, type.of, bytes, at));
  }
}

/** What a variable-length element refers to. */
function* sequence(
  context: Context,
  bytes: Uint8Array,
  at: number,
): Reading<{ length: number; bytes: Uint8Array | null }> {
  const c = new Cursor(bytes, context.sizes).skip(at);
  const length = c.u32();
  const heap = c.offset();
  const index = c.u32();
  if (length === 0) return { length: 0, bytes: null };
  return { length, bytes: yield* context.globalObject(heap, index) };
}

function* regionOf(context: Context, of: string, bytes: Uint8Array, at: number): Reading<Uint8Array | null> {
  if (of !== "region") return null;
  const c = new Cursor(bytes, context.sizes).skip(at);
  return yield* context.globalObject(c.offset(), c.u32());
}

function reference(
  context: Context,
  of: string,
  bytes: Uint8Array,
  at: number,
  size: number,
  region: Uint8Array | null,
): Reference {
  if (of === "region") {
    return new Reference(region === null ? -1 : new Cursor(region, context.sizes).offset(), region);
  }
  if (of === "object") return new Reference(new Cursor(bytes, context.sizes).skip(at).offset() || -1, null);
  // References of HDF5 1.12: kind, flags, length and token of the object.
  const c = new Cursor(bytes.subarray(at, at + size), context.sizes).skip(2);
  const length = c.u8();
  return new Reference(c.uint(Math.min(length, 8)) || -1, null);
}

/** A fixed integer: a number up to 32 bits, else a bigint. */
export function fixedValue(type: FixedType, bytes: Uint8Array, at: number): number | bigint {
  const { size, big, signed, bitOffset, precision } = type;
  let value = 0n;
  for (let i = 0; i < size; i++) {
    const byte = bytes[at + (big ? i : size - 1 - i)] as number;
    value = (value << 8n) | BigInt(byte);
  }
  value >>= BigInt(bitOffset);
  value = signed ? BigInt.asIntN(precision, value) : BigInt.asUintN(precision, value);
  return size > 4 ? value : Number(value);
}

/** A float of any layout. */
export function floatValue(type: FloatType, bytes: Uint8Array, at: number): number {
  const { size, order, sign, expAt, expSize, manAt, manSize, bias, norm } = type;
  let bits = 0n;
  for (let i = 0; i < size; i++) {
    // VAX: words from low to high places hold the high words first.
    const from = order === ">" ? i : order === "vax" ? (i & ~1) + (1 - (i & 1)) : size - 1 - i;
    bits = (bits << 8n) | BigInt(bytes[at + from] as number);
  }
  const part = (from: number, count: number): bigint => BigInt.asUintN(count, bits >> BigInt(from));
  const negative = part(sign, 1) === 1n ? -1 : 1;
  const exponent = Number(part(expAt, expSize));
  const mantissa = part(manAt, manSize);
  if (order !== "vax" && exponent === 2 ** expSize - 1) {
    const rest = norm === 1 ? BigInt.asUintN(manSize - 1, mantissa) : mantissa;
    return rest === 0n ? negative * Number.POSITIVE_INFINITY : Number.NaN;
  }
  if (exponent === 0 && mantissa === 0n) return negative * 0;
  // As many bits of the mantissa as a double can hold; the scale in two steps, lest it leave a double's range.
  const over = Math.max(0, manSize - 64);
  let value = Number(mantissa >> BigInt(over));
  let scale = (exponent === 0 && norm === 2 ? 1 : exponent) - bias - (manSize - over);
  if (norm === 1) scale += 1;
  if (norm === 2 && exponent !== 0) value += 2 ** (manSize - over);
  const half = Math.trunc(scale / 2);
  return negative * value * 2 ** half * 2 ** (scale - half);
}

/** Text of a fixed string: up to the first NUL, or without the NULs or spaces at its end. */
export function fixedText(padding: number, bytes: Uint8Array): string {
  let end = bytes.length;
  if (padding === 0) {
    const nul = bytes.indexOf(0);
    if (nul >= 0) end = nul;
  } else {
    const fill = padding === 2 ? 0x20 : 0;
    while (end > 0 && bytes[end - 1] === fill) end--;
  }
  return utf8Text(bytes.subarray(0, end));
}

/** Text of fixed length as bytes. */
function stripped({ padding, size }: { padding: number; size: number }, bytes: Uint8Array, at: number): Uint8Array {
  const out = bytes.slice(at, at + size);
  nulPadded(padding, out, 0, size);
  let end = size;
  while (end > 0 && out[end - 1] === 0) end--;
  return out.subarray(0, end);
}

/** The value of a scalar: strings as text, all else as the array's one item. */
export function* scalar(context: Context, type: H5Type, bytes: Uint8Array): Reading<unknown> {
  if (type.kind === "array") return yield* elements(context, type, bytes, []);
  const { raw } = mapped(type);
  if (!raw || type.kind === "string") return yield* element(context, type, bytes, 0);
  const made = yield* elements(context, type, bytes, []);
  return made.item();
}
