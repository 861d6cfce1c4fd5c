/**
 * What the layouts of sparse matrices say: where each stored entry stands. Every layout is checked as it is read.
 *
 * @module
 */
import { type ArrayData, allocate, DType, dtype, NDArray, sizeOf } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { typeName } from "../../core/values/repr.ts";
import { PyComplex } from "../../core/values/scalars.ts";
import { isTuple } from "../../core/values/tuple.ts";

/** The layouts of SciPy. */
export type Format = "csr" | "csc" | "coo" | "bsr" | "dia" | "lil" | "dok";

/** Stored entries: indices along each axis, and values. */
export interface Entries {
  readonly coords: readonly ArrayLike<number>[];
  readonly data: ArrayLike<unknown>;
}

type Attrs = PyDict<string, unknown>;

function refuse(what: string, expected: string, value: unknown): never {
  throw new TypeError(`${what} of a sparse matrix must be ${expected}, not ${typeName(value ?? null)}`);
}

/** `_shape`: a tuple of lengths. */
export function sparseShape(attrs: Attrs): readonly number[] {
  // Made, and never given its state.
  if (attrs.size === 0) return [0, 0];
  const shape = attrs.get("_shape") ?? attrs.get("shape");
  if (!isTuple(shape) || shape.length === 0) return refuse("_shape", "a tuple of ints", shape);
  return shape.map((n) => {
    const size = Number(typeof n === "object" ? (n as { value?: unknown } | null)?.value : n);
    return Number.isSafeInteger(size) && size >= 0 ? size : refuse("_shape", "a tuple of ints", n);
  });
}

function arrayOf(attrs: Attrs, name: string, ndim: number): NDArray {
  const found = attrs.get(name);
  if (!(found instanceof NDArray) || found.ndim !== ndim) {
    return refuse(name, `an array of ${ndim} axes`, found);
  }
  return found;
}

/** Indices as numbers; `RangeError` for one that is not in 0…below. */
function indexes(source: unknown, what: string, below: number): ArrayLike<number> {
  if (!(source instanceof NDArray) || source.ndim !== 1 || !/[iu]/.test(source.dtype.kind)) {
    return refuse(what, "an array of ints", source);
  }
  const { data } = source.isC ? source : source.copy();
  const from = source.isC ? source.offset : 0;
  let out: ArrayLike<number>;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    out = Float64Array.from(data.subarray(from, from + source.size), Number);
  } else out = (data as Int32Array).subarray(from, from + source.size);
  for (let i = 0; i < out.length; i++) {
    const index = out[i] as number;
    if (!(index >= 0 && index < below)) throw new RangeError(`${what}: ${index} is not below ${below}`);
  }
  return out;
}

/** `indptr`: from 0, never falling, up to the number of stored entries at most. */
function pointers(attrs: Attrs, major: number, stored: number): ArrayLike<number> {
  const out = indexes(attrs.get("indptr"), "indptr", stored + 1);
  if (out.length !== major + 1 || out[0] !== 0)
    throw new RangeError(`indptr does not have ${major + 1} items from 0 on`);
  for (let i = 1; i < out.length; i++) {
    if ((out[i] as number) < (out[i - 1] as number)) throw new RangeError("indptr falls");
  }
  return out;
}

/** The entries of any layout. `TypeError`, `RangeError` for a layout that does not add up. */
export function entriesOf(format: Format, attrs: Attrs, pairs: PyDict | null): Entries {
  const shape = sparseShape(attrs);
  if (attrs.size === 0) return { coords: [[], []], data: [] };
  switch (format) {
    case "csr":
    case "csc":
      return compressed(attrs, shape, format === "csc");
    case "coo":
      return coordinates(attrs, shape);
    case "bsr":
      return blocks(attrs, shape);
    case "dia":
      return diagonals(attrs, shape);
    case "lil":
      return lists(attrs, shape);
    default:
      return keyed(attrs, shape, pairs);
  }
}

