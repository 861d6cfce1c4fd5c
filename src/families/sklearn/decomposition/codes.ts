/**
 * Rows as sums of few atoms of a dictionary (sklearn/decomposition/_dict_learning.py, sparse_encode).
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { inverted, times, timesTransposed } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { flag, floats, isSince, num, plain, text } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Model } from "../model.ts";

/** One row's weights by orthogonal matching pursuit: atom after atom, the least squares of all that are chosen. */
function pursue(own: Float64Array, gram: Float64Array, k: number, most: number, isUnit: boolean): Float64Array {
  const chosen: number[] = [];
  let weights: Float64Array = new Float64Array(0);
  let rest: Float64Array = own.slice();
  while (chosen.length < most) {
    let best = 0;
    for (let j = 1; j < k; j++) if (Math.abs(rest[j] as number) > Math.abs(rest[best] as number)) best = j;
    if (chosen.includes(best) || (rest[best] as number) ** 2 < Number.EPSILON) break;
    chosen.push(best);
    const n = chosen.length;
    const part = Float64Array.from({ length: n * n }, (_, at) => {
      if (isUnit && at % (n + 1) === 0) return 1;
      return gram[(chosen[Math.floor(at / n)] as number) * k + (chosen[at % n] as number)] as number;
    });
    const found = inverted(part, n);
    if (found === null) {
      chosen.pop();
      break;
    }
    weights = times(
      found.inverse,
      Float64Array.from(chosen, (j) => own[j] as number),
      n,
      n,
      1,
    );
    rest = own.map((v, j) => {
      let sum = v;
      for (const [c, atom] of chosen.entries()) sum -= (gram[j * k + atom] as number) * (weights[c] as number);
      return sum;
    });
  }
  const out = new Float64Array(k);
  for (const [c, atom] of chosen.entries()) out[atom] = weights[c] as number;
  return out;
}

/** The codes of a dictionary of atoms. */
export function coder(est: Estimator): Model {
  const { data: atoms, shape } = floats(est, est.attrs.has("components_") ? "components_" : "dictionary", 2);
  const [k, d] = shape as [number, number];
  const algorithm = text(est, "transform_algorithm", "omp");
  const given = plain(est.attrs.get("transform_n_nonzero_coefs") ?? null);
  const most = Math.min(typeof given === "number" ? given : Math.max(Math.trunc(d / 10), 1), k);
  const gram = timesTransposed(atoms, atoms, k, d, k);
  // Before 0.20 atoms were taken for unit vectors here.
  const isUnit = !isSince(est.version, 0, 20);
  return {
    features: d,
    inverseTransform(x) {
      const isSplit = flag(est, "split_sign");
      const own = isSplit ? new Float64Array(x.rows * k) : x.data;
      if (isSplit) {
        for (let at = 0; at < own.length; at++) {
          const from = Math.floor(at / k) * 2 * k + (at % k);
          own[at] = (x.data[from] as number) - (x.data[from + k] as number);
        }
      }
      return Matrix.dense(times(own, atoms, x.rows, k, d), x.rows, d);
    },
    transform(x) {
      const out = timesTransposed(x.data, atoms, x.rows, d, k);
      if (algorithm === "threshold") {
        const name = plain(est.attrs.get("transform_alpha") ?? null) === null ? "alpha" : "transform_alpha";
        const alpha = num(est, name, 1);
        for (const [at, v] of out.entries()) out[at] = Math.sign(v) * Math.max(Math.abs(v) - alpha, 0);
      } else if (algorithm === "omp") {
        for (let i = 0; i < x.rows; i++) out.set(pursue(out.slice(i * k, (i + 1) * k), gram, k, most, isUnit), i * k);
      } else {
        throw new UnsupportedError(
          "transform_algorithm",
          `codes of ${est.name} by ${algorithm} are not known here: omp and threshold are`,
        );
      }
      if (!flag(est, "split_sign")) return Matrix.dense(out, x.rows, k);
      const both = new Float64Array(out.length * 2);
      for (const [at, v] of out.entries()) both[Math.floor(at / k) * 2 * k + (at % k) + (v < 0 ? k : 0)] = Math.abs(v);
      return Matrix.dense(both, x.rows, 2 * k);
    },
  };
}
