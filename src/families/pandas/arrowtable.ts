/**
 * To and from tables of Arrow, by a library that the caller hands in: `@uwdata/flechette` or `apache-arrow`.
 *
 * @module
 */
import { array, type TypedData } from "../../core/ndarray/index.ts";
import { PyFloat } from "../../core/values/scalars.ts";
import { PyDate, PyDateTime, PyZoneInfo } from "../stdlib/index.ts";
import { zoned } from "./arrays.ts";
import { arrayColumn, Column } from "./column.ts";
import { floatAt } from "./format.ts";
import { NAT, nanos } from "./times.ts";

/** Functions and classes of a library, by name. */
type Library = Readonly<Record<string, unknown>>;
// biome-ignore lint/suspicious/noExplicitAny: the caller's library, whose types brine does not know
type Fn = (...args: any[]) => any;
// biome-ignore lint/suspicious/noExplicitAny: as above
type Class = new (...args: any[]) => any;

/** Names of number types in both libraries. */
const NAMES: ReadonlyMap<unknown, readonly [flechette: string, apache: string]> = new Map<
  unknown,
  readonly [string, string]
>([
  [Int8Array, ["int8", "Int8"]],
  [Int16Array, ["int16", "Int16"]],
  [Int32Array, ["int32", "Int32"]],
  [BigInt64Array, ["int64", "Int64"]],
  [Uint8Array, ["uint8", "Uint8"]],
  [Uint16Array, ["uint16", "Uint16"]],
  [Uint32Array, ["uint32", "Uint32"]],
  [BigUint64Array, ["uint64", "Uint64"]],
  [Float32Array, ["float32", "Float32"]],
  [Float64Array, ["float64", "Float64"]],
]);
/** Units of time as Arrow numbers them. */
const UNITS: readonly string[] = ["s", "ms", "us", "ns"];

/** Items as text where a library has no type for them. */
function textItems(column: Column): (string | null)[] {
  return column
    .toArray()
    .map((item, i) => (column.isMissing(i) ? null : typeof item === "string" ? item : String(item)));
}

/** Objects of one kind, which have a type of Arrow: its names in both libraries, and the items as these take them. */
interface Kind {
  readonly names: readonly [flechette: string, apache: string];
  readonly items: unknown[];
}

const isWhole = (item: unknown): boolean =>
  (typeof item === "number" && Number.isSafeInteger(item)) ||
  (typeof item === "bigint" && item >= -(2n ** 63n) && item < 2n ** 63n);
const dayOf = (item: unknown): Date => new Date(`${String(item)}T00:00:00Z`);

/** What the items of a column are, where its dtype does not tell; null for what both libraries get as text. */
function kindOfItems(column: Column): Kind | null {
  const { parts, dtype } = column;
  const isBinary = /^(large_)?binary/.test(dtype);
  if (!parts.isDate && !isBinary && dtype !== "float16" && (parts.kind !== "object" || column.validity)) return null;
  const items = column.toArray().map((item, i) => (column.isMissing(i) ? null : item));
  const given = items.filter((item) => item !== null);
  if (given.length === 0 && !parts.isDate) return null;
  const all = (test: (item: unknown, i: number) => boolean): boolean => given.every(test);
  const made = (flechette: string, apache: string, of?: (item: unknown) => unknown): Kind => ({
    names: [flechette, apache],
    items: of === undefined ? items : items.map((item) => (item === null ? null : of(item))),
  });
  if (all((item) => item instanceof PyDate && !(item instanceof PyDateTime))) return made("dateDay", "DateDay", dayOf);
  if (all((item) => item instanceof Uint8Array)) return made("binary", "Binary");
  if (all((item) => typeof item === "boolean")) return made("bool", "Bool");
  const floats = items.map((item, i) => floatAt(column.values, i, item));
  if (all(isWhole) && floats.every((item) => item === null)) return made("int64", "Int64", (n) => BigInt(n as number));
  const number = (item: unknown): unknown => (item instanceof PyFloat ? item.value : item);
  return all((item) => typeof number(item) === "number") ? made("float64", "Float64", number) : null;
}

