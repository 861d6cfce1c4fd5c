/** Arrays cross over to the `ndarray` packages of scijs and back, on the same memory. */
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { array, type NDArray, type StridedArray } from "./index.ts";

type Scijs = StridedArray & { get(...place: number[]): number; transpose(...axes: number[]): Scijs };
const require = createRequire(import.meta.url);
const ndarray: (...parts: unknown[]) => Scijs = require("ndarray");
const ops: Record<"sum" | "assign" | "muls", (...args: unknown[]) => number> = require("ndarray-ops");
const theirs = (a: NDArray): Scijs => ndarray(a.data, a.shape, a.stride, a.offset);

describe("ndarray of scijs", () => {
  const a = array(
    Float64Array.from({ length: 24 }, (_, i) => i * i),
    { shape: [2, 3, 4] },
  );

  it("works on our memory, views too", () => {
    for (const view of [a, a.T, a.slice(1), a.slice("::-1", "1:", "::2"), a.slice(0, 1, "::-2"), a.slice(":0")]) {
      const there = theirs(view);
      expect(ops.sum(there)).toBe((view.flat() as number[]).reduce((sum, x) => sum + x, 0));
    }
    const own = a.copy();
    ops.muls(theirs(own.T), theirs(own.T), 2);
    expect(own.get(1, 2, 3)).toBe(2 * 23 ** 2);
  });

  it("is taken as it is", () => {
    const there = ndarray(new Float32Array([1, 2, 3, 4, 5, 6]), [2, 3]);
    const made = array(there);
    expect([made.dtype.name, made.toArray()]).toEqual([
      "float32",
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ]);
    expect(made.data).toBe(there.data);
    expect(array(there.transpose(1, 0)).toArray()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(array(ndarray([1.5, 2], [2]), { dtype: "<f4" }).toArray()).toEqual([1.5, 2]);
    for (const view of [a.slice("::-1", "1:", "::2"), a.slice(":0"), array(5).reshape()]) {
      expect(array(theirs(view)).toArray()).toEqual(view.toArray());
    }
  });

  it("is refused where it leads beyond its memory", () => {
    const data = new Float64Array(6);
    for (const [shape, stride, offset] of [
      [[2, 4], [3, 1], 0],
      [[2, 3], [-3, 1], 0],
      [[2, 3], [3], 0],
      [[2], [1], 5],
      [[-1], [1], 0],
      [[2], [0.5], 0],
    ]) {
      expect(() => array({ data, shape, stride, offset })).toThrow(RangeError);
    }
  });
});
