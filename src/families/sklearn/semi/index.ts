/**
 * Learning with few labels (sklearn/semi_supervised/).
 *
 * @module
 */
import { divideRows, rowSums, times } from "../../../math/index.ts";
import { type Estimator, partOf } from "../estimator.ts";
import { either, floats, labels, misfit, num, text } from "../fields.ts";
import { kernelBy } from "../kernel/pairwise.ts";
import { Matrix, winners } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";

function propagation(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const k = classes.length;
  const { data: points, shape } = floats(est, "X_", 2);
  const [n, d] = shape as [number, number];
  const shares = floats(est, "label_distributions_", 2).data;
  if (shares.length !== n * k) misfit(est, "label_distributions_ and X_ differ in number");
  const search = text(est, "kernel") === "knn" ? partOf(est, est.attrs.get("nn_fit"), "nn_fit").model : null;
  const kernel = kernelBy("rbf", num(est, "gamma", 20), 3, 1);
  const proba = (x: Matrix): Matrix => {
    let out: Float64Array;
    if (search === null) out = times(kernel(x, points, n), shares, x.rows, n, k);
    else {
      const found = search.kneighbors?.(x) ?? misfit(est, "nn_fit finds no neighbours");
      out = new Float64Array(x.rows * k);
      for (const [at, place] of found.indices.entries()) {
        const row = Math.floor(at / found.k) * k;
        for (let c = 0; c < k; c++) out[row + c] = (out[row + c] as number) + (shares[place * k + c] as number);
      }
    }
    return Matrix.dense(divideRows(out, k, rowSums(out, x.rows, k)), x.rows, k);
  };
  return {
    features: d,
    classes,
    predictProba: proba,
    predict(x) {
      const { data } = proba(x);
      return winners(classes, data, k);
    },
  };
}

/** A classifier that was fitted on its own answers: what it became answers. */
function training(est: Estimator): Model {
  const name = either(est, "estimator_", "base_estimator_");
  return partOf(est, est.attrs.get(name), name).model;
}

export const kinds: Kinds = {
  LabelPropagation: propagation,
  LabelSpreading: propagation,
  SelfTrainingClassifier: training,
};
