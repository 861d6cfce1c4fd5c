/**
 * Reads what a trace tells: states of objects, texts, bytes.
 *
 * @module
 */
import { decodeLatin1 } from "../../core/bytes/text.ts";
import type { GlobalReference, GlobalUse, Made, Symbolic } from "../../formats/pickle/tools/index.ts";

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

/** The entries of a dict whose keys are texts; null for another value. */
export function entriesOf(value: Symbolic | undefined): Map<string, Symbolic> | null {
  // What __reduce__ gives with slots is a pair: attributes, and slots.
  if (value?.kind === "tuple" && value.items.length === 2) {
    const parts = value.items.map((item) => entriesOf(item));
    return parts[0] || parts[1] ? new Map([...(parts[0] ?? []), ...(parts[1] ?? [])]) : null;
  }
  if (value?.kind !== "dict") return null;
  const entries = new Map<string, Symbolic>();
  for (let i = 0; i + 1 < value.items.length; i += 2) {
    const key = textOf(value.items[i]);
    if (key !== null) entries.set(key, value.items[i + 1]!);
  }
  return entries;
}

/** The attributes that a BUILD gives. */
export function stateOf(use: GlobalUse): Map<string, Symbolic> | null {
  return use.kind === "setstate" ? entriesOf(use.args[0]) : null;
}

/** A value that a call of such a name made; null for others. */
export function madeBy(value: Symbolic | undefined, full: RegExp): Made | null {
  return value?.kind === "made" && value.by.kind === "global" && full.test(fullName(value.by.global) ?? "")
    ? value
    : null;
}
