/**
 * Columns of JavaScript's values, with the dtype that pandas would give them.
 *
 * @module
 */
import { array, NDArray, type TypedData, typedDType } from "../../core/ndarray/index.ts";
import { PyFloat } from "../../core/values/scalars.ts";
import { PyDateTime, PyTimeDelta, PyZoneInfo } from "../stdlib/index.ts";
import type { ExtensionArray } from "./arrays.ts";
import { arrayColumn, Column, objectColumn } from "./column.ts";
import { thing } from "./format.ts";
import { keyOf } from "./labels.ts";
import { Missing, Timedelta, Timestamp } from "./scalars.ts";
import { NAT } from "./times.ts";
import { Zone } from "./zone.ts";

/** What a column is made of: a typed array, an array of NumPy, a column, or items. */
export type ColumnInput =
  | TypedData
  | NDArray
  | Column
  | ExtensionArray
  | { readonly column: Column }
  | readonly unknown[];

/** The column of an input; of items the dtype is found as pandas finds it. `TypeError` for items that do not fit. */
export function columnFrom(input: ColumnInput, dtype?: string): Column {
  if (dtype !== undefined) return typed(input, dtype);
  if (input instanceof Column) return input;
  if (input instanceof NDArray) return arrayColumn(input);
  if (typeof input === "object" && "column" in input && input.column instanceof Column) return input.column;
  if (typedDType(input) !== null) return arrayColumn(array(input));
  if (!Array.isArray(input)) throw new TypeError("a column is made of an array");
  return inferred(input);
}

const isMissing = (item: unknown): boolean => item === null || item === undefined || item instanceof Missing;

function inferred(items: readonly unknown[]): Column {
  let gaps = 0;
  let ints = 0;
  let floats = 0;
  let bools = 0;
  let dates = 0;
  let spans = 0;
  for (const item of items) {
    if (isMissing(item)) gaps++;
    else if (
      typeof item === "bigint" ||
      (typeof item === "number" && Number.isSafeInteger(item) && !Object.is(item, -0))
    )
      ints++;
    else if (typeof item === "number" || item instanceof PyFloat) floats++;
    else if (typeof item === "boolean") bools++;
    else if (item instanceof Date || item instanceof Timestamp) dates++;
    else if (item instanceof Timedelta) spans++;
  }
  const count = items.length;
  if (count === 0) return objectColumn([]);
  if (ints === count) return integers(items);
  if (ints + floats > 0 && ints + floats + gaps === count) return numbers(items, "float64");
  if (bools === count) return numbers(items, "bool");
  if (dates > 0 && dates + gaps === count) return instants(items, "ns");
  if (spans > 0 && spans + gaps === count) {
    return lengths(items, "ns");
  }
  return objectColumn(items.map((item) => item ?? null));
}

/** Ints as int64, uint64 or, where they fit into neither, objects. */
function integers(items: readonly unknown[]): Column {
  const within = (low: bigint, high: bigint): boolean =>
    items.every((item) => (item as number | bigint) >= low && (item as number | bigint) < high);
  if (within(-(2n ** 63n), 2n ** 63n)) return numbers(items, "int64");
  return within(0n, 2n ** 64n) ? numbers(items, "uint64") : objectColumn([...items]);
}

function numbers(items: readonly unknown[], dtype: string): Column {
  if (dtype === "float64") {
    return arrayColumn(array(Float64Array.from(items, (item) => (isMissing(item) ? Number.NaN : Number(item)))));
  }
  return arrayColumn(array([...items], { dtype }));
}

/** Nanoseconds of a tick. */
const PER: Readonly<Record<string, bigint>> = { ns: 1n, us: 1000n, ms: 1_000_000n, s: 1_000_000_000n };
const LIMIT = 2n ** 63n;

/** Ticks of items, `nanos` of each; `RangeError` beyond what 64 bits hold. */
function ticksOf(
  items: readonly unknown[],
  dtype: string,
  unit: string,
  nanos: (item: unknown) => bigint,
): BigInt64Array {
  const per = PER[unit] as bigint;
  return BigInt64Array.from(items, (item) => {
    if (isMissing(item)) return NAT;
    const ns = nanos(item);
    const ticks = ns / per - (ns % per < 0n ? 1n : 0n);
    if (ticks >= LIMIT || ticks <= -LIMIT) throw new RangeError(`${String(item)} is beyond ${dtype}`);
    return ticks;
  });
}

