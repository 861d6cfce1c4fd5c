/**
 * Kernels between rows (sklearn/metrics/pairwise.py, PAIRWISE_KERNEL_FUNCTIONS).
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import type { Estimator } from "../estimator.ts";
import { isSince, num, plain, text } from "../fields.ts";
import type { Matrix } from "../matrix.ts";
import { Fitted, squared } from "../squares.ts";

/** Kernel values of each row of a table with each fitted row. */
export type Kernel = (x: Matrix, y: Float64Array, m: number) => Float64Array;

/** The sum over the columns of what `of` makes of two numbers. */
function summed(x: Matrix, y: Float64Array, m: number, of: (a: number, b: number) => number): Float64Array {
  const { data, rows, cols: d } = x;
  const out = new Float64Array(rows * m);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let l = 0; l < d; l++) sum += of(data[i * d + l] as number, y[j * d + l] as number);
      out[i * m + j] = sum;
    }
  }
  return out;
}

function unit(data: Float64Array, d: number): Float64Array {
  const out = data.slice();
  for (let at = 0; at < data.length; at += d) {
    let sum = 0;
    for (let l = at; l < at + d; l++) sum += (data[l] as number) ** 2;
    if (sum === 0) continue;
    const norm = Math.sqrt(sum);
    for (let l = at; l < at + d; l++) out[l] = (data[l] as number) / norm;
  }
  return out;
}

const ratio = (a: number, b: number): number => (a + b === 0 ? 0 : -((a - b) ** 2) / (a + b));

/** A whole power as it is in scikit-learn but for the last bit; others are `**`. */
function power(values: Float64Array, degree: number): Float64Array {
  if (degree !== 2 && degree !== 3) return values.map((v) => v ** degree);
  for (let at = 0; at < values.length; at++) {
    const v = values[at] as number;
    values[at] = degree === 2 ? v * v : v * v * v;
  }
  return values;
}

/** Exponentials of numbers times one. */
function exps(values: Float64Array, by: number): Float64Array {
  for (let at = 0; at < values.length; at++) values[at] = Math.exp(by * (values[at] as number));
  return values;
}

/** A kernel by its name; `gamma` null is one over the number of columns. */
export function kernelBy(name: string | null, given: number | null, degree: number, coef0: number): Kernel {
  let last: { y: Float64Array; fitted: Fitted } | null = null;
  const isCosine = name === "cosine";
  /** The fitted rows, which are the same from call to call. */
  const fittedOf = (y: Float64Array, m: number, d: number): Fitted => {
    if (last?.y !== y) last = { y, fitted: new Fitted(isCosine ? unit(y, d) : y, m, d) };
    return last.fitted;
  };
  return (x, y, m) => {
    const { rows, cols: d } = x;
    const gamma = given ?? (name === "chi2" ? 1 : 1 / d);
    const affine = (): Float64Array => {
      const dots = fittedOf(y, m, d).dots(x.data, rows);
      for (let at = 0; at < dots.length; at++) dots[at] = gamma * (dots[at] as number) + coef0;
      return dots;
    };
    switch (name) {
      case "precomputed":
        return x.data.slice();
      case "linear":
        return fittedOf(y, m, d).dots(x.data, rows);
      case "poly":
      case "polynomial":
        return power(affine(), degree);
      case "sigmoid":
        return affine().map(Math.tanh);
      case "rbf":
        return exps(squared(x.data, y, rows, m, d, fittedOf(y, m, d)), -gamma);
      case "laplacian":
        return exps(fittedOf(y, m, d).gaps("distances", x.data, rows), -gamma);
      case "cosine":
        return fittedOf(y, m, d).dots(unit(x.data, d), rows);
      case "additive_chi2":
        return summed(x, y, m, ratio);
      case "chi2":
        return exps(summed(x, y, m, ratio), gamma);
      default:
        throw new UnsupportedError("kernel", `the kernel ${name ?? "given by a function"} is not known here`);
    }
  };
}

/** The kernel that the parameters of an estimator name. */
export function kernelOf(est: Estimator): Kernel {
  const name = text(est, "kernel");
  // Before 0.19 this kernel was not told of gamma.
  const isDeaf = name === "chi2" && !isSince(est.version, 0, 19);
  const gamma = isDeaf ? null : plain(est.attrs.get("gamma_") ?? est.attrs.get("gamma") ?? null);
  const [degree, coef0] = [num(est, "degree", 3), num(est, "coef0", 1)];
  return kernelBy(name, typeof gamma === "number" ? gamma : null, degree, coef0);
}
