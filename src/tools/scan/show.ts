/**
 * Values of a traced pickle as text.
 *
 * @module
 */
import type { Symbolic } from "../../formats/pickle/tools/index.ts";

const MOST = 120;
const DEEPEST = 4;

/** Arguments as Python would write them, shortened. */
export function shown(args: readonly Symbolic[]): string {
  return shorten(
    args
      .slice(0, 8)
      .map((arg) => text(arg, 0))
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

function text(value: Symbolic, depth: number): string {
  switch (value.kind) {
    case "atom":
      return atom(value.value);
    case "global":
      return nameOf(value.global);
    case "made":
      if (depth === DEEPEST) return "…";
      return `${text(value.by, depth + 1)}(${value.args
        .slice(0, 4)
        .map((arg) => text(arg, depth + 1))
        .join(", ")})`;
    case "persistent":
      return "<persistent id>";
    case "unknown":
      return "?";
    default: {
      const inside =
        depth === DEEPEST
          ? "…"
          : value.items
              .slice(0, 4)
              .map((item) => text(item, depth + 1))
              .join(", ");
      const more = value.items.length > 4 ? ", …" : "";
      if (value.kind === "list") return `[${inside}${more}]`;
      if (value.kind === "tuple") return `(${inside}${more}${value.items.length === 1 ? "," : ""})`;
      return `${value.kind}(${inside}${more})`;
    }
  }
}

function atom(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (value instanceof Uint8Array) {
    const head = String.fromCharCode(...value.subarray(0, 24));
    return `b${JSON.stringify(head)}${value.length > 24 ? `… (${value.length} bytes)` : ""}`;
  }
  if (typeof value === "bigint") return value < 1n << 256n && -value < 1n << 256n ? String(value) : "a very long int";
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}
