/**
 * Values on their way to a file: from arrays and JavaScript values to the bytes of elements.
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { array, type DType, flattened, NDArray, NumpyScalar, typedDType } from "../../../core/ndarray/index.ts";
import { PyDict } from "../../../core/values/dict.ts";
import { typeName } from "../../../core/values/repr.ts";
import { isTuple } from "../../../core/values/tuple.ts";
import { encoded } from "../storage/text.ts";
import type { FixedType, H5Type } from "../types/datatype.ts";
import { isComplex, mapped } from "../types/dtypes.ts";
import { Reference } from "../types/reference.ts";
import { product } from "./data.ts";
import type { Pointers } from "./pointers.ts";

/** Elements in a shape. */
export interface Encoded {
  readonly bytes: Uint8Array;
  readonly shape: readonly number[];
  /** Is the memory that of the caller's array? */
  readonly shared?: boolean;
}

/** Bytes that nobody else has. */
export function ownBytes({ bytes, shared }: Encoded): Uint8Array {
  return shared === true ? bytes.slice() : bytes;
}

/**
 * The bytes of a value as elements of a type; `rank` says how many axes it has where nesting alone does not tell.
 * Throws `TypeError` for what the type cannot hold.
 */
export function encodeValues(type: H5Type, value: unknown, pointers: Pointers, rank: number | null = null): Encoded {
  if (value instanceof NumpyScalar)
    value = value.dtype.hasObject ? value.value : NDArray.fromBytes(value.dtype, value.toBytes(), []);
  const { dtype, raw } = mapped(type);
  const isPlain = value instanceof NDArray && !/[OUT]/.test(value.dtype.kind);
  if (raw && (isPlain || !(hasText(type) || isNamed(type, value)))) return fromArray(dtype, value);
  const { items, shape } = flatten(type, value, rank);
  const bytes = new Uint8Array(items.length * type.size);
  for (let i = 0; i < items.length; i++) putElement(type, bytes, i * type.size, items[i], pointers);
  return { bytes, shape };
}

/** Text may be longer in UTF-8 than in JavaScript: it is not for arrays. */
function hasText(type: H5Type): boolean {
  if (type.kind === "string") return true;
  if (type.kind === "array") return hasText(type.base);
  return type.kind === "compound" && type.members.some((member) => hasText(member.type));
}

/** Are its records given as objects, field by field, or as what is none? */
function isNamed(type: H5Type, value: unknown): boolean {
  if (type.kind !== "compound" || isComplex(type) || value instanceof NDArray) return false;
  let level = value;
  let tuples = false;
  for (; Array.isArray(level); level = level[0]) tuples ||= isTuple(level);
  return typeof level === "object" && level !== null ? !isRow(level) : !tuples && level !== undefined;
}

function fromArray(dtype: DType, value: unknown): Encoded {
  if (value instanceof NDArray || typedDType(value) !== null) {
    // One opaque element is read as bytes.
    const isOne = value instanceof Uint8Array && isOpaque(dtype) && value.length === dtype.itemsize;
    const from = value instanceof NDArray ? value : array(value);
    const [target, inner] = isOne
      ? [from.dtype, from.shape]
      : from.dtype.base === null
        ? flattened(dtype, [])
        : [dtype, []];
    const cut = from.ndim - inner.length;
    if (cut < 0 || inner.some((n, i) => n !== from.shape[cut + i])) {
      throw new TypeError(`an array of shape (${from.shape.join(", ")}) does not hold items of ${dtype}`);
    }
    const made = convert(from, target);
    return { bytes: made.rawBytes("C"), shape: from.shape.slice(0, cut), shared: made === from };
  }
  const rows = rowsOf(value, holdsBytes(dtype));
  if (/[iu]/.test(dtype.kind)) demandFinite(dtype, rows);
  const made = array(rows, { dtype });
  const inner = made.dtype.base === null ? flattened(dtype, [])[1].length : 0;
  return { bytes: made.toBytes(), shape: made.shape.slice(0, made.ndim - inner) };
}

/** Throws `RangeError` for a number among nested arrays that is no int whatever is cut off it. */
function demandFinite(dtype: DType, rows: unknown): void {
  const todo = [rows];
  while (todo.length > 0) {
    const next = todo.pop();
    if (Array.isArray(next)) for (const item of next) todo.push(item);
    else if (typeof next === "number" && !Number.isFinite(next)) {
      throw new RangeError(`${dtype} cannot hold ${next}`);
    }
  }
}

function isOpaque({ kind, fields, base }: DType): boolean {
  return kind === "V" && fields === null && base === null;
}

/** Are opaque elements, which bytes stand for, somewhere within? */
function holdsBytes(dtype: DType): boolean {
  if (dtype.base !== null) return holdsBytes(dtype.base);
  return isOpaque(dtype) || (dtype.fields !== null && [...dtype.fields.values()].some((f) => holdsBytes(f.dtype)));
}

