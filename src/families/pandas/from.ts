/**
 * Columns of JavaScript's values, with the dtype that pandas would give them.
 *
 * @module
 */
import { array, NDArray, type TypedData, typedDType } from "../../core/ndarray/index.ts";
import { PyFloat } from "../../core/values/scalars.ts";
import { PyDateTime, PyZoneInfo } from "../stdlib/index.ts";
import type { ExtensionArray } from "./arrays.ts";
import { arrayColumn, Column, objectColumn } from "./column.ts";
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
    const values = BigInt64Array.from(items, (item) => (isMissing(item) ? NAT : (item as Timedelta).nanoseconds));
    return arrayColumn(array(values, { dtype: "<m8[ns]" }));
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

function instants(items: readonly unknown[], unit: "ns" | "us" | "ms" | "s", zone: Zone | null = null): Column {
  const per = { ns: 1n, us: 1000n, ms: 1_000_000n, s: 1_000_000_000n }[unit];
  let found = zone;
  const values = BigInt64Array.from(items, (item) => {
    if (isMissing(item)) return NAT;
    if (item instanceof Timestamp) {
      found ??= item.zone;
      return item.nanoseconds / per;
    }
    if (item instanceof PyDateTime) return (BigInt(item.toDate().getTime()) * 1_000_000n) / per;
    const ms =
      item instanceof Date
        ? item.getTime()
        : typeof item === "string"
          ? Date.parse(
              /[zZ]|[+-]\d\d:?\d\d$/.test(item) ? item : `${item.replace(" ", "T")}${item.length > 10 ? "Z" : ""}`,
            )
          : Number(item);
    if (Number.isNaN(ms)) throw new TypeError(`${String(item)} is no instant`);
    return (BigInt(Math.trunc(ms)) * 1_000_000n) / per;
  });
  const column = arrayColumn(array(values, { dtype: `<M8[${unit}]` }));
  if (found === null) return column;
  return new Column({ ...column.parts, zone: found, dtype: `datetime64[${unit}, ${found.name}]` });
}

const MASKED = /^(U?Int(?:8|16|32|64)|Float(?:32|64)|boolean)$/;

function typed(input: ColumnInput, dtype: string): Column {
  const plain = columnFrom(input);
  const items = (): unknown[] => plain.toArray();
  if (plain.dtype === dtype) return plain;
  if (MASKED.test(dtype)) {
    const given = items();
    const validity = Uint8Array.from(given, (item) => (isMissing(item) || Number.isNaN(item) ? 0 : 1));
    const filled = given.map((item, i) => (validity[i] ? item : dtype === "boolean" ? false : 0));
    const base = array(filled, { dtype: dtype === "boolean" ? "bool" : dtype.toLowerCase() });
    return new Column({ ...arrayColumn(base).parts, dtype, validity, missing: "<NA>" });
  }
  if (dtype === "category") return categorical(items());
  if (dtype === "string") {
    const given = items();
    const validity = Uint8Array.from(given, (item) => (isMissing(item) ? 0 : 1));
    const values = given.map((item) => (isMissing(item) ? null : String(item)));
    return new Column({ kind: "string", dtype, values, validity, missing: "<NA>" });
  }
  if (dtype === "object") return objectColumn(items());
  const [, unit, name] = /^datetime64\[(ns|us|ms|s)(?:, (.+))?\]$/.exec(dtype) ?? [];
  if (unit !== undefined) {
    const zone = name === undefined ? null : new Zone(new PyZoneInfo(name));
    return instants(items(), unit as "ns", zone);
  }
  if (plain.parts.kind === "object" || plain.parts.kind === "string") {
    return arrayColumn(
      array(
        items().map((item) => (isMissing(item) ? Number.NaN : item)),
        { dtype },
      ),
    );
  }
  return arrayColumn(array(plain.values as TypedData).astype(dtype));
}

/** Categories in the order of their values, as `Categorical` sorts what can be sorted. */
function categorical(items: readonly unknown[]): Column {
  const seen = new Set<unknown>();
  for (const item of items) if (!isMissing(item) && !Number.isNaN(item)) seen.add(item);
  const sorted = [...seen];
  const isText = sorted.every((item) => typeof item === "string");
  const isNumber = sorted.every((item) => typeof item === "number" || typeof item === "bigint");
  if (isText) sorted.sort();
  else if (isNumber) sorted.sort((a, b) => Number(a) - Number(b));
  const places = new Map(sorted.map((item, i) => [item, i]));
  const Codes = sorted.length < 128 ? Int8Array : sorted.length < 32768 ? Int16Array : Int32Array;
  const values = new Codes(items.length);
  for (const [i, item] of items.entries()) values[i] = places.get(item) ?? -1;
  return new Column({ kind: "categorical", dtype: "category", values, categories: columnFrom(sorted), missing: "NaN" });
}
