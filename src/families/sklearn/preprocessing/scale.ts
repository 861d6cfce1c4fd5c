/**
 * Scalers (sklearn/preprocessing/_data.py).
 *
 * @module
 */
import { normalCdf, normalQuantile, standardized, stretched } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { partOf } from "../estimator.ts";
import { flag, floats, floatsOf, isSince, misfit, num, text, vector, wrong } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";

type Cell = (value: number, column: number) => number;

/** Each number by itself, of a sparse table only those that are stored. */
function cells(x: Matrix, f: Cell): Matrix {
  const { cols } = x;
  if (x.isSparse) {
    const { indptr, indices, data, rows } = x.csr;
    return Matrix.sparse({
      rows,
      cols,
      indptr,
      indices,
      data: Float64Array.from(data, (v, e) => f(v, indices[e] as number)),
    });
  }
  const { data } = x;
  const out = new Float64Array(data.length);
  for (let i = 0, at = 0; i < x.rows; i++) for (let j = 0; j < cols; j++, at++) out[at] = f(data[at] as number, j);
  return Matrix.dense(out, x.rows, cols, x.names);
}

function optional(est: Estimator, name: string, on: boolean): Float64Array | null {
  return on && (est.attrs.get(name) ?? null) !== null ? vector(est, name) : null;
}

/** Subtracts, then divides. */
function centred(centre: Float64Array | null, scale: Float64Array | null, features: number | undefined): Model {
  return {
    features,
    finite: "allow-nan",
    transform(x) {
      if (!x.isSparse) return Matrix.dense(standardized(x.data, x.cols, centre, scale), x.rows, x.cols, x.names);
      return cells(x, (v, j) => {
        const moved = centre === null ? v : v - (centre[j] as number);
        return scale === null ? moved : moved / (scale[j] as number);
      });
    },
    inverseTransform(x) {
      if (!x.isSparse) return Matrix.dense(stretched(x.data, x.cols, scale, centre), x.rows, x.cols, x.names);
      return cells(x, (v, j) => {
        const grown = scale === null ? v : v * (scale[j] as number);
        return centre === null ? grown : grown + (centre[j] as number);
      });
    },
  };
}

/** Refuses sparse tables, whose zeros would be moved. */
function denseOnly(model: Model, message: string): Model {
  const dense = (method: "transform" | "inverseTransform") => (x: Matrix) => {
    if (x.isSparse) throw new TypeError(message);
    return model[method]?.(x) as Matrix;
  };
  return { ...model, transform: dense("transform"), inverseTransform: dense("inverseTransform") };
}

function standard(est: Estimator): Model {
  const isCentring = flag(est, "with_mean", true);
  const mean = optional(est, "mean_", isCentring);
  const scale = optional(est, "scale_", flag(est, "with_std", true));
  const made = centred(mean, scale, (mean ?? scale)?.length);
  if (!isCentring) return made;
  return denseOnly(made, "Cannot center sparse matrices: pass `with_mean=False` instead");
}

function robust(est: Estimator): Model {
  const center = optional(est, "center_", flag(est, "with_centering", true));
  const scale = optional(est, "scale_", flag(est, "with_scaling", true));
  const made = centred(center, scale, (center ?? scale)?.length);
  // Sparse tables are not centred, and scikit-learn does not say so.
  const spread = centred(null, scale, made.features);
  return {
    ...made,
    transform: (x) => (x.isSparse ? spread : made).transform?.(x) as Matrix,
    inverseTransform: (x) => (x.isSparse ? spread : made).inverseTransform?.(x) as Matrix,
  };
}

function maxAbs(est: Estimator): Model {
  const scale = vector(est, "scale_");
  const base = centred(null, scale, scale.length);
  if (!flag(est, "clip")) return base;
  return { ...base, transform: (x) => cells(x, (v, j) => Math.min(1, Math.max(-1, v / (scale[j] as number)))) };
}

function minMax(est: Estimator): Model {
  return denseOnly(ranged(est), "MinMaxScaler does not support sparse input. Consider using MaxAbsScaler instead");
}

