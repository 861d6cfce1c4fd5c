/**
 * Products of float32 matrices: by WebAssembly's vectors where they are there, else in plain JavaScript.
 *
 * @module
 */

import { grown, instantiated } from "./instance.ts";
import { KERNELS } from "./module.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  base(): number;
  pack(b: number, panels: number, k: number, n: number): void;
  matmul(a: number, panels: number, bias: number, c: number, m: number, k: number, n: number): void;
}

/** Products below so many steps are not worth the way into WebAssembly. */
const LEAST = 2048;
/** The memory of the kernel holds no more; larger products go in plain JavaScript. */
const MOST = 1 << 28;

/** The one instance: made when it is first wanted; null where pages or machines have none. */
let instance: Exports | null | undefined;

function kernel(): Exports | null {
  if (instance === undefined) instance = instantiated<Exports>(KERNELS);
  return instance;
}

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
  const panels = ((n + 7) >> 3) * 8;
  const need = 4 * (m * k + k * n + panels * k + panels + m * n);
  const fast = m * k * n >= LEAST && need < MOST ? kernel() : null;
  if (fast === null) return plain(a, b, m, k, n, bias, out, at);
  const start = (fast.base() + 15) & ~15;
  const buffer = grown(fast.memory, start + need);
  if (buffer === null) return plain(a, b, m, k, n, bias, out, at);
  const whole = new Float32Array(buffer);
  const first = start / 4;
  const [pA, pB] = [first, first + m * k];
  const pPanels = pB + k * n;
  const pBias = pPanels + panels * k;
  const pC = pBias + panels;
  whole.set(a.subarray(0, m * k), pA);
  whole.set(b.subarray(0, k * n), pB);
  whole.fill(0, pBias, pC);
  if (bias !== null) whole.set(bias, pBias);
  fast.pack(pB * 4, pPanels * 4, k, n);
  fast.matmul(pA * 4, pPanels * 4, pBias * 4, pC * 4, m, k, n);
  out.set(whole.subarray(pC, pC + m * n), at);
  return out;
}

/** Four columns at a time, sums in double precision. */
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
        s0 += x * (b[p] as number);
        s1 += x * (b[p + 1] as number);
        s2 += x * (b[p + 2] as number);
        s3 += x * (b[p + 3] as number);
      }
      out[to + j] = s0;
      out[to + j + 1] = s1;
      out[to + j + 2] = s2;
      out[to + j + 3] = s3;
    }
    for (; j < n; j++) {
      let sum = bias === null ? 0 : (bias[j] as number);
      for (let l = 0, p = j; l < k; l++, p += n) sum += (a[row + l] as number) * (b[p] as number);
      out[to + j] = sum;
    }
  }
  return out;
}
