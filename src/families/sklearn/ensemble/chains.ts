/**
 * Targets one after the other, and classes as words of a code (sklearn/multioutput.py, sklearn/multiclass.py).
 *
 * @module
 */
import type { Estimator } from "../estimator.ts";
import { floats, floatsOf, isSince, labels, labelsOf, misfit, text, vector } from "../fields.ts";
import { beside, Matrix, numberOf, winners } from "../matrix.ts";
import { r2 } from "../metrics/index.ts";
import type { Kinds, Model } from "../model.ts";
import { squared } from "../squares.ts";
import { targetRows } from "../tree/index.ts";
import { byMethod, membersOf } from "./members.ts";

/** One number for each row: a label, the probability of the second class, or a score. */
function answer(est: Estimator, member: Estimator, method: string, x: Matrix): Float64Array {
  const { model } = member;
  if (method === "predict_proba" && model.predictProba) return (model.predictProba(x) as Matrix).take([1]).data;
  if (method === "decision_function" && model.decisionFunction) return model.decisionFunction(x).data;
  if (method === "predict_log_proba" && model.predictProba) {
    return (model.predictProba(x) as Matrix).take([1]).data.map(Math.log);
  }
  const given = model.predict?.(x) ?? misfit(est, `its ${member.name} does not predict`);
  return Float64Array.from(given, numberOf);
}

function chain(isRegressor: boolean): (est: Estimator) => Model {
  return (est) => {
    const members = membersOf(est);
    const k = members.length;
    const order = vector(est, "order_", k);
    const feed = text(est, "chain_method_", "predict") as string;
    const run = (x: Matrix, method: string): Float64Array => {
      const out = new Float64Array(x.rows * k);
      let own = x;
      for (const [c, member] of members.entries()) {
        const target = order[c] as number;
        if (!(target >= 0 && target < k)) misfit(est, `target ${target} of ${k}`);
        const given = answer(est, member, method, own);
        for (let i = 0; i < x.rows; i++) out[i * k + target] = given[i] as number;
        const next = feed === method ? given : answer(est, member, feed, own);
        own = beside([own, Matrix.flat(next)], x.rows, x.isSparse);
      }
      return out;
    };
    const all = (method: "predictProba" | "decisionFunction"): boolean =>
      !isRegressor && members.every((member) => member.model[method] !== undefined);
    return {
      finite: false,
      isRegressor,
      predict: (x) => targetRows(run(x, "predict"), x.rows, k, false),
      ...(all("predictProba") && {
        predictProba: (x: Matrix) => Matrix.dense(run(x, "predict_proba"), x.rows, k),
      }),
      ...(all("decisionFunction") && {
        decisionFunction: (x: Matrix) => Matrix.dense(run(x, "decision_function"), x.rows, k),
      }),
    };
  };
}

/** The class whose code word is the nearest to what the members say. */
function code(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const members = membersOf(est);
  const { data: book, shape } = floats(est, "code_book_", 2);
  const width = members.length;
  if (shape[0] !== classes.length || shape[1] !== width)
    misfit(est, "code_book_ does not fit its classes and estimators");
  return {
    finite: false,
    classes,
    predict(x) {
      const words = beside(
        members.map((member) =>
          Matrix.flat(answer(est, member, member.model.decisionFunction ? "decision_function" : "predict_proba", x)),
        ),
        x.rows,
        false,
      );
      const near = squared(words.data, book, x.rows, classes.length, width).map((v) => -v);
      return winners(classes, near, classes.length);
    },
  };
}

function constant(est: Estimator): Model {
  const y = numberOf(floatsOf(est.attrs.get("y_"))?.data[0] ?? 0);
  return {
    finite: false,
    predict: (x) => new Float64Array(x.rows).fill(y),
    decisionFunction: (x) => Matrix.flat(new Float64Array(x.rows).fill(y)),
    predictProba: (x) =>
      Matrix.dense(
        Float64Array.from({ length: 2 * x.rows }, (_, i) => (i % 2 ? y : 1 - y)),
        x.rows,
        2,
      ),
  };
}

function manyTargets(isRegressor: boolean): (est: Estimator) => Model {
  return (est) => {
    const members = membersOf(est);
    const classes = labelsOf(est.attrs.get("classes_")) ?? [];
    const predict = (x: Matrix): unknown[][] => {
      const given = members.map(
        (member) => member.model.predict?.(x) ?? misfit(est, `its ${member.name} does not predict`),
      );
      return Array.from({ length: x.rows }, (_, i) => given.map((one) => one[i]));
    };
    return {
      finite: false,
      isRegressor,
      classes,
      predict,
      // Before 0.23 other regressors weighted their targets by their variance, these never.
      ...(isRegressor && {
        score: (x: Matrix, y: ArrayLike<unknown> | null) => {
          if (y === null) return misfit(est, "its score needs y");
          // A single row has no spread to be explained.
          return y.length < 2 && isSince(est.version, 0, 22) ? Number.NaN : r2(y, predict(x));
        },
      }),
      ...(members.every((member) => member.model.predictProba) && {
        predictProba: (x: Matrix) => members.map((member) => byMethod(est, member, "predict_proba", x)),
      }),
    };
  };
}

export const chains: Kinds = {
  _ConstantPredictor: constant,
  MultiOutputClassifier: manyTargets(false),
  MultiOutputRegressor: manyTargets(true),
  ClassifierChain: chain(false),
  RegressorChain: chain(true),
  OutputCodeClassifier: code,
};
