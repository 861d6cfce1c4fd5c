/** Pipelines of pipelines, columns of frames, searches within searches, scorers and near ties, as scikit-learn has them. */
import { expect, it } from "vitest";
import { PyDict } from "../src/index.ts";
import { ask } from "./support/sklearn-cases.ts";
import { askRows, misprinted, modelOf, rowsOf } from "./support/sklearn-rows.ts";

const rows = await rowsOf("sklearn-crossed.pkl.xz");

it("answers", () => {
  const { wrong, count, versions } = askRows(rows, (row, method) => {
    const given = row.get("X");
    const X = given instanceof PyDict ? Object.fromEntries(given as PyDict<string, unknown>) : given;
    return ask(modelOf(row), method, { X, y: null });
  });
  expect(wrong).toEqual([]);
  expect(versions).toBe(6);
  expect(count).toBeGreaterThan(370);
});

it("prints", () => expect(misprinted(rows)).toEqual([]));
