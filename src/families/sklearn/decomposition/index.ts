/**
 * Projections (sklearn/decomposition/, sklearn/random_projection.py).
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { csrTimes, log2pi, pairwiseSum, times, timesTransposed } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { either, flag, floats, floatsOf, isSince, misfit, num, text, vector, wrong } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { squared } from "../neighbors/search.ts";

function centred(x: Matrix, mean: Float64Array | null): Float64Array {
  const d = x.cols;
  return mean === null ? x.data : x.data.map((v, at) => v - (mean[at % d] as number));
}

function plus(data: Float64Array, row: Float64Array | null): Float64Array {
  const d = row?.length ?? 1;
  return row === null ? data : data.map((v, at) => v + (row[at % d] as number));
}

function principal(est: Estimator): Model {
  const { data: components, shape } = floats(est, "components_", 2);
  const [k, d] = shape as [number, number];
  const mean = floatsOf(est.attrs.get("mean_") ?? null)?.data ?? null;
  const whiten = flag(est, "whiten");
  const variance = whiten ? vector(est, "explained_variance_", k) : null;
  const eps = isSince(est.version, 1, 3) ? 2.220446049250313e-16 : 0;
  const scale = variance === null ? null : variance.map((v) => Math.max(Math.sqrt(v), eps));
  const noise = num(est, "noise_variance_", 0);
  const covariance = (): Float64Array => {
    const own = vector(est, "explained_variance_", k);
    const out = new Float64Array(d * d);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        let sum = i === j ? noise : 0;
        for (let c = 0; c < k; c++) {
          const weight = Math.max((own[c] as number) - noise, 0) * (whiten ? (own[c] as number) : 1);
          sum += (components[c * d + i] as number) * (components[c * d + j] as number) * weight;
        }
        out[i * d + j] = sum;
      }
    }
    return out;
  };
  return {
    ...(est.attrs.has("noise_variance_") && likely(est, mean, covariance)),
    features: d,
    transform(x) {
      const out = timesTransposed(centred(x, mean), components, x.rows, d, k);
      return Matrix.dense(scale === null ? out : out.map((v, at) => v / (scale[at % k] as number)), x.rows, k);
    },
    inverseTransform(x) {
      const data = variance === null ? x.data : x.data.map((v, at) => v * Math.sqrt(variance[at % k] as number));
      return Matrix.dense(plus(times(data, components, x.rows, k, d), mean), x.rows, d);
    },
  };
}

function truncated(est: Estimator): Model {
  const { data: components, shape } = floats(est, "components_", 2);
  const [k, d] = shape as [number, number];
  return {
    features: d,
    transform: (x) =>
      Matrix.dense(
        x.isSparse ? csrTimes(x.csr, components, k) : timesTransposed(x.data, components, x.rows, d, k),
        x.rows,
        k,
      ),
    inverseTransform: (x) => Matrix.dense(times(x.data, components, x.rows, k, d), x.rows, d),
  };
}

/** A random projection; the way back is by its pseudoinverse. */
function random(est: Estimator): Model {
  const { data: components, shape } = floats(est, "components_", 2);
  const [k, d] = shape as [number, number];
  const gram = (): Float64Array => inverted(est, timesTransposed(components, components, k, d, k), k).inverse;
  return {
    ...truncated(est),
    inverseTransform: (x) =>
      Matrix.dense(times(times(x.data, gram(), x.rows, k, k), components, x.rows, k, d), x.rows, d),
  };
}

/** Log-likelihoods under a normal distribution of this covariance. */
function likelihoods(est: Estimator, x: Matrix, mean: Float64Array | null, covariance: Float64Array): Float64Array {
  const d = x.cols;
  const { inverse, logDet } = inverted(est, covariance, d);
  const own = centred(x, mean);
  const turned = times(own, inverse, x.rows, d, d);
  return Float64Array.from({ length: x.rows }, (_, i) => {
    let sum = 0;
    for (let j = i * d; j < (i + 1) * d; j++) sum += (own[j] as number) * (turned[j] as number);
    return -0.5 * sum - 0.5 * (d * log2pi + logDet);
  });
}

/** The methods of an estimator that knows a covariance. */
function likely(est: Estimator, mean: Float64Array | null, covariance: () => Float64Array): Model {
  const scores = (x: Matrix): Float64Array => likelihoods(est, x, mean, covariance());
  return {
    scoreSamples: (x) => Matrix.flat(scores(x)),
    score: (x) => pairwiseSum(scores(x)) / x.rows,
  };
}

function independent(est: Estimator): Model {
  const { data: components, shape } = floats(est, "components_", 2);
  const [k, d] = shape as [number, number];
  const mean = flag(est, "whiten", true) && est.attrs.has("mean_") ? vector(est, "mean_", d) : null;
  const mixing = floats(est, "mixing_", 2).data;
  return {
    features: d,
    transform: (x) => Matrix.dense(timesTransposed(centred(x, mean), components, x.rows, d, k), x.rows, k),
    inverseTransform: (x) => Matrix.dense(plus(timesTransposed(x.data, mixing, x.rows, k, d), mean), x.rows, d),
  };
}

