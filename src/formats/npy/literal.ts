/**
 * Python's literals, as headers of npy files hold them: text, ints, True, False, None, tuples, lists, dicts.
 *
 * Nothing is evaluated. Source: docs.python.org, `ast.literal_eval`.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import { tupleFrom } from "../../core/values/tuple.ts";

const MAX_DEPTH = 64;
const SPACE = /(?:[ \t\r\n\f]|#[^\n]*)*/y;
const INT = /[+-]?(?:0[xX][0-9a-fA-F]+|0|[1-9]\d*(?:_\d+)*)L?(?![\w.])/y;
const WORD = /True|False|None/y;
const TEXT = /[uU]?(?:'((?:[^'\\\n]|\\[\s\S])*)'|"((?:[^"\\\n]|\\[\s\S])*)")/y;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g;
const SHORT: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\n": "",
};

/**
 * Reads one literal; tuples are frozen arrays, dicts Maps. `FormatError` with the offset (counted from `base`) for
 * anything else.
 */
export function parseLiteral(text: string, base = 0): unknown {
  let at = 0;
  const fail = (what: string): FormatError =>
    new FormatError(`bad header: ${what}`, { offset: base + at, format: "npy" });

  function skip(): void {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    at = SPACE.lastIndex;
  }

  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  }

  function items(close: string, depth: number, one: () => void): boolean {
    at++;
    let comma = false;
    for (let n = 0; ; n++) {
      skip();
      if (text[at] === close) {
        at++;
        return comma || n !== 1;
      }
      if (n > 0 && !comma) throw fail(`"," or "${close}" is missing`);
      if (depth >= MAX_DEPTH) throw fail(`more than ${MAX_DEPTH} levels`);
      one();
      skip();
      comma = text[at] === ",";
      if (comma) at++;
    }
  }

  function value(depth: number): unknown {
    skip();
    const ch = text[at];
    if (ch === "(" || ch === "[") {
      const list: unknown[] = [];
      const isTuple = items(ch === "(" ? ")" : "]", depth, () => list.push(value(depth + 1)));
      if (ch === "[") return list;
      return isTuple ? tupleFrom(list) : list[0];
    }
    if (ch === "{") {
      const dict = new Map<unknown, unknown>();
      items("}", depth, () => {
        const key = value(depth + 1);
        skip();
        if (text[at] !== ":") throw fail('":" is missing');
        at++;
        dict.set(key, value(depth + 1));
      });
      return dict;
    }
    const start = at;
    const word = take(WORD);
    if (word !== null) return word[0] === "None" ? null : word[0] === "True";
    const int = take(INT);
    if (int !== null) {
      const n = Number(int[0].replace(/[L_]/g, ""));
      if (Number.isSafeInteger(n)) return n;
      at = start;
      throw fail(`the int ${int[0]} is too large`);
    }
    const quoted = take(TEXT);
    if (quoted === null) throw fail(ch === undefined ? "it ends too early" : "this is no literal");
    return (quoted[1] ?? quoted[2] ?? "").replace(ESCAPE, (all, x, u, U, octal, other) => {
      if (other !== undefined) return SHORT[other] ?? (/["'\\]/.test(other) ? other : all);
      const code = octal === undefined ? Number.parseInt(x ?? u ?? U, 16) : Number.parseInt(octal, 8);
      if (code > 0x10ffff) throw fail("a character beyond U+10FFFF");
      return String.fromCodePoint(code);
    });
  }

  const result = value(0);
  skip();
  if (at < text.length) throw fail("something follows the dict");
  return result;
}
