/**
 * Rows as sums of few atoms of a dictionary (sklearn/decomposition/_dict_learning.py, sparse_encode).
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { inverted, times, timesTransposed } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { flag, floats, isSince, num, plain, text } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Model } from "../model.ts";

/** One row's weights by orthogonal matching pursuit: atom after atom, the least squares of all that are chosen. */
function pursue(own: Float64Array, gram: Float64Array, k: number, most: number, isUnit: boolean): Float64Array {
  const chosen: number[] = [];
  let weights: Float64Array = new Float64Array(0);
  let rest: Float64Array = own.slice();
  while (chosen.length < most) {
    let best = 0;
    for (let j = 1; j < k; j++) if (Math.abs(rest[j] as number) > Math.abs(rest[best] as number)) best = j;
    if (chosen.includes(best) || (rest[best] as number) ** 2 < Number.EPSILON) break;
    chosen.push(best);
    const n = chosen.length;
    const part = Float64Array.from({ length: n * n }, (_, at) => {
      if (isUnit && at % (n + 1) === 0) return 1;
      return gram[(chosen[Math.floor(at / n)] as number) * k + (chosen[at % n] as number)] as number;
    });
    const found = inverted(part, n);
    if (found === null) {
      chosen.pop();
      break;
    }
    weights = times(
      found.inverse,
      Float64Array.from(chosen, (j) => own[j] as number),
      n,
      n,
      1,
    );
    rest = own.map((v, j) => {
      let sum = v;
      for (const [c, atom] of chosen.entries()) sum -= (gram[j * k + atom] as number) * (weights[c] as number);
      return sum;
    });
  }
  const out = new Float64Array(k);
  for (const [c, atom] of chosen.entries()) out[atom] = weights[c] as number;
  return out;
}

/**
 * One row's weights `w` that make `w'Gw / 2 - q'w + penalty |w|` least: column after column, and at the end the exact
 * weights of those that are not zero.
 */
function shrink(q: Float64Array, gram: Float64Array, k: number, penalty: number, isPositive: boolean): Float64Array {
  const w = new Float64Array(k);
  const rest = q.slice();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let [most, largest] = [0, 0];
    for (let j = 0; j < k; j++) {
      const own = gram[j * k + j] as number;
      if (own === 0) continue;
      const before = w[j] as number;
      const v = (rest[j] as number) + own * before;
      const now = isPositive && v < 0 ? 0 : (Math.sign(v) * Math.max(Math.abs(v) - penalty, 0)) / own;
      largest = Math.max(largest, Math.abs(now));
      if (now === before) continue;
      most = Math.max(most, Math.abs(now - before));
      w[j] = now;
      for (let l = 0; l < k; l++) rest[l] = (rest[l] as number) - (gram[l * k + j] as number) * (now - before);
    }
    if (most <= 1e-10 * largest) break;
  }
  return settled(w, q, gram, k, penalty);
}

/** Rounds over all atoms at most. */
const MOST_ROUNDS = 10000;

/** The weights of these signs by one solution; as they were where it has other signs. */
function settled(w: Float64Array, q: Float64Array, gram: Float64Array, k: number, penalty: number): Float64Array {
  const active = Array.from(w.keys()).filter((j) => w[j] !== 0);
  const n = active.length;
  const part = Float64Array.from({ length: n * n }, (_, at) => {
    return gram[(active[Math.floor(at / n)] as number) * k + (active[at % n] as number)] as number;
  });
  const inverse = n === 0 ? null : inverted(part, n);
  if (inverse === null) return w;
  const right = Float64Array.from(active, (j) => (q[j] as number) - penalty * Math.sign(w[j] as number));
  const exact = times(inverse.inverse, right, n, n, 1);
  if (active.some((j, i) => Math.sign(exact[i] as number) !== Math.sign(w[j] as number))) return w;
  const out = new Float64Array(k);
  for (const [i, j] of active.entries()) out[j] = exact[i] as number;
  return out;
}

