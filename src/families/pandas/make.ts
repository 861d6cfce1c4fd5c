/**
 * Frames, indexes and arrays made here: recipes that pandas 1, 2 and 3 all follow to the same value.
 *
 * pandas 1.3 renamed what pickles of frames call, but reads the older form to this day; so that one is written.
 *
 * @module
 */
import { array, NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { type PyTuple, tuple, tupleFrom } from "../../core/values/tuple.ts";
import { PySlice, PyZoneInfo } from "../stdlib/index.ts";
import type { Column } from "./column.ts";
import { Index } from "./labels.ts";
import type { Recipe } from "./recipe.ts";
import { NA, NaT } from "./scalars.ts";

const NEW_INDEX = /* @__PURE__ */ new PyGlobal("pandas.core.indexes.base", "_new_Index");
const CLASSES: ReadonlyMap<string, readonly [module: string, maker?: string]> = new Map([
  ["DatetimeIndex", ["pandas.core.indexes.datetimes", "_new_DatetimeIndex"]],
  ["PeriodIndex", ["pandas.core.indexes.period", "_new_PeriodIndex"]],
  ["IntervalIndex", ["pandas.core.indexes.interval", "_new_IntervalIndex"]],
]);

/** An inert instance: what Python makes by `cls.__new__` and the state. */
function instance(module: string, name: string, state: readonly (readonly [string, unknown])[]): PyObject {
  const made = new PyObject(new PyGlobal(module, name));
  made.a = new PyDict(state as [string, unknown][]);
  return made;
}

function call(module: string, name: string, ...args: unknown[]): PyObject {
  return new PyObject(new PyGlobal(module, name), tupleFrom(args), "call");
}

/** An index of a class of pandas. */
export function makeIndex(name: string, given: readonly (readonly [string, unknown])[]): Index {
  const [module, maker] = CLASSES.get(name) ?? [];
  // PeriodIndex is made by the common maker, from arrays.
  const func = maker === undefined || name === "PeriodIndex" ? NEW_INDEX : new PyGlobal(module as string, maker);
  const args: PyTuple = tuple(new PyGlobal("pandas", name), new PyDict(given as [string, unknown][]));
  return new Index({ func, args, isNew: false });
}

export function makeRange(length: number, name: unknown = null, start = 0, step = 1): Index {
  return makeIndex("RangeIndex", [
    ["name", name],
    ["start", start],
    ["stop", start + length * step],
    ["step", step],
  ]);
}

/** The index of a column's values. */
export function indexOfColumn(column: Column, name: unknown = null): Index {
  const { parts } = column;
  const isArrow = column.dtype.endsWith("[pyarrow]");
  if (parts.kind === "datetime" && !column.validity && !isArrow) {
    // Only nanoseconds are taken for what they are; other units come with pandas 2 and its arrays.
    const isPlain = !parts.zone && parts.unit === "ns";
    const given: [string, unknown][] = [
      ["data", isPlain ? timeArray(column) : zonedArray(column)],
      ["name", name],
    ];
    if (isPlain) given.push(["tz", null], ["freq", null]);
    return makeIndex("DatetimeIndex", given);
  }
  if (parts.kind === "interval" && parts.left && parts.right) {
    return makeIndex("IntervalIndex", [
      ["left", indexOfColumn(parts.left)],
      ["right", indexOfColumn(parts.right)],
      ["name", name],
      ["closed", parts.closed ?? "right"],
    ]);
  }
  const names: Readonly<Record<string, string>> = {
    timedelta: "TimedeltaIndex",
    period: "PeriodIndex",
    categorical: "CategoricalIndex",
  };
  return makeIndex((isArrow ? undefined : names[parts.kind]) ?? "Index", [
    ["data", isArrow ? objects(column.toArray()) : pandasArray(column)],
    ["name", name],
  ]).keep(column);
}

/** An index of one label, a tuple. */
export function makeLevels(label: readonly unknown[]): Index {
  return makeIndex("MultiIndex", [
    ["levels", label.map((part) => makeIndex("Index", [["data", objects([part])]]))],
    ["codes", label.map(() => array(Int8Array.of(0)))],
    ["sortorder", null],
    ["names", label.map(() => null)],
  ]);
}

/** Part of an index. */
export function sliceIndex(index: Index, start: number, stop: number): Index {
  if (index.isRange) {
    const { start: first, step } = index.range;
    return makeRange(stop - start, index.name, first + start * step, step);
  }
  if (index.isMulti) {
    const { given } = index;
    const codes = index.levels.map(({ codes }) => array(Int32Array.from(Array.from(codes, Number).slice(start, stop))));
    return makeIndex("MultiIndex", [
      ["levels", given.get("levels")],
      ["codes", codes],
      ["sortorder", null],
      ["names", [...index.names]],
    ]);
  }
  return indexOfColumn(index.column.slice(start, stop), index.name);
}

/** Ticks as an array of NumPy. */
function timeArray({ parts, values }: Column): NDArray {
  const bytes = values as BigInt64Array;
  return array(bytes, { dtype: `<${parts.kind === "datetime" ? "M" : "m"}8[${parts.unit ?? "ns"}]` });
}

/** Instants as an array of pandas: in a zone, or of other units than nanoseconds. */
function zonedArray(column: Column): PyObject {
  const { zone, unit = "ns" } = column.parts;
  const tz = zone?.tzinfo;
  // Given its name, every pandas takes the zone of the library that it uses: pytz, or zoneinfo from 3 on.
  const data = timeArray(column);
  const dtype =
    zone == null
      ? data.dtype
      : tz instanceof PyZoneInfo
        ? call("pandas.core.dtypes.dtypes", "DatetimeTZDtype", unit, tz.key)
        : instance("pandas.core.dtypes.dtypes", "DatetimeTZDtype", [
            ["unit", unit],
            ["tz", tz],
          ]);
  return instance("pandas.core.arrays.datetimes", "DatetimeArray", [
    ["_data", data],
    ["_dtype", dtype],
    ["_freq", null],
  ]);
}

const MASKED: ReadonlyMap<string, readonly [string, string]> = new Map([
  ["I", ["pandas.core.arrays.integer", "IntegerArray"]],
  ["U", ["pandas.core.arrays.integer", "IntegerArray"]],
  ["F", ["pandas.core.arrays.floating", "FloatingArray"]],
]);

/** Objects as an array of NumPy. */
export function objects(items: readonly unknown[]): NDArray {
  return NDArray.over(OBJECT, [...items], [items.length]);
}
const OBJECT = /* @__PURE__ */ array([], { dtype: "O" }).dtype;

/** What stands for a column in a block: an array of NumPy, or of pandas. */
export function pandasArray(column: Column): unknown {
  const { parts, values, validity, dtype } = column;
  if (parts.sparse) return plainArray(column);
  // Instants and spans of Arrow stay items, with or without missing ones among them.
  if ((parts.kind === "datetime" || parts.kind === "timedelta") && column.dtype.endsWith("[pyarrow]")) {
    return objects(column.toArray());
  }
  switch (parts.kind) {
    case "datetime":
      if (!parts.zone) return timeArray(column);
      return zonedArray(column);
    case "timedelta":
      return timeArray(column);
    case "period":
      return periodArray(column);
    case "categorical": {
      const categories = parts.categories ? indexOfColumn(parts.categories) : null;
      const state = [
        ["categories", categories],
        ["ordered", column.ordered],
      ] as const;
      return instance("pandas.core.arrays.categorical", "Categorical", [
        ["_codes", array(values)],
        ["_dtype", instance("pandas.core.dtypes.dtypes", "CategoricalDtype", state)],
      ]);
    }
    case "string":
      if (dtype !== "string") return objects(stringItems(column));
      return instance("pandas.core.arrays.string_", "StringArray", [
        ["_ndarray", objects(column.toArray().map((item) => item ?? NA))],
        // By its state, as pandas 1.0 takes no argument here, and all later ones read it so.
        ["_dtype", instance("pandas.core.arrays.string_", "StringDtype", [["storage", "python"]])],
      ]);
    case "number":
    case "bool":
      return validity ? maskedArray(column) : plainArray(column);
    default:
      return plainArray(column);
  }
}

/** Periods: their state is another one in each pandas, their items are the same in all. */
function periodArray(column: Column): PyObject {
  const items = column.toArray();
  if (items.some((item) => item !== null)) {
    return call(
      "pandas.core.arrays.period",
      "period_array",
      items.map((item) => item ?? NaT),
    );
  }
  // Items that are all missing do not tell their frequency.
  return instance("pandas.core.arrays.period", "PeriodArray", [
    ["_data", array(column.values)],
    ["_dtype", call("pandas.core.dtypes.dtypes", "PeriodDtype", column.parts.offset ?? `period[${column.freq}]`)],
    ["_freq", null],
  ]);
}

function stringItems(column: Column): unknown[] {
  const missing = column.parts.missing === "NaN" ? Number.NaN : null;
  return column.toArray().map((item) => item ?? missing);
}

function maskedArray(column: Column): unknown {
  const { dtype, values, validity } = column;
  const mask = array(Uint8Array.from(validity as Uint8Array, (valid) => 1 - valid)).astype("bool");
  if (dtype === "boolean") {
    return instance("pandas.core.arrays.boolean", "BooleanArray", [
      ["_data", array(values).astype("bool")],
      ["_mask", mask],
      ["_dtype", new PyObject(new PyGlobal("pandas.core.arrays.boolean", "BooleanDtype"))],
    ]);
  }
  const found = MASKED.get(dtype[0] as string);
  if (found === undefined) return objects(column.toArray());
  const [module, name] = found;
  return instance(module, name, [
    ["_data", array(values)],
    ["_mask", mask],
  ]);
}

function plainArray(column: Column): NDArray {
  const { parts, values } = column;
  if (parts.array) return parts.array;
  if (parts.kind === "bool") return array(values).astype("bool");
  if (Array.isArray(values) || parts.kind === "interval") return objects(column.toArray());
  return parts.kind === "datetime" || parts.kind === "timedelta" ? timeArray(column) : array(values);
}

/** A block of values for the items from one place to before another. */
function block(values: unknown, start: number, stop: number): PyDict {
  return new PyDict<string, unknown>([
    ["values", values],
    ["mgr_locs", new PySlice(start, stop, 1)],
  ]);
}

/** The state of a manager as pandas 0.14.1 to 3 read it. */
function manager(name: string, axes: readonly Index[], blocks: readonly PyDict[]): PyObject {
  const made = new PyObject(new PyGlobal("pandas.core.internals.managers", name));
  const whole = new PyDict<string, unknown>([
    [
      "0.14.1",
      new PyDict<string, unknown>([
        ["axes", axes],
        ["blocks", blocks],
      ]),
    ],
  ]);
  const values = blocks.map((one) => one.get("values"));
  made.rare = { state: tuple(axes, values, [], whole) };
  return made;
}

/** The recipe and state of a frame. */
export function makeFrame(columns: readonly Column[], labels: Index, index: Index, attrs?: PyDict): [Recipe, PyDict] {
  const blocks = columns.map((column, i) => {
    const values = pandasArray(column);
    // Arrays of NumPy have a row for each item, those of pandas stand for one item.
    const rows = values instanceof NDArray ? values.reshape(1, values.length) : values;
    return block(rows, i, i + 1);
  });
  const state = new PyDict<string, unknown>([
    // Under this name pandas 1.0 finds it, too.
    ["_data", manager("BlockManager", [labels, index], blocks)],
    ["_typ", "dataframe"],
    ["_metadata", []],
    ["attrs", attrs ?? new PyDict()],
  ]);
  return [{ func: new PyGlobal("pandas.core.frame", "DataFrame"), args: tuple(), isNew: true }, state];
}

/** The recipe and state of a series. */
export function makeSeries(column: Column, index: Index, name: unknown): [Recipe, PyDict] {
  const blocks = [block(pandasArray(column), 0, column.length)];
  const state = new PyDict<string, unknown>([
    ["_data", manager("SingleBlockManager", [index], blocks)],
    ["_typ", "series"],
    ["_metadata", ["name"]],
    ["attrs", new PyDict()],
    ["name", name],
  ]);
  return [{ func: new PyGlobal("pandas.core.series", "Series"), args: tuple(), isNew: true }, state];
}
