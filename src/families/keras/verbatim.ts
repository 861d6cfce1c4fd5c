/**
 * Configurations on their way back to Python: numbers as they stood in the file, for JSON of JavaScript knows no
 * difference between 1.0 and 1, and TensorFlow's functions do.
 *
 * @module
 */
import type { Config } from "./layer.ts";

const TOKENS = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?\d[\d.eE+-]*/g;
/** What marks a text as a number's own. */
const MARK = "\\u0000";
const MARKED = /"\\u0000(-?(?:Infinity|NaN|\d[\d.eE+-]*))"/g;

/** Would JavaScript write the number otherwise, or not at all? */
function isOwn(token: string): boolean {
  if (/^-?[IN]/.test(token)) return true;
  const value = Number(token);
  return /[.eE]/.test(token) ? Number.isInteger(value) : !Number.isSafeInteger(value);
}

/** A configuration whose numbers are texts where JavaScript would not write them so. */
export function marked(text: string): Config {
  return JSON.parse(
    text.replace(TOKENS, (token) => (token[0] !== '"' && isOwn(token) ? `"${MARK}${token}"` : token)),
  ) as Config;
}

/** The text of such a configuration. */
export function verbatim(config: unknown): string {
  return JSON.stringify(config).replace(MARKED, "$1");
}
