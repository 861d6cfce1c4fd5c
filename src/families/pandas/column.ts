/**
 * A column: the values of a frame's column, of a series or of an index, all of one dtype.
 *
 * @module
 */
import { type NDArray, NumpyScalar, type TypedData } from "../../core/ndarray/index.ts";
import { PyComplex } from "../../core/values/scalars.ts";
import { isFloatAt, Mark } from "../../core/values/tuple.ts";
import { PyDate, PyDecimal } from "../stdlib/index.ts";
import type { Freq } from "./periods.ts";
import { type Closed, Interval, Missing, Period, Timedelta, Timestamp } from "./scalars.ts";
import { NAT, nanos } from "./times.ts";
import type { Zone } from "./zone.ts";

/** How the items of a column are seen. */
export type ColumnKind =
  | "number"
  | "bool"
  | "object"
  | "string"
  | "datetime"
  | "timedelta"
  | "period"
  | "interval"
  | "categorical"
  | "raw";

/** What a column is made of. */
export interface ColumnParts {
  kind: ColumnKind;
  dtype: string;
  /** Numbers, ticks, ordinals and codes: a typed array; all others: the items. */
  values: TypedData | unknown[];
  /** One byte per item, 1 where there is a value; null where none is missing or the items say so themselves. */
  validity?: Uint8Array | null;
  unit?: string;
  zone?: Zone | null;
  freq?: Freq | null;
  /** The frequency as Python has it. */
  offset?: unknown;
  categories?: Column | null;
  ordered?: boolean;
  left?: Column;
  right?: Column;
  closed?: Closed;
  /** Items that are no slot each: complex, float16, `S`, `U`, records. */
  array?: NDArray | null;
  /** What stands for a missing item. */
  missing?: "NaN" | "NaT" | "<NA>";
  sparse?: boolean;
  /** Are the items days, without a clock? */
  isDate?: boolean;
}

/**
 * Values of one dtype, as typed as they are in Python.
 *
 * @example
 * ```ts
 * const { values, validity } = frame.column("price"); // Float64Array, null
 * ```
 */
export class Column {
  /** pandas' name of the dtype: `"int64"`, `"datetime64[ns, UTC]"`, `"category"`, `"Int64"`. */
  readonly dtype: string;
  /**
   * Numbers as a typed array (bool as `Uint8Array`, 64-bit ints, instants, spans and ordinals of periods as
   * `BigInt64Array`), categories as their codes, all others as an ordinary array of items.
   */
  readonly values: TypedData | unknown[];
  /** One byte per item, 1 where there is a value, 0 where it is missing; null where the dtype has no mask. */
  readonly validity: Uint8Array | null;
  /** @internal */
  readonly parts: ColumnParts;

  /** @internal */
  constructor(parts: ColumnParts) {
    this.parts = parts;
    this.dtype = parts.dtype;
    this.values = parts.values;
    this.validity = parts.validity ?? null;
  }

  get length(): number {
    const { array, left } = this.parts;
    return array ? (array.shape[0] ?? 0) : left ? left.length : this.values.length;
  }
  /** The time zone's name; null without one. */
  get tz(): string | null {
    return this.parts.zone?.name ?? null;
  }
  /** Unit of instants and spans: `"ns"`, `"us"`, `"ms"`, `"s"`; else null. */
  get unit(): string | null {
    return this.parts.unit ?? null;
  }
  /** The categories that codes stand for; null for another dtype. */
  get categories(): unknown[] | null {
    return this.parts.categories?.toArray() ?? null;
  }
  /** Are the categories ordered? */
  get ordered(): boolean {
    return this.parts.ordered ?? false;
  }
  /** Frequency of periods (`"M"`); else null. */
  get freq(): string | null {
    const { freq } = this.parts;
    return freq ? `${freq.n === 1 ? "" : freq.n}${freq.code}` : null;
  }

  /**
   * @internal The categories as items show them: where some are missing, NumPy makes intervals of floats of those of
   * ints.
   */
  get shownCategories(): Column | null {
    const { categories = null, values } = this.parts;
    const { left, right } = categories?.parts ?? {};
    if (!categories || !left || !right || !/^u?int/.test(left.dtype)) return categories;
    if (!(values as readonly number[]).some((code) => code < 0)) return categories;
    const floats = (ends: Column): Column =>
      new Column({ ...ends.parts, dtype: "float64", values: Float64Array.from(ends.values as number[], Number) });
    return new Column({ ...categories.parts, left: floats(left), right: floats(right) });
  }

