/**
 * The attributes of a restored estimator, checked as they are read.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import { NDArray, NumpyScalar } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { typeName } from "../../core/values/repr.ts";
import { PyFloat } from "../../core/values/scalars.ts";
import { SparseMatrix } from "../scipy/index.ts";

/** Something with attributes: an estimator, a tree, an inert object. */
export interface HasAttrs {
  readonly attrs: PyDict<string, unknown>;
}

/** Numbers with the shape they had. */
export interface Floats {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** What an object of a file is called in messages. */
function nameOf(owner: HasAttrs): string {
  const { name } = owner as { name?: unknown };
  return typeof name === "string" ? name : owner instanceof PyObject ? typeName(owner) : "an estimator";
}

/** Refuses an attribute that the file has wrong. */
export function wrong(owner: HasAttrs, attr: string, expected: string): never {
  throw new FormatError(
    `${attr} of ${nameOf(owner)} must be ${expected}, not ${typeName(owner.attrs.get(attr) ?? null)}`,
  );
}

/** Refuses a model whose parts do not fit together. */
export function misfit(owner: HasAttrs, what: string): never {
  throw new FormatError(`${nameOf(owner)} does not add up: ${what}`);
}

/** The first attribute that is there, under its names of several versions. */
export function either(owner: HasAttrs, ...names: string[]): string {
  return names.find((name) => owner.attrs.has(name)) ?? (names[0] as string);
}

/** A number behind a scalar of Python or NumPy; undefined for anything else. */
export function plain(value: unknown): unknown {
  if (value instanceof PyFloat) return value.value;
  if (value instanceof NumpyScalar) return plain(value.value);
  if (value instanceof NDArray && value.size === 1 && value.ndim === 0) return plain(value.item());
  if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) return Number(value);
  return value;
}

/** A number; `fallback` where the attribute is missing or None. */
export function num(owner: HasAttrs, name: string, fallback?: number): number {
  let value = plain(owner.attrs.get(name) ?? fallback);
  if (value instanceof NDArray && value.size === 1) value = plain(value.reshape(1).get(0));
  if (typeof value === "boolean") return Number(value);
  return typeof value === "number" ? value : wrong(owner, name, "a number");
}

/** A truth value as Python has it for flags. */
export function flag(owner: HasAttrs, name: string, fallback = false): boolean {
  const value = plain(owner.attrs.get(name));
  if (value === undefined) return fallback;
  return value !== null && value !== false && value !== 0 && value !== "";
}

/** Text; `fallback` where the attribute is missing, and null for what is no text. */
export function text(owner: HasAttrs, name: string, fallback: string | null = null): string | null {
  const value = plain(owner.attrs.get(name));
  if (value === undefined) return fallback;
  return typeof value === "string" ? value : null;
}

/** The numbers of an array, of a sparse matrix, or of nested lists. */
export function floatsOf(value: unknown): Floats | null {
  if (value instanceof SparseMatrix) value = value.toDense();
  if (value instanceof NDArray) {
    if (!/[biuf]/.test(value.dtype.kind)) {
      if (value.dtype.kind !== "O") return null;
      const items = value.flat().map(plain);
      if (!items.every((item) => typeof item === "number" || typeof item === "boolean")) return null;
      return { data: Float64Array.from(items as number[], Number), shape: value.shape };
    }
    const isFloat64 = value.dtype.kind === "f" && value.dtype.itemsize === 8;
    const own = isFloat64 ? (value.isC ? value : value.copy()) : value.astype("<f8");
    const data = own.data as Float64Array;
    return { data: data.subarray(own.offset, own.offset + own.size), shape: value.shape };
  }
  const one = plain(value);
  if (typeof one === "number") return { data: Float64Array.of(one), shape: [] };
  if (Array.isArray(value)) {
    const parts = value.map(floatsOf);
    const [first] = parts;
    if (first === undefined) return { data: new Float64Array(0), shape: [0] };
    if (first === null) return null;
    const size = first.data.length;
    const out = new Float64Array(parts.length * size);
    for (const [i, part] of parts.entries()) {
      if (part === null || part.data.length !== size) return null;
      out.set(part.data, i * size);
    }
    return { data: out, shape: [parts.length, ...first.shape] };
  }
  return null;
}

/** An attribute of numbers; with `ndim`, of so many axes. */
export function floats(owner: HasAttrs, name: string, ndim?: number): Floats {
  const found = floatsOf(owner.attrs.get(name));
  if (found === null || (ndim !== undefined && found.shape.length !== ndim)) {
    return wrong(owner, name, ndim === undefined ? "an array of numbers" : `an array of ${ndim} axes`);
  }
  return found;
}

/** An attribute of numbers of this length along one axis. */
export function vector(owner: HasAttrs, name: string, length?: number): Float64Array {
  const { data } = floats(owner, name);
  if (length !== undefined && data.length !== length) {
    return misfit(owner, `${name} has ${data.length} items, not ${length}`);
  }
  return data;
}

/** A list or tuple. */
export function list(owner: HasAttrs, name: string): readonly unknown[] {
  const value = owner.attrs.get(name);
  if (value instanceof NDArray && value.ndim >= 1)
    return value.dtype.kind === "O" ? value.reshape(-1).flat() : value.flat();
  return Array.isArray(value) ? value : wrong(owner, name, "a list");
}

/** Labels as a caller wants them: ints that are safe as numbers, bools and text as they are. */
export function labelsOf(value: unknown): unknown[] | null {
  // Text of Python 2 is bytes in arrays.
  if (value instanceof NDArray && value.dtype.kind === "S") {
    return (value.flat() as Uint8Array[]).map((bytes) => String.fromCharCode(...bytes));
  }
  if (value instanceof NDArray) return value.flat().map(plain);
  return Array.isArray(value) ? value.map(plain) : null;
}

/** The labels of an attribute. */
export function labels(owner: HasAttrs, name: string): unknown[] {
  return labelsOf(owner.attrs.get(name)) ?? wrong(owner, name, "an array of labels");
}

/** Is a version of scikit-learn at least this one? Files of before 0.18 do not say theirs. */
export function isSince(version: string | null, major: number, minor: number): boolean {
  const [, first, second] = /^(\d+)\.(\d+)/.exec(version ?? "") ?? [];
  if (first === undefined) return version !== null;
  return Number(first) > major || (Number(first) === major && Number(second) >= minor);
}

/** Does a dict hold this? */
export function isDict(value: unknown): value is PyDict {
  return value instanceof PyDict;
}
