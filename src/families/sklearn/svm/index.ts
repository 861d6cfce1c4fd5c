/**
 * Support vector machines of libsvm (sklearn/svm/_base.py, sklearn/svm/src/libsvm/svm.cpp).
 *
 * @module
 */
import { argmax, KeptVectors } from "../../../math/index.ts";
import { ovrScores } from "../ensemble/index.ts";
import type { Estimator } from "../estimator.ts";
import { either, flag, floats, floatsOf, isSince, labels, misfit, num, text, vector } from "../fields.ts";
import { Matrix, winners } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { type Kernel, kernelOf, turnOf, unknownKernel } from "./kernel.ts";

interface Machine {
  readonly kernel: Kernel;
  /** Number of support vectors. */
  readonly count: number;
  readonly features: number | undefined;
  /** Weights as libsvm has them: a row for each class but one. */
  readonly coef: Float64Array;
  readonly intercept: Float64Array;
}

/** The public weights of two classes have the other sign; the private ones are libsvm's own. */
function machineOf(est: Estimator, isBinary: boolean): Machine {
  const vectors = floats(est, "support_vectors_", 2);
  const kind = text(est, "kernel");
  // Such a machine keeps no support vectors.
  if (kind === null) return unknownKernel(est);
  const isPrecomputed = kind === "precomputed";
  const name = either(est, "_dual_coef_", "dual_coef_");
  const coef = floats(est, name, 2);
  const count = coef.shape[1] as number;
  const d = vectors.shape[1] as number;
  const sign = isBinary && name === "dual_coef_" ? -1 : 1;
  const own = either(est, "_intercept_", "intercept_");
  if (!isPrecomputed && vectors.shape[0] !== count)
    misfit(est, `${count} weights for ${vectors.shape[0]} support vectors`);
  return {
    kernel: kernelOf(est, vectors.data, count, d),
    count,
    features: isPrecomputed ? undefined : d,
    coef: sign === 1 ? coef.data : coef.data.map((v) => -v),
    intercept: isBinary && own === "intercept_" ? vector(est, own).map((v) => -v) : vector(est, own),
  };
}

/** Decisions of all pairs of classes (svm_predict_values). */
function pairsOf(est: Estimator, k: number): (x: Matrix) => Float64Array {
  const { kernel, count, coef, intercept } = machineOf(est, k === 2);
  const sizes = Array.from(vector(est, either(est, "_n_support", "n_support_"), k));
  const starts: number[] = [];
  let sum = 0;
  for (const size of sizes) {
    starts.push(sum);
    sum += size;
  }
  const pairs = (k * (k - 1)) / 2;
  if (sum !== count || coef.length !== (k - 1) * count || intercept.length !== pairs) {
    misfit(est, "its support vectors do not belong to its classes");
  }
  const kind = text(est, "kernel");
  const vectors = floats(est, "support_vectors_", 2);
  const kept =
    kind !== "precomputed"
      ? new KeptVectors(
          vectors.data,
          count,
          vectors.shape[1] as number,
          kind === "rbf" ? num(est, "_gamma", 0) : turnOf(est),
          {
            sizes,
            coef,
            intercept,
          },
        )
      : null;
  return (x) => {
    const out = new Float64Array(x.rows * pairs);
    if (kept?.run(x.data, x.rows, out)) return out;
    const values = kernel(x);
    // Four rows at once, each with a running sum of its own, so that none waits for the one before.
    let first = 0;
    for (; first + 4 <= x.rows; first += 4) {
      const [v0, v1, v2, v3] = [first * count, (first + 1) * count, (first + 2) * count, (first + 3) * count] as const;
      for (let i = 0, p = 0; i < k; i++) {
        for (let j = i + 1; j < k; j++, p++) {
          let [t0, t1, t2, t3] = [0, 0, 0, 0];
          for (const [cls, row] of [
            [i, (j - 1) * count],
            [j, i * count],
          ] as const) {
            const end = (starts[cls] as number) + (sizes[cls] as number);
            for (let s = starts[cls] as number; s < end; s++) {
              const c = coef[row + s] as number;
              t0 += c * (values[v0 + s] as number);
              t1 += c * (values[v1 + s] as number);
              t2 += c * (values[v2 + s] as number);
              t3 += c * (values[v3 + s] as number);
            }
          }
          const at = first * pairs + p;
          const b = intercept[p] as number;
          out[at] = t0 + b;
          out[at + pairs] = t1 + b;
          out[at + 2 * pairs] = t2 + b;
          out[at + 3 * pairs] = t3 + b;
        }
      }
    }
    for (let r = first; r < x.rows; r++) {
      const at = r * count;
      for (let i = 0, p = 0; i < k; i++) {
        const [si, ni] = [starts[i] as number, sizes[i] as number];
        for (let j = i + 1; j < k; j++, p++) {
          const [sj, nj] = [starts[j] as number, sizes[j] as number];
          let total = 0;
          const [a, b] = [(j - 1) * count, i * count];
          for (let s = si; s < si + ni; s++) total += (coef[a + s] as number) * (values[at + s] as number);
          for (let s = sj; s < sj + nj; s++) total += (coef[b + s] as number) * (values[at + s] as number);
          out[r * pairs + p] = total + (intercept[p] as number);
        }
      }
    }
    return out;
  };
}

