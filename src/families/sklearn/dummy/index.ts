/**
 * Estimators that look at nothing (sklearn/dummy.py).
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { argmax } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { floats, floatsOf, labels, labelsOf, list, misfit, num, plain, text, wrong } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { decided, targetRows } from "../tree/index.ts";

/** One target: its labels, and the shares that every row gets. */
function target(est: Estimator, classes: unknown[], prior: Float64Array, constant: unknown): number[] {
  if (prior.length !== classes.length) misfit(est, `${prior.length} shares of ${classes.length} classes`);
  const strategy = text(est, "strategy", "prior");
  if (strategy === "constant") return classes.map((label) => Number(label === constant));
  if (strategy === "most_frequent") return Array.from(prior, (_, j) => Number(j === argmax(prior)));
  return strategy === "uniform" ? classes.map(() => 1 / classes.length) : Array.from(prior);
}

function classifier(est: Estimator): Model {
  const isMany = num(est, "n_outputs_", 1) > 1;
  const targets = isMany
    ? list(est, "classes_").map((one) => labelsOf(one) ?? wrong(est, "classes_", "labels"))
    : [labels(est, "classes_")];
  const given = est.attrs.get("class_prior_");
  const constants = labelsOf(est.attrs.get("constant")) ?? [plain(est.attrs.get("constant") ?? null)];
  const rows = targets.map((classes, t) => {
    const prior = floatsOf(isMany && Array.isArray(given) ? given[t] : given)?.data;
    return target(est, classes, prior ?? wrong(est, "class_prior_", "numbers"), constants[t]);
  });
  const strategy = text(est, "strategy", "prior") as string;
  const refuse = (): never => {
    throw new UnsupportedError("random", `DummyClassifier(strategy='${strategy}') draws its answers at random`);
  };
  const proba = (x: Matrix): Matrix[] =>
    rows.map((row) =>
      Matrix.dense(
        Float64Array.from({ length: x.rows * row.length }, (_, at) => row[at % row.length] as number),
        x.rows,
        row.length,
      ),
    );
  return {
    finite: false,
    predict: (x) => (/^(stratified|uniform)$/.test(strategy) ? refuse() : decided(proba(x), targets)),
    predictProba: (x) => (strategy === "stratified" ? refuse() : isMany ? proba(x) : (proba(x)[0] as Matrix)),
  };
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
