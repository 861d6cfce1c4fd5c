/**
 * Distances (sklearn/metrics/_dist_metrics.pyx.tp), summed in the order of the columns.
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { cube, rooted } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { floatsOf, isDict, plain, text } from "../fields.ts";

/** Distances between rows; `reduced` ones keep their order and are cheaper. */
export interface Metric {
  readonly name: string;
  reduced(a: Float64Array, i: number, b: Float64Array, j: number, d: number): number;
  /** From a reduced distance to the true one. */
  full(reduced: number): number;
  /** From a true distance to a reduced one. */
  back(distance: number): number;
  /** The exponent of a KD tree's bounds. */
  readonly p: number;
  /** The reduced distance where SciPy measures, if that is another. */
  bySciPy?: Metric["reduced"];
}

const same = (v: number): number => v;

const euclidean: Metric = {
  name: "euclidean",
  p: 2,
  reduced(a, i, b, j, d) {
    let sum = 0;
    for (let l = 0; l < d; l++) {
      const diff = (a[i + l] as number) - (b[j + l] as number);
      sum += diff * diff;
    }
    return sum;
  },
  full: Math.sqrt,
  back: (v) => v * v,
};

/** Squares over the columns that both rows have, as if there were as many as all; NaN where there are none. */
const present: Metric = {
  ...euclidean,
  name: "nan_euclidean",
  reduced(a, i, b, j, d) {
    let [sum, count] = [0, 0];
    for (let l = 0; l < d; l++) {
      const diff = (a[i + l] as number) - (b[j + l] as number);
      if (Number.isNaN(diff)) continue;
      sum += diff * diff;
      count++;
    }
    return count === 0 ? Number.NaN : (sum / count) * d;
  },
};

const manhattan: Metric = {
  name: "manhattan",
  p: 1,
  reduced(a, i, b, j, d) {
    let sum = 0;
    for (let l = 0; l < d; l++) sum += Math.abs((a[i + l] as number) - (b[j + l] as number));
    return sum;
  },
  full: same,
  back: same,
};

const chebyshev: Metric = {
  name: "chebyshev",
  p: Number.POSITIVE_INFINITY,
  reduced(a, i, b, j, d) {
    let most = 0;
    for (let l = 0; l < d; l++) {
      const gap = Math.abs((a[i + l] as number) - (b[j + l] as number));
      if (gap > most) most = gap;
    }
    return most;
  },
  full: same,
  back: same,
};

/** Raises what is not negative to a power. */
export function raiser(p: number): (v: number) => number {
  return p === 3 ? cube : (v) => v ** p;
}

/** Sums of cubes, without weights. */
const cubic: Metric = {
  name: "cubic",
  p: 3,
  reduced(a, i, b, j, d) {
    let sum = 0;
    for (let l = 0; l < d; l++) sum += cube(Math.abs((a[i + l] as number) - (b[j + l] as number)));
    return sum;
  },
  full: rooted,
  back: cube,
};

const minkowski = (p: number, w: Float64Array | null): Metric => ({
  name: "minkowski",
  p,
  reduced(a, i, b, j, d) {
    let sum = 0;
    for (let l = 0; l < d; l++) {
      sum += (w === null ? 1 : (w[l] as number)) * Math.abs((a[i + l] as number) - (b[j + l] as number)) ** p;
    }
    return sum;
  },
  full: (v) => v ** (1 / p),
  back: (v) => v ** p,
});

/** A metric whose distances are what they are. */
const plainMetric = (name: string, distance: Metric["reduced"]): Metric => ({
  name,
  p: 1,
  reduced: distance,
  full: same,
  back: same,
});

const cosine = plainMetric("cosine", (a, i, b, j, d) => {
  let [dot, aa, bb] = [0, 0, 0];
  for (let l = 0; l < d; l++) {
    dot += (a[i + l] as number) * (b[j + l] as number);
    aa += (a[i + l] as number) ** 2;
    bb += (b[j + l] as number) ** 2;
  }
  const similarity = dot / ((Math.sqrt(aa) || 1) * (Math.sqrt(bb) || 1));
  return Math.min(2, Math.max(0, 1 - similarity));
});

const hamming = plainMetric("hamming", (a, i, b, j, d) => {
  let count = 0;
  for (let l = 0; l < d; l++) if (a[i + l] !== b[j + l]) count++;
  return count / d;
});

const canberra = plainMetric("canberra", (a, i, b, j, d) => {
  let sum = 0;
  for (let l = 0; l < d; l++) {
    const size = Math.abs(a[i + l] as number) + Math.abs(b[j + l] as number);
    if (size > 0) sum += Math.abs((a[i + l] as number) - (b[j + l] as number)) / size;
  }
  return sum;
});

/** By the sizes of both in scikit-learn's own code, by the size of their sum in SciPy's. */
const braycurtis: Metric = {
  ...plainMetric("braycurtis", (a, i, b, j, d) => {
    let [num, all] = [0, 0];
    for (let l = 0; l < d; l++) {
      const [x, y] = [a[i + l] as number, b[j + l] as number];
      num += Math.abs(x - y);
      all += Math.abs(x) + Math.abs(y);
    }
    return all > 0 ? num / all : 0;
  }),
  bySciPy(a, i, b, j, d) {
    let [num, all] = [0, 0];
    for (let l = 0; l < d; l++) {
      num += Math.abs((a[i + l] as number) - (b[j + l] as number));
      all += Math.abs((a[i + l] as number) + (b[j + l] as number));
    }
    return num / all;
  },
};

