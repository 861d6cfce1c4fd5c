/**
 * Arrays of pandas as columns, from what pandas 0.20 to 3 pickle: NumPy's, masked, categorical, of instants, spans,
 * periods and intervals, sparse, of text, of Arrow.
 *
 * To add a class: one function, one line in `KINDS`, and its modules in names.ts.
 *
 * @module
 */
import { array, DType, NDArray, SubclassArray, type TypedData } from "../../core/ndarray/index.ts";
import { PyObject } from "../../core/values/object.ts";
import { inspect, type Parts, pyRepr } from "../../core/values/protocol.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { isTuple } from "../../core/values/tuple.ts";
import { arrayOfState } from "../numpy/index.ts";
import { arrowColumn } from "./arrow.ts";
import { arrayColumn, Column } from "./column.ts";
import { arrayItems } from "./indexprint.ts";
import { freqOf, freqText } from "./periods.ts";
import { categoriesText } from "./print.ts";
import { argsOf, attr, demandArray, kindOf, num, PandasObject, printed, reading, shown, stateOf } from "./recipe.ts";
import { type Closed, NaT, Period } from "./scalars.ts";
import { NAT } from "./times.ts";
import { Zone } from "./zone.ts";

/** The items of one row of an array that may have two axes. */
function rowOf(array: NDArray, row: number): NDArray {
  if (array.ndim === 2) return array.slice(row, ":");
  if (array.ndim !== 1 || row !== 0) throw new TypeError(`a block has no row ${row}`);
  return array;
}

/** The dtype and the memory of an array that NumPy's backs: `(dtype, ndarray, …)`, or a dict of attributes. */
function backed(value: unknown): { dtype: unknown; data: unknown } {
  const state = stateOf(value);
  if (isTuple(state) && state.length >= 2) {
    const [first, second] = state;
    return first instanceof NDArray ? { dtype: second, data: first } : { dtype: first, data: second };
  }
  return { dtype: attr(value, "_dtype"), data: attr(value, "_ndarray", "_data", "_codes") };
}

/** An index that stands for an array (blocks of instants with a zone before pandas 0.24) or is inside of one. */
interface Holder {
  column: Column;
}
function isHolder(value: unknown): value is PandasObject & Holder {
  // A frame's `column` is a function.
  return value instanceof PandasObject && "column" in value && value.column instanceof Column;
}

function masked(value: unknown, row: number): Column {
  const data = arrayColumn(rowOf(demandArray(attr(value, "_data"), "the values"), row));
  const mask = rowOf(demandArray(attr(value, "_mask"), "the mask"), row);
  const flags = arrayColumn(mask).values as Uint8Array;
  if (flags.length !== data.length) throw new RangeError("a mask has as many items as its array");
  const validity = new Uint8Array(flags.length);
  for (let i = 0; i < validity.length; i++) validity[i] = flags[i] ? 0 : 1;
  const dtype =
    data.dtype === "bool"
      ? "boolean"
      : data.dtype.replace(/^(u?)(.)/, (_, u: string, c: string) => u.toUpperCase() + c.toUpperCase());
  return new Column({ ...data.parts, dtype, validity, missing: "<NA>" });
}

function datetimes(value: unknown, row: number): Column {
  const { dtype, data } = backed(value);
  const column = arrayColumn(rowOf(ticks(data, "<M8[ns]"), row));
  return zoned(column, dtype instanceof DType ? undefined : (attr(dtype, "tz") ?? argsOf(dtype)[1]));
}

/** Ticks of an array of instants that is one already, or of plain ints. */
function ticks(data: unknown, dtype: string): NDArray {
  const array = isHolder(data) ? viewOf(data.column) : demandArray(data, "the ticks");
  return array.dtype.kind === "i"
    ? NDArray.over(NDArray.fromBytes(dtype, new Uint8Array(0), [0]).dtype, array.copy().data, array.shape)
    : array;
}

function viewOf(column: Column): NDArray {
  const bytes = column.values as BigInt64Array;
  return NDArray.fromBytes("<i8", new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), [bytes.length], {
    share: true,
  });
}

/** Instants in a zone; undefined, null and None are none. */
export function zoned(column: Column, tzinfo: unknown): Column {
  if (tzinfo === undefined || tzinfo === null) return column;
  const zone = new Zone(tzinfo);
  const { unit = "ns" } = column.parts;
  return new Column({ ...column.parts, zone, dtype: `datetime64[${unit}, ${zone.name}]` });
}

