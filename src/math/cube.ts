/**
 * Cubes and their roots.
 *
 * @module
 */

/** What makes two halves of a number, of 26 bits each. */
const SPLIT = 2 ** 27 + 1;
/** From here on numbers have no halves, nor cubes that are no infinity. */
const LARGE = 2 ** 300;

/** The greater half of a number. */
function half(v: number): number {
  const much = v * SPLIT;
  return much - (much - v);
}

/** What `c`, the product of `p` and `v`, and `p`, the square of `v`, lost by rounding. */
function lost(v: number, p: number, c: number): number {
  const h = half(v);
  const l = v - h;
  const e = h * h - p + (h * l + h * l) + l * l;
  const g = half(p);
  const k = p - g;
  const f = g * h - c + g * l + k * h + k * l;
  return f + e * v;
}

/** `v ** 3` for no number below 0, rounded but once, as the C library's power is: what two products lose is added. */
export function cube(v: number): number {
  const p = v * v;
  const c = p * v;
  return v < LARGE ? c + lost(v, p, c) : c;
}

/** What a third is more than the number nearest to it. */
const SHORT = 2 ** -54 / 3;

/** `v ** (1 / 3)` for no number below 0, rounded but once. */
export function rooted(v: number): number {
  if (!(v > 1 / LARGE && v < LARGE)) return v ** (1 / 3);
  const r = Math.cbrt(v);
  const p = r * r;
  const c = p * r;
  return r + ((v - c - lost(r, p, c)) / (3 * p) - r * SHORT * Math.log(v));
}
