/**
 * Estimators that look at nothing (sklearn/dummy.py).
 *
 * @module
 */
import { argmax, type Twister } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { floats, floatsOf, labels, labelsOf, list, misfit, num, plain, text, wrong } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { generatorOf } from "../random.ts";
import { decided, targetRows } from "../tree/index.ts";

/** How it answers; "warn" stands for what was the default up to 0.23. */
function strategyOf(est: Estimator): string {
  const strategy = text(est, "strategy", "prior") as string;
  return strategy === "warn" ? "stratified" : strategy;
}

/** One target: its labels, and the shares that every row gets. */
function target(est: Estimator, classes: unknown[], prior: Float64Array, constant: unknown): number[] {
  if (prior.length !== classes.length) misfit(est, `${prior.length} shares of ${classes.length} classes`);
  const strategy = strategyOf(est);
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
  const strategy = strategyOf(est);
  const drawn = (x: Matrix): Matrix[] => {
    const random = generatorOf(est);
    return rows.map((row) => {
      const out = new Float64Array(x.rows * row.length);
      for (let at = 0; at < out.length; at += row.length) out[at + chosen(random, row)] = 1;
      return Matrix.dense(out, x.rows, row.length);
    });
  };
  const even = (x: Matrix): unknown[] => {
    const random = generatorOf(est);
    const made = targets.map((own) => Array.from({ length: x.rows }, () => own[random.below(own.length)]));
    return isMany ? Array.from({ length: x.rows }, (_, i) => made.map((one) => one[i])) : (made[0] as unknown[]);
  };
  const proba = (x: Matrix): Matrix[] => (strategy === "stratified" ? drawn(x) : shared(x));
  const shared = (x: Matrix): Matrix[] =>
    rows.map((row) =>
      Matrix.dense(
        Float64Array.from({ length: x.rows * row.length }, (_, at) => row[at % row.length] as number),
        x.rows,
        row.length,
      ),
    );
  return {
    vector: true,
    any: true,
    finite: false,
    predict: (x) => (strategy === "uniform" ? even(x) : decided(proba(x), targets)),
    predictProba: (x) => (isMany ? proba(x) : (proba(x)[0] as Matrix)),
  };
}

/** One draw by shares, as `RandomState.multinomial(1, shares)`: class after class is taken or not. */
function chosen(random: Twister, shares: readonly number[]): number {
  let left = 1;
  for (const [j, share] of shares.entries()) {
    if (j === shares.length - 1) break;
    const p = share / left;
    left -= share;
    if (p === 0) continue;
    // Of a share above a half the other part is drawn.
    const isTaken = p <= 0.5 ? random.double() > 1 - p : !(random.double() > p);
    if (isTaken) return j;
  }
  return shares.length - 1;
}

function regressor(est: Estimator): Model {
  const { data } = floats(est, "constant_");
  const outputs = num(est, "n_outputs_", data.length);
  return {
    vector: true,
    any: true,
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
