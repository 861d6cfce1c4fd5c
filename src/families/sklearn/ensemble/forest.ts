/**
 * Forests (sklearn/ensemble/_forest.py) and isolation forests (sklearn/ensemble/_iforest.py).
 *
 * @module
 */
import type { Estimator } from "../estimator.ts";
import { partOf } from "../estimator.ts";
import { namesIn } from "../featurenames.ts";
import { floatsOf, isSince, list, misfit, num, text } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { ClassTree, decided, targetRows, targetsOf, treeOf } from "../tree/index.ts";
import { eachLeaves, type Tree } from "../tree/tree.ts";
import { membersOf } from "./members.ts";

function treesOf(est: Estimator): Tree[] {
  const trees = membersOf(est).map(treeOf);
  const first = trees[0] as Tree;
  for (const tree of trees) {
    if (tree.features !== first.features || tree.outputs !== first.outputs || tree.width !== first.width) {
      misfit(est, "its trees differ in features or targets");
    }
  }
  return trees;
}

function leavesOf(trees: readonly Tree[], x: Matrix): Matrix {
  const out = new Float64Array(x.rows * trees.length);
  eachLeaves(trees, x, (leaves, t, from) => {
    for (let i = 0; i < leaves.length; i++) out[(from + i) * trees.length + t] = leaves[i] as number;
  });
  return Matrix.dense(out, x.rows, trees.length);
}

function finiteOf(est: Estimator, trees: readonly Tree[]): true | "allow-nan" {
  return trees[0]?.knowsMissing && isSince(est.version, 1, 4) ? "allow-nan" : true;
}

function classifier(est: Estimator): Model {
  const targets = targetsOf(est);
  const sizes = targets.map((classes) => classes.length);
  const members = membersOf(est).map((one) => new ClassTree(one, sizes));
  const trees = members.map((one) => one.tree);
  const probas = (x: Matrix): Matrix[] => {
    const sums = sizes.map((size) => new Float64Array(x.rows * size));
    eachLeaves(trees, x, (leaves, t, from) => {
      const member = members[t] as ClassTree;
      for (const [target, sum] of sums.entries()) member.addTo(sum, leaves, target, from);
    });
    const count = members.length;
    return sums.map((sum, target) => {
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) / count;
      return Matrix.dense(sum, x.rows, sizes[target] as number);
    });
  };
  return {
    features: trees[0]?.features,
    finite: finiteOf(est, trees),
    single: true,
    predict: (x) => decided(probas(x), targets),
    predictProba: (x) => (targets.length === 1 ? (probas(x)[0] as Matrix) : probas(x)),
    trees,
    apply: (x) => leavesOf(trees, x),
  };
}

function regressor(est: Estimator): Model {
  const trees = treesOf(est);
  const { outputs, width, features } = trees[0] as Tree;
  return {
    features,
    finite: finiteOf(est, trees),
    single: true,
    isRegressor: true,
    predict(x) {
      const out = new Float64Array(x.rows * outputs);
      const values = trees.map((tree) => tree.value);
      eachLeaves(trees, x, (leaves, t, from) => {
        const value = values[t] as Float64Array;
        for (let i = 0, at = from * outputs; i < leaves.length; i++) {
          for (let j = 0; j < outputs; j++, at++) {
            out[at] = (out[at] as number) + (value[((leaves[i] as number) * outputs + j) * width] as number);
          }
        }
      });
      for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) / trees.length;
      return targetRows(out, x.rows, outputs);
    },
    trees,
    apply: (x) => leavesOf(trees, x),
  };
}

/** Leaves one-hot encoded, by the fitted encoder. */
function embedding(est: Estimator): Model {
  const trees = treesOf(est);
  const encoder = partOf(est, est.attrs.get("one_hot_encoder_"), "one_hot_encoder_").model;
  return {
    features: trees[0]?.features,
    finite: finiteOf(est, trees),
    single: true,
    names: (given) => {
      namesIn(est, given, 1);
      const inner = encoder.names?.(trees.map((_, t) => `randomtreesembedding_${t}`)) ?? [];
      return inner;
    },
    transform: (x) => encoder.transform?.(leavesOf(trees, x)) ?? misfit(est, "its encoder does not transform"),
    trees,
    apply: (x) => leavesOf(trees, x),
  };
}

