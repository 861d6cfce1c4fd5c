/**
 * Neighbours of the fitted samples among themselves (KNeighborsMixin.kneighbors without X).
 *
 * @module
 */
import type { Estimator } from "../estimator.ts";
import { num } from "../fields.ts";
import { matrixOf } from "../input.ts";
import type { Model, Neighbors } from "../model.ts";

/** The `k` nearest others of each fitted sample: one more is searched for, and the sample itself is left out. */
export function othersOf(
  est: Estimator,
  find: NonNullable<Model["kneighbors"]>,
  k = num(est, "n_neighbors", 5),
): Neighbors & { readonly rows: number } {
  const x = matrixOf(null, est.attrs.get("_fit_X"));
  const { rows } = x;
  if (k >= rows) {
    throw new TypeError(`Expected n_neighbors < n_samples_fit, but n_neighbors = ${k}, n_samples_fit = ${rows}`);
  }
  const found = find(x, k + 1);
  const distances = new Float64Array(rows * k);
  const indices = new Float64Array(rows * k);
  for (let i = 0; i < rows; i++) {
    const from = i * (k + 1);
    const own = found.indices.indexOf(i, from);
    // Of more equal samples than are asked for the first goes in its place.
    const skip = own >= 0 && own <= from + k ? own : from;
    for (let at = from, to = i * k; at <= from + k; at++) {
      if (at === skip) continue;
      distances[to] = found.distances[at] as number;
      indices[to++] = found.indices[at] as number;
    }
  }
  return { distances, indices, k, rows };
}
