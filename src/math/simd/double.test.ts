/** Products and distances of float64 rows, with and without WebAssembly: the same to the last bit. */
import { expect, test, vi } from "vitest";
import { cube } from "../cube.ts";

const shapes = [
  [4, 300, 8],
  [5, 64, 41],
  [67, 33, 9],
  [130, 7, 13],
  [9, 1, 500],
] as const;
const STEPS = {
  dots: (a: number, b: number) => a * b,
  squares: (a: number, b: number) => (a - b) * (a - b),
  distances: (a: number, b: number) => Math.abs(a - b),
  cubes: (a: number, b: number) => cube(Math.abs(a - b)),
  largest: (a: number, b: number) => Math.abs(a - b),
};

test("by vectors, in the order of plain code", async () => {
  const { pairwise } = await import("./double.ts");
  for (const [m, k, n] of shapes) {
    const a = Float64Array.from({ length: m * k }, (_, i) => Math.sin(i * 1.3));
    const b = Float64Array.from({ length: k * n }, (_, i) => Math.cos(i * 0.7));
    for (const isColumns of [false, true]) {
      for (const kind of ["dots", "squares", "distances", "cubes", "largest"] as const) {
        const out = new Float64Array(m * n);
        expect(pairwise(kind, a, b, m, k, n, isColumns, out)).toBe(true);
        const expected = Float64Array.from({ length: m * n }, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          let sum = 0;
          for (let l = 0; l < k; l++) {
            const step = STEPS[kind](a[i * k + l] as number, b[isColumns ? l * n + j : j * k + l] as number);
            sum = kind === "largest" ? Math.max(sum, step) : sum + step;
          }
          return sum;
        });
        expect(out).toEqual(expected);
      }
    }
  }
});

test("where a page has no WebAssembly", async () => {
  vi.resetModules();
  vi.stubGlobal("WebAssembly", undefined);
  try {
    const { pairwise } = await import("./double.ts");
    const { times, timesTransposed } = await import("../index.ts");
    const a = Float64Array.from({ length: 64 * 65 }, (_, i) => Math.sin(i));
    expect(pairwise("dots", a, a, 64, 65, 64, false, new Float64Array(64 * 64))).toBe(false);
    const square = a.slice(0, 64 * 64);
    const turned = Float64Array.from(square, (_, at) => square[(at % 64) * 64 + Math.floor(at / 64)] as number);
    const [one, two] = [times(square, turned, 64, 64, 64), timesTransposed(square, square, 64, 64, 64)];
    for (const [at, v] of one.entries()) expect(v).toBeCloseTo(two[at] as number, 12);
  } finally {
    vi.unstubAllGlobals();
    vi.resetModules();
  }
});
