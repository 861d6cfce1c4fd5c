/**
 * Frequencies and periods: what an offset is called, and how a period is written.
 *
 * @module
 */
import { PyDict } from "../../core/values/dict.ts";
import { argsOf, attr, kindOf, num } from "./recipe.ts";
import { dayText } from "./times.ts";

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/** Offsets and the names of their frequencies in a period. */
const CODES: ReadonlyMap<string, string> = new Map([
  ["Day", "D"],
  ["BusinessDay", "B"],
  ["Hour", "h"],
  ["Minute", "min"],
  ["Second", "s"],
  ["Milli", "ms"],
  ["Micro", "us"],
  ["Nano", "ns"],
  ["MonthEnd", "M"],
  ["MonthBegin", "MS"],
]);

/** Names of before pandas 2.2. */
const OLD: ReadonlyMap<string, string> = new Map([
  ["H", "h"],
  ["T", "min"],
  ["S", "s"],
  ["L", "ms"],
  ["U", "us"],
  ["N", "ns"],
  ["A", "Y"],
]);

/** A frequency: how many of which span. */
export interface Freq {
  readonly n: number;
  /** `D`, `M`, `Q-DEC`, `W-SUN`, `h`… */
  readonly code: string;
}

/** The frequency that a text (`"period[M]"`, `"2H"`) or an offset of pandas says; null for what is none. */
export function freqOf(value: unknown): Freq | null {
  if (typeof value === "string") {
    const [, many = "", code = ""] = /^(?:period\[)?(-?\d*)([A-Za-z]+(?:-[A-Z]{3})?)\]?$/.exec(value) ?? [];
    if (code === "") return null;
    const [base = "", anchor] = code.split("-");
    const modern = OLD.get(base) ?? base;
    const whole = anchor ?? (modern === "Y" || modern === "Q" ? "DEC" : modern === "W" ? "SUN" : undefined);
    return { n: many === "" ? 1 : Number(many), code: whole === undefined ? modern : `${modern}-${whole}` };
  }
  const kind = kindOf(value);
  const [first, , ...rest] = argsOf(value);
  const n = Number(attr(value, "n") ?? first ?? 1);
  const known = CODES.get(kind);
  if (known !== undefined) return { n, code: known };
  const kwds = attr(value, "kwds");
  const extra = (name: string, at: number): number =>
    Number(attr(value, name) ?? (kwds instanceof PyDict ? kwds.get(name) : undefined) ?? rest[at] ?? Number.NaN);
  if (kind === "QuarterEnd" || kind === "YearEnd") {
    const month = extra(kind === "QuarterEnd" ? "startingMonth" : "month", 0);
    const letter = kind === "QuarterEnd" ? "Q" : "Y";
    return { n, code: `${letter}-${MONTHS[(Number.isNaN(month) ? 12 : month) - 1] ?? "DEC"}` };
  }
  if (kind === "Week") {
    const weekday = extra("weekday", 0);
    return { n, code: Number.isNaN(weekday) ? "W-SUN" : `W-${DAYS[weekday] ?? "SUN"}` };
  }
  return null;
}

export function freqText(freq: Freq | null): string {
  return freq === null ? "?" : `${freq.n === 1 ? "" : freq.n}${freq.code}`;
}

const pad = (n: number, width: number): string => String(n).padStart(width, "0");
const MINUTES: ReadonlyMap<string, number> = new Map([
  ["h", 60],
  ["min", 1],
]);
const SECONDS: ReadonlyMap<string, readonly [bigint, number]> = new Map([
  ["s", [1n, 0]],
  ["ms", [1000n, 3]],
  ["us", [1_000_000n, 6]],
  ["ns", [1_000_000_000n, 9]],
]);

/** A period by its ordinal, as pandas writes it: `2020-01`, `2020Q1`, `2020-01-06/2020-01-12`. */
export function periodText(ordinal: bigint, freq: Freq | null): string {
  if (ordinal === -(2n ** 63n)) return "NaT";
  const n = num(ordinal >= -(2n ** 53n) && ordinal <= 2n ** 53n ? Number(ordinal) : 0, "the ordinal");
  const [base = "?", anchor = ""] = (freq?.code ?? "?").split("-");
  if (base === "Y") return String(n + 1970);
  if (base === "Q") {
    // A fiscal year is named after the calendar year in which it ends.
    return `${1970 + Math.floor(n / 4)}Q${(((n % 4) + 4) % 4) + 1}`;
  }
  if (base === "M") return `${pad(1970 + Math.floor(n / 12), 4)}-${pad((((n % 12) + 12) % 12) + 1, 2)}`;
  if (base === "W") {
    // Week 0 ends with the last Sunday (or the anchor's day from Monday on) before the first Thursday of 1970.
    const end = n * 7 + ((DAYS.indexOf(anchor) + 1) % 7) - 4;
    return `${dayText(end - 6)}/${dayText(end)}`;
  }
  if (base === "D") return dayText(n);
  if (base === "B") return dayText(Math.floor((n + 3) / 5) * 7 + ((((n + 3) % 5) + 5) % 5) - 3);
  const minutes = MINUTES.get(base);
  if (minutes !== undefined) {
    const all = n * minutes;
    const day = Math.floor(all / 1440);
    const rest = all - day * 1440;
    return `${dayText(day)} ${pad(Math.floor(rest / 60), 2)}:${pad(rest % 60, 2)}`;
  }
  const fine = SECONDS.get(base);
  if (fine === undefined) return String(ordinal);
  const [per, digits] = fine;
  const fraction = ((ordinal % per) + per) % per;
  const seconds = Number((ordinal - fraction) / per);
  const day = Math.floor(seconds / 86400);
  const rest = seconds - day * 86400;
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map((part) => pad(part, 2)).join(":");
  return `${dayText(day)} ${clock}${digits === 0 ? "" : `.${pad(Number(fraction), digits)}`}`;
}