function timedeltas(value: unknown, row: number): Column {
  return arrayColumn(rowOf(ticks(backed(value).data, "<m8[ns]"), row));
}

/** Periods by their ordinals and the frequency as a text, an offset, or a dtype that has one. */
export function periodColumn(ordinals: NDArray, freq: unknown): Column {
  const isDType = kindOf(freq) === "PeriodDtype";
  const given = isDType ? (attr(freq, "freq") ?? argsOf(freq)[0]) : freq;
  // A dtype may be told by its name.
  const offset = typeof given === "string" ? given.replace(/^period\[(.+)\]$/, "$1") : given;
  const known = freqOf(offset);
  const { values } = arrayColumn(ordinals);
  return new Column({
    kind: "period",
    dtype: `period[${freqText(known)}]`,
    values,
    freq: known,
    offset,
    missing: "NaT",
  });
}

function periods(value: unknown, row: number): Column {
  const { dtype, data } = backed(value);
  return periodColumn(rowOf(demandArray(data, "the ordinals"), row), dtype ?? attr(value, "_freq", "freq"));
}

/** Periods one by one, as brine writes them. */
function periodItems(value: unknown): Column {
  const [items] = argsOf(value);
  if (!Array.isArray(items)) throw new TypeError("an array of periods is made of a list");
  const ordinals = BigInt64Array.from(items, (item) => {
    if (item instanceof Period) return item.ordinal;
    if (item !== NaT) throw new TypeError("an array of periods has nothing else in it");
    return NAT;
  });
  const first = items.find((item) => item instanceof Period);
  return periodColumn(array(ordinals), first?.offset);
}

/** Categories by their codes; codes beyond the categories are refused. */
export function categoricalColumn(codes: NDArray, categories: Column | null, ordered: boolean): Column {
  const { values } = arrayColumn(codes);
  const most = categories?.length ?? 0;
  for (const code of values as Iterable<number | bigint>) {
    if (Number(code) >= most || Number(code) < -1) throw new RangeError(`code ${code} has no category`);
  }
  return new Column({ kind: "categorical", dtype: "category", values, categories, ordered, missing: "NaN" });
}

function categoricals(value: unknown, row: number): Column {
  const { dtype, data } = backed(value);
  const own = attr(value, "_categories", "_levels", "levels");
  const categories = own ?? attr(dtype, "categories") ?? argsOf(dtype)[0];
  const ordered = attr(value, "_ordered", "ordered") ?? attr(dtype, "ordered") ?? argsOf(dtype)[1] ?? false;
  const codes = rowOf(demandArray(data ?? attr(value, "labels"), "the codes"), row);
  return categoricalColumn(
    codes,
    categories === null || categories === undefined ? null : columnOf(categories),
    ordered === true,
  );
}

/** Intervals by their ends. */
export function intervalColumn(left: Column, right: Column, closed: unknown): Column {
  if (left.length !== right.length) throw new RangeError("intervals have as many left as right ends");
  const side = /^(left|right|both|neither)$/.test(String(closed)) ? (closed as Closed) : "right";
  const dtype = `interval[${left.dtype}, ${side}]`;
  return new Column({ kind: "interval", dtype, values: [], left, right, closed: side, missing: "NaN" });
}

function intervals(value: unknown): Column {
  const dtype = attr(value, "_dtype");
  const closed = attr(value, "_closed", "closed") ?? attr(dtype, "_closed", "closed") ?? argsOf(dtype)[1];
  return intervalColumn(columnOf(attr(value, "_left", "left")), columnOf(attr(value, "_right", "right")), closed);
}

function texts(value: unknown, row: number): Column {
  const { dtype, data } = backed(value);
  const column = arrayColumn(rowOf(demandArray(data, "the texts"), row));
  const naValue = attr(dtype, "_na_value") ?? argsOf(dtype)[1];
  return named(column, dtype, typeof naValue === "number" && Number.isNaN(naValue));
}

