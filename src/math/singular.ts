/**
 * Singular values of small matrices, and what they tell of inverses.
 *
 * @module
 */
import { transposed } from "./solve.ts";

/** Turns through all pairs of columns; ten are enough for most. */
const SWEEPS = 60;

/**
 * The inverse of a matrix of `rows` and `cols` as Moore and Penrose have it, of shape (cols, rows), by one-sided turns
 * of Jacobi's. Singular values up to `max(rows, cols)` units in the last place of the largest count as 0
 * (numpy.linalg.pinv counts them by a fixed 1e-15, scipy.linalg.pinvh like this).
 */
export function pseudoInverse(source: Float64Array, rows: number, cols: number): Float64Array {
  if (rows < cols) return transposed(pseudoInverse(transposed(source, rows, cols), cols, rows), rows, cols);
  // Columns are kept as rows: those of `u` become orthogonal, those of `v` tell how.
  const u = transposed(source, rows, cols);
  const v = new Float64Array(cols * cols);
  for (let j = 0; j < cols; j++) v[j * cols + j] = 1;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let isTurned = false;
    for (let p = 0; p < cols; p++) {
      for (let q = p + 1; q < cols; q++) {
        const [pp, qq, pq] = [dot(u, p, p, rows), dot(u, q, q, rows), dot(u, p, q, rows)];
        if (!(Math.abs(pq) > Number.EPSILON * Math.sqrt(pp * qq))) continue;
        isTurned = true;
        const zeta = (qq - pp) / (2 * pq);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        turn(u, p, q, rows, c, c * t);
        turn(v, p, q, cols, c, c * t);
      }
    }
    if (!isTurned) break;
  }
  const squares = Float64Array.from({ length: cols }, (_, j) => dot(u, j, j, rows));
  const cut = Number.EPSILON * rows * Math.sqrt(squares.reduce((most, value) => Math.max(most, value), 0));
  const out = new Float64Array(cols * rows);
  for (const [j, square] of squares.entries()) {
    if (!(Math.sqrt(square) > cut)) continue;
    for (let i = 0; i < cols; i++) {
      const factor = (v[j * cols + i] as number) / square;
      for (let l = 0; l < rows; l++)
        out[i * rows + l] = (out[i * rows + l] as number) + factor * (u[j * rows + l] as number);
    }
  }
  return out;
}

function dot(data: Float64Array, p: number, q: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (data[p * n + i] as number) * (data[q * n + i] as number);
  return sum;
}

function turn(data: Float64Array, p: number, q: number, n: number, c: number, s: number): void {
  for (let i = 0; i < n; i++) {
    const [a, b] = [data[p * n + i] as number, data[q * n + i] as number];
    data[p * n + i] = c * a - s * b;
    data[q * n + i] = s * a + c * b;
  }
}
