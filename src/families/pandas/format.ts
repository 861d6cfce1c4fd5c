/**
 * Cells as text, as pandas prints them (pandas/io/formats/format.py, `format_array`).
 *
 * @module
 */
import { exponentText, floatText } from "../../core/ndarray/floats.ts";
import { array, NDArray, NumpyScalar } from "../../core/ndarray/index.ts";
import { floatShown, PyDict } from "../../core/values/dict.ts";
import { repr } from "../../core/values/repr.ts";
import { PyComplex, PyFloat } from "../../core/values/scalars.ts";
import { PyFrozenSet, PySet } from "../../core/values/set.ts";
import { isFloatAt, isTuple } from "../../core/values/tuple.ts";
import { PyDate } from "../stdlib/index.ts";
import { Column } from "./column.ts";
import { Missing, Timedelta, Timestamp } from "./scalars.ts";
import { digitsOf, instantText, isMidnight, NAT, nanos, spanDigits, spanText } from "./times.ts";

/** Digits of a fraction (`display.precision`). */
const DIGITS = 6;
const DECIMAL = /^\s*[+-]?[0-9]+\.[0-9]*$/;

/** Columns of a terminal: wide characters of East Asia are counted as one, as pandas does. */
export const widthOf = (text: string): number => {
  // Only text beyond the basic plane has fewer characters than units.
  return /^[\0-\uD7FF]*$/.test(text) ? text.length : [...text].length;
};
export const padStart = (text: string, width: number): string => " ".repeat(Math.max(0, width - widthOf(text))) + text;
export const padEnd = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));
export const widest = (column: readonly string[]): number =>
  column.reduce((most, cell) => Math.max(most, widthOf(cell)), 0);

/** Zeros that all numbers end in are cut off, but for one. */
function trimmed(cells: readonly string[]): string[] {
  const at: number[] = [];
  for (const [i, cell] of cells.entries()) if (DECIMAL.test(cell)) at.push(i);
  if (at.length === 0) return [...cells];
  let cut = Number.POSITIVE_INFINITY;
  for (const i of at) cut = Math.min(cut, /0*$/.exec(cells[i] as string)?.[0].length ?? 0);
  const out = [...cells];
  for (const i of at) {
    const cell = cells[i] as string;
    const short = cut > 0 ? cell.slice(0, -cut) : cell;
    out[i] = short.endsWith(".") ? `${short}0` : short;
  }
  return out;
}

/** C's `%.6f`, ties to even as the exact value has it. */
function fixed(x: number, digits: number): string {
  // toFixed turns to exponents from 1e21 on; all digits of such a number are those of its integer.
  if (Math.abs(x) >= 1e21) return `${BigInt(x)}.${"0".repeat(digits)}`;
  // What lies in the middle of two such numbers has one digit more, a 5; toFixed takes the larger.
  if (Math.abs(x * 2 ** (digits + 1)) % 2 === 1) {
    const exact = x.toFixed(digits + 1);
    if (Number(exact.at(-2)) % 2 === 0) return exact.slice(0, -1);
  }
  return x.toFixed(digits);
}

function exponential(x: number, digits: number): string {
  const [mantissa, exponent] = x.toExponential(digits).split("e") as [string, string];
  return `${mantissa}e${exponentText(Number(exponent))}`;
}

/** Floats of a column, all in one form; `lead` is what stands before one without a sign. */
export function floatCells(values: ArrayLike<number>, missing: string, lead: string): string[] {
  let isLarge = false;
  let isSmall = false;
  const form = (one: (x: number, digits: number) => string): string[] => {
    const out = new Array<string>(values.length);
    for (let i = 0; i < out.length; i++) {
      const x = values[i] as number;
      if (Number.isNaN(x)) out[i] = missing;
      else if (!Number.isFinite(x)) out[i] = x < 0 ? "-inf" : `${lead}inf`;
      else
        out[i] = (x < 0 || Object.is(x, -0) ? "" : lead) + (Object.is(x, -0) ? `-${one(0, DIGITS)}` : one(x, DIGITS));
    }
    return trimmed(out);
  };
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] as number);
    if (size > 1e6) isLarge = true;
    if (size > 0 && size < 10 ** -DIGITS) isSmall = true;
  }
  const cells = form(fixed);
  const widest = cells.reduce((most, cell) => Math.max(most, cell.length), 0);
  return isSmall || (widest > DIGITS + 6 && isLarge) ? form(exponential) : cells;
}

/** Sequences within sequences that are printed item by item; what lies deeper, as Python prints it. */
const NESTED = 3;