const haversine: Metric = {
  name: "haversine",
  p: 2,
  reduced(a, i, b, j) {
    const [s0, s1] = [
      Math.sin(0.5 * ((a[i] as number) - (b[j] as number))),
      Math.sin(0.5 * ((a[i + 1] as number) - (b[j + 1] as number))),
    ];
    return s0 * s0 + Math.cos(a[i] as number) * Math.cos(b[j] as number) * s1 * s1;
  },
  full: (v) => 2 * Math.asin(Math.sqrt(v)),
  back: (v) => Math.sin(0.5 * v) ** 2,
};

/** Counts of columns where both, one or none hold something, for metrics of truth values. */
const counted = (name: string, of: (both: number, one: number, other: number, d: number) => number): Metric =>
  plainMetric(name, (a, i, b, j, d) => {
    let [both, one, other] = [0, 0, 0];
    for (let l = 0; l < d; l++) {
      const [x, y] = [a[i + l] !== 0, b[j + l] !== 0];
      if (x && y) both++;
      else if (x) one++;
      else if (y) other++;
    }
    return of(both, one, other, d);
  });

const zeroOr = (top: number, bottom: number): number => (top === 0 ? 0 : top / bottom);

const TRUTHS: Readonly<Record<string, (both: number, one: number, other: number, d: number) => number>> = {
  jaccard: (t, f, g) => zeroOr(f + g, t + f + g),
  // Two rows of nothing are no number apart by these two, and so no neighbours.
  dice: (t, f, g) => (f + g) / (2 * t + f + g),
  matching: (_, f, g, d) => (f + g) / d,
  rogerstanimoto: (_, f, g, d) => (2 * (f + g)) / (d + f + g),
  sokalmichener: (_, f, g, d) => (2 * (f + g)) / (d + f + g),
  russellrao: (t, _, __, d) => (d - t) / d,
  sokalsneath: (t, f, g) => (f + g) / (0.5 * t + f + g),
  yule: (t, f, g, d) => zeroOr(2 * f * g, t * (d - t - f - g) + f * g),
};

const correlation = plainMetric("correlation", (a, i, b, j, d) => {
  let [ma, mb] = [0, 0];
  for (let l = 0; l < d; l++) {
    ma += a[i + l] as number;
    mb += b[j + l] as number;
  }
  let [ab, aa, bb] = [0, 0, 0];
  for (let l = 0; l < d; l++) {
    const [x, y] = [(a[i + l] as number) - ma / d, (b[j + l] as number) - mb / d];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return 1 - ab / Math.sqrt(aa * bb);
});

/** Squares of differences, each column's by its own variance. */
const standard = (variance: Float64Array): Metric => ({
  ...euclidean,
  name: "seuclidean",
  reduced(a, i, b, j, d) {
    let sum = 0;
    for (let l = 0; l < d; l++) sum += ((a[i + l] as number) - (b[j + l] as number)) ** 2 / (variance[l] as number);
    return sum;
  },
});

/** Squares of differences by an inverse covariance. */
const mahalanobis = (inverse: Float64Array): Metric => ({
  ...euclidean,
  name: "mahalanobis",
  reduced(a, i, b, j, d) {
    let sum = 0;
    for (let k = 0; k < d; k++) {
      let row = 0;
      for (let l = 0; l < d; l++) {
        row += (inverse[k * d + l] as number) * ((a[i + l] as number) - (b[j + l] as number));
      }
      sum += row * ((a[i + k] as number) - (b[j + k] as number));
    }
    return sum;
  },
});

/** The metric of an estimator. `UnsupportedError` for one that brine does not have. */
export function metricOf(est: Estimator, fallback = "minkowski"): Metric {
  const name = text(est, "effective_metric_", text(est, "metric", fallback));
  const params = est.attrs.get("effective_metric_params_") ?? est.attrs.get("metric_params");
  const param = (key: string): unknown => (isDict(params) ? plain(params.get(key) ?? null) : null);
  const p = param("p") ?? plain(est.attrs.get("p") ?? 2);
  const w = floatsOf(param("w"));
  switch (name) {
    case "euclidean":
    case "l2":
      return euclidean;
    case "nan_euclidean":
      return present;
    case "sqeuclidean":
      return { ...euclidean, name: "sqeuclidean", full: same, back: same };
    case "manhattan":
    case "cityblock":
    case "l1":
      return manhattan;
    case "chebyshev":
    case "infinity":
      return chebyshev;
    case "minkowski":
    case "p":
      if (w === null && p === 2) return euclidean;
      if (w === null && p === 1) return manhattan;
      if (w === null && p === Number.POSITIVE_INFINITY) return chebyshev;
      if (w === null && p === 3) return cubic;
      return minkowski(Number(p), w?.data ?? null);
    case "cosine":
      return cosine;
    case "hamming":
      return hamming;
    case "canberra":
      return canberra;
    case "braycurtis":
      return braycurtis;
    case "haversine":
      return haversine;
    case "correlation":
      return correlation;
    // Rows are distances already: see searchOf.
    case "precomputed":
      return plainMetric(name, () => Number.NaN);
    case "wminkowski": {
      const power = Number(p);
      return minkowski(power, w?.data.map((v) => v ** power) ?? null);
    }
    case "seuclidean":
    case "mahalanobis": {
      const spread = floatsOf(param(name === "seuclidean" ? "V" : "VI"))?.data;
      if (spread !== undefined) return name === "seuclidean" ? standard(spread) : mahalanobis(spread);
      break;
    }
    default: {
      const truth = TRUTHS[name ?? ""];
      if (truth !== undefined) return counted(name as string, truth);
    }
  }
  throw new UnsupportedError("metric", `the metric ${name ?? "given by a function"} is not known here`);
}
