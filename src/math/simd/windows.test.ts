/** Windows by vectors give what loops give. */
import { expect, test } from "vitest";
import { type After, activate32, pool32, type Way, Windows } from "./windows.ts";

const noise = (n: number, seed: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898 + seed) * 2);

const RUN: Readonly<Record<After, (x: number) => number>> = {
  none: (x) => x,
  relu: (x) => Math.max(0, x),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

/** The same by loops, in double precision. */
function plainly(
  x: Float32Array,
  kernel: Float32Array,
  bias: Float32Array | null,
  ways: readonly [Way, Way, Way],
  channels: number,
  filters: number,
  groups: number,
  samples: number,
): number[] {
  const [d, h, w] = ways;
  const out: number[] = [];
  const [depth, each] = [channels / groups, filters / groups];
  for (let s = 0; s < samples; s++)
    for (let i = 0; i < d.out; i++)
      for (let j = 0; j < h.out; j++)
        for (let k = 0; k < w.out; k++)
          for (let f = 0; f < filters; f++) {
            let sum = bias === null ? 0 : (bias[f] as number);
            for (let a = 0; a < d.size; a++)
              for (let b = 0; b < h.size; b++)
                for (let c = 0; c < w.size; c++) {
                  const z = i * d.stride + a * d.dilation - d.before;
                  const y = j * h.stride + b * h.dilation - h.before;
                  const v = k * w.stride + c * w.dilation - w.before;
                  if (z < 0 || z >= d.cells || y < 0 || y >= h.cells || v < 0 || v >= w.cells) continue;
                  for (let q = 0; q < depth; q++) {
                    const from = (((s * d.cells + z) * h.cells + y) * w.cells + v) * channels;
                    const at = (((a * h.size + b) * w.size + c) * depth + q) * filters + f;
                    sum += (x[from + Math.floor(f / each) * depth + q] as number) * (kernel[at] as number);
                  }
                }
            out.push(sum);
          }
  return out;
}

const way = (cells: number, size: number, stride: number, dilation: number, before: number, out: number): Way => ({
  cells,
  size,
  stride,
  dilation,
  before,
  out,
});
const STILL = way(1, 1, 1, 1, 0, 1);

test.each([
  ["same", [STILL, way(9, 3, 2, 1, 1, 5), way(7, 5, 1, 1, 2, 7)], 3, 6, 1],
  ["valid, dilated", [STILL, way(9, 3, 1, 2, 0, 5), way(8, 2, 1, 3, 0, 5)], 2, 9, 1],
  ["three axes", [way(4, 2, 1, 1, 0, 3), way(5, 3, 2, 1, 1, 3), way(4, 2, 2, 1, 0, 2)], 3, 17, 1],
  ["groups", [STILL, way(6, 3, 1, 1, 1, 6), way(6, 3, 1, 1, 1, 6)], 6, 12, 3],
  ["causal", [STILL, STILL, way(11, 3, 1, 2, 4, 11)], 4, 8, 1],
  ["matrix", [STILL, STILL, STILL], 33, 21, 1],
] as const)("%s", (_, ways, channels, filters, groups) => {
  const all = ways as unknown as [Way, Way, Way];
  const taps = all.reduce((n, { size }) => n * size, 1);
  const cells = all.reduce((n, one) => n * one.cells, 1);
  const samples = 7;
  const x = noise(samples * cells * channels, 1);
  const kernel = noise((taps * channels * filters) / groups, 2).map((v) => v / Math.sqrt((taps * channels) / groups));
  const bias = noise(filters, 3);
  for (const after of ["none", "relu", "tanh", "sigmoid"] as const) {
    const windows = new Windows(kernel, bias, all, channels, filters, groups, false);
    const out = new Float32Array(samples * windows.size);
    expect(windows.run(x, samples, out, after)).toBe(true);
    const want = plainly(x, kernel, bias, all, channels, filters, groups, samples).map(RUN[after]);
    expect(out.length).toBe(want.length);
    const most = Math.max(1, ...want.map(Math.abs));
    out.forEach((value, i) => {
      expect(Math.abs(value - (want[i] as number)) / most).toBeLessThan(1e-6);
    });
  }
});

test("each channel alone", () => {
  const ways = [STILL, way(7, 3, 2, 1, 1, 4), way(6, 2, 1, 2, 0, 4)] as const;
  for (const channels of [1, 4, 7]) {
    const x = noise(3 * 42 * channels, 4);
    const kernel = noise(6 * channels, 5);
    const windows = new Windows(kernel, null, [...ways], channels, channels, 1, true);
    const out = new Float32Array(3 * windows.size);
    windows.run(x, 3, out, "none");
    const want = plainly(x, kernel, null, [...ways], channels, channels, channels, 3);
    out.forEach((value, i) => {
      expect(Math.abs(value - (want[i] as number))).toBeLessThan(1e-5);
    });
  }
});

test("activations are exact to 2e-7, at the ends too", () => {
  const ends = [
    0,
    -0,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    1e-30,
    -1e-30,
    1e30,
    -1e30,
    90,
    -90,
  ];
  const x = Float32Array.from([...ends, ...Array.from({ length: 40001 }, (_, i) => (i - 20000) / 1000)]);
  for (const after of ["relu", "tanh", "sigmoid"] as const) {
    const made = x.slice();
    expect(activate32(made, after)).toBe(true);
    made.forEach((value, i) => {
      const v = x[i] as number;
      if (Number.isNaN(v)) expect(value).toBeNaN();
      else {
        const want = RUN[after](v);
        if (value !== want) expect(Math.abs(value - want)).toBeLessThan(2e-7);
      }
    });
  }
});

test("the largest and the mean of windows", () => {
  const ways = [STILL, way(9, 3, 2, 1, 0, 4), way(6, 2, 1, 1, 0, 5)] as [Way, Way, Way];
  for (const channels of [1, 3, 4, 6, 9, 16]) {
    const x = noise(5 * 54 * channels, 6);
    for (const most of [true, false]) {
      const out = new Float32Array(5 * 20 * channels);
      expect(pool32(x, 5, ways, channels, most, out)).toBe(true);
      out.forEach((value, i) => {
        const [c, k, j, s] = [i % channels, Math.floor(i / channels) % 5, Math.floor(i / channels / 5) % 4, 0];
        const sample = Math.floor(i / channels / 20) + s;
        const cells: number[] = [];
        for (let a = 0; a < 3; a++)
          for (let b = 0; b < 2; b++) cells.push(x[((sample * 9 + j * 2 + a) * 6 + k + b) * channels + c] as number);
        const want = most ? Math.max(...cells) : cells.reduce((a, b) => a + b, 0) / 6;
        expect(Math.abs(value - want)).toBeLessThan(1e-6);
      });
    }
  }
});
