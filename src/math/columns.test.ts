import { expect, it } from "vitest";
import { standardized, stretched } from "./index.ts";

it("moves and stretches columns there and back", () => {
  const data = Float64Array.of(1, 2, 3, 4, 5, 6);
  const [mean, scale] = [Float64Array.of(1, -1, 0.5), Float64Array.of(2, 4, 8)];
  for (const minus of [mean, null]) {
    for (const over of [scale, null]) {
      const there = standardized(data, 3, minus, over);
      expect([...there]).toEqual([...data].map((v, at) => (v - (minus?.[at % 3] ?? 0)) / (over?.[at % 3] ?? 1)));
      expect(stretched(there, 3, over, minus)).toEqual(data);
    }
  }
  expect(standardized(new Float64Array(0), 0, null, null)).toEqual(new Float64Array(0));
});