function ranged(est: Estimator): Model {
  const scale = vector(est, "scale_");
  const min = vector(est, "min_", scale.length);
  const range = flag(est, "clip") ? vector(est, "feature_range", 2) : null;
  return {
    features: scale.length,
    finite: "allow-nan",
    transform(x) {
      const made = stretched(x.data, x.cols, scale, min);
      if (range !== null) {
        const [low, high] = [range[0] as number, range[1] as number];
        for (let at = 0; at < made.length; at++) {
          const v = made[at] as number;
          // A NaN is neither.
          if (v < low) made[at] = low;
          else if (v > high) made[at] = high;
        }
      }
      return Matrix.dense(made, x.rows, x.cols, x.names);
    },
    inverseTransform: (x) => Matrix.dense(standardized(x.data, x.cols, min, scale), x.rows, x.cols, x.names),
  };
}

/** Rows divided by their norm; zero rows stay. */
export function normalized(x: Matrix, norm: string): Matrix {
  const { rows, cols } = x;
  const source = x.isSparse ? x.csr.data : x.data;
  const out = Float64Array.from(source);
  const indptr = x.isSparse ? x.csr.indptr : null;
  for (let i = 0; i < rows; i++) {
    const start = indptr === null ? i * cols : (indptr[i] as number);
    const end = indptr === null ? start + cols : (indptr[i + 1] as number);
    let size = 0;
    for (let e = start; e < end; e++) {
      const v = out[e] as number;
      if (norm === "l2") size += v * v;
      else if (norm === "l1") size += Math.abs(v);
      else if (norm === "max") size = Math.max(size, Math.abs(v));
      else size = e === start ? v : Math.max(size, v);
    }
    if (norm === "l2") size = Math.sqrt(size);
    if (size !== 0) for (let e = start; e < end; e++) out[e] = (out[e] as number) / size;
  }
  return x.isSparse ? Matrix.sparse({ ...x.csr, data: out }) : Matrix.dense(out, rows, cols);
}

function normalizer(est: Estimator): Model {
  const given = text(est, "norm", "l2") ?? "l2";
  // Before 0.24 the largest number counted, not the largest amount.
  const norm = given === "max" && !isSince(est.version, 0, 23) ? "top" : given;
  return { transform: (x) => normalized(x, norm) };
}

function binarizer(est: Estimator): Model {
  const cut = num(est, "threshold", 0);
  return { transform: (x) => cells(x, (v) => (v > cut ? 1 : 0)) };
}

/** `numpy.interp`: straight lines between points, level beyond them. */
function interp(x: number, xs: Float64Array, ys: Float64Array): number {
  const n = xs.length;
  if (Number.isNaN(x)) return x;
  if (x < (xs[0] as number)) return ys[0] as number;
  if (x > (xs[n - 1] as number)) return ys[n - 1] as number;
  let [a, b] = [0, n];
  while (a < b) {
    const middle = (a + b) >> 1;
    if ((xs[middle] as number) <= x) a = middle + 1;
    else b = middle;
  }
  const at = a - 1;
  if (at >= n - 1 || xs[at] === x) return ys[Math.min(at, n - 1)] as number;
  const slope = ((ys[at + 1] as number) - (ys[at] as number)) / ((xs[at + 1] as number) - (xs[at] as number));
  return slope * (x - (xs[at] as number)) + (ys[at] as number);
}

function quantile(est: Estimator): Model {
  const { data, shape } = floats(est, "quantiles_", 2);
  const [n, d] = shape as [number, number];
  const references = vector(est, "references_", n);
  const isNormal = text(est, "output_distribution") === "normal";
  const BOUND = 1e-7;
  const isWide = isNormal || !isSince(est.version, 0, 21);
  const columns = Array.from({ length: d }, (_, j) =>
    Float64Array.from({ length: n }, (_v, i) => data[i * d + j] as number),
  );
  const turned = columns.map((own) => own.map((v) => -v).reverse());
  const back = references.map((v) => -v).reverse();
  const [low, high] = [normalQuantile(BOUND - 2 ** -52), normalQuantile(1 - (BOUND - 2 ** -52))];
  return {
    features: d,
    finite: "allow-nan",
    transform: (x) =>
      cells(x, (v, j) => {
        if (Number.isNaN(v)) return v;
        const own = columns[j] as Float64Array;
        const [first, last] = [own[0] as number, own[n - 1] as number];
        let out = 0.5 * (interp(v, own, references) - interp(-v, turned[j] as Float64Array, back));
        if (isWide ? v + BOUND > last : v === last) out = 1;
        if (isWide ? v - BOUND < first : v === first) out = 0;
        if (isNormal) return Math.min(high, Math.max(low, normalQuantile(out)));
        return isWide ? Math.min(1 - (BOUND - 2 ** -52), Math.max(BOUND - 2 ** -52, out)) : out;
      }),
    inverseTransform: (x) =>
      cells(x, (v, j) => {
        const own = columns[j] as Float64Array;
        const p = isNormal ? normalCdf(v) : v;
        if (isWide ? p + BOUND > 1 : p === 1) return own[n - 1] as number;
        if (isWide ? p - BOUND < 0 : p === 0) return own[0] as number;
        return interp(p, references, own);
      }),
  };
}

