/** Densities within bounds, ways back to words, paths past missing values, names through votes: as scikit-learn has them. */
import { expect, it } from "vitest";
import { Series } from "../src/families/pandas/index.ts";
import type { NDArray } from "../src/index.ts";
import { ask } from "./support/sklearn-cases.ts";
import { askRows, misprinted, modelOf, type Row, rowsOf } from "./support/sklearn-rows.ts";

const rows = await rowsOf("sklearn-habits.pkl.xz");

function answer(row: Row, method: string): unknown {
  const model = modelOf(row);
  const X = row.get("X");
  if (method === "decision_path") return model.decisionPath(X as NDArray).indicator;
  if (method === "get_feature_names_out") return model.getFeatureNamesOut();
  if (method === "inverse_transform") return model.inverseTransform(model.transform(X as NDArray));
  if (method === "kneighbors") {
    const { distances, indices } = model.kneighbors(X as NDArray);
    return [distances.toArray(), indices.astype("<f8").toArray()];
  }
  return ask(model, method, { X, y: row.get("y") });
}

it("answers", () => {
  const { wrong, count, versions } = askRows(rows, answer, {
    bound: (row, method) => (String(row.get("id")).startsWith("bits") && method === "kneighbors" ? 0 : 1e-12),
  });
  expect(wrong).toEqual([]);
  expect(versions).toBe(5);
  expect(count).toBeGreaterThan(200);
});

it("prints", () => expect(misprinted(rows)).toEqual([]));

it("takes series as targets, and as texts", () => {
  const votes = rows.find((row) => row.get("id") === "names of votes") as Row;
  const y = (votes.get("y") as NDArray).flat().map(Number);
  const X = votes.get("X") as NDArray;
  expect(modelOf(votes).score(X, Series.from(y))).toBe(modelOf(votes).score(X, y));
  const words = rows.find((row) => row.get("id") === "words back 0False") as Row;
  const texts = words.get("X") as string[];
  expect(modelOf(words).transform(Series.from(texts))).toEqual(modelOf(words).transform(texts));
});
