/**
 * Restricted Boltzmann machines (sklearn/neural_network/_rbm.py).
 *
 * @module
 */
import { expit, rowSums, timesTransposed } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { floats, vector } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Model } from "../model.ts";
import { generatorOf } from "../random.ts";

/** The logarithm of `1 + e ** v`. */
function softplus(v: number): number {
  return Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
}

/** A machine of visible and hidden units, as `BernoulliRBM`. */
export function boltzmann(est: Estimator): Model {
  const { data: components, shape } = floats(est, "components_", 2);
  const [k, d] = shape as [number, number];
  const bias = vector(est, "intercept_hidden_", k);
  const hidden = (data: Float64Array, rows: number): Float64Array =>
    timesTransposed(data, components, rows, d, k).map((v, at) => v + (bias[at % k] as number));
  const energy = (data: Float64Array, rows: number): Float64Array => {
    const visible = timesTransposed(data, vector(est, "intercept_visible_", d), rows, d, 1);
    const sums = rowSums(hidden(data, rows).map(softplus), rows, k);
    return visible.map((v, i) => -v - (sums[i] as number));
  };
  return {
    features: d,
    transform: (x) => Matrix.dense(hidden(x.data, x.rows).map(expit), x.rows, k),
    // How much less likely each row becomes by one of its units being turned over.
    scoreSamples(x) {
      const random = generatorOf(est);
      const turned = x.data.slice();
      for (let i = 0; i < x.rows; i++) {
        const at = i * d + random.below(d);
        turned[at] = 1 - (turned[at] as number);
      }
      const [own, other] = [energy(x.data, x.rows), energy(turned, x.rows)];
      return Matrix.flat(own.map((v, i) => -d * softplus(v - (other[i] as number))));
    },
  };
}
