/**
 * Which NumPy dtype a datatype is, as h5py decides it.
 *
 * @module
 */

import { FormatError, UnsupportedError } from "../../../core/errors.ts";
import { type DType, dtype, type Field, recordType, subarrayType } from "../../../core/ndarray/index.ts";
import type { EnumName, FixedType, FloatType, H5Type } from "./datatype.ts";

/** A dtype, and whether the bytes in the file are already the bytes of its items. */
export interface Mapped {
  readonly dtype: DType;
  readonly raw: boolean;
}

/** IEEE formats: size, exponent's place and size, mantissa's size, bias. */
const IEEE: readonly (readonly [number, number, number, number, number])[] = [
  [2, 10, 5, 10, 15],
  [4, 23, 8, 23, 127],
  [8, 52, 11, 52, 1023],
];

const OBJECT = /* @__PURE__ */ dtype("O");

/** The dtype of a datatype. Throws `UnsupportedError` for what NumPy has no name for. */
export function mapped(type: H5Type): Mapped {
  switch (type.kind) {
    case "int":
    case "bitfield":
      return fixed(type);
    case "time":
      return fixed({
        kind: "int",
        size: type.size,
        big: type.big,
        signed: true,
        bitOffset: 0,
        precision: type.size * 8,
      });
    case "float":
      return float(type);
    case "string":
      return { dtype: dtype(`S${type.size}`), raw: type.padding === 1 };
    case "opaque":
      return { dtype: opaque(type.tag, type.size), raw: true };
    case "enum":
      // Wider ones are read byte by byte.
      return isBool(type.base, type.names) ? { dtype: dtype("bool"), raw: type.size === 1 } : fixed(type.base);
    case "complex": {
      const base = float(type.base);
      // NumPy has no complex numbers of half floats.
      return base.dtype.itemsize === 2
        ? { dtype: complexOf(dtype(`${base.dtype.byteorder}f4`)), raw: false }
        : { dtype: complexOf(base.dtype), raw: base.raw };
    }
    case "array": {
      const base = mapped(type.base);
      return { dtype: subarrayType(base.dtype, type.shape), raw: base.raw };
    }
    case "compound":
      return compound(type);
    default:
      return { dtype: OBJECT, raw: false };
  }
}

function fixed({ kind, size, big, signed, bitOffset, precision }: FixedType): Mapped {
  const letter = kind === "bitfield" || !signed ? "u" : "i";
  const order = big ? ">" : "<";
  if (size > 8) return { dtype: OBJECT, raw: false };
  const whole = size <= 1 ? 1 : size <= 2 ? 2 : size <= 4 ? 4 : 8;
  const raw = whole === size && bitOffset === 0 && precision === size * 8;
  return { dtype: dtype(`${whole === size ? order : "<"}${letter}${whole}`), raw };
}

function float(type: FloatType): Mapped {
  const { size, order, bitOffset, precision, sign, expAt, expSize, manAt, manSize, bias, norm } = type;
  if (order !== "vax") {
    for (const [bytes, at, exponent, mantissa, off] of IEEE) {
      const same = expAt === at && expSize === exponent && manAt === 0 && manSize === mantissa && bias === off;
      if (size === bytes && same && bitOffset === 0 && precision === size * 8 && sign === size * 8 - 1 && norm === 2) {
        return { dtype: dtype(`${order}f${bytes}`), raw: true };
      }
    }
    const x87 = expAt === 64 && expSize === 15 && manSize === 64 && bias === 16383 && bitOffset === 0;
    // As long as NumPy's long double is on a 64-bit machine.
    if (x87 && (size === 16 || size === 12 || size === 10) && order === "<")
      return { dtype: dtype("<f16"), raw: size === 16 };
  }
  // The smallest that holds every value.
  const bytes = expSize <= 5 && manSize <= 10 ? 2 : expSize <= 8 && manSize <= 23 ? 4 : 8;
  return { dtype: dtype(`${order === ">" ? ">" : "<"}f${bytes}`), raw: false };
}

