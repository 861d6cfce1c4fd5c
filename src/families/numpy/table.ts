/**
 * What the tables of this family are made of.
 *
 * @module
 */
import type { GlobalEntry, PackContext, Reducer } from "../../core/pack.ts";
import { typeName } from "../../core/values/repr.ts";
import { PickleBuffer, PyGlobal } from "../../core/values/scalars.ts";
import { isTuple, type PyTuple, tupleFrom } from "../../core/values/tuple.ts";

/** One file's rows of the numpy pack. */
export interface Table {
  globals: Record<string, GlobalEntry>;
  // biome-ignore lint/suspicious/noExplicitAny: reducers of different classes share one table
  reducers: readonly (readonly [unknown, Reducer<any>])[];
}

/** Refuses a value, naming it as Python names its type. */
export function refuse(what: string, expected: string, value: unknown): never {
  throw new TypeError(`${what} must be ${expected}, not ${typeName(value)}`);
}

export function int(value: unknown, what: string): number {
  const n = typeof value === "bigint" ? Number(value) : value;
  return typeof n === "number" && Number.isSafeInteger(n) ? n : refuse(what, "an int", value);
}

export function shapeOf(value: unknown, what: string): number[] {
  if (!isTuple(value)) return refuse(what, "a tuple", value);
  const shape = new Array<number>(value.length);
  for (let i = 0; i < shape.length; i++) shape[i] = int(value[i], what);
  return shape;
}

/** Text that Python 2 may have written as bytes. */
export function text(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  if (!(value instanceof Uint8Array)) return refuse(what, "text", value);
  return Array.from(value, (byte) => String.fromCharCode(byte)).join("");
}

/** Bytes that Python 2 wrote as a str, read as latin-1. */
export function bytes(value: unknown, what: string): Uint8Array {
  if (value instanceof PickleBuffer) return value.bytes;
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "string") return refuse(what, "bytes", value);
  const out = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 255) throw new RangeError(`${what} are no latin-1 text: load with { encoding: "latin1" }`);
    out[i] = code;
  }
  return out;
}

/** Is this the name of a class of NumPy? */
export function isNamed(value: unknown, name: string): boolean {
  return value instanceof PyGlobal && value.module === "numpy" && value.name === name;
}

/** A tuple of ints that a dump in this context takes for ints. */
export function ints(values: readonly number[], context: PackContext): PyTuple {
  return tupleFrom(values.map((n) => pyInt(n, context)));
}

export function pyInt(value: number, context: PackContext): number | bigint {
  return context.bigints ? BigInt(value) : value;
}