/** Probabilities of classes from those of pairs (svm.cpp, multiclass_probability: Wu, Lin and Weng's second method). */
function coupled(r: Float64Array, k: number, out: Float64Array, at: number): void {
  const q = new Float64Array(k * k);
  const qp = new Float64Array(k);
  const p = new Float64Array(k).fill(1 / k);
  for (let t = 0; t < k; t++) {
    let own = 0;
    for (let j = 0; j < k; j++) {
      if (j === t) continue;
      own += (r[j * k + t] as number) * (r[j * k + t] as number);
      q[t * k + j] = j < t ? (q[j * k + t] as number) : -(r[j * k + t] as number) * (r[t * k + j] as number);
    }
    q[t * k + t] = own;
  }
  const eps = 0.005 / k;
  for (let round = 0; round < Math.max(100, k); round++) {
    let pqp = 0;
    for (let t = 0; t < k; t++) {
      let sum = 0;
      for (let j = 0; j < k; j++) sum += (q[t * k + j] as number) * (p[j] as number);
      qp[t] = sum;
      pqp += (p[t] as number) * sum;
    }
    let worst = 0;
    for (let t = 0; t < k; t++) worst = Math.max(worst, Math.abs((qp[t] as number) - pqp));
    if (worst < eps) break;
    for (let t = 0; t < k; t++) {
      const diff = (-(qp[t] as number) + pqp) / (q[t * k + t] as number);
      p[t] = (p[t] as number) + diff;
      pqp = (pqp + diff * (diff * (q[t * k + t] as number) + 2 * (qp[t] as number))) / (1 + diff) / (1 + diff);
      for (let j = 0; j < k; j++) {
        qp[j] = ((qp[j] as number) + diff * (q[t * k + j] as number)) / (1 + diff);
        p[j] = (p[j] as number) / (1 + diff);
      }
    }
  }
  out.set(p, at);
}

function sigmoid(value: number, a: number, b: number): number {
  const f = value * a + b;
  return f >= 0 ? Math.exp(-f) / (1 + Math.exp(-f)) : 1 / (1 + Math.exp(f));
}

