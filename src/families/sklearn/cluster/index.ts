/**
 * Clusters and mixtures (sklearn/cluster/, sklearn/mixture/).
 *
 * @module
 */

import { PyObject } from "../../../core/values/object.ts";
import {
  argmax,
  csrTimes,
  Factor,
  log2pi,
  logSumExpRows,
  pairwiseSum,
  rowSums,
  standardized,
  timesTransposed,
} from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { floats, floatsOf, isSince, misfit, num, text, vector, wrong } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { squared } from "../squares.ts";

interface Centers {
  readonly data: Float64Array;
  readonly k: number;
  readonly d: number;
}

function centersOf(est: Estimator, name = "cluster_centers_"): Centers {
  const { data, shape } = floats(est, name, 2);
  return { data, k: shape[0] as number, d: shape[1] as number };
}

/** The nearest centre by `cc - 2 x c`, the first of equals. */
function nearest(x: Matrix, { data, k, d }: Centers): number[] {
  const dots = x.isSparse ? csrTimes(x.csr, data, k) : timesTransposed(x.data, data, x.rows, d, k);
  const norms = Array.from({ length: k }, (_, c) => {
    let sum = 0;
    for (let l = c * d; l < (c + 1) * d; l++) sum += (data[l] as number) * (data[l] as number);
    return sum;
  });
  const scores = dots.map((v, at) => 2 * v - (norms[at % k] as number));
  return Array.from({ length: x.rows }, (_, i) => argmax(scores, i * k, k));
}

function distances(x: Matrix, { data, k, d }: Centers): Matrix {
  return Matrix.dense(squared(x.data, data, x.rows, k, d).map(Math.sqrt), x.rows, k);
}

function means(est: Estimator): Model {
  const centers = centersOf(est);
  const { d, data } = centers;
  return {
    features: d,
    predict: (x) => nearest(x, centers),
    transform: (x) => distances(x, centers),
    score(x) {
      let sum = 0;
      for (const [i, c] of nearest(x, centers).entries()) {
        for (let l = 0; l < d; l++) sum += ((x.data[i * d + l] as number) - (data[c * d + l] as number)) ** 2;
      }
      return -sum;
    },
  };
}

interface Split {
  readonly centre: Float64Array;
  readonly label: number;
  readonly parts: readonly [Split, Split] | null;
}

/** The halves of halves that the clusters were made by. */
function splitOf(est: Estimator, value: unknown, d: number, level: number): Split {
  if (!(value instanceof PyObject) || level > 4096) return wrong(est, "_bisecting_tree", "a tree");
  const parts = [value.attrs.get("left") ?? null, value.attrs.get("right") ?? null];
  return {
    centre: vector(value, "center", d),
    label: num(value, "label", -1),
    parts: parts[0] === null ? null : [splitOf(est, parts[0], d, level + 1), splitOf(est, parts[1], d, level + 1)],
  };
}

function bisecting(est: Estimator): Model {
  const { d } = centersOf(est);
  const tree = splitOf(est, est.attrs.get("_bisecting_tree"), d, 0);
  const mean = floatsOf(est.attrs.get("_X_mean") ?? null)?.data ?? null;
  return {
    ...means(est),
    predict(x) {
      const own = mean === null || x.isSparse ? x.data : standardized(x.data, d, mean, null);
      const out = new Array<number>(x.rows).fill(0);
      const open = [{ at: tree, places: Array.from(out.keys()) }];
      for (let one = open.pop(); one !== undefined; one = open.pop()) {
        const { at, places } = one;
        if (at.parts === null) for (const i of places) out[i] = at.label;
        if (at.parts === null || places.length === 0) continue;
        const [a, b] = at.parts;
        const data = new Float64Array(2 * d);
        data.set(a.centre);
        data.set(b.centre, d);
        const rows = new Float64Array(places.length * d);
        for (const [to, i] of places.entries()) rows.set(own.subarray(i * d, (i + 1) * d), to * d);
        const sides = nearest(Matrix.dense(rows, places.length, d), { data, k: 2, d });
        open.push({ at: a, places: places.filter((_, to) => sides[to] === 0) });
        open.push({ at: b, places: places.filter((_, to) => sides[to] !== 0) });
      }
      return out;
    },
  };
}

