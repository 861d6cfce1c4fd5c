/**
 * Which type a value is written in when nobody says, as h5py decides it.
 *
 * @module
 */
import { type DTypeSpec, dtype, NDArray, NumpyScalar, typedDType } from "../../../core/ndarray/index.ts";
import { typeName } from "../../../core/values/repr.ts";
import { PyComplex, PyFloat } from "../../../core/values/scalars.ts";
import type { H5Type } from "../types/datatype.ts";
import { refDType, regionRefDType, stringDType, typeOf } from "../types/filetype.ts";
import { Reference } from "../types/reference.ts";

/** The datatype for a value: ints int64, other numbers float64, text UTF-8 of any length, arrays their dtype. */
export function inferred(value: unknown): H5Type {
  if (value instanceof NDArray) return ofArray(value);
  if (value instanceof NumpyScalar) return typeOf(value.dtype);
  const typed = typedDType(value);
  if (typed !== null) return typeOf(typed);
  if (!Array.isArray(value)) return ofKinds(kindOf(value), value);
  let found = 0;
  let sample: unknown;
  const todo: unknown[] = [value];
  while (todo.length > 0) {
    const next = todo.pop();
    if (Array.isArray(next)) {
      for (let i = next.length - 1; i >= 0; i--) todo.push(next[i]);
    } else if (typedDType(next) !== null || next instanceof NDArray) {
      // Rows of one dtype.
      const row = inferred(next);
      if (found === 0) {
        found = ROWS;
        sample = next;
      } else if (found !== ROWS || JSON.stringify(inferred(sample), plain) !== JSON.stringify(row, plain)) {
        throw mixed();
      }
    } else {
      const kind = kindOf(next);
      if (found === ROWS) throw mixed();
      if (found === 0 || (found & kind) === 0) sample = next;
      found |= kind;
    }
  }
  if (found === ROWS) return inferred(sample);
  return found === 0 ? typeOf("f8") : ofKinds(found, sample);
}

function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function mixed(): TypeError {
  return new TypeError("Object dtype dtype('O') has no native HDF5 equivalent: the items are of several kinds");
}

const BOOL = 1;
const INT = 2;
const BIG = 4;
const FLOAT = 8;
const COMPLEX = 16;
const TEXT = 32;
const REFERENCE = 64;
const ROWS = 128;
const UNSIGNED = 256;

function kindOf(value: unknown): number {
  switch (typeof value) {
    case "boolean":
      return BOOL;
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? INT : FLOAT;
    case "bigint":
      if (value >= -(2n ** 63n) && value < 2n ** 63n) return BIG;
      if (value >= 0n && value < 2n ** 64n) return BIG | UNSIGNED;
      throw new RangeError(`the int ${value} does not fit in 64 bits`);
    case "string":
      return TEXT;
    default:
  }
  if (value instanceof PyFloat) return FLOAT;
  if (value instanceof PyComplex) return COMPLEX;
  if (value instanceof Reference) return REFERENCE;
  throw new TypeError(`HDF5 has no type for this ${typeName(value)}`);
}

function ofKinds(kinds: number, sample: unknown): H5Type {
  if (kinds === BOOL) return typeOf("bool");
  if (kinds === TEXT) return stringDType().type;
  if (kinds === REFERENCE) {
    return referenceType(sample);
  }
  if (kinds & (TEXT | REFERENCE)) throw mixed();
  if (kinds & COMPLEX) return typeOf("c16");
  if (kinds & FLOAT) return typeOf("f8");
  return typeOf(kinds & UNSIGNED ? "u8" : "i8");
}

function referenceType(sample: unknown): H5Type {
  return (sample as Reference).region === null ? refDType.type : regionRefDType.type;
}

function ofArray(value: NDArray): H5Type {
  const spec: DTypeSpec = value.dtype;
  const { kind } = dtype(spec);
  if (kind === "U" || kind === "T") return stringDType().type;
  if (kind !== "O") return typeOf(spec);
  const items = value.flat();
  if (items.length > 0 && items.every((item) => typeof item === "string")) return stringDType().type;
  if (items.length > 0 && items.every((item) => item instanceof Reference)) return referenceType(items[0]);
  return typeOf(spec);
}
