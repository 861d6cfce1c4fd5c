/**
 * Small systems of linear equations.
 *
 * @module
 */

/**
 * The inverse of a square matrix of `k` rows, the logarithm of the size of its determinant and its sign, by Gauss and
 * Jordan with pivots; null where it has none.
 */
export function inverted(
  source: Float64Array,
  k: number,
): { inverse: Float64Array; logDet: number; sign: number } | null {
  let logDet = 0;
  let sign = 1;
  const a = source.slice();
  const out = new Float64Array(k * k);
  for (let i = 0; i < k; i++) out[i * k + i] = 1;
  for (let c = 0; c < k; c++) {
    let pivot = c;
    for (let r = c + 1; r < k; r++)
      if (Math.abs(a[r * k + c] as number) > Math.abs(a[pivot * k + c] as number)) pivot = r;
    const value = a[pivot * k + c] as number;
    if (value === 0) return null;
    logDet += Math.log(Math.abs(value));
    if (value < 0 !== (pivot !== c)) sign = -sign;
    for (const m of [a, out]) {
      for (let j = 0; j < k; j++) {
        const held = m[pivot * k + j] as number;
        m[pivot * k + j] = m[c * k + j] as number;
        m[c * k + j] = held / value;
      }
    }
    for (let r = 0; r < k; r++) {
      const factor = a[r * k + c] as number;
      if (r === c || factor === 0) continue;
      for (const m of [a, out])
        for (let j = 0; j < k; j++) m[r * k + j] = (m[r * k + j] as number) - factor * (m[c * k + j] as number);
    }
  }
  return { inverse: out, logDet, sign };
}

/** Solves `L z = b` in place for each column of `b (k, n)`, where `L (k, k)` is a lower triangle. */
export function solveLower(lower: Float64Array, b: Float64Array, k: number, n: number): Float64Array {
  for (let i = 0; i < k; i++) {
    const by = lower[i * k + i] as number;
    let j = 0;
    // Four columns go at once: no sum waits for another.
    for (; j + 4 <= n; j += 4) {
      const at = i * n + j;
      let [p, q] = [b[at] as number, b[at + 1] as number];
      let [r, s] = [b[at + 2] as number, b[at + 3] as number];
      for (let l = 0, from = j; l < i; l++, from += n) {
        const factor = lower[i * k + l] as number;
        if (factor === 0) continue;
        p -= factor * (b[from] as number);
        q -= factor * (b[from + 1] as number);
        r -= factor * (b[from + 2] as number);
        s -= factor * (b[from + 3] as number);
      }
      b[at] = p / by;
      b[at + 1] = q / by;
      b[at + 2] = r / by;
      b[at + 3] = s / by;
    }
    for (; j < n; j++) {
      let v = b[i * n + j] as number;
      for (let l = 0; l < i; l++) {
        const factor = lower[i * k + l] as number;
        if (factor !== 0) v -= factor * (b[l * n + j] as number);
      }
      b[i * n + j] = v / by;
    }
  }
  return b;
}

/** The transpose of a matrix of `rows` and `cols`. */
export function transposed(data: Float64Array, rows: number, cols: number): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = data[i * cols + j] as number;
  return out;
}