function classifier(est: Estimator): Model {
  const classes = labels(est, "classes_");
  // Classes whose rows all weighed nothing are none of libsvm's, which numbers the others from the first on.
  const k = Math.min(classes.length, vector(est, either(est, "_n_support", "n_support_")).length);
  const decisions = pairsOf(est, k);
  const pairs = (k * (k - 1)) / 2;
  const a = floatsOf(est.attrs.get(either(est, "_probA", "probA_")))?.data ?? new Float64Array(0);
  const b = floatsOf(est.attrs.get(either(est, "_probB", "probB_")))?.data ?? new Float64Array(0);
  const isRest = text(est, "decision_function_shape", "ovr") === "ovr";
  const votes = (dec: Float64Array, at: number): number => {
    const won = new Float64Array(k);
    for (let i = 0, p = at; i < k; i++) {
      for (let j = i + 1; j < k; j++, p++) {
        const winner = (dec[p] as number) > 0 ? i : j;
        won[winner] = (won[winner] as number) + 1;
      }
    }
    return argmax(won, 0, k);
  };
  const decide = (x: Matrix): Matrix => {
    if (k < classes.length && isRest) misfit(est, `its scores are those of ${k} of its ${classes.length} classes`);
    const dec = decisions(x);
    if (k === 2) return Matrix.flat(dec.map((v) => -v));
    if (!isRest) return Matrix.dense(dec, x.rows, pairs);
    const wins = dec.map((v) => (v < 0 ? 1 : 0));
    return Matrix.dense(
      ovrScores(
        wins,
        dec.map((v) => -v),
        x.rows,
        k,
        est.version,
      ),
      x.rows,
      k,
    );
  };
  const breaks = flag(est, "break_ties") && isRest && k > 2;
  return {
    features: machineOf(est, false).features,
    decisionFunction: decide,
    predict(x) {
      if (flag(est, "break_ties") && !isRest) {
        throw new TypeError("break_ties must be False when decision_function_shape is 'ovo'");
      }
      if (breaks) {
        const { data } = decide(x);
        return winners(classes, data, k);
      }
      const dec = decisions(x);
      return Array.from({ length: x.rows }, (_, i) => classes[votes(dec, i * pairs)]);
    },
    ...(a.length === pairs &&
      b.length === pairs && {
        predictProba(x: Matrix): Matrix {
          const dec = decisions(x);
          const out = new Float64Array(x.rows * k);
          const r = new Float64Array(k * k);
          for (let row = 0; row < x.rows; row++) {
            for (let i = 0, p = 0; i < k; i++) {
              for (let j = i + 1; j < k; j++, p++) {
                const raw = sigmoid(dec[row * pairs + p] as number, a[p] as number, b[p] as number);
                // As libsvm's max has it, what is no number counts as the least.
                const v = raw > 1e-7 ? Math.min(raw, 1 - 1e-7) : 1e-7;
                r[i * k + j] = v;
                r[j * k + i] = 1 - v;
              }
            }
            coupled(r, k, out, row * k);
          }
          return Matrix.dense(out, x.rows, k);
        },
      }),
  };
}

function valuesOf(est: Estimator): { scores(x: Matrix): Float64Array; features: number | undefined } {
  const { kernel, count, coef, intercept, features } = machineOf(est, false);
  if (coef.length !== count || intercept.length !== 1) misfit(est, "it has weights for more than one output");
  return {
    features,
    scores(x) {
      const values = kernel(x);
      const out = new Float64Array(x.rows);
      for (let i = 0; i < x.rows; i++) {
        let sum = 0;
        for (let s = 0; s < count; s++) sum += (coef[s] as number) * (values[i * count + s] as number);
        out[i] = sum + (intercept[0] as number);
      }
      return out;
    },
  };
}

function regressor(est: Estimator): Model {
  const { scores, features } = valuesOf(est);
  return { features, isRegressor: true, predict: scores };
}

function oneClass(est: Estimator): Model {
  const { scores, features } = valuesOf(est);
  const offset = num(est, "offset_", -(vector(est, "intercept_")[0] as number));
  return {
    features,
    decisionFunction: (x) =>
      isSince(est.version, 0, 20) ? Matrix.flat(scores(x)) : Matrix.dense(scores(x), x.rows, 1),
    scoreSamples: (x) => Matrix.flat(scores(x).map((v) => v + offset)),
    predict: (x) => Array.from(scores(x), (v) => (v > 0 ? 1 : -1)),
  };
}

export const kinds: Kinds = {
  SVC: classifier,
  NuSVC: classifier,
  SVR: regressor,
  NuSVR: regressor,
  OneClassSVM: oneClass,
};
