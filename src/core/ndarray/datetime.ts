/**
 * Times of `datetime64` as NumPy prints them: ISO 8601 in the proleptic Gregorian calendar, any year.
 *
 * @module
 */

/** NumPy's "not a time": the smallest int64. */
export const NAT = -(2n ** 63n);

/** Units below a day: how many there are in a day, and digits of a second's fraction. */
const IN_DAY: Readonly<Record<string, readonly [bigint, number]>> = {
  D: [1n, -3],
  h: [24n, -2],
  m: [1440n, -1],
  s: [86400n, 0],
  ms: [86400n * 10n ** 3n, 3],
  us: [86400n * 10n ** 6n, 6],
  ns: [86400n * 10n ** 9n, 9],
  ps: [86400n * 10n ** 12n, 12],
  fs: [86400n * 10n ** 15n, 15],
  as: [86400n * 10n ** 18n, 18],
};

const floorDiv = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;

const pad = (n: number | bigint, width: number): string => String(n).padStart(width, "0");

function yearText(year: bigint): string {
  return year < 0n ? `-${pad(-year, 4)}` : pad(year, 4);
}

/** Year, month and day of a day counted from 1970-01-01 (Howard Hinnant's `civil_from_days`). */
function civil(days: bigint): [bigint, number, number] {
  const z = days + 719468n;
  const era = floorDiv(z, 146097n);
  const doe = Number(z - era * 146097n);
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return [BigInt(yoe) + era * 400n + (month <= 2 ? 1n : 0n), month, doy - Math.floor((153 * mp + 2) / 5) + 1];
}

/**
 * `datetime64` ticks as text: `"2020-01-01T00:00:00.000"`, `"NaT"`.
 *
 * @example
 * ```ts
 * datetimeText(0n, "D", 1); // "1970-01-01"
 * ```
 */
export function datetimeText(ticks: bigint, unit: string, count: number): string {
  if (ticks === NAT) return "NaT";
  const n = ticks * BigInt(count);
  if (unit === "generic") return String(ticks);
  if (unit === "Y") return yearText(n + 1970n);
  if (unit === "M") {
    const year = floorDiv(n, 12n);
    return `${yearText(year + 1970n)}-${pad(n - year * 12n + 1n, 2)}`;
  }
  const [inDay, digits] = IN_DAY[unit === "W" ? "D" : unit] ?? [1n, -3];
  const all = unit === "W" ? n * 7n : n;
  const days = floorDiv(all, inDay);
  const [year, month, day] = civil(days);
  const date = `${yearText(year)}-${pad(month, 2)}-${pad(day, 2)}`;
  if (digits === -3) return date;
  const rest = all - days * inDay;
  if (digits === -2) return `${date}T${pad(rest, 2)}`;
  if (digits === -1) return `${date}T${pad(rest / 60n, 2)}:${pad(rest % 60n, 2)}`;
  const scale = 10n ** BigInt(digits);
  const seconds = rest / scale;
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map((part) => pad(part, 2)).join(":");
  return `${date}T${clock}${digits > 0 ? `.${pad(rest % scale, digits)}` : ""}`;
}

const LONG: Readonly<Record<string, string>> = {
  Y: "years",
  M: "months",
  W: "weeks",
  D: "days",
  h: "hours",
  m: "minutes",
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
  ps: "picoseconds",
  fs: "femtoseconds",
  as: "attoseconds",
  generic: "generic time units",
};

/** `str` of a `timedelta64`: `"5 days"`. */
export function timedeltaText(ticks: bigint, unit: string, count: number): string {
  return ticks === NAT ? "NaT" : `${ticks * BigInt(count)} ${LONG[unit] ?? unit}`;
}

/** Milliseconds since 1970 of `datetime64` ticks, rounded down; null for NaT and units without a calendar day. */
export function datetimeMillis(ticks: bigint, unit: string, count: number): number | null {
  if (ticks === NAT || unit === "generic") return null;
  if (unit === "Y" || unit === "M") {
    const months = ticks * BigInt(count) * (unit === "Y" ? 12n : 1n);
    const year = floorDiv(months, 12n);
    return Date.UTC(2000, Number(months - year * 12n), 1) - Date.UTC(2000, 0, 1) + dayMillis(year + 1970n, months);
  }
  const inDay = (IN_DAY[unit === "W" ? "D" : unit] ?? [1n])[0];
  return Number(floorDiv(ticks * BigInt(count) * (unit === "W" ? 7n : 1n) * 86400000n, inDay));
}

/** Milliseconds of a year's first day, and what its leap day adds to its later months beyond those of 2000. */
function dayMillis(year: bigint, months: bigint): number {
  const y = year - 1n;
  const days = 365n * y + floorDiv(y, 4n) - floorDiv(y, 100n) + floorDiv(y, 400n) - 719162n;
  const leap = year % 4n === 0n && (year % 100n !== 0n || year % 400n === 0n);
  const month = ((months % 12n) + 12n) % 12n;
  return Number((days - (month >= 2n && !leap ? 1n : 0n)) * 86400000n);
}

/** Day, counted from 1970-01-01, on which a month counted from January 1970 begins. */
function dayOfMonth(months: bigint): bigint {
  const year = floorDiv(months, 12n) + 1970n;
  const month = Number(months - (year - 1970n) * 12n) + 1;
  const y = month <= 2 ? year - 1n : year;
  const era = floorDiv(y, 400n);
  const doy = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5);
  const yoe = y - era * 400n;
  return era * 146097n + yoe * 365n + yoe / 4n - yoe / 100n + BigInt(doy) - 719468n;
}

/** Ticks of a unit in a day, and whether it is counted in months instead. */
function perDay(unit: string, kind: "M" | "m"): bigint | null {
  if (unit === "Y" || unit === "M") return null;
  const [inDay] = IN_DAY[unit === "W" ? "D" : unit] ?? [];
  if (inDay === undefined) throw new TypeError(`${kind}8 has no unit ${unit}`);
  return inDay;
}

/**
 * How ticks of one unit become those of another, as NumPy casts: rounded down, NaT kept, beyond int64 wrapped.
 * `TypeError` between months or years and days of a timedelta, which have no fixed length.
 */
export function unitChange(
  kind: "M" | "m",
  from: { unit: string; count: number },
  to: { unit: string; count: number },
): (ticks: bigint) => bigint {
  const [source, target] = [perDay(from.unit, kind), perDay(to.unit, kind)];
  const size = (unit: string, count: number): bigint => BigInt(count) * (unit === "Y" ? 12n : unit === "W" ? 7n : 1n);
  const [many, few] = [size(from.unit, from.count), size(to.unit, to.count)];
  if ((source === null) !== (target === null)) {
    if (kind === "m") throw new TypeError(`a timedelta64 of ${from.unit} has no fixed length in ${to.unit}`);
    if (source === null && target !== null) {
      return (ticks) => (ticks === NAT ? NAT : floorDiv(dayOfMonth(ticks * many) * target, few));
    }
    const inDay = source as bigint;
    return (ticks) => {
      if (ticks === NAT) return NAT;
      const [year, month] = civil(floorDiv(ticks * many, inDay));
      return floorDiv((year - 1970n) * 12n + BigInt(month - 1), few);
    };
  }
  const over = many * (target ?? 1n);
  const under = few * (source ?? 1n);
  return (ticks) => (ticks === NAT ? NAT : floorDiv(ticks * over, under));
}
