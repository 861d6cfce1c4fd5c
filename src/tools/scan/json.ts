/**
 * JSON with every value of every key: readers differ in which of two equal keys they take.
 *
 * @module
 */

/** A value. */
export type Json =
  | { readonly kind: "scalar"; readonly value: string | number | boolean | null; readonly at: number }
  | { readonly kind: "array"; readonly items: Json[]; readonly at: number }
  | { readonly kind: "object"; readonly pairs: [key: string, value: Json][]; readonly at: number };

const TOKEN = /\s*(?:([[\]{},:])|(")|([-+\w.]+))/uy;

/** Reads JSON as Python does (NaN and Infinity as well), without recursion; null for what is none. */
export function parseJson(text: string): Json | null {
  const token = new RegExp(TOKEN);
  const open: Json[] = [];
  let root: Json | null = null;
  let key: string | null = null;
  const put = (value: Json): boolean => {
    const parent = open.at(-1);
    if (parent === undefined) {
      if (root !== null) return false;
      root = value;
    } else if (parent.kind === "array") parent.items.push(value);
    else if (parent.kind === "object" && key !== null) {
      parent.pairs.push([key, value]);
      key = null;
    } else return false;
    return true;
  };
  const end = text.trimEnd().length;
  while (token.lastIndex < end) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) return null;
    const [, sign, quote, word] = match;
    const string = quote === undefined ? undefined : stringAt(text, token);
    if (sign === "{" || sign === "[") {
      const made: Json = sign === "{" ? { kind: "object", pairs: [], at } : { kind: "array", items: [], at };
      if (!put(made)) return null;
      open.push(made);
    } else if (sign === "}" || sign === "]") {
      if (open.pop()?.kind !== (sign === "}" ? "object" : "array")) return null;
    } else if (sign === undefined) {
      const value = string === undefined ? scalar(word as string) : textOf(string);
      if (value === undefined) return null;
      const parent = open.at(-1);
      if (parent?.kind === "object" && key === null) {
        if (typeof value !== "string") return null;
        key = value;
      } else if (!put({ kind: "scalar", value, at })) return null;
    }
  }
  return open.length === 0 ? root : null;
}

/** The string whose opening quote was read, quotes and all: long ones are more than a regular expression takes. */
function stringAt(text: string, token: RegExp): string {
  const begin = token.lastIndex - 1;
  let end = begin + 1;
  for (; end < text.length && text[end] !== '"'; end++) if (text[end] === "\\") end++;
  token.lastIndex = Math.min(end + 1, text.length);
  return text.slice(begin, token.lastIndex);
}

function textOf(string: string): string | undefined {
  try {
    return JSON.parse(string.replace(/[\x00-\x1f]/g, " ")) as string;
  } catch {
    return undefined;
  }
}

function scalar(word: string): number | boolean | null | undefined {
  if (word === "null") return null;
  if (word === "true" || word === "false") return word === "true";
  const n = word === "NaN" ? Number.NaN : Number(word);
  return Number.isNaN(n) && word !== "NaN" ? undefined : n;
}
