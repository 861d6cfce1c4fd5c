/**
 * How Python orders two values of its standard library, where it does: dates, times, exact numbers, UUIDs, paths and
 * addresses (their `__lt__`).
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import { PyFloat } from "../../core/values/scalars.ts";
import {
  PyDate,
  PyDateTime,
  PyDecimal,
  PyEnumMember,
  PyFraction,
  PyIP,
  PyPath,
  PyTime,
  PyTimeDelta,
  PyUUID,
  PyZoneInfo,
} from "../stdlib/index.ts";

/** Below, at or above 0; null where Python raises `TypeError`. */
type Order = number | null;

/** The order of two texts by code points, where JavaScript's is by UTF-16 units. */
export function textOrder(a: string, b: string): number {
  const size = Math.min(a.length, b.length);
  for (let i = 0; i < size; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    const [high, low] = [x >= 0xd800 && x < 0xdc00, y >= 0xd800 && y < 0xdc00];
    if (high === low) return x - y;
    // A pair of surrogates stands for a code point above all single units.
    const isPair = (text: string): boolean => (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (high && isPair(a)) return 1;
    return low && isPair(b) ? -1 : x - y;
  }
  return a.length - b.length;
}

/** Parts that are compared in turn. */
function byParts(a: readonly (number | bigint | string)[], b: readonly (number | bigint | string)[]): number {
  const size = Math.min(a.length, b.length);
  for (let i = 0; i < size; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x === y) continue;
    return typeof x === "string" || typeof y === "string" ? textOrder(String(x), String(y)) : x < y ? -1 : 1;
  }
  return a.length - b.length;
}

/** An exact number: `digits / divisor * 10 ** power`. */
interface Exact {
  readonly digits: bigint;
  readonly divisor: bigint;
  readonly power: number;
}

const DECIMAL = /^(-?)(\d*)\.?(\d*)(?:E([+-]?\d+))?$/;

/** A float as a ratio, exactly. */
function ofFloat(value: number): Exact {
  let divisor = 1n;
  // A float of any size has at most 1074 binary places.
  while (!Number.isInteger(value)) {
    value *= 2;
    divisor *= 2n;
  }
  return { digits: BigInt(value), divisor, power: 0 };
}

/** The exact number, an infinity or NaN, or null for what is no number. */
function exact(value: unknown): Exact | number | null {
  if (value instanceof PyEnumMember && value.isInt) value = value.value;
  if (typeof value === "boolean") return { digits: value ? 1n : 0n, divisor: 1n, power: 0 };
  if (typeof value === "bigint") return { digits: value, divisor: 1n, power: 0 };
  if (value instanceof PyFloat) value = value.value;
  if (typeof value === "number") return Number.isFinite(value) ? ofFloat(value) : value;
  if (value instanceof PyFraction) return { digits: value.numerator, divisor: value.denominator, power: 0 };
  if (!(value instanceof PyDecimal)) return null;
  const parts = DECIMAL.exec(value.text);
  if (parts === null) return value.valueOf();
  const [, sign, whole = "", fraction = "", power = "0"] = parts;
  const digits = BigInt(whole + fraction);
  return { digits: sign === "-" ? -digits : digits, divisor: 1n, power: Number(power) - fraction.length };
}

/** Places before the point, to one. */
function magnitude({ digits, divisor, power }: Exact): number {
  const size = digits < 0n ? -digits : digits;
  return size.toString().length - divisor.toString().length + power;
}

