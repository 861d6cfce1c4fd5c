/**
 * Preprocessing (sklearn/preprocessing/).
 *
 * @module
 */
import { LimitError, UnsupportedError } from "../../../core/errors.ts";
import { PyGlobal } from "../../../core/values/scalars.ts";
import type { Estimator } from "../estimator.ts";
import { partOf } from "../estimator.ts";
import { namesIn } from "../featurenames.ts";
import { either, flag, floatsOf, isSince, num, plain, text } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { encoders } from "./categories.ts";
import { edgesOf, scalers } from "./scale.ts";
import { splines } from "./splines.ts";

export { normalized } from "./scale.ts";

/** Output columns of a polynomial that are computed at most for one row. */
const MOST_TERMS = 1 << 20;

/** Combinations of columns, as itertools has them, degree after degree. */
function termsOf(d: number, low: number, high: number, distinct: boolean, bias: boolean): number[][] {
  const out: number[][] = bias ? [[]] : [];
  let level: number[][] = [[]];
  for (let degree = 1; degree <= high; degree++) {
    const next: number[][] = [];
    for (const term of level) {
      const last = term[term.length - 1];
      for (let j = last === undefined ? 0 : distinct ? last + 1 : last; j < d; j++) next.push([...term, j]);
      if (next.length > MOST_TERMS) throw new LimitError("maxTerms", MOST_TERMS, next.length);
    }
    level = next;
    if (degree >= low) for (const term of level) out.push(term);
    if (out.length > MOST_TERMS) throw new LimitError("maxTerms", MOST_TERMS, out.length);
  }
  return out;
}

function polynomial(est: Estimator): Model {
  const d = num(est, either(est, "n_features_in_", "n_input_features_"));
  const degrees = floatsOf(est.attrs.get("degree") ?? 2)?.data ?? Float64Array.of(2);
  const [low, high] = degrees.length === 2 ? [degrees[0] as number, degrees[1] as number] : [1, degrees[0] as number];
  const terms = termsOf(d, Math.max(1, low), high, flag(est, "interaction_only"), flag(est, "include_bias", true));
  const k = terms.length;
  return {
    features: d,
    names(given) {
      const input = namesIn(est, given, d);
      return terms.map((term) => {
        const powers = new Map<number, number>();
        for (const j of term) powers.set(j, (powers.get(j) ?? 0) + 1);
        const parts = [...powers].map(([j, power]) => (power === 1 ? input[j] : `${input[j]}^${power}`));
        return parts.length === 0 ? "1" : parts.join(" ");
      });
    },
    transform(x) {
      const { data } = x;
      const out = new Float64Array(x.rows * k);
      for (let i = 0; i < x.rows; i++) {
        for (let t = 0; t < k; t++) {
          const term = terms[t] as number[];
          let value = 1;
          // The last factors first: that is the order in which scikit-learn builds one degree on the other.
          for (let f = term.length - 1; f >= 0; f--) value *= data[i * d + (term[f] as number)] as number;
          out[i * k + t] = value;
        }
      }
      const made = Matrix.dense(out, x.rows, k);
      return x.isSparse ? Matrix.sparse(made.csr) : made;
    },
  };
}

function bins(est: Estimator): Model {
  const edges = edgesOf(est);
  const d = edges.length;
  const encode = text(est, "encode", "onehot") ?? "onehot";
  const encoder = encode === "ordinal" ? null : partOf(est, est.attrs.get("_encoder"), "_encoder").model;
  // Before 1.1 a small amount was added, so that numbers at an edge were sure to be beyond it.
  const isExact = isSince(est.version, 1, 1);
  const binOf = (own: Float64Array, v: number): number => {
    const value = isExact ? v : v + (1e-8 + 1e-5 * Math.abs(v));
    let place = 0;
    while (place < own.length - 2 && value >= (own[place + 1] as number)) place++;
    return place;
  };
  return {
    features: d,
    names(given) {
      const input = namesIn(est, given, d);
      return encoder === null ? input : (encoder.names?.(input) ?? input);
    },
    transform(x) {
      const out = new Float64Array(x.rows * d);
      for (let i = 0, at = 0; i < x.rows; i++) {
        for (let j = 0; j < d; j++, at++) out[at] = binOf(edges[j] as Float64Array, x.data[at] as number);
      }
      const made = Matrix.dense(out, x.rows, d);
      return encoder === null ? made : (encoder.transform?.(made) as Matrix);
    },
    inverseTransform(x) {
      const places = encoder === null ? x : (encoder.inverseTransform?.(x) as Matrix);
      const out = new Float64Array(x.rows * d);
      for (let j = 0; j < d; j++) {
        const own = edges[j] as Float64Array;
        const column = places.column(j);
        for (let i = 0; i < x.rows; i++) {
          const bin = Number(column[i]);
          out[i * d + j] = ((own[bin] as number) + (own[bin + 1] as number)) * 0.5;
        }
      }
      return Matrix.dense(out, x.rows, d);
    },
  };
}

