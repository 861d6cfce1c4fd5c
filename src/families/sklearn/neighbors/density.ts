/**
 * Densities by neighbours, and neighbours as graphs (sklearn/neighbors/_lof.py, _graph.py).
 *
 * @module
 */
import { pairwiseSum } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { misfit, num, text, vector } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { density } from "./kerneldensity.ts";
import { countOf, searchOf } from "./search.ts";
import { within } from "./within.ts";

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

/** Each row's neighbours and their distances, as a sparse table. */
function graph(isRadius: boolean): (est: Estimator) => Model {
  return (est) => {
    const search = searchOf(est);
    const isDistance = text(est, "mode", "distance") === "distance";
    const find = isRadius ? within(est, search) : null;
    return {
      features: search.features,
      finite: search.finite,
      kneighbors: (x, k) => search.nearest(x, countOf(est, k)),
      ...(find && { radiusNeighbors: find }),
      transform(x) {
        const k = isRadius ? search.count : countOf(est) + (isDistance ? 1 : 0);
        const { distances, indices } = search.nearest(x, k);
        const near = find?.(x);
        const indptr = new Int32Array(x.rows + 1);
        const places: number[] = [];
        const data: number[] = [];
        for (let i = 0; i < x.rows; i++) {
          const own = near ? new Set(near[i]?.places) : null;
          for (let at = i * k; at < (i + 1) * k; at++) {
            if (own && !own.has(indices[at] as number)) continue;
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
