/**
 * Choosing columns (sklearn/feature_selection/).
 *
 * @module
 */
import { median, pairwiseSum } from "../../../math/index.ts";
import { Estimator, partOf } from "../estimator.ts";
import { floats, isSince, labels, list, misfit, num, plain, text, vector, wrong } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { linearCoef } from "../svm/coef.ts";
import { Tree } from "../tree/tree.ts";

/** A model that keeps the columns whose mask is set. */
function keeping(mask: readonly boolean[], more: Model = {}): Model {
  const places = mask.flatMap((on, j) => (on ? [j] : []));
  const d = mask.length;
  return {
    features: d,
    mixed: true,
    kept: places,
    transform: (x) => x.take(places),
    inverseTransform(x) {
      const out = new Float64Array(x.rows * d);
      for (let i = 0; i < x.rows; i++)
        for (const [t, j] of places.entries()) out[i * d + j] = x.data[i * places.length + t] as number;
      return Matrix.dense(out, x.rows, d).asSingle(x.isSingle);
    },
    ...more,
  };
}

function variance(est: Estimator): Model {
  const cut = num(est, "threshold", 0);
  return keeping(
    Array.from(vector(est, "variances_"), (v) => v > cut),
    { finite: "any" },
  );
}

const scoresOf = (est: Estimator): Float64Array =>
  vector(est, "scores_").map((v) => (Number.isNaN(v) ? -Number.MAX_VALUE : v));

function best(est: Estimator, k: unknown): boolean[] {
  const scores = scoresOf(est);
  const mask = new Array<boolean>(scores.length).fill(false);
  if (k === "all") return mask.fill(true);
  const order = Array.from(scores, (_, j) => j).sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
  const count = Number(k);
  for (const j of count === 0 ? [] : order.slice(-count)) mask[j] = true;
  return mask;
}

function percentile(est: Estimator, share: number): boolean[] {
  const scores = scoresOf(est);
  const n = scores.length;
  if (share === 100) return new Array<boolean>(n).fill(true);
  if (share === 0) return new Array<boolean>(n).fill(false);
  const sorted = scores.slice().sort();
  const place = ((100 - share) / 100) * (n - 1);
  const low = Math.floor(place);
  const [a, b] = [sorted[low] as number, sorted[Math.min(low + 1, n - 1)] as number];
  const part = place - low;
  // As NumPy goes between them: from the nearer one since 1.20, so that two infinities leave no number.
  const near = part >= 0.5 ? b - (b - a) * (1 - part) : a + (b - a) * part;
  const cut = isSince(est.version, 0, 24) ? near : a * (1 - part) + b * part;
  const mask = Array.from(scores, (v) => v > cut);
  const ties = Array.from(scores, (_, j) => j).filter((j) => scores[j] === cut);
  const room = Math.trunc((n * share) / 100) - mask.filter(Boolean).length;
  for (const j of ties.slice(0, Math.max(0, room))) mask[j] = true;
  return mask;
}

const below = (est: Estimator, cut: number): boolean[] => Array.from(vector(est, "pvalues_"), (p) => p < cut);

function falseDiscoveries(est: Estimator, alpha: number): boolean[] {
  const p = vector(est, "pvalues_");
  const sorted = p.slice().sort();
  const passed = sorted.filter((v, i) => v <= (alpha / p.length) * (i + 1));
  const cut = passed[passed.length - 1];
  return Array.from(p, (v) => cut !== undefined && v <= cut);
}

function generic(est: Estimator): Model {
  const mode = text(est, "mode", "percentile");
  const param = plain(est.attrs.get("param") ?? 1e-5);
  const value = Number(param);
  if (mode === "k_best") return keeping(best(est, param));
  if (mode === "percentile") return keeping(percentile(est, value));
  if (mode === "fpr") return keeping(below(est, value));
  if (mode === "fdr") return keeping(falseDiscoveries(est, value));
  return keeping(below(est, value / vector(est, "pvalues_").length));
}

/** Shares of the impurity that each column takes away (Tree.compute_feature_importances). */
function treeImportances(tree: Tree): Float64Array {
  const out = new Float64Array(tree.features);
  const { left, right, feature } = tree.nodes;
  const weights = tree.numbers("weighted_n_node_samples");
  const impurity = tree.numbers("impurity");
  const part = (node: number): number => (weights[node] as number) * (impurity[node] as number);
  for (let i = 0; i < tree.count; i++) {
    const [l, r, f] = [left[i] as number, right[i] as number, feature[i] as number];
    if (l !== -1) out[f] = (out[f] as number) + part(i) - part(l) - part(r);
  }
  const whole = weights[0] as number;
  for (let f = 0; f < out.length; f++) out[f] = (out[f] as number) / whole;
  const sum = pairwiseSum(out);
  return sum > 0 ? out.map((v) => v / sum) : out;
}