function byValue(a: Exact | number, b: Exact | number): number {
  if (typeof a === "number" || typeof b === "number") {
    const [x, y] = [typeof a === "number" ? a : 0, typeof b === "number" ? b : 0];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  const signs = [a, b].map(({ digits }) => (digits < 0n ? -1 : digits > 0n ? 1 : 0)) as [number, number];
  if (signs[0] !== signs[1] || signs[0] === 0) return signs[0] - signs[1];
  // Powers of ten of any size are claimed by few letters: they are worked out only where the numbers are alike.
  const wider = magnitude(a) - magnitude(b);
  if (Math.abs(wider) > 2) return wider * signs[0];
  const shift = a.power - b.power;
  const [p, q] = [a.digits * b.divisor, b.digits * a.divisor];
  const [x, y] = shift > 0 ? [p * 10n ** BigInt(shift), q] : [p, q * 10n ** BigInt(-shift)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Microseconds of a clock since midnight. */
function clock({ hour, minute, second, microsecond }: PyTime | PyDateTime): number {
  return ((hour * 60 + minute) * 60 + second) * 1e6 + microsecond;
}

function unknown(what: unknown): never {
  throw new UnsupportedError("hash", `the order of ${what} as a key is known to Python only`);
}

/** Microseconds since 1970 in UTC. */
function instant(value: PyDateTime): bigint {
  const { tzinfo } = value;
  if (tzinfo instanceof PyZoneInfo) {
    return BigInt(value.toDate().getTime()) * 1000n + BigInt(value.microsecond % 1000);
  }
  const offset = value.micros ?? unknown(value);
  const midnight = new PyDate(value.year, value.month, value.day).toDate().getTime();
  return BigInt(midnight) * 1000n + BigInt(clock(value) - offset);
}

function datetimes(a: PyDateTime, b: PyDateTime): Order {
  if ((a.tzinfo === null) !== (b.tzinfo === null)) return null;
  // Clocks of one zone are compared as they stand, whatever its hours.
  const oneZone = a.tzinfo instanceof PyZoneInfo && b.tzinfo instanceof PyZoneInfo && a.tzinfo.key === b.tzinfo.key;
  if (a.tzinfo === null || oneZone) {
    const wall = (one: PyDateTime): number[] => [one.year, one.month, one.day, clock(one)];
    return byParts(wall(a), wall(b));
  }
  return byParts([instant(a)], [instant(b)]);
}

function times(a: PyTime, b: PyTime): Order {
  if (a.tzinfo === null && b.tzinfo === null) return clock(a) - clock(b);
  if (a.tzinfo === null || b.tzinfo === null) return null;
  const [x, y] = [a, b].map((one) => clock(one) - (one.micros ?? unknown(one))) as [number, number];
  return x - y;
}

/** The parts of a path by which Python 3.12 and later compare. */
function pathParts(path: PyPath): string[] {
  return path.kind.endsWith("WindowsPath") ? String(path).toLowerCase().split("\\") : String(path).split("/");
}

function addresses(a: PyIP, b: PyIP): Order {
  const kind = (ip: PyIP): string => ip.kind.replace(/^IPv\d/, "");
  if (a.version !== b.version) return null;
  if (kind(a) !== kind(b)) return unknown(`${a.kind} and ${b.kind}`);
  const bits = BigInt(a.version === 4 ? 32 : 128);
  const parts = (ip: PyIP): (bigint | number)[] => {
    if (ip.prefix === null) return [ip.value];
    const host = bits - BigInt(ip.prefix);
    return [(ip.value >> host) << host, ip.prefix, ip.value];
  };
  return byParts(parts(a), parts(b));
}

/** A text, or that of a member of a `StrEnum`. */
function textOf(value: unknown): string | null {
  if (value instanceof PyEnumMember && value.type === "StrEnum") value = value.value;
  return typeof value === "string" ? value : null;
}

/**
 * The order of two values, of which one at least is of the standard library; undefined for what is not.
 * `UnsupportedError` where only Python knows.
 */
export function stdlibOrder(a: unknown, b: unknown): Order | undefined {
  const [x, y] = [exact(a), exact(b)];
  if (x !== null && y !== null) return Number.isNaN(x) || Number.isNaN(y) ? null : byValue(x, y);
  const [s, t] = [textOf(a), textOf(b)];
  if (s !== null && t !== null) return textOrder(s, t);
  if (a instanceof PyDate && b instanceof PyDate) return byParts([a.year, a.month, a.day], [b.year, b.month, b.day]);
  if (a instanceof PyDateTime && b instanceof PyDateTime) return datetimes(a, b);
  if (a instanceof PyTime && b instanceof PyTime) return times(a, b);
  if (a instanceof PyTimeDelta && b instanceof PyTimeDelta) {
    return byParts([a.days, a.seconds, a.microseconds], [b.days, b.seconds, b.microseconds]);
  }
  if (a instanceof PyUUID && b instanceof PyUUID) return byParts([a.int], [b.int]);
  if (a instanceof PyIP && b instanceof PyIP) return addresses(a, b);
  if (a instanceof PyPath && b instanceof PyPath) {
    return a.kind.endsWith("PosixPath") === b.kind.endsWith("PosixPath") ? byParts(pathParts(a), pathParts(b)) : null;
  }
  return isOfStdlib(a) && isOfStdlib(b) ? null : undefined;
}

/** Is it a value that Python orders with its own kind alone, if at all? */
export function isOfStdlib(value: unknown): boolean {
  return (
    value instanceof PyDate ||
    value instanceof PyDateTime ||
    value instanceof PyTime ||
    value instanceof PyTimeDelta ||
    value instanceof PyUUID ||
    value instanceof PyIP ||
    value instanceof PyPath ||
    value instanceof PyDecimal ||
    value instanceof PyFraction ||
    value instanceof PyEnumMember
  );
}
