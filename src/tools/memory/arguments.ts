/**
 * Which argument is which: a function's parameters by name, from its source text (joblib/func_inspect.py, `filter_args`).
 *
 * @module
 */
import { PyDict } from "../../core/values/dict.ts";

/** Parameters of a function, in order, and whether the last takes the rest. */
export interface Parameters {
  readonly names: readonly string[];
  readonly rest: boolean;
}

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** The end of a piece of text in quotes, or of a comment, that begins at `at`; `at` itself where none begins. */
function skipped(text: string, at: number): number {
  const two = text.slice(at, at + 2);
  if (two === "//") return (text.indexOf("\n", at) + 1 || text.length + 1) - 1;
  if (two === "/*") return text.indexOf("*/", at + 2) + 2 || text.length + 2;
  const quote = text[at] as string;
  if (!/["'`]/.test(quote)) return at;
  let i = at + 1;
  while (i < text.length && text[i] !== quote) i += text[i] === "\\" ? 2 : 1;
  return i + 1;
}

/** The text between the bracket at `open` and its partner, cut at top-level commas; null when there is no partner. */
function parts(text: string, open: number): string[] | null {
  const stack: string[] = [];
  const found: string[] = [];
  let from = open + 1;
  let piece = "";
  for (let i = open; i < text.length; ) {
    const end = skipped(text, i);
    if (end > i) {
      // Comments are dropped, texts kept (they may hold commas).
      piece += /["'`]/.test(text[i] as string) ? text.slice(i, end) : " ";
      i = from = end;
      continue;
    }
    const ch = text[i] as string;
    const close = CLOSING[ch];
    if (close !== undefined) {
      stack.push(close);
      if (stack.length > 1) piece += ch;
    } else if (ch === stack.at(-1)) {
      stack.pop();
      if (stack.length === 0) return piece.trim() === "" ? found : [...found, piece];
      piece += ch;
    } else if (ch === "," && stack.length === 1) {
      found.push(piece);
      piece = "";
    } else piece += ch;
    i++;
  }
  return from < 0 ? found : null;
}

/** The parameters that a function's source text tells; null for a function of the machine's own, or a bound one. */
export function parametersOf(source: string): Parameters | null {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) return null;
  const single = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u.exec(source);
  if (single !== null) return { names: [single[1] as string], rest: false };
  let open = 0;
  while (open < source.length && source[open] !== "(") open = Math.max(skipped(source, open), open + 1);
  const found = parts(source, open);
  if (found === null) return null;
  const names = found.map((part, i) => {
    const name = /^\s*(?:\.\.\.\s*)?([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(part)?.[1];
    // A parameter that is taken apart has no name.
    return name ?? `_${i}`;
  });
  return { names, rest: /^\s*\.\.\./.test(found.at(-1) ?? "") };
}

/** How arguments are told apart. */
export interface BindOptions {
  ignore: readonly string[];
  defaults: Readonly<Record<string, unknown>>;
}

/**
 * Arguments by the names of their parameters; what the rest parameter takes, and what is beyond the last, under `"*"`.
 * `RangeError` for a name to be ignored that is no parameter.
 */
export function bound(
  params: Parameters | null,
  args: readonly unknown[],
  options: BindOptions,
): PyDict<string, unknown> {
  const dict = new PyDict<string, unknown>();
  const { names, rest } = params ?? { names: [], rest: true };
  const own = rest ? names.slice(0, -1) : names;
  for (const [i, name] of own.entries()) {
    const value =
      args[i] !== undefined ? args[i] : Object.hasOwn(options.defaults, name) ? options.defaults[name] : undefined;
    if (value !== undefined) dict.set(name, value);
  }
  const more = args.slice(own.length);
  if (rest || more.length > 0) dict.set("*", more);
  for (const name of options.ignore) {
    if (!own.includes(name) && name !== "*") {
      throw new RangeError(`Ignore list: argument '${name}' is not defined for a function of (${names.join(", ")})`);
    }
    dict.delete(name);
  }
  return dict;
}
