/**
 * Classes of pandas in pickles, both directions.
 *
 * Every value keeps the recipe by which Python makes it, and is dumped by the same; what is made here is written so
 * that pandas 1 to 3 read it.
 *
 * @module
 */
import { definePack, type GlobalEntry, type Pack } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { isFloatAt, type PyTuple } from "../../core/values/tuple.ts";
import { ExtensionArray } from "./arrays.ts";
import { isKnownManager, managerOf } from "./blocks.ts";
import { DataFrame } from "./frame.ts";
import { Index } from "./labels.ts";
import {
  ARRAY_MAKERS,
  ARRAYS,
  BACKED,
  FRAMES,
  INDEX_CLASSES,
  INDEX_MAKERS,
  INTERVALS,
  KEPT,
  NAS,
  NATS,
  PANELS,
  PERIODS,
  SERIES,
  TIMEDELTAS,
  TIMESTAMPS,
} from "./names.ts";
import { Panel } from "./panel.ts";
import { freqOf } from "./periods.ts";
import { type PandasObject, type Recipe, reduceRecipe } from "./recipe.ts";
import { type Closed, Interval, NA, NaT, Period, Timedelta, Timestamp } from "./scalars.ts";
import { Series } from "./series.ts";
import { Zone } from "./zone.ts";

export { ExtensionArray } from "./arrays.ts";
export { Column } from "./column.ts";
export type { CSVOptions } from "./csv.ts";
export { DataFrame, type FromColumnsOptions } from "./frame.ts";
export type { ColumnInput } from "./from.ts";
export { Index } from "./labels.ts";
export { Panel } from "./panel.ts";
export type { PrintOptions } from "./print.ts";
export { type Closed, Interval, Missing, NA, NaT, Period, Timedelta, Timestamp } from "./scalars.ts";
export { Series, type SeriesOptions } from "./series.ts";

type Made = new (recipe: Recipe) => PandasObject;

function globalOf(full: string): PyGlobal {
  const dot = full.lastIndexOf(".");
  return new PyGlobal(full.slice(0, dot), full.slice(dot + 1));
}

/** A class whose instances are made empty, and filled by a state. */
function stateful(full: string, Class: Made): GlobalEntry {
  const func = globalOf(full);
  return {
    create: (args, kwargs) => new Class({ func, args, isNew: true, kwargs }),
    setState: setState,
  };
}

function setState(value: unknown, state: unknown): void {
  const made = value as PandasObject;
  made.state = state;
  // What does not add up is refused now; forms that are not known (of before 0.14) when they are first used, so that
  // what stands beside them can be read.
  const isFrame = made instanceof DataFrame || made instanceof Series || made instanceof Panel;
  if (isFrame && isKnownManager(managerOf(made))) void made.blocks;
}

/** A function that makes an index of a class and a dict. */
function indexMaker(full: string): GlobalEntry {
  const func = globalOf(full);
  return {
    call(args) {
      if (args.length !== 2 || !(args[1] instanceof PyDict)) return undefined;
      const made = new Index({ func, args, isNew: false });
      if (made.isRange) void made.length;
      if (made.isMulti) void made.levels;
      return made;
    },
    setState: () => undefined,
  };
}

function backed(full: string): GlobalEntry {
  const func = globalOf(full);
  return {
    call: (args) =>
      args[0] instanceof PyGlobal || Array.isArray(args[0])
        ? new ExtensionArray({ func, args, isNew: false })
        : undefined,
    setState,
  };
}

const big = (value: unknown, what: string): bigint => {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  throw new TypeError(`${what} must be an int`);
};

/** Resolutions of instants as NumPy numbers its units. */
const UNITS: ReadonlyMap<number, string> = new Map([
  [7, "s"],
  [8, "ms"],
  [9, "us"],
  [10, "ns"],
]);

const timestamp: GlobalEntry = {
  create: (args, kwargs) => makeTimestamp(args, kwargs),
  call: (args) => makeTimestamp(args, null),
};
function makeTimestamp(args: PyTuple, kwargs: PyDict | null): unknown {
  const [value, , tz, unit] = args;
  if (typeof value !== "number" && typeof value !== "bigint") return undefined;
  const zone = tz ?? kwargs?.get("tz") ?? null;
  const named = kwargs?.get("unit");
  const text = UNITS.get(Number(unit)) ?? (typeof named === "string" ? named : "ns");
  return new Timestamp(big(value, "a timestamp"), text, zone === null ? null : new Zone(zone));
}

const timedelta: GlobalEntry = {
  call([value, unit]) {
    if (typeof value !== "number" && typeof value !== "bigint") return undefined;
    return new Timedelta(
      big(value, "a timedelta"),
      UNITS.get(Number(unit)) ?? (typeof unit === "string" ? unit : "ns"),
    );
  },
};

const period: GlobalEntry = {
  call([value, freq, ordinal]) {
    // `Period(None, freq, ordinal)`, and from pandas 0.20 on nothing else.
    return value !== null || ordinal === undefined
      ? undefined
      : new Period(big(ordinal, "an ordinal"), freqOf(freq), freq);
  },
};

const interval: GlobalEntry = {
  call: (args) => {
    const [left, right, closed] = args;
    const floats = isFloatAt(args, 0) || (typeof left === "number" && !Number.isInteger(left));
    return new Interval(
      left,
      right,
      /^(left|right|both|neither)$/.test(String(closed)) ? (closed as Closed) : "right",
      floats,
    );
  },
};

const rows = (names: readonly string[], entry: (full: string) => GlobalEntry): (readonly [string, GlobalEntry])[] =>
  names.map((full) => [full, entry(full)] as const);

/** A name that is known, and what it names is kept as it is. */
const kept = (): GlobalEntry => ({});

const table = (): ReadonlyMap<string, GlobalEntry> =>
  new Map([
    ...rows(KEPT, kept),
    ...rows(INDEX_CLASSES, kept),
    ...rows(FRAMES, (full) => stateful(full, DataFrame)),
    ...rows(SERIES, (full) => stateful(full, Series)),
    ...rows(PANELS, (full) => stateful(full, Panel)),
    ...rows(ARRAYS, (full) => stateful(full, ExtensionArray)),
    ...rows(ARRAY_MAKERS, backed),
    ...rows(INDEX_MAKERS, indexMaker),
    ...rows(BACKED, backed),
    ...rows(TIMESTAMPS, () => timestamp),
    ...rows(TIMEDELTAS, () => timedelta),
    ...rows(PERIODS, () => period),
    ...rows(INTERVALS, () => interval),
    ...rows(NATS, () => ({ call: () => NaT })),
    ...rows(NAS, () => ({ value: NA })),
    ["pandas.NaT", { value: NaT }],
  ]);

/** Classes of pandas: an option (`packs`) of `brine` and `brine/pickle`, known to `brine/pandas`. */
export const pandas: Pack = /* @__PURE__ */ definePack({
  name: "pandas",
  globals: /* @__PURE__ */ table(),
  reducers: [
    [DataFrame, reduceRecipe],
    [Series, reduceRecipe],
    [Panel, reduceRecipe],
    [Index, reduceRecipe],
    [ExtensionArray, reduceRecipe],
  ],
});
