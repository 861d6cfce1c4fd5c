/**
 * Python's set and frozenset, with Python's equality of elements.
 *
 * @module
 */
import { floatShown } from "./dict.ts";
import type { Pairs } from "./equal.ts";
import { GONE, Keys } from "./keys.ts";
import { inspect, type Parts, pyKey, pyPairs, pyRepr, pyType } from "./protocol.ts";
import { inspectText, MOST_CHARS, repr } from "./repr.ts";

/** What set and frozenset share. */
abstract class Elements<T> {
  /** @internal elements */
  k: Keys;
  /** @internal slot in a dumper's memo */
  m: number;

  constructor(items?: Iterable<T> | null) {
    this.k = new Keys([], true, true, true);
    this.m = -1;
    if (items) for (const item of items) if (this.k.find(item) < 0) this.k.push(item);
  }

  get size(): number {
    this.settle();
    return this.k.keys.length - this.k.gone;
  }

  has(item: T): boolean {
    this.settle();
    return this.k.find(item) >= 0;
  }

  *values(): IterableIterator<T> {
    this.settle();
    for (const item of this.k.keys) if (item !== GONE) yield item as T;
  }

  keys(): IterableIterator<T> {
    return this.values();
  }

  *entries(): IterableIterator<[T, T]> {
    for (const item of this.values()) yield [item, item];
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.values();
  }

  forEach(visit: (value: T, key: T, set: this) => void): void {
    for (const item of this.values()) visit(item, item, this);
  }

  /** @internal Drops elements equal to an earlier one. */
  settle(): void {
    if (this.k.settled) return;
    const found = this.k.duplicates();
    if (found === null) return;
    const { keys, floats } = this.k;
    const keep: number[] = [];
    for (let i = 0; i < keys.length; i++) if (!found.has(i)) keep.push(i);
    this.k = new Keys(
      keep.map((i) => keys[i]),
      this.k.text,
      true,
      true,
    );
    if (floats !== null) this.k.floats = new Set(keep.flatMap((i, at) => (floats.has(i) ? [at] : [])));
  }

  [pyPairs](value: object): Pairs {
    const other = value instanceof Set ? new PySet(value) : value;
    if (!(other instanceof Elements) || this.size !== other.size) return null;
    for (const item of this) if (!other.has(item)) return null;
    return [[], []];
  }

  protected parts(open: string, close: string, empty: string): Parts {
    this.settle();
    const { keys, floats } = this.k;
    const parts: Parts = [];
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] !== GONE) parts.push(parts.length ? ", " : open, floatShown(keys[i], floats?.has(i) ?? false));
    }
    return parts.length ? [...parts, close] : [empty];
  }
}

/**
 * A Python set: `1`, `true` and `1.0` are one element, tuples are equal by content, a list is refused (`TypeError`).
 *
 * @example
 * ```ts
 * new PySet([1, true]).size; // 1
 * ```
 */
export class PySet<T = unknown> extends Elements<T> {
  get [pyType](): string {
    return "set";
  }

  /** @internal */
  static of(k: Keys): PySet {
    const set = new PySet();
    set.k = k;
    return set;
  }

  add(item: T): this {
    this.settle();
    if (this.k.find(item) < 0) this.k.push(item);
    return this;
  }

  delete(item: T): boolean {
    this.settle();
    const at = this.k.find(item);
    if (at < 0) return false;
    this.k.remove(at);
    return true;
  }

  clear(): void {
    this.k = new Keys([], true, true, true);
  }

  [pyRepr](): Parts {
    return this.parts("{", "}", "set()");
  }
  [inspect](): string {
    return inspectText(this);
  }
  /** As Python prints it; a million characters at most. */
  override toString(): string {
    return repr(this, { maxChars: MOST_CHARS });
  }
}

/** A Python frozenset: an immutable {@link PySet}, hashable by content. */
export class PyFrozenSet<T = unknown> extends Elements<T> {
  get [pyType](): string {
    return "frozenset";
  }

  /** @internal */
  static of(k: Keys): PyFrozenSet {
    const set = new PyFrozenSet();
    set.k = k;
    return set;
  }

  [pyKey](): unknown {
    return [...this.values()];
  }
  [pyRepr](): Parts {
    return this.parts("frozenset({", "})", "frozenset()");
  }
  [inspect](): string {
    return inspectText(this);
  }
  /** As Python prints it; a million characters at most. */
  override toString(): string {
    return repr(this, { maxChars: MOST_CHARS });
  }
}