/** A zone as Arrow names it: in the IANA database, or by its offset. */
function zoneName({ parts }: Column): string | null {
  const { zone = null } = parts;
  return zone === null ? null : (zone.iana ?? zone.name);
}

function flechetteColumn(lib: Library, column: Column): unknown {
  const make = lib["columnFromArray"] as Fn;
  const type = (name: string, ...args: unknown[]): unknown => (lib[name] as Fn)(...args);
  const { values, parts, validity } = column;
  const kind = kindOfItems(column);
  if (kind !== null) {
    return make(kind.items, type(kind.names[0]), { useBigInt: kind.names[0] === "int64" });
  }
  const options = { useBigInt: values instanceof BigInt64Array || values instanceof BigUint64Array };
  if (parts.kind === "number" && !validity) return make(values, undefined, options);
  if (parts.kind === "number") {
    const [name] = NAMES.get(values.constructor) ?? ["float64"];
    return make(
      Array.from(values as ArrayLike<unknown>, (v, i) => (validity?.[i] ? v : null)),
      type(name),
      options,
    );
  }
  if (parts.kind === "bool") return make(column.toArray(), type("bool"));
  const unit = parts.unit ?? "ns";
  if (parts.kind === "datetime") {
    // The library takes milliseconds and makes ticks of them.
    const ms = Array.from(values as BigInt64Array, (v, i) =>
      column.isMissing(i) ? null : Number(nanos(v, unit)) / 1e6,
    );
    return make(ms, type("timestamp", Math.max(0, UNITS.indexOf(unit)), zoneName(column)));
  }
  if (parts.kind === "timedelta") {
    const ticks = Array.from(values as BigInt64Array, (v, i) => (column.isMissing(i) ? null : v));
    return make(ticks, type("duration", Math.max(0, UNITS.indexOf(unit))), { useBigInt: true });
  }
  if (parts.kind === "categorical") return make(textItems(column), type("dictionary", type("utf8")));
  return make(textItems(column), type("utf8"));
}

function apacheVector(lib: Library, column: Column): unknown {
  const made = (name: string, ...args: unknown[]): unknown => new (lib[name] as Class)(...args);
  const data = (type: unknown, values: TypedData): unknown => {
    const nullBitmap = bitmap(column);
    const nulls = nullBitmap ? { nullBitmap, nullCount: -1 } : { nullCount: 0 };
    return made("Vector", [(lib["makeData"] as Fn)({ type, data: values, length: column.length, ...nulls })]);
  };
  const vector = lib["vectorFromArray"] as Fn;
  const kind = kindOfItems(column);
  if (kind !== null) return vector(kind.items, made(kind.names[1]));
  const { values, parts } = column;
  const unit = Math.max(0, UNITS.indexOf(parts.unit ?? "ns"));
  if (parts.kind === "number")
    return data(made((NAMES.get(values.constructor) ?? ["", "Float64"])[1]), values as TypedData);
  if (parts.kind === "datetime") return data(made("Timestamp", unit, zoneName(column)), values as TypedData);
  if (parts.kind === "timedelta") return data(made("Duration", unit), values as TypedData);
  if (parts.kind === "bool") return vector(column.toArray(), made("Bool"));
  if (parts.kind === "categorical") return vector(textItems(column), made("Dictionary", made("Utf8"), made("Int32")));
  return vector(textItems(column), made("Utf8"));
}

/** Arrow's validity: a bit per item; null where no item is missing. NaN is a value of its own, as pyarrow has it. */
function bitmap(column: Column): Uint8Array | null {
  if (column.parts.kind === "number" && !column.validity) return null;
  const { length } = column;
  const bits = new Uint8Array(Math.ceil(length / 64) * 8);
  let isWhole = true;
  for (let i = 0; i < length; i++) {
    if (column.isMissing(i)) isWhole = false;
    else bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  }
  return isWhole ? null : bits;
}

