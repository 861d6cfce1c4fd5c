/**
 * Kernels of libsvm (sklearn/svm/src/libsvm/svm.cpp, Kernel::k_function).
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { timesTransposed } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { floatsOf, num, text } from "../fields.ts";
import type { Matrix } from "../matrix.ts";

/** Kernel values of rows against support vectors, `(rows, vectors)`. */
export type Kernel = (x: Matrix) => Float64Array;

function power(base: number, times: number): number {
  let out = 1;
  for (let t = times, square = base; t > 0; t = Math.floor(t / 2)) {
    if (t % 2 === 1) out *= square;
    square *= square;
  }
  return out;
}

/** The kernel of an estimator over its support vectors: `count` of `d` columns. */
export function kernelOf(est: Estimator, vectors: Float64Array, count: number, d: number): Kernel {
  const name = text(est, "kernel");
  const gamma = num(est, "_gamma", 0);
  const coef0 = num(est, "coef0", 0);
  if (name === "precomputed") {
    const support = floatsOf(est.attrs.get("support_"))?.data ?? new Float64Array(0);
    return (x) => {
      const out = new Float64Array(x.rows * count);
      for (let i = 0; i < x.rows; i++) {
        for (let j = 0; j < count; j++) out[i * count + j] = x.data[i * x.cols + (support[j] as number)] as number;
      }
      return out;
    };
  }
  if (name === "rbf") return (x) => rbf(x.data, vectors, x.rows, count, d, gamma);
  const dots = (x: Matrix): Float64Array => timesTransposed(x.data, vectors, x.rows, d, count);
  if (name === "linear") return dots;
  if (name === "poly") {
    const degree = num(est, "degree", 3);
    return (x) => dots(x).map((v) => power(gamma * v + coef0, degree));
  }
  if (name === "sigmoid") return (x) => dots(x).map((v) => Math.tanh(gamma * v + coef0));
  throw new UnsupportedError(
    "kernel",
    `the kernel of this ${est.name} is a function of Python's, which brine never runs`,
  );
}

/** `exp(-gamma |a - b|²)`, by differences as libsvm has it; four columns at once. */
function rbf(
  x: Float64Array,
  vectors: Float64Array,
  rows: number,
  count: number,
  d: number,
  gamma: number,
): Float64Array {
  const out = new Float64Array(rows * count);
  for (let i = 0; i < rows; i++) {
    const from = i * d;
    for (let j = 0; j < count; j++) {
      const at = j * d;
      let [a, b, c, e] = [0, 0, 0, 0];
      let l = 0;
      for (; l + 4 <= d; l += 4) {
        const p = (x[from + l] as number) - (vectors[at + l] as number);
        const q = (x[from + l + 1] as number) - (vectors[at + l + 1] as number);
        const r = (x[from + l + 2] as number) - (vectors[at + l + 2] as number);
        const s = (x[from + l + 3] as number) - (vectors[at + l + 3] as number);
        a += p * p;
        b += q * q;
        c += r * r;
        e += s * s;
      }
      for (; l < d; l++) {
        const p = (x[from + l] as number) - (vectors[at + l] as number);
        a += p * p;
      }
      out[i * count + j] = Math.exp(-gamma * (a + b + (c + e)));
    }
  }
  return out;
}
