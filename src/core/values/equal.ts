/**
 * Python's `==` between any two values, however deep or cyclic.
 *
 * @module
 */
import { Canon } from "./keys.ts";
import { pyKey, pyPairs, pyParts } from "./protocol.ts";
import { isPlain } from "./repr.ts";
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

/** Parts of two containers that must be equal one by one; null when these differ already. */
export type Pairs = readonly [mine: readonly unknown[], theirs: readonly unknown[]] | null;

// Dicts, sets and objects tell their pairs themselves: who only compares arrays need not load those classes.
type Hooks = {
  [pyKey]?: () => unknown;
  [pyParts]?: () => readonly unknown[];
  [pyPairs]?: (other: object) => Pairs;
};

/** A value compared by what it holds, rather than by one key. */
function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}

/** A primitive or bytes that stands for the value; objects without a key stand for themselves. */
function keyOf(value: unknown): unknown {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "object" || value === null) return value;
  const { [pyKey]: method, [pyPairs]: pairs } = value as Hooks;
  // A frozenset has a key, which is as large as itself: its elements are looked up in the other's.
  const key = typeof method === "function" && typeof pairs !== "function" ? method.call(value) : undefined;
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

/** Pushes the pairs that must be equal for `x` and `y` to be; false when the two differ already. */
function openPair(x: object, y: object, todo: unknown[]): boolean {
  if (Array.isArray(x)) return Array.isArray(y) && isTuple(x) === isTuple(y) && pushAll(x, y, todo);
  const parts = (x as Hooks)[pyParts];
  if (typeof parts === "function" && x.constructor === y.constructor) {
    return pushAll(parts.call(x), (y as Required<Hooks>)[pyParts](), todo);
  }
  const pairs = pairsOf(x, y);
  return pairs !== null && pushAll(pairs[0], pairs[1], todo);
}

function pairsOf(x: object, y: object): Pairs {
  const mine = (x as Hooks)[pyPairs];
  if (typeof mine === "function") return mine.call(x, y);
  const theirs = (y as Hooks)[pyPairs];
  if (typeof theirs !== "function") return plainPairs(x, y);
  const pairs = theirs.call(y, x);
  return pairs && [pairs[1], pairs[0]];
}

/** The pairs of two Maps or plain objects, or of two Sets. */
function plainPairs(x: object, y: object): Pairs {
  const canon = new Canon();
  const [left, right] = [entriesOf(x, canon), entriesOf(y, canon)];
  if (left === null || right === null || left.size !== right.size) return null;
  if (x instanceof Set !== y instanceof Set) return null;
  for (const key of left.keys()) if (!right.has(key)) return null;
  return [[...left.values()], Array.from(left.keys(), (key) => right.get(key))];
}

/** Values under keys that are the same where Python calls them equal; null for what has no keys. */
function entriesOf(value: object, canon: Canon): Map<unknown, unknown> | null {
  const out = new Map<unknown, unknown>();
  const add = (key: unknown, item: unknown): unknown => out.set(Number.isNaN(key) ? Symbol() : canon.of(key), item);
  if (value instanceof Set) for (const item of value) add(item, null);
  else if (value instanceof Map) for (const [key, item] of value) add(key, item);
  else if (isPlain(value)) for (const [key, item] of Object.entries(value)) add(key, item);
  else return null;
  return out;
}

function pushAll(a: readonly unknown[], b: readonly unknown[], todo: unknown[]): boolean {
  if (a.length !== b.length) return false;
  // Backwards, so that the first items are compared first.
  for (let i = a.length - 1; i >= 0; i--) todo.push(a[i], b[i]);
  return true;
}
