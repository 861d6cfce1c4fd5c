/**
 * Kernel ridge and approximated kernels (sklearn/kernel_ridge.py, sklearn/kernel_approximation.py).
 *
 * @module
 */
import { Factor, times, timesTransposed } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { namesIn } from "../featurenames.ts";
import { floats, floatsOf, misfit, num, plain, vector } from "../fields.ts";
import { asTruth, Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { targetRows } from "../tree/index.ts";
import { kernelOf } from "./pairwise.ts";

function ridge(est: Estimator): Model {
  const kernel = kernelOf(est);
  const isGiven = est.attrs.get("kernel") === "precomputed";
  const { data: points, shape } = floats(est, "X_fit_", 2);
  const dual = floats(est, "dual_coef_");
  const n = shape[0] as number;
  const outputs = dual.shape.length === 2 ? (dual.shape[1] as number) : 1;
  if (dual.data.length !== n * outputs) misfit(est, "dual_coef_ and X_fit_ differ in number");
  return {
    features: isGiven ? n : shape[1],
    isRegressor: true,
    predict: (x) =>
      targetRows(times(kernel(x, points, n), dual.data, x.rows, n, outputs), x.rows, outputs, dual.shape.length === 1),
  };
}

function nystroem(est: Estimator): Model {
  const kernel = kernelOf(est);
  const { data: components, shape } = floats(est, "components_", 2);
  const [k, d] = shape as [number, number];
  const normalization = floats(est, "normalization_", 2).data;
  if (normalization.length !== k * k) misfit(est, "normalization_ and components_ differ in number");
  return {
    features: d,
    transform: (x) => Matrix.dense(timesTransposed(kernel(x, components, k), normalization, x.rows, k, k), x.rows, k),
  };
}

/** Random Fourier features: cosines of a random projection. */
function fourier(before: (est: Estimator) => (v: number) => number): (est: Estimator) => Model {
  return (est) => {
    const { data: weights, shape } = floats(est, "random_weights_", 2);
    const [d, k] = shape as [number, number];
    const offset = vector(est, "random_offset_", k);
    const scale = Math.sqrt(2) / Math.sqrt(k);
    const make = before(est);
    const factor = new Factor(weights, d, k);
    return {
      features: d,
      transform: (x) =>
        Matrix.dense(
          factor.times(x.data.map(make), x.rows).map((v, at) => Math.cos(v + (offset[at % k] as number)) * scale),
          x.rows,
          k,
        ),
    };
  };
}

function additive(est: Estimator): Model {
  const steps = num(est, "sample_steps", 2);
  const fallback = [0.8, 0.5, 0.4][steps - 1] ?? 0.4;
  const found = plain(est.attrs.get("sample_interval_") ?? est.attrs.get("sample_interval") ?? null);
  const interval = typeof found === "number" ? found : fallback;
  if (!(steps >= 1 && steps <= 1000)) misfit(est, `sample_steps is ${steps}`);
  return {
    names(given) {
      const input = namesIn(est, given).map((name) => `additivechi2sampler_${name}`);
      const parts = Array.from({ length: steps - 1 }, (_, j) => [`cos${j + 1}`, `sin${j + 1}`]);
      return ["sqrt", ...parts.flat()].flatMap((part) => input.map((name) => `${name}_${part}`));
    },
    transform(x) {
      const { data, rows, cols: d } = x;
      const width = d * (2 * steps - 1);
      const out = new Float64Array(rows * width);
      for (let at = 0; at < data.length; at++) {
        const v = data[at] as number;
        if (v === 0) continue;
        const to = Math.floor(at / d) * width + (at % d);
        out[to] = Math.sqrt(v * interval);
        const log = interval * Math.log(v);
        for (let j = 1; j < steps; j++) {
          const factor = Math.sqrt((2 * v * interval) / Math.cosh(Math.PI * j * interval));
          out[to + (2 * j - 1) * d] = factor * Math.cos(j * log);
          out[to + 2 * j * d] = factor * Math.sin(j * log);
        }
      }
      // scikit-learn puts them into a table of the input's dtype.
      if (x.held === null) return Matrix.dense(out, rows, width);
      const made = Matrix.dense(out.map(x.held), rows, width);
      made.isBool = x.held === asTruth;
      return made;
    },
  };
}

/** Count sketches of the powers of a polynomial, multiplied as scikit-learn multiplies their Fourier transforms. */
function sketch(est: Estimator): Model {
  const places = floats(est, "indexHash_", 2);
  const bits = floats(est, "bitHash_", 2).data;
  const [degree, wide] = places.shape as [number, number];
  const k = num(est, "n_components");
  const [gamma, coef0] = [num(est, "gamma", 1), num(est, "coef0", 0)];
  const isMore = coef0 > 0;
  const d = wide - (isMore ? 1 : 0);
  for (const place of places.data) if (!(place >= 0 && place < k)) misfit(est, `place ${place} of ${k}`);
  return {
    features: d,
    transform(x) {
      const out = new Float64Array(x.rows * k);
      for (let i = 0; i < x.rows; i++) {
        let product: Float64Array | null = null;
        for (let p = 0; p < degree; p++) {
          const own = new Float64Array(k);
          for (let j = 0; j < wide; j++) {
            const v = j < d ? Math.sqrt(gamma) * (x.data[i * d + j] as number) : Math.sqrt(coef0);
            const at = places.data[p * wide + j] as number;
            own[at] = (own[at] as number) + (bits[p * wide + j] as number) * v;
          }
          const before: Float64Array | null = product;
          if (before === null) product = own;
          else {
            product = new Float64Array(k);
            for (let a = 0; a < k; a++) {
              for (let b = 0; b < k; b++) {
                const at = (a + b) % k;
                product[at] = (product[at] as number) + (before[a] as number) * (own[b] as number);
              }
            }
          }
        }
        if (product !== null) out.set(product, i * k);
      }
      return Matrix.dense(out, x.rows, k);
    },
  };
}

export const kinds: Kinds = {
  KernelRidge: ridge,
  Nystroem: nystroem,
  RBFSampler: fourier(() => (v) => v),
  SkewedChi2Sampler: fourier((est) => {
    const skew = floatsOf(est.attrs.get("skewedness") ?? 1)?.data[0] ?? 1;
    return (v) => Math.log(v + skew);
  }),
  AdditiveChi2Sampler: additive,
  PolynomialCountSketch: sketch,
};