/** One row's weights by least angles: atom after atom, each as far as until the next is as near. */
function approach(q: Float64Array, gram: Float64Array, k: number, most: number): Float64Array {
  const w = new Float64Array(k);
  const rest = q.slice();
  const active: number[] = [];
  while (active.length < most) {
    let next = -1;
    for (let j = 0; j < k; j++) {
      if (active.includes(j)) continue;
      if (next < 0 || Math.abs(rest[j] as number) > Math.abs(rest[next] as number)) next = j;
    }
    const far = next < 0 ? 0 : Math.abs(rest[next] as number);
    if (far < 1e-14) break;
    active.push(next);
    const n = active.length;
    const part = Float64Array.from({ length: n * n }, (_, at) => {
      return gram[(active[Math.floor(at / n)] as number) * k + (active[at % n] as number)] as number;
    });
    const found = inverted(part, n);
    if (found === null) {
      active.pop();
      break;
    }
    const way = times(
      found.inverse,
      Float64Array.from(active, (j) => Math.sign(rest[j] as number)),
      n,
      n,
      1,
    );
    // How fast each atom's share of the rest shrinks; those that are active shrink by one.
    const pace = new Float64Array(k);
    for (let j = 0; j < k; j++) {
      let sum = 0;
      for (const [i, a] of active.entries()) sum += (gram[j * k + a] as number) * (way[i] as number);
      pace[j] = sum;
    }
    let step = far;
    for (let j = 0; j < k; j++) {
      if (active.includes(j)) continue;
      const [r, p] = [rest[j] as number, pace[j] as number];
      for (const until of [(far - r) / (1 - p), (far + r) / (1 + p)]) if (until > 0 && until < step) step = until;
    }
    for (const [i, a] of active.entries()) w[a] = (w[a] as number) + step * (way[i] as number);
    for (let j = 0; j < k; j++) rest[j] = (rest[j] as number) - step * (pace[j] as number);
  }
  return w;
}

/** The codes of a dictionary of atoms. */
export function coder(est: Estimator): Model {
  const { data: atoms, shape } = floats(est, est.attrs.has("components_") ? "components_" : "dictionary", 2);
  const [k, d] = shape as [number, number];
  const algorithm = text(est, "transform_algorithm", "omp");
  const given = plain(est.attrs.get("transform_n_nonzero_coefs") ?? null);
  const most = Math.min(typeof given === "number" ? given : Math.max(Math.trunc(d / 10), 1), k);
  const gram = timesTransposed(atoms, atoms, k, d, k);
  // Before 0.20 atoms were taken for unit vectors here.
  const isUnit = !isSince(est.version, 0, 20);
  return {
    features: d,
    inverseTransform(x) {
      const isSplit = flag(est, "split_sign");
      const own = isSplit ? new Float64Array(x.rows * k) : x.data;
      if (isSplit) {
        for (let at = 0; at < own.length; at++) {
          const from = Math.floor(at / k) * 2 * k + (at % k);
          own[at] = (x.data[from] as number) - (x.data[from + k] as number);
        }
      }
      return Matrix.dense(times(own, atoms, x.rows, k, d), x.rows, d);
    },
    transform(x) {
      const out = timesTransposed(x.data, atoms, x.rows, d, k);
      const name = plain(est.attrs.get("transform_alpha") ?? null) === null ? "alpha" : "transform_alpha";
      const alpha = num(est, name, 1);
      const isPositive = flag(est, "positive_code");
      const codeOf = (own: Float64Array): Float64Array => {
        if (algorithm === "omp") return pursue(own, gram, k, most, isUnit);
        if (algorithm === "lars") return approach(own, gram, k, most);
        return shrink(own, gram, k, alpha, isPositive);
      };
      if (algorithm === "threshold") {
        for (const [at, v] of out.entries()) {
          out[at] = isPositive && v < 0 ? 0 : Math.sign(v) * Math.max(Math.abs(v) - alpha, 0);
        }
      } else if (/^(omp|lars|lasso_(lars|cd))$/.test(algorithm ?? "")) {
        for (let i = 0; i < x.rows; i++) out.set(codeOf(out.slice(i * k, (i + 1) * k)), i * k);
      } else
        throw new UnsupportedError("transform_algorithm", `codes of ${est.name} by ${algorithm} are not known here`);
      if (!flag(est, "split_sign")) return Matrix.dense(out, x.rows, k);
      const both = new Float64Array(out.length * 2);
      for (const [at, v] of out.entries()) both[Math.floor(at / k) * 2 * k + (at % k) + (v < 0 ? k : 0)] = Math.abs(v);
      return Matrix.dense(both, x.rows, 2 * k);
    },
  };
}
