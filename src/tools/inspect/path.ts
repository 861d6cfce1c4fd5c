/**
 * Paths into values, written as Python would: `[0].name`, `["key"]`, `[-1]`, `[0:3]`.
 *
 * @module
 */

import { type Index, NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { type TableView, tableOf } from "../../core/values/protocol.ts";
import { isPlain, repr, typeName } from "../../core/values/repr.ts";
import { PyFloat } from "../../core/values/scalars.ts";
import { PyFrozenSet, PySet } from "../../core/values/set.ts";
import { isFloatAt, isTuple, Mark, tuple, tupleFrom } from "../../core/values/tuple.ts";
import { PyArray, PyDeque, PyException, PyPartial, PySimpleNamespace } from "../../families/stdlib/index.ts";
import { attrsOf } from "./children.ts";

/** One step of a path. */
export type Step =
  | { readonly kind: "attr"; readonly name: string }
  | { readonly kind: "item"; readonly key: unknown }
  | { readonly kind: "slice"; readonly start: number | null; readonly stop: number | null; readonly step: number }
  /** Several indices of an array: ints, slices as text, `"..."`, null for a new axis. */
  | { readonly kind: "index"; readonly indices: readonly Index[] };

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  "0": "\0",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

class Scanner {
  readonly text: string;
  at = 0;
  constructor(text: string) {
    this.text = text;
  }
  fail(what: string): never {
    throw new SyntaxError(`${what} at character ${this.at + 1} of the path ${this.text}`);
  }
  blank(): void {
    this.take(/\s*/y);
  }
  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at += found[0].length;
    return found[0];
  }
  literal(): unknown {
    this.blank();
    const number = this.take(/[+-]?\d[\d_]*(?![\d.eE])/y);
    if (number !== null) {
      const value = Number(number.replaceAll("_", ""));
      return Number.isSafeInteger(value) ? value : BigInt(number.replaceAll("_", "").replace("+", ""));
    }
    const float = this.take(/[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/y);
    if (float !== null) return Number(float);
    const word = this.take(/(None|True|False)\b/y);
    if (word !== null) return word === "None" ? null : word === "True";
    const bytes = this.take(/b(?=['"])/y) !== null;
    const quote = this.take(/['"]/y);
    if (quote !== null)
      return bytes ? Uint8Array.from(this.quoted(quote), (char) => char.charCodeAt(0)) : this.quoted(quote);
    if (this.take(/\(/y) !== null) {
      const items: unknown[] = [];
      for (this.blank(); this.take(/\)/y) === null; this.blank()) {
        items.push(this.literal());
        this.blank();
        if (this.take(/,/y) === null && this.text[this.at] !== ")") this.fail("expected , or )");
      }
      return tuple(...items);
    }
    return this.fail("expected a number, a quoted text, None, True, False or a tuple");
  }
  /** The rest of an array's indices, up to the closing bracket. */
  indices(first: readonly Index[]): Index[] {
    const all = [...first];
    for (this.blank(); this.text[this.at] !== "]"; this.blank()) {
      const part = this.take(/\.\.\./y) ?? this.take(/(-?\d+)?\s*:\s*(-?\d+)?\s*(:\s*(-?\d+)?)?(?=\s*[\],])/y);
      const index = part ?? this.literal();
      if (part === null && typeof index !== "number" && index !== null) this.fail("expected an index or a slice");
      all.push(index as Index);
      this.blank();
      if (this.take(/,/y) === null && this.text[this.at] !== "]") this.fail("expected , or ]");
    }
    return all;
  }
  quoted(quote: string): string {
    let out = "";
    for (;;) {
      const char = this.text[this.at++];
      if (char === undefined) this.fail("the text does not end");
      if (char === quote) return out;
      if (char !== "\\") {
        out += char;
        continue;
      }
      const hex = this.take(/x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8}/iy);
      if (hex !== null) out += String.fromCodePoint(Number.parseInt(hex.slice(1), 16));
      else {
        const next = this.text[this.at++] ?? this.fail("the text does not end");
        out += ESCAPES[next] ?? (next === "\\" || next === "'" || next === '"' ? next : `\\${next}`);
      }
    }
  }
}

/**
 * Reads a path. Throws `SyntaxError` with the place where it is wrong.
 *
 * @example
 * ```ts
 * parsePath("[0].name"); // [{ kind: "item", key: 0 }, { kind: "attr", name: "name" }]
 * ```
 */
export function parsePath(text: string): Step[] {
  const scanner = new Scanner(text.trim());
  const steps: Step[] = [];
  const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
  while (scanner.at < scanner.text.length) {
    if (scanner.take(/\[/y) !== null) {
      scanner.blank();
      const slice = scanner.take(/(-?\d+)?\s*:\s*(-?\d+)?\s*(:\s*(-?\d+)?)?(?=\s*\])/y);
      if (slice !== null) {
        const [start, stop, step] = slice.split(":").map((part) => (part.trim() === "" ? null : Number(part)));
        if (step === 0) scanner.fail("a slice's step cannot be 0");
        steps.push({ kind: "slice", start: start ?? null, stop: stop ?? null, step: step ?? 1 });
      } else if (scanner.take(/(?=\.\.\.)/y) !== null) steps.push({ kind: "index", indices: scanner.indices([]) });
      else steps.push({ kind: "item", key: scanner.literal() });
      scanner.blank();
      const first = steps.at(-1) as Step;
      if (scanner.text[scanner.at] === ",") steps[steps.length - 1] = severalOf(first, scanner);
      if (scanner.take(/\]/y) === null) scanner.fail("expected ]");
      continue;
    }
    if (scanner.take(/\./y) === null && steps.length > 0) scanner.fail("expected . or [");
    const quote = scanner.take(/['"]/y);
    const name = quote === null ? scanner.take(NAME) : scanner.quoted(quote);
    steps.push({ kind: "attr", name: name ?? scanner.fail("expected a name") });
  }
  return steps;
}

/** A first index, and those that follow it behind a comma. */
function severalOf(first: Step, scanner: Scanner): Step {
  scanner.take(/,/y);
  if (first.kind === "index") return { kind: "index", indices: scanner.indices(first.indices) };
  if (first.kind === "slice") return { kind: "index", indices: scanner.indices([sliceText(first)]) };
  const { key } = first as Extract<Step, { kind: "item" }>;
  if (typeof key !== "number" && key !== null) scanner.fail("expected ]");
  return { kind: "index", indices: scanner.indices([key as Index]) };
}

function sliceText({ start, stop, step }: Extract<Step, { kind: "slice" }>): string {
  return `${start ?? ""}:${stop ?? ""}:${step}`;
}

/**
 * Follows a path (or its steps) into a value. A name finds an attribute, or a text key of a dict. Throws `RangeError`
 * saying what is not there, `SyntaxError` for a bad path.
 *
 * @example
 * ```ts
 * at(new PyDict([["jobs", [1, 2, 3]]]), "['jobs'][-1]"); // 3
 * ```
 */
export function at(value: unknown, path: string | readonly Step[]): unknown {
  const steps = typeof path === "string" ? parsePath(path) : path;
  return steps.reduce((found, step) => (step.kind === "attr" ? attr(found, step.name) : inside(found, step)), value);
}

/** As {@link at}, but an integral number that Python wrote as a float comes as a `PyFloat`, for printing. */
export function atExactly(value: unknown, steps: readonly Step[]): unknown {
  const last = steps.at(-1);
  const found = at(value, steps);
  if (last === undefined || typeof found !== "number") return found;
  const parent = at(value, steps.slice(0, -1));
  return wasFloat(parent, last) ? new PyFloat(found) : found;
}

function wasFloat(parent: unknown, step: Step): boolean {
  if (parent instanceof NDArray) return parent.dtype.kind === "f" && step.kind !== "attr";
  const table = tableOf(parent);
  if (table !== null) return table.details.startsWith("float");
  if (step.kind === "slice" || step.kind === "index") return false;
  const key = step.kind === "attr" ? step.name : step.key;
  if (Array.isArray(parent)) return typeof key === "number" && isFloatAt(parent, key < 0 ? parent.length + key : key);
  const dicts =
    parent instanceof PyObject
      ? [parent.a, parent.pairs]
      : [
          parent instanceof PySimpleNamespace
            ? parent.attrs
            : (typeof parent === "object" && parent !== null && attrsOf(parent)) || parent,
        ];
  const dict = dicts.find((d): d is PyDict => d instanceof PyDict && d.has(key));
  return dict?.isFloat(dict.k.find(key)) ?? false;
}

function inside(value: unknown, step: Exclude<Step, { kind: "attr" }>): unknown {
  if (value instanceof NDArray) return ofArray(value, step);
  const table = tableOf(value);
  if (table !== null) return ofTable(value, table, step);
  if (step.kind === "index") throw new RangeError(`${typeName(value)} takes one index`);
  const dict = value instanceof PyDict || value instanceof Map ? value : value instanceof PyObject ? value.pairs : null;
  const items = itemsOf(value);
  if (step.kind === "slice") {
    if (items === null) throw new RangeError(`${typeName(value)} has no slices`);
    const places = slicePlaces(items.length, step);
    if (typeof value === "string") return places.map((i) => items[i]).join("");
    if (value instanceof Uint8Array) return Uint8Array.from(places, (i) => value[i]!);
    const cut = places.map((i) => items[i]);
    return Array.isArray(value) ? withFloats(cut, places, value) : cut;
  }
  const { key } = step;
  if (dict !== null) {
    if (!dict.has(key))
      throw new RangeError(`no key ${repr(key, { maxChars: 60 })} in ${typeName(value)} (${dict.size})`);
    return dict.get(key);
  }
  if (items === null && typeof value === "object" && value !== null && isPlain(value) && typeof key === "string") {
    if (!Object.hasOwn(value, key)) throw new RangeError(`no key ${repr(key)} in dict`);
    return (value as Record<string, unknown>)[key];
  }
  if (items === null) throw new RangeError(`${typeName(value)} has no items`);
  if (typeof key !== "number" || !Number.isInteger(key)) {
    throw new RangeError(`an item of ${typeName(value)} needs a whole number, not ${repr(key, { maxChars: 60 })}`);
  }
  const place = key < 0 ? items.length + key : key;
  if (place < 0 || place >= items.length) {
    throw new RangeError(`no item ${key} in ${typeName(value)} (${items.length})`);
  }
  return items[place];
}

/** What NumPy gives for these indices, or the field of a name. */
function ofArray(array: NDArray, step: Exclude<Step, { kind: "attr" }>): unknown {
  if (step.kind === "item" && typeof step.key === "string") {
    if (array.dtype.fields?.has(step.key)) return array.field(step.key);
    throw new RangeError(`no field ${repr(step.key)} in ${typeName(array)} of ${array.dtype}`);
  }
  const indices =
    step.kind === "index" ? step.indices : [step.kind === "slice" ? sliceText(step) : (step.key as Index)];
  if (step.kind === "item" && typeof step.key !== "number" && step.key !== null) {
    throw new RangeError(`an item of ${typeName(array)} needs a whole number, not ${repr(step.key, { maxChars: 60 })}`);
  }
  const found = array.slice(...indices);
  return found.ndim === 0 ? found.scalar() : found;
}

/** A column or item by its label, or rows. */
function ofTable(value: unknown, table: TableView, step: Exclude<Step, { kind: "attr" }>): unknown {
  if (step.kind === "item") {
    const found = table.item(step.key);
    if (found !== undefined) return found;
    throw new RangeError(`no ${repr(step.key, { maxChars: 60 })} in ${typeName(value)} (${table.preview})`);
  }
  if (step.kind === "index" || step.step !== 1) throw new RangeError(`rows of ${typeName(value)} are taken as [2:10]`);
  const length = table.shape[0] as number;
  const place = (n: number): number => Math.max(0, Math.min(length, n < 0 ? n + length : n));
  const start = place(step.start ?? 0);
  return table.slice(start, Math.max(start, place(step.stop ?? length)));
}

/** The cut with the floats of what it was cut from. */
function withFloats(cut: unknown[], places: readonly number[], from: readonly unknown[]): unknown {
  const floats = places.flatMap((place, i) => (isFloatAt(from, place) ? [i] : []));
  const memory = { at: floats, values: floats.map((i) => cut[i] as number) };
  if (isTuple(from)) return tupleFrom(cut, cut.length < 31 ? floats.reduce((mask, i) => mask | (1 << i), 0) : memory);
  if (floats.length > 0) Mark.setFloats(cut, memory);
  return cut;
}

function itemsOf(value: unknown): ArrayLike<unknown> | null {
  if (Array.isArray(value) || value instanceof Uint8Array) return value;
  if (typeof value === "string") return [...value];
  if (value instanceof PySet || value instanceof PyFrozenSet || value instanceof Set) return [...value];
  if (value instanceof PyDeque) return value.items;
  if (value instanceof PyArray) return value.toList();
  return value instanceof PyObject ? value.items : null;
}

function slicePlaces(length: number, { start, stop, step }: Extract<Step, { kind: "slice" }>): number[] {
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? length : length - 1;
  const clamp = (n: number): number => Math.max(low, Math.min(high, n < 0 ? n + length : n));
  const from = start === null ? (step > 0 ? low : high) : clamp(start);
  const to = stop === null ? (step > 0 ? high : low) : clamp(stop);
  const places: number[] = [];
  for (let i = from; step > 0 ? i < to : i > to; i += step) places.push(i);
  return places;
}

function attr(value: unknown, name: string): unknown {
  const missing = (): never => {
    throw new RangeError(`no attribute ${name} in ${typeName(value)}`);
  };
  if (typeof value !== "object" || value === null) return missing();
  if (value instanceof PyDict || value instanceof Map) return value.has(name) ? value.get(name) : missing();
  if (value instanceof NDArray) {
    const { dtype, ndim, size } = value;
    if (name === "shape") return tuple(...value.shape);
    if (name === "T") return value.T;
    const known = new Map<string, unknown>(Object.entries({ dtype, ndim, size }));
    return known.get(name) ?? missing();
  }
  const table = tableOf(value);
  if (table !== null) {
    // pandas gives columns as attributes, too.
    for (const [own, found] of table.attributes) if (own === name) return found;
    return table.item(name) ?? missing();
  }
  if (value instanceof PyObject) {
    if (value.attrs.has(name)) return value.attrs.get(name);
    const parts: Record<string, unknown> = { __proto__: null };
    parts["__args__"] = value.args;
    parts["__kwargs__"] = value.kwargs ?? undefined;
    parts["__state__"] = value.state;
    parts["__class__"] = value.cls;
    parts["__dict__"] = value.attrs;
    return parts[name] ?? (value.pairs?.has(name) ? value.pairs.get(name) : missing());
  }
  const own = attrsOf(value);
  if (own?.has(name)) return own.get(name);
  if (value instanceof PySimpleNamespace || value instanceof PyException) {
    if (value.attrs.has(name)) return value.attrs.get(name);
    if (!(name === "args" && value instanceof PyException)) return missing();
  }
  if (value instanceof PyPartial && name === "keywords") return value.kwargs;
  if (Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name];
  // A getter of one of brine's classes, such as a named tuple's field; never a method.
  const proto: object | null = Object.getPrototypeOf(value);
  const getter = proto === null ? undefined : Object.getOwnPropertyDescriptor(proto, name)?.get;
  return getter === undefined || name === "__proto__" ? missing() : getter.call(value);
}
