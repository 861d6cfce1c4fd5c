/**
 * Squared distances between all rows of two tables, and fitted rows that are kept for many of them.
 *
 * @module
 */
import { type Csr, Fused, KeptRows, timesTransposed } from "../../math/index.ts";

/** The part of two squared norms below which a squared distance owes much to rounding. */
const NEAR = 1e-4;

/** Squared norms of rows. */
export function norms(data: Float64Array, rows: number, d: number): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let l = i * d; l < (i + 1) * d; l++) sum += (data[l] as number) * (data[l] as number);
    out[i] = sum;
  }
  return out;
}

/** Fitted rows that many tables meet. */
export class Fitted {
  readonly data: Float64Array;
  readonly count: number;
  readonly d: number;
  readonly rows: KeptRows;
  #norms: Float64Array | null = null;

  constructor(data: Float64Array, count: number, d: number) {
    this.data = data;
    this.count = count;
    this.d = d;
    this.rows = new KeptRows(data, count, d);
  }

  /** Their squared norms. */
  get norms(): Float64Array {
    return (this.#norms ??= norms(this.data, this.count, this.d));
  }

  /** Products of each row of `x` with each of these. */
  dots(x: Float64Array, n: number): Float64Array {
    const out = new Float64Array(n * this.count);
    return this.rows.pairwise("dots", x, n, out) ? out : timesTransposed(x, this.data, n, this.d, this.count);
  }

  /** The sums of the sizes, or of the squares, of the differences of each row of `x` and each of these. */
  gaps(kind: "distances" | "squares", x: Float64Array, n: number): Float64Array {
    const { data, count: m, d } = this;
    const out = new Float64Array(n * m);
    if (this.rows.pairwise(kind, x, n, out)) return out;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        let sum = 0;
        for (let l = 0; l < d; l++) {
          const gap = (x[i * d + l] as number) - (data[j * d + l] as number);
          sum += kind === "squares" ? gap * gap : Math.abs(gap);
        }
        out[i * m + j] = sum;
      }
    }
    return out;
  }
}

/** Squared distances by `xx - 2xy + yy`, as scikit-learn has them for a brute search. */
export function squared(
  x: Float64Array,
  y: Float64Array,
  n: number,
  m: number,
  d: number,
  fitted: Fitted | null = null,
): Float64Array {
  const out = fitted?.dots(x, n) ?? timesTransposed(x, y, n, d, m);
  const [xx, yy] = [norms(x, n, d), fitted?.norms ?? norms(y, m, d)];
  let fused: Fused | null = null;
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) {
      const all = (xx[i] as number) + (yy[j] as number);
      const v = Math.max(0, (xx[i] as number) - 2 * (out[at] as number) + (yy[j] as number));
      out[at] = v;
      // What is left of nearly equal rows owes much to roundings, which are followed.
      if (v > NEAR * all || all === 0) continue;
      fused ??= new Fused();
      const [own, other] = [fused.norm("einsum", x, i * d, d), fused.norm("einsum", y, j * d, d)];
      out[at] = Math.max(0, own - 2 * fused.product(x, i * d, y, j * d, d) + other);
    }
  }
  return out;
}

/** Squared distances to sparse rows, whose products are added one after another, as SciPy adds them. */
export function squaredSparse(x: Float64Array, rows: number, d: number, fit: Csr): Float64Array {
  const { indptr, indices, data, rows: m } = fit;
  const out = new Float64Array(rows * m);
  const xx = norms(x, rows, d);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < m; j++, at++) {
      let [product, norm] = [0, 0];
      for (let e = indptr[j] as number; e < (indptr[j + 1] as number); e++) {
        const v = data[e] as number;
        product += (x[i * d + (indices[e] as number)] as number) * v;
        norm += v * v;
      }
      out[at] = Math.max(0, (xx[i] as number) - 2 * product + norm);
    }
  }
  return out;
}
