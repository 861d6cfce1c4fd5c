/**
 * Factors that are not negative: NMF and latent Dirichlet allocation (sklearn/decomposition/_nmf.py, _lda.py).
 *
 * @module
 */
import { divideRows, logGamma, logSumExpRows, rowSums, times, timesTransposed } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { floats, isSince, num, plain, text, vector } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";

const EPSILON = 1.1920928955078125e-7;

interface Problem {
  readonly est: Estimator;
  readonly h: Float64Array;
  readonly k: number;
  readonly d: number;
  readonly beta: number;
  readonly l1: number;
  readonly l2: number;
}

function problemOf(est: Estimator): Problem {
  const { data: h, shape } = floats(est, "components_", 2);
  const [k, d] = shape as [number, number];
  const given = plain(est.attrs.get("beta_loss") ?? "frobenius");
  const named = { frobenius: 2, "kullback-leibler": 1, "itakura-saito": 0 }[String(given)];
  // 1.0 keeps what it made of them; before, the strength stood for both factors and was not multiplied by the number of columns.
  const isOld = !isSince(est.version, 1, 2) && (num(est, "alpha_W", 0) === 0 || !est.attrs.has("alpha_W"));
  const both = text(est, "regularization", "both");
  const alpha = isOld
    ? both === "both" || both === "deprecated" || both === "transformation"
      ? aged(est)
      : 0
    : num(est, "alpha_W", 0) * d;
  const ratio = num(est, "l1_ratio", 0);
  const [l1, l2] = [num(est, "_l1_reg_W", alpha * ratio), num(est, "_l2_reg_W", alpha * (1 - ratio))];
  return { est, h, k, d, beta: named ?? Number(given), l1, l2 };
}

function aged(est: Estimator): number {
  const alpha = plain(est.attrs.get("alpha") ?? 0);
  return typeof alpha === "number" ? alpha : 0;
}

/** One coordinate after the other (_update_cdnmf_fast); gives how far the solution was off. */
function descend(w: Float64Array, hh: Float64Array, xh: Float64Array, n: number, k: number): number {
  let off = 0;
  for (let t = 0; t < k; t++) {
    const hess = hh[t * k + t] as number;
    for (let i = 0; i < n; i++) {
      let grad = -(xh[i * k + t] as number);
      for (let r = 0; r < k; r++) grad += (hh[t * k + r] as number) * (w[i * k + r] as number);
      const at = i * k + t;
      off += Math.abs(w[at] === 0 ? Math.min(0, grad) : grad);
      if (hess !== 0) w[at] = Math.max((w[at] as number) - grad / hess, 0);
    }
  }
  return off;
}

function coordinates({ est, h, k, d, l1, l2 }: Problem, x: Matrix): Float64Array {
  const w = new Float64Array(x.rows * k);
  const hh = timesTransposed(h, h, k, d, k);
  for (let i = 0; i < k; i++) hh[i * k + i] = (hh[i * k + i] as number) + l2;
  const xh = timesTransposed(x.data, h, x.rows, d, k).map((v) => v - l1);
  const [most, tol] = [num(est, "max_iter", 200), num(est, "tol", 1e-4)];
  let first = 0;
  for (let step = 0; step < most; step++) {
    const off = descend(w, hh, xh, x.rows, k);
    if (step === 0) first = off;
    if (first === 0 || off / first <= tol) break;
  }
  return w;
}

/** Multiplies by what the loss asks for, once. */
function multiply(problem: Problem, x: Float64Array, w: Float64Array, n: number, gamma: number): void {
  const { h, k, d, beta, l1, l2 } = problem;
  let top: Float64Array;
  let bottom: Float64Array;
  if (beta === 2) {
    top = timesTransposed(x, h, n, d, k);
    bottom = times(w, timesTransposed(h, h, k, d, k), n, k, k);
  } else {
    const wh = times(w, h, n, k, d);
    const safe = beta < 2 ? wh.map((v) => (v < EPSILON ? EPSILON : v)) : wh;
    const part = safe.map((v, at) => {
      const own = x[at] as number;
      return beta === 1 ? own / v : beta === 0 ? (1 / v) ** 2 * own : v ** (beta - 2) * own;
    });
    top = timesTransposed(part, h, n, d, k);
    if (beta === 1) {
      const sums = rowSums(h, k, d);
      bottom = Float64Array.from({ length: n * k }, (_, at) => sums[at % k] as number);
    } else {
      const powers = (beta < 1 ? safe : wh).map((v) => v ** (beta - 1));
      bottom = timesTransposed(powers, h, n, d, k);
    }
  }
  for (let at = 0; at < w.length; at++) {
    let under = bottom[at] as number;
    if (l1 > 0) under += l1;
    if (l2 > 0) under += l2 * (w[at] as number);
    const by = (top[at] as number) / (under === 0 ? EPSILON : under);
    w[at] = (w[at] as number) * (gamma === 1 ? by : by ** gamma);
  }
}

