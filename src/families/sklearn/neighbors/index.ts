/**
 * Nearest neighbours (sklearn/neighbors/).
 *
 * @module
 */
import {
  argmax,
  divideRows,
  logSoftmaxRows,
  pairwiseSum,
  rowSums,
  softmaxRows,
  standardized,
} from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { floats, labels, labelsOf, list, misfit, vector, wrong } from "../fields.ts";
import { Matrix, winners } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { squared } from "../squares.ts";
import { decided, targetRows } from "../tree/index.ts";
import { densities } from "./density.ts";
import { metricOf } from "./metric.ts";
import { countOf, searchOf } from "./search.ts";
import { weigh } from "./weights.ts";
import { within } from "./within.ts";

/** Classes of each target, and for each fitted sample the places of its classes. */
function targets(est: Estimator): { classes: unknown[][]; y: Float64Array; width: number } {
  const { data: y, shape } = floats(est, "_y");
  const width = shape.length === 2 ? (shape[1] as number) : 1;
  const given = labelsOf(est.attrs.get("classes_")) ?? wrong(est, "classes_", "labels");
  const isMany = width > 1 || est.attrs.get("outputs_2d_") === true;
  const classes = isMany
    ? list(est, "classes_").map((one) => labelsOf(one) ?? wrong(est, "classes_", "labels"))
    : [given];
  for (let i = 0; i < y.length; i++) {
    const size = classes[i % width]?.length ?? 0;
    if (!((y[i] as number) >= 0 && (y[i] as number) < size)) misfit(est, `class ${y[i]} of ${size}`);
  }
  return { classes, y, width };
}

function classifier(est: Estimator): Model {
  const search = searchOf(est);
  const weights = weigh(est);
  const { classes, y, width } = targets(est);
  if (y.length !== search.count * width) misfit(est, `${y.length} labels for ${search.count} samples`);
  const probas = (x: Matrix): Matrix[] => {
    const { distances, indices, k } = search.nearest(x, countOf(est));
    const w = weights?.(distances, k) ?? null;
    return classes.map((own, target) => {
      const size = own.length;
      const out = new Float64Array(x.rows * size);
      for (let i = 0; i < x.rows; i++) {
        for (let j = i * k; j < (i + 1) * k; j++) {
          const at = i * size + (y[(indices[j] as number) * width + target] as number);
          out[at] = (out[at] as number) + (w === null ? 1 : (w[j] as number));
        }
      }
      const sums = rowSums(out, x.rows, size).map((sum) => (sum === 0 ? 1 : sum));
      return Matrix.dense(divideRows(out, size, sums), x.rows, size);
    });
  };
  return {
    features: search.features,
    finite: search.finite,
    kneighbors: (x, k) => search.nearest(x, countOf(est, k)),
    predict: (x) => decided(probas(x), classes),
    predictProba: (x) => (classes.length === 1 ? (probas(x)[0] as Matrix) : probas(x)),
  };
}

function regressor(est: Estimator): Model {
  const search = searchOf(est);
  const weights = weigh(est);
  const { data: y, shape } = floats(est, "_y");
  const width = shape.length === 2 ? (shape[1] as number) : 1;
  if (y.length !== search.count * width) misfit(est, `${y.length} targets for ${search.count} samples`);
  return {
    features: search.features,
    finite: search.finite,
    isRegressor: true,
    kneighbors: (x, k) => search.nearest(x, countOf(est, k)),
    predict(x) {
      const { distances, indices, k } = search.nearest(x, countOf(est));
      const w = weights?.(distances, k) ?? null;
      const out = new Float64Array(x.rows * width);
      const parts = new Float64Array(k);
      for (let i = 0; i < x.rows; i++) {
        const all = w === null ? k : pairwiseSum(w, i * k, k);
        for (let t = 0; t < width; t++) {
          for (let j = 0; j < k; j++) {
            const v = y[(indices[i * k + j] as number) * width + t] as number;
            parts[j] = w === null ? v : v * (w[i * k + j] as number);
          }
          out[i * width + t] = pairwiseSum(parts) / all;
        }
      }
      return targetRows(out, x.rows, width, shape.length === 1);
    },
  };
}

function nearest(est: Estimator): Model {
  const search = searchOf(est);
  return {
    features: search.features,
    finite: search.finite,
    kneighbors: (x, k) => search.nearest(x, countOf(est, k)),
    radiusNeighbors: within(est, search),
  };
}

