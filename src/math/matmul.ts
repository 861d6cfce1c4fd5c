/**
 * Products of matrices in C order: by WebAssembly's vectors where they are there, else in plain JavaScript.
 *
 * @module
 */
import { KeptRows, pairwise } from "./simd/double.ts";

/** A sparse matrix by rows: entries `indptr[i]` to `indptr[i + 1]` are row `i`'s. */
export interface Csr {
  readonly rows: number;
  readonly cols: number;
  readonly indptr: ArrayLike<number>;
  readonly indices: ArrayLike<number>;
  readonly data: ArrayLike<number>;
}

/**
 * `x (n, d)` times the transpose of `w (k, d)`: dot products of rows, `(n, k)`. Four rows of `w` go at once, each with a
 * running sum of its own, so the order of additions is that of the columns.
 */
export function timesTransposed(x: Float64Array, w: Float64Array, n: number, d: number, k: number): Float64Array {
  const out = new Float64Array(n * k);
  if (pairwise("dots", x, w, n, d, k, false, out)) return out;
  for (let i = 0; i < n; i++) {
    const row = i * d;
    let j = 0;
    for (; j + 4 <= k; j += 4) {
      const [w0, w1, w2, w3] = [j * d, (j + 1) * d, (j + 2) * d, (j + 3) * d] as const;
      let [a, b, c, e] = [0, 0, 0, 0];
      for (let l = 0; l < d; l++) {
        const v = x[row + l] as number;
        a += v * (w[w0 + l] as number);
        b += v * (w[w1 + l] as number);
        c += v * (w[w2 + l] as number);
        e += v * (w[w3 + l] as number);
      }
      const at = i * k + j;
      out[at] = a;
      out[at + 1] = b;
      out[at + 2] = c;
      out[at + 3] = e;
    }
    for (; j < k; j++) {
      let sum = 0;
      for (let l = 0; l < d; l++) sum += (x[row + l] as number) * (w[j * d + l] as number);
      out[i * k + j] = sum;
    }
  }
  return out;
}

/** `x (n, d)` times `w (d, k)`: `(n, k)`. Four rows of `w` go at once, so that the sums are read and written less. */
export function times(x: Float64Array, w: Float64Array, n: number, d: number, k: number): Float64Array {
  const out = new Float64Array(n * k);
  if (pairwise("dots", x, w, n, d, k, true, out)) return out;
  for (let i = 0; i < n; i++) {
    const to = i * k;
    const row = i * d;
    let l = 0;
    for (; l + 4 <= d; l += 4) {
      const a = x[row + l] as number;
      const b = x[row + l + 1] as number;
      const c = x[row + l + 2] as number;
      const e = x[row + l + 3] as number;
      // Zeros are common after relu and in one-hot rows.
      if (a === 0 && b === 0 && c === 0 && e === 0) continue;
      const [p, q, r, s] = [l * k, (l + 1) * k, (l + 2) * k, (l + 3) * k] as const;
      for (let j = 0; j < k; j++) {
        out[to + j] =
          (out[to + j] as number) +
          (a * (w[p + j] as number) + b * (w[q + j] as number) + (c * (w[r + j] as number) + e * (w[s + j] as number)));
      }
    }
    for (; l < d; l++) {
      const a = x[row + l] as number;
      for (let j = 0; j < k; j++) out[to + j] = (out[to + j] as number) + a * (w[l * k + j] as number);
    }
  }
  return out;
}

/** A `w (d, k)` that many tables are multiplied with: it stays in the memory of the kernel between calls. */
export class Factor {
  readonly #w: Float64Array;
  readonly #d: number;
  readonly #k: number;
  readonly #rows: KeptRows;

  constructor(w: Float64Array, d: number, k: number) {
    this.#w = w;
    this.#d = d;
    this.#k = k;
    this.#rows = new KeptRows(w, k, d, true);
  }

  /** `x (n, d)` times it: `(n, k)`. */
  times(x: Float64Array, n: number): Float64Array {
    const out = new Float64Array(n * this.#k);
    return this.#rows.pairwise("dots", x, n, out) ? out : times(x, this.#w, n, this.#d, this.#k);
  }
}

/** A sparse `x (n, d)` times the transpose of `w (k, d)`: `(n, k)`. */
export function csrTimes(x: Csr, w: Float64Array, k: number): Float64Array {
  const { rows: n, cols: d, indptr, indices, data } = x;
  const out = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    const [start, end] = [indptr[i] as number, indptr[i + 1] as number];
    for (let j = 0; j < k; j++) {
      let sum = 0;
      for (let e = start; e < end; e++) sum += (data[e] as number) * (w[j * d + (indices[e] as number)] as number);
      out[i * k + j] = sum;
    }
  }
  return out;
}