/** A table of these columns. `TypeError` for a library that is neither of the two. */
export function arrowTable(lib: object, columns: readonly (readonly [string, Column])[]): unknown {
  const library = lib as Library;
  if (typeof library["columnFromArray"] === "function" && typeof library["tableFromColumns"] === "function") {
    return (library["tableFromColumns"] as Fn)(
      columns.map(([name, column]) => [name, flechetteColumn(library, column)]),
    );
  }
  if (typeof library["vectorFromArray"] === "function" && typeof library["Table"] === "function") {
    const table: Record<string, unknown> = Object.create(null);
    for (const [name, column] of columns) table[name] = apacheVector(library, column);
    return new (library["Table"] as Class)(table);
  }
  throw new TypeError("toArrow takes the module @uwdata/flechette or apache-arrow: import * as lib from …");
}

/** What brine asks of a table and its columns, which both libraries have. */
interface ArrowField {
  readonly name: string;
  readonly type: { readonly typeId: number; readonly unit?: number; readonly timezone?: string | null };
}
interface ArrowColumn extends Iterable<unknown> {
  readonly length: number;
  readonly nullCount?: number;
  toArray(): unknown;
}

/** Arrow's number of a type of instants. */
const TIMESTAMP = 10;
const INT = 2;
const DATE = 8;

/** The columns of a table by name. */
export function columnsOfArrow(table: unknown): [string, Column][] {
  const source = table as {
    schema?: { fields?: readonly ArrowField[] };
    getChild?: (name: string) => ArrowColumn | null;
  };
  const fields = source?.schema?.fields;
  if (!Array.isArray(fields) || typeof source.getChild !== "function") throw new TypeError("no table of Arrow");
  return fields.map((field: ArrowField) => {
    const column = source.getChild?.(field.name);
    if (!column) throw new TypeError(`the table has no column ${field.name}`);
    return [field.name, ofArrow(field, column)];
  });
}

function ofArrow({ type }: ArrowField, column: ArrowColumn): Column {
  if (type.typeId === TIMESTAMP || type.typeId === DATE) {
    const ticks = BigInt64Array.from(column, (item) => {
      if (item === null || item === undefined) return NAT;
      const ms = item instanceof Date ? item.getTime() : Number(item);
      return BigInt(Math.round(ms * 1000)) * 1000n;
    });
    const instants = arrayColumn(array(ticks, { dtype: "<M8[ns]" }));
    return type.timezone ? zoned(instants, new PyZoneInfo(type.timezone)) : instants;
  }
  const items = [...column];
  const typed = (column.nullCount ?? 0) === 0 ? column.toArray() : null;
  if (ArrayBuffer.isView(typed) && NAMES.has(typed.constructor) && typed.byteLength > 0) {
    // Bools are bits in some libraries, and then no typed array of one item each.
    if ((typed as TypedData).length === items.length && typeof items[0] !== "boolean") {
      // Some give 64-bit ints as floats.
      const isWide = type.typeId === INT && typed instanceof Float64Array;
      return arrayColumn(array(isWide ? BigInt64Array.from(typed, BigInt) : typed));
    }
  }
  return itemColumn(items);
}

function itemColumn(items: unknown[]): Column {
  const gaps = items.filter((item) => item === null || item === undefined).length;
  const isAll = (test: (item: unknown) => boolean): boolean =>
    items.every((item) => item === null || item === undefined || test(item));
  if (gaps < items.length && isAll((item) => typeof item === "boolean") && gaps === 0) {
    return new Column({ kind: "bool", dtype: "bool", values: Uint8Array.from(items, (item) => (item ? 1 : 0)) });
  }
  if (gaps < items.length && isAll((item) => typeof item === "number" || typeof item === "bigint")) {
    if (gaps === 0 && isAll((item) => typeof item === "bigint"))
      return arrayColumn(array(BigInt64Array.from(items as bigint[])));
    return arrayColumn(
      array(Float64Array.from(items, (item) => (item === null || item === undefined ? Number.NaN : Number(item)))),
    );
  }
  return new Column({ kind: "object", dtype: "object", values: items.map((item) => item ?? null) });
}
