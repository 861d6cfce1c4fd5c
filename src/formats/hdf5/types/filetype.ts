/**
 * Datatypes that NumPy has no dtype for, said as h5py says them.
 *
 * @module
 */
import { type DType, type DTypeSpec, dtype, type Field } from "../../../core/ndarray/index.ts";
import { inspect, type Parts, pyRepr, pyType } from "../../../core/values/protocol.ts";
import { repr } from "../../../core/values/repr.ts";
import { floatType, intType } from "../write/types.ts";
import type { EnumName, FixedType, H5Type, Member } from "./datatype.ts";
import { mapped } from "./dtypes.ts";

/** A datatype of a file: made by {@link stringDType}, {@link vlenDType} and their like, or taken from a dataset. */
export class FileType {
  /** @internal */
  readonly type: H5Type;
  /** The dtype of the arrays that its elements come in. */
  readonly dtype: DType;

  /** @internal */
  constructor(type: H5Type) {
    this.type = type;
    this.dtype = mapped(type).dtype;
  }

  get [pyType](): string {
    return "h5py._hl.datatype.Datatype";
  }
  [pyRepr](): Parts {
    return [`<HDF5 ${this.type.kind} (dtype ${this.dtype.str})>`];
  }
  [inspect](): string {
    return repr(this);
  }
}

/** What names a type of elements: a dtype (`"f4"`, `dtype(…)`), a {@link FileType}, or a named type of a file. */
export type TypeSpec = DTypeSpec | FileType | { readonly type: H5Type; readonly dtype: DType };

/**
 * Text: of any length, or of `length` bytes. As `h5py.string_dtype(encoding="utf-8", length=None)`.
 *
 * @example
 * ```ts
 * file.createDataset("names", { shape: [3], dtype: stringDType() });
 * ```
 */
export function stringDType(options: { encoding?: "utf-8" | "ascii"; length?: number | null } = {}): FileType {
  const { encoding = "utf-8", length = null } = options;
  if (encoding !== "utf-8" && encoding !== "ascii") {
    throw new RangeError(`invalid encoding (${String(encoding)}); 'utf-8' or 'ascii' allowed`);
  }
  const utf8 = encoding === "utf-8";
  if (length === null) return new FileType({ kind: "vlenString", size: 16, utf8, padding: 0 });
  if (!Number.isInteger(length) || length < 1)
    throw new RangeError(`a string has a length of 1 or more, not ${length}`);
  return new FileType({ kind: "string", size: length, padding: 1, utf8 });
}

/** Sequences of any length, as `h5py.vlen_dtype(base)`. */
export function vlenDType(base: TypeSpec): FileType {
  return new FileType({ kind: "vlen", size: 16, base: typeOf(base) });
}

/**
 * Names for ints, as `h5py.enum_dtype(values, basetype)`. Throws `TypeError` for a base that is no int, `RangeError`
 * for a value that it cannot hold.
 *
 * @example
 * ```ts
 * enumDType({ RED: 0, GREEN: 1, BLUE: 42 }, "i4");
 * ```
 */
export function enumDType(
  values: Readonly<Record<string, number | bigint>> | ReadonlyMap<string, number | bigint>,
  base: DTypeSpec = "u1",
): FileType {
  const type = typeOf(base);
  if (type.kind !== "int") throw new TypeError("only ints can be used for an enum");
  const names: EnumName[] = [];
  const pairs = values instanceof Map ? values : Object.entries(values);
  for (const [name, value] of pairs as Iterable<[string, number | bigint]>) {
    names.push({ name, value: fixedBytes(type, value) });
  }
  return new FileType({ kind: "enum", size: type.size, base: type, names });
}

function fixedBytes({ size, big, signed }: FixedType, value: number | bigint): Uint8Array {
  const n = BigInt(value);
  const bits = size * 8;
  if ((signed ? BigInt.asIntN(bits, n) : BigInt.asUintN(bits, n)) !== n) {
    throw new RangeError(`${n} does not fit in an int of ${bits} bits`);
  }
  const out = new Uint8Array(size);
  for (let i = 0; i < size; i++) out[big ? size - 1 - i : i] = Number((n >> BigInt(8 * i)) & 255n);
  return out;
}