  /** Is there no value at this place: masked, NaN, NaT, None or NA? */
  isMissing(i: number): boolean {
    const { kind, values, validity, left, missing } = this.parts;
    if (validity) return validity[i] === 0;
    // To Arrow NaN is a number, also where no item is missing.
    if (kind === "number") return missing !== "<NA>" && Number.isNaN(values[i]);
    if (kind === "bool") return false;
    if (kind === "datetime" || kind === "timedelta" || kind === "period") return values[i] === NAT;
    if (kind === "categorical") return (values[i] as number) < 0;
    if (kind === "interval") return left?.isMissing(i) ?? true;
    const item = kind === "raw" ? this.get(i) : values[i];
    if (item instanceof PyComplex) return Number.isNaN(item.re) || Number.isNaN(item.im);
    if (item === null || item === undefined || item instanceof Missing || Number.isNaN(item)) return true;
    return (item instanceof PyDecimal || item instanceof NumpyScalar) && /^na[nt]$/i.test(String(item));
  }

  /**
   * The item at a place: ints as numbers where they are safe, bool, text, {@link Timestamp}, {@link Timedelta},
   * {@link Period}, {@link Interval}, a category; null where it is masked or NaT. Items of `object` are as they are.
   * `RangeError` beyond the end.
   */
  get(i: number): unknown {
    if (!(Number.isInteger(i) && i >= 0 && i < this.length)) throw new RangeError(`there is no item ${i}`);
    const { kind, values, validity } = this.parts;
    if (validity && validity[i] === 0) return null;
    if (kind === "object" || kind === "string") return values[i];
    if (kind === "number") return plain(values[i] as number | bigint);
    if (kind === "bool") return values[i] !== 0;
    if (kind === "raw") return this.parts.array?.get(i);
    if (this.isMissing(i)) return null;
    const { unit = "ns", zone = null, freq = null, offset, categories, left, right, closed } = this.parts;
    if (this.parts.isDate) return dateOf(nanos(values[i] as bigint, unit));
    if (kind === "datetime") return new Timestamp(values[i] as bigint, unit, zone);
    if (kind === "timedelta") return new Timedelta(values[i] as bigint, unit);
    if (kind === "period") return new Period(values[i] as bigint, freq, offset);
    if (kind === "interval") {
      const floats = left?.dtype.startsWith("float") ?? false;
      return new Interval(left?.get(i), right?.get(i), closed, floats);
    }
    return categories?.get(Number(values[i]));
  }

  /** All items, as {@link get} gives them. */
  toArray(): unknown[] {
    const { kind, values, validity } = this.parts;
    const categories = kind === "categorical" ? this.shownCategories : null;
    if (categories) {
      const items = categories.toArray();
      return Array.from(values as ArrayLike<number>, (code) => (code < 0 ? null : items[code]));
    }
    if (!validity && (kind === "object" || kind === "string")) return [...(values as unknown[])];
    if (!validity && kind === "number" && !isBig(values)) return Array.from(values as ArrayLike<number>);
    if (!validity && kind === "number") return Array.from(values as BigInt64Array, plain);
    const out = new Array<unknown>(this.length);
    for (let i = 0; i < out.length; i++) out[i] = this.get(i);
    return out;
  }

  /** The items from `start` to before `stop`. */
  slice(start: number, stop: number): Column {
    const p = this.parts;
    const values = p.values.slice(start, stop) as ColumnParts["values"];
    const made: ColumnParts = { ...p, values };
    if (Array.isArray(values) && Array.isArray(p.values)) markFloats(values, p.values, (i) => start + i);
    if (p.validity) made.validity = p.validity.slice(start, stop);
    if (p.array) made.array = p.array.slice({ start, stop });
    if (p.left && p.right) {
      made.left = p.left.slice(start, stop);
      made.right = p.right.slice(start, stop);
    }
    return new Column(made);
  }

