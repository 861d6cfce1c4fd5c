/**
 * The ways of rows through trees (`decision_path`).
 *
 * @module
 */
import type { SparseMatrix } from "../../scipy/index.ts";
import type { Estimator } from "../estimator.ts";
import { isSince } from "../fields.ts";
import { intArray, Matrix } from "../matrix.ts";
import type { Tree } from "./tree.ts";

/** Ones where a row passes a node, the nodes of all trees side by side, and where each tree's begin. */
export function pathsOf(
  est: Estimator,
  trees: readonly Tree[],
  x: Matrix,
): { indicator: SparseMatrix; starts: number[] } {
  const { rows, cols, singles } = x;
  const starts = [0];
  for (const { count } of trees) starts.push((starts[starts.length - 1] as number) + count);
  // Up to 1.7 scikit-learn's own paths go right where a value misses, whichever way it goes to be predicted.
  const isOld = !isSince(est.version, 1, 8);
  const leaves = trees.map((tree) => tree.leaves(singles, rows, cols, isOld));
  const indptr = new Int32Array(rows + 1);
  const indices: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (const [t, tree] of trees.entries()) {
      const start = starts[t] as number;
      for (const node of tree.pathTo(leaves[t]?.[i] as number)) indices.push(start + node);
    }
    indptr[i + 1] = indices.length;
  }
  const data = new Float64Array(indices.length).fill(1);
  const csr = { rows, cols: starts[trees.length] as number, indptr, indices, data };
  const indicator = Matrix.sparse(csr).output() as SparseMatrix;
  indicator.attrs.set("data", intArray(data, [data.length]));
  return { indicator, starts };
}