/** A column of text under pandas' name of it: `str` where NaN stands for a missing one, `string` where NA does. */
function named(column: Column, dtype: unknown, isNaN: boolean): Column {
  const valid = new Uint8Array(column.length);
  const source = column.values as unknown[];
  const values = new Array<unknown>(column.length);
  for (let i = 0; i < values.length; i++) {
    const item = source[i];
    const has = typeof item === "string";
    valid[i] = has ? 1 : 0;
    values[i] = has ? item : null;
  }
  const storage = attr(dtype, "storage") ?? argsOf(dtype)[0];
  const name = isNaN ? "str" : storage === "pyarrow" ? "string[pyarrow]" : "string";
  return new Column({
    kind: "string",
    dtype: name === "string[pyarrow]" ? "string" : name,
    values,
    validity: valid,
    missing: isNaN ? "NaN" : "<NA>",
  });
}

function arrowTexts(value: unknown): Column {
  const dtype = attr(value, "_dtype");
  const naValue = attr(dtype, "_na_value") ?? argsOf(dtype)[1];
  const semantics = kindOf(value).endsWith("NumpySemantics") || argsOf(dtype)[0] === "pyarrow_numpy";
  const column = arrowColumn(attr(value, "_pa_array", "_data"));
  return named(column, dtype, semantics || (typeof naValue === "number" && Number.isNaN(naValue)));
}

function arrows(value: unknown): Column {
  const column = arrowColumn(attr(value, "_pa_array", "_data"));
  return new Column({ ...column.parts, dtype: `${column.dtype}[pyarrow]`, missing: "<NA>" });
}

function plain(value: unknown, row: number): Column {
  return arrayColumn(rowOf(demandArray(backed(value).data, "the values"), row));
}

/** Positions of the stored items of a sparse array, and its length. */
function sparsePlaces(index: unknown): { length: number; places: Int32Array } {
  const [length, first, second] = argsOf(index);
  const size = num(length, "the length of a sparse array");
  if (size < 0 || size > 2 ** 27) throw new RangeError(`a sparse array has no ${size} items`);
  const list = (value: unknown): number[] =>
    Array.from(arrayColumn(demandArray(value, "the places")).values as ArrayLike<number>, Number);
  const starts = list(first);
  if (kindOf(index) === "IntIndex") return { length: size, places: checked(Int32Array.from(starts), size) };
  const lengths = list(second);
  const total = lengths.reduce((a, b) => a + b, 0);
  if (!(total >= 0 && total <= size) || lengths.some((n) => n < 0))
    throw new RangeError("blocks of a sparse array do not add up");
  const places = new Int32Array(total);
  let at = 0;
  for (const [i, start] of starts.entries()) {
    const count = lengths[i] ?? 0;
    for (let k = 0; k < count && at < total; k++) places[at++] = start + k;
  }
  return { length: size, places: checked(places, size) };
}

function checked(places: Int32Array, size: number): Int32Array {
  for (const place of places)
    if (place < 0 || place >= size) throw new RangeError(`place ${place} is not below ${size}`);
  return places;
}

function sparse(value: unknown): Column {
  const index = attr(value, "_sparse_index", "sp_index");
  const stored = arrayColumn(demandArray(attr(value, "_sparse_values"), "the stored values"));
  const dtype = attr(value, "_dtype");
  const fill = attr(dtype, "_fill_value") ?? argsOf(dtype)[1] ?? Number.NaN;
  return filled(stored, index, fill);
}

/** A sparse array's items, all of them. */
function filled(stored: Column, index: unknown, fill: unknown): Column {
  const { length, places } = sparsePlaces(index);
  if (places.length !== stored.length) throw new RangeError("a sparse array has a place for each stored value");
  const rest = scalarOf(fill);
  const shown =
    typeof rest === "number" && stored.dtype.startsWith("float") && Number.isInteger(rest)
      ? `${rest}.0`
      : rest === true
        ? "True"
        : rest === false
          ? "False"
          : Number.isNaN(rest)
            ? "nan"
            : String(rest);
  const name = `Sparse[${stored.dtype}, ${shown}]`;
  let values: TypedData | unknown[];
  if (Array.isArray(stored.values)) values = new Array<unknown>(length).fill(rest);
  else {
    const made = new (stored.values.constructor as new (n: number) => TypedData)(length);
    if (isBig(made)) made.fill(BigInt(Math.trunc(Number(rest ?? 0)) || 0));
    else (made as Float64Array).fill(Number(rest));
    values = made;
  }
  for (let i = 0; i < places.length; i++) values[places[i] as number] = stored.values[i] as never;
  return new Column({ ...stored.parts, values, dtype: name, sparse: true });
}

