/**
 * Estimators as scikit-learn prints them (sklearn/utils/_pprint.py): parameters that are not the defaults, in lines of
 * 80 characters. Versions before 0.23 print all of them, and those before 0.21 break lines in a way of their own
 * (sklearn/base.py).
 *
 * @module
 */
import { NumpyScalar } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { repr, ShownFloat } from "../../core/values/repr.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { isFloatAt, isTuple, tuple } from "../../core/values/tuple.ts";
import type { Estimator } from "./estimator.ts";
import { isSince } from "./fields.ts";
import { objectText, oldLines, shownAt, splitterText } from "./objecttext.ts";
import { PARAMS } from "./params.ts";

/** An estimator as far as it is printed, without knowing its class (which knows this file). */
interface Printed {
  readonly name: string;
  readonly version: string | null;
  readonly attrs: PyDict<string, unknown>;
  getParams(deep?: boolean): PyDict<string, unknown>;
}

function isPrinted(value: unknown): value is Printed {
  return typeof value === "object" && value !== null && "getParams" in value && "attrs" in value;
}

function isAtLeast(version: string | null, least: string): boolean {
  const [major, minor] = least.split(".").map(Number) as [number, number];
  return isSince(version, major, minor);
}

/** Parameters of a class with the default that a version has, as text; `?` where there is none. */
function defaultsOf(name: string, version: string | null): Map<string, string> {
  const out = new Map<string, string>();
  const row = Object.hasOwn(PARAMS, name) ? (PARAMS[name] as string) : "";
  for (const word of row === "" ? [] : row.split("; ")) {
    const cut = word.indexOf("=");
    const [param, since, until] = word.slice(0, cut).split("@") as [string, string?, string?];
    if ((since && !isAtLeast(version, since)) || (until && isAtLeast(version, until))) continue;
    const [first, ...later] = word.slice(cut + 1).split("|") as [string, ...string[]];
    let value = first;
    for (const change of later) {
      const colon = change.indexOf(":");
      if (isAtLeast(version, change.slice(0, colon))) value = change.slice(colon + 1);
    }
    out.set(param, value);
  }
  return out;
}

/** The parameters of an estimator: those its class is known to have, else attributes that look like some. */
export function paramsOf(est: Estimator, deep: boolean): PyDict<string, unknown> {
  const out = new PyDict<string, unknown>();
  const known = defaultsOf(est.name, est.version);
  for (const name of known.keys()) {
    // Older TfidfVectorizers keep some of theirs in the transformer within.
    const inner = est.attrs.get("_tfidf");
    const from = est.attrs.has(name) ? est.attrs : isPrinted(inner) ? inner.attrs : null;
    if (!from?.has(name)) {
      // What is missing was None until 0.24; the table begins with 0.20, and earlier versions did not have all of it.
      if (isSince(est.version, 0, 20) && !isSince(est.version, 0, 24)) out.set(name, null);
      continue;
    }
    if (deep) addDeep(out, name, from.get(name));
    copyParam(from, out, name);
  }
  return out;
}

function copyParam(from: PyDict<string, unknown>, to: PyDict<string, unknown>, name: string, as = name): void {
  to.set(as, from.get(name));
  to.setFloat(to.k.find(as), from.isFloat(from.k.find(name)));
}

function addDeep(out: PyDict<string, unknown>, name: string, value: unknown): void {
  if (isPrinted(value)) {
    const inner = value.getParams(true);
    for (const key of inner.keys()) copyParam(inner, out, key, `${name}__${key}`);
    return;
  }
  // The named parts of pipelines, unions and votes.
  if (!Array.isArray(value)) return;
  for (const part of value) {
    if (!Array.isArray(part) || typeof part[0] !== "string" || !isPrinted(part[1])) continue;
    out.set(part[0], part[1]);
    const inner = part[1].getParams(true);
    for (const key of inner.keys()) copyParam(inner, out, key, `${part[0]}__${key}`);
  }
}

/** The parameters that are printed, by name. */
function printedParams(est: Printed): [string, unknown][] {
  const params = est.getParams();
  const defaults = defaultsOf(est.name, est.version);
  const all = !isSince(est.version, 0, 23);
  const names = [...params.keys()].sort();
  return names.flatMap((name): [string, unknown][] => {
    const value = ofVersion(shownAt(params, name), est.version);
    if (all || isPrinted(value)) return [[name, value]];
    return isDefault(value, defaults.get(name) ?? "?") ? [] : [[name, value]];
  });
}

/**
 * A value as far as the version decides how it is printed: NumPy says what its scalars are since its version 2, which
 * scikit-learn has known since 1.4, and splitters have had other parameters.
 */