function shift(est: Estimator): Model {
  const centers = centersOf(est);
  // Without a centre, since none was found, all rows are noise.
  const predict = (x: Matrix): number[] => (centers.k === 0 ? new Array(x.rows).fill(-1) : nearest(x, centers));
  return { features: centers.d, predict };
}

function birch(est: Estimator): Model {
  const centers = centersOf(est, "subcluster_centers_");
  const labels = vector(est, "subcluster_labels_", centers.k);
  return {
    features: centers.d,
    predict: (x) => nearest(x, centers).map((c) => labels[c] as number),
    transform: (x) => distances(x, centers),
  };
}

/** Columns that belong together, as their mean. */
function agglomeration(est: Estimator): Model {
  const labels = vector(est, "labels_");
  const k = Math.max(...labels) + 1;
  const sizes = new Float64Array(k);
  for (const label of labels) sizes[label] = (sizes[label] as number) + 1;
  const d = labels.length;
  return {
    features: d,
    transform(x) {
      const out = new Float64Array(x.rows * k);
      for (let i = 0; i < x.rows; i++) {
        for (let j = 0; j < d; j++) {
          const at = i * k + (labels[j] as number);
          out[at] = (out[at] as number) + (x.data[i * d + j] as number);
        }
      }
      return Matrix.dense(
        out.map((v, at) => v / (sizes[at % k] as number)),
        x.rows,
        k,
      );
    },
    inverseTransform(x) {
      const out = Float64Array.from(
        { length: x.rows * d },
        (_, at) => x.data[Math.floor(at / d) * k + (labels[at % d] as number)] as number,
      );
      return Matrix.dense(out, x.rows, d);
    },
  };
}

/** Since 1.7 squared distances are put into a table of the input's dtype, in 1.7 the logarithm of 2π as well. */
function heldOf(est: Estimator, x: Matrix): { held: Matrix["held"]; constant: number } {
  const held = isSince(est.version, 1, 7) ? x.held : null;
  return { held, constant: held !== null && !isSince(est.version, 1, 8) ? held(log2pi) : log2pi };
}

/** Log-densities of each component, `(rows, components)`, without weights. */
function densities(est: Estimator, k: number, d: number, mu: Float64Array): (x: Matrix) => Float64Array {
  const kind = text(est, "covariance_type") ?? "full";
  const { data: chol } = floats(est, "precisions_cholesky_");
  const size = { full: k * d * d, tied: d * d, diag: k * d, spherical: k }[kind];
  if (size === undefined || chol.length !== size)
    return misfit(est, `its precisions do not fit covariance_type ${kind}`);
  const det = (c: number): number => {
    if (kind === "spherical") return d * Math.log(chol[c] as number);
    const logs = Float64Array.from({ length: d }, (_, l) => {
      if (kind === "diag") return Math.log(chol[c * d + l] as number);
      return Math.log(chol[(kind === "full" ? c * d * d : 0) + l * d + l] as number);
    });
    return pairwiseSum(logs);
  };
  const dets = Array.from({ length: k }, (_, c) => det(c));
  if (kind === "diag") {
    const precisions = chol.map((v) => v * v);
    const pulled = mu.map((v, at) => v * (precisions[at] as number));
    const own = rowSums(
      pulled.map((v, at) => v * (mu[at] as number)),
      k,
      d,
    );
    return (x) => {
      const { data, rows } = x;
      const { constant } = heldOf(est, x);
      const cross = timesTransposed(data, pulled, rows, d, k);
      const out = timesTransposed(
        data.map((v) => v * v),
        precisions,
        rows,
        d,
        k,
      );
      for (let i = 0, at = 0; i < rows; i++) {
        for (let c = 0; c < k; c++, at++) {
          const sum = (own[c] as number) - 2 * (cross[at] as number) + (out[at] as number);
          out[at] = -0.5 * (d * constant + sum) + (dets[c] as number);
        }
      }
      return out;
    };
  }
  const isProduct = kind === "full" || kind === "tied";
  const factors = Array.from({ length: kind === "full" ? k : Number(isProduct) }, (_, c) => {
    return new Factor(chol.slice(c * d * d, (c + 1) * d * d), d, d);
  });
  return (x) => {
    const n = x.rows;
    const out = new Float64Array(n * k);
    const { held, constant } = heldOf(est, x);
    let turned: Float64Array | null = null;
    for (let c = 0; c < k; c++) {
      const own = mu.slice(c * d, (c + 1) * d);
      const factor = factors[kind === "full" ? c : 0];
      if (factor && (turned === null || kind === "full")) turned = factor.times(x.data, n);
      const offset = factor?.times(own, 1) ?? null;
      const squares = new Float64Array(d);
      for (let i = 0; i < n; i++) {
        for (let l = 0; l < d; l++) {
          const diff =
            turned === null || offset === null
              ? ((x.data[i * d + l] as number) - (own[l] as number)) * (chol[c] as number)
              : (turned[i * d + l] as number) - (offset[l] as number);
          squares[l] = diff * diff;
        }
        const sum = pairwiseSum(squares);
        out[i * k + c] = -0.5 * (d * constant + (held !== null && isProduct ? held(sum) : sum)) + (dets[c] as number);
      }
    }
    return out;
  };
}