  /** @internal The column of the items at these places. */
  pick(places: readonly number[]): Column {
    const p = this.parts;
    const from = <T extends TypedData | unknown[]>(values: T): T => {
      if (Array.isArray(values)) {
        const items = places.map((at) => values[at] as unknown);
        markFloats(items, values, (i) => places[i] as number);
        return items as T;
      }
      const made = new (values.constructor as new (n: number) => TypedData)(places.length);
      for (const [i, at] of places.entries()) made[i] = (values as TypedData)[at] as never;
      return made as T;
    };
    const made: ColumnParts = { ...p, values: p.left ? [] : from(p.values) };
    if (p.validity) made.validity = from(p.validity);
    if (p.array) {
      const { array } = p;
      made.kind = "object";
      made.array = null;
      made.values = places.map((at) => array.get(at));
    }
    if (p.left && p.right) {
      made.left = p.left.pick(places);
      made.right = p.right.pick(places);
    }
    return new Column(made);
  }

  /** The items at these places; below 0 one that is missing, which is possible for masked and object columns alone. */
  take(places: ArrayLike<number>): unknown[] {
    const out = new Array<unknown>(places.length);
    for (let i = 0; i < out.length; i++) {
      const at = places[i] as number;
      out[i] = at < 0 ? null : this.get(at);
    }
    return out;
  }

  *[Symbol.iterator](): IterableIterator<unknown> {
    if (this.parts.kind === "categorical") yield* this.toArray();
    else for (let i = 0; i < this.length; i++) yield this.get(i);
  }
}

function isBig(values: unknown): boolean {
  return values instanceof BigInt64Array || values instanceof BigUint64Array;
}

function dateOf(ns: bigint): PyDate {
  const day = new Date(Number(ns / 1_000_000n));
  return new PyDate(day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate());
}

function plain(value: number | bigint): number | bigint {
  if (typeof value === "number") return value;
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** Whole numbers that Python wrote as floats stay such among items that are taken out of others. */
function markFloats(items: readonly unknown[], source: readonly unknown[], from: (i: number) => number): void {
  if (Mark.floats(source) === 0) return;
  const at = [...items.keys()].filter((i) => isFloatAt(source, from(i)));
  if (at.length > 0) Mark.setFloats(items, { at, values: at.map((i) => items[i] as number) });
}

/** The column of an array of one axis. */
export function arrayColumn(array: NDArray): Column {
  const { dtype, length } = array;
  const { kind, itemsize } = dtype;
  const name = dtype.kind === "O" ? "object" : String(dtype);
  if (array.shape.length !== 1) throw new TypeError(`a column has one axis, not ${array.shape.length}`);
  const whole = array.stride[0] === 1 || length === 0 ? array : array.copy();
  const data = whole.data;
  if (Array.isArray(data)) {
    const values = data.slice(whole.offset, whole.offset + length);
    markFloats(values, data, (i) => whole.offset + i);
    return new Column({ kind: "object", dtype: name, values });
  }
  const values = data.subarray(whole.offset, whole.offset + length) as TypedData;
  // Months and years have no fixed length; pandas has columns of neither.
  if ((kind === "M" || kind === "m") && /^(W|D|h|m|s|ms|us|ns)$/.test(dtype.unit)) {
    const one = dtype.count === 1 ? whole : whole.astype(`<${kind}8[${dtype.unit}]`);
    const ticks = one === whole ? values : (one.data as TypedData);
    const unit = dtype.unit;
    return new Column({
      kind: kind === "M" ? "datetime" : "timedelta",
      dtype: name,
      values: ticks,
      unit,
      missing: "NaT",
    });
  }
  if (kind === "b") return new Column({ kind: "bool", dtype: name, values });
  if ((kind === "i" || kind === "u" || (kind === "f" && itemsize !== 2 && itemsize <= 8)) && dtype.base === null) {
    return new Column({ kind: "number", dtype: name, values });
  }
  const items = array.flat();
  return new Column({
    kind: kind === "U" ? "string" : "raw",
    dtype: name,
    values: items,
    array: kind === "U" ? null : array,
  });
}

/** A column of objects. */
export function objectColumn(values: unknown[], dtype = "object"): Column {
  return new Column({ kind: "object", dtype, values });
}
