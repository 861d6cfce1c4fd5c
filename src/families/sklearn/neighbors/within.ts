/**
 * Neighbours within a radius.
 *
 * @module
 */
import type { Estimator } from "../estimator.ts";
import { num } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Within } from "../model.ts";
import { type Search, searchOf } from "./search.ts";

/** Rows whose distances to all samples are held at once. */
const BLOCK = 128;

/** Neighbours within a radius, row by row. */
export function within(est: Estimator, search: Search = searchOf(est)): (x: Matrix, radius?: number) => Within[] {
  const own = num(est, "radius", 1);
  const { count, metric } = search;
  return (x, radius = own) => {
    if (!(radius >= 0)) throw new TypeError(`radius must be 0 or more, not ${radius}`);
    // A root may round to the radius itself, where its square is more.
    const most = metric.back(radius);
    const out: Within[] = [];
    const places = new Int32Array(count);
    for (let from = 0; from < x.rows; from += BLOCK) {
      const rows = Math.min(BLOCK, x.rows - from);
      const part = x.data.subarray(from * x.cols, (from + rows) * x.cols);
      const all = search.all(Matrix.dense(part, rows, x.cols));
      for (let i = 0; i < rows; i++) {
        let found = 0;
        for (let j = 0, at = i * count; j < count; j++, at++) if ((all[at] as number) <= most) places[found++] = j;
        const chosen = places.slice(0, found);
        const distances = new Float64Array(found);
        for (let j = 0; j < found; j++) {
          distances[j] = metric.full(all[i * count + (chosen[j] as number)] as number);
        }
        out.push({ places: chosen, distances });
      }
    }
    return out;
  };
}
