/**
 * Gaussian processes (sklearn/gaussian_process/).
 *
 * @module
 */
import { erf, pairwiseSum, solveLower, times, transposed } from "../../../math/index.ts";
import { type Estimator, partOf } from "../estimator.ts";
import { floats, floatsOf, labels, misfit, text, vector } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { targetRows } from "../tree/index.ts";
import { covarianceOf } from "./kernels.ts";

function regressor(est: Estimator): Model {
  if (!est.attrs.has("X_train_")) return { isRegressor: true };
  const kernel = covarianceOf(est.attrs.get("kernel_"));
  const { data: points, shape } = floats(est, "X_train_", 2);
  const [n, d] = shape as [number, number];
  const alpha = floats(est, "alpha_");
  const outputs = alpha.shape.length === 2 ? (alpha.shape[1] as number) : 1;
  if (alpha.data.length !== n * outputs) misfit(est, "alpha_ and X_train_ differ in number");
  const mean =
    floatsOf(est.attrs.get("_y_train_mean") ?? est.attrs.get("y_train_mean") ?? 0)?.data ?? Float64Array.of(0);
  const spread = floatsOf(est.attrs.get("_y_train_std") ?? 1)?.data ?? Float64Array.of(1);
  const at = (row: Float64Array, j: number): number => row[row.length === 1 ? 0 : j % outputs] as number;
  return {
    features: d,
    isRegressor: true,
    predict(x) {
      const made = times(kernel(x.data, x.rows, points, n, d), alpha.data, x.rows, n, outputs);
      return targetRows(
        made.map((v, j) => at(spread, j) * v + at(mean, j)),
        x.rows,
        outputs,
      );
    },
    deviations(x) {
      const lower = vector(est, "L_", n * n);
      const star = kernel(x.data, x.rows, points, n, d);
      const own = kernel(x.data, x.rows, null, x.rows, d);
      const taken = sizes(lower, star, x.rows, n);
      const out = new Float64Array(x.rows * outputs);
      for (let i = 0; i < x.rows; i++) {
        const variance = Math.max(0, (own[i] as number) - (taken[i] as number));
        for (let j = 0; j < outputs; j++) out[i * outputs + j] = Math.sqrt(variance * at(spread, j) ** 2);
      }
      return outputs === 1 ? Matrix.flat(out) : Matrix.dense(out, x.rows, outputs);
    },
  };
}

/** Columns that are solved at once. */
const BLOCK = 64;

/** The squared size of each row of a table after `lower` was solved for it. */
function sizes(lower: Float64Array, data: Float64Array, rows: number, n: number): Float64Array {
  const out = new Float64Array(rows);
  for (let from = 0; from < rows; from += BLOCK) {
    const own = Math.min(BLOCK, rows - from);
    const columns = transposed(data.subarray(from * n, (from + own) * n), own, n);
    const solved = transposed(solveLower(lower, columns, n, own), n, own);
    for (let at = 0; at < solved.length; at++) solved[at] = (solved[at] as number) * (solved[at] as number);
    for (let i = 0; i < own; i++) out[from + i] = pairwiseSum(solved, i * n, n);
  }
  return out;
}

/** By which five error functions the logistic function is approached. */
const LAMBDAS = [0.41, 0.4, 0.37, 0.44, 0.39] as const;
const SHARES = [-1854.8214151, 3516.89893646, 221.29346712, 128.12323805, -2010.49422654] as const;

/** Two classes, by Laplace's approximation. */
function binary(est: Estimator): Model {
  const kernel = covarianceOf(est.attrs.get("kernel_"));
  const classes = labels(est, "classes_");
  const { data: points, shape } = floats(est, "X_train_", 2);
  const [n, d] = shape as [number, number];
  const pi = vector(est, "pi_", n);
  const rest = vector(est, "y_train_", n).map((v, i) => v - (pi[i] as number));
  const root = vector(est, "W_sr_", n);
  const lower = vector(est, "L_", n * n);
  const means = (star: Float64Array, rows: number): Float64Array => times(star, rest, rows, n, 1);
  return {
    features: d,
    classes,
    predict: (x) => Array.from(means(kernel(x.data, x.rows, points, n, d), x.rows), (v) => classes[v > 0 ? 1 : 0]),
    predictProba(x) {
      const star = kernel(x.data, x.rows, points, n, d);
      const middle = means(star, x.rows);
      const own = kernel(x.data, x.rows, null, x.rows, d);
      const out = new Float64Array(x.rows * 2);
      for (let at = 0, j = 0; at < star.length; at++) {
        star[at] = (root[j] as number) * (star[at] as number);
        if (++j === n) j = 0;
      }
      const taken = sizes(lower, star, x.rows, n);
      for (let i = 0; i < x.rows; i++) {
        const variance = (own[i] as number) - (taken[i] as number);
        const alpha = 1 / (2 * variance);
        let [sum, all] = [0, 0];
        for (const [j, lambda] of LAMBDAS.entries()) {
          const gamma = lambda * (middle[i] as number);
          const part = erf(gamma * Math.sqrt(alpha / (alpha + lambda ** 2)));
          sum +=
            (SHARES[j] as number) * ((Math.sqrt(Math.PI / alpha) * part) / (2 * Math.sqrt(variance * 2 * Math.PI)));
          all += SHARES[j] as number;
        }
        out[2 * i + 1] = sum + 0.5 * all;
        out[2 * i] = 1 - (out[2 * i + 1] as number);
      }
      return Matrix.dense(out, x.rows, 2);
    },
  };
}

function classifier(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const { model } = partOf(est, est.attrs.get("base_estimator_"), "base_estimator_");
  const isPairs = classes.length > 2 && text(est, "multi_class") === "one_vs_one";
  return {
    classes,
    predict: (x) => model.predict?.(x) ?? misfit(est, "its estimator does not predict"),
    ...(!isPairs && model.predictProba && { predictProba: (x: Matrix) => model.predictProba?.(x) as Matrix }),
  };
}

export const kinds: Kinds = {
  GaussianProcessRegressor: regressor,
  GaussianProcessClassifier: classifier,
  _BinaryGaussianProcessClassifierLaplace: binary,
};
