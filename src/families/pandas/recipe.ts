/**
 * What all values of pandas are here: the way in which Python makes them, kept whole, and seen through.
 *
 * Nothing of a pickle is lost, so that a value that was loaded is dumped as it was written; what a frame or an index
 * holds is read out of its recipe when it is asked for.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import { NDArray } from "../../core/ndarray/index.ts";
import type { Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { pyJS, pyParts, pyReduce, pyType, type TableView } from "../../core/values/protocol.ts";
import { typeName } from "../../core/values/repr.ts";
import type { PyGlobal } from "../../core/values/scalars.ts";
import { EMPTY_TUPLE, isTuple, type PyTuple } from "../../core/values/tuple.ts";

/** How Python makes a value. */
export interface Recipe {
  readonly func: PyGlobal;
  readonly args: PyTuple;
  readonly isNew: boolean;
  readonly kwargs?: PyDict | null;
}

/** A value of pandas with its recipe. */
export abstract class PandasObject {
  /** @internal */
  readonly recipe: Recipe;
  /** @internal What `__setstate__` is given; undefined for none. */
  state: unknown;

  /** @internal */
  constructor(recipe: Recipe, state?: unknown) {
    this.recipe = recipe;
    this.state = state;
  }

  /** @internal Name of the Python class, without its module. */
  get className(): string {
    return lastName(classOf(this.recipe.func, this.recipe.args));
  }
  get [pyType](): string {
    return `pandas.${this.className}`;
  }
  [pyParts](): unknown[] {
    return [this.className, this.recipe.args, this.state ?? null];
  }
  [pyJS](): unknown {
    return this;
  }
  [pyReduce](): Reduction {
    return reduceRecipe(this);
  }
}

/** Reduces a value to the recipe by which it came. */
export function reduceRecipe({ recipe, state }: PandasObject): Reduction {
  const { func, args, isNew, kwargs } = recipe;
  const made: Reduction = { func, args: args ?? EMPTY_TUPLE, isNew };
  if (kwargs) made.kwargs = kwargs;
  if (state !== undefined) made.state = state;
  return made;
}

/** `_new_Index(cls, …)` and Cython's `__pyx_unpickle_X(cls, …)` make an instance of their first argument. */
const MAKERS = /^(_new_|__pyx_unpickle_)/;

function classOf(func: unknown, args: PyTuple): unknown {
  const named = func as PyGlobal;
  return typeof named?.name === "string" && MAKERS.test(named.name) && args.length > 0 ? args[0] : func;
}

function lastName(cls: unknown): string {
  const name = (cls as PyGlobal | null)?.name;
  return typeof name === "string" ? name.slice(name.lastIndexOf(".") + 1) : "";
}

/** Name of a value's Python class without its module; empty for what is no instance. */
export function kindOf(value: unknown): string {
  if (value instanceof PandasObject) return value.className;
  if (value instanceof PyObject) return lastName(classOf(value.cls, value.args));
  return "";
}

/** Arguments with which a value is made. */
export function argsOf(value: unknown): PyTuple {
  if (value instanceof PandasObject) return value.recipe.args;
  return value instanceof PyObject ? value.args : EMPTY_TUPLE;
}

/** What `__setstate__` is given; undefined for none. */
export function stateOf(value: unknown): unknown {
  if (value instanceof PandasObject) return value.state;
  if (!(value instanceof PyObject)) return undefined;
  return value.rare?.state ?? value.a ?? undefined;
}

/** The first of these attributes that a value's state has; undefined where it has none. */
export function attr(value: unknown, ...names: string[]): unknown {
  const given = value instanceof PyDict ? value : stateOf(value);
  // Cython's classes wrap the dict in a tuple, arrays of instants as the last of its items.
  const state = isTuple(given) ? given[given.length - 1] : given;
  if (!(state instanceof PyDict)) return undefined;
  for (const name of names) {
    const found = state.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A number that may have come as a bigint. */
export function num(value: unknown, what: string): number {
  const n = typeof value === "bigint" ? Number(value) : value;
  if (typeof n !== "number" || !Number.isSafeInteger(n)) {
    throw new TypeError(`${what} must be an int, not ${typeName(value)}`);
  }
  return n;
}

export function demandArray(value: unknown, what: string): NDArray {
  if (value instanceof NDArray) return value;
  throw new TypeError(`${what} must be an array, not ${typeName(value)}`);
}

/** Runs what reads a part of a value; what does not add up in the file is a `FormatError` that names the part. */
export function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (e) {
    if (!(e instanceof TypeError || e instanceof RangeError)) throw e;
    throw new FormatError(`${what} cannot be read: ${e.message}`, { format: "pandas", cause: e });
  }
}

/** A value as it is printed; of a damaged one, what is wrong with it. */
export function shown(value: PandasObject): string {
  try {
    return String(value);
  } catch (e) {
    if (!(e instanceof FormatError)) throw e;
    return `<pandas.${value.className}: ${e.reason}>`;
  }
}

/** Values of pandas that are printed at the moment, one within a cell of the other. */
let printing = 0;
const DEEPEST = 8;

/** The text of a value; of one that stands in a cell of so many others, or of itself, its class alone. */
export function printed({ className }: PandasObject, text: () => string): string {
  if (printing >= DEEPEST) return `<pandas.${className}: within ${DEEPEST} others>`;
  printing++;
  try {
    return text();
  } finally {
    printing--;
  }
}

/** What a frame or series shows of itself as a table; null for a damaged one, which prints what is wrong. */
export function tabular(view: () => TableView): TableView | null {
  try {
    return view();
  } catch (e) {
    if (e instanceof FormatError) return null;
    throw e;
  }
}
