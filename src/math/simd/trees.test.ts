/** Walks by WebAssembly against walks step by step. */
import { expect, test, vi } from "vitest";

/** A tree of `count` nodes: children behind their parents, some nodes leaves. */
function grown(count: number, features: number, seed: number) {
  const left = new Int32Array(count).fill(-1);
  const right = new Int32Array(count).fill(-1);
  const feature = new Int32Array(count);
  for (let i = 0, next = 1; next + 1 < count; i++) {
    [left[i], right[i]] = [next, next + 1];
    feature[i] = (i * 7 + seed) % features;
    // Some of the nodes that follow stay leaves.
    if (i % 3 === 2) i++;
    next += 2;
  }
  const cut = Float64Array.from({ length: count }, (_, i) => Math.fround(Math.sin(i * 2.1 + seed)));
  return { left, right, feature, cut };
}

test("the leaves of plain code, in both precisions", async () => {
  const { nodeTable, walkTrees } = await import("./trees.ts");
  const [cols, trees] = [5, [1, 3, 41, 300].map((count, t) => grown(count, 5, t))];
  for (const Numbers of [Float32Array, Float64Array]) {
    for (const rows of [8, 13, 2100]) {
      const x = new Numbers(rows * cols);
      for (let i = 0; i < x.length; i++) x[i] = Math.sin(i * 1.7);
      const tables = trees.map(({ left, right, feature, cut }) => nodeTable(left, right, feature, Numbers.from(cut)));
      const found = trees.map(() => new Int32Array(rows));
      expect(walkTrees(x, rows, cols, tables, (leaves, t, from) => found[t]?.set(leaves, from))).toBe(true);
      for (const [t, { left, right, feature, cut }] of trees.entries()) {
        const expected = Int32Array.from({ length: rows }, (_, i) => {
          let at = 0;
          while (left[at] !== -1) {
            at = (x[i * cols + feature[at]!]! <= cut[at]! ? left[at] : right[at]) as number;
          }
          return at;
        });
        expect(found[t]).toEqual(expected);
      }
    }
  }
});

test("where a page has no WebAssembly", async () => {
  vi.resetModules();
  vi.stubGlobal("WebAssembly", undefined);
  try {
    const { walkTrees } = await import("./trees.ts");
    expect(walkTrees(new Float32Array(80), 8, 10, [], () => {})).toBe(false);
  } finally {
    vi.unstubAllGlobals();
    vi.resetModules();
  }
});
