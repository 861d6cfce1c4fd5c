/** Products of float32 matrices against plain sums, with and without WebAssembly. */
import { expect, test, vi } from "vitest";

const shapes = [
  [1, 1, 1],
  [3, 5, 2],
  [17, 33, 9],
  [4, 300, 8],
  [64, 25, 6],
  [5, 64, 41],
] as const;

async function check(): Promise<void> {
  const { matmul32 } = await import("./matmul.ts");
  for (const [m, k, n] of shapes) {
    const a = Float32Array.from({ length: m * k }, (_, i) => Math.sin(i * 1.3));
    const b = Float32Array.from({ length: k * n }, (_, i) => Math.cos(i * 0.7));
    const bias = Float32Array.from({ length: n }, (_, i) => i / 10);
    for (const given of [null, bias]) {
      const out = matmul32(a, b, m, k, n, given, new Float32Array(m * n + 3), 3);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = given === null ? 0 : (given[j] as number);
          for (let l = 0; l < k; l++) sum += (a[i * k + l] as number) * (b[l * n + j] as number);
          expect(out[3 + i * n + j]).toBeCloseTo(sum, 4);
        }
      }
    }
  }
}

test("by vectors", check);

test("where a page has no WebAssembly", async () => {
  vi.resetModules();
  vi.stubGlobal("WebAssembly", undefined);
  try {
    await check();
  } finally {
    vi.unstubAllGlobals();
    vi.resetModules();
  }
});