function mixture(
  weigh: (est: Estimator, k: number, d: number) => { weights: Float64Array; extra: Float64Array | null },
): (est: Estimator) => Model {
  return (est) => {
    const { data: mu, k, d } = centersOf(est, "means_");
    const density = densities(est, k, d, mu);
    const { weights, extra } = weigh(est, k, d);
    const weighted = (x: Matrix): Float64Array =>
      density(x).map((v, at) => v + (extra === null ? 0 : (extra[at % k] as number)) + (weights[at % k] as number));
    return {
      features: d,
      predict(x) {
        const data = weighted(x);
        return Array.from({ length: x.rows }, (_, i) => argmax(data, i * k, k));
      },
      predictProba(x) {
        const data = weighted(x);
        const sums = logSumExpRows(data, x.rows, k);
        return Matrix.dense(
          data.map((v, at) => Math.exp(v - (sums[Math.floor(at / k)] as number))),
          x.rows,
          k,
        );
      },
      scoreSamples: (x) => Matrix.flat(logSumExpRows(weighted(x), x.rows, k)),
      score: (x) => pairwiseSum(logSumExpRows(weighted(x), x.rows, k)) / x.rows,
    };
  };
}

/** The derivative of `log Γ`, by its recurrence and its asymptotic series. */
function digamma(value: number): number {
  let x = value;
  let out = 0;
  for (; x < 10; x++) out -= 1 / x;
  const r = 1 / (x * x);
  const series =
    r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - r * (691 / 32760 - r / 12))))));
  return out + Math.log(x) - 0.5 / x - series;
}

function bayesian(est: Estimator, k: number, d: number): { weights: Float64Array; extra: Float64Array } {
  const dof = vector(est, "degrees_of_freedom_");
  const precision = vector(est, "mean_precision_", k);
  const given = est.attrs.get("weight_concentration_");
  let weights: Float64Array;
  if (Array.isArray(given)) {
    const [a, b] =
      floats(est, "weight_concentration_", 2).data.length === 2 * k
        ? [
            floats(est, "weight_concentration_").data.subarray(0, k),
            floats(est, "weight_concentration_").data.subarray(k),
          ]
        : wrong(est, "weight_concentration_", "two arrays");
    let before = 0;
    weights = Float64Array.from({ length: k }, (_, c) => {
      const all = digamma((a[c] as number) + (b[c] as number));
      const out = digamma(a[c] as number) - all + before;
      before += digamma(b[c] as number) - all;
      return out;
    });
  } else {
    const alpha = vector(est, "weight_concentration_", k);
    const all = digamma(pairwiseSum(alpha));
    weights = alpha.map((v) => digamma(v) - all);
  }
  const extra = Float64Array.from({ length: k }, (_, c) => {
    const nu = dof[dof.length === 1 ? 0 : c] as number;
    let lambda = d * Math.log(2);
    for (let l = 0; l < d; l++) lambda += digamma(0.5 * (nu - l));
    return -0.5 * d * Math.log(nu) + 0.5 * (lambda - d / (precision[c] as number));
  });
  return { weights, extra };
}

export const kinds: Kinds = {
  KMeans: means,
  BisectingKMeans: bisecting,
  MiniBatchKMeans: means,
  MeanShift: shift,
  AffinityPropagation: shift,
  Birch: birch,
  FeatureAgglomeration: agglomeration,
  GaussianMixture: mixture((est, k) => ({ weights: vector(est, "weights_", k).map(Math.log), extra: null })),
  BayesianGaussianMixture: mixture(bayesian),
};
