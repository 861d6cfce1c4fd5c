/**
 * The scores that every classifier and regressor has.
 *
 * @module
 */
import { pairwiseSum } from "../../math/index.ts";
import { numberOf } from "./matrix.ts";

/** The share of labels that are right (sklearn.metrics.accuracy_score). */
export function accuracy(truth: ArrayLike<unknown>, given: ArrayLike<unknown>): number {
  let right = 0;
  for (let i = 0; i < truth.length; i++) if (same(truth[i], given[i])) right++;
  return right / truth.length;
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => same(one, b[i]));
  return a === b || (typeof a !== "string" && typeof b !== "string" && Number(a) === Number(b));
}

/** The coefficient of determination (sklearn.metrics.r2_score), its mean over several targets, or each by its variance. */
export function r2(truth: ArrayLike<unknown>, given: ArrayLike<unknown>, isWeighted = false): number {
  const width = Array.isArray(truth[0]) ? truth[0].length : 1;
  let sum = 0;
  let [rests, totals] = [0, 0];
  for (let j = 0; j < width; j++) {
    const of = (row: unknown): number => numberOf(Array.isArray(row) ? row[j] : row);
    const y = Float64Array.from(truth, of);
    const p = Float64Array.from(given, of);
    const mean = pairwiseSum(y) / y.length;
    const rest = pairwiseSum(y.map((v, i) => (v - (p[i] as number)) ** 2));
    const total = pairwiseSum(y.map((v) => (v - mean) ** 2));
    rests += rest;
    totals += total;
    sum += total === 0 ? (rest === 0 ? 1 : 0) : 1 - rest / total;
  }
  return isWeighted && totals > 0 ? 1 - rests / totals : sum / width;
}