const rateOf = (beta: number): number => (beta < 1 ? 1 / (2 - beta) : beta > 2 ? 1 / (beta - 1) : 1);

/** The root of twice the divergence of `x` and `w h`. */
function divergence({ h, k, d, beta }: Problem, x: Float64Array, w: Float64Array, n: number): number {
  const wh = times(w, h, n, k, d);
  let sum = 0;
  if (beta === 2) {
    for (let at = 0; at < x.length; at++) sum += ((x[at] as number) - (wh[at] as number)) ** 2;
    return Math.sqrt(sum);
  }
  for (let at = 0; at < x.length; at++) {
    const [a, raw] = [x[at] as number, wh[at] as number];
    const b = a > EPSILON && raw < EPSILON ? EPSILON : raw;
    if (beta === 1) sum += raw + (a > EPSILON ? a * Math.log(a / b) : 0) - a;
    else if (beta === 0) sum += a > EPSILON ? a / b - Math.log(a / b) - 1 : 0;
    else {
      const cross = a > EPSILON ? a * b ** (beta - 1) : 0;
      sum += (a ** beta - beta * cross + (beta - 1) * raw ** beta) / (beta * (beta - 1));
    }
  }
  return Math.sqrt(2 * Math.max(sum, 0));
}

function start(x: Matrix, k: number): Float64Array {
  const mean = rowSums(x.data, 1, x.data.length)[0] as number;
  return new Float64Array(x.rows * k).fill(Math.sqrt(mean / x.data.length / k));
}

function multiplicative(problem: Problem, x: Matrix): Float64Array {
  const { est, k, beta } = problem;
  const w = start(x, k);
  const [most, tol] = [num(est, "max_iter", 200), num(est, "tol", 1e-4)];
  const first = divergence(problem, x.data, w, x.rows);
  let before = first;
  for (let step = 1; step <= most; step++) {
    multiply(problem, x.data, w, x.rows, rateOf(beta));
    if (beta < 1) for (let at = 0; at < w.length; at++) if ((w[at] as number) < Number.EPSILON) w[at] = 0;
    if (tol > 0 && step % 10 === 0) {
      const now = divergence(problem, x.data, w, x.rows);
      if ((before - now) / first < tol) break;
      before = now;
    }
  }
  return w;
}

function batches(problem: Problem, x: Matrix): Float64Array {
  const { est, k } = problem;
  const w = start(x, k);
  const most = num(est, "_transform_max_iter", num(est, "max_iter", 200));
  const tol = num(est, "tol", 1e-4);
  const gamma = num(est, "_gamma", rateOf(problem.beta));
  for (let step = 0; step < most; step++) {
    const before = w.slice();
    multiply(problem, x.data, w, x.rows, gamma);
    let [off, size] = [0, 0];
    for (let at = 0; at < w.length; at++) {
      off += ((w[at] as number) - (before[at] as number)) ** 2;
      size += (w[at] as number) ** 2;
    }
    if (tol > 0 && Math.sqrt(off) / Math.sqrt(size) <= tol) break;
  }
  return w;
}

function factorization(solve: (problem: Problem, x: Matrix) => Float64Array): (est: Estimator) => Model {
  return (est) => {
    const problem = problemOf(est);
    const { h, k, d } = problem;
    return {
      features: d,
      transform(x) {
        if (x.data.some((v) => v < 0)) throw new TypeError(`Negative values in data passed to ${est.name}`);
        return Matrix.dense(solve(problem, x), x.rows, k);
      },
      inverseTransform: (x) => Matrix.dense(times(x.data, h, x.rows, k, d), x.rows, d),
    };
  };
}

/** The derivative of `log Γ` as scikit-learn has it for this alone, to some eight digits. */
function psi(given: number): number {
  if (given <= 1e-6) return -0.5772156649015329 - 1 / given;
  let [x, out] = [given, 0];
  for (; x < 6; x++) out -= 1 / x;
  let r = 1 / x;
  out += Math.log(x) - 0.5 * r;
  r *= r;
  return out - r * (1 / 12 - r * (1 / 120 - r * (1 / 252)));
}

