/**
 * Where the items of an array live: a typed array of native order where JavaScript has one, raw bytes in the file's
 * order for the rest, an ordinary array for objects.
 *
 * @module
 */
import { swapItems } from "#platform";
import { roomFor } from "../bytes/memory.ts";
import type { DType } from "./dtype.ts";

export type TypedData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** The memory of an array; see the table in {@link storageOf}. */
export type ArrayData = TypedData | unknown[];

type TypedClass = { new (n: number): TypedData; new (b: ArrayBufferLike, at: number, n: number): TypedData };

/** How one dtype is stored. */
export interface Storage {
  /** The typed array's class; null for objects. */
  readonly make: TypedClass | null;
  /** Slots of one item: 2 for complex numbers, bytes for raw items, else 1. */
  readonly slots: number;
  /** Bytes of one slot; 8 for objects, as NumPy counts them. */
  readonly slotBytes: number;
}

const CLASSES: Readonly<Record<string, TypedClass>> = {
  b1: Uint8Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  i8: BigInt64Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  u8: BigUint64Array,
  f2: Uint16Array,
  f4: Float32Array,
  f8: Float64Array,
  c8: Float32Array,
  c16: Float64Array,
  M8: BigInt64Array,
  m8: BigInt64Array,
} as Readonly<Record<string, unknown>> as Readonly<Record<string, TypedClass>>;

/** The classes by letter and size of the dtype, as {@link storageOf} looks them up: no text is made for each array. */
const SIMPLE: ReadonlyMap<number, Storage> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries(CLASSES).map(([name, make]): [number, Storage] => {
    const size = Number(name.slice(1));
    const slots = name.startsWith("c") ? 2 : 1;
    return [name.charCodeAt(0) * 32 + size, { make, slots, slotBytes: size / slots }];
  }),
);

/** How a dtype is stored: bool as bytes, float16 as its bits, complex as pairs, times as int64. */
export function storageOf(dtype: DType): Storage {
  if (dtype.hasObject) return { make: null, slots: 1, slotBytes: dtype.itemsize };
  const { itemsize } = dtype;
  const found =
    dtype.base === null && itemsize <= 16 ? SIMPLE.get(dtype.kind.charCodeAt(0) * 32 + itemsize) : undefined;
  return found ?? { make: Uint8Array as unknown as TypedClass, slots: itemsize, slotBytes: 1 };
}

/** Empty memory for `count` items: zeros, or None for objects. */
export function allocate(dtype: DType, count: number): ArrayData {
  const { make, slots } = storageOf(dtype);
  return make === null ? new Array(count).fill(null) : new make(count * slots);
}

/** Is the memory a typed array of native order, whatever the dtype says? */
function turns(dtype: DType, storage: Storage): boolean {
  return dtype.byteorder === ">" && storage.slotBytes > 1;
}

/** A copy of bytes in memory of its own, which is not filled with zeros before. */
function copyOf(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = bytes;
  // What is short is faster made anew, zeros and all.
  if (length > 1024 && length < 4096 && buffer instanceof ArrayBuffer)
    return new Uint8Array(buffer.slice(byteOffset, byteOffset + length));
  const copy = length < 4096 ? new Uint8Array(length) : roomFor(length);
  copy.set(bytes);
  return copy;
}

/** Up to so many bytes V8 keeps in the array itself, until somebody asks for its buffer. */
const FEW = 64;
const BYTES: unknown = Uint8Array;

/** A copy of a few items of eight bytes, in the order of all machines that run JavaScript. */
function few(make: TypedClass, bytes: Uint8Array): TypedData {
  const count = bytes.length >> 3;
  const out = new make(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (out instanceof Float64Array) for (let i = 0; i < count; i++) out[i] = view.getFloat64(8 * i, true);
  else for (let i = 0; i < count; i++) (out as BigInt64Array)[i] = view.getBigInt64(8 * i, true);
  return out;
}

/**
 * Memory over bytes in the dtype's order: the bytes themselves where `share` is set and alignment and order allow it,
 * else a copy.
 */
export function fromBytes(dtype: DType, bytes: Uint8Array, share: boolean): TypedData {
  const storage = storageOf(dtype);
  const { make, slotBytes } = storage;
  if (make === null) throw new TypeError("objects are not made of bytes");
  const swapped = turns(dtype, storage);
  if (!share || swapped || bytes.byteOffset % slotBytes !== 0) {
    if (!swapped && slotBytes === 8 && bytes.length <= FEW) return few(make, bytes);
    const copy = copyOf(bytes);
    if (swapped) swapItems(copy, slotBytes);
    if (make === BYTES) return copy;
    bytes = copy;
  }
  return new make(bytes.buffer, bytes.byteOffset, bytes.length / slotBytes);
}

/**
 * Memory over bytes in the dtype's order that belong to the array from now on: turned in place to this machine's
 * order. `RangeError` where they do not begin at a multiple of the item's parts.
 */
export function adoptBytes(dtype: DType, bytes: Uint8Array): TypedData {
  const storage = storageOf(dtype);
  const { make, slotBytes } = storage;
  if (make === null) throw new TypeError("objects are not made of bytes");
  if (bytes.byteOffset % slotBytes !== 0) {
    throw new RangeError(
      `memory for ${dtype} must begin at a multiple of ${slotBytes} bytes, not at ${bytes.byteOffset}`,
    );
  }
  if (turns(dtype, storage)) swapItems(bytes, slotBytes);
  return new make(bytes.buffer, bytes.byteOffset, bytes.length / slotBytes);
}

/** The bytes of memory in the dtype's order; shared with `data` where the order is this machine's. */
export function toBytes(dtype: DType, data: TypedData): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const storage = storageOf(dtype);
  if (!turns(dtype, storage)) return bytes;
  const copy = bytes.slice();
  swapItems(copy, storage.slotBytes);
  return copy;
}
