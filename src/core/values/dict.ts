/**
 * Python's dict: Map's methods, Python's key equality, insertion order.
 *
 * @module
 */
import type { Pairs } from "./equal.ts";
import { GONE, Keys } from "./keys.ts";
import { inspect, type Parts, pyJS, pyPairs, pyRepr, pyType } from "./protocol.ts";
import { inspectText, isPlain, MOST_CHARS, repr, ShownFloat } from "./repr.ts";

const NO_KEYS: Keys = new Keys([], true, false, true);

/**
 * A Python dict: `get`, `set`, `has`, `delete`, `size`, `keys`, `values`, `entries` as a `Map`, but `1`, `true` and
 * `1.0` are one key, tuples are equal by content, and a list cannot be a key (`TypeError`).
 *
 * @example
 * ```ts
 * const d = new PyDict([["a", 1]]);
 * d.get("a"); // 1
 * ```
 */
export class PyDict<K = unknown, V = unknown> {
  /** @internal shape */
  k: Keys;
  /** @internal values by position */
  v: unknown[];
  /** @internal which values are integral floats: bit mask below 31 entries, else one byte each */
  f: number | Uint8Array;
  /** @internal slot in a dumper's memo */
  m: number;

  constructor(entries?: Iterable<readonly [K, V]> | null) {
    this.k = NO_KEYS;
    this.v = [];
    this.f = 0;
    this.m = -1;
    if (entries) for (const [key, value] of entries) this.set(key, value);
  }

  /** @internal A dict of loaded keys and values. */
  static of(k: Keys, v: unknown[], f: number | Uint8Array): PyDict {
    const dict = new PyDict();
    dict.k = k;
    dict.v = v;
    dict.f = f;
    return dict;
  }

  get [pyType](): string {
    return "dict";
  }

  get size(): number {
    if (!this.k.settled) this.settle();
    return this.v.length - this.k.gone;
  }

  /** Value of `key`, or undefined when there is none. */
  get(key: K): V | undefined {
    if (!this.k.settled) this.settle();
    const at = this.k.find(key);
    return at < 0 ? undefined : (this.v[at] as V);
  }

  has(key: K): boolean {
    if (!this.k.settled) this.settle();
    return this.k.find(key) >= 0;
  }

  /** Sets `key`; an equal key that is there already stays as it was written. */
  set(key: K, value: V): this {
    if (!this.k.settled) this.settle();
    const at = this.k.find(key);
    if (at >= 0) {
      this.v[at] = value;
      this.setFloat(at, false);
      return this;
    }
    const text = typeof key === "string";
    const shape = this.k;
    if (!shape.owned && text && shape.text && this.v.length < 16) {
      let next = shape.next;
      if (next === null || next.keys[next.keys.length - 1] !== key) {
        next = new Keys([...shape.keys, key], true, false, true);
        if (shape !== NO_KEYS) shape.next = next;
      }
      this.k = next;
    } else {
      if (!shape.owned) this.k = shape.own();
      this.k.push(key);
    }
    this.v.push(value);
    if (this.v.length >= 31) this.setFloat(this.v.length - 1, false);
    return this;
  }

  /** @internal Sets the key that the last dict of this shape got next; false when it is another one. */
  follow(key: unknown, value: unknown): boolean {
    const next = this.k.next;
    const at = this.v.length;
    if (next === null || at >= 16 || next.keys[at] !== key) return false;
    this.k = next;
    this.v.push(value);
    return true;
  }

  delete(key: K): boolean {
    if (!this.k.settled) this.settle();
    const at = this.k.find(key);
    if (at < 0) return false;
    if (!this.k.owned) this.k = this.k.own();
    this.setFloat(at, false);
    this.k.remove(at);
    this.v[at] = GONE;
    if (this.k.gone > 16 && this.k.gone > this.v.length >> 1) this.compact();
    return true;
  }

  clear(): void {
    this.k = NO_KEYS;
    this.v = [];
    this.f = 0;
  }

  *keys(): IterableIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  values(): IterableIterator<V> {
    if (!this.k.settled) this.settle();
    const dict = this;
    let at = 0;
    return {
      next(): IteratorResult<V> {
        const keys = dict.k.keys;
        while (at < keys.length && keys[at] === GONE) at++;
        if (at >= keys.length) return { done: true, value: undefined };
        return { done: false, value: dict.v[at++] as V };
      },
      [Symbol.iterator]() {
        return this;
      },
    };
  }

