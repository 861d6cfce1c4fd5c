/** One class, one row, singular covariances, columns as targets, missing values, drawn answers: as scikit-learn has them. */
import { expect, it } from "vitest";
import { DataFrame } from "../src/families/pandas/index.ts";
import type { NDArray } from "../src/index.ts";
import { ask } from "./support/sklearn-cases.ts";
import { askRows, misprinted, modelOf, type Row, rowsOf } from "./support/sklearn-rows.ts";

const rows = await rowsOf("sklearn-odd.pkl.xz");

function answer(row: Row, method: string): unknown {
  const model = modelOf(row);
  if (method !== "radius_neighbors") return ask(model, method, { X: row.get("X"), y: row.get("y") });
  const { distances, indices } = model.radiusNeighbors(row.get("X") as NDArray);
  return [...distances.map((one) => [...one]), ...indices.map((one) => [...one])].flat();
}

it("answers", () => {
  const { wrong, count, versions } = askRows(rows, answer, {
    wanted: (expected, method) => (method === "radius_neighbors" ? (expected as number[][][]).flat(2) : expected),
  });
  expect(wrong).toEqual([]);
  expect(versions).toBe(5);
  expect(count).toBeGreaterThan(700);
});

it("prints", () => expect(misprinted(rows)).toEqual([]));

it("takes frames", () => {
  const row = rows.find((one) => one.get("id") === "chosen two") as Row;
  const model = modelOf(row);
  const X = row.get("X") as NDArray;
  const columns = Object.fromEntries([0, 1, 2, 3].map((j) => [`c${j}`, X.get(":", j) as NDArray]));
  expect(model.predict(DataFrame.fromColumns(columns))).toEqual(model.predict(X));
});
