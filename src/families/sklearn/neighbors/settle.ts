/**
 * Distances of a brute search to the last bit (sklearn/metrics/_pairwise_distances_reduction): since 1.1 it has them from
 * a product of matrices and from norms, each rounded as its BLAS rounds it.
 *
 * @module
 */
import { Fused, type Squares } from "../../../math/index.ts";
import { isSince } from "../fields.ts";
import { Fitted } from "../squares.ts";

/** Who adds squares for NumPy's distances, by the NumPy that comes with a version of scikit-learn as a rule. */
export function einsumOf(version: string | null): Squares {
  return isSince(version, 0, 24) ? "einsum" : "old einsum";
}

/** Are these whole numbers whose products come out whole however they are rounded? */
function isWhole(data: Float64Array): boolean {
  for (let i = 0; i < data.length; i++) {
    const v = data[i] as number;
    if (!(Number.isInteger(v) && Math.abs(v) < 2 ** 20)) return false;
  }
  return true;
}

/** Are these the same numbers? */
export function isSame(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Squared distances between rows of a table and fitted samples that were found near each other. */
export class Settled {
  private readonly fused = new Fused();
  private readonly own: Float64Array;
  private readonly data: Float64Array;
  private readonly d: number;
  /** Need distances not be settled, as all numbers are whole? */
  private readonly isWhole: boolean;

  private readonly way: Squares;

  constructor(data: Float64Array, n: number, d: number, way: Squares) {
    this.way = way;
    this.data = data;
    this.d = d;
    this.own = new Float64Array(n).fill(Number.NaN);
    this.isWhole = isWhole(data);
  }

  /** Puts the squared distances of row `i` of a table into `out`, one for each place. */
  distances(x: Float64Array, i: number, places: ArrayLike<number>, at: number, out: Float64Array): void {
    const { fused, data, own, d } = this;
    const xx = fused.norm(this.way, x, i * d, d);
    for (let j = 0; j < out.length; j++) {
      const place = places[at + j] as number;
      let yy = own[place] as number;
      if (Number.isNaN(yy)) own[place] = yy = fused.norm(this.way, data, place * d, d);
      out[j] = Math.max(0, xx - 2 * fused.product(x, i * d, data, place * d, d) + yy);
    }
  }

  /** Settles the `k` nearest of each row, which stand in order: equal ones stay as they stood. */
  settle(
    x: Float64Array,
    k: number,
    distances: Float64Array,
    places: Float64Array,
    full: (reduced: number) => number,
    isSelf = false,
  ): void {
    if (this.isWhole && isWhole(x)) return;
    const near = new Float64Array(k);
    for (let i = 0, at = 0; at < places.length; i++, at += k) {
      this.distances(x, i, places, at, near);
      for (let j = 0; j < k; j++) {
        const place = places[at + j] as number;
        const value = isSelf && place === i ? 0 : (near[j] as number);
        let to = j;
        for (; to > 0 && (near[to - 1] as number) > value; to--) {
          near[to] = near[to - 1] as number;
          places[at + to] = places[at + to - 1] as number;
        }
        near[to] = value;
        places[at + to] = place;
      }
      for (let j = 0; j < k; j++) distances[at + j] = full(near[j] as number);
    }
  }

  /** Settles the distances of one row to what was found within a radius. */
  settleRow(x: Float64Array, i: number, places: Int32Array, full: (reduced: number) => number): Float64Array | null {
    if (this.isWhole && isWhole(x.subarray(i * this.d, (i + 1) * this.d))) return null;
    const out = new Float64Array(places.length);
    this.distances(x, i, places, 0, out);
    return out.map(full);
  }
}

/** The `k`th smallest of `n` numbers. */
function smallest(values: Float64Array, at: number, n: number, k: number): number {
  if (k > 32) return values.slice(at, at + n).sort()[k - 1] as number;
  const best = new Float64Array(k).fill(Number.POSITIVE_INFINITY);
  for (let j = at; j < at + n; j++) {
    const v = values[j] as number;
    if (!(v < (best[k - 1] as number))) continue;
    let to = k - 1;
    for (; to > 0 && (best[to - 1] as number) > v; to--) best[to] = best[to - 1] as number;
    best[to] = v;
  }
  return best[k - 1] as number;
}

/** Distances by angles to the last bit: products of rows that were divided by their norms. */
export class SettledAngles {
  private readonly fused = new Fused();
  private readonly units: Float64Array;
  private fitted: Fitted | null = null;
  private readonly d: number;
  private readonly way: Squares;

  constructor(data: Float64Array, n: number, d: number, way: Squares) {
    this.d = d;
    this.way = way;
    this.units = new Float64Array(n * d);
    for (let j = 0; j < n; j++) this.unit(data, j, this.units, j);
  }

  private unit(x: Float64Array, i: number, out: Float64Array, to: number): void {
    const { d } = this;
    const size = Math.sqrt(this.fused.norm(this.way, x, i * d, d)) || 1;
    for (let l = 0; l < d; l++) out[to * d + l] = (x[i * d + l] as number) / size;
  }

  /** One less the cosine of each row with each sample. */
  all(x: Float64Array, rows: number): Float64Array {
    const { d } = this;
    const own = new Float64Array(rows * d);
    for (let i = 0; i < rows; i++) this.unit(x, i, own, i);
    this.fitted ??= new Fitted(this.units, this.units.length / d, d);
    const out = this.fitted.dots(own, rows);
    for (let at = 0; at < out.length; at++) out[at] = Math.min(2, Math.max(0, 1 - (out[at] as number)));
    return out;
  }

  /** Settles those of a row's distances that are no further than the `k`th by more than rounding. */
  settle(x: Float64Array, i: number, k: number, all: Float64Array, at: number, n: number): void {
    const { d, units, fused } = this;
    const own = new Float64Array(d);
    this.unit(x, i, own, 0);
    const limit = smallest(all, at, n, k) + 1e-13;
    for (let j = 0; j < n; j++) {
      if (!((all[at + j] as number) <= limit)) continue;
      all[at + j] = Math.min(2, Math.max(0, 1 - fused.product(own, 0, units, j * d, d)));
    }
  }
}