  entries(): IterableIterator<[K, V]> {
    if (!this.k.settled) this.settle();
    const dict = this;
    let at = 0;
    return {
      next(): IteratorResult<[K, V]> {
        const keys = dict.k.keys;
        while (at < keys.length && keys[at] === GONE) at++;
        if (at >= keys.length) return { done: true, value: undefined };
        const value: [K, V] = [keys[at] as K, dict.v[at] as V];
        at++;
        return { done: false, value };
      },
      [Symbol.iterator]() {
        return this;
      },
    };
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  forEach(visit: (value: V, key: K, dict: this) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }

  /** Did Python write the value at this position as an integral float, and is it still there? */
  isFloat(position: number): boolean {
    const f = this.f;
    if (typeof f === "number") return position < 31 && (f & (1 << position)) !== 0;
    return f[position] === 1;
  }

  /** @internal Remembers or forgets that the value at `position` is a float. */
  setFloat(position: number, on: boolean): void {
    let f = this.f;
    if (typeof f === "number") {
      if (position < 31) {
        this.f = on ? f | (1 << position) : f & ~(1 << position);
        return;
      }
      if (!on && f === 0) return;
      const wide = new Uint8Array(Math.max(64, position + 16));
      for (let i = 0; i < 31; i++) wide[i] = (f >> i) & 1;
      f = this.f = wide;
    } else if (position >= f.length) {
      if (!on) return;
      const wide = new Uint8Array(position * 2);
      wide.set(f);
      f = this.f = wide;
    }
    f[position] = on ? 1 : 0;
  }

  /** @internal Drops values under equal keys: the first key and the last value stay, as in Python. */
  settle(): void {
    const found = this.k.duplicates();
    if (found === null) return;
    const old = this.k.keys;
    const values = this.v;
    const isFloat = values.map((_, i) => this.isFloat(i));
    for (const [at, first] of found) {
      values[first] = values[at];
      isFloat[first] = isFloat[at] as boolean;
    }
    const keep: number[] = [];
    for (let i = 0; i < old.length; i++) if (!found.has(i)) keep.push(i);
    const keyFloats = this.k.floats;
    this.k = new Keys(
      keep.map((i) => old[i]),
      this.k.text,
      true,
      true,
    );
    if (keyFloats !== null) this.k.floats = new Set(keep.flatMap((i, at) => (keyFloats.has(i) ? [at] : [])));
    this.v = keep.map((i) => values[i]);
    this.f = 0;
    keep.forEach((i, at) => {
      if (isFloat[i]) this.setFloat(at, true);
    });
  }

  /** @internal Drops the gaps that deleted entries left. */
  compact(): void {
    const keep: number[] = [];
    const { keys, floats } = this.k;
    for (let i = 0; i < keys.length; i++) if (keys[i] !== GONE) keep.push(i);
    const isFloat = keep.map((i) => this.isFloat(i));
    const values = this.v;
    this.k = new Keys(
      keep.map((i) => keys[i]),
      keep.every((i) => typeof keys[i] === "string"),
      true,
      true,
    );
    if (floats !== null) this.k.floats = new Set(keep.flatMap((i, at) => (floats.has(i) ? [at] : [])));
    this.v = keep.map((i) => values[i]);
    this.f = 0;
    isFloat.forEach((on, at) => {
      if (on) this.setFloat(at, true);
    });
  }

  [pyPairs](value: object): Pairs {
    const other = asDict(value);
    if (other === null || this.size !== other.size) return null;
    if (this.k === other.k) return [this.v, other.v];
    const mine: unknown[] = [];
    const theirs: unknown[] = [];
    for (const [key, item] of this) {
      if (!other.has(key)) return null;
      mine.push(item);
      theirs.push(other.get(key));
    }
    return [mine, theirs];
  }
  [pyRepr](): Parts {
    return dictParts(this, "{", "}");
  }
  [pyJS](): unknown {
    return this;
  }
  [inspect](): string {
    return inspectText(this);
  }
  /** As Python prints it; a million characters at most. */
  toString(): string {
    return repr(this, { maxChars: MOST_CHARS });
  }
}

/** A dict, Map or plain object as a dict; null for everything else. */
function asDict(value: object): PyDict | null {
  if (value instanceof PyDict) return value;
  if (value instanceof Map) return new PyDict(value);
  return isPlain(value) ? new PyDict<unknown>(Object.entries(value)) : null;
}

/** Keys and values of a dict as their reprs are to show them: integral floats as floats. */
export function shownEntries(dict: PyDict): [key: unknown, value: unknown][] {
  if (!dict.k.settled) dict.settle();
  const { keys, floats } = dict.k;
  const out: [unknown, unknown][] = [];
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] !== GONE)
      out.push([floatShown(keys[i], floats?.has(i) ?? false), floatShown(dict.v[i], dict.isFloat(i))]);
  }
  return out;
}

/** Parts of a dict's repr between `open` and `close`. */
export function dictParts(dict: PyDict, open: string, close: string): Parts {
  const parts: Parts = [];
  let text = open;
  for (const [key, value] of shownEntries(dict)) {
    parts.push(text, key, ": ", value);
    text = ", ";
  }
  parts.push(parts.length === 0 ? open + close : close);
  return parts;
}

export function floatShown(value: unknown, isFloat: boolean): unknown {
  return isFloat && typeof value === "number" ? new ShownFloat(value) : value;
}
