/**
 * Histogram gradient boosting (sklearn/ensemble/_hist_gradient_boosting/gradient_boosting.py).
 *
 * @module
 */

import { PyObject } from "../../../core/values/object.ts";
import { expit, softmaxRows, walkTrees } from "../../../math/index.ts";
import { Estimator } from "../estimator.ts";
import { floatsOf, labels, list, misfit, text, wrong } from "../fields.ts";
import { Matrix, winners } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { HistTree, type Known } from "../tree/hist.ts";

/** Which categories of which features were seen at fit time. */
function knownOf(est: Estimator): Known {
  const mapper = est.attrs.get("_bin_mapper");
  if (!(mapper instanceof PyObject)) return () => false;
  const isCategorical = floatsOf(mapper.attrs.get("is_categorical_"))?.data;
  const edges = mapper.attrs.get("bin_thresholds_");
  if (isCategorical === undefined || !Array.isArray(edges)) return () => false;
  const sets = edges.map((one, f) => (isCategorical[f] ? new Set(floatsOf(one)?.data) : null));
  return (feature, category) => sets[feature]?.has(category) ?? false;
}

interface Rounds {
  readonly k: number;
  raw(x: Matrix): Matrix;
  staged(x: Matrix): Iterable<Matrix>;
}

function roundsOf(est: Estimator): Rounds & { features: number | undefined; mixed: boolean } {
  const rounds = list(est, "_predictors").map((round) =>
    Array.isArray(round)
      ? round.map((tree) => (tree instanceof HistTree ? tree : wrong(est, "_predictors", "trees")))
      : wrong(est, "_predictors", "lists of trees"),
  );
  const base = floatsOf(est.attrs.get("_baseline_prediction"))?.data ?? wrong(est, "_baseline_prediction", "numbers");
  const k = rounds[0]?.length ?? base.length;
  if (rounds.some((round) => round.length !== k) || (base.length !== 1 && base.length !== k)) {
    misfit(est, "its rounds differ in trees");
  }
  const trees = rounds.flat();
  const known = knownOf(est);
  const before = est.attrs.get("_preprocessor") ?? null;
  const preprocessor = before instanceof Estimator ? before.model : null;
  const most = Math.max(-1, ...rounds.flat().map((tree) => tree.most));
  const prepared = (x: Matrix): Matrix => {
    const made = preprocessor === null ? x : (preprocessor.transform?.(x) ?? misfit(est, "_preprocessor"));
    if (most >= made.cols) misfit(est, `its trees ask for feature ${most} of ${made.cols}`);
    return made;
  };
  const begin = (rows: number): Float64Array =>
    Float64Array.from({ length: rows * k }, (_, at) => base[base.length === 1 ? 0 : at % k] as number);
  return {
    k,
    features: undefined,
    mixed: preprocessor !== null,
    raw(x) {
      const made = prepared(x);
      const { data, cols } = made;
      const out = begin(x.rows);
      const tables = x.rows < 8 || made.hasNaN ? [] : trees.map((tree) => tree.table);
      const fast =
        tables.length > 0 &&
        tables.every((table) => table !== null) &&
        walkTrees(data, x.rows, cols, tables, (leaves, t, from) => {
          const { value } = trees[t] as HistTree;
          for (let i = 0, at = from * k + (t % k); i < leaves.length; i++, at += k) {
            out[at] = (out[at] as number) + (value[leaves[i] as number] as number);
          }
        });
      if (!fast) for (const [t, tree] of trees.entries()) tree.addTo(out, k, t % k, data, cols, known);
      return Matrix.dense(out, x.rows, k);
    },
    *staged(x) {
      const { data, cols } = prepared(x);
      const out = begin(x.rows);
      for (const round of rounds) {
        for (const [c, tree] of round.entries()) tree.addTo(out, k, c, data, cols, known);
        yield Matrix.dense(out.slice(), x.rows, k);
      }
    },
  };
}

function shares(raw: Matrix): Matrix {
  const { data, rows, cols } = raw;
  if (cols > 1) return Matrix.dense(softmaxRows(data.slice(), rows, cols), rows, cols);
  const out = new Float64Array(rows * 2);
  for (let i = 0; i < rows; i++) {
    const p = expit(data[i] as number);
    out[2 * i] = 1 - p;
    out[2 * i + 1] = p;
  }
  return Matrix.dense(out, rows, 2);
}

function classifier(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const rounds = roundsOf(est);
  if (rounds.k !== (classes.length <= 2 ? 1 : classes.length))
    misfit(est, `${rounds.k} trees for ${classes.length} classes`);
  const labelled = (raw: Matrix): unknown[] => {
    const { data, cols } = shares(raw);
    return winners(classes, data, cols);
  };
  const flat = (raw: Matrix): Matrix => (raw.cols === 1 ? Matrix.flat(raw.data) : raw);
  return {
    finite: "any",
    decisionFunction: (x) => flat(rounds.raw(x)),
    predict: (x) => labelled(rounds.raw(x)),
    predictProba: (x) => shares(rounds.raw(x)),
    *stagedPredict(x) {
      for (const raw of rounds.staged(x)) yield labelled(raw);
    },
    *stagedPredictProba(x) {
      for (const raw of rounds.staged(x)) yield shares(raw);
    },
    *stagedDecisionFunction(x) {
      for (const raw of rounds.staged(x)) yield flat(raw);
    },
  };
}

function regressor(est: Estimator): Model {
  const rounds = roundsOf(est);
  const loss = text(est, "loss") ?? "";
  const link = loss === "poisson" || loss === "gamma" ? Math.exp : (v: number): number => v;
  return {
    finite: "any",
    isRegressor: true,
    predict: (x) => rounds.raw(x).data.map(link),
    *stagedPredict(x) {
      for (const raw of rounds.staged(x)) yield raw.data.map(link);
    },
  };
}

export const hists: Kinds = {
  HistGradientBoostingClassifier: classifier,
  HistGradientBoostingRegressor: regressor,
};
