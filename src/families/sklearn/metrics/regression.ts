/**
 * Errors of numbers that are predicted (sklearn/metrics/_regression.py).
 *
 * @module
 */
import { median, pairwiseSum } from "../../../math/index.ts";
import { numberOf } from "../matrix.ts";

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

const mean = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const gaps = (y: Float64Array, p: Float64Array): Float64Array => y.map((v, i) => v - (p[i] as number));
const squares = (values: Float64Array): Float64Array => values.map((v) => v * v);

/** Functions by their names there. */
export const ERRORS: ReadonlyMap<string, (y: Float64Array, p: Float64Array) => number> = new Map([
  ["mean_squared_error", (y, p) => mean(squares(gaps(y, p)))],
  ["root_mean_squared_error", (y, p) => Math.sqrt(mean(squares(gaps(y, p))))],
  [
    "mean_absolute_percentage_error",
    (y, p) => mean(gaps(y, p).map((v, i) => Math.abs(v) / Math.max(Math.abs(y[i] as number), Number.EPSILON))),
  ],
  ["mean_squared_log_error", (y, p) => mean(squares(gaps(y.map(Math.log1p), p.map(Math.log1p))))],
  ["root_mean_squared_log_error", (y, p) => Math.sqrt(mean(squares(gaps(y.map(Math.log1p), p.map(Math.log1p)))))],
  [
    "mean_poisson_deviance",
    (y, p) => 2 * mean(y.map((v, i) => (v === 0 ? 0 : v * Math.log(v / (p[i] as number))) - v + (p[i] as number))),
  ],
  [
    "mean_gamma_deviance",
    (y, p) => 2 * mean(y.map((v, i) => Math.log((p[i] as number) / v) + v / (p[i] as number) - 1)),
  ],
  ["mean_absolute_error", (y, p) => mean(gaps(y, p).map(Math.abs))],
  ["median_absolute_error", (y, p) => median(gaps(y, p).map(Math.abs))],
  ["max_error", (y, p) => gaps(y, p).reduce((most, v) => Math.max(most, Math.abs(v)), 0)],
  [
    "explained_variance_score",
    (y, p) => {
      const rest = gaps(y, p);
      const spread = (values: Float64Array): number => {
        const middle = mean(values);
        return mean(squares(values.map((v) => v - middle)));
      };
      const [own, all] = [spread(rest), spread(y)];
      return all === 0 ? (own === 0 ? 1 : 0) : 1 - own / all;
    },
  ],
]);

/** The mean of squared gaps between probabilities and what came. */
export function brier(given: Float64Array, places: Float64Array): number {
  return mean(squares(gaps(given, places)));
}
