/**
 * Projections (sklearn/decomposition/, sklearn/random_projection.py).
 *
 * @module
 */
import {
  csrTimes,
  Factor,
  inverted,
  log2pi,
  pairwiseSum,
  pseudoInverse,
  standardized,
  stretched,
  times,
  timesTransposed,
  transposed,
} from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { either, flag, floats, floatsOf, isSince, misfit, num, text, vector, wrong } from "../fields.ts";
import { kernelOf } from "../kernel/pairwise.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { boltzmann } from "./boltzmann.ts";
import { coder } from "./codes.ts";
import { topics } from "./topics.ts";

function centred(x: Matrix, mean: Float64Array | null): Float64Array {
  const d = x.cols;
  return mean === null ? x.data : standardized(x.data, d, mean, null);
}

function plus(data: Float64Array, row: Float64Array | null): Float64Array {
  const d = row?.length ?? 1;
  return row === null ? data : stretched(data, d, null, row);
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
  const precision = (): Float64Array => {
    const own = vector(est, "explained_variance_", k);
    const scaled = whiten ? components.map((v, at) => v * Math.sqrt(own[Math.floor(at / d)] as number)) : components;
    const over = own.map((v) => Math.max(v - noise, 0));
    if (noise === 0) {
      const weighted = scaled.map((v, at) => v * (over[Math.floor(at / d)] as number));
      const across = transposed(scaled, k, d);
      return invertedOf(est, timesTransposed(across, transposed(weighted, k, d), d, k, d), d).inverse;
    }
    const inner = timesTransposed(scaled, scaled, k, d, k).map((v) => v / noise);
    for (let c = 0; c < k; c++) inner[c * k + c] = (inner[c * k + c] as number) + 1 / (over[c] as number);
    const turned = times(transposed(scaled, k, d), invertedOf(est, inner, k).inverse, d, k, k);
    const out = times(turned, scaled, d, k, d).map((v) => v / -(noise ** 2));
    for (let j = 0; j < d; j++) out[j * d + j] = (out[j * d + j] as number) + 1 / noise;
    return out;
  };
  return {
    ...(est.attrs.has("noise_variance_") && likely(est, mean, precision)),
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
  return {
    ...truncated(est),
    inverseTransform(x) {
      const given = est.attrs.has("inverse_components_") ? vector(est, "inverse_components_", d * k) : null;
      const back = given ?? pseudoInverse(components, k, d);
      return Matrix.dense(timesTransposed(x.data, back, x.rows, k, d), x.rows, d);
    },
  };
}

/** The methods of an estimator that knows the inverse of a covariance. */
function likely(est: Estimator, mean: Float64Array | null, precision: () => Float64Array): Model {
  const scores = (x: Matrix): Float64Array => {
    const d = x.cols;
    const inverse = precision();
    const { logDet } = invertedOf(est, inverse, d);
    const own = centred(x, mean);
    const turned = times(own, inverse, x.rows, d, d);
    return Float64Array.from({ length: x.rows }, (_, i) => {
      let sum = 0;
      for (let j = i * d; j < (i + 1) * d; j++) sum += (own[j] as number) * (turned[j] as number);
      return -0.5 * sum - 0.5 * (d * log2pi - logDet);
    });
  };
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

/** The inverse of a matrix of an estimator, which has one. */
function invertedOf(est: Estimator, source: Float64Array, k: number): { inverse: Float64Array; logDet: number } {
  return inverted(source, k) ?? misfit(est, "its factors are not independent");
}

function factors(est: Estimator): Model {
  const { data: components, shape } = floats(est, "components_", 2);
  const [k, d] = shape as [number, number];
  const mean = vector(est, "mean_", d);
  const noise = vector(est, "noise_variance_", d);
  const scaled = components.map((v, at) => v / (noise[at % d] as number));
  const gram = timesTransposed(scaled, components, k, d, k);
  for (let i = 0; i < k; i++) gram[i * k + i] = (gram[i * k + i] as number) + 1;
  const covariance = invertedOf(est, gram, k).inverse;
  const spread = (): Float64Array => {
    const out = timesTransposed(transposed(components, k, d), transposed(components, k, d), d, k, d);
    for (let j = 0; j < d; j++) out[j * d + j] = (out[j * d + j] as number) + (noise[j] as number);
    return invertedOf(est, out, d).inverse;
  };
  return {
    ...likely(est, mean, spread),
    features: d,
    transform: (x) =>
      Matrix.dense(times(timesTransposed(centred(x, mean), scaled, x.rows, d, k), covariance, x.rows, k, k), x.rows, k),
  };
}

/** Sparse components: codes by ridge regression on them. */
function sparse(est: Estimator): Model {
  const { data: components, shape } = floats(est, "components_", 2);
  const [k, d] = shape as [number, number];
  const mean = floatsOf(est.attrs.get("mean_") ?? null)?.data ?? null;
  const isNormal = est.attrs.get("normalize_components") === false || !isSince(est.version, 0, 20);
  const gram = timesTransposed(components, components, k, d, k);
  const alpha = num(est, "ridge_alpha", 0.01);
  for (let i = 0; i < k; i++) gram[i * k + i] = (gram[i * k + i] as number) + alpha;
  const { inverse } = invertedOf(est, gram, k);
  return {
    features: d,
    transform(x) {
      const own = timesTransposed(centred(x, isNormal ? null : mean), components, x.rows, d, k);
      const out = times(own, inverse, x.rows, k, k);
      if (isNormal) {
        const sizes = new Float64Array(k);
        for (const [at, v] of out.entries()) sizes[at % k] = (sizes[at % k] as number) + v * v;
        for (let at = 0; at < out.length; at++) {
          const size = sizes[at % k] as number;
          out[at] = (out[at] as number) / (size === 0 ? 1 : Math.sqrt(size));
        }
      }
      const made = Matrix.dense(out, x.rows, k);
      // Ridge regression of 1.6 and later gives one axis back for one target, which one row is here.
      if (x.rows === 1 && isSince(est.version, 1, 6)) made.shape = [k];
      return made;
    },
    inverseTransform: (x) => Matrix.dense(plus(times(x.data, components, x.rows, k, d), mean), x.rows, d),
  };
}

/** Principal components in the space of a kernel. */
function kernelPrincipal(est: Estimator): Model {
  const { data: points, shape } = floats(est, "X_fit_", 2);
  const [n, d] = shape as [number, number];
  const kernel = kernelOf(est);
  const isGiven = text(est, "kernel") === "precomputed";
  const values = vector(est, either(est, "eigenvalues_", "lambdas_"));
  const { data: vectors } = floats(est, either(est, "eigenvectors_", "alphas_"), 2);
  const k = values.length;
  const center = est.attrs.get("_centerer") as { attrs?: never } | undefined;
  if (center?.attrs === undefined || vectors.length !== n * k) return wrong(est, "_centerer", "a KernelCenterer");
  const rows = floatsOf((center as unknown as Estimator).attrs.get("K_fit_rows_"))?.data ?? new Float64Array(n);
  const all = num(center as unknown as Estimator, "K_fit_all_", 0);
  const dual = est.attrs.has("dual_coef_") ? floats(est, "dual_coef_", 2).data : null;
  const images = dual === null ? null : floats(est, "X_transformed_fit_", 2);
  const scaled = vectors.map((v, at) => {
    const value = values[at % k] as number;
    return value > 0 ? v / Math.sqrt(value) : 0;
  });
  const factor = new Factor(scaled, n, k);
  return {
    ...(dual !== null &&
      images !== null && {
        inverseTransform(x: Matrix) {
          const data = kernel(x, images.data, n);
          // 0.23 added to the kernel of whatever came what belongs to that of the fitted samples.
          if (isSince(est.version, 0, 23) && !isSince(est.version, 0, 24)) {
            const alpha = num(est, "alpha", 1);
            for (let at = 0; at < data.length; at += n + 1) data[at] = (data[at] as number) + alpha;
          }
          return Matrix.dense(times(data, dual, x.rows, n, d), x.rows, d);
        },
      }),
    features: isGiven ? n : d,
    transform(x) {
      const data = kernel(x, points, n);
      for (let i = 0; i < x.rows; i++) {
        const own = pairwiseSum(data, i * n, n) / n;
        for (let j = 0; j < n; j++) data[i * n + j] = (data[i * n + j] as number) - (rows[j] as number) - own + all;
      }
      return Matrix.dense(factor.times(data, x.rows), x.rows, k);
    },
  };
}

export const kinds: Kinds = {
  ...topics,
  DictionaryLearning: coder,
  MiniBatchDictionaryLearning: coder,
  SparseCoder: coder,
  SparsePCA: sparse,
  MiniBatchSparsePCA: sparse,
  NeighborhoodComponentsAnalysis: truncated,
  BernoulliRBM: boltzmann,
  PCA: principal,
  IncrementalPCA: principal,
  TruncatedSVD: truncated,
  FastICA: independent,
  FactorAnalysis: factors,
  KernelPCA: kernelPrincipal,
  SparseRandomProjection: random,
  GaussianRandomProjection: random,
};
