/**
 * Gradient boosting, by plain trees (sklearn/ensemble/_gb.py) and by histograms.
 *
 * @module
 */

import { PyObject } from "../../../core/values/object.ts";
import { expit, logSumExpRows } from "../../../math/index.ts";
import { Estimator, partOf } from "../estimator.ts";
import { floatsOf, isSince, labels, list, misfit, num, plain, text, wrong } from "../fields.ts";
import { Matrix, numberOf, winners } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { treeOf } from "../tree/index.ts";
import { eachLeaves, type Tree } from "../tree/tree.ts";
import { hists } from "./hist.ts";

/** Probabilities of raw scores: by the logistic function for one column, by softmax for more. */
export function sharesOf(raw: Matrix, factor = 1): Matrix {
  const { data, rows, cols } = raw;
  if (cols === 1) {
    const out = new Float64Array(rows * 2);
    for (let i = 0; i < rows; i++) {
      const p = expit(factor * (data[i] as number));
      out[2 * i] = 1 - p;
      out[2 * i + 1] = p;
    }
    return Matrix.dense(out, rows, 2);
  }
  const sums = logSumExpRows(data, rows, cols);
  const out = data.map((v, at) => Math.exp(v - (sums[Math.floor(at / cols)] as number)));
  return Matrix.dense(out, rows, cols);
}

/** Keeps a probability away from 0 and 1, by float32's steps and since 1.6 by float64's. */
const clipped = (p: number, eps: number): number => Math.min(Math.max(p, eps), 1 - eps);

type Start = (x: Matrix, out: Float64Array) => void;

/** What stands before the first stage: of the fitted first estimator, through the link of the loss. */
function startOf(est: Estimator, k: number, isClassifier: boolean): Start {
  const given = est.attrs.get("init_") ?? null;
  const loss = text(est, "loss");
  const isExponential = loss === "exponential";
  if (given instanceof PyObject) return oldStart(est, given, k);
  if (given === null || plain(given) === "zero" || (given instanceof Estimator && isZero(given))) return () => {};
  const init = partOf(est, given, "init_");
  const { model } = init;
  if (!isClassifier || model.predictProba === undefined) {
    return (x, out) => {
      // Trees take single precision, and what stands before them is fitted to the same table.
      const y = model.predict?.(x.rounded()) ?? misfit(est, "its first estimator does not predict");
      for (let i = 0; i < x.rows; i++) for (let c = 0; c < k; c++) out[i * k + c] = numberOf(y[i]);
    };
  }
  // Since 1.4 the link of several classes takes their geometric mean out.
  const isCentred = isSince(est.version, 1, 4);
  const eps = isSince(est.version, 1, 8) ? 2 ** -52 : 2 ** -23;
  // A prior is the same for every row.
  const isPrior = init.name === "DummyClassifier";
  return (given, out) => {
    const isOne = isPrior && given.rows > 1;
    const x = isOne ? Matrix.dense(given.data.subarray(0, given.cols), 1, given.cols) : given.rounded();
    const proba = model.predictProba?.(x) as Matrix;
    if (proba.cols !== Math.max(2, k)) misfit(est, "its first estimator knows other classes");
    for (let i = 0; i < x.rows; i++) {
      if (k === 1) {
        const p = clipped(proba.data[2 * i + 1] as number, eps);
        const logit = Math.log(p / (1 - p));
        out[i] = isExponential ? logit / 2 : logit;
        continue;
      }
      let mean = 0;
      for (let c = 0; c < k; c++) mean += Math.log(clipped(proba.data[i * k + c] as number, eps));
      const centre = Math.exp(mean / k);
      for (let c = 0; c < k; c++) {
        const p = clipped(proba.data[i * k + c] as number, eps);
        out[i * k + c] = Math.log(isCentred ? p / centre : p);
      }
    }
    for (let at = x.rows * k; at < out.length; at++) out[at] = out[at % k] as number;
  };
}

function isZero(init: Estimator): boolean {
  return init.name === "DummyRegressor" && text(init, "strategy") === "constant" && num(init, "constant", 1) === 0;
}

/** The first estimators of before 0.21, which are no estimators of today. */
function oldStart(est: Estimator, init: PyObject, k: number): Start {
  const name = init.cls instanceof PyObject ? "" : init.cls.name;
  const attr = {
    LogOddsEstimator: "prior",
    ScaledLogOddsEstimator: "prior",
    MeanEstimator: "mean",
    QuantileEstimator: "quantile",
    PriorProbabilityEstimator: "priors",
  }[name];
  if (name === "ZeroEstimator") return () => {};
  const values = attr === undefined ? null : floatsOf(init.attrs.get(attr))?.data;
  if (!values || (values.length !== 1 && values.length !== k)) return wrong(est, "init_", "an estimator that is known");
  return (x, out) => {
    for (let i = 0; i < x.rows; i++)
      for (let c = 0; c < k; c++) out[i * k + c] = values[values.length === 1 ? 0 : c] as number;
  };
}

