/**
 * Floats as NumPy writes them: the shortest digits that read back equal in the float's own size, cut off (exactly,
 * ties to even) at a precision where one is asked for. Source: numpy/_core/src/multiarray/dragon4.c.
 *
 * @module
 */
import { halfToNumber, numberToHalf } from "../bytes/half.ts";

function reads(x: number, size: number): (text: string) => boolean {
  if (size === 4) return (text) => Math.fround(Number(text)) === x;
  return (text) => halfToNumber(numberToHalf(Number(text))) === x;
}

/** `d.ddd` and exponent of `|x|`; x is finite. */
function shortest(x: number, size: number): [digits: string, exponent: number] {
  x = Math.abs(x);
  let text = x.toExponential();
  if (size < 8 && x !== 0) {
    const same = reads(x, size);
    for (let p = 0; p < 9; p++) if (same((text = x.toExponential(p)))) break;
    const [cut, power] = text.split("e") as [string, string];
    const [long, exact] = x.toExponential(60).split("e") as [string, string];
    if (power === exact) text = `${even(cut, long)}e${power}`;
  }
  const [digits, exponent] = text.split("e") as [string, string];
  return [digits.replace(".", "").replace(/(?!^)0+$/, ""), Number(exponent)];
}

/** Cuts off at a place, ties to even: JavaScript rounds exactly, but ties up. */
function even(text: string, long: string): string {
  const kept = long.slice(0, text.length);
  if (!/^50*$/.test(long.slice(text.length))) return text;
  return /[02468]$/.test(kept) ? kept : text;
}

/** Whole and fractional digits, at most `precision` of these. */
export function positional(x: number, size: number, precision: number): [whole: string, fraction: string] {
  const [digits, exponent] = shortest(x, size);
  if (digits.length - 1 - exponent > precision) {
    const size_ = Math.abs(x);
    const [whole = "0", fraction = ""] = even(size_.toFixed(precision), size_.toFixed(60)).split(".");
    return [whole, fraction.replace(/0+$/, "")];
  }
  if (exponent < 0) return ["0", digits === "0" ? "" : "0".repeat(-1 - exponent) + digits];
  return [digits.slice(0, exponent + 1).padEnd(exponent + 1, "0"), digits.slice(exponent + 1)];
}

/** First digit, following digits (at most `precision`; just so many, and exact ones, for `fixed`), exponent. */
export function scientific(x: number, size: number, precision: number, fixed = false): [string, string, number] {
  const [digits, exponent] = shortest(x, size);
  if (digits.length - 1 === precision || (digits.length <= precision && !fixed))
    return [digits[0] as string, digits.slice(1), exponent];
  const [short, power] = Math.abs(x).toExponential(precision).split("e") as [string, string];
  const long = Math.abs(x).toExponential(60).split("e")[0] as string;
  const cut = Number(power) === exponent ? even(short, long) : short;
  return [cut[0] as string, fixed ? cut.slice(2) : cut.slice(2).replace(/0+$/, ""), Number(power)];
}

export function exponentText(exponent: number, width = 2): string {
  return `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(width, "0")}`;
}

/** The power of ten from which NumPy 2.3 and later write floats of `size` bytes by exponents: their digits, `most` at most. */
export function exponentsFrom(size: number, most: number): number {
  return 10 ** (size === 2 ? 3 : size === 4 ? 6 : most);
}

/** `str` of a NumPy float of `size` bytes. */
export function floatText(x: number, size: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x < 0 ? "-inf" : "inf";
  const sign = x < 0 || Object.is(x, -0) ? "-" : "";
  const size_ = Math.abs(x);
  if (x === 0 || (size_ >= 1e-4 && size_ < exponentsFrom(size, 16))) {
    const [whole, fraction] = positional(x, size, 400);
    return `${sign}${whole}.${fraction || "0"}`;
  }
  const [first, rest, exponent] = scientific(x, size, 400);
  return `${sign}${first}${rest && "."}${rest}e${exponentText(exponent)}`;
}

/** `str` of a NumPy complex number of `size` bytes. */
export function complexText(re: number, im: number, size: number): string {
  const part = (x: number): string => floatText(x, size / 2).replace(/\.0$/, "");
  const last = Number.isFinite(im) ? `${part(im)}j` : `${part(im)}j`;
  if (re === 0 && !Object.is(re, -0)) return last;
  return `(${part(re)}${last.startsWith("-") ? "" : "+"}${last})`;
}
