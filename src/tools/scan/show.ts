/**
 * Values of a traced pickle as text.
 *
 * @module
 */
import type { Symbolic } from "../../formats/pickle/tools/index.ts";

const MOST = 120;
const DEEPEST = 4;
/** Values that one text is made of at most: a small stream may hold vast ones, each within the other. */
const MOST_VALUES = 60;

/** Arguments as Python would write them, shortened. */
export function shown(args: readonly Symbolic[]): string {
  const line = new Line();
  return shorten(
    args
      .slice(0, 8)
      .map((arg) => line.text(arg, 0))
      .join(", "),
  );
}

/** The name of a reference, as far as the bytes tell. */
export function nameOf({ module, name }: { module: string | null; name: string | null }): string {
  return module === null || name === null ? "?" : `${module}.${name}`;
}

function shorten(line: string): string {
  return line.length > MOST ? `${line.slice(0, MOST - 1)}…` : line;
}

class Line {
  #left = MOST_VALUES;

  text(value: Symbolic, depth: number): string {
    if (this.#left-- <= 0) return "…";
    switch (value.kind) {
      case "atom":
        return atom(value.value);
      case "global":
        return nameOf(value.global);
      case "made":
        if (depth === DEEPEST) return "…";
        return `${this.text(value.by, depth + 1)}(${this.#several(value.args, depth)})`;
      case "persistent":
        return "<persistent id>";
      case "unknown":
        return "?";
      default: {
        const inside = depth === DEEPEST ? "…" : this.#several(value.items, depth);
        const more = value.items.length > 4 ? ", …" : "";
        if (value.kind === "list") return `[${inside}${more}]`;
        if (value.kind === "tuple") return `(${inside}${more}${value.items.length === 1 ? "," : ""})`;
        return `${value.kind}(${inside}${more})`;
      }
    }
  }

  #several(values: readonly Symbolic[], depth: number): string {
    return values
      .slice(0, 4)
      .map((one) => this.text(one, depth + 1))
      .join(", ");
  }
}

const VERY_LONG = 1n << 256n;

function atom(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (value instanceof Uint8Array) {
    const head = String.fromCharCode(...value.subarray(0, 24));
    return `b${JSON.stringify(head)}${value.length > 24 ? `… (${value.length} bytes)` : ""}`;
  }
  if (typeof value === "bigint") return value < VERY_LONG && -value < VERY_LONG ? String(value) : "a very long int";
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}