function power(est: Estimator): Model {
  const lambdas = vector(est, "lambdas_");
  const isBoxCox = text(est, "method") === "box-cox";
  const scaler =
    flag(est, "standardize", true) && est.attrs.has("_scaler")
      ? partOf(est, est.attrs.get("_scaler"), "_scaler").model
      : null;
  const EPS = 2 ** -52;
  const yeo = (v: number, l: number): number => {
    if (v >= 0) return Math.abs(l) < EPS ? Math.log1p(v) : ((v + 1) ** l - 1) / l;
    return Math.abs(l - 2) > EPS ? -((-v + 1) ** (2 - l) - 1) / (2 - l) : -Math.log1p(-v);
  };
  const unyeo = (v: number, l: number): number => {
    if (v >= 0) return Math.abs(l) < EPS ? Math.expm1(v) : (v * l + 1) ** (1 / l) - 1;
    return Math.abs(l - 2) > EPS ? 1 - (-(2 - l) * v + 1) ** (1 / (2 - l)) : -Math.expm1(-v);
  };
  const boxcox = (v: number, l: number): number => (l === 0 ? Math.log(v) : Math.expm1(l * Math.log(v)) / l);
  const unboxcox = (v: number, l: number): number => (l === 0 ? Math.exp(v) : Math.exp(Math.log1p(l * v) / l));
  const [there, home] = isBoxCox ? [boxcox, unboxcox] : [yeo, unyeo];
  return {
    features: lambdas.length,
    finite: "allow-nan",
    transform(x) {
      const made = cells(x, (v, j) => there(v, lambdas[j] as number));
      return scaler === null ? made : (scaler.transform?.(made) ?? misfit(est, "_scaler"));
    },
    inverseTransform(x) {
      const made = scaler === null ? x : (scaler.inverseTransform?.(x) ?? misfit(est, "_scaler"));
      return cells(made, (v, j) => home(v, lambdas[j] as number));
    },
  };
}

function centerer(est: Estimator): Model {
  const rows = vector(est, "K_fit_rows_");
  const all = num(est, "K_fit_all_");
  const n = rows.length;
  return {
    features: n,
    transform(x) {
      const out = x.data.slice();
      for (let i = 0; i < x.rows; i++) {
        let sum = 0;
        for (let j = 0; j < n; j++) sum += x.data[i * n + j] as number;
        for (let j = 0; j < n; j++) out[i * n + j] = (out[i * n + j] as number) - (rows[j] as number) - sum / n + all;
      }
      return Matrix.dense(out, x.rows, n);
    },
  };
}

/** The edges of a column's bins. */
export function edgesOf(est: Estimator): Float64Array[] {
  const given = est.attrs.get("bin_edges_");
  const lists = floatsOf(given);
  if (lists !== null && lists.shape.length === 2) {
    const [d, n] = lists.shape as [number, number];
    return Array.from({ length: d }, (_, j) => lists.data.subarray(j * n, (j + 1) * n));
  }
  const items = (given as { flat?: () => unknown[] } | undefined)?.flat?.() ?? wrong(est, "bin_edges_", "arrays");
  return items.map((one) => floatsOf(one)?.data ?? wrong(est, "bin_edges_", "arrays"));
}

export const scalers: Kinds = {
  StandardScaler: standard,
  MinMaxScaler: minMax,
  MaxAbsScaler: maxAbs,
  RobustScaler: robust,
  Normalizer: normalizer,
  Binarizer: binarizer,
  QuantileTransformer: quantile,
  PowerTransformer: power,
  KernelCenterer: centerer,
};
