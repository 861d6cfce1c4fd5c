/**
 * NumPy's array.
 *
 * @module
 */

import { equal } from "../values/equal.ts";
import { inspect, type Parts, pyJS, pyParts, pyRepr, pyType } from "../values/protocol.ts";
import { PyFloat } from "../values/scalars.ts";
import { isFloatAt, Mark, tupleFrom } from "../values/tuple.ts";
import { converted, floatsOf, itemsOf, rowsOf, sameNumbers } from "./bulk.ts";
import type { DType } from "./dtype.ts";
import { gather } from "./gather.ts";
import { type Index, isContiguous, isInt, pick, reorder, sizeOf, strides, type View, walk } from "./indexing.ts";
import { readItem, writeItem } from "./items.ts";
import { type DTypeSpec, dtype as makeDType } from "./parse.ts";
import { NumpyScalar } from "./scalar.ts";
import { type ArrayData, allocate, fromBytes, storageOf, type TypedData, toBytes } from "./storage.ts";
import { arrayRepr, arrayStr } from "./text.ts";

/** Nested arrays of items. */
export type Nested = unknown;

/**
 * A NumPy array: memory, dtype, shape and strides. Views (`slice`, `T`, `field`) share memory with their array.
 *
 * `data` is of native order, whatever `dtype.byteorder` says of the file: a typed array for numbers (bool as
 * `Uint8Array`, float16 as bits in a `Uint16Array`, complex as pairs, 64-bit ints and times as BigInt arrays), raw
 * bytes for longdouble, `S`, `U`, `V` and records, an ordinary array for objects.
 *
 * @example
 * ```ts
 * const a = array([[1, 2], [3, 4]]);
 * a.get(1, 0); // 3
 * a.T.slice(0).toArray(); // [1, 3]
 * ```
 */
export class NDArray implements Iterable<unknown> {
  #dtype: DType;
  #data: ArrayData;
  #view: View;
  #writeable: boolean;

  /** @internal An array over memory; `view` counts slots of `data`. */
  constructor(dtype: DType, data: ArrayData, view: View, writeable = true) {
    this.#dtype = dtype;
    this.#data = data;
    this.#view = view;
    this.#writeable = writeable;
  }

  /** @internal An array of this shape over memory without gaps. */
  static over(dtype: DType, data: ArrayData, shape: readonly number[], fortran = false): NDArray {
    const { slots } = storageOf(dtype);
    if (sizeOf(shape) * slots !== data.length) {
      throw new RangeError(
        `cannot view ${data.length / (slots || 1)} items as an array of shape (${shape.join(", ")})`,
      );
    }
    return new NDArray(dtype, data, { shape: [...shape], stride: strides(shape, slots, fortran), offset: 0 });
  }

  /**
   * An array of bytes in the dtype's order; `share` uses them as they are where alignment and order allow it.
   * `RangeError` when their number does not fit the shape.
   */
  static fromBytes(
    dtype: DTypeSpec,
    bytes: Uint8Array,
    shape: readonly number[],
    options: { order?: "C" | "F"; share?: boolean } = {},
  ): NDArray {
    const type = makeDType(dtype);
    if (type.itemsize === 0 && sizeOf(shape) > 2 ** 24) throw new RangeError(`${sizeOf(shape)} items without bytes`);
    if (sizeOf(shape) * type.itemsize !== bytes.length) {
      throw new RangeError(
        `shape (${shape.join(", ")}) of ${type} needs ${sizeOf(shape) * type.itemsize} bytes, not ${bytes.length}`,
      );
    }
    return NDArray.over(type, fromBytes(type, bytes, options.share ?? false), shape, options.order === "F");
  }

  /** @internal Makes `target` what `source` is, for files that fill an array after it was referred to. */
  static become(target: NDArray, source: NDArray): void {
    target.#dtype = source.#dtype;
    target.#data = source.#data;
    target.#view = source.#view;
    target.#writeable = source.#writeable;
  }

