/**
 * Weights of columns of linear support vector machines, which scikit-learn computes whenever it is asked for them.
 *
 * @module
 */
import { times } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { either, floats, misfit, vector } from "../fields.ts";
import { Matrix } from "../matrix.ts";

/** `coef_` of a machine with a linear kernel: one row, or one for each pair of classes. */
export function linearCoef(est: Estimator): Matrix {
  const { data: vectors, shape } = floats(est, "support_vectors_", 2);
  const [count, d] = shape as [number, number];
  const { data: dual, shape: dualShape } = floats(est, either(est, "dual_coef_", "_dual_coef_"), 2);
  const rows = dualShape[0] as number;
  if (dualShape[1] !== count) misfit(est, `${dualShape[1]} weights for ${count} support vectors`);
  if (rows === 1) return Matrix.dense(times(dual, vectors, 1, count, d), 1, d);
  const k = rows + 1;
  const ends: number[] = [0];
  for (const size of vector(est, either(est, "_n_support", "n_support_"), k)) ends.push((ends.at(-1) as number) + size);
  if (ends[k] !== count) misfit(est, "its support vectors do not belong to its classes");
  const out = new Float64Array(((k * (k - 1)) / 2) * d);
  let at = 0;
  for (let a = 0; a < k; a++) {
    for (let b = a + 1; b < k; b++, at += d) {
      for (const [own, row] of [
        [a, b - 1],
        [b, a],
      ] as const) {
        for (let s = ends[own] as number; s < (ends[own + 1] as number); s++) {
          const weight = dual[row * count + s] as number;
          for (let j = 0; j < d; j++) out[at + j] = (out[at + j] as number) + weight * (vectors[s * d + j] as number);
        }
      }
    }
  }
  return Matrix.dense(out, out.length / d, d);
}