/** The inverse of a small symmetric matrix and the logarithm of its determinant, by Gauss and Jordan with pivots. */
function inverted(est: Estimator, source: Float64Array, k: number): { inverse: Float64Array; logDet: number } {
  let logDet = 0;
  const a = source.slice();
  const out = new Float64Array(k * k);
  for (let i = 0; i < k; i++) out[i * k + i] = 1;
  for (let c = 0; c < k; c++) {
    let pivot = c;
    for (let r = c + 1; r < k; r++)
      if (Math.abs(a[r * k + c] as number) > Math.abs(a[pivot * k + c] as number)) pivot = r;
    const value = a[pivot * k + c] as number;
    if (value === 0) return misfit(est, "its factors are not independent");
    logDet += Math.log(Math.abs(value));
    for (const m of [a, out]) {
      for (let j = 0; j < k; j++) {
        const held = m[pivot * k + j] as number;
        m[pivot * k + j] = m[c * k + j] as number;
        m[c * k + j] = held / value;
      }
    }
    for (let r = 0; r < k; r++) {
      const factor = a[r * k + c] as number;
      if (r === c || factor === 0) continue;
      for (const m of [a, out])
        for (let j = 0; j < k; j++) m[r * k + j] = (m[r * k + j] as number) - factor * (m[c * k + j] as number);
    }
  }
  return { inverse: out, logDet };
}

function transposed(data: Float64Array, rows: number, cols: number): Float64Array {
  return Float64Array.from(
    { length: rows * cols },
    (_, at) => data[(at % rows) * cols + Math.floor(at / rows)] as number,
  );
}

function factors(est: Estimator): Model {
  const { data: components, shape } = floats(est, "components_", 2);
  const [k, d] = shape as [number, number];
  const mean = vector(est, "mean_", d);
  const noise = vector(est, "noise_variance_", d);
  const scaled = components.map((v, at) => v / (noise[at % d] as number));
  const gram = timesTransposed(scaled, components, k, d, k);
  for (let i = 0; i < k; i++) gram[i * k + i] = (gram[i * k + i] as number) + 1;
  const covariance = inverted(est, gram, k).inverse;
  const spread = (): Float64Array => {
    const out = timesTransposed(transposed(components, k, d), transposed(components, k, d), d, k, d);
    for (let j = 0; j < d; j++) out[j * d + j] = (out[j * d + j] as number) + (noise[j] as number);
    return out;
  };
  return {
    ...likely(est, mean, spread),
    features: d,
    transform: (x) =>
      Matrix.dense(times(timesTransposed(centred(x, mean), scaled, x.rows, d, k), covariance, x.rows, k, k), x.rows, k),
  };
}

/** Principal components in the space of a kernel. */
function kernelPrincipal(est: Estimator): Model {
  const { data: points, shape } = floats(est, "X_fit_", 2);
  const [n, d] = shape as [number, number];
  const kernel = text(est, "kernel") ?? "";
  const gammaName = either(est, "gamma_", "gamma");
  const gamma = est.attrs.get(gammaName) === null ? 1 / d : num(est, gammaName, 1 / d);
  const [coef0, degree] = [num(est, "coef0", 1), num(est, "degree", 3)];
  const values = vector(est, either(est, "eigenvalues_", "lambdas_"));
  const { data: vectors } = floats(est, either(est, "eigenvectors_", "alphas_"), 2);
  const k = values.length;
  const center = est.attrs.get("_centerer") as { attrs?: never } | undefined;
  if (center?.attrs === undefined || vectors.length !== n * k) return wrong(est, "_centerer", "a KernelCenterer");
  const rows = floatsOf((center as unknown as Estimator).attrs.get("K_fit_rows_"))?.data ?? new Float64Array(n);
  const all = num(center as unknown as Estimator, "K_fit_all_", 0);
  const between = (x: Matrix): Float64Array => {
    if (kernel === "precomputed") return x.data;
    if (kernel === "rbf") return squared(x.data, points, x.rows, n, d).map((v) => Math.exp(-gamma * v));
    const dots = timesTransposed(x.data, points, x.rows, d, n);
    if (kernel === "linear") return dots;
    if (kernel === "poly") return dots.map((v) => (gamma * v + coef0) ** degree);
    if (kernel === "sigmoid") return dots.map((v) => Math.tanh(gamma * v + coef0));
    throw new UnsupportedError(
      "kernel",
      `the kernel ${kernel || "given by a function"} of KernelPCA is not known here`,
    );
  };
  return {
    features: kernel === "precomputed" ? n : d,
    transform(x) {
      const data = between(x);
      for (let i = 0; i < x.rows; i++) {
        const own = pairwiseSum(data, i * n, n) / n;
        for (let j = 0; j < n; j++) data[i * n + j] = (data[i * n + j] as number) - (rows[j] as number) - own + all;
      }
      const scaled = vectors.map((v, at) => {
        const value = values[at % k] as number;
        return value > 0 ? v / Math.sqrt(value) : 0;
      });
      return Matrix.dense(times(data, scaled, x.rows, n, k), x.rows, k);
    },
  };
}

export const kinds: Kinds = {
  PCA: principal,
  IncrementalPCA: principal,
  TruncatedSVD: truncated,
  FastICA: independent,
  FactorAnalysis: factors,
  KernelPCA: kernelPrincipal,
  SparseRandomProjection: random,
  GaussianRandomProjection: random,
};