/** Items of a sequence that are printed; of more than these no more than that there are more. */
const MOST_ITEMS = 100;

/** How text within an item is written: as it is but for breaks of lines, or in quotes as it is, as within dicts. */
type Quoting = "escaped" | "quoted";

/** An item of an array of objects, as pandas' `pprint_thing`. */
export function thing(value: unknown): string {
  return thingAt(0, value, "escaped");
}

/** A label, as pandas' `default_pprint`: text in quotes, its breaks escaped. */
export function quoted(value: unknown): string {
  if (Number.isNaN(value)) return "nan";
  return typeof value === "string" ? `'${thingAt(0, value, "escaped")}'` : thingAt(0, value, "quoted");
}

function thingAt(level: number, value: unknown, quoting: Quoting): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "string") {
    if (quoting === "quoted") return `'${value}'`;
    return value.replace(/[\t\r\n]/g, (c) => ({ "\t": "\\t", "\r": "\\r", "\n": "\\n" })[c] as string);
  }
  // Ints have no zero below zero.
  if (Object.is(value, -0)) return "-0.0";
  if (typeof value === "number") return Number.isNaN(value) ? (level > 0 ? "nan" : "NaN") : String(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value instanceof Uint8Array) return repr(value);
  if (value instanceof Missing || value instanceof Timestamp || value instanceof Timedelta) return String(value);
  const isSet = value instanceof PySet || value instanceof PyFrozenSet;
  if (Array.isArray(value) || isSet) {
    if (level === NESTED) return repr(value);
    const items = sequence(level, value as Iterable<unknown>, quoting);
    if (isSet) return setThing(value, items);
    return isTuple(value) ? `(${items.join(", ")}${items.length === 1 ? "," : ""})` : `[${items.join(", ")}]`;
  }
  if (value instanceof NDArray && value.ndim > 0 && level < NESTED) {
    return `[${sequence(level, value.ndim === 1 ? floatsOf(value) : value, quoting).join(", ")}]`;
  }
  if (value instanceof PyDict && level < NESTED) {
    const pairs: string[] = [];
    for (const key of value.keys()) {
      if (pairs.length === MOST_ITEMS) break;
      const item = (value as PyDict).get(key);
      // A float of a whole number stays one.
      const own =
        typeof item === "number"
          ? repr(floatShown(item, value.isFloat(value.k.find(key))))
          : thingAt(level + 1, item, "quoted");
      pairs.push(`${thingAt(level + 1, key, "quoted")}: ${own}`);
    }
    return `{${pairs.join(", ")}${value.size > MOST_ITEMS ? ", ..." : ""}}`;
  }
  if (value instanceof PyFloat) return floatText(value.value, 8);
  const own = (value as { toString?: unknown }).toString;
  return typeof own === "function" && own !== Object.prototype.toString && !(value instanceof PyComplex)
    ? String(value)
    : repr(value);
}

/** Items of an array that are floats whatever they hold. */
function floatsOf(array: NDArray): unknown[] {
  const items = array.flat();
  return array.dtype.kind === "f" ? items.map((item) => new PyFloat(item as number)) : items;
}

/** The items of a sequence: floats in six digits, which pandas takes for text from then on. */
function sequence(level: number, value: Iterable<unknown>, quoting: Quoting): string[] {
  const out: string[] = [];
  for (const item of value) {
    if (out.length === MOST_ITEMS) {
      out.push("...");
      break;
    }
    const float = floatAt(value, out.length, item);
    out.push(
      float === null || Number.isNaN(float)
        ? thingAt(level + 1, float ?? item, quoting)
        : thingAt(level + 1, shortFloat(float), quoting),
    );
  }
  return out;
}

/** An item of a container as a number, where it is a float in Python; else null. */
export function floatAt(container: unknown, at: number, item: unknown): number | null {
  if (item instanceof PyFloat) return item.value;
  if (item instanceof NumpyScalar && item.dtype.kind === "f") return Number(item.value);
  if (typeof item !== "number") return null;
  const isFloat = !Number.isInteger(item) || Object.is(item, -0);
  return isFloat || (Array.isArray(container) && isFloatAt(container, at)) ? item : null;
}

/** A float among others, as pandas writes it: `{:.6f}` without the zeros at its end, but for one. */
export function shortFloat(x: number): string {
  if (!Number.isFinite(x)) return x < 0 ? "-inf" : "inf";
  const text = `${Object.is(x, -0) ? "-" : ""}${fixed(x, DIGITS)}`.replace(/0+$/, "");
  return text.endsWith(".") ? `${text}0` : text;
}

