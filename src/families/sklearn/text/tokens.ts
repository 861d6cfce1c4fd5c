/**
 * From a document to its terms (sklearn/feature_extraction/text.py, _VectorizerMixin).
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { PySet } from "../../../core/values/set.ts";
import type { Estimator } from "../estimator.ts";
import { flag, floatsOf, labelsOf, plain, text, wrong } from "../fields.ts";
import { ENGLISH } from "./stopwords.ts";

/** A word character of Python's `re`: a letter or a number of any script, not a mark. */
const WORD = "\\p{L}\\p{N}_";

/** Python's pattern in JavaScript's words: `\w`, `\W`, `\b`, `\B` and `\d` know all scripts, flags in front go away. */
function patternOf(est: Estimator, source: string): RegExp {
  let flags = "gu";
  let body = source;
  const head = /^\(\?([aiLmsux]+)\)/.exec(body);
  if (head !== null) {
    body = body.slice(head[0].length);
    for (const letter of head[1] as string) {
      if ("ims".includes(letter)) flags += letter;
      else if (letter !== "u")
        throw new UnsupportedError("token_pattern", `the flag ${letter} of token_pattern is not known here`);
    }
  }
  let out = "";
  let inClass = false;
  for (let i = 0; i < body.length; i++) {
    const c = body[i] as string;
    if (c !== "\\") {
      if (c === "[") inClass = true;
      if (c === "]") inClass = false;
      out += c;
      // `(?P<name>…)` is `(?<name>…)` here.
      if (c === "(" && body.startsWith("?P<", i + 1)) {
        out += "?";
        i += 2;
      }
      continue;
    }
    const next = body[++i] ?? "";
    if (next === "w") out += inClass ? WORD : `[${WORD}]`;
    else if (next === "W" && !inClass) out += `[^${WORD}]`;
    else if (next === "b" && !inClass) out += `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`;
    else if (next === "B" && !inClass) out += `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`;
    else if (next === "d") out += inClass ? "\\p{Nd}" : "\\p{Nd}";
    else if (/[sSnrtfvD\\^$.*+?()[\]{}|/-]/.test(next)) out += next === "-" && !inClass ? "-" : `\\${next}`;
    else if (/[A-Za-z0-9]/.test(next)) out += `\\${next}`;
    else out += next;
  }
  try {
    return new RegExp(out, flags);
  } catch {
    throw new UnsupportedError(
      "token_pattern",
      `token_pattern ${JSON.stringify(source)} of ${est.name} is not known to JavaScript`,
    );
  }
}

function stopWords(est: Estimator): ReadonlySet<unknown> | null {
  const given = est.attrs.get("stop_words") ?? null;
  if (given === null) return null;
  if (plain(given) === "english") return ENGLISH;
  if (given instanceof PySet || given instanceof Set) return new Set(given.values() as Iterable<unknown>);
  return new Set(
    labelsOf(given) ??
      (typeof given === "object" && "values" in given ? (given as PySet).values() : wrong(est, "stop_words", "words")),
  );
}

/** Takes accents off, as `strip_accents` says. */
function stripperOf(est: Estimator): (text: string) => string {
  const rule = text(est, "strip_accents");
  if (rule === "unicode") return (s) => s.normalize("NFKD").replace(/\p{M}/gu, "");
  if (rule === "ascii") return (s) => s.normalize("NFKD").replace(/[^\0-\x7f]/g, "");
  return (s) => s;
}

/** The runs of `low` to `high` items, joined by `glue`. */
function runs(items: readonly string[], low: number, high: number, glue: string): string[] {
  const out: string[] = [];
  for (let n = low; n <= Math.min(high, items.length); n++) {
    for (let i = 0; i + n <= items.length; i++)
      out.push(n === 1 ? (items[i] as string) : items.slice(i, i + n).join(glue));
  }
  return out;
}

/** Characters within words, with a space at both ends. */
function wordRuns(document: string, low: number, high: number): string[] {
  const out: string[] = [];
  for (const word of document.split(/[\s\x1c-\x1f\x85]+/u)) {
    if (word === "") continue;
    const chars = [" ", ...word, " "];
    for (let n = low; n <= high; n++) {
      let offset = 0;
      out.push(chars.slice(0, n).join(""));
      while (offset + n < chars.length) out.push(chars.slice(++offset, offset + n).join(""));
      // A word that is shorter than the run counts once.
      if (offset === 0) break;
    }
  }
  return out;
}

/** The analyzer of a vectorizer: a document's terms, one after another. */
export function analyzerOf(est: Estimator): (document: unknown) => string[] {
  const analyzer = plain(est.attrs.get("analyzer") ?? "word");
  for (const name of ["preprocessor", "tokenizer"]) {
    if ((est.attrs.get(name) ?? null) !== null) refuse(est, name);
  }
  const lower = flag(est, "lowercase", true);
  const strip = stripperOf(est);
  const range = floatsOf(est.attrs.get("ngram_range") ?? [1, 1])?.data ?? wrong(est, "ngram_range", "a pair");
  const [low, high] = [range[0] as number, range[1] as number];
  const prepared = (document: unknown): string => {
    const source =
      document instanceof Uint8Array
        ? new TextDecoder(text(est, "encoding", "utf-8") ?? "utf-8").decode(document)
        : document;
    if (typeof source !== "string") throw new TypeError(`a document of ${est.name} must be text`);
    return strip(lower ? source.toLowerCase() : source);
  };
  if (analyzer === "char") {
    return (document) => runs([...prepared(document).replace(/\s\s+/gu, " ")], low, high, "");
  }
  if (analyzer === "char_wb") return (document) => wordRuns(prepared(document).replace(/\s\s+/gu, " "), low, high);
  if (analyzer !== "word") return refuse(est, "analyzer");
  const pattern = patternOf(est, text(est, "token_pattern", "(?u)\\b\\w\\w+\\b") ?? "");
  const stops = stopWords(est);
  return (document) => {
    const tokens: string[] = [];
    for (const found of prepared(document).matchAll(pattern)) {
      const token = found.length > 1 ? (found[1] ?? "") : found[0];
      if (stops === null || !stops.has(token)) tokens.push(token);
    }
    return high === 1 ? tokens : runs(tokens, low, high, " ");
  };
}

function refuse(est: Estimator, name: string): never {
  throw new UnsupportedError(name, `the ${name} of this ${est.name} is a function of Python's, which brine never runs`);
}
