/**
 * Instants and spans of time as pandas writes them.
 *
 * @module
 */
import type { Zone } from "./zone.ts";

/** NumPy's "not a time". */
export const NAT = -(2n ** 63n);

/** Ticks of a second. */
export const PER_SECOND: ReadonlyMap<string, bigint> = new Map([
  ["s", 1n],
  ["ms", 1000n],
  ["us", 1_000_000n],
  ["ns", 1_000_000_000n],
]);

const DAY = 86_400_000_000_000n;

const pad = (n: number | bigint, width: number): string => String(n).padStart(width, "0");
const floorDiv = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;

/** Nanoseconds of ticks of a unit. */
export function nanos(ticks: bigint, unit: string): bigint {
  const per = PER_SECOND.get(unit);
  if (per !== undefined) return ticks * (1_000_000_000n / per);
  const days = unit === "W" ? 7n : unit === "D" ? 1n : null;
  if (days !== null) return ticks * days * DAY;
  if (unit === "h" || unit === "m") return ticks * (unit === "h" ? 3600n : 60n) * 1_000_000_000n;
  throw new TypeError(`ticks of ${unit} have no fixed length`);
}

/** `YYYY-MM-DD` of a day counted from 1970. */
export function dayText(days: number): string {
  const date = new Date(days * 86_400_000);
  if (Number.isNaN(date.getTime())) return "NaT";
  const year = date.getUTCFullYear();
  return `${year < 0 ? `-${pad(-year, 4)}` : pad(year, 4)}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}`;
}

/** Digits of a second's fraction that show nanoseconds: 0, 3, 6 or 9. */
export function digitsOf(ns: bigint): number {
  const rest = ns % 1_000_000_000n;
  if (rest === 0n) return 0;
  if (rest % 1_000_000n === 0n) return 3;
  return rest % 1000n === 0n ? 6 : 9;
}

/** `HH:MM:SS[.fff]` of nanoseconds since midnight. */
function clockText(ns: bigint, digits: number): string {
  const seconds = Number(ns / 1_000_000_000n);
  const clock = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  return digits === 0 ? clock : `${clock}.${pad(ns % 1_000_000_000n, 9).slice(0, digits)}`;
}

/** `+01:00` of an offset in seconds. */
export function offsetText(seconds: number): string {
  const size = Math.abs(seconds);
  const rest = size % 60 >= 1 ? `:${pad(Math.floor(size % 60), 2)}` : "";
  return `${seconds < 0 ? "-" : "+"}${pad(Math.floor(size / 3600), 2)}:${pad(Math.floor(size / 60) % 60, 2)}${rest}`;
}

/** Nanoseconds of the wall clock of a zone, and its offset in seconds (null without a zone). */
export function wall(ns: bigint, zone: Zone | null): [ns: bigint, offset: number | null] {
  if (zone === null) return [ns, null];
  const offset = zone.offsetAt(Number(floorDiv(ns, 1_000_000n)));
  // Offsets of the datetime module may have parts of a second.
  return offset === null ? [ns, 0] : [ns + BigInt(Math.round(offset * 1e6)) * 1000n, offset];
}

/**
 * An instant as `str(Timestamp)`: `2020-01-01 12:00:00.500000+01:00`; `digits` of the fraction are 0, 3, 6 or 9, or for
 * -1 those that `str` shows (0, 6, 9), and `dateOnly` leaves the clock out.
 */
export function instantText(ns: bigint, zone: Zone | null, digits = -1, separator = " ", dateOnly = false): string {
  const [local, offset] = wall(ns, zone);
  const days = floorDiv(local, DAY);
  const date = dayText(Number(days));
  if (dateOnly) return date;
  const rest = local - days * DAY;
  const shown = digits >= 0 ? digits : Math.max(digitsOf(rest) && 6, digitsOf(rest));
  return `${date}${separator}${clockText(rest, shown)}${offset === null ? "" : offsetText(offset)}`;
}

/** Is an instant the beginning of a day on its own clock? */
export function isMidnight(ns: bigint, zone: Zone | null): boolean {
  return wall(ns, zone)[0] % DAY === 0n;
}

/** Digits of a fraction that `str` shows of a span: 0, 6 or 9. */
export function spanDigits(ns: bigint): number {
  const rest = ns % 1_000_000_000n;
  return rest === 0n ? 0 : rest % 1000n === 0n ? 6 : 9;
}

/**
 * A span as pandas writes it: `1 days 02:00:00`; whole days without their clock where `short`, and at least so many
 * digits of the fraction.
 */
export function spanText(ns: bigint, short = false, least = 0): string {
  const days = floorDiv(ns, DAY);
  const rest = ns - days * DAY;
  if (short && rest === 0n) return `${days} days`;
  const digits = Math.max(least, spanDigits(rest));
  return `${days} days ${days < 0n ? "+" : ""}${clockText(rest, digits)}`;
}
