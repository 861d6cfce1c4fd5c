/**
 * Estimators that look at nothing (sklearn/dummy.py).
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { argmax } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { floats, labels, num, plain, text, vector } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { targetRows } from "../tree/index.ts";

function classifier(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const k = classes.length;
  const strategy = text(est, "strategy", "prior");
  const prior = vector(est, "class_prior_", k);
  const row =
    strategy === "constant"
      ? classes.map((label) => Number(label === plainConstant(est)))
      : strategy === "most_frequent"
        ? Array.from(prior, (_, j) => Number(j === argmax(prior)))
        : Array.from(prior);
  const isRandom = strategy === "stratified" || strategy === "uniform";
  const shares = strategy === "uniform" ? row.map(() => 1 / k) : row;
  const refuse = (): never => {
    throw new UnsupportedError("random", `DummyClassifier(strategy='${strategy}') draws its answers at random`);
  };
  return {
    finite: false,
    predict: (x) => (isRandom ? refuse() : new Array(x.rows).fill(classes[argmax(row)])),
    predictProba: (x) =>
      strategy === "stratified"
        ? refuse()
        : Matrix.dense(
            Float64Array.from({ length: x.rows * k }, (_, at) => shares[at % k] as number),
            x.rows,
            k,
          ),
  };
}

function plainConstant(est: Estimator): unknown {
  const value = est.attrs.get("constant");
  return Array.isArray(value) ? plain(value[0]) : plain(value ?? null);
}

function regressor(est: Estimator): Model {
  const { data } = floats(est, "constant_");
  const outputs = num(est, "n_outputs_", data.length);
  return {
    finite: false,
    isRegressor: true,
    predict: (x) =>
      targetRows(
        Float64Array.from({ length: x.rows * outputs }, (_, at) => data[at % data.length] as number),
        x.rows,
        outputs,
      ),
  };
}

export const kinds: Kinds = { DummyClassifier: classifier, DummyRegressor: regressor };
