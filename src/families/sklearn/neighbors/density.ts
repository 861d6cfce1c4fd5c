/**
 * Densities by neighbours, and neighbours as graphs (sklearn/neighbors/_lof.py, _kde.py, _graph.py).
 *
 * @module
 */
import { pairwiseSum } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { floatsOf, misfit, num, text, vector, wrong } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { SpaceTree } from "../tree/space.ts";
import { metricOf } from "./metric.ts";
import { countOf, searchOf, within } from "./search.ts";

/** The mean of each row of `k` items, as NumPy adds them. */
function means(data: Float64Array, k: number): Float64Array {
  return Float64Array.from({ length: data.length / k }, (_, i) => pairwiseSum(data, i * k, k) / k);
}

/** How much thinner it is around a row than around its neighbours. */
function outlier(est: Estimator): Model {
  const search = searchOf(est);
  const own = {
    features: search.features,
    finite: search.finite,
    kneighbors: (x: Matrix, k?: number) => search.nearest(x, countOf(est, k)),
  };
  if (est.attrs.get("novelty") !== true) return own;
  const n = search.count;
  const k = num(est, "n_neighbors_", 20);
  const lrd = vector(est, "_lrd", n);
  const reach = vector(est, "_distances_fit_X_");
  const width = reach.length / n;
  if (!(Number.isInteger(width) && width >= k)) misfit(est, "_distances_fit_X_ does not fit its neighbours");
  const offset = num(est, "offset_", -1.5);
  const scores = (x: Matrix): Float64Array => {
    const { distances, indices } = search.nearest(x, k);
    const far = distances.map((v, at) => Math.max(v, reach[(indices[at] as number) * width + k - 1] as number));
    const dense = means(far, k).map((v) => 1 / (v + 1e-10));
    const ratios = distances.map(
      (_, at) => (lrd[indices[at] as number] as number) / (dense[Math.floor(at / k)] as number),
    );
    return means(ratios, k).map((v) => -v);
  };
  const decide = (x: Matrix): Float64Array => scores(x).map((v) => v - offset);
  return {
    ...own,
    scoreSamples: (x) => Matrix.flat(scores(x)),
    decisionFunction: (x) => Matrix.flat(decide(x)),
    predict: (x) => Array.from(decide(x), (v) => (v < 0 ? -1 : 1)),
  };
}

/** Logarithm of the volume of a ball of `d` dimensions. */
function logVolume(d: number): number {
  let out = d % 2 === 0 ? 0 : Math.log(2);
  for (let i = d; i > 1; i -= 2) out += Math.log((2 * Math.PI) / i);
  return out;
}

function logFactorial(n: number): number {
  let out = 0;
  for (let i = 2; i <= n; i++) out += Math.log(i);
  return out;
}

/** Logarithms of a kernel at a distance in units of the bandwidth, and of its integral. */
function kernelOf(name: string, d: number): { at: (v: number) => number; norm: number } | null {
  const inside = (v: number, value: number): number => (v < 1 ? value : Number.NEGATIVE_INFINITY);
  switch (name) {
    case "gaussian":
      return { at: (v) => -0.5 * v * v, norm: 0.5 * d * Math.log(2 * Math.PI) };
    case "tophat":
      return { at: (v) => inside(v, 0), norm: logVolume(d) };
    case "epanechnikov":
      return { at: (v) => inside(v, Math.log(1 - v * v)), norm: logVolume(d) + Math.log(2 / (d + 2)) };
    case "exponential":
      return { at: (v) => -v, norm: Math.log(2 * Math.PI) + logVolume(d - 2) + logFactorial(d - 1) };
    case "linear":
      return { at: (v) => inside(v, Math.log(1 - v)), norm: logVolume(d) - Math.log(d + 1) };
    case "cosine": {
      let sum = 0;
      let term = 2 / Math.PI;
      for (let k = 1; k <= d; k += 2) {
        sum += term;
        term *= -(d - k) * (d - k - 1) * (2 / Math.PI) ** 2;
      }
      const surface = d === 1 ? Math.log(2) : Math.log(2 * Math.PI) + logVolume(d - 2);
      return { at: (v) => inside(v, Math.log(Math.cos(0.5 * Math.PI * v))), norm: Math.log(sum) + surface };
    }
    default:
      return null;
  }
}

function density(est: Estimator): Model {
  const tree = est.attrs.get("tree_");
  if (!(tree instanceof SpaceTree)) return wrong(est, "tree_", "a KDTree or BallTree");
  const { points, dims: d } = tree;
  const n = tree.order.length;
  const metric = metricOf(est, "euclidean");
  const name = text(est, "kernel", "gaussian") as string;
  const kernel = kernelOf(name, d) ?? misfit(est, `its kernel is ${name}`);
  const norm = name === "exponential" && d === 1 ? Math.log(2) : kernel.norm;
  // Rules of thumb have names, and what they came to stands beside them.
  const h = est.attrs.has("bandwidth_") ? num(est, "bandwidth_") : num(est, "bandwidth", 1);
  const weights = floatsOf(tree.state?.[12] ?? null)?.data ?? null;
  const all = Math.log(weights === null || weights.length !== n ? n : pairwiseSum(weights));
  const scores = (x: Matrix): Float64Array => {
    const out = new Float64Array(x.rows);
    const logs = new Float64Array(n);
    for (let i = 0; i < x.rows; i++) {
      let top = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < n; j++) {
        const far = metric.full(metric.reduced(x.data, i * d, points, j * d, d)) / h;
        logs[j] = kernel.at(far) + (weights?.length === n ? Math.log(weights[j] as number) : 0);
        top = Math.max(top, logs[j] as number);
      }
      const shift = Number.isFinite(top) ? top : 0;
      const sum = pairwiseSum(logs.map((v) => Math.exp(v - shift)));
      out[i] = Math.log(sum) + shift - norm - d * Math.log(h) - all;
    }
    return out;
  };
  return { features: d, scoreSamples: (x) => Matrix.flat(scores(x)), score: (x) => pairwiseSum(scores(x)) };
}

/** Each row's neighbours and their distances, as a sparse table. */
function graph(isRadius: boolean): (est: Estimator) => Model {
  return (est) => {
    const search = searchOf(est);
    const isDistance = text(est, "mode", "distance") === "distance";
    const radius = num(est, "radius", 1);
    return {
      features: search.features,
      finite: search.finite,
      kneighbors: (x, k) => search.nearest(x, countOf(est, k)),
      ...(isRadius && { radiusNeighbors: within(est, search) }),
      transform(x) {
        const k = isRadius ? search.count : countOf(est) + (isDistance ? 1 : 0);
        const { distances, indices } = search.nearest(x, k);
        const indptr = new Int32Array(x.rows + 1);
        const places: number[] = [];
        const data: number[] = [];
        for (let i = 0; i < x.rows; i++) {
          for (let at = i * k; at < (i + 1) * k; at++) {
            if (isRadius && !((distances[at] as number) <= radius)) break;
            places.push(indices[at] as number);
            data.push(isDistance ? (distances[at] as number) : 1);
          }
          indptr[i + 1] = places.length;
        }
        return Matrix.sparse({ rows: x.rows, cols: search.count, indptr, indices: places, data });
      },
    };
  };
}

export const densities: Kinds = {
  LocalOutlierFactor: outlier,
  KernelDensity: density,
  KNeighborsTransformer: graph(false),
  RadiusNeighborsTransformer: graph(true),
};
