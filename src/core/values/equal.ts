/**
 * Python's `==` between any two values, however deep or cyclic.
 *
 * @module
 */
import { PyDict } from "./dict.ts";
import { PyObject } from "./object.ts";
import { pyKey, pyParts } from "./protocol.ts";
import { isPlain } from "./repr.ts";
import { PyFrozenSet, PySet } from "./set.ts";
import { isTuple } from "./tuple.ts";

/**
 * Are two values equal as Python's `==` has it? `1 == 1.0 == True`, a list is no tuple, dicts have no order.
 *
 * Instances of unknown classes are equal when class, arguments, state and contents are; cycles are followed once.
 *
 * @example
 * ```ts
 * equal(new PyDict([["a", 1]]), new PyDict([["a", 1n]])); // true
 * ```
 */
export function equal(a: unknown, b: unknown): boolean {
  const todo: unknown[] = [a, b];
  const seen = new Map<object, Set<object>>();
  while (todo.length) {
    const y = todo.pop();
    const x = todo.pop();
    if (x === y) continue;
    const left = keyOf(x);
    const right = keyOf(y);
    if (sameKey(left, right)) continue;
    if (left !== x || right !== y || !isContainer(x) || !isContainer(y)) return false;
    let partners = seen.get(x);
    if (partners === undefined) seen.set(x, (partners = new Set()));
    if (partners.has(y)) continue;
    partners.add(y);
    if (!openPair(x, y, todo)) return false;
  }
  return true;
}

type Hooks = { [pyKey]?: () => unknown; [pyParts]?: () => readonly unknown[] };

/** A value compared by what it holds, rather than by one key. */
function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}

/** A primitive or bytes that stands for the value; objects without a key stand for themselves. */
function keyOf(value: unknown): unknown {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "object" || value === null || value instanceof PyFrozenSet) return value;
  const method = (value as Hooks)[pyKey];
  const key = typeof method === "function" ? method.call(value) : undefined;
  if (key === undefined) return value;
  return typeof key === "string" ? `\0k${key}` : keyOf(key);
}

function sameKey(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === "bigint" ? typeof b === "number" : typeof a === "number" && typeof b === "bigint") {
    // biome-ignore lint/suspicious/noDoubleEquals: between bigint and number, == compares exactly
    return (a as number) == (b as number);
  }
  return (
    a instanceof Uint8Array && b instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i])
  );
}

function asDict(value: object): PyDict | null {
  if (value instanceof PyDict) return value;
  if (value instanceof Map) return new PyDict(value);
  return isPlain(value) ? new PyDict<unknown>(Object.entries(value)) : null;
}

function asSet(value: object): PySet | PyFrozenSet | null {
  if (value instanceof PySet || value instanceof PyFrozenSet) return value;
  return value instanceof Set ? new PySet(value) : null;
}

/** Pushes the pairs that must be equal for `x` and `y` to be; false when the two differ already. */
function openPair(x: object, y: object, todo: unknown[]): boolean {
  if (Array.isArray(x)) return Array.isArray(y) && isTuple(x) === isTuple(y) && pushAll(x, y, todo);
  const parts = (x as Hooks)[pyParts];
  if (typeof parts === "function" && x.constructor === y.constructor) {
    return pushAll(parts.call(x), (y as Required<Hooks>)[pyParts](), todo);
  }
  if (x instanceof PyObject) return y instanceof PyObject && pushAll(objectParts(x), objectParts(y), todo);
  const dict = asDict(x);
  if (dict !== null) {
    const other = asDict(y);
    if (other === null || dict.size !== other.size) return false;
    if (dict.k === other.k) return pushAll(dict.v, other.v, todo);
    for (const [key, value] of dict) {
      if (!other.has(key)) return false;
      todo.push(value, other.get(key));
    }
    return true;
  }
  const set = asSet(x);
  const other = asSet(y);
  if (set === null || other === null || set.size !== other.size) return false;
  for (const item of set) if (!other.has(item)) return false;
  return true;
}

function pushAll(a: readonly unknown[], b: readonly unknown[], todo: unknown[]): boolean {
  if (a.length !== b.length) return false;
  // Backwards, so that the first items are compared first.
  for (let i = a.length - 1; i >= 0; i--) todo.push(a[i], b[i]);
  return true;
}

function objectParts(object: PyObject): unknown[] {
  const { cls, how, args, a, rare } = object;
  return [cls, how, args, a?.size ? a : null, rare?.kwargs, rare?.state, rare?.items, rare?.pairs, rare?.setter];
}