/** To the nearest whole number, and of two as near to the even one. */
function rounded(v: number): number {
  const down = Math.floor(v);
  const rest = v - down;
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : Math.ceil(v);
}

/** Functions of NumPy that a FunctionTransformer may hold; any other function of Python's is never run. */
const FUNCTIONS: ReadonlyMap<string, (v: number) => number> = new Map<string, (v: number) => number>([
  ["log", Math.log],
  ["log1p", Math.log1p],
  ["log2", Math.log2],
  ["log10", Math.log10],
  ["exp", Math.exp],
  ["expm1", Math.expm1],
  ["sqrt", Math.sqrt],
  ["cbrt", Math.cbrt],
  ["square", (v) => v * v],
  ["abs", Math.abs],
  ["absolute", Math.abs],
  ["fabs", Math.abs],
  ["sign", Math.sign],
  ["negative", (v) => -v],
  ["reciprocal", (v) => 1 / v],
  ["sin", Math.sin],
  ["cos", Math.cos],
  ["tan", Math.tan],
  ["tanh", Math.tanh],
  ["arctan", Math.atan],
  ["arcsinh", Math.asinh],
  ["arcsin", Math.asin],
  ["arccos", Math.acos],
  ["sinh", Math.sinh],
  ["cosh", Math.cosh],
  ["arccosh", Math.acosh],
  ["arctanh", Math.atanh],
  ["exp2", (v) => 2 ** v],
  ["deg2rad", (v) => v * (Math.PI / 180)],
  ["rad2deg", (v) => v * (180 / Math.PI)],
  ["floor", Math.floor],
  ["ceil", Math.ceil],
  ["trunc", Math.trunc],
  ["rint", rounded],
  ["round", rounded],
  ["around", rounded],
  ["isnan", (v) => Number(Number.isNaN(v))],
  ["nan_to_num", (v) => (Number.isNaN(v) ? 0 : Math.min(Math.max(v, -Number.MAX_VALUE), Number.MAX_VALUE))],
]);

function functionOf(est: Estimator, name: string): ((x: Matrix) => Matrix) | null {
  const given = plain(est.attrs.get(name) ?? null);
  if (given === null) return (x) => x;
  // How histogram boosting looks at its numbers: a check that changes nothing.
  const inner = (given as { func?: unknown }).func;
  if (inner instanceof PyGlobal && inner.name === "check_array" && inner.module.startsWith("sklearn.")) return (x) => x;
  const found = given instanceof PyGlobal && given.module.startsWith("numpy") ? FUNCTIONS.get(given.name) : undefined;
  return found === undefined ? null : (x) => Matrix.dense(x.data.map(found), x.rows, x.cols, x.names);
}

function custom(est: Estimator): Model {
  const there = functionOf(est, "func");
  const home = functionOf(est, "inverse_func");
  const refuse = (): never => {
    throw new UnsupportedError(
      "function",
      "a FunctionTransformer over a function of Python's is never run: put a step of your own in its place",
    );
  };
  const isSame = text(est, "feature_names_out") === "one-to-one";
  // What was left open meant yes until 0.22.
  const validates = flag(est, "validate", true) || (est.attrs.get("validate") === null && !isSince(est.version, 0, 22));
  return {
    ...(!validates && { finite: false, any: true }),
    transform: there ?? refuse,
    inverseTransform: home ?? refuse,
    ...(isSame && { names: (given: readonly string[] | null) => namesIn(est, given) }),
  };
}

export const kinds: Kinds = {
  SplineTransformer: splines,
  ...scalers,
  ...encoders,
  PolynomialFeatures: polynomial,
  KBinsDiscretizer: bins,
  FunctionTransformer: custom,
};