function compressed(attrs: Attrs, shape: readonly number[], columns: boolean): Entries {
  const one = shape.length === 1;
  if (shape.length > 2) throw new RangeError("a compressed sparse array has one or two axes");
  const major = one ? 1 : (shape[columns ? 1 : 0] as number);
  const minor = one ? (shape[0] as number) : (shape[columns ? 0 : 1] as number);
  const values = arrayOf(attrs, "data", 1);
  const inner = indexes(attrs.get("indices"), "indices", minor);
  const indptr = pointers(attrs, major, Math.min(inner.length, values.size));
  const count = indptr[major] as number;
  const outer = new Int32Array(count);
  for (let i = 0; i < major; i++) outer.fill(i, indptr[i], indptr[i + 1]);
  const cut = count === inner.length ? inner : Array.prototype.slice.call(inner, 0, count);
  const data = values.flat().slice(0, count);
  return { coords: one ? [cut] : columns ? [cut, outer] : [outer, cut], data };
}

function coordinates(attrs: Attrs, shape: readonly number[]): Entries {
  const given = attrs.get("coords");
  const axes = isTuple(given) ? given : [attrs.get("row"), attrs.get("col")];
  if (axes.length !== shape.length) throw new RangeError(`${axes.length} arrays of indices for ${shape.length} axes`);
  const data = arrayOf(attrs, "data", 1).flat();
  const coords = axes.map((axis, i) => indexes(axis, `indices of axis ${i}`, shape[i] as number));
  for (const axis of coords) if (axis.length !== data.length) throw new RangeError("indices and data differ in length");
  return { coords, data };
}

function blocks(attrs: Attrs, shape: readonly number[]): Entries {
  const data = arrayOf(attrs, "data", 3);
  const [stored = 0, high = 1, wide = 1] = data.shape;
  const [rows = 0, cols = 0] = shape;
  if (shape.length !== 2 || high < 1 || wide < 1 || rows % high !== 0 || cols % wide !== 0) {
    throw new RangeError(`blocks of ${high}x${wide} do not fill (${shape.join(", ")})`);
  }
  const inner = indexes(attrs.get("indices"), "indices", cols / wide);
  const indptr = pointers(attrs, rows / high, Math.min(inner.length, stored));
  const count = (indptr[rows / high] as number) * high * wide;
  const [row, col] = [new Int32Array(count), new Int32Array(count)];
  let at = 0;
  for (let i = 0; i < rows / high; i++) {
    for (let k = indptr[i] as number; k < (indptr[i + 1] as number); k++) {
      for (let y = 0; y < high; y++) {
        for (let x = 0; x < wide; x++) {
          row[at] = i * high + y;
          col[at++] = (inner[k] as number) * wide + x;
        }
      }
    }
  }
  return { coords: [row, col], data: data.flat().slice(0, count) };
}

function diagonals(attrs: Attrs, shape: readonly number[]): Entries {
  const data = arrayOf(attrs, "data", 2);
  const offsets = arrayOf(attrs, "offsets", 1).flat().map(Number);
  const [count = 0, wide = 0] = data.shape;
  const [rows = 0, cols = 0] = shape;
  if (shape.length !== 2 || offsets.length !== count) throw new RangeError("one offset belongs to each diagonal");
  const flat = data.flat();
  const [row, col, values]: [number[], number[], unknown[]] = [[], [], []];
  for (const [d, offset] of offsets.entries()) {
    const end = Math.min(wide, cols, rows + offset);
    for (let j = Math.max(0, offset); j < end; j++) {
      row.push(j - offset);
      col.push(j);
      values.push(flat[d * wide + j]);
    }
  }
  return { coords: [row, col], data: values };
}

function lists(attrs: Attrs, shape: readonly number[]): Entries {
  const rows = arrayOf(attrs, "rows", 1).flat();
  const data = arrayOf(attrs, "data", 1).flat();
  const [high = 0, wide = 0] = shape.length === 1 ? [1, shape[0]] : shape;
  if (rows.length !== high || data.length !== high) throw new RangeError(`rows and data do not have ${high} lists`);
  const [row, col, values]: [number[], number[], unknown[]] = [[], [], []];
  for (let i = 0; i < high; i++) {
    const [at, items] = [rows[i], data[i]];
    if (!Array.isArray(at) || !Array.isArray(items) || at.length !== items.length) {
      return refuse(`row ${i}`, "two lists of one length", at);
    }
    for (let k = 0; k < at.length; k++) {
      const j = Number(at[k]);
      if (!(Number.isInteger(j) && j >= 0 && j < wide)) throw new RangeError(`row ${i}: ${j} is not below ${wide}`);
      row.push(i);
      col.push(j);
      values.push(plain(items[k]));
    }
  }
  return { coords: shape.length === 1 ? [col] : [row, col], data: values };
}

