/** One class, one row, singular covariances, columns as targets, missing values, drawn answers: as scikit-learn has them. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { DataFrame } from "../src/families/pandas/index.ts";
import { load, loads, type NDArray, type PyDict, repr } from "../src/index.ts";
import { type Estimator, sklearn } from "../src/sklearn.ts";
import { ask, compare } from "./support/sklearn-cases.ts";

const file = new URL("../fixtures/data/sklearn-odd.pkl.xz", import.meta.url);
const rows = await load<PyDict<string, unknown>[]>(new Uint8Array(readFileSync(file)));
const modelOf = (row: PyDict<string, unknown>): Estimator =>
  loads<Estimator>(row.get("model") as Uint8Array, { packs: [sklearn] });

it("answers", () => {
  const wrong: string[] = [];
  let count = 0;
  for (const row of rows) {
    for (const [method, expected] of row.get("out") as PyDict<string, unknown>) {
      count++;
      const where = `${row.get("by")} ${row.get("id")} ${method}`;
      try {
        const model = modelOf(row);
        let given: unknown;
        if (method === "radius_neighbors") {
          const { distances, indices } = model.radiusNeighbors(row.get("X") as NDArray);
          given = [...distances.map((one) => [...one]), ...indices.map((one) => [...one])].flat();
        } else given = ask(model, method, { X: row.get("X"), y: row.get("y") });
        const wanted = method === "radius_neighbors" ? (expected as number[][][]).flat(2) : expected;
        const { off } = compare(method, given, wanted);
        if (!(off <= 1e-12)) wrong.push(`${where}: off by ${off}`);
      } catch (e) {
        wrong.push(`${where}: ${e instanceof Error ? e.message : e}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(new Set(rows.map((row) => row.get("by"))).size).toBe(5);
  expect(count).toBeGreaterThan(700);
});

it("prints", () => {
  const wrong = rows.map((row) => [repr(modelOf(row)), row.get("repr")]).filter(([got, wanted]) => got !== wanted);
  expect(wrong).toEqual([]);
});

it("takes frames", () => {
  const row = rows.find((one) => one.get("id") === "chosen two") as PyDict<string, unknown>;
  const model = modelOf(row);
  const X = row.get("X") as NDArray;
  const columns = Object.fromEntries([0, 1, 2, 3].map((j) => [`c${j}`, X.get(":", j) as NDArray]));
  expect(model.predict(DataFrame.fromColumns(columns))).toEqual(model.predict(X));
});