  get dtype(): DType {
    return this.#dtype;
  }
  /** The memory, of native order; it may hold more than this array's items. */
  get data(): ArrayData {
    return this.#data;
  }
  /** Lengths of the axes. */
  get shape(): readonly number[] {
    return this.#view.shape;
  }
  /** Bytes from one item to the next along each axis, as NumPy counts them. */
  get strides(): readonly number[] {
    const { slotBytes } = storageOf(this.#dtype);
    return this.#view.stride.map((n) => n * slotBytes);
  }
  /** Elements of `data` from one item to the next along each axis, as the `ndarray` packages count them. */
  get stride(): readonly number[] {
    return this.#view.stride;
  }
  /** Element of `data` at which the first item begins. */
  get offset(): number {
    return this.#view.offset;
  }
  /** May items be set? NumPy's `flags.writeable`. */
  get writeable(): boolean {
    return this.#writeable;
  }
  get ndim(): number {
    return this.#view.shape.length;
  }
  /** Number of items. */
  get size(): number {
    return sizeOf(this.#view.shape);
  }
  /** Length of the first axis; `TypeError` for an array without axes. */
  get length(): number {
    return this.#view.shape[0] ?? raise("an array without axes has no length");
  }
  /** Bytes of all items. */
  get nbytes(): number {
    return this.size * this.#dtype.itemsize;
  }
  /** Do the items follow each other in memory, last axis fastest? */
  get isC(): boolean {
    return isContiguous(this.#view, storageOf(this.#dtype).slots, false);
  }
  /** Do the items follow each other in memory, first axis fastest? */
  get isF(): boolean {
    return isContiguous(this.#view, storageOf(this.#dtype).slots, true);
  }
  /** The array with its axes reversed: a view. */
  get T(): NDArray {
    return this.transpose();
  }

  /**
   * The item at these indices, as Python's `item()` gives it; a view where indices are left out or are slices.
   * `RangeError` beyond an axis.
   */
  get(...indices: Index[]): unknown {
    const whole = indices.length === this.ndim && indices.every(isInt);
    const view = pick(this.#view, indices);
    return whole ? readItem(this.#dtype, this.#data, view.offset) : this.#viewOf(view);
  }

  /** Sets one item; `TypeError` when the dtype cannot hold the value, and for an array that is not writeable. */
  set(value: unknown, ...indices: (number | bigint)[]): void {
    if (!this.#writeable) throw new TypeError("assignment destination is read-only");
    if (indices.length !== this.ndim) throw new RangeError(`${this.ndim} indices name an item, not ${indices.length}`);
    writeItem(this.#dtype, this.#data, pick(this.#view, indices).offset, value);
  }

  /**
   * Refuses `set` from now on, here and in views made later; the memory in `data` itself cannot be kept from writing.
   * Gives the array.
   */
  freeze(): this {
    this.#writeable = false;
    return this;
  }

  /** Another view of the same memory. */
  #viewOf(view: View): NDArray {
    return new NDArray(this.#dtype, this.#data, view, this.#writeable);
  }

  /** The item at these indices with its dtype. */
  scalar(...indices: (number | bigint)[]): NumpyScalar {
    const view = pick(this.#view, indices);
    if (view.shape.length > 0) throw new RangeError(`${this.ndim} indices name an item, not ${indices.length}`);
    const one = new NDArray(this.#dtype, this.#data, view);
    return this.#dtype.hasObject
      ? new NumpyScalar(this.#dtype, one.item())
      : NumpyScalar.fromBytes(this.#dtype, one.toBytes());
  }

  /**
   * A view by Python's indices: ints (negative from the end), `"1:10:2"` or `{ start, stop, step }`, `"..."`, and
   * `null` for a new axis.
   */
  slice(...indices: Index[]): NDArray {
    return this.#viewOf(pick(this.#view, indices));
  }

  /** The same items in another shape, of which one axis may be -1; a view where the items have no gaps, else a copy. */
  reshape(...shape: number[]): NDArray {
    const open = shape.indexOf(-1);
    if (open >= 0) {
      const rest = shape.reduce((a, n, i) => (i === open ? a : a * n), 1);
      shape[open] = rest === 0 ? 0 : this.size / rest;
    }
    if (shape.some((n) => !Number.isInteger(n) || n < 0) || sizeOf(shape) !== this.size) {
      throw new RangeError(`cannot reshape an array of ${this.size} items into shape (${shape.join(", ")})`);
    }
    const from = this.isC ? this : this.copy();
    const stride = strides(shape, storageOf(this.#dtype).slots);
    return from.#viewOf({ shape, stride, offset: from.#view.offset });
  }

  /** A view with the axes in another order (reversed when none is given). */
  transpose(...axes: number[]): NDArray {
    const order =
      axes.length === 0 ? this.shape.map((_, i) => this.ndim - 1 - i) : axes.map((a) => (a < 0 ? a + this.ndim : a));
    if (
      order.length !== this.ndim ||
      new Set(order).size !== this.ndim ||
      order.some((a) => !(a >= 0 && a < this.ndim))
    ) {
      throw new RangeError(`(${axes.join(", ")}) does not name every axis once`);
    }
    return this.#viewOf(reorder(this.#view, order));
  }

  /** A copy without gaps, last axis fastest (or first, for `"F"`). */
  copy(order: "C" | "F" = "C"): NDArray {
    const { slots } = storageOf(this.#dtype);
    const source = this.#data;
    const view =
      order === "F"
        ? reorder(
            this.#view,
            this.shape.map((_, i) => this.ndim - 1 - i),
          )
        : this.#view;
    let data: ArrayData;
    if (Array.isArray(source)) {
      const slotsOf: number[] = [];
      walk(view, (slot) => slotsOf.push(slot));
      data = picked(source, slotsOf);
    } else if (isContiguous(view, slots, false)) {
      data = source.slice(this.offset, this.offset + this.size * slots);
    } else {
      const target = allocate(this.#dtype, this.size) as TypedData;
      gather(source, target, view, slots);
      data = target;
    }
    return NDArray.over(this.#dtype, data, this.shape, order === "F");
  }

  /**
   * A copy of another dtype, converted as C converts: floats lose their fraction, ints wrap, text is parsed.
   * `TypeError` for values that the dtype cannot hold.
   */
  astype(spec: DTypeSpec): NDArray {
    const dtype = makeDType(spec);
    const data = converted(this.#dtype, this.#compact(), dtype, this.size);
    return NDArray.over(dtype, data, this.shape);
  }

  /**
   * One field of an array of records: a view where alignment and byte order allow a typed array, else a copy.
   * `RangeError` for a name that is no field.
   */
  field(name: string): NDArray {
    const field = this.#dtype.fields?.get(name);
    if (field === undefined) throw new RangeError(`no field of name ${JSON.stringify(name)}`);
    const [type, axes] = flattened(field.dtype, []);
    const shape = [...this.shape, ...axes];
    const data = this.#data;
    if (Array.isArray(data)) {
      const at = [...this.#dtype.fields!.keys()].indexOf(name);
      const items: unknown[] = [];
      walk(this.#view, (slot) => items.push(...[(data[slot] as unknown[])[at]].flat(axes.length)));
      const target = allocate(type, items.length);
      const { slots } = storageOf(type);
      for (const [i, item] of items.entries()) writeItem(type, target, i * slots, item);
      return NDArray.over(type, target, shape);
    }
    const { make, slots, slotBytes } = storageOf(type);
    const first = data.byteOffset + field.offset;
    const inner = strides(axes, slots);
    const native = type.byteorder !== ">" || slotBytes === 1;
    if (native && make !== null && [first, this.offset, ...this.stride].every((n) => n % slotBytes === 0)) {
      const start = Math.min(field.offset, data.byteLength);
      const typed = new make(data.buffer, data.byteOffset + start, Math.floor((data.byteLength - start) / slotBytes));
      const stride = [...this.stride.map((n) => n / slotBytes), ...inner];
      return new NDArray(type, typed, { shape, stride, offset: this.offset / slotBytes }, this.#writeable);
    }
    const { itemsize } = field.dtype;
    const bytes = new Uint8Array(this.size * itemsize);
    let at = 0;
    walk(this.#view, (slot) => {
      bytes.set((data as Uint8Array).subarray(slot + field.offset, slot + field.offset + itemsize), at);
      at += itemsize;
    });
    return NDArray.over(type, fromBytes(type, bytes, true), shape);
  }

  /** The only item; `RangeError` when there is not exactly one. */
  item(): unknown {
    if (this.size !== 1) throw new RangeError("only an array of one item has an item()");
    return readItem(this.#dtype, this.#data, this.offset);
  }

  /** All items in C order. */
  flat(): unknown[] {
    const data = this.#compact();
    return Array.isArray(data) ? data : itemsOf(this.#dtype, data, this.size);
  }

  /** The items' memory in C order, without gaps: this array's own where it has none (but for objects, a copy). */
  #compact(): ArrayData {
    const data = this.#data;
    if (Array.isArray(data)) {
      const places: number[] = [];
      walk(this.#view, (slot) => places.push(slot));
      return picked(data, places);
    }
    const { slots } = storageOf(this.#dtype);
    const whole = isContiguous(this.#view, slots, false);
    const from = whole ? this : this.copy();
    return (from.#data as TypedData).subarray(from.offset, from.offset + this.size * slots);
  }

  /** @internal The item as it is printed: an integral float of an array of objects is one still. */
  shown(index: readonly number[]): unknown {
    const { offset } = pick(this.#view, index);
    const data = this.#data;
    const value = readItem(this.#dtype, data, offset);
    return Array.isArray(data) && typeof value === "number" && isFloatAt(data, offset) ? new PyFloat(value) : value;
  }

  /** Nested arrays of the items, as Python's `tolist()`; the item itself for an array without axes. */
  toArray(): Nested {
    if (this.size === 0 && this.shape.reduce((a, n) => (n === 0 ? a : a * n), 1) > 2 ** 24) {
      throw new RangeError(`shape (${this.shape.join(", ")}) has too many empty rows`);
    }
    const data = this.#compact();
    if (Array.isArray(data)) return this.ndim === 0 ? data[0] : rowsOf(data, this.shape, null);
    // Remembered by a copy, since the array may change while the rows do not.
    const floats = floatsOf(this.#dtype, data);
    const own = floats !== null && floats.buffer === (this.#data as TypedData).buffer ? floats.slice() : floats;
    return rowsOf(itemsOf(this.#dtype, data, this.size), this.shape, own);
  }

  /** The items' bytes in C (or F) order and in the dtype's byte order: a copy. `TypeError` for objects. */
  toBytes(order: "C" | "F" = "C"): Uint8Array {
    const bytes = this.rawBytes(order);
    return bytes.buffer === (this.#data as TypedData).buffer ? bytes.slice() : bytes;
  }

  /** @internal As `toBytes`, but shared with this array where its memory is in that order. */
  rawBytes(order: "C" | "F"): Uint8Array {
    if (this.#dtype.hasObject) throw new TypeError("an array of objects has no bytes");
    const { slots } = storageOf(this.#dtype);
    const whole = isContiguous(this.#view, slots, order === "F");
    const from = whole ? this : this.copy(order);
    const data = (from.#data as TypedData).subarray(from.offset, from.offset + this.size * slots);
    return toBytes(this.#dtype, data);
  }

  /** Items (of one axis) or views (of more), along the first axis. */
  *[Symbol.iterator](): IterableIterator<unknown> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }

  /** Are shape and items equal? A NaN equals nothing, and dtypes do not matter. */
  equal(other: unknown): boolean {
    return (
      other instanceof NDArray &&
      this.shape.length === other.shape.length &&
      this.shape.every((n, i) => n === other.shape[i]) &&
      (sameNumbers(this.#dtype, this.#compact(), other.#dtype, other.#compact()) ?? equal(this.flat(), other.flat()))
    );
  }

  get [pyType](): string {
    return "numpy.ndarray";
  }
  [pyParts](): unknown[] {
    return [tupleFrom([...this.shape]), this.flat()];
  }
  [pyJS](): unknown {
    return this;
  }
  [pyRepr](): Parts {
    return [arrayRepr(this)];
  }
  [inspect](): string {
    return arrayRepr(this);
  }
  toJSON(): unknown {
    return this.toArray();
  }
  /** As NumPy's `str`: aligned, and summarised above 1000 items. */
  toString(): string {
    return arrayStr(this);
  }
}

/** Objects at places of a list, with what is remembered of their floats. */
function picked(source: readonly unknown[], places: readonly number[]): unknown[] {
  const out = places.map((place) => source[place]);
  const at = out.flatMap((_, i) => (isFloatAt(source, places[i] as number) ? [i] : []));
  if (at.length > 0) Mark.setFloats(out, { at, values: at.map((i) => out[i] as number) });
  return out;
}

function raise(message: string): never {
  throw new TypeError(message);
}

/** @internal The dtype and shape of an array of a subarray dtype: its axes, nested ones too, are the array's last ones. */
export function flattened(dtype: DType, shape: readonly number[]): [DType, readonly number[]] {
  let axes = shape;
  let inner = dtype;
  for (; inner.base !== null; inner = inner.base) axes = [...axes, ...inner.shape];
  return [inner, axes];
}
