import { numberToHalf } from "../bytes/half.ts";
import { pyType } from "../values/protocol.ts";
import { StructError } from "./error.ts";
import type { Field, Layout } from "./format.ts";

/** Writes `values` at `offset`; padding bytes become zero. The caller has checked room and count. */
export function packFields(layout: Layout, view: DataView, offset: number, values: readonly unknown[]): void {
  new Uint8Array(view.buffer, view.byteOffset + offset, layout.size).fill(0);
  let next = 0;
  for (const field of layout.fields) {
    let at = offset + field.offset;
    for (let i = 0; i < field.repeat; i++, at += field.size) packOne(layout, field, view, at, values[next++]);
  }
}

function packOne(layout: Layout, field: Field, view: DataView, at: number, value: unknown): void {
  switch (field.kind) {
    case "int":
      packInt(field, view, at, value, layout.little);
      break;
    case "float":
      packFloat(field, view, at, value, layout);
      break;
    case "bool":
      view.setUint8(at, isTrue(value) ? 1 : 0);
      break;
    case "pointer":
      packPointer(view, at, value, layout.little);
      break;
    case "char":
      packChar(view, at, value);
      break;
    default:
      packBytes(field, view, at, value);
  }
}

function packChar(view: DataView, at: number, value: unknown): void {
  if (!(value instanceof Uint8Array) || value.length !== 1) {
    throw new StructError("char format requires a bytes object of length 1");
  }
  view.setUint8(at, value[0]!);
}

function packInt(field: Field, view: DataView, at: number, value: unknown, little: boolean): void {
  const int = integer(value);
  const bits = field.size * 8;
  if (bits < 64) {
    const low = field.signed ? -(2 ** (bits - 1)) : 0;
    const high = field.signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
    if (int < low || int > high) throw outOfRange(field, low, high);
    const small = Number(int);
    if (bits === 8) view.setUint8(at, small & 255);
    else if (bits === 16) view.setUint16(at, small & 65535, little);
    else view.setUint32(at, small >>> 0, little);
    return;
  }
  const low = field.signed ? -(2n ** 63n) : 0n;
  const high = field.signed ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  if (int < low || int > high) throw outOfRange(field, low, high);
  setInt64(view, at, int, little);
}

/** C's `void *`: any integer that fits signed or unsigned. */
function packPointer(view: DataView, at: number, value: unknown, little: boolean): void {
  const int = integer(value);
  if (int < -(2n ** 63n) || int >= 2n ** 64n) throw new StructError("int too large to convert");
  setInt64(view, at, int, little);
}

function setInt64(view: DataView, at: number, int: number | bigint, little: boolean): void {
  if (typeof int === "bigint") {
    view.setBigUint64(at, BigInt.asUintN(64, int), little);
  } else {
    view.setUint32(little ? at : at + 4, int >>> 0, little);
    view.setUint32(little ? at + 4 : at, Math.floor(int / 2 ** 32) >>> 0, little);
  }
}

function packFloat({ code }: Field, view: DataView, at: number, value: unknown, layout: Layout): void {
  const float = toFloat(value);
  if (code === "d") {
    view.setFloat64(at, float, layout.little);
  } else if (code === "f") {
    const lost = Number.isFinite(float) && !Number.isFinite(Math.fround(float));
    if (lost && !layout.native) throw tooLarge(value, code);
    view.setFloat32(at, float, layout.little);
  } else {
    const half = numberToHalf(float);
    if (half < 0) throw tooLarge(value, code);
    view.setUint16(at, half, layout.little);
  }
}

function packBytes(field: Field, view: DataView, at: number, value: unknown): void {
  if (!(value instanceof Uint8Array)) {
    throw new StructError(`argument for '${field.code}' must be a bytes object`);
  }
  if (field.size === 0) return;
  const room = new Uint8Array(view.buffer, view.byteOffset + at, field.size);
  if (field.kind === "bytes") {
    room.set(value.subarray(0, field.size));
    return;
  }
  // Pascal string: one length byte; a longer string is stored whole but counts only 255.
  const kept = value.subarray(0, field.size - 1);
  room.set(kept, 1);
  room[0] = Math.min(kept.length, 255);
}

function integer(value: unknown): number | bigint {
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return value as number | bigint;
  if (typeof value === "boolean") return value ? 1 : 0;
  throw new StructError("required argument is not an integer");
}

function toFloat(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (isFloat(value)) return value.value;
  if (typeof value === "bigint") {
    const float = Number(value);
    if (Number.isFinite(float)) return float;
  }
  throw new StructError("required argument is not a float");
}

/** A `PyFloat`, which says that a whole number is a float; its class would weigh more here than its name. */
function isFloat(value: unknown): value is { value: number } {
  return typeof value === "object" && value !== null && (value as { [pyType]?: unknown })[pyType] === "float";
}

function tooLarge(value: unknown, code: string): StructError {
  return new StructError(
    typeof value === "bigint" ? "int too large to convert" : `float too large to pack with ${code} format`,
  );
}

function outOfRange({ code }: Field, low: number | bigint, high: number | bigint): StructError {
  return new StructError(`'${code}' format requires ${low} <= number <= ${high}`);
}

/** Python's truth: empty and zero are false. */
function isTrue(value: unknown): boolean {
  if (isFloat(value)) return value.value !== 0;
  if (typeof value === "object" && value !== null) {
    const { length, size } = value as { length?: unknown; size?: unknown };
    return length !== 0 && size !== 0;
  }
  return typeof value === "number" ? value !== 0 : Boolean(value);
}
