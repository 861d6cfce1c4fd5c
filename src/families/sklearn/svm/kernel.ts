/**
 * Kernels of libsvm (sklearn/svm/src/libsvm/svm.cpp, Kernel::k_function).
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { KeptVectors, timesTransposed } from "../../../math/index.ts";
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

/** Makes values of plain products, in their place. */
type Turn = (values: Float64Array) => void;

/** What a kernel makes of plain products; null where it leaves them, or has none. */
export function turnOf(est: Estimator): Turn | null {
  const [gamma, coef0, degree] = [num(est, "_gamma", 0), num(est, "coef0", 0), num(est, "degree", 3)];
  switch (text(est, "kernel")) {
    case "poly":
      return (values) => {
        for (let at = 0; at < values.length; at++) values[at] = power(gamma * (values[at] as number) + coef0, degree);
      };
    case "sigmoid":
      return (values) => {
        for (let at = 0; at < values.length; at++) values[at] = Math.tanh(gamma * (values[at] as number) + coef0);
      };
    default:
      return null;
  }
}

/** Refuses a kernel that is a function. */
export function unknownKernel(est: Estimator): never {
  throw new UnsupportedError(
    "kernel",
    `the kernel of this ${est.name} is a function of Python's, which brine never runs`,
  );
}

/** The kernel of an estimator over its support vectors: `count` of `d` columns. */
export function kernelOf(est: Estimator, vectors: Float64Array, count: number, d: number): Kernel {
  const name = text(est, "kernel");
  const gamma = num(est, "_gamma", 0);
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
  const kept = new KeptVectors(vectors, count, d, name === "rbf" ? gamma : null);
  const values =
    (plainly: (x: Matrix) => Float64Array): Kernel =>
    (x) => {
      const out = new Float64Array(x.rows * count);
      return kept.run(x.data, x.rows, out) ? out : plainly(x);
    };
  if (name === "rbf") return values((x) => rbf(x.data, vectors, x.rows, count, d, gamma));
  const dots = values((x) => timesTransposed(x.data, vectors, x.rows, d, count));
  if (name === "linear") return dots;
  const turn = turnOf(est);
  if (turn !== null) {
    return (x) => {
      const out = dots(x);
      turn(out);
      return out;
    };
  }
  return unknownKernel(est);
}

/** `exp(-gamma |a - b|²)`, by differences as libsvm has it; four support vectors at once. */
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
    let j = 0;
    for (; j + 4 <= count; j += 4) {
      const [p, q, r, s] = [j * d, (j + 1) * d, (j + 2) * d, (j + 3) * d] as const;
      let [a, b, c, e] = [0, 0, 0, 0];
      for (let l = 0; l < d; l++) {
        const v = x[from + l] as number;
        const v0 = v - (vectors[p + l] as number);
        const v1 = v - (vectors[q + l] as number);
        const v2 = v - (vectors[r + l] as number);
        const v3 = v - (vectors[s + l] as number);
        a += v0 * v0;
        b += v1 * v1;
        c += v2 * v2;
        e += v3 * v3;
      }
      const at = i * count + j;
      out[at] = Math.exp(-gamma * a);
      out[at + 1] = Math.exp(-gamma * b);
      out[at + 2] = Math.exp(-gamma * c);
      out[at + 3] = Math.exp(-gamma * e);
    }
    for (; j < count; j++) {
      let sum = 0;
      for (let l = 0; l < d; l++) {
        const v = (x[from + l] as number) - (vectors[j * d + l] as number);
        sum += v * v;
      }
      out[i * count + j] = Math.exp(-gamma * sum);
    }
  }
  return out;
}