function instants(items: readonly unknown[], unit: string, zone: Zone | null = null): Column {
  let found = zone;
  const values = ticksOf(items, `datetime64[${unit}]`, unit, (item) => {
    if (item instanceof Timestamp) {
      found ??= item.zone;
      return item.nanoseconds;
    }
    if (item instanceof PyDateTime) {
      return BigInt(item.toDate().getTime()) * 1_000_000n + BigInt(item.microsecond % 1000) * 1000n;
    }
    if (typeof item === "string") return instantOf(item, zone);
    const ms = item instanceof Date ? item.getTime() : Number(item);
    if (Number.isNaN(ms)) throw new TypeError(`${String(item)} is no instant`);
    return BigInt(Math.trunc(ms)) * 1_000_000n;
  });
  const column = arrayColumn(array(values, { dtype: `<M8[${unit}]` }));
  if (found === null) return column;
  return new Column({ ...column.parts, zone: found, dtype: `datetime64[${unit}, ${found.name}]` });
}

const INSTANT =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(?:([zZ])|([+-]\d\d):?(\d\d))?$/;

/** Nanoseconds of an instant in the words of ISO 8601; without an offset it is told by the clocks of the zone. */
function instantOf(text: string, zone: Zone | null): bigint {
  const [, day, clock = "00:00", seconds = "00", fraction = "", utc, hours, minutes] = INSTANT.exec(text) ?? [];
  const shown = `${day}T${clock}:${seconds}Z`;
  const wall = day === undefined ? Number.NaN : Date.parse(shown);
  // A day that is none becomes another one.
  if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 10) !== day) {
    throw new TypeError(`${text} is no instant, as 2020-01-01, 2020-01-01 12:00:00.5 or 2020-01-01T12:00Z are`);
  }
  const ahead = hours === undefined ? 0 : Number(hours) * 60 + Number(`${hours[0]}${minutes}`);
  const isWall = utc === undefined && hours === undefined && zone?.tzinfo instanceof PyZoneInfo;
  const ms = isWall ? (zone.tzinfo as PyZoneInfo).toInstant(wall, 0) : wall - ahead * 60_000;
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

function lengths(items: readonly unknown[], unit: string): Column {
  const values = ticksOf(items, `timedelta64[${unit}]`, unit, (item) => {
    if (item instanceof Timedelta) return item.nanoseconds;
    if (item instanceof PyTimeDelta) {
      return (BigInt(item.days * 86400 + item.seconds) * 1_000_000n + BigInt(item.microseconds)) * 1000n;
    }
    if (typeof item === "bigint" || Number.isSafeInteger(item)) return BigInt(item as number) * (PER[unit] as bigint);
    throw new TypeError(`${String(item)} is no span: a Timedelta is, or the number of its ${unit}`);
  });
  return arrayColumn(array(values, { dtype: `<m8[${unit}]` }));
}

/** The zone of a dtype; `TypeError` for one that this runtime does not know. */
function zoneOf(name: string): Zone {
  const zone = new Zone(name);
  if (zone.offsetAt(0) === null) throw new TypeError(`there is no time zone ${name}`);
  return zone;
}

const MASKED = /^(U?Int(?:8|16|32|64)|Float(?:32|64)|boolean)$/;
const INTS = /^u?int(8|16|32|64)?$/i;

/** Ints as they are; `TypeError` for what is none, so that nothing is cut. */
function checkInts(items: readonly unknown[], dtype: string): void {
  for (const item of items) {
    const value = item instanceof PyFloat ? item.value : item;
    if (isMissing(value) || Number.isNaN(value)) {
      if (!MASKED.test(dtype)) throw new TypeError(`${dtype} has no missing values: Int64 has`);
    } else if (typeof value === "number" && !Number.isInteger(value)) {
      throw new TypeError(`${value} is no int: ${dtype} cannot hold it`);
    }
  }
}

function masked(given: readonly unknown[], dtype: string): Column {
  const validity = Uint8Array.from(given, (item) => (isMissing(item) || Number.isNaN(item) ? 0 : 1));
  if (INTS.test(dtype)) checkInts(given, dtype);
  const isBoolean = dtype === "boolean";
  const filled = given.map((item, i) => {
    if (!validity[i]) return isBoolean ? false : 0;
    if (isBoolean && item !== true && item !== false && item !== 0 && item !== 1) {
      throw new TypeError(`${String(item)} is no truth value: boolean cannot hold it`);
    }
    return item;
  });
  const base = array(filled, { dtype: isBoolean ? "bool" : dtype.toLowerCase() });
  return new Column({ ...arrayColumn(base).parts, dtype, validity, missing: "<NA>" });
}