function keyed(attrs: Attrs, shape: readonly number[], pairs: PyDict | null): Entries {
  const given = attrs.get("_dict") ?? pairs ?? new PyDict();
  if (!(given instanceof PyDict)) return refuse("_dict", "a dict", given);
  const coords: number[][] = shape.map(() => []);
  const data: unknown[] = [];
  for (const [key, value] of given) {
    const place = isTuple(key) ? key : [key];
    if (place.length !== shape.length)
      throw new RangeError(`a key of ${place.length} indices for ${shape.length} axes`);
    for (let axis = 0; axis < shape.length; axis++) {
      const index = Number(plain(place[axis]));
      if (!(Number.isInteger(index) && index >= 0 && index < (shape[axis] as number))) {
        throw new RangeError(`${index} is not below ${shape[axis]}`);
      }
      coords[axis]?.push(index);
    }
    data.push(plain(value));
  }
  return { coords, data };
}

/** The value of a scalar of NumPy's. */
function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null && "value" in value && !(value instanceof PyDict)
    ? value.value
    : value;
}

/** The dtype of a matrix of any layout. */
export function typeOf(format: Format, attrs: Attrs, pairs: PyDict | null): DType {
  const data = attrs.get("data");
  if (format !== "lil" && data instanceof NDArray) return data.dtype;
  const given = attrs.get("dtype") ?? attrs.get("_dtype");
  if (given instanceof DType) return given;
  for (const value of (pairs ?? new PyDict()).values()) {
    const own = (value as { dtype?: unknown } | null)?.dtype;
    if (own instanceof DType) return own;
  }
  return dtype("float64");
}

/** The dense array of entries, doubles summed (bools: or). */
export function denseOf({ coords, data }: Entries, type: DType, shape: readonly number[]): NDArray {
  const made = NDArray.over(type, allocate(type, sizeOf(shape)), shape);
  const places = new Float64Array(data.length);
  coords.forEach((axis, a) => {
    const step = made.stride[a] as number;
    for (let i = 0; i < places.length; i++) places[i] = (places[i] as number) + (axis[i] as number) * step;
  });
  const into: ArrayData = made.data;
  if (type.kind === "c" && type.itemsize <= 16) {
    const pairs = into as Float64Array;
    for (let i = 0; i < places.length; i++) {
      const at = places[i] as number;
      const value = data[i] instanceof PyComplex ? (data[i] as PyComplex) : new PyComplex(Number(data[i]), 0);
      pairs[at] = (pairs[at] as number) + value.re;
      pairs[at + 1] = (pairs[at + 1] as number) + value.im;
    }
  } else if (type.kind === "b") {
    for (let i = 0; i < places.length; i++) if (data[i]) (into as Uint8Array)[places[i] as number] = 1;
  } else if (into instanceof BigInt64Array || into instanceof BigUint64Array) {
    for (let i = 0; i < places.length; i++) {
      const at = places[i] as number;
      into[at] = (into[at] as bigint) + BigInt(data[i] as bigint | number);
    }
  } else if (/[iuf]/.test(type.kind) && type.itemsize !== 2 && type.itemsize <= 8) {
    const numbers = into as Float64Array;
    for (let i = 0; i < places.length; i++) {
      const at = places[i] as number;
      numbers[at] = (numbers[at] as number) + Number(data[i]);
    }
  } else {
    // Items that are no slots of their own: summed by value, written one by one.
    const flat = made.reshape(-1);
    const { slots } = { slots: made.stride.at(-1) ?? 1 };
    for (let i = 0; i < places.length; i++) {
      const at = (places[i] as number) / slots;
      const before = flat.get(at);
      flat.set(typeof before === "number" ? before + Number(data[i]) : data[i], at);
    }
  }
  return made;
}