function setThing(value: PySet | PyFrozenSet, items: readonly string[]): string {
  const text = `{${items.join(", ")}}`;
  return value instanceof PyFrozenSet
    ? `frozenset(${value.size === 0 ? "" : text})`
    : value.size === 0
      ? "set()"
      : text;
}

/** Is it a column of Arrow, whose items are each an item of its own to pandas? */
export const isArrow = ({ dtype }: Column): boolean => dtype.endsWith("[pyarrow]");

function instants(column: Column, missing: string): string[] {
  const { unit = "ns", zone = null } = column.parts;
  const values = column.values as BigInt64Array;
  // Instants with a zone keep their clock, whatever it says.
  let midnight = zone === null;
  // Arrow's are each an item of its own.
  if (isArrow(column)) {
    return Array.from(values, (ticks, i) =>
      column.isMissing(i) ? missing : instantText(nanos(ticks, unit), zone, -1, " ", column.parts.isDate),
    );
  }
  let digits = 0;
  for (let i = 0; i < values.length; i++) {
    const ticks = values[i] as bigint;
    if (column.isMissing(i)) continue;
    const ns = nanos(ticks, unit);
    midnight &&= isMidnight(ns, zone);
    digits = Math.max(digits, digitsOf(ns));
  }
  return Array.from(values, (ticks, i) =>
    ticks === NAT || column.isMissing(i) ? missing : instantText(nanos(ticks, unit), zone, digits, " ", midnight),
  );
}

function spans(column: Column, missing: string): string[] {
  const { unit = "ns" } = column.parts;
  const values = column.values as BigInt64Array;
  const day = 86_400_000_000_000n;
  const isOwn = isArrow(column);
  let isWhole = !isOwn;
  let digits = 0;
  for (let i = 0; i < values.length && !isOwn; i++) {
    if (column.isMissing(i)) continue;
    const ns = nanos(values[i] as bigint, unit);
    isWhole &&= ns % day === 0n;
    digits = Math.max(digits, spanDigits(ns));
  }
  return Array.from(values, (ticks, i) =>
    column.isMissing(i) ? missing : spanText(nanos(ticks, unit), isWhole, isOwn ? 0 : digits),
  );
}

/**
 * Every cell of a column. `lead` is one space where the index stands before the values (pandas leaves room for a sign),
 * else empty.
 */
export function cells(column: Column, lead = " "): string[] {
  const { parts, values, length } = column;
  const missing = parts.missing ?? "NaN";
  const { kind } = parts;
  const isOwn = isArrow(column);
  const isFloat = values instanceof Float64Array || values instanceof Float32Array;
  if (kind === "number" && !column.validity && !isOwn && !parts.sparse) {
    if (isFloat) return floatCells(values, "NaN", lead);
    return Array.from(values as ArrayLike<number | bigint>, (value) =>
      value < 0 ? String(value) : lead + String(value),
    );
  }
  // Items of Arrow leave room for a sign.
  if (kind === "datetime") return instants(column, missing).map((text) => (isOwn ? lead + text : text));
  if (kind === "timedelta") return spans(column, missing).map((text) => (isOwn ? lead + text : text));
  if ((kind === "raw" || kind === "object") && column.dtype.startsWith("complex")) return complexCells(column, lead);
  if (column.dtype === "float16") {
    return floatCells(
      column.toArray().map((value) => (value === null ? Number.NaN : Number(value))),
      "NaN",
      lead,
    );
  }
  if (kind === "object" && !column.validity && !isOwn) return objectCells(values as unknown[], lead);
  if (kind === "categorical") return categoryCells(column, lead);
  const isNull = column.dtype === "null[pyarrow]";
  const out = new Array<string>(length);
  for (let i = 0; i < length; i++) {
    const item = isFloat && !column.isMissing(i) ? (values[i] as number) : null;
    if (item !== null && !Number.isNaN(item)) out[i] = singleFloat(item, lead);
    else if (item !== null) out[i] = lead + (isOwn ? "NaN" : missing);
    else if (column.isMissing(i)) out[i] = lead + (kind === "raw" ? thing(column.get(i)) : isNull ? "None" : missing);
    else out[i] = lead + (isOwn ? arrowThing(column.get(i)) : thing(column.get(i)));
  }
  return out;
}