/** How much each column counts for an estimator: `coef_` or `feature_importances_`. */
function importances(owner: Estimator, est: Estimator, order: number): Float64Array {
  if (est.attrs.has("best_estimator_"))
    return importances(owner, partOf(owner, est.attrs.get("best_estimator_"), "best_estimator_"), order);
  const tree = est.attrs.get("tree_");
  if (tree instanceof Tree) return treeImportances(tree);
  if (est.attrs.has("estimators_")) {
    const trees = list(est, "estimators_").map((one) => (one instanceof Estimator ? one.attrs.get("tree_") : null));
    const own = trees.filter((one) => one instanceof Tree);
    const grown = own.filter((one) => one.count > 1);
    const d = own[0]?.features ?? misfit(owner, `its ${est.name} has no feature_importances_`);
    const weights = est.attrs.has("estimator_weights_") ? vector(est, "estimator_weights_") : null;
    const mean = new Float64Array(d);
    const used = weights === null ? grown : own;
    let total = 0;
    for (const [t, one] of used.entries()) {
      const weight = weights === null ? 1 : (weights[t] as number);
      total += weight;
      for (const [f, v] of treeImportances(one).entries()) mean[f] = (mean[f] as number) + v * weight;
    }
    for (let f = 0; f < d; f++) mean[f] = total === 0 ? 0 : (mean[f] as number) / total;
    const sum = pairwiseSum(mean);
    return weights === null && sum > 0 ? mean.map((v) => v / sum) : mean;
  }
  const { data, shape } = weightsOf(est);
  const d = shape[shape.length - 1] as number;
  if (shape.length === 1) return data.map(Math.abs);
  return Float64Array.from({ length: d }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < (shape[0] as number); i++) {
      const v = Math.abs(data[i * d + j] as number);
      sum = order === Number.POSITIVE_INFINITY ? Math.max(sum, v) : sum + v ** order;
    }
    return order === 1 || order === Number.POSITIVE_INFINITY ? sum : sum ** (1 / order);
  });
}

/** `coef_` or `feature_importances_`; the first of linear support vectors are a product of what is saved. */
function weightsOf(est: Estimator): { data: Float64Array; shape: readonly number[] } {
  if (est.attrs.has("coef_")) return floats(est, "coef_");
  if (!est.attrs.has("_dual_coef_") || text(est, "kernel") !== "linear") return floats(est, "feature_importances_");
  const coef = linearCoef(est);
  return { data: coef.data, shape: [coef.rows, coef.cols] };
}

function fromModel(est: Estimator): Model {
  const inner = partOf(est, est.attrs.get("estimator_") ?? est.attrs.get("estimator"), "estimator_");
  const scores = importances(est, inner, num(est, "norm_order", 1));
  const given = plain(est.attrs.get("threshold") ?? null);
  let cut: number;
  if (given === null) {
    const isSparse = text(inner, "penalty") === "l1" || num(inner, "l1_ratio", 0) === 1 || inner.name.includes("Lasso");
    cut = isSparse ? 1e-5 : pairwiseSum(scores) / scores.length;
  } else if (typeof given === "number") cut = given;
  else {
    const [, factor, word] = /^\s*(?:([\d.eE+-]+)\s*\*\s*)?(mean|median)\s*$/.exec(String(given)) ?? [];
    if (word === undefined) return wrong(est, "threshold", "a number, mean or median");
    cut =
      (word === "mean" ? pairwiseSum(scores) / scores.length : median(scores)) *
      (factor === undefined ? 1 : Number(factor));
  }
  const most = plain(est.attrs.get("max_features_") ?? est.attrs.get("max_features") ?? null);
  const order = Array.from(scores, (_, j) => j).sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const allowed = new Set(typeof most === "number" ? order.slice(0, most) : order);
  return keeping(
    Array.from(scores, (v, j) => v >= cut && allowed.has(j)),
    { finite: finiteOf(inner) },
  );
}

/** What takes missing values is asked of nothing more by those that choose columns for it. */
function finiteOf(inner: Estimator): true | "any" {
  const { model } = inner;
  if (model.front !== undefined) return finiteOf(model.front);
  return (model.finite ?? true) === true ? true : "any";
}

function eliminated(est: Estimator): Model {
  const mask = labels(est, "support_").map(Boolean);
  // What was not fitted does not tell.
  if (!est.attrs.has("estimator_")) return keeping(mask, { finite: "any" });
  const inner = partOf(est, est.attrs.get("estimator_"), "estimator_");
  const { model } = inner;
  const base = keeping(mask, { finite: finiteOf(inner) });
  const chosen = (x: Matrix): Matrix => base.transform?.(x) as Matrix;
  return {
    ...base,
    isRegressor: model.isRegressor === true,
    ...(model.predict && { predict: (x: Matrix) => model.predict?.(chosen(x)) as ArrayLike<unknown> }),
    ...(model.predictProba && { predictProba: (x: Matrix) => model.predictProba?.(chosen(x)) as Matrix }),
    ...(model.decisionFunction && { decisionFunction: (x: Matrix) => model.decisionFunction?.(chosen(x)) as Matrix }),
  };
}

export const kinds: Kinds = {
  VarianceThreshold: variance,
  SelectKBest: (est) => keeping(best(est, plain(est.attrs.get("k") ?? 10))),
  SelectPercentile: (est) => keeping(percentile(est, num(est, "percentile", 10))),
  SelectFpr: (est) => keeping(below(est, num(est, "alpha", 0.05))),
  SelectFdr: (est) => keeping(falseDiscoveries(est, num(est, "alpha", 0.05))),
  SelectFwe: (est) => keeping(below(est, num(est, "alpha", 0.05) / vector(est, "pvalues_").length)),
  GenericUnivariateSelect: generic,
  SelectFromModel: fromModel,
  RFE: eliminated,
  RFECV: eliminated,
  SequentialFeatureSelector: eliminated,
};
