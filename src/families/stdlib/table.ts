/**
 * What the tables of this family are made of: rows, checks of arguments, and the base of its values.
 *
 * @module
 */
import type { GlobalEntry, PackContext, Reducer, Reduction } from "../../core/pack.ts";
import type { PyDict } from "../../core/values/dict.ts";
import { repr, typeName } from "../../core/values/repr.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { type FloatPlaces, isFloatAt, isTuple, Mark, type PyTuple, tuple, tupleFrom } from "../../core/values/tuple.ts";

export { PyValue } from "./value.ts";

/** One file's rows of the standard library pack. */
export interface Table {
  globals: Record<string, GlobalEntry>;
  // biome-ignore lint/suspicious/noExplicitAny: reducers of different classes share one table
  reducers?: readonly (readonly [unknown, Reducer<any>])[];
}

/** A row that reduces a class to `module.name(*args)`. */
export function reduces<T>(
  js: unknown,
  module: string,
  name: string,
  args: (value: T, context: PackContext) => readonly unknown[],
  more?: (value: T, context: PackContext) => Partial<Reduction>,
): readonly [unknown, Reducer<T>] {
  const func = new PyGlobal(module, name);
  return [js, (value, context) => ({ func, args: asTuple(args(value, context)), ...more?.(value, context) })];
}

function asTuple(items: readonly unknown[]): PyTuple {
  return isTuple(items) ? items : tuple(...items);
}

/** An int that a dump in this context takes for an int. */
export function pyInt(value: number | bigint, context: PackContext): number | bigint {
  if (context.bigints) return BigInt(value);
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** Refuses a value, naming it as Python names its type. */
export function refuse(what: string, expected: string, value: unknown): never {
  throw new TypeError(`${what} must be ${expected}, not ${typeName(value)}`);
}

export function isInt(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isInteger(value);
}

/** Checks an int in a range. */
export function int(
  value: unknown,
  what: string,
  min: number = Number.MIN_SAFE_INTEGER,
  max: number = Number.MAX_SAFE_INTEGER,
): number {
  if (!isInt(value)) return refuse(what, "an int", value);
  if (value < min || value > max) throw new RangeError(`${what} must be in ${min}..${max}, not ${value}`);
  return Number(value);
}

/** Checks a str; a bytes object of Python 2 is read as latin-1. */
export function text(value: unknown, what: string): string {
  return typeof value === "string" ? value : refuse(what, "a str", value);
}

/** Checks bytes; a str that Python 2 wrote is taken as latin-1. */
export function bytes(value: unknown, what: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return typeof value === "string" ? latin1(value) : refuse(what, "bytes", value);
}

/** Encodes a str whose characters all are bytes. */
export function latin1(value: string, limit = 256): Uint8Array {
  return Uint8Array.from(value, (ch) => {
    const code = ch.codePointAt(0)!;
    if (code >= limit) throw new RangeError(`character ${repr(ch)} is not in range(${limit})`);
    return code;
  });
}

/** Checks a tuple of a given length. */
export function tupleOf(value: unknown, length: number, what: string): PyTuple {
  if (!isTuple(value) || value.length !== length) throw new TypeError(`${what} must be a tuple of ${length} items`);
  return value;
}

/** Moves entries into a dict, with what is remembered of their floats. */
export function fill(dict: PyDict, items: PyDict): void {
  if (dict.size === 0) {
    items.settle();
    dict.k = items.k.owned ? items.k.own() : items.k;
    dict.v = items.v.slice();
    dict.f = typeof items.f === "number" ? items.f : items.f.slice();
    return;
  }
  let at = 0;
  for (const [key, value] of items) {
    const before = dict.size;
    dict.set(key, value);
    if (dict.size > before && items.isFloat(at)) dict.setFloat(dict.v.length - 1, true);
    at++;
  }
}

/** Appends items (from `from` on) to a list, with what is remembered of the items' floats. */
export function append(list: unknown[], items: readonly unknown[], from = 0): void {
  const old = Mark.floats(list);
  let places = typeof old === "number" ? null : { at: old.at as number[], values: old.values as number[] };
  for (let i = from; i < items.length; i++) {
    if (isFloatAt(items, i)) {
      if (places === null || !Array.isArray(places.at)) {
        const at = list.flatMap((_, j) => (isFloatAt(list, j) ? [j] : []));
        places = { at, values: at.map((j) => list[j] as number) };
        Mark.setFloats(list, places);
      }
      places.at.push(list.length);
      places.values.push(items[i] as number);
    }
    list.push(items[i]);
  }
}

/** A tuple of the items from `from` on, with what is remembered of their floats. */
export function tupleOfItems(
  source: readonly unknown[],
  from = 0,
  dress: (items: unknown[]) => unknown[] = (items) => items,
): PyTuple {
  const list = source.slice(from);
  const at = list.flatMap((_, i) => (isFloatAt(source, i + from) ? [i] : []));
  let floats: number | FloatPlaces = 0;
  if (list.length < 31) for (const i of at) floats |= 1 << i;
  else if (at.length) floats = { at, values: at.map((i) => list[i] as number) };
  return tupleFrom(dress(list), floats);
}
