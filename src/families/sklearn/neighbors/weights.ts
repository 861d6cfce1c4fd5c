/**
 * Weights of neighbours.
 *
 * @module
 */
import type { Estimator } from "../estimator.ts";
import { misfit, plain } from "../fields.ts";

/** Weights of neighbours by their distances, or null where all count the same. */
export function weigh(est: Estimator): ((distances: Float64Array, k: number) => Float64Array) | null {
  const weights = plain(est.attrs.get("weights") ?? "uniform");
  if (weights === "uniform" || weights === null) return null;
  if (weights !== "distance") return misfit(est, "its weights are a function of Python's, which brine never runs");
  return (distances, k) => {
    const out = distances.map((v) => 1 / v);
    for (let at = 0; at < out.length; at += k) {
      const row = out.subarray(at, at + k);
      // A sample that is there already decides alone.
      if (row.includes(Number.POSITIVE_INFINITY)) {
        for (let j = 0; j < k; j++) row[j] = row[j] === Number.POSITIVE_INFINITY ? 1 : 0;
      }
    }
    return out;
  };
}
