/**
 * Times as Python's own objects, which `astype("O")` makes of them and masked arrays print: dates, datetimes and
 * timedeltas where their units and range allow it, else ints (numpy/_core/src/multiarray/datetime.c).
 *
 * @module
 */
import { datetimeText, NAT } from "./datetime.ts";
import type { DType } from "./dtype.ts";

/** Microseconds of a unit. */
const MICROS: Readonly<Record<string, bigint>> = {
  W: 604_800_000_000n,
  D: 86_400_000_000n,
  h: 3_600_000_000n,
  m: 60_000_000n,
  s: 1_000_000n,
  ms: 1000n,
  us: 1n,
};
const DAY = 86_400_000_000n;
const MOST_DAYS = 999_999_999n;

/** `repr` of the object that Python has for a tick of datetime64 or timedelta64. */
export function pythonTimeText({ kind, unit, count }: DType, ticks: bigint): string {
  if (ticks === NAT) return "None";
  const micros = MICROS[unit];
  if (kind === "M") return unit === "generic" ? "None" : (dateText(ticks, unit, count) ?? String(ticks));
  return micros === undefined ? String(ticks) : (deltaText(ticks * BigInt(count) * micros) ?? String(ticks));
}

function dateText(ticks: bigint, unit: string, count: number): string | null {
  if (MICROS[unit] === undefined && unit !== "Y" && unit !== "M") return null;
  const iso = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d))?(?::(\d\d))?(?::(\d\d))?(?:\.(\d+))?$/.exec(
    datetimeText(ticks, unit, count),
  );
  if (iso === null || iso[1] === "0000") return null;
  const [year, month, day, hour, minute, second, fraction] = iso.slice(1).map((part) => part ?? "");
  const date = `${Number(year)}, ${Number(month || 1)}, ${Number(day || 1)}`;
  if (hour === "") return `datetime.date(${date})`;
  const micro = Number((fraction as string).padEnd(6, "0"));
  const rest = micro !== 0 ? [Number(second), micro] : Number(second) !== 0 ? [Number(second)] : [];
  return `datetime.datetime(${[date, Number(hour), Number(minute), ...rest].join(", ")})`;
}

function deltaText(micros: bigint): string | null {
  const within = ((micros % DAY) + DAY) % DAY;
  const days = (micros - within) / DAY;
  if (days > MOST_DAYS || days < -MOST_DAYS) return null;
  const parts = [
    ["days", days],
    ["seconds", within / 1_000_000n],
    ["microseconds", within % 1_000_000n],
  ] as const;
  const shown = parts.filter(([, n]) => n !== 0n).map(([name, n]) => `${name}=${n}`);
  return `datetime.timedelta(${shown.join(", ") || 0})`;
}
