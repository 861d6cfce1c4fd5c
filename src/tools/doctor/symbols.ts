/**
 * Reads what a trace tells: states of objects, texts, bytes.
 *
 * @module
 */
import { decodeLatin1 } from "../../core/bytes/text.ts";
import type { Container, GlobalReference, GlobalUse, Made, Symbolic } from "../../formats/pickle/tools/index.ts";

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** The full name of a reference; null when the stream does not tell. */
export function fullName({ module, name }: GlobalReference): string | null {
  return module === null || name === null ? null : `${module}.${name}`;
}

/** The text of a value, of Python 2's str too. */
export function textOf(value: Symbolic | undefined): string | null {
  if (value?.kind !== "atom") return null;
  if (typeof value.value === "string") return value.value;
  return value.type === "bytes" && value.value instanceof Uint8Array ? decodeLatin1(value.value) : null;
}

/** States of objects as maps, each made once: many objects may share one. */
export class States {
  readonly #known = new WeakMap<Symbolic, ReadonlyMap<string, Symbolic>>();

  /** The entries of a dict whose keys are texts; null for another value. */
  of(value: Symbolic | undefined): ReadonlyMap<string, Symbolic> | null {
    if (value?.kind === "dict") return this.#dict(value);
    // What __reduce__ gives with slots is a pair: attributes, and slots.
    if (value?.kind !== "tuple" || value.items.length !== 2) return null;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const parts = value.items.flatMap((item) => (item.kind === "dict" ? [this.#dict(item)] : []));
    if (parts.length === 0) return null;
    const entries = new Map(parts.flatMap((part) => [...part]));
    this.#known.set(value, entries);
    return entries;
  }

  /** The attributes that a BUILD gives. */
  given(use: GlobalUse): ReadonlyMap<string, Symbolic> | null {
    return use.kind === "setstate" ? this.of(use.args[0]) : null;
  }

  #dict(dict: Container): ReadonlyMap<string, Symbolic> {
    const known = this.#known.get(dict);
    if (known !== undefined) return known;
    const entries = new Map<string, Symbolic>();
    for (let i = 0; i + 1 < dict.items.length; i += 2) {
      const key = textOf(dict.items[i]);
      if (key !== null) entries.set(key, dict.items[i + 1]!);
    }
    this.#known.set(dict, entries);
    return entries;
  }
}

/** A value that a call of such a name made; null for others. */
export function madeBy(value: Symbolic | undefined, full: RegExp): Made | null {
  return value?.kind === "made" && value.by.kind === "global" && full.test(fullName(value.by.global) ?? "")
    ? value
    : null;
}
