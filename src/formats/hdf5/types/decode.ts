/**
 * Elements on their way from the file to arrays.
 *
 * @module
 */

import { FormatError, LimitError, TruncatedError, UnsupportedError } from "../../../core/errors.ts";
import { array, type DType, flattened, NDArray } from "../../../core/ndarray/index.ts";
import { PyComplex } from "../../../core/values/scalars.ts";
import { tupleFrom } from "../../../core/values/tuple.ts";
import type { Context } from "../storage/context.ts";
import { Cursor, type Sizes } from "../storage/cursor.ts";
import type { Reading } from "../storage/store.ts";
import { utf8Text } from "../storage/text.ts";
import type { FixedType, FloatType, H5Type } from "./datatype.ts";
import { isBool, isComplex, mapped } from "./dtypes.ts";
import { addressAt, Heaps, refersToHeap } from "./heaps.ts";
import { Reference } from "./reference.ts";

/** An array of elements that stand one after another in `bytes`, which belong to it from now on. */
export function* elements(
  context: Context,
  type: H5Type,
  bytes: Uint8Array,
  shape: readonly number[],
): Reading<NDArray> {
  const count = shape.reduce((a, b) => a * b, 1);
  const simple = simpleElements(type, bytes, count, shape);
  if (simple !== null) return simple;
  const { dtype } = mapped(type);
  // Items of a subarray are items of the array.
  if (type.kind === "array") return yield* elements(context, type.base, bytes, [...shape, ...type.shape]);
  demandItems(context, type, count);
  const items = new Array<unknown>(count);
  const heaps = new Heaps(context);
  const step = refersToHeap(type) ? BATCH : count;
  for (let i = 0; i < count; ) {
    const end = Math.min(count, i + step);
    yield* heaps.fetch(type, bytes, i, end);
    for (; i < end; i++) items[i] = element(heaps, context.sizes, type, bytes, i * type.size);
  }
  return made(dtype, items, shape);
}

/** A list holds no more; what would not fit in one is read part by part. */
const MOST_ITEMS = 2 ** 25;
/** So many may come of a file of any size; of larger ones a few for each byte. */
const FREE_ITEMS = 2 ** 23;

/** How many values an element is. */
function valuesOf(type: H5Type): number {
  if (type.kind === "array") return valuesOf(type.base) * type.shape.reduce((a, b) => a * b, 1);
  return type.kind === "compound" ? type.members.reduce((sum, member) => sum + valuesOf(member.type), 1) : 1;
}

/** Throws `LimitError` where a small file claims more values than memory has room for. */
function demandItems(context: Context, type: H5Type, count: number): void {
  const own = context.pending !== null;
  const most = own ? MOST_ITEMS : Math.min(MOST_ITEMS, Math.max(FREE_ITEMS, 4 * context.store.size));
  const wanted = own ? count : count * valuesOf(type);
  if (wanted > most) throw new LimitError("maxItems", most, wanted, { format: "hdf5" });
}

/** What elements refer to is fetched for so many of them at once. */
const BATCH = 4096;

function made(dtype: DType, items: unknown[], shape: readonly number[]): NDArray {
  return dtype.hasObject ? NDArray.over(dtype, items, shape) : array(items, { dtype, shape });
}

/** The items of a sequence or a member of several, of which all is at hand. */
function items(heaps: Heaps, sizes: Sizes, type: H5Type, bytes: Uint8Array, shape: readonly number[]): NDArray {
  if (type.kind === "array") return items(heaps, sizes, type.base, bytes, [...shape, ...type.shape]);
  const count = shape.reduce((a, b) => a * b, 1);
  const simple = simpleElements(type, bytes, count, shape);
  if (simple !== null) return simple;
  const list = new Array<unknown>(count);
  for (let i = 0; i < count; i++) list[i] = element(heaps, sizes, type, bytes, i * type.size);
  return made(mapped(type).dtype, list, shape);
}

/** Elements whose bytes are, but for little, those of the array; else null. */
function simpleElements(type: H5Type, bytes: Uint8Array, count: number, shape: readonly number[]): NDArray | null {
  const { dtype, raw } = mapped(type);
  const all = count * type.size;
  if (bytes.length < all) {
    throw new TruncatedError(`${count} elements of ${type.size} bytes do not fit in ${bytes.length} bytes`, {
      format: "hdf5",
    });
  }
  if (raw) {
    const [inner, whole] = flattened(dtype, shape);
    return NDArray.fromBytes(inner, bytes.subarray(0, all), whole, { share: true });
  }
  if (type.kind === "string") {
    for (let i = 0; i < count; i++) nulPadded(type.padding, bytes, i * type.size, type.size);
    return NDArray.fromBytes(dtype, bytes.subarray(0, all), shape, { share: true });
  }
  return type.kind === "float" && dtype.itemsize === 16
    ? NDArray.fromBytes(dtype, widened(bytes, count, type.size), shape)
    : null;
}