function radiusClassifier(est: Estimator): Model {
  const search = searchOf(est);
  const find = within(est, search);
  const weights = weigh(est);
  const { classes, y, width } = targets(est);
  const outliers = outliersOf(est, classes.length);
  const probas = (x: Matrix): Matrix[] => {
    const found = find(x);
    return classes.map((own, target) => {
      const outlier = outliers[target] ?? null;
      const out = new Float64Array(x.rows * own.length);
      for (const [i, { places, distances }] of found.entries()) {
        const w = weights === null || places.length === 0 ? null : weights(distances, places.length);
        if (places.length === 0 && outlier === null) {
          throw new TypeError(`No neighbors found for test sample ${i}: no outlier_label was set`);
        }
        for (const [j, place] of places.entries()) {
          const at = i * own.length + (y[place * width + target] as number);
          out[at] = (out[at] as number) + (w === null ? 1 : (w[j] as number));
        }
        if (places.length === 0 && own.includes(outlier)) out[i * own.length + own.indexOf(outlier)] = 1;
      }
      const sums = rowSums(out, x.rows, own.length).map((sum) => (sum === 0 ? 1 : sum));
      return Matrix.dense(divideRows(out, own.length, sums), x.rows, own.length);
    });
  };
  const decide = ({ data, rows, cols }: Matrix, own: readonly unknown[], outlier: unknown): unknown[] =>
    Array.from({ length: rows }, (_, i) => {
      const best = argmax(data, i * cols, cols);
      return data[i * cols + best] === 0 ? outlier : own[best];
    });
  return {
    features: search.features,
    finite: search.finite,
    radiusNeighbors: find,
    predictProba: (x) => (classes.length === 1 ? (probas(x)[0] as Matrix) : probas(x)),
    predict(x) {
      const made = probas(x).map((one, target) => decide(one, classes[target] as unknown[], outliers[target] ?? null));
      return made.length === 1
        ? (made[0] as unknown[])
        : Array.from({ length: x.rows }, (_, i) => made.map((one) => one[i]));
    },
  };
}

/** What rows without neighbours are, by target; nothing where there is no such label. */
function outliersOf(est: Estimator, count: number): unknown[] {
  const given = est.attrs.get("outlier_label_") ?? null;
  if (given === null) return [];
  const all = labelsOf(given) ?? wrong(est, "outlier_label_", "labels");
  return all.length === count
    ? all.map((one) => (Array.isArray(one) ? one[0] : one))
    : misfit(est, "outlier_label_ does not fit its targets");
}

function radiusRegressor(est: Estimator): Model {
  const search = searchOf(est);
  const find = within(est, search);
  const weights = weigh(est);
  const { data: y, shape } = floats(est, "_y");
  const width = shape.length === 2 ? (shape[1] as number) : 1;
  return {
    isRegressor: true,
    features: search.features,
    finite: search.finite,
    radiusNeighbors: find,
    predict(x) {
      const out = new Float64Array(x.rows * width).fill(Number.NaN);
      for (const [i, { places, distances }] of find(x).entries()) {
        if (places.length === 0) continue;
        const w = weights?.(distances, places.length) ?? null;
        for (let t = 0; t < width; t++) {
          const values = Float64Array.from(places, (place) => y[place * width + t] as number);
          out[i * width + t] =
            w === null
              ? pairwiseSum(values) / values.length
              : pairwiseSum(values.map((v, j) => v * (w[j] as number))) / pairwiseSum(w);
        }
      }
      return targetRows(out, x.rows, width, shape.length === 1);
    },
  };
}

/** Scores by distances in units of the spread within classes, which scikit-learn has since 1.6. */
function scored(est: Estimator, centers: Float64Array, k: number, d: number): Model {
  const spread = vector(est, "within_class_std_dev_", d).map((v) => (v === 0 ? 1 : v));
  const prior = vector(est, "class_prior_", k);
  const scaled = centers.map((v, at) => v / (spread[at % d] as number));
  const scores = (x: Matrix): Float64Array => {
    const own = standardized(x.data, d, null, spread);
    return squared(own, scaled, x.rows, k, d).map((v, at) => -v + 2 * Math.log(prior[at % k] as number));
  };
  const classes = labels(est, "classes_");
  const isEven = prior.every((p) => Math.abs(p - 1 / k) <= 1e-8 + 1e-5 / k);
  return {
    // Classes of one size are told apart by the plain distance.
    ...(!isEven && {
      predict(x: Matrix): unknown[] {
        const all = scores(x);
        return winners(classes, all, k);
      },
    }),
    decisionFunction(x) {
      const all = scores(x);
      if (k !== 2) return Matrix.dense(all, x.rows, k);
      return Matrix.flat(
        Float64Array.from({ length: x.rows }, (_, i) => (all[2 * i + 1] as number) - (all[2 * i] as number)),
      );
    },
    predictProba: (x) => Matrix.dense(softmaxRows(scores(x), x.rows, k), x.rows, k),
    predictLogProba: (x) => Matrix.dense(logSoftmaxRows(scores(x), x.rows, k), x.rows, k),
  };
}

function centroid(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const { data, shape } = floats(est, "centroids_", 2);
  const d = shape[1] as number;
  const k = classes.length;
  if (shape[0] !== k) misfit(est, "centroids_ and classes_ differ in number");
  const metric = metricOf(est, "euclidean");
  const isManhattan = metric.name === "manhattan";
  const deviation = est.attrs.has("within_class_std_dev_") && est.attrs.has("class_prior_") && !isManhattan;
  return {
    features: d,
    predict(x) {
      const isSquared = metric.name === "euclidean" || metric.name === "sqeuclidean";
      const all = isSquared ? squared(x.data, data, x.rows, k, d) : new Float64Array(x.rows * k);
      for (let at = 0; !isSquared && at < all.length; at++) {
        all[at] = metric.reduced(x.data, Math.floor(at / k) * d, data, (at % k) * d, d);
      }
      const turned = all.map((v) => -v);
      return winners(classes, turned, k);
    },
    ...(deviation && scored(est, data, k, d)),
  };
}

export const kinds: Kinds = {
  ...densities,
  KNeighborsClassifier: classifier,
  KNeighborsRegressor: regressor,
  NearestNeighbors: nearest,
  RadiusNeighborsClassifier: radiusClassifier,
  RadiusNeighborsRegressor: radiusRegressor,
  NearestCentroid: centroid,
};