const EULER = 0.5772156649015329;

/** Mean length of the path to one of `n` samples in a random tree (`_average_path_length`), as older versions have it. */
function pathLength(n: number, version: string | null): number {
  const isOld = !isSince(version, 0, 21);
  if (n <= 1) return isOld ? 1 : 0;
  if (n === 2 && !isOld) return 1;
  if (!isSince(version, 0, 19)) return 2 * (Math.log(n) + 0.5772156649) - (2 * (n - 1)) / n;
  return 2 * (Math.log(n - 1) + EULER) - (2 * (n - 1)) / n;
}

function isolation(est: Estimator): Model {
  const trees = membersOf(est).map(treeOf);
  const chosen = est.attrs.has("estimators_features_") ? list(est, "estimators_features_") : null;
  const features = trees.map((_, t) => (chosen === null ? null : Array.from(floatsOf(chosen[t])?.data ?? [])));
  const cols = est.attrs.has("n_features_") ? num(est, "n_features_") : undefined;
  const offset = num(est, "offset_", -0.5);
  // Length of the path that ends in each node, and what its samples would add.
  const lengths = trees.map((tree) => {
    const out = new Float64Array(tree.count);
    const samples = tree.numbers("n_node_samples");
    const { left, right } = tree.nodes;
    const depth = new Float64Array(tree.count).fill(1);
    for (let i = 0; i < tree.count; i++) {
      const l = left[i] as number;
      if (l !== -1) depth[l] = depth[right[i] as number] = (depth[i] as number) + 1;
      out[i] = (depth[i] as number) + pathLength(samples[i] as number, est.version) - 1;
    }
    return out;
  });
  const names = ["_max_samples", "max_samples_"];
  const size = num(est, names.find((name) => est.attrs.has(name)) ?? "max_samples_");
  const scale = trees.length * pathLength(size, est.version);
  const scores = (x: Matrix): Float64Array => {
    const out = new Float64Array(x.rows);
    const add = (leaves: Int32Array, t: number, from: number): void => {
      const own = lengths[t] as Float64Array;
      for (let i = 0; i < leaves.length; i++) {
        out[from + i] = (out[from + i] as number) + (own[leaves[i] as number] as number);
      }
    };
    const parts = features.map((places) => (places === null || places.length === 0 ? x : x.take(places)));
    if (parts.every((part) => part === x)) eachLeaves(trees, x, add);
    else {
      for (const [t, part] of parts.entries()) {
        eachLeaves([trees[t] as Tree], part, (leaves, _, from) => add(leaves, t, from));
      }
    }
    return out.map((depth) => -(2 ** -(scale === 0 ? 1 : depth / scale)));
  };
  // Before 0.22 the default was to score around 0.5 and to cut at a threshold of its own.
  const isFirst = !isSince(est.version, 0, 20);
  const isOld = isFirst || text(est, "behaviour") === "old";
  const threshold = isOld ? num(est, "_threshold_", num(est, "threshold_", 0)) : 0;
  // The offset is the score of a fitted row, or lies between two: such a row is at it, whatever the last bit of a power.
  const middle = isOld ? -0.5 : offset;
  const nothing = 4 * Number.EPSILON * Math.abs(middle);
  const decide = (x: Matrix): Float64Array =>
    scores(x).map((score) => (Math.abs(score - middle) <= nothing ? 0 : score - middle));
  return {
    features: cols,
    finite: finiteOf(est, trees) === "allow-nan" ? "any" : true,
    single: true,
    scoreSamples: (x) => Matrix.flat(scores(x)),
    decisionFunction: (x) => Matrix.flat(decide(x)),
    predict: (x) =>
      Array.from(decide(x), (score) => (score < (isOld ? threshold : 0) || (isFirst && score === threshold) ? -1 : 1)),
  };
}

export const forests: Kinds = {
  RandomForestClassifier: classifier,
  ExtraTreesClassifier: classifier,
  RandomForestRegressor: regressor,
  ExtraTreesRegressor: regressor,
  RandomTreesEmbedding: embedding,
  IsolationForest: isolation,
};
