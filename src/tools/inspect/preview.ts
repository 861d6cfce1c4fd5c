/**
 * Values in one short line.
 *
 * @module
 */
import { MaskedArray, NDArray } from "../../core/ndarray/index.ts";
import { reprFloat } from "../../core/values/literal.ts";
import { tableOf } from "../../core/values/protocol.ts";
import { repr } from "../../core/values/repr.ts";

const WIDTH = 80;
/** Characters that would act on a terminal, or turn the direction of text. */
const ACTING = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** At most 80 characters of a value's `repr` (of an array's `str`, on one line); never acts on a terminal. */
export function preview(value: unknown, isFloat = false): string {
  if (isFloat && typeof value === "number") return reprFloat(value);
  if (value instanceof NDArray || value instanceof MaskedArray) return short(harmless(onOneLine(String(value))));
  const table = tableOf(value);
  if (table !== null) return short(harmless(onOneLine(table.preview)));
  let shown = value;
  let cut = false;
  if ((typeof value === "string" || value instanceof Uint8Array) && value.length > WIDTH) {
    shown = value.slice(0, WIDTH);
    cut = true;
  }
  // What is broken into lines here is layout: those of text are escaped.
  const text = harmless(onOneLine(repr(shown, { recursion: "named", maxChars: WIDTH - 1 })));
  if (text.length > WIDTH) return short(text);
  return cut && !text.endsWith("…") ? `${text.slice(0, WIDTH - 1)}…` : text;
}

function onOneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ");
}

function short(text: string): string {
  return text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text;
}

/** The text with characters that act on a terminal escaped. */
export function harmless(text: string): string {
  return text.replace(ACTING, (char) => {
    const code = char.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}
