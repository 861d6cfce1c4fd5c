/**
 * Python's integers and floats in their binary and text forms.
 *
 * @module
 */
import { LimitError } from "../../../core/errors.ts";

/** Digits of an int in text unless `limits.maxDigits` says otherwise. */
export const MAX_DIGITS = 1_000_000;
/** JavaScript's BigInt ends at 2^30 bits. */
const MAX_LONG_BYTES = 1 << 27;

const SHIFTS: readonly bigint[] = [0n, 8n, 16n, 24n, 32n, 40n, 48n, 56n];

/** A bigint, or a number when it is safe and `bigints` is off. */
export function toInt(value: bigint, bigints: boolean): number | bigint {
  if (bigints) return value;
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** Little-endian two's complement of at most six bytes. */
export function shortLong(bytes: Uint8Array, start: number, size: number): number {
  if (size === 0) return 0;
  let value = 0;
  let scale = 1;
  for (let i = 0; i < size; i++) {
    value += (bytes[start + i] as number) * scale;
    scale *= 256;
  }
  return (bytes[start + size - 1] as number) > 127 ? value - scale : value;
}

/** Little-endian two's complement of `size` bytes at `start` (LONG1, LONG4). */
export function longFromBytes(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  size: number,
  bigints: boolean,
): number | bigint {
  if (size <= 6 && !bigints) return shortLong(bytes, start, size);
  if (size === 0) return 0n;
  if (size > MAX_LONG_BYTES) throw new LimitError("maxLongBytes", MAX_LONG_BYTES, size);
  if (size === 7) {
    const low = view.getUint32(start, true);
    const high = view.getInt32(start + 3, true) >> 8;
    const value = high * 4294967296 + low;
    if (!bigints && Number.isSafeInteger(value)) return value;
    return (BigInt(high) << 32n) | BigInt(low);
  }
  if (size >= 8 && size <= 32) {
    // The uppermost bytes, with their sign; then what is below them, in pairs.
    const at = start + ((size - 1) & ~7);
    const top = view.getBigInt64(start + size - 8, true) >> (SHIFTS[(8 - size) & 7] as bigint);
    if (at === start) return toInt(top, bigints);
    const low = view.getBigUint64(start, true);
    let value: bigint;
    if (at === start + 8) value = (top << 64n) | low;
    else {
      const second = (view.getBigUint64(start + 8, true) << 64n) | low;
      if (at === start + 16) value = (top << 128n) | second;
      else value = (((top << 64n) | view.getBigUint64(start + 16, true)) << 128n) | second;
    }
    return top === 0n || top === -1n ? toInt(value, bigints) : value;
  }
  let hex = "";
  const chunks: string[] = [];
  for (let i = size - 1; i >= 0; i--) {
    hex += (bytes[start + i] as number).toString(16).padStart(2, "0");
    if (hex.length > 8192) {
      chunks.push(hex);
      hex = "";
    }
  }
  const value = BigInt(`0x${chunks.join("")}${hex}`);
  return toInt((bytes[start + size - 1] as number) > 127 ? value - (1n << BigInt(8 * size)) : value, bigints);
}

const C_LONG = /^[ \t\n\v\f\r]*([+-]?)(?:0[xX]([0-9a-fA-F]+)|0([0-7]*)|([1-9][0-9]*))$/;

/**
 * The line of an INT opcode as the C unpickler reads it: `00` and `01` are bools, C's `strtol` with any base (so `010`
 * is eight), then Python's own `int(text, 0)`. Undefined when neither can read it.
 */
export function textInt(
  line: string,
  bigints: boolean,
  maxDigits: number = MAX_DIGITS,
): number | bigint | boolean | undefined {
  if (line.length > maxDigits) checkDigits(line, maxDigits);
  const text = cString(line);
  // Nothing to read, and C's end of the text right there, is zero.
  const found = C_LONG.exec(text === "" && line !== "" ? "0" : text);
  if (found !== null) {
    const [, sign, hex, octal, decimal] = found;
    const size = BigInt(
      hex !== undefined ? `0x${hex}` : octal !== undefined ? `0o${octal || "0"}` : (decimal as string),
    );
    const value = sign === "-" ? -size : size;
    if (value >= -(1n << 63n) && value < 1n << 63n) {
      if (line.length === 2 && (value === 0n || value === 1n)) return value === 1n;
      return toInt(value, bigints);
    }
  }
  return textLong(line, bigints, maxDigits);
}

/** What C sees of a line: it ends at a NUL. */
export function cString(line: string): string {
  const end = line.indexOf("\0");
  return end < 0 ? line : line.slice(0, end);
}

const PY_INT =
  /^([+-]?)(?:0[xX](?:_?([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*))|0[oO](?:_?([0-7]+(?:_[0-7]+)*))|0[bB](?:_?([01]+(?:_[01]+)*))|(0+(?:_0+)*|[1-9][0-9]*(?:_[0-9]+)*))$/;

/** Python's `int(text, 0)`; undefined when it would raise `ValueError`. */
export function textLong(line: string, bigints: boolean, maxDigits: number = MAX_DIGITS): number | bigint | undefined {
  if (line.length > maxDigits) checkDigits(line, maxDigits);
  const text = cString(line).replace(/^[\t-\r ]+|[\t-\r ]+$/g, "");
  const found = PY_INT.exec(text);
  if (found === null) return undefined;
  const [, sign, hex, octal, binary, decimal] = found;
  const digits =
    hex !== undefined
      ? `0x${hex}`
      : octal !== undefined
        ? `0o${octal}`
        : binary !== undefined
          ? `0b${binary}`
          : (decimal as string);
  const size = BigInt(digits.replaceAll("_", ""));
  return toInt(sign === "-" ? -size : size, bigints);
}

function checkDigits(line: string, maxDigits: number): void {
  const digits = line.replace(/[^0-9a-fA-F]+/g, "").length;
  if (digits > maxDigits) throw new LimitError("maxDigits", maxDigits, digits, { format: "pickle" });
}

const C_DOUBLE = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)$/i;

/** The line of a FLOAT opcode as C's `PyOS_string_to_double`; undefined when it is none. */
export function textFloat(line: string): number | undefined {
  const text = cString(line);
  if (!C_DOUBLE.test(text)) return undefined;
  if (/n/i.test(text)) {
    if (/nan/i.test(text)) return Number.NaN;
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
