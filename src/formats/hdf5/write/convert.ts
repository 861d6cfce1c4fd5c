/**
 * Arrays of one type on their way into datasets of another, as libhdf5 converts them: ints that do not fit become the
 * nearest that do, and fields find each other by their names. (Attributes are converted by NumPy, which cuts bits off.)
 *
 * @module
 */
import { array, type DType, dtype, type Field, flattened, NDArray, typedDType } from "../../../core/ndarray/index.ts";
import type { H5Type } from "../types/datatype.ts";
import { isComplex, mapped } from "../types/dtypes.ts";

/** An array as elements of a type; what is no array, or is converted by its bits, stays as it is. */
export function stored(type: H5Type, value: unknown): unknown {
  const typed = typedDType(value);
  if (!(value instanceof NDArray) && typed === null) return value;
  const from = value instanceof NDArray ? value : array(value);
  const [target] = flattened(mapped(type).dtype, []);
  if (type.kind === "compound" && !isComplex(type)) {
    const names = shared(from, type);
    return names === null ? value : byName(from, type, names);
  }
  return isCut(from.dtype, target) ? nearest(from, target) : value;
}

/** Names of the fields that records and a compound have in common, where they are not the same in the same order. */
export function shared(from: unknown, type: H5Type): string[] | null {
  if (!(from instanceof NDArray) || from.dtype.names === null || type.kind !== "compound" || isComplex(type))
    return null;
  const { names } = from.dtype;
  const known = type.members.map(({ name }) => name);
  const common = known.filter((name) => names.includes(name));
  const same = names.length === known.length && names.every((name, i) => name === known[i]);
  return common.length === 0 || (same && !type.members.some((member) => isFieldCut(from, member))) ? null : common;
}

function isFieldCut(from: NDArray, { name, type }: { name: string; type: H5Type }): boolean {
  const own = from.dtype.fields?.get(name)?.dtype;
  return own !== undefined && isCut(flattened(own, [])[0], flattened(mapped(type).dtype, [])[0]);
}

/** Records with some of their fields, in the order of a compound's. */
function byName(from: NDArray, type: H5Type & { kind: "compound" }, names: readonly string[]): NDArray {
  const columns = names.map((name): [string, NDArray] => {
    const member = type.members.find((one) => one.name === name) as (typeof type.members)[number];
    return [name, stored(member.type, from.field(name)) as NDArray];
  });
  const rank = from.ndim;
  const made = dtype(columns.map(([name, { dtype: own, shape }]) => [name, own, shape.slice(rank)]));
  const count = from.size;
  if (made.hasObject) {
    const items = columns.map(([, column]) => (column.ndim > rank ? null : column.flat()));
    if (items.includes(null)) return from;
    const rows = Array.from({ length: count }, (_, i) => items.map((column) => (column as unknown[])[i]));
    return array(
      rows.map((row) => Object.freeze(row)),
      { dtype: made, shape: from.shape },
    );
  }
  const out = new Uint8Array(count * made.itemsize);
  for (const [name, column] of columns) {
    const { offset, dtype: own } = (made.fields as NonNullable<DType["fields"]>).get(name) as Field;
    const bytes = column.rawBytes("C");
    for (let i = 0; i < count; i++) {
      out.set(bytes.subarray(i * own.itemsize, (i + 1) * own.itemsize), i * made.itemsize + offset);
    }
  }
  return NDArray.fromBytes(made, out, from.shape);
}

/** Lowest and highest of an int type. */
function limits({ kind, itemsize }: DType): [bigint, bigint] {
  const bits = BigInt(itemsize * 8);
  return kind === "u" ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
}

/** May numbers of one dtype not fit in another, of ints? */
function isCut(from: DType, target: DType): boolean {
  if (!/[iu]/.test(target.kind)) return false;
  if (from.kind === "f") return from.itemsize <= 8;
  if (!/[iu]/.test(from.kind)) return false;
  const [low, high] = limits(from);
  const [least, most] = limits(target);
  return low < least || high > most;
}

/** Numbers as the nearest ints of a dtype; what is no number becomes what the processor makes of it. */
function nearest(from: NDArray, target: DType): NDArray {
  const { kind, itemsize } = target;
  const [low, high] = limits(target);
  const isWide = from.dtype.kind !== "f" && from.dtype.itemsize === 8;
  if (itemsize < 8 && !isWide) {
    const numbers = from.astype("<f8").toBytes();
    const values = new Float64Array(numbers.buffer, numbers.byteOffset, from.size);
    const [least, most] = [Number(low), Number(high)];
    const none = kind === "i" && itemsize === 4 ? least : 0;
    for (let i = 0; i < values.length; i++) {
      const x = values[i] as number;
      values[i] = x < least ? least : x > most ? most : Number.isNaN(x) ? none : Math.trunc(x);
    }
    return array(values)
      .reshape(...from.shape)
      .astype(target);
  }
  const own = isWide ? from : from.astype("<f8");
  const none = kind === "i" ? low : 1n << 63n;
  const out = kind === "i" ? new BigInt64Array(from.size) : new BigUint64Array(from.size);
  for (const [i, x] of own.flat().entries()) {
    const n = typeof x === "bigint" ? x : null;
    const whole = n ?? bounded(x as number, low, high, none);
    out[i] = whole < low ? low : whole > high ? high : whole;
  }
  return array(out)
    .reshape(...from.shape)
    .astype(target);
}

function bounded(x: number, low: bigint, high: bigint, none: bigint): bigint {
  if (Number.isFinite(x)) return BigInt(Math.trunc(x));
  return Number.isNaN(x) ? none : x > 0 ? high : low;
}