/** Text under pandas' two names for it: NaN stands for a missing one in `str`, NA in `string`. */
function textColumn(given: readonly unknown[], dtype: "str" | "string"): Column {
  const validity = Uint8Array.from(given, (item) => (isMissing(item) || Number.isNaN(item) ? 0 : 1));
  const values = given.map((item, i) => (validity[i] ? (typeof item === "string" ? item : thing(item)) : null));
  return new Column({ kind: "string", dtype, values, validity, missing: dtype === "str" ? "NaN" : "<NA>" });
}

function typed(input: ColumnInput, dtype: string): Column {
  // Items are taken as they are given: their own dtype is not asked for.
  const plain = Array.isArray(input) ? objectColumn([...input]) : columnFrom(input);
  const items = (): unknown[] => plain.toArray();
  if (plain.dtype === dtype) return plain;
  if (MASKED.test(dtype)) return masked(items(), dtype);
  if (dtype === "category") return categorical(items());
  if (dtype === "string" || dtype === "str") return textColumn(items(), dtype);
  if (dtype === "object") return objectColumn(items());
  const [, time, unit, name] = /^(datetime64|timedelta64)(?:\[(\w+)(?:, ?(.+))?\])?$/.exec(dtype) ?? [];
  if (time !== undefined) {
    if (unit === undefined || PER[unit] === undefined) {
      throw new TypeError(`${dtype} is no dtype of a column: its unit is s, ms, us or ns, as in ${time}[ns]`);
    }
    if (time === "timedelta64") return lengths(items(), unit);
    return instants(items(), unit, name === undefined ? null : zoneOf(name));
  }
  if (/\[pyarrow\]$|^(string|period|Sparse|interval)\[|^period$/.test(dtype)) {
    throw new TypeError(`columns of ${dtype} are not made here: hand in one that a file has, or take another dtype`);
  }
  if (INTS.test(dtype) || plain.parts.kind === "object" || plain.parts.kind === "string") {
    const given = items();
    if (INTS.test(dtype)) checkInts(given, dtype);
    return arrayColumn(
      array(
        given.map((item) => (isMissing(item) ? Number.NaN : item)),
        { dtype },
      ),
    );
  }
  return arrayColumn(array(plain.values as TypedData).astype(dtype));
}

/** Categories in the order of their values, as `Categorical` sorts what can be sorted. */
function categorical(items: readonly unknown[]): Column {
  // Dates are the same where they say the same.
  const keyed = items.map((item) => (item instanceof Date || typeof item === "object" ? keyOf(item) : item));
  const seen = new Map<unknown, unknown>();
  for (const [i, item] of items.entries()) if (!isMissing(item) && !Number.isNaN(item)) seen.set(keyed[i], item);
  const sorted = [...seen.entries()];
  const all = (test: (item: unknown) => boolean): boolean => sorted.every(([, item]) => test(item));
  const rank = (item: unknown): number | bigint =>
    item instanceof Timestamp || item instanceof Timedelta ? item.nanoseconds : Number(item);
  if (all((item) => typeof item === "string")) sorted.sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1));
  else if (
    all((item) => typeof item === "number" || typeof item === "bigint" || item instanceof PyFloat) ||
    all((item) => typeof item === "boolean") ||
    all((item) => item instanceof Date) ||
    all((item) => item instanceof Timestamp) ||
    all((item) => item instanceof Timedelta)
  )
    sorted.sort(([, a], [, b]) => (rank(a) < rank(b) ? -1 : 1));
  const places = new Map(sorted.map(([key], i) => [key, i]));
  const Codes = sorted.length < 128 ? Int8Array : sorted.length < 32768 ? Int16Array : Int32Array;
  const values = new Codes(items.length);
  for (const [i, key] of keyed.entries()) values[i] = places.get(key) ?? -1;
  const categories = columnFrom(sorted.map(([, item]) => item));
  return new Column({ kind: "categorical", dtype: "category", values, categories, missing: "NaN" });
}