/** Is this h5py's bool: an enum of FALSE, which is 0, and TRUE, which is 1? */
export function isBool(base: FixedType, names: readonly EnumName[]): boolean {
  return (
    names.length === 2 &&
    names[0]?.name !== names[1]?.name &&
    names.every(({ name, value }) => {
      const lowest = value[base.big ? base.size - 1 : 0];
      const rest = value.reduce((sum, byte) => sum + byte, 0) - (lowest as number);
      return rest === 0 && ((name === "FALSE" && lowest === 0) || (name === "TRUE" && lowest === 1));
    })
  );
}

/** h5py keeps the name of a dtype that HDF5 lacks in the tag. */
function opaque(tag: string, size: number): DType {
  if (tag.startsWith("NUMPY:")) {
    const made = named(tag.slice(6));
    if (made !== null && made.itemsize === size && !made.hasObject) return made;
  }
  return dtype(`V${size}`);
}

/** The dtype of a name; null where it names none. */
function named(text: string): DType | null {
  try {
    return dtype(text);
  } catch (e) {
    if (e instanceof TypeError || e instanceof RangeError) return null;
    throw e;
  }
}

function complexOf(base: DType): DType {
  return dtype(`${base.byteorder}c${base.itemsize * 2}`);
}

/** Is this h5py's complex number: a compound of the floats r and i? */
export function isComplex({ members, size }: H5Type & { kind: "compound" }): boolean {
  const [re, im] = members;
  if (members.length !== 2 || re?.name !== "r" || im?.name !== "i") return false;
  if (re.type.kind !== "float" || im.type.kind !== "float") return false;
  const base = float(re.type);
  const other = float(im.type);
  const { itemsize } = base.dtype;
  if (!base.raw || !other.raw || !base.dtype.equals(other.dtype) || itemsize < 4) return false;
  return re.offset === 0 && im.offset === itemsize && size === 2 * itemsize;
}

function compound(type: H5Type & { kind: "compound" }): Mapped {
  const { members, size } = type;
  if (isComplex(type)) return { dtype: complexOf(float(members[0]?.type as FloatType).dtype), raw: true };
  const parts = members.map((member) => ({ ...member, ...mapped(member.type) }));
  const raw = parts.every((part) => part.raw);
  const fields = new Map<string, Field>();
  // In memory, text and sequences take other room than in the file: what follows them moves.
  let moved = 0;
  const place = new Map<string, number>();
  for (const part of [...parts].sort((a, b) => a.offset - b.offset)) {
    place.set(part.name, part.offset + moved);
    moved += Math.max(inMemory(part.type), part.dtype.itemsize) - part.type.size;
  }
  for (const part of parts) {
    if (fields.has(part.name)) {
      throw new UnsupportedError("compound", `a compound has two members named ${JSON.stringify(part.name)}`);
    }
    const offset = place.get(part.name) as number;
    if (offset < 0 || offset + part.dtype.itemsize > size + moved) {
      throw new FormatError(`the member ${JSON.stringify(part.name)} lies across others`, { format: "hdf5" });
    }
    fields.set(part.name, { dtype: part.dtype, offset });
  }
  return { dtype: recordType(fields, size + moved, false), raw };
}

/** Bytes of an element in memory, where `pointer` tells them of what is held elsewhere, and null of all else. */
export function memorySize(type: H5Type, pointer: (kind: H5Type["kind"]) => number | null): number {
  const held = pointer(type.kind);
  if (held !== null) return held;
  switch (type.kind) {
    case "array":
      return type.shape.reduce((a, b) => a * b, memorySize(type.base, pointer));
    case "compound":
      return type.members.reduce((sum, { type: inner }) => sum + memorySize(inner, pointer) - inner.size, type.size);
    default:
      return type.size;
  }
}

/** What the library needs in memory: a pointer for text, a pointer and a length for sequences. */
function inMemory(type: H5Type): number {
  return memorySize(type, (kind) => (kind === "vlenString" ? 8 : kind === "vlen" ? 16 : null));
}