function ofVersion(value: unknown, version: string | null, level = 0): unknown {
  const splitter = splitterText(value, version);
  if (splitter !== null) return new Shown(splitter);
  if (isSince(version, 1, 4) || level > MAX_LEVELS) return value;
  if (value instanceof NumpyScalar) {
    if (value.dtype.kind !== "f") return value.value;
    return value.dtype.itemsize === 4 ? new Shown(String(value)) : new ShownFloat(value.value as number);
  }
  if (Array.isArray(value) && value.some((item) => item instanceof NumpyScalar)) {
    const items = itemsOf(value).map((item) => ofVersion(item, version, level + 1));
    return isTuple(value) ? tuple(...items) : items;
  }
  if (value instanceof PyDict) {
    const made = new PyDict();
    for (const [i, key] of [...value.keys()].entries()) {
      made.set(key, ofVersion(value.get(key), version, level + 1));
      if (typeof value.get(key) === "number") made.setFloat(i, value.isFloat(i));
    }
    return made;
  }
  return value;
}

/** Is this the text of a value? NumPy's scalars are printed in two ways, and functions with an address. */
function isDefault(value: unknown, text: string): boolean {
  if (value instanceof PyGlobal && text.startsWith("<function ")) return text === `<function ${value.name}>`;
  const bare = (one: string): string => one.replace(/^np\.\w+\((.*)\)$/, "$1");
  return bare(textOf(value)) === bare(text);
}

/** NumPy's functions that print as ufuncs. */
const UFUNCS =
  /^(log|log1p|log2|log10|exp|exp2|expm1|sqrt|cbrt|square|absolute|fabs|sign|negative|reciprocal|(?:arc)?(?:sin|cos|tan)h?|floor|ceil|trunc|rint|isnan|deg2rad|rad2deg|add|subtract|multiply|divide|maximum|minimum|power)$/;

