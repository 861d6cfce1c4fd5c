/**
 * Decision trees (sklearn/tree/_classes.py).
 *
 * @module
 */
import { divideRows, rowSums } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { isSince, labelsOf, list, misfit, num, wrong } from "../fields.ts";
import { Matrix, numberOf, winners } from "../matrix.ts";
import type { Kinds, Model, Predictions } from "../model.ts";
import { eachLeaves, Tree } from "./tree.ts";

/** The tree of an estimator. */
export function treeOf(est: Estimator): Tree {
  const tree = est.attrs.get("tree_");
  if (!(tree instanceof Tree) || tree.count === 0) return wrong(est, "tree_", "a Tree with nodes");
  return tree;
}

/** Classes of each target. */
export function targetsOf(est: Estimator): unknown[][] {
  const outputs = num(est, "n_outputs_", 1);
  const given = est.attrs.get("classes_");
  if (outputs === 1) return [labelsOf(given) ?? wrong(est, "classes_", "an array of labels")];
  return list(est, "classes_").map((one) => labelsOf(one) ?? wrong(est, "classes_", "arrays of labels"));
}

/** A tree of a classifier, as it gives probabilities of each target. */
export class ClassTree {
  readonly tree: Tree;
  /** Number of classes of each target. */
  readonly sizes: readonly number[];
  /** Probabilities of each node and target: the tree's values, made to sum up to 1 where they are counts. */
  readonly values: readonly Float64Array[];

  constructor(est: Estimator, sizes: readonly number[]) {
    const tree = treeOf(est);
    this.tree = tree;
    this.sizes = sizes;
    if (tree.outputs !== sizes.length || sizes.some((size) => size > tree.width || size < 1)) {
      misfit(est, `its tree has values for ${tree.outputs} targets of ${tree.width} classes, not of ${sizes}`);
    }
    const areShares = isSince(est.version, 1, 4);
    const { value } = tree;
    this.values = sizes.map((size, target) => {
      const out = new Float64Array(tree.count * size);
      for (let node = 0; node < tree.count; node++) {
        const from = (node * tree.outputs + target) * tree.width;
        out.set(value.subarray(from, from + size), node * size);
      }
      if (areShares) return out;
      const sums = rowSums(out, tree.count, size).map((sum) => (sum === 0 ? 1 : sum));
      return divideRows(out, size, sums);
    });
  }

  /** Adds each row's probabilities of a target. */
  addTo(out: Float64Array, leaves: Int32Array, target: number, row = 0): void {
    const size = this.sizes[target] as number;
    const values = this.values[target] as Float64Array;
    for (let i = 0, at = row * size; i < leaves.length; i++) {
      const from = (leaves[i] as number) * size;
      for (let j = 0; j < size; j++, at++) out[at] = (out[at] as number) + (values[from + j] as number);
    }
  }
}

/** Labels by the largest probability; rows of them for several targets. */
export function decided(probas: readonly Matrix[], targets: readonly (readonly unknown[])[]): Predictions {
  const columns = probas.map(({ data, cols }, t) => winners(targets[t] as readonly unknown[], data, cols));
  const [first] = columns;
  if (columns.length === 1) return first as unknown[];
  return (first as unknown[]).map((_, i) => columns.map((column) => column[i]));
}

/** Predicted numbers as a table of one column for each target. */
export function tableFrom(given: Predictions, rows: number): Matrix {
  const cols = Array.isArray(given[0]) || ArrayBuffer.isView(given[0]) ? (given[0] as unknown[]).length : 1;
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    const row = given[i] as ArrayLike<unknown>;
    for (let j = 0; j < cols; j++) out[i * cols + j] = numberOf(cols === 1 && !Array.isArray(row) ? row : row[j]);
  }
  return Matrix.dense(out, rows, cols);
}

/** Rows of numbers for several targets, numbers for one. */
export function targetRows(data: Float64Array, rows: number, cols: number, flat = cols === 1): Predictions {
  if (flat) return data;
  return Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * cols, (i + 1) * cols)));
}

function classifier(est: Estimator): Model {
  const targets = targetsOf(est);
  const own = new ClassTree(
    est,
    targets.map((classes) => classes.length),
  );
  const { tree } = own;
  const probas = (x: Matrix): Matrix[] => {
    const sums = own.sizes.map((size) => new Float64Array(x.rows * size));
    eachLeaves([tree], x, (leaves, _, from) => {
      for (const [target, sum] of sums.entries()) own.addTo(sum, leaves, target, from);
    });
    return sums.map((sum, target) => Matrix.dense(sum, x.rows, own.sizes[target] as number));
  };
  return {
    features: tree.features,
    finite: tree.knowsMissing ? "allow-nan" : true,
    single: true,
    predict: (x) => decided(probas(x), targets),
    predictProba: (x) => (targets.length === 1 ? (probas(x)[0] as Matrix) : probas(x)),
    trees: [tree],
    apply: (x) => Matrix.flat(Float64Array.from(tree.leaves(x.singles, x.rows, x.cols))),
  };
}

function regressor(est: Estimator): Model {
  const tree = treeOf(est);
  const { outputs, width } = tree;
  return {
    features: tree.features,
    finite: tree.knowsMissing ? "allow-nan" : true,
    single: true,
    isRegressor: true,
    predict(x) {
      const out = new Float64Array(x.rows * outputs);
      const { value } = tree;
      eachLeaves([tree], x, (leaves, _, from) => {
        for (let i = 0, at = from * outputs; i < leaves.length; i++) {
          for (let j = 0; j < outputs; j++) {
            out[at++] = value[((leaves[i] as number) * outputs + j) * width] as number;
          }
        }
      });
      return targetRows(out, x.rows, outputs);
    },
    trees: [tree],
    apply: (x) => Matrix.flat(Float64Array.from(tree.leaves(x.singles, x.rows, x.cols))),
  };
}

export const kinds: Kinds = {
  DecisionTreeClassifier: classifier,
  ExtraTreeClassifier: classifier,
  DecisionTreeRegressor: regressor,
  ExtraTreeRegressor: regressor,
};
