/**
 * What stands inside a value, and under which name.
 *
 * @module
 */
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { pyAttrs, pyRepr, type TableView, tableOf } from "../../core/values/protocol.ts";
import { isPlain, repr } from "../../core/values/repr.ts";
import { PyFrozenSet, PySet } from "../../core/values/set.ts";
import { isFloatAt } from "../../core/values/tuple.ts";
import {
  PyArray,
  PyChainMap,
  PyDeque,
  PyException,
  PyPartial,
  PySimpleNamespace,
} from "../../families/stdlib/index.ts";
import { harmless } from "./preview.ts";

/** A part of a value; `type` where the value alone does not tell it (the float 1.0). */
export interface Child {
  readonly name: string;
  readonly value: unknown;
  readonly type?: string;
}

/** The parts of a value, one by one. */
export function* childrenOf(value: unknown): IterableIterator<Child> {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
  if (Array.isArray(value)) yield* indexed(value, (i) => isFloatAt(value, i));
  else if (value instanceof PyDict) yield* entries(value);
  else if (value instanceof PyObject) yield* objectParts(value);
  else if (tableOf(value) !== null) yield* tableParts(tableOf(value) as TableView);
  else if (attrsOf(value) !== null) yield* attributes(attrsOf(value) as PyDict);
  else if (value instanceof PySet || value instanceof PyFrozenSet) {
    const { size, k } = value;
    yield* indexed(value, (i) => size === k.keys.length && k.floats?.has(i) === true);
  } else if (value instanceof Set) yield* indexed(value);
  else if (value instanceof PyDeque) yield* indexed(value.items, (i) => isFloatAt(value.items, i));
  else if (value instanceof PyArray) yield* indexed(value.toList(), () => /[fd]/.test(value.typecode));
  else if (value instanceof PyChainMap) yield child(".maps", value.maps);
  else if (value instanceof PySimpleNamespace) yield* attributes(value.attrs);
  else if (value instanceof PyException) {
    if (value.args.length) yield child(".args", value.args);
    yield* attributes(value.attrs);
  } else if (value instanceof PyPartial) {
    yield child(".func", value.func);
    if (value.args.length) yield child(".args", value.args);
    if (value.kwargs.size) yield child(".keywords", value.kwargs);
  } else if (value instanceof Map) for (const [key, item] of value) yield child(`[${keyText(key)}]`, item);
  else if (isPlain(value)) for (const [key, item] of Object.entries(value)) yield child(`[${keyText(key)}]`, item);
  else if (!(pyRepr in value) && !(value instanceof Date) && !ArrayBuffer.isView(value)) {
    // An instance of a registered class.
    for (const [key, item] of Object.entries(value)) yield child(attribute(key), item);
  }
}

/** How many parts a container has, or characters a text, or bytes; undefined for a scalar. */
export function lengthOf(value: unknown): number | undefined {
  if (typeof value === "string") return codePoints(value);
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  if (value instanceof PyDict || value instanceof Map || value instanceof Set) return value.size;
  if (value instanceof PySet || value instanceof PyFrozenSet) return value.size;
  if (value instanceof PyDeque) return value.items.length;
  if (value instanceof PyArray) return value.data.length;
  if (value instanceof PyObject) return value.items?.length ?? value.pairs?.size;
  return isPlain(value) ? Object.keys(value).length : undefined;
}

/** Attributes of one of brine's classes that has them under their Python names; null for all else. */
export function attrsOf(value: object): PyDict | null {
  return (value as { [pyAttrs]?: PyDict })[pyAttrs] ?? null;
}

function* indexed(items: Iterable<unknown>, isFloat = (_: number): boolean => false): IterableIterator<Child> {
  let i = 0;
  for (const item of items) {
    yield child(`[${i}]`, item, isFloat(i));
    i++;
  }
}

function* entries(dict: PyDict): IterableIterator<Child> {
  let position = 0;
  const gaps = dict.k.gone > 0;
  for (const [key, item] of dict) yield child(`[${keyText(key)}]`, item, !gaps && dict.isFloat(position++));
}

function* attributes(dict: PyDict): IterableIterator<Child> {
  let position = 0;
  for (const [key, item] of dict) yield child(attribute(key), item, dict.isFloat(position++));
}

function* tableParts({ columns, attributes }: TableView): IterableIterator<Child> {
  let isFrame = false;
  for (const [label, column] of columns) {
    isFrame = true;
    yield child(`[${keyText(label)}]`, column);
  }
  // A single column stands in one line.
  if (isFrame) for (const [name, value] of attributes) yield child(`.${name}`, value);
}

function* objectParts(object: PyObject): IterableIterator<Child> {
  if (object.args.length) yield child(".__args__", object.args);
  if (object.kwargs?.size) yield child(".__kwargs__", object.kwargs);
  if (object.a !== null) yield* attributes(object.a);
  if (object.state !== undefined) yield child(".__state__", object.state);
  const { items } = object;
  if (items) yield* indexed(items, (i) => isFloatAt(items, i));
  if (object.pairs) yield* entries(object.pairs);
}

function child(name: string, value: unknown, isFloat = false): Child {
  return isFloat && typeof value === "number" ? { name, value, type: "float" } : { name, value };
}

function keyText(key: unknown): string {
  return harmless(repr(key, { maxChars: 200 }));
}

function attribute(key: unknown): string {
  if (typeof key !== "string") return `.__dict__[${keyText(key)}]`;
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(key) ? `.${key}` : `.${keyText(key)}`;
}

function codePoints(text: string): number {
  let pairs = 0;
  for (let i = 1; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) pairs++;
  }
  return text.length - pairs;
}
