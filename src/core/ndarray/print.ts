/**
 * How NumPy prints the items of an array: aligned, floats with one look for all (numpy/_core/arrayprint.py).
 *
 * @module
 */
import { repr } from "../values/repr.ts";
import type { PyComplex } from "../values/scalars.ts";
import { datetimeText, NAT } from "./datetime.ts";
import type { DType } from "./dtype.ts";
import { exponentsFrom, exponentText, floatText, positional, scientific } from "./floats.ts";

/** NumPy's default `printoptions`. */
export const PRECISION = 8;
export const THRESHOLD = 1000;
export const EDGE = 3;

export type Format = (value: unknown) => string;

/**
 * The format of an array's items, found by looking at all that are shown; `scalar`: the array has no axes; `plain`:
 * floats print by themselves, as in a single record.
 */
export function formatOf(dtype: DType, values: readonly unknown[], scalar: boolean, plain = false): Format {
  if (dtype.base !== null) {
    const depth = dtype.shape.length;
    const inner = formatOf(
      dtype.base,
      values.flatMap((value) => (value as unknown[]).flat(depth - 1)),
      false,
      plain,
    );
    const size = dtype.shape.reduce((a, b) => a * b, 1);
    return (value) => nestedText(value, depth, inner, size > THRESHOLD);
  }
  if (dtype.fields !== null) {
    const formats = [...dtype.fields.values()].map((field, i) =>
      formatOf(
        field.dtype,
        values.map((value) => (value as unknown[])[i]),
        scalar,
        plain,
      ),
    );
    return (value) => {
      const texts = formats.map((format, i) => format((value as unknown[])[i]));
      return texts.length === 1 ? `(${texts[0]},)` : `(${texts.join(", ")})`;
    };
  }
  const { kind, unit, count } = dtype;
  switch (kind) {
    case "b":
      return (value) => (value ? (scalar ? "True" : " True") : "False");
    case "i":
    case "u":
      return padded(values, String);
    case "f":
      if (plain) return (value) => floatText(value as number, Math.min(8, dtype.itemsize));
      return floatFormat(values as number[], dtype.itemsize, false);
    case "c":
      return complexFormat(values as PyComplex[], dtype.itemsize / 2);
    case "M":
      return timeFormat(values as bigint[], (value) => `'${datetimeText(value, unit, count)}'`);
    case "m":
      return timeFormat(values as bigint[], String);
    case "V":
      return (value) => voidText(value as Uint8Array);
    case "O":
      return (value) => (Array.isArray(value) && !Object.isFrozen(value) ? `list(${repr(value)})` : repr(value));
    default:
      return repr;
  }
}

function nestedText(value: unknown, depth: number, format: Format, summary: boolean): string {
  if (depth === 0) return format(value);
  const list = value as unknown[];
  const text = (item: unknown): string => nestedText(item, depth - 1, format, summary);
  const short = summary && list.length > 2 * EDGE;
  const texts = short ? [...list.slice(0, EDGE).map(text), "...", ...list.slice(-EDGE).map(text)] : list.map(text);
  return `[${texts.join(", ")}]`;
}

const longest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, text.length), 0);

function padded(values: readonly unknown[], text: (value: unknown) => string): Format {
  const width = values.reduce((most: number, value) => Math.max(most, text(value).length), 0);
  return (value) => text(value).padStart(width);
}

function timeFormat(values: readonly bigint[], text: (value: bigint) => string): Format {
  const real = values.filter((value) => value !== NAT);
  let [first, last] = [real[0] ?? NAT, real[0] ?? NAT];
  for (const value of real) {
    if (value < first) first = value;
    if (value > last) last = value;
  }
  const ends = real.length === 0 ? [] : [text(first), text(last)];
  const width = Math.max(longest(ends), real.length < values.length ? 5 : 0);
  return (value) => (value === NAT ? "'NaT'" : text(value as bigint)).padStart(width);
}

/** Is `most / least` above 1000 by less than a float64 shows? The numbers lie in 1e-4 to 1e8. */
function above(most: number, least: number): boolean {
  return most / least === 1000 && BigInt(most * 2 ** 80) > 1000n * BigInt(least * 2 ** 80);
}

/** One float size's rounding, in which NumPy compares. */
function rounded(size: number): (x: number) => number {
  return size >= 8 ? (x) => x : Math.fround;
}

/** NumPy's `FloatingFormat`; `plus` prints every sign, as imaginary parts have it. */
function floatFormat(values: readonly number[], size: number, plus: boolean): Format {
  const finite = values.filter((x) => Number.isFinite(x));
  const sign = (x: number): string => (x < 0 || Object.is(x, -0) ? "-" : plus ? "+" : "");
  let most = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const x of finite) {
    if (x === 0) continue;
    most = Math.max(most, Math.abs(x));
    least = Math.min(least, Math.abs(x));
  }
  const fit = rounded(size);
  const tiny = size === 2 ? 0.00010001659393310547 : fit(0.0001);
  // float16 overflows where the quotient is above 65504; it is above 1000 all the same.
  const exponential =
    most > 0 &&
    (most >= exponentsFrom(size, 8) || least < tiny || fit(most / least) > 1000 || (size > 8 && above(most, least)));
  let left = 0;
  let right = 0;
  let text: (x: number) => string = String;
  if (exponential) {
    const parts = finite.map((x) => scientific(x, size, PRECISION));
    const precision = parts.reduce((n, [, rest]) => Math.max(n, rest.length), 0);
    const width = parts.reduce((n, [, , e]) => Math.max(n, exponentText(e).length - 1), 0);
    left = finite.reduce((n, x) => Math.max(n, sign(x).length + 1), 0);
    right = width + 2 + precision;
    text = (x) => {
      const [first, rest, e] = scientific(x, size, precision, true);
      return `${(sign(x) + first).padStart(left)}.${rest.padEnd(precision, "0")}e${exponentText(e, width)}`;
    };
  } else if (finite.length > 0) {
    for (const x of finite) {
      const [whole, fraction] = positional(x, size, PRECISION);
      left = Math.max(left, sign(x).length + whole.length);
      right = Math.max(right, fraction.length);
    }
    text = (x) => {
      const [whole, fraction] = positional(x, size, PRECISION);
      return `${(sign(x) + whole).padStart(left)}.${fraction.padEnd(right)}`;
    };
  }
  if (finite.length < values.length) {
    const minus = plus || values.some((x) => x === Number.NEGATIVE_INFINITY) ? 1 : 0;
    left = Math.max(left, 3 - (right + 1), 3 + minus - (right + 1));
  }
  return (value) => {
    const x = value as number;
    if (Number.isFinite(x)) return text(x);
    const shown = Number.isNaN(x) ? `${plus ? "+" : ""}nan` : `${sign(x)}inf`;
    return shown.padStart(left + right + 1);
  };
}

function complexFormat(values: readonly PyComplex[], size: number): Format {
  const re = floatFormat(
    values.map((value) => value.re),
    size,
    false,
  );
  const im = floatFormat(
    values.map((value) => value.im),
    size,
    true,
  );
  return (value) => {
    const { re: a, im: b } = value as PyComplex;
    const text = im(b);
    const end = text.trimEnd().length;
    return `${re(a)}${text.slice(0, end)}j${text.slice(end)}`;
  };
}

/** Raw bytes as NumPy prints them: every one escaped. */
export function voidText(bytes: Uint8Array): string {
  return `b'${Array.from(bytes, (byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("")}'`;
}