/** Long doubles of ten or twelve bytes, in sixteen. */
function widened(bytes: Uint8Array, count: number, size: number): Uint8Array {
  const out = new Uint8Array(count * 16);
  for (let i = 0; i < count; i++) out.set(bytes.subarray(i * size, i * size + 10), i * 16);
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

/** One element as a value: what Python's `item()` gives; text for strings, arrays for sequences. */
function element(heaps: Heaps, sizes: Sizes, type: H5Type, bytes: Uint8Array, at: number): unknown {
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
      return isBool(type.base, type.names) ? Number(value) !== 0 : value;
    }
    case "opaque":
      return bytes.slice(at, at + type.size);
    case "array":
      return items(heaps, sizes, type.base, bytes.slice(at, at + type.size), type.shape);
    case "compound": {
      if (isComplex(type)) {
        const base = type.members[0]?.type as FloatType;
        return new PyComplex(floatValue(base, bytes, at), floatValue(base, bytes, at + base.size));
      }
      const parts: unknown[] = [];
      let floats = 0;
      for (const [i, member] of type.members.entries()) {
        if (member.type.kind === "float" && i < 31) floats |= 1 << i;
        // Fixed strings stay bytes in records, as they are in arrays.
        if (member.type.kind === "string") parts.push(stripped(member.type, bytes, at + member.offset));
        else {
          const value = element(heaps, sizes, member.type, bytes, at + member.offset);
          parts.push(value instanceof NDArray && member.type.kind === "array" ? value.toArray() : value);
        }
      }
      return tupleFrom(parts, floats);
    }
    case "vlenString": {
      const found = heaps.sequence(bytes, at);
      // Padding is for text of fixed length: as libhdf5 has it, this one ends where it ends.
      return found === null ? "" : fixedText(0, found.bytes.subarray(0, found.count));
    }
    case "vlen": {
      const found = heaps.sequence(bytes, at);
      return items(heaps, sizes, type.base, found?.bytes.slice() ?? new Uint8Array(0), [found?.count ?? 0]);
    }
    case "reference":
      try {
        return reference(heaps, sizes, type, bytes, at);
      } catch (e) {
        if (!(e instanceof FormatError)) throw e;
        return new Reference(-1, type.of === "region" ? new Uint8Array(0) : null, e);
      }
  }
}

/** Kinds of references of HDF5 1.12 besides those to objects. */
const REGION = 3;
const ATTRIBUTE = 4;

function reference(
  heaps: Heaps,
  sizes: Sizes,
  { of, size }: H5Type & { kind: "reference" },
  bytes: Uint8Array,
  at: number,
): Reference {
  if (of === "region") {
    const region = heaps.region(bytes, at);
    return new Reference(region === null ? -1 : new Cursor(region, sizes).offset(), region);
  }
  if (of === "object") return new Reference(addressAt(bytes, at, sizes) || -1, null);
  // References of HDF5 1.12: kind, flags, length and token of the object; those of other kinds stand in a heap.
  const c = new Cursor(bytes.subarray(at, at + size), sizes);
  const kind = c.u8();
  if (kind === REGION || kind === ATTRIBUTE) {
    const what = `references of HDF5 1.12 to ${kind === REGION ? "regions" : "attributes"}`;
    return new Reference(-1, null, new UnsupportedError(what, `${what} are not followed`, { format: "hdf5" }));
  }
  c.skip(1);
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
    const rest = norm === 2 ? mantissa : BigInt.asUintN(manSize - 1, mantissa);
    return rest === 0n ? negative * Number.POSITIVE_INFINITY : Number.NaN;
  }
  if (exponent === 0 && mantissa === 0n) return negative * 0;
  // As many bits of the mantissa as a double can hold; the scale in two steps, lest it leave a double's range.
  const over = Math.max(0, manSize - 64);
  let value = Number(mantissa >> BigInt(over));
  let scale = (exponent === 0 && norm === 2 ? 1 : exponent) - bias - (manSize - over);
  // Where the highest bit is not implied, it stands in the mantissa, before the point.
  if (norm !== 2) scale += 1;
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
    // NumPy's text has no NULs behind it, whatever the file fills it with.
    while (end > 0 && bytes[end - 1] === 0) end--;
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
  if (!raw || type.kind === "string") {
    if (bytes.length < type.size) throw new TruncatedError("an element is cut short", { format: "hdf5" });
    const heaps = new Heaps(context);
    yield* heaps.fetch(type, bytes, 0, 1);
    return element(heaps, context.sizes, type, bytes, 0);
  }
  const one = yield* elements(context, type, bytes, []);
  // A time without its unit says nothing.
  return one.dtype.kind === "M" || one.dtype.kind === "m" ? one.scalar() : one.item();
}