/**
 * A dtype that HDF5 lacks (datetime64, timedelta64), kept as opaque bytes with a tag: `h5py.opaque_dtype(dt)`.
 *
 * @example
 * ```ts
 * file.createDataset("when", { data: times, dtype: opaqueDType(times.dtype) });
 * ```
 */
export function opaqueDType(spec: DTypeSpec): FileType {
  const type = dtype(spec);
  if (type.hasObject) throw new TypeError("opaque types cannot hold objects");
  if (type.fields !== null || type.base !== null) throw new TypeError("opaque types cannot be records or subarrays");
  return new FileType({ kind: "opaque", size: type.itemsize, tag: `NUMPY:${type.str}` });
}

/**
 * A record whose fields may be of any type, one behind the other without gaps.
 *
 * @example
 * ```ts
 * compoundDType([["name", stringDType()], ["x", "f8"], ["grid", "f4", [2, 2]]]);
 * ```
 */
export function compoundDType(
  fields: readonly (readonly [name: string, type: TypeSpec, shape?: readonly number[]])[],
): FileType {
  if (fields.length === 0) throw new RangeError("a compound has at least one field");
  const members: Member[] = [];
  let offset = 0;
  for (const [name, spec, shape] of fields) {
    let type = typeOf(spec);
    if (shape !== undefined && shape.length > 0) type = arrayOf(type, shape);
    members.push({ name, offset, type });
    offset += type.size;
  }
  return new FileType({ kind: "compound", size: offset, members });
}

/** References to objects, as `h5py.ref_dtype`. */
export const refDType: FileType = /* @__PURE__ */ new FileType({ kind: "reference", size: 8, of: "object" });

/** References to regions of datasets, as `h5py.regionref_dtype`. */
export const regionRefDType: FileType = /* @__PURE__ */ new FileType({ kind: "reference", size: 12, of: "region" });

function arrayOf(base: H5Type, shape: readonly number[]): H5Type {
  return { kind: "array", base, shape, size: shape.reduce((a, b) => a * b, base.size) };
}

/** The datatype that a spec names. Throws `TypeError` for dtypes that HDF5 has no type for, as h5py does. */
export function typeOf(spec: TypeSpec): H5Type {
  if (spec instanceof FileType) return spec.type;
  if (typeof spec === "object" && spec !== null && "type" in spec && "dtype" in spec) return spec.type as H5Type;
  return fromDType(dtype(spec as DTypeSpec));
}

function fromDType(made: DType): H5Type {
  const { kind, itemsize } = made;
  const order = made.byteorder === ">" ? ">" : "<";
  if (made.base !== null) return arrayOf(fromDType(made.base), made.shape);
  if (made.fields !== null) {
    const members = [...made.fields].map(([name, field]: [string, Field]): Member => {
      return { name, offset: field.offset, type: fromDType(field.dtype) };
    });
    if (members.length === 0) throw new TypeError("a compound has at least one field");
    return { kind: "compound", size: itemsize, members };
  }
  switch (kind) {
    case "i":
    case "u":
      return intType(itemsize, kind === "i", order === ">");
    case "f":
      return floatType(itemsize, order);
    case "c": {
      const part = floatType(itemsize / 2, order);
      const members = ["r", "i"].map((name, i) => ({ name, offset: i * part.size, type: part }));
      return { kind: "compound", size: itemsize, members };
    }
    case "b": {
      const names = ["FALSE", "TRUE"].map((name, i) => ({ name, value: Uint8Array.of(i) }));
      return { kind: "enum", size: 1, base: intType(1, true), names };
    }
    case "S":
      return { kind: "string", size: Math.max(1, itemsize), padding: 1, utf8: false };
    case "V":
      return { kind: "opaque", size: Math.max(1, itemsize), tag: "" };
    case "T":
      return { kind: "vlenString", size: 16, utf8: true, padding: 0 };
    case "O":
      throw new TypeError(
        "Object dtype dtype('O') has no native HDF5 equivalent: name a type, such as stringDType(), vlenDType(…) or refDType",
      );
    case "U":
      throw new TypeError(`No conversion path for dtype: ${made.str}: use stringDType()`);
    default:
      throw new TypeError(`No conversion path for dtype: ${made.str}: use opaqueDType(${JSON.stringify(made.str)})`);
  }
}
