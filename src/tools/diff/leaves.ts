/**
 * Values that have no parts: numbers within tolerances, texts by where they part.
 *
 * @module
 */
import { NumpyScalar } from "../../core/ndarray/index.ts";
import { equal } from "../../core/values/equal.ts";
import { typeName } from "../../core/values/repr.ts";
import { PyComplex, PyFloat } from "../../core/values/scalars.ts";
import { preview } from "../inspect/index.ts";
import type { Side } from "./pairs.ts";
import type { DiffOptions } from "./types.ts";

/** The number that a value is; null for every other. */
function numberOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof PyFloat) return value.value;
  if (!(value instanceof NumpyScalar) || !/[iuf]/.test(value.dtype.kind)) return null;
  return Number(value.value);
}

/** Is it NumPy's "not a time"? */
function isNaT(value: unknown): boolean {
  return value instanceof NumpyScalar && /[mM]/.test(value.dtype.kind) && String(value) === "NaT";
}

/** Are two values without parts the same, within tolerances? */
export function isNear(a: unknown, b: unknown, { rtol = 0, atol = 0, equalNaN = false }: DiffOptions): boolean {
  if (equal(a, b)) return true;
  if (a instanceof PyComplex && b instanceof PyComplex) {
    const by = Math.hypot(a.re - b.re, a.im - b.im);
    if (by <= atol + rtol * Math.hypot(b.re, b.im)) return true;
    return equalNaN && [a, b].every(({ re, im }) => Number.isNaN(re) || Number.isNaN(im));
  }
  if (equalNaN && isNaT(a) && isNaT(b)) return true;
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x === null || y === null) return false;
  if (equalNaN && Number.isNaN(x) && Number.isNaN(y)) return true;
  const by = Math.abs(x - y);
  // Numbers that are too large for their difference to be told are not the same.
  return (by > 0 || rtol > 0) && Number.isFinite(by) && by <= atol + rtol * Math.abs(y);
}

/** The type of a value, a float that is integral among them. */
export function typeOf({ value, isFloat }: Side): string {
  return isFloat && typeof value === "number" ? "float" : typeName(value);
}

/** Characters before the place where two texts part, and of each behind it. */
const BEFORE = 16;
const BEHIND = 48;

/** Two values as texts; of long texts and bytes that begin alike the part that does not. */
export function changedText(left: Side, right: Side): { a: string; b: string } {
  const [a, b] = [preview(left.value, left.isFloat), preview(right.value, right.isFloat)];
  const [x, y] = [left.value, right.value];
  const areTexts =
    (typeof x === "string" && typeof y === "string") || (x instanceof Uint8Array && y instanceof Uint8Array);
  if (areTexts && (x.length > BEHIND || y.length > BEHIND)) {
    const texts = [x as string, y as string];
    const [p, q] = texts as [string, string];
    const least = Math.min(p.length, q.length);
    let at = 0;
    while (at < least && p[at] === q[at]) at++;
    const from = Math.max(0, at - BEFORE);
    if (from > 0) {
      const [c, d] = texts.map((text) => `…[${from}:] ${preview(text.slice(from, at + BEHIND))}`) as [string, string];
      return { a: c, b: d };
    }
  }
  if (a !== b) return { a, b };
  const [p, q] = [typeOf(left), typeOf(right)];
  return p === q ? { a, b } : { a: `${p} ${a}`, b: `${q} ${b}` };
}
