/** Rows without anything, negative numbers, sparse rows, tables of ints, old bounds and strategies, scores: as in Python. */
import { expect, it } from "vitest";
import type { NDArray } from "../src/index.ts";
import { ask } from "./support/sklearn-cases.ts";
import { askRows, misprinted, modelOf, type Row, rowsOf } from "./support/sklearn-rows.ts";

const rows = await rowsOf("sklearn-corners.pkl.xz");

function answer(row: Row, method: string): unknown {
  const model = modelOf(row);
  if (method !== "radius_neighbors") return ask(model, method, { X: row.get("X"), y: row.get("y") });
  const { distances } = model.radiusNeighbors(row.get("X") as NDArray);
  return distances.flatMap((one) => [...one].sort((a, b) => a - b));
}

it("answers", () => {
  const { wrong, count, versions } = askRows(rows, answer, {
    wanted: (expected, method) => (method === "radius_neighbors" ? (expected as number[][]).flat() : expected),
  });
  expect(wrong).toEqual([]);
  expect(versions).toBe(7);
  expect(count).toBeGreaterThan(900);
});

it("prints", () => expect(misprinted(rows)).toEqual([]));
