/**
 * Products of float32 matrices: by WebAssembly's vectors where they are there, else in plain JavaScript. Both add in one
 * order, in single precision, so that what comes out does not depend on how many rows go at once.
 *
 * @module
 */
import { ONE_CELL, Windows } from "./windows.ts";

/** Products below so many steps are not worth the way into WebAssembly. */
const LEAST = 2048;

/**
 * `a (m, k)` times `b (k, n)`, plus `bias (n)` in each row (null for none), written into `out` from `at` on: float32, C
 * order.
 */
export function matmul32(
  a: Float32Array,
  b: Float32Array,
  m: number,
  k: number,
  n: number,
  bias: Float32Array | null,
  out: Float32Array = new Float32Array(m * n),
  at = 0,
): Float32Array {
  if (m * k * n >= LEAST) {
    const windows = new Windows(b, bias, [ONE_CELL, ONE_CELL, ONE_CELL], k, n, 1, false);
    if (windows.run(a.subarray(0, m * k), m, out.subarray(at, at + m * n), "none")) return out;
  }
  return plain(a, b, m, k, n, bias, out, at);
}

const { fround } = Math;

/** Four columns at a time. */
function plain(
  a: Float32Array,
  b: Float32Array,
  m: number,
  k: number,
  n: number,
  bias: Float32Array | null,
  out: Float32Array,
  at: number,
): Float32Array {
  for (let i = 0; i < m; i++) {
    const row = i * k;
    const to = at + i * n;
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      let s0 = bias === null ? 0 : (bias[j] as number);
      let s1 = bias === null ? 0 : (bias[j + 1] as number);
      let s2 = bias === null ? 0 : (bias[j + 2] as number);
      let s3 = bias === null ? 0 : (bias[j + 3] as number);
      for (let l = 0, p = j; l < k; l++, p += n) {
        const x = a[row + l] as number;
        s0 = fround(s0 + fround(x * (b[p] as number)));
        s1 = fround(s1 + fround(x * (b[p + 1] as number)));
        s2 = fround(s2 + fround(x * (b[p + 2] as number)));
        s3 = fround(s3 + fround(x * (b[p + 3] as number)));
      }
      out[to + j] = s0;
      out[to + j + 1] = s1;
      out[to + j + 2] = s2;
      out[to + j + 3] = s3;
    }
    for (; j < n; j++) {
      let sum = bias === null ? 0 : (bias[j] as number);
      for (let l = 0, p = j; l < k; l++, p += n) sum = fround(sum + fround((a[row + l] as number) * (b[p] as number)));
      out[to + j] = sum;
    }
  }
  return out;
}
