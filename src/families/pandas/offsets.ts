/**
 * Names of offsets, as the frequency of an index tells them.
 *
 * @module
 */
import { PyDict } from "../../core/values/dict.ts";
import { freqOf, freqText } from "./periods.ts";
import { argsOf, attr, kindOf } from "./recipe.ts";

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/** What an offset's name ends in, beside its kind: nothing, a month, a day of the month or of the week. */
type Anchor = "" | "month" | "day" | "weekday";

/** The names of pandas 2.2 and later, the anchor's attribute, and what it is where the offset does not say. */
const NAMES: ReadonlyMap<string, readonly [name: string, anchor: Anchor, attribute: string, fallback: number]> =
  new Map(
    Object.entries({
      Day: ["D", "", "", 0],
      BusinessDay: ["B", "", "", 0],
      Hour: ["h", "", "", 0],
      Minute: ["min", "", "", 0],
      Second: ["s", "", "", 0],
      Milli: ["ms", "", "", 0],
      Micro: ["us", "", "", 0],
      Nano: ["ns", "", "", 0],
      MonthEnd: ["ME", "", "", 0],
      MonthBegin: ["MS", "", "", 0],
      BusinessMonthEnd: ["BME", "", "", 0],
      BusinessMonthBegin: ["BMS", "", "", 0],
      SemiMonthEnd: ["SME", "day", "day_of_month", 15],
      SemiMonthBegin: ["SMS", "day", "day_of_month", 15],
      QuarterEnd: ["QE", "month", "startingMonth", 3],
      QuarterBegin: ["QS", "month", "startingMonth", 3],
      BQuarterEnd: ["BQE", "month", "startingMonth", 3],
      BQuarterBegin: ["BQS", "month", "startingMonth", 3],
      YearEnd: ["YE", "month", "month", 12],
      YearBegin: ["YS", "month", "month", 1],
      BYearEnd: ["BYE", "month", "month", 12],
      BYearBegin: ["BYS", "month", "month", 1],
      Week: ["W", "weekday", "weekday", -1],
      LastWeekOfMonth: ["LWOM", "weekday", "weekday", 0],
      CustomBusinessDay: ["C", "", "", 0],
      BusinessHour: ["bh", "", "", 0],
      CustomBusinessHour: ["cbh", "", "", 0],
      CustomBusinessMonthEnd: ["CBME", "", "", 0],
      CustomBusinessMonthBegin: ["CBMS", "", "", 0],
    } as const),
  );

/** The name of an offset (`"2h"`, `"QS-FEB"`), or of a text that is one; null for an offset without a short name. */
export function offsetName(offset: unknown): string | null {
  if (typeof offset === "string") return freqText(freqOf(offset));
  const kind = kindOf(offset);
  const [count, , ...rest] = argsOf(offset);
  const kwds = attr(offset, "kwds");
  const own = (name: string, at: number, fallback: number): number =>
    Number(attr(offset, name) ?? (kwds instanceof PyDict ? kwds.get(name) : undefined) ?? rest[at] ?? fallback);
  const n = Number(attr(offset, "n") ?? count ?? 1);
  const many = n === 1 ? "" : String(n);
  if (kind === "WeekOfMonth") return `${many}WOM-${own("week", 0, 0) + 1}${DAYS[own("weekday", 1, 0)]}`;
  const known = NAMES.get(kind);
  if (known === undefined) return null;
  const [name, anchor, attribute, fallback] = known;
  const at = own(attribute, 0, fallback);
  if (anchor === "" || (anchor === "weekday" && at < 0)) return many + name;
  return `${many}${name}-${anchor === "month" ? MONTHS[at - 1] : anchor === "weekday" ? DAYS[at] : at}`;
}