interface Stages {
  readonly k: number;
  readonly trees: Tree[][];
  readonly features: number;
  raw(x: Matrix): Matrix;
  staged(x: Matrix): Iterable<Matrix>;
}

function stagesOf(est: Estimator, isClassifier: boolean): Stages {
  const flat = list(est, "estimators_");
  const given = est.attrs.get("estimators_") as { shape?: readonly number[] };
  const k = given.shape?.[1] ?? 1;
  const trees: Tree[][] = [];
  for (let at = 0; at < flat.length; at += k) {
    trees.push(flat.slice(at, at + k).map((one) => treeOf(partOf(est, one, "estimators_"))));
  }
  const features = trees[0]?.[0]?.features ?? misfit(est, "it has no trees");
  for (const tree of trees.flat()) if (tree.features !== features) misfit(est, "its trees differ in features");
  const rate = num(est, "learning_rate");
  const start = startOf(est, k, isClassifier);
  const begin = (x: Matrix): Float64Array => {
    const out = new Float64Array(x.rows * k);
    // The first estimator sees what the trees see.
    start(Matrix.dense(new Float64Array(x.singles), x.rows, x.cols), out);
    return out;
  };
  const all = trees.flat();
  const values = all.map((tree) => tree.value);
  const add = (first: number, stages: readonly Tree[], x: Matrix, out: Float64Array): void => {
    eachLeaves(stages, x, (leaves, t, from) => {
      const value = values[first + t] as Float64Array;
      for (let i = 0, at = from * k + (t % k); i < leaves.length; i++, at += k) {
        out[at] = (out[at] as number) + rate * (value[leaves[i] as number] as number);
      }
    });
  };
  return {
    k,
    trees,
    features,
    raw(x) {
      const out = begin(x);
      add(0, all, x, out);
      return Matrix.dense(out, x.rows, k);
    },
    *staged(x) {
      const out = begin(x);
      for (const [s, stage] of trees.entries()) {
        add(s * k, stage, x, out);
        yield Matrix.dense(out.slice(), x.rows, k);
      }
    },
  };
}

function applied(stages: Stages, isClassifier: boolean): (x: Matrix) => Matrix {
  return (x) => {
    const all = stages.trees.flat();
    const out = new Float64Array(x.rows * all.length);
    eachLeaves(all, x, (leaves, t, from) => {
      for (let i = 0; i < leaves.length; i++) out[(from + i) * all.length + t] = leaves[i] as number;
    });
    const made = Matrix.dense(out, x.rows, all.length);
    if (isClassifier) made.shape = [x.rows, stages.trees.length, stages.k];
    return made;
  };
}

function classifier(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const stages = stagesOf(est, true);
  const factor = text(est, "loss") === "exponential" ? 2 : 1;
  if (stages.k !== (classes.length === 2 ? 1 : classes.length))
    misfit(est, `${stages.k} trees for ${classes.length} classes`);
  const shares = (raw: Matrix): Matrix => sharesOf(raw, factor);
  const byShares = !isSince(est.version, 1, 4);
  const labelled = (raw: Matrix): unknown[] => {
    if (raw.cols === 1 && (!byShares || factor === 2)) return Array.from(raw.data, (v) => classes[v >= 0 ? 1 : 0]);
    const { data, cols } = byShares ? shares(raw) : raw;
    return winners(classes, data, cols);
  };
  const flat = (raw: Matrix): Matrix => (raw.cols === 1 ? Matrix.flat(raw.data) : raw);
  return {
    features: stages.features,
    single: true,
    decisionFunction: (x) => flat(stages.raw(x)),
    predict: (x) => labelled(stages.raw(x)),
    predictProba: (x) => shares(stages.raw(x)),
    apply: applied(stages, true),
    *stagedPredict(x) {
      for (const raw of stages.staged(x)) yield labelled(raw);
    },
    *stagedPredictProba(x) {
      for (const raw of stages.staged(x)) yield shares(raw);
    },
    *stagedDecisionFunction(x) {
      // Two classes keep their one column here.
      yield* stages.staged(x);
    },
  };
}

function regressor(est: Estimator): Model {
  const stages = stagesOf(est, false);
  return {
    features: stages.features,
    single: true,
    isRegressor: true,
    predict: (x) => stages.raw(x).data,
    apply: applied(stages, false),
    *stagedPredict(x) {
      for (const raw of stages.staged(x)) yield raw.data;
    },
  };
}

export const kinds: Kinds = {
  GradientBoostingClassifier: classifier,
  GradientBoostingRegressor: regressor,
  ...hists,
};