function convert(from: NDArray, dtype: DType): NDArray {
  if (from.dtype.equals(dtype)) return from;
  // Opaque bytes take what has their size; text does not turn into numbers by chance.
  if (dtype.kind === "V" && dtype.fields === null && !from.dtype.hasObject && from.dtype.itemsize === dtype.itemsize) {
    return NDArray.fromBytes(dtype, from.toBytes(), from.shape);
  }
  if (/[SUV]/.test(from.dtype.kind) !== /[SUV]/.test(dtype.kind)) {
    throw new TypeError(`No conversion path from dtype ${from.dtype.str} to dtype ${dtype.str}`);
  }
  return from.astype(dtype);
}

/** Arrays among nested arrays as nested arrays; bytes as they are where they are to be elements. */
function rowsOf(value: unknown, keepsBytes: boolean): unknown {
  if (value instanceof NDArray) return value.toArray();
  if (keepsBytes && value instanceof Uint8Array) return value;
  if (typedDType(value) !== null) return Array.from(value as ArrayLike<unknown>);
  if (!Array.isArray(value)) return value;
  if (!value.some((item) => typeof item === "object" && item !== null)) return value;
  const rows = value.map((row) => rowsOf(row, keepsBytes));
  return isTuple(value) ? Object.freeze(rows) : rows;
}

/** Items of nested arrays that are single elements of a type. */
function flatten(type: H5Type, value: unknown, rank: number | null): { items: readonly unknown[]; shape: number[] } {
  if (value instanceof NDArray && type.kind !== "vlen" && type.kind !== "array") {
    return { items: value.flat(), shape: [...value.shape] };
  }
  if (value instanceof NDArray && (type.kind === "array" || value.dtype.kind === "O")) {
    // As such elements are read: their axes are the array's last ones. A sequence of sequences may be one element.
    const inner = type.kind === "array" ? axesWithin(type) : rank === null ? 0 : Math.max(0, value.ndim - rank);
    if (inner === 0 || value.ndim < inner) return { items: value.flat(), shape: [...value.shape] };
    const shape = value.shape.slice(0, value.ndim - inner);
    const rows = value.reshape(product(shape), ...value.shape.slice(shape.length));
    return { items: Array.from({ length: product(shape) }, (_, i) => rows.slice(i)), shape };
  }
  const depth = rank ?? depthOf(type, value);
  if (value instanceof NDArray && type.kind === "vlen" && depth > 0 && depth < value.ndim) {
    const shape = value.shape.slice(0, depth);
    const rows = value.reshape(product(shape), ...value.shape.slice(depth));
    return { items: Array.from({ length: product(shape) }, (_, i) => rows.slice(i)), shape };
  }
  const shape: number[] = [];
  for (let level: unknown = value, i = 0; i < depth; i++) {
    if (!isRow(level)) throw new TypeError(`a value of ${depth} axes must be of nested arrays`);
    shape.push(level.length);
    level = level[0];
    if (shape[i] === 0) {
      while (shape.length < depth) shape.push(0);
      break;
    }
  }
  let items: unknown[] = [value];
  for (const n of shape) {
    const next: unknown[] = [];
    for (const row of items) {
      if (!isRow(row) || row.length !== n) throw new RangeError("rows of an array must be of one length");
      for (let i = 0; i < n; i++) next.push(row instanceof NDArray ? row.get(i) : row[i]);
    }
    items = next;
  }
  return { items, shape };
}

type Row = { readonly length: number; readonly [i: number]: unknown };

function isRow(value: unknown): value is Row {
  return Array.isArray(value) || (value instanceof NDArray && value.ndim > 0) || typedDType(value) !== null;
}

/** How many axes one element has. */
function axesWithin(type: H5Type): number {
  return type.kind === "array" ? type.shape.length + axesWithin(type.base) : 0;
}

/** How many levels of arrays stand around single elements. */
function depthOf(type: H5Type, value: unknown): number {
  let depth = 0;
  let level = value;
  while (
    isRow(level) &&
    !(type.kind === "compound" && isTuple(level)) &&
    !(type.kind === "opaque" && !Array.isArray(level))
  ) {
    if ((type.kind === "string" || type.kind === "vlenString") && level instanceof Uint8Array) break;
    depth++;
    level = level instanceof NDArray ? level.get(...level.shape.map(() => 0)) : level[0];
  }
  if (type.kind === "vlen") return Math.max(0, depth - 1);
  return type.kind === "array" ? Math.max(0, depth - type.shape.length) : depth;
}