/** Expected logarithms of shares that are drawn by Dirichlet's law with these parameters, row by row. */
function expectations(data: Float64Array, rows: number, cols: number): Float64Array {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) {
    let all = 0;
    for (let j = i * cols; j < (i + 1) * cols; j++) all += data[j] as number;
    const base = psi(all);
    for (let j = i * cols; j < (i + 1) * cols; j++) out[j] = psi(data[j] as number) - base;
  }
  return out;
}

/** What a prior adds to the bound of the likelihood (LatentDirichletAllocation._approx_bound). */
function likelihood(prior: number, data: Float64Array, expected: Float64Array, rows: number, cols: number): number {
  let sum = 0;
  const base = logGamma(prior);
  for (let i = 0; i < rows; i++) {
    let all = 0;
    for (let j = i * cols; j < (i + 1) * cols; j++) {
      const v = data[j] as number;
      all += v;
      sum += (prior - v) * (expected[j] as number) + logGamma(v) - base;
    }
    sum += logGamma(prior * cols) - logGamma(all);
  }
  return sum;
}

function allocation(est: Estimator): Model {
  const { data: words, shape } = floats(est, "exp_dirichlet_component_", 2);
  const [k, d] = shape as [number, number];
  const prior = num(est, "doc_topic_prior_");
  const [most, tol] = [num(est, "max_doc_update_iter", 100), num(est, "mean_change_tol", 1e-3)];
  const components = vector(est, "components_", k * d);
  const shared = (x: Matrix): Float64Array => {
    const { indptr, indices, data } = x.csr;
    const out = new Float64Array(x.rows * k);
    const shares = new Float64Array(k);
    for (let i = 0; i < x.rows; i++) {
      const [from, to] = [indptr[i] as number, indptr[i + 1] as number];
      let topics = new Float64Array(k).fill(1);
      shares.fill(Math.exp(psi(1) - psi(k)));
      for (let step = 0; step < most; step++) {
        const next = new Float64Array(k);
        for (let e = from; e < to; e++) {
          const word = indices[e] as number;
          let norm = 0;
          for (let c = 0; c < k; c++) norm += (shares[c] as number) * (words[c * d + word] as number);
          const weight = (data[e] as number) / (norm + Number.EPSILON);
          for (let c = 0; c < k; c++) next[c] = (next[c] as number) + weight * (words[c * d + word] as number);
        }
        let [all, change] = [0, 0];
        for (let c = 0; c < k; c++) {
          next[c] = (shares[c] as number) * (next[c] as number) + prior;
          all += next[c] as number;
        }
        const base = psi(all);
        for (let c = 0; c < k; c++) {
          shares[c] = Math.exp(psi(next[c] as number) - base);
          change += Math.abs((topics[c] as number) - (next[c] as number));
        }
        topics = next;
        if (change / k < tol) break;
      }
      out.set(topics, i * k);
    }
    return out;
  };
  const score = (x: Matrix): number => {
    const docs = shared(x);
    const [expected, terms] = [expectations(docs, x.rows, k), expectations(components, k, d)];
    const { indptr, indices, data } = x.csr;
    const own = new Float64Array(k);
    let sum = 0;
    for (let i = 0; i < x.rows; i++) {
      for (let e = indptr[i] as number; e < (indptr[i + 1] as number); e++) {
        for (let c = 0; c < k; c++) {
          own[c] = (expected[i * k + c] as number) + (terms[c * d + (indices[e] as number)] as number);
        }
        sum += (data[e] as number) * (logSumExpRows(own, 1, k)[0] as number);
      }
    }
    return (
      sum +
      likelihood(prior, docs, expected, x.rows, k) +
      likelihood(num(est, "topic_word_prior_"), components, terms, k, d)
    );
  };
  return {
    features: d,
    transform(x) {
      const out = shared(x);
      const isShares = isSince(est.version, 0, 18);
      return Matrix.dense(isShares ? divideRows(out, k, rowSums(out, x.rows, k)) : out, x.rows, k);
    },
    score: (x) => score(x),
    perplexity(x) {
      let words = 0;
      for (let e = 0; e < x.csr.data.length; e++) words += x.csr.data[e] as number;
      return Math.exp(-score(x) / words);
    },
  };
}

export const topics: Kinds = {
  NMF: factorization((problem, x) =>
    (text(problem.est, "solver", "cd") === "mu" ? multiplicative : coordinates)(problem, x),
  ),
  MiniBatchNMF: factorization(batches),
  LatentDirichletAllocation: allocation,
};
