/**
 * Values as JSON text, of any depth.
 *
 * @module
 */

import { PyDict } from "../core/values/dict.ts";
import { toJSON } from "../core/values/json.ts";
import { toTypedJSON } from "../tools/typed/index.ts";
import type { Output } from "./io.ts";

interface Frame {
  readonly source: readonly unknown[] | Record<string, unknown>;
  readonly keys: readonly string[] | null;
  at: number;
}

/** Writes plain JSON without recursion, on one line or indented by two blanks. */
export function writePlain(plain: unknown, out: Output, indented: boolean): void {
  const stack: Frame[] = [];
  // Indents of a value many levels deep would be longer than all the rest.
  const gap = (): string => (indented && stack.length < 64 ? `\n${"  ".repeat(stack.length)}` : "");
  let next = plain;
  for (;;) {
    if (typeof next !== "object" || next === null) out.write(JSON.stringify(next));
    else {
      const keys = Array.isArray(next) ? null : Object.keys(next);
      const size = keys === null ? (next as unknown[]).length : keys.length;
      if (size === 0) out.write(keys === null ? "[]" : "{}");
      else {
        out.write(keys === null ? "[" : "{");
        stack.push({ source: next as Frame["source"], keys, at: 0 });
      }
    }
    for (;;) {
      const frame = stack.at(-1);
      if (frame === undefined) return;
      const { source, keys, at } = frame;
      if (at < (keys ?? (source as unknown[])).length) {
        if (at > 0) out.write(",");
        out.write(gap());
        frame.at++;
        if (keys === null) next = (source as unknown[])[at];
        else {
          const key = keys[at]!;
          out.write(`${JSON.stringify(key)}:${indented ? " " : ""}`);
          next = (source as Record<string, unknown>)[key];
        }
        break;
      }
      stack.pop();
      out.write(`${gap()}${keys === null ? "]" : "}"}`);
    }
  }
}

/** Writes a value as indented JSON. */
export function writeJSON(value: unknown, out: Output): void {
  writePlain(toJSON(value), out, true);
  out.write("\n");
}

/** Writes a value as indented JSON that loses nothing. */
export function writeTypedJSON(value: unknown, out: Output): void {
  writePlain(toTypedJSON(value), out, true);
  out.write("\n");
}

/** Writes the items of a list, tuple or set, the entries of a dict, or the one value, one line each. */
export function writeNDJSON(value: unknown, out: Output): void {
  const list =
    typeof value === "object" && value !== null && Symbol.iterator in value && !(value instanceof Uint8Array);
  const items: Iterable<unknown> =
    value instanceof PyDict
      ? [...value].map(
          ([key, item]) =>
            new PyDict([
              ["key", key],
              ["value", item],
            ]),
        )
      : list
        ? (value as Iterable<unknown>)
        : [value];
  for (const item of items) {
    writePlain(toJSON(item), out, false);
    out.write("\n");
  }
}
