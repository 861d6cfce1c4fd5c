/**
 * Squared distances between all rows of two tables.
 *
 * @module
 */
import { type Csr, Fused, timesTransposed } from "../../math/index.ts";

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

/** Squared distances by `xx - 2xy + yy`, as scikit-learn has them for a brute search. */
export function squared(x: Float64Array, y: Float64Array, n: number, m: number, d: number): Float64Array {
  const out = timesTransposed(x, y, n, d, m);
  const [xx, yy] = [norms(x, n, d), norms(y, m, d)];
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