/** Writes one element. */
function putElement(type: H5Type, bytes: Uint8Array, at: number, value: unknown, pointers: Pointers): void {
  switch (type.kind) {
    case "vlenString":
      pointers.putSequence(bytes, at, textBytes(value), null);
      return;
    case "string": {
      const text = textBytes(value);
      // As in h5py, text may fill its room: no byte is kept for an end mark.
      bytes.set(text.subarray(0, type.size), at);
      if (type.padding === 2) bytes.fill(0x20, at + Math.min(type.size, text.length), at + type.size);
      return;
    }
    case "vlen": {
      const inner = ownBytes(encodeValues(type.base, value ?? [], pointers, isRow(value) ? null : 0));
      pointers.putSequence(bytes, at, inner, inner.length / type.base.size);
      return;
    }
    case "reference":
      if (type.of !== "object" && type.of !== "region") {
        throw new UnsupportedError("references of HDF5 1.12", "references of this kind are only read");
      }
      if (value !== null && !(value instanceof Reference)) {
        throw new TypeError(`a reference is wanted, not ${typeName(value)}`);
      }
      if (type.of === "object") pointers.putReference(bytes, at, value);
      else pointers.putRegion(bytes, at, value);
      return;
    case "array": {
      const { bytes: inner } = encodeValues(type.base, value, pointers, type.shape.length);
      if (inner.length !== type.size) throw new TypeError(`an item of shape (${type.shape.join(", ")}) is wanted`);
      bytes.set(inner, at);
      return;
    }
    case "compound": {
      if (isComplex(type)) {
        bytes.set(array(value, { dtype: mapped(type).dtype, shape: [] }).toBytes(), at);
        return;
      }
      const isMap = typeof value === "object" && value !== null && !isRow(value);
      if (!isMap && !(Array.isArray(value) && value.length === type.members.length)) {
        throw new TypeError(
          `a record of ${type.members.length} fields is { name: value, … } or tuple(…), not ${typeName(value)}`,
        );
      }
      for (const [i, member] of type.members.entries()) {
        const item = isMap ? fieldOf(value as object, member.name) : (value as unknown[])[i];
        putElement(member.type, bytes, at + member.offset, item, pointers);
      }
      return;
    }
    default: {
      const { dtype, raw } = mapped(type);
      if (!raw && type.kind === "int") {
        putOdd(type, bytes, at, array(value, { dtype, shape: [] }).toArray());
        return;
      }
      if (!raw) throw new UnsupportedError(`writing ${type.kind}`, `numbers of this layout can be read, not written`);
      bytes.set(array(value, { dtype, shape: [] }).toBytes(), at);
    }
  }
}

/** Writes an int of which not all bits count; what it cannot hold becomes the nearest it can, as in libhdf5. */
function putOdd(type: FixedType, bytes: Uint8Array, at: number, value: unknown): void {
  const { size, precision, bitOffset, signed, big } = type;
  const count = BigInt(precision);
  const low = signed ? -(1n << (count - 1n)) : 0n;
  const high = low + (1n << count) - 1n;
  const whole = BigInt(value as number | bigint);
  const held = whole < low ? low : whole > high ? high : whole;
  let word = BigInt.asUintN(precision, held) << BigInt(bitOffset);
  for (let i = 0; i < size; i++, word >>= 8n) bytes[at + (big ? size - 1 - i : i)] = Number(word & 255n);
}

/** A field of a record given as an object. */
function fieldOf(value: object, name: string): unknown {
  const found =
    value instanceof Map || value instanceof PyDict
      ? value.get(name)
      : Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined;
  if (found === undefined) throw new TypeError(`a record lacks the field ${JSON.stringify(name)}`);
  return found;
}

function textBytes(value: unknown): Uint8Array {
  if (typeof value === "string") {
    if (value.includes("\0")) throw new TypeError("VLEN strings do not support embedded NULLs");
    return encoded(value);
  }
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`text is wanted, not ${typeName(value)}`);
}

/** Repeats elements to fill a selection, by h5py's rules. Throws `TypeError` where the shapes do not fit. */
export function broadcast(from: Encoded, shape: readonly number[], size: number): Uint8Array {
  const count = product(shape);
  const same = from.shape.length === shape.length && from.shape.every((n, i) => n === shape[i]);
  if (same) return from.bytes;
  const rest = [...from.shape];
  const steps = new Array<number>(shape.length).fill(0);
  let step = 1;
  const fail = (): TypeError => new TypeError(`Can't broadcast (${from.shape.join(", ")}) -> (${shape.join(", ")})`);
  for (let axis = shape.length - 1; axis >= 0 && rest.length > 0; axis--) {
    const n = rest.pop() as number;
    if (n !== 1 && n !== shape[axis]) throw fail();
    if (n !== 1) steps[axis] = step;
    step *= n;
  }
  if (rest.some((n) => n !== 1)) throw fail();
  const out = new Uint8Array(count * size);
  if (count === 0) return out;
  if (from.bytes.length === size) {
    out.set(from.bytes);
    for (let done = size; done < out.length; done *= 2) out.copyWithin(done, 0, Math.min(done, out.length - done));
    return out;
  }
  // What follows the last axis that repeats is copied whole.
  let run = shape.length;
  let block = 1;
  while (run > 0 && steps[run - 1] === block) block *= shape[--run] as number;
  const index = new Array<number>(run).fill(0);
  for (let to = 0; to < out.length; to += block * size) {
    let at = 0;
    for (let i = 0; i < run; i++) at += (index[i] as number) * (steps[i] as number);
    out.set(from.bytes.subarray(at * size, (at + block) * size), to);
    for (let axis = run - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return out;
}
