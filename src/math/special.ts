/**
 * Functions of probabilities and scores.
 *
 * @module
 */
import { divideRows, pairwiseSum, rowSums } from "./sums.ts";

/** `log(2 π)`. */
export const log2pi: number = /* @__PURE__ */ Math.log(2 * Math.PI);

/** The logistic function, as SciPy has it: 0 where `exp(-x)` is beyond all numbers. */
export function expit(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** `log |Γ(x)|` of a positive number, by Stirling's series where that is exact; smaller numbers go up to there first. */
export function logGamma(given: number): number {
  let x = given;
  let product = 1;
  for (; x < 15; x++) product *= x;
  const r = 1 / (x * x);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - r * (691 / 360360)))))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.9189385332046727 + series - Math.log(product);
}

/** The place of the largest of `count` items from `at` on, the first of equals, as `numpy.argmax`: a NaN wins. */
export function argmax(data: ArrayLike<number>, at = 0, count: number = data.length): number {
  let best = 0;
  let value = data[at] as number;
  for (let i = 1; i < count && !Number.isNaN(value); i++) {
    const next = data[at + i] as number;
    if (next > value || Number.isNaN(next)) {
      best = i;
      value = next;
    }
  }
  return best;
}

/** Softmax of each row, in place, with the row's largest item removed first. */
export function softmaxRows(data: Float64Array, rows: number, cols: number): Float64Array {
  for (let i = 0; i < rows; i++) {
    const at = i * cols;
    const top = data[at + argmax(data, at, cols)] as number;
    for (let j = at; j < at + cols; j++) data[j] = Math.exp((data[j] as number) - top);
  }
  return divideRows(data, cols, rowSums(data, rows, cols));
}

/** Logarithms of the softmax of each row, in place: finite where the softmax itself is zero. */
export function logSoftmaxRows(data: Float64Array, rows: number, cols: number): Float64Array {
  for (let i = 0; i < rows; i++) {
    const at = i * cols;
    const top = data[at + argmax(data, at, cols)] as number;
    let sum = 0;
    for (let j = at; j < at + cols; j++) {
      data[j] = (data[j] as number) - top;
      sum += Math.exp(data[j] as number);
    }
    const log = Math.log(sum);
    for (let j = at; j < at + cols; j++) data[j] = (data[j] as number) - log;
  }
  return data;
}

/** `log(sum(exp(row)))` of each row. */
export function logSumExpRows(data: Float64Array, rows: number, cols: number): Float64Array {
  const out = new Float64Array(rows);
  const parts = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    const at = i * cols;
    const top = data[at + argmax(data, at, cols)] as number;
    const shift = Number.isFinite(top) ? top : 0;
    for (let j = 0; j < cols; j++) parts[j] = Math.exp((data[at + j] as number) - shift);
    out[i] = Math.log(pairwiseSum(parts)) + shift;
  }
  return out;
}

/** The median of numbers. */
export function median(values: Float64Array): number {
  const sorted = values.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

/** The error function, by its series. */
function series(x: number): number {
  // erf(x) = 2/sqrt(pi) exp(-x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!
  let term = x;
  let sum = x;
  for (let n = 1; n < 200 && term > sum * 1e-18; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** The complementary error function, by a series near zero and a continued fraction beyond. */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2.5) return 1 - series(x);
  let fraction = 0;
  for (let n = 120; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** The error function. */
export function erf(x: number): number {
  if (x < 0) return -erf(-x);
  return x < 2.5 ? series(x) : 1 - erfc(x);
}

/** The distribution function of the standard normal distribution. */
export function normalCdf(x: number): number {
  return x < 0 ? 0.5 * erfc(-x / Math.SQRT2) : 1 - 0.5 * erfc(x / Math.SQRT2);
}

/** Its inverse, by Acklam-like bounds and Newton's method from a logistic start; infinite at 0 and 1. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? Number.NEGATIVE_INFINITY : p === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (p > 0.5) return -normalQuantile(1 - p);
  // The tail's own expansion is near enough for Newton's steps on the logarithm to settle at once.
  let x = p < 0.1 ? -Math.sqrt(-2 * Math.log(p * 2)) : (p - 0.5) * Math.sqrt(2 * Math.PI);
  for (let step = 0; step < 60; step++) {
    const cdf = normalCdf(x);
    const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    const error = ((Math.log(cdf) - Math.log(p)) * cdf) / density;
    x -= error;
    if (Math.abs(error) <= 1e-16 * Math.abs(x)) break;
  }
  return x;
}
