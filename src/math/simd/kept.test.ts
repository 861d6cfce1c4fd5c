/** What stays in the memory of the kernel: the same numbers when it is met again, and after much else was kept. */
import { expect, test } from "vitest";
import { cube } from "../cube.ts";
import { timesTransposed } from "../matmul.ts";
import { Arena, Place } from "./arena.ts";
import { doubles, KeptRows } from "./double.ts";
import { KeptLayers } from "./layers.ts";
import { KeptVectors } from "./machine.ts";

const wave = (length: number, step: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => Math.sin(i * step) * 2);

function sums(kind: string, a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let l = 0; l < k; l++) {
      const [v, w] = [a[Math.floor(at / n) * k + l] as number, b[(at % n) * k + l] as number];
      if (kind === "largest") sum = Math.abs(v - w) > sum ? Math.abs(v - w) : sum;
      else if (kind === "cubes") sum += cube(Math.abs(v - w));
      else sum += kind === "dots" ? v * w : kind === "squares" ? (v - w) * (v - w) : Math.abs(v - w);
    }
    return sum;
  });
}

test("rows that are kept, one and many rows at a time", () => {
  const [k, n] = [31, 53];
  const b = wave(n * k, 0.7);
  const kept = new KeptRows(b, n, k);
  for (const m of [1, 2, 5, 130, 1]) {
    const a = wave(m * k, 1.3);
    for (const kind of ["dots", "squares", "distances", "cubes", "largest"] as const) {
      const out = new Float64Array(m * n);
      expect(kept.pairwise(kind, a, m, out)).toBe(true);
      expect(out).toEqual(sums(kind, a, b, m, k, n));
    }
  }
});

test("the largest difference, past what is no number", () => {
  const [k, n] = [5, 150];
  const b = wave(n * k, 0.7);
  for (let at = 0; at < b.length; at += 7) b[at] = Number.NaN;
  const kept = new KeptRows(b, n, k);
  for (const m of [1, 6]) {
    const a = wave(m * k, 1.3);
    const out = new Float64Array(m * n);
    expect(kept.pairwise("largest", a, m, out)).toBe(true);
    expect(out).toEqual(sums("largest", a, b, m, k, n));
  }
});

test("an arena that is full forgets, and what was forgotten comes back", () => {
  const [k, n] = [64, 16];
  const b = wave(n * k, 0.7);
  const kept = new KeptRows(b, n, k);
  const a = wave(k, 0.3);
  const [first, again] = [new Float64Array(n), new Float64Array(n)];
  kept.pairwise("dots", a, 1, first);
  const arena = doubles() as Arena<never>;
  for (let i = 0; i < 5; i++) {
    const place = new Place();
    expect(arena.keep(place, 1 << 24)).toBe("new");
    expect(arena.keep(place, 1 << 24)).toBe("kept");
    arena.floats.fill(Number.NaN, place.at / 8, place.at / 8 + (1 << 21));
  }
  kept.pairwise("dots", a, 1, again);
  expect(again).toEqual(first);
  expect(arena.keep(new Place(), 2 ** 31)).toBe(null);
  expect(arena.scratch(2 ** 31)).toBe(null);
});

test("layers with biases, cut below zero and followed by code", () => {
  const double = (data: Float64Array): void => void data.forEach((v, i) => void (data[i] = 2 * v));
  const [w0, b0, w1, b1] = [wave(7 * 5, 0.4), wave(5, 1.1), wave(5 * 3, 0.9), wave(3, 0.2)];
  const net = new KeptLayers([
    { weights: w0, bias: b0, d: 7, k: 5, cut: true, follow: null },
    { weights: w1, bias: b1, d: 5, k: 3, cut: false, follow: double },
  ]);
  for (const rows of [1, 4, 70]) {
    const x = wave(rows * 7, 2.1);
    const out = new Float64Array(rows * 3);
    expect(net.run(x, rows, out)).toBe(true);
    for (let i = 0; i < rows; i++) {
      const hidden = Array.from({ length: 5 }, (_, j) => {
        let sum = 0;
        for (let l = 0; l < 7; l++) sum += (x[i * 7 + l] as number) * (w0[l * 5 + j] as number);
        return Math.max(0, sum + (b0[j] as number));
      });
      for (let j = 0; j < 3; j++) {
        let sum = 0;
        for (let l = 0; l < 5; l++) sum += (hidden[l] as number) * (w1[l * 3 + j] as number);
        expect(out[i * 3 + j]).toBe(2 * (sum + (b1[j] as number)));
      }
    }
  }
});

test("exponentials to the last place, from zero to what is less than all numbers", () => {
  // One vector in one column at 0: the value of x is exp(-x²).
  const kept = new KeptVectors(Float64Array.of(0), 1, 1, 1);
  const x = Float64Array.from({ length: 4001 }, (_, i) => i / 145);
  const out = new Float64Array(x.length);
  expect(kept.run(x, x.length, out)).toBe(true);
  let worst = 0;
  for (const [i, v] of out.entries()) {
    const exact = Math.exp(-((x[i] as number) ** 2));
    if (exact < 1e-307) expect(Math.abs(v - exact)).toBeLessThan(1e-322);
    else worst = Math.max(worst, Math.abs(v - exact) / exact);
  }
  expect(worst).toBeLessThan(4.5e-16);
  expect(out[0]).toBe(1);
  expect(out[4000]).toBe(0);
});

test("decisions of pairs of classes, each one running sum", () => {
  const [d, sizes] = [6, [4, 1, 0, 7, 3]];
  const [k, count] = [sizes.length, 15];
  const vectors = wave(count * d, 0.31);
  const coef = wave((k - 1) * count, 0.77);
  const intercept = wave((k * (k - 1)) / 2, 0.5);
  const kept = new KeptVectors(vectors, count, d, null, { sizes, coef, intercept });
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
  for (const rows of [1, 67]) {
    const x = wave(rows * d, 1.7);
    const values = timesTransposed(x, vectors, rows, d, count);
    const out = new Float64Array(rows * intercept.length);
    expect(kept.run(x, rows, out)).toBe(true);
    for (let r = 0, at = 0; r < rows; r++) {
      for (let i = 0; i < k; i++) {
        for (let j = i + 1; j < k; j++, at++) {
          let sum = 0;
          for (const [cls, row] of [
            [i, j - 1],
            [j, i],
          ] as const) {
            const from = starts[cls] as number;
            for (let s = from; s < from + (sizes[cls] as number); s++) {
              sum += (coef[row * count + s] as number) * (values[r * count + s] as number);
            }
          }
          expect(out[at]).toBe(sum + (intercept[at % intercept.length] as number));
        }
      }
    }
  }
});

test("no kernel where a page has none", () => {
  expect(Arena.of("AAAA")).toBe(null);
});