/** A value whose text is known. */
class Shown {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Levels that are printed; what lies deeper is three dots. */
const MAX_LEVELS = 40;

/** A value on one line. */
function textOf(value: unknown, level = 0): string {
  if (level > MAX_LEVELS) return "...";
  if (value instanceof Shown) return value.text;
  if (isPrinted(value)) {
    const params = printedParams(value).map(([name, one]) => `${name}=${textOf(one, level + 1)}`);
    return `${value.name}(${params.join(", ")})`;
  }
  if (Array.isArray(value) && (holdsEstimator(value, 3) || value.some((item) => item instanceof Shown))) {
    const items = itemsOf(value).map((item) => textOf(item, level + 1));
    if (!isTuple(value)) return `[${items.join(", ")}]`;
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
  }
  if (value instanceof PyDict && value.size > 0) {
    const inner = pairsOf(value).map(([key, one]) => `${textOf(key, level + 1)}: ${textOf(one, level + 1)}`);
    return `{${inner.join(", ")}}`;
  }
  if (value instanceof PyGlobal && value.module.startsWith("numpy") && UFUNCS.test(value.name)) {
    return `<ufunc '${value.name}'>`;
  }
  // Objects of other packages may hold whole models as bytes.
  return objectText(value) ?? repr(value, value instanceof PyObject ? { maxChars: 120 } : {});
}

function itemsOf(list: readonly unknown[]): unknown[] {
  return list.map((item, i) => (typeof item === "number" && isFloatAt(list, i) ? new ShownFloat(item) : item));
}

function holdsEstimator(value: unknown, levels: number): boolean {
  if (isPrinted(value)) return true;
  return levels > 0 && Array.isArray(value) && value.some((item) => holdsEstimator(item, levels - 1));
}

/** The pairs of a dict by its keys, as `pprint` sorts them. */
function pairsOf(dict: PyDict): [unknown, unknown][] {
  const pairs = [...dict.keys()].map((key, i): [unknown, unknown] => {
    const one = dict.get(key);
    return [key, typeof one === "number" && dict.isFloat(i) ? new ShownFloat(one) : one];
  });
  return pairs.sort(([a], [b]) => before(a, b));
}

/** Numbers by their size and text by its letters; what does not compare by the names of the types. */
function before(a: unknown, b: unknown): number {
  const isNumber = (key: unknown): boolean => typeof key === "number" || typeof key === "boolean";
  if (isNumber(a) && isNumber(b)) return Number(a) - Number(b);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  const [one, other] = typeof a === "string" && typeof b === "string" ? [a, b] : [repr(a), repr(b)];
  return one < other ? -1 : 1;
}

const WIDTH = 80;
const MOST_ITEMS = 30;

/** Prints over several lines what does not fit in one (PrettyPrinter._format). */
function format(value: unknown, indent: number, allowance: number, level: number): string {
  const text = textOf(value, level);
  if (text.length <= WIDTH - indent - allowance || level > MAX_LEVELS) return text;
  if (isPrinted(value)) {
    const inner = entries(printedParams(value), "=", indent + value.name.length, allowance + 1, level + 1);
    return `${value.name}(${inner})`;
  }
  if (Array.isArray(value)) {
    const isOne = isTuple(value) && value.length === 1;
    const [open, close] = isTuple(value) ? ["(", isOne ? ",)" : ")"] : ["[", "]"];
    return open + items(itemsOf(value), indent, allowance + close.length, level + 1) + close;
  }
  if (value instanceof PyDict) {
    return `{${entries(pairsOf(value), ": ", indent, allowance + 1, level + 1)}}`;
  }
  return text;
}

function entries(
  pairs: readonly (readonly [unknown, unknown])[],
  middle: string,
  indent: number,
  allowance: number,
  level: number,
): string {
  const parts = pairs.map(([key, value]) => {
    const name = middle === "=" ? String(key) : textOf(key, level);
    return {
      text: name + middle + textOf(value, level),
      long: (inner: number, room: number) =>
        name + middle + format(value, inner + name.length + middle.length, room, level),
    };
  });
  return filled(parts, indent, allowance);
}

function items(values: readonly unknown[], indent: number, allowance: number, level: number): string {
  const parts = values.map((value) => ({
    text: textOf(value, level),
    long: (inner: number, room: number) => format(value, inner, room, level),
  }));
  return filled(parts, indent, allowance);
}

interface Part {
  readonly text: string;
  long(indent: number, allowance: number): string;
}

/** As many parts on a line as fit. */
function filled(parts: readonly Part[], outer: number, allowance: number): string {
  const indent = outer + 1;
  const newline = `,\n${" ".repeat(indent)}`;
  let most = WIDTH - indent + 1;
  let width = most;
  let delimiter = "";
  let out = "";
  for (const [i, part] of parts.entries()) {
    if (i === MOST_ITEMS) return `${out}, ...`;
    const last = i === parts.length - 1;
    if (last) {
      most -= allowance;
      width -= allowance;
    }
    const need = part.text.length + 2;
    if (width < need) {
      width = most;
      if (delimiter) delimiter = newline;
    }
    if (width >= need) {
      width -= need;
      out += delimiter + part.text;
      delimiter = ", ";
      continue;
    }
    out += delimiter + part.long(indent, last ? allowance : 1);
    delimiter = newline;
  }
  return out;
}

const MOST_CHARS = 700;

/** Cuts the middle out of a text with many characters (BaseEstimator.__repr__). */
function shortened(text: string): string {
  if (text.replace(/\s+/g, "").length <= MOST_CHARS) return text;
  const half = MOST_CHARS / 2;
  const left = endOfNth(text, half);
  const turned = [...text].reverse().join("");
  let right = endOfNth(turned, half);
  if (text.slice(left, text.length - right).includes("\n")) {
    const line = turned.indexOf("\n", right);
    right = line < 0 ? right : line + 1;
  }
  return left + 3 < text.length - right ? `${text.slice(0, left)}...${text.slice(text.length - right)}` : text;
}

/** Where the n-th character that is no space ends. */
function endOfNth(text: string, n: number): number {
  for (let i = 0, count = 0; i < text.length; i++) if (!/\s/.test(text[i] as string) && ++count === n) return i + 1;
  return text.length;
}

/** The text of an estimator. */
export function estimatorText(est: Printed): string {
  return isSince(est.version, 0, 21) ? shortened(format(est, 0, 0, 0)) : oldText(est, 0);
}

/** Lines of about 75 characters with all parameters (scikit-learn up to 0.20). */
function oldText(est: Printed, level: number): string {
  return oldLines(
    est.name,
    printedParams(est).map(([param, value]) => [param, oldValue(value, level + 1)]),
  );
}

/** A value in such a text: lists of estimators print them as they print themselves. */
function oldValue(value: unknown, level: number): string {
  if (level > MAX_LEVELS) return "...";
  if (isPrinted(value)) return oldText(value, level);
  if (value instanceof NumpyScalar) return String(value);
  if (value instanceof PyDict) {
    const inner = [...value.keys()].map((key, i) => {
      const one = value.get(key);
      const shown = typeof one === "number" && value.isFloat(i) ? new ShownFloat(one) : one;
      return `${repr(key)}: ${oldValue(shown, level + 1)}`;
    });
    return `{${inner.join(", ")}}`;
  }
  if (!Array.isArray(value) || !holdsEstimator(value, 3)) return textOf(value);
  const parts = itemsOf(value).map((item) => oldValue(item, level + 1));
  if (!isTuple(value)) return `[${parts.join(", ")}]`;
  return parts.length === 1 ? `(${parts[0]},)` : `(${parts.join(", ")})`;
}
