/**
 * torch's dtypes: what their items are in memory, and the storages of old that are named after them.
 *
 * @module
 */
import type { TypedData } from "../../core/ndarray/index.ts";

/** A dtype of torch. */
export interface TorchDType {
  /** `"float32"`, `"bfloat16"`, `"float8_e4m3fn"`… */
  readonly name: string;
  /** Bytes of an item. */
  readonly size: number;
  /** NumPy's dtype of the same items; null where it has none. */
  readonly numpy: string | null;
  /** The class of storage that holds such items; null for dtypes that came with untyped storages. */
  readonly storage: string | null;
  /** Name in safetensors; null where that has none. */
  readonly safe: string | null;
  /** Items that share a byte, the first in the lowest bits; 1 where none do. */
  readonly perByte: number;
}

const ROWS: readonly (readonly [string, number, string | null, string | null, string | null])[] = [
  ["float64", 8, "<f8", "DoubleStorage", "F64"],
  ["float32", 4, "<f4", "FloatStorage", "F32"],
  ["float16", 2, "<f2", "HalfStorage", "F16"],
  ["bfloat16", 2, null, "BFloat16Storage", "BF16"],
  ["int64", 8, "<i8", "LongStorage", "I64"],
  ["int32", 4, "<i4", "IntStorage", "I32"],
  ["int16", 2, "<i2", "ShortStorage", "I16"],
  ["int8", 1, "|i1", "CharStorage", "I8"],
  ["uint8", 1, "|u1", "ByteStorage", "U8"],
  ["bool", 1, "|b1", "BoolStorage", "BOOL"],
  ["complex64", 8, "<c8", "ComplexFloatStorage", "C64"],
  ["complex128", 16, "<c16", "ComplexDoubleStorage", null],
  ["qint8", 1, "|i1", "QInt8Storage", null],
  ["quint8", 1, "|u1", "QUInt8Storage", null],
  ["qint32", 4, "<i4", "QInt32Storage", null],
  ["uint16", 2, "<u2", null, "U16"],
  ["uint32", 4, "<u4", null, "U32"],
  ["uint64", 8, "<u8", null, "U64"],
  ["float8_e4m3fn", 1, null, null, "F8_E4M3"],
  ["float8_e5m2", 1, null, null, "F8_E5M2"],
  ["float8_e4m3fnuz", 1, null, null, "F8_E4M3FNUZ"],
  ["float8_e5m2fnuz", 1, null, null, "F8_E5M2FNUZ"],
  ["float8_e8m0fnu", 1, null, null, "F8_E8M0"],
  ["complex32", 4, null, null, null],
  ["quint4x2", 1, null, "QUInt4x2Storage", null],
  ["quint2x4", 1, null, "QUInt2x4Storage", null],
  // Bits without a meaning of their own: their bytes.
  ["bits8", 1, "|u1", null, null],
  ["bits16", 2, "<u2", null, null],
  ["bits1x8", 1, "|u1", null, null],
  ["bits2x4", 1, "|u1", null, null],
  ["bits4x2", 1, "|u1", null, null],
  ["float4_e2m1fn_x2", 1, "|u1", null, "F4"],
];

const PER_BYTE: ReadonlyMap<string, number> = new Map([
  ["quint4x2", 2],
  ["quint2x4", 4],
]);

const make = (row: (typeof ROWS)[number]): TorchDType => {
  const [name, size, numpy, storage, safe] = row;
  return Object.freeze({ name, size, numpy, storage, safe, perByte: PER_BYTE.get(name) ?? 1 });
};

/** All dtypes by name. */
export const DTYPES: ReadonlyMap<string, TorchDType> = new Map(ROWS.map((row) => [row[0], make(row)] as const));
/** dtypes by the class of their storage. */
export const BY_STORAGE: ReadonlyMap<string, TorchDType> = new Map(
  [...DTYPES.values()].flatMap((dtype) => (dtype.storage === null ? [] : [[dtype.storage, dtype] as const])),
);
/** dtypes by their name in safetensors. */
export const BY_SAFE: ReadonlyMap<string, TorchDType> = new Map(
  [...DTYPES.values()].flatMap((dtype) => (dtype.safe === null ? [] : [[dtype.safe, dtype] as const])),
);

/** The dtype of a name; `TypeError` for one that torch does not have. */
export function torchDType(name: string): TorchDType {
  const found = DTYPES.get(name);
  if (found === undefined) throw new TypeError(`torch has no dtype ${name} that is known`);
  return found;
}

/** bfloat16 as float32: the upper half of its bits. */
function fromBrain(bits: Uint16Array): Float32Array {
  const out = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = (bits[i] as number) << 16;
  return new Float32Array(out.buffer);
}

/** float32 as bfloat16, rounded to nearest even as torch does. */
export function toBrain(values: ArrayLike<number>): Uint16Array {
  const floats = Float32Array.from(values);
  const bits = new Uint32Array(floats.buffer);
  const out = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const x = bits[i] as number;
    out[i] = Number.isNaN(floats[i]) ? 0x7fc0 : (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
  }
  return out;
}

/**
 * All values of an 8-bit float: `exponent` bits of the exponent and its bias; `kind` tells which bits are no numbers
 * (`ieee` as IEEE 754; `fn` only all ones; `fnuz` only minus zero).
 */
function table8(exponent: number, bias: number, kind: "ieee" | "fn" | "fnuz"): Float32Array {
  const fraction = 7 - exponent;
  const most = 2 ** exponent - 1;
  return Float32Array.from({ length: 256 }, (_, bits) => {
    const sign = bits & 128 ? -1 : 1;
    const e = (bits >> fraction) & most;
    const f = bits & (2 ** fraction - 1);
    if (kind === "fnuz" && bits === 128) return Number.NaN;
    if (kind === "fn" && (bits & 127) === 127) return Number.NaN;
    if (kind === "ieee" && e === most) return f === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (e === 0 ? f * 2 ** (1 - bias - fraction) : (1 + f / 2 ** fraction) * 2 ** (e - bias));
  });
}

const TABLES: ReadonlyMap<string, () => Float32Array> = new Map([
  ["float8_e4m3fn", () => table8(4, 7, "fn")],
  ["float8_e5m2", () => table8(5, 15, "ieee")],
  ["float8_e4m3fnuz", () => table8(4, 8, "fnuz")],
  ["float8_e5m2fnuz", () => table8(5, 16, "fnuz")],
  [
    "float8_e8m0fnu",
    () => Float32Array.from({ length: 256 }, (_, bits) => (bits === 255 ? Number.NaN : 2 ** (bits - 127))),
  ],
]);

/** Items that NumPy has no dtype for as float32; null for a dtype that it has. */
export function widened(dtype: TorchDType, data: TypedData): Float32Array | null {
  if (dtype.name === "bfloat16") return fromBrain(data as Uint16Array);
  const table = TABLES.get(dtype.name)?.();
  if (table === undefined) return null;
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = table[data[i] as number] as number;
  return out;
}