function isBig(values: TypedData): values is BigInt64Array | BigUint64Array {
  return values instanceof BigInt64Array || values instanceof BigUint64Array;
}

/** What a NumPy scalar holds, or the value itself. */
export function scalarOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "item" in value && typeof value.item === "function"
    ? (value as { item: () => unknown }).item()
    : value;
}

const KINDS: ReadonlyMap<string, (value: unknown, row: number) => Column> = new Map([
  ["IntegerArray", masked],
  ["FloatingArray", masked],
  ["BooleanArray", masked],
  ["DatetimeArray", datetimes],
  ["TimedeltaArray", timedeltas],
  ["PeriodArray", periods],
  ["period_array", periodItems],
  ["Categorical", categoricals],
  ["IntervalArray", intervals],
  ["StringArray", texts],
  ["StringArrayNumpySemantics", texts],
  ["ArrowStringArray", arrowTexts],
  ["ArrowStringArrayNumpySemantics", arrowTexts],
  ["ArrowExtensionArray", arrows],
  ["PandasArray", plain],
  ["NumpyExtensionArray", plain],
  ["SparseArray", sparse],
]);

/** Names of the classes of arrays. */
export const ARRAY_KINDS: readonly string[] = [...KINDS.keys()];

/** The column that an array of pandas or NumPy, or one row of a block, is. `TypeError` for what is no array. */
export function columnOf(value: unknown, row = 0): Column {
  if (isHolder(value)) return value.column;
  if (value instanceof SubclassArray && /SparseArray$/.test(value.cls.name)) return oldSparse(value);
  if (value instanceof NDArray) return arrayColumn(rowOf(value, row));
  const older = olderSparse(value);
  if (older !== null) return older;
  const kind = kindOf(value);
  const read = KINDS.get(kind);
  if (read === undefined) throw new TypeError(`an array of ${kind || "no class of pandas"} cannot be read as a column`);
  return read(value, row);
}

/** Before pandas 0.24 a sparse array was an array of NumPy, of the stored items, with its index behind its state. */
function oldSparse(value: SubclassArray): Column {
  const extra = value.extra as readonly unknown[] | null;
  const [fill, index] = extra ?? [];
  return filled(arrayColumn(value), index, fill);
}

/** And in 0.20 its state was a pair: NumPy's, and the item that fills it with its index. Null for anything else. */
function olderSparse(value: unknown): Column | null {
  if (!(value instanceof PyObject) || value.how !== "call") return null;
  const [cls] = value.args;
  const state = stateOf(value);
  if (!(cls instanceof PyGlobal && cls.name === "SparseArray" && isTuple(state) && state.length === 2)) return null;
  const [own, extra] = state;
  if (!isTuple(extra)) throw new TypeError("a sparse array has its index in its state");
  const stored = arrayOfState(own);
  return filled(arrayColumn(stored), extra[1], extra[0]);
}

/** An extension array of pandas: `Categorical`, `IntegerArray`, `DatetimeArray`, `ArrowStringArray`… */
export class ExtensionArray extends PandasObject {
  #column: Column | null = null;
  /** Its values. `TypeError` or `RangeError` when they do not add up. */
  get column(): Column {
    return (this.#column ??= reading(`a ${this.className}`, () => readArray(this)));
  }
  get dtype(): string {
    return this.column.dtype;
  }
  get length(): number {
    return this.column.length;
  }
  /** All items. */
  toArray(): unknown[] {
    return this.column.toArray();
  }
  [pyRepr](): Parts {
    return [shown(this)];
  }
  [inspect](): string {
    return shown(this);
  }
  /** Its class, first items, length and dtype. */
  override toString(): string {
    return printed(this, () => this.#text());
  }

  #text(): string {
    const { column } = this;
    const items = arrayItems(column);
    if (column.parts.kind === "categorical") return `${items}${categoriesText(column, 80)}`;
    return `<${this.className}>\n${items}\nLength: ${column.length}, dtype: ${column.dtype}`;
  }
}

function readArray(value: ExtensionArray, row = 0): Column {
  const read = KINDS.get(value.className);
  if (read === undefined) throw new TypeError(`no array of pandas is named ${value.className}`);
  return read(value, row);
}

/** One row of a block's values. */
export function rowColumn(values: unknown, row: number): Column {
  return values instanceof ExtensionArray && row > 0 ? readArray(values, row) : columnOf(values, row);
}