/** Categories, as the array of them would be written: that of instants, of floats, of objects. */
function categoryCells(column: Column, lead: string): string[] {
  const categories = column.shownCategories;
  const codes = column.values as ArrayLike<number | bigint>;
  const { kind, values = [] } = categories?.parts ?? {};
  const own = (missing: unknown): unknown[] =>
    Array.from(codes, (code) => (code < 0 ? missing : (values[Number(code)] as unknown)));
  if (categories && !categories.validity && !categories.parts.sparse) {
    const taken = takenTimes(column);
    if (taken !== null) return cells(taken, lead);
    if (kind === "number" && /^float/.test(categories.dtype)) {
      return floatCells(own(Number.NaN) as number[], "NaN", lead);
    }
  }
  const inner = categories ? cells(categories, "").map((cell) => cell.trimStart()) : [];
  const missing = kind === "period" ? "NaT" : "NaN";
  return Array.from(codes, (code) => lead + (code < 0 ? missing : inner[Number(code)]));
}

/** Instants and spans that are categories, as a column of them; null for other categories. */
export function takenTimes(column: Column): Column | null {
  const { categories } = column.parts;
  if (!categories || isArrow(categories) || !/^(datetime|timedelta)$/.test(categories.parts.kind)) return null;
  const codes = Array.from(column.values as ArrayLike<number>, Number);
  const ticks = codes.map((code) => (code < 0 ? NAT : (categories.values[code] as bigint)));
  return new Column({ ...categories.parts, values: BigInt64Array.from(ticks) });
}

/** A float that stands for itself: six digits without the zeros at its end. */
function singleFloat(x: number, lead: string): string {
  const text = shortFloat(x);
  return text.startsWith("-") ? text : lead + text;
}

/** An item of Arrow's, as Python's `str` has it: its lists are arrays of NumPy. */
export function arrowThing(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof NDArray) return String(value);
  // Pairs of maps are tuples in a list.
  if (Array.isArray(value) && !value.some(isTuple)) return String(arrayOf(value));
  return Array.isArray(value) || value instanceof PyDict ? repr(value) : thing(value);
}

/** A list of Arrow as NumPy has it. */
function arrayOf(items: readonly unknown[]): NDArray {
  const [first] = items;
  if (first instanceof Timestamp && items.every((item) => item instanceof Timestamp)) {
    return array(
      BigInt64Array.from(items as Timestamp[], (item) => item.value),
      { dtype: `<M8[${first.unit}]` },
    );
  }
  if (first instanceof PyDate && items.every((item) => item instanceof PyDate)) {
    const days = (items as PyDate[]).map((item) => BigInt(Date.parse(`${item}T00:00:00Z`) / 86_400_000));
    return array(BigInt64Array.from(days), { dtype: "<M8[D]" });
  }
  const inner = items.map((item) => (Array.isArray(item) && !item.some(isTuple) ? arrayOf(item) : item));
  return NDArray.over(array([], { dtype: "O" }).dtype, inner, [inner.length]);
}

/** Complex numbers: both parts in one form, imaginary ones as wide as any part is. */
function complexCells(column: Column, lead: string): string[] {
  const items = column.toArray() as PyComplex[];
  const signOf = (x: number): string => (x < 0 || Object.is(x, -0) ? "-" : "");
  const form = (one: (x: number, digits: number) => string): string[] => {
    const part = (x: number): string =>
      Number.isNaN(x) ? "NaN" : Number.isFinite(x) ? one(Math.abs(x), DIGITS) : "inf";
    const parts = trimmed([
      ...items.map(({ re }) => (Number.isNaN(re) ? "" : signOf(re) || lead) + part(re)),
      ...items.map(({ im }) => (signOf(im) || "+") + part(im)),
    ]);
    const width = parts.reduce((most, text) => Math.max(most, text.length), 1) - 1;
    return items.map((_, i) => {
      const im = parts[items.length + i] as string;
      return `${parts[i]}${im[0]}${im.slice(1).padStart(width)}j`;
    });
  };
  const texts = form(fixed);
  const sizes = items.map(({ re, im }) => Math.hypot(re, im));
  const isLong = texts.some((text) => text.length > DIGITS + 6) && sizes.some((size) => size > 1e6);
  return isLong || sizes.some((size) => size > 0 && size < 10 ** -DIGITS) ? form(exponential) : texts;
}

/** Objects: floats among them are written as floats of a column are. */
function objectCells(values: readonly unknown[], lead: string): string[] {
  return values.map((value, i) => {
    const float = floatAt(values, i, value);
    if (value instanceof PyComplex && (Number.isNaN(value.re) || Number.isNaN(value.im))) return `${lead}NaN`;
    return float === null || Number.isNaN(float) ? lead + thing(float ?? value) : singleFloat(float, lead);
  });
}
