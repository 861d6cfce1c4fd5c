/**
 * Columns as B-splines (sklearn/preprocessing/_polynomial.py, SplineTransformer).
 *
 * @module
 */
import { PyObject } from "../../../core/values/object.ts";
import type { Estimator } from "../estimator.ts";
import { namesIn, numbered } from "../featurenames.ts";
import { either, flag, floats, list, misfit, num, text, vector, wrong } from "../fields.ts";
import { beside, Matrix } from "../matrix.ts";
import type { Model } from "../model.ts";

interface Spline {
  readonly knots: Float64Array;
  readonly k: number;
  /** Weights of the basis, `(basis, outputs)`. */
  readonly c: Float64Array;
  /** Columns of the coefficients of each row that are not 0. */
  readonly cells: readonly Int32Array[];
  /** Room for the values of the basis, which are made anew for each number. */
  readonly values: Float64Array;
  readonly width: number;
}

function splineOf(est: Estimator, given: unknown): Spline {
  // SciPy has kept the spline within what it shows, and its parts under private names.
  const state = given instanceof PyObject ? given.state : null;
  const value = Array.isArray(state) ? state[0] : given;
  if (!(value instanceof PyObject)) return wrong(est, "bsplines_", "a list of BSpline");
  const knots = vector(value, either(value, "t", "_t"));
  const k = num(value, "k");
  const { data: c, shape } = floats(value, either(value, "c", "_c"), 2);
  if (!(k >= 0 && k < 100) || (shape[0] as number) < knots.length - k - 1 || knots.length < 2 * k + 2) {
    misfit(est, "its splines have too few knots");
  }
  const width = shape[1] as number;
  const values = new Float64Array(k + 1);
  // Most coefficients are 0, as each column of a basis has but one.
  const cells = Array.from({ length: shape[0] as number }, (_, r) =>
    Int32Array.from({ length: width }, (_, o) => o).filter((o) => c[r * width + o] !== 0),
  );
  return { knots, k, c, width, cells, values };
}

/** The basis functions that are not zero at `x`, and their derivatives, by de Boor's recurrence. */
function basis({ knots, k, values }: Spline, x: number, isSlope: boolean): { from: number; values: Float64Array } {
  const n = knots.length - k - 1;
  let span = k;
  while (span < n - 1 && x >= (knots[span + 1] as number)) span++;
  values[0] = 1;
  for (let j = 1; j <= k; j++) {
    // What the last share leaves for the next function.
    let left = 0;
    for (let r = 0; r < j; r++) {
      const low = knots[span + r - j + 1] as number;
      const high = knots[span + r + 1] as number;
      const share = high === low ? 0 : (values[r] as number) / (high - low);
      if (isSlope && j === k) {
        values[r] = left - k * share;
        left = k * share;
      } else {
        values[r] = left + share * (high - x);
        left = share * (x - low);
      }
    }
    values[j] = left;
  }
  if (isSlope && k === 0) values[0] = 0;
  return { from: span - k, values };
}

/** Adds the spline at `x` to a row. */
function evaluate(spline: Spline, x: number, isSlope = false): Float64Array {
  const { c, width, cells } = spline;
  const out = new Float64Array(width);
  const { from, values } = basis(spline, x, isSlope);
  for (let r = 0; r < values.length; r++) {
    const v = values[r] as number;
    if (v === 0) continue;
    const own = cells[from + r] as Int32Array;
    for (let e = 0; e < own.length; e++) {
      const o = own[e] as number;
      out[o] = (out[o] as number) + v * (c[(from + r) * width + o] as number);
    }
  }
  return out;
}

/** One column's values beyond the knots, as `extrapolation` has them. */
function valuesAt(spline: Spline, how: string, degree: number, given: number): Float64Array {
  const { knots, k, width } = spline;
  if (Number.isNaN(given)) return new Float64Array(width);
  if (how === "periodic") {
    const n = knots.length - k - 1;
    const [low, high] = [knots[k] as number, knots[n] as number];
    const rest = (given - low) % (high - low);
    return evaluate(spline, high > low ? low + (rest < 0 ? rest + (high - low) : rest) : 0);
  }
  const [low, high] = [knots[degree] as number, knots[knots.length - degree - 1] as number];
  if (how === "continue" || (given >= low && given <= high)) return evaluate(spline, given);
  if (how === "error") throw new TypeError("X contains values beyond the limits of the knots.");
  const count = how === "linear" ? Math.max(degree, Math.min(2, degree + 1)) : degree;
  const out = new Float64Array(width);
  // The bounds may stand the wrong way round, and the number on both sides.
  const ends = [given < low ? low : null, given > high ? high : null].map((edge) =>
    edge === null
      ? null
      : { edge, at: evaluate(spline, edge), slope: how === "linear" ? evaluate(spline, edge, true) : null },
  );
  for (let j = 0; j < Math.min(count, width); j++) {
    for (const [side, end] of ends.entries()) {
      if (end === null) continue;
      const o = side === 0 ? j : width - 1 - j;
      out[o] = (end.at[o] as number) + (end.slope === null ? 0 : (given - end.edge) * (end.slope[o] as number));
    }
  }
  return out;
}

export function splines(est: Estimator): Model {
  const all = list(est, "bsplines_").map((one) => splineOf(est, one));
  const how = text(est, "extrapolation", "constant") as string;
  const degree = num(est, "degree", 3);
  const isSparse = flag(est, "sparse_output");
  const less = flag(est, "include_bias", true) ? 0 : 1;
  return {
    features: all.length,
    names: (given) =>
      namesIn(est, given, all.length).flatMap((name, f) => numbered(`${name}_sp_`, (all[f]?.width ?? 0) - less)),
    finite: text(est, "handle_missing") === "zeros" ? "allow-nan" : true,
    transform(x) {
      const parts = all.map((spline, f) => {
        const width = spline.width - less;
        // scikit-learn raises a low degree at each column that it goes on straight from, and looks for the next one's ends by it.
        const own = how === "linear" && degree < 2 ? Math.min(2, degree + f) : degree;
        const out = new Float64Array(x.rows * width);
        for (let i = 0; i < x.rows; i++) {
          const row = valuesAt(spline, how, own, x.data[i * x.cols + f] as number);
          out.set(row.subarray(0, width), i * width);
        }
        return Matrix.dense(out, x.rows, width);
      });
      return beside(parts, x.rows, isSparse);
    },
  };
}
