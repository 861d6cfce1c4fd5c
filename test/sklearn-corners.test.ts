/** Rows without anything, negative numbers, sparse rows, tables of ints, old bounds and strategies, scores: as in Python. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { load, loads, type NDArray, type PyDict, repr } from "../src/index.ts";
import { type Estimator, sklearn } from "../src/sklearn.ts";
import { ask, compare } from "./support/sklearn-cases.ts";

const file = new URL("../fixtures/data/sklearn-corners.pkl.xz", import.meta.url);
const rows = await load<PyDict<string, unknown>[]>(new Uint8Array(readFileSync(file)));
const modelOf = (row: PyDict<string, unknown>): Estimator =>
  loads<Estimator>(row.get("model") as Uint8Array, { packs: [sklearn] });

function answer(row: PyDict<string, unknown>, method: string): unknown {
  const model = modelOf(row);
  if (method !== "radius_neighbors") return ask(model, method, { X: row.get("X"), y: row.get("y") });
  const { distances } = model.radiusNeighbors(row.get("X") as NDArray);
  return distances.flatMap((one) => [...one].sort((a, b) => a - b));
}

it("answers", () => {
  const wrong: string[] = [];
  let count = 0;
  for (const row of rows) {
    for (const [method, expected] of row.get("out") as PyDict<string, unknown>) {
      count++;
      const where = `${row.get("by")} ${row.get("id")} ${method}`;
      if (typeof expected === "string") {
        expect(() => answer(row, method), `${where}: ${expected}`).toThrow();
        continue;
      }
      try {
        const { off } = compare(
          method,
          answer(row, method),
          method === "radius_neighbors" ? (expected as number[][]).flat() : expected,
        );
        if (!(off <= 1e-12)) wrong.push(`${where}: off by ${off}`);
      } catch (e) {
        wrong.push(`${where}: ${e instanceof Error ? e.message : e}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(new Set(rows.map((row) => row.get("by"))).size).toBe(7);
  expect(count).toBeGreaterThan(900);
});

it("prints", () => {
  // A function's address is its process's.
  const wrong = rows
    .filter((row) => !String(row.get("repr")).includes(" at 0x"))
    .map((row) => [repr(modelOf(row)), row.get("repr")])
    .filter(([got, wanted]) => got !== wanted);
  expect(wrong).toEqual([]);
});
