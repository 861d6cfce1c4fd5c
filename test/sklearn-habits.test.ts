/** Densities within bounds, ways back to words, paths past missing values, names through votes: as scikit-learn has them. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Series } from "../src/families/pandas/index.ts";
import { load, loads, type NDArray, type PyDict, repr } from "../src/index.ts";
import { type Estimator, sklearn } from "../src/sklearn.ts";
import { ask, compare } from "./support/sklearn-cases.ts";

const file = new URL("../fixtures/data/sklearn-habits.pkl.xz", import.meta.url);
const rows = await load<PyDict<string, unknown>[]>(new Uint8Array(readFileSync(file)));
const modelOf = (row: PyDict<string, unknown>): Estimator =>
  loads<Estimator>(row.get("model") as Uint8Array, { packs: [sklearn] });

function answer(model: Estimator, method: string, X: unknown, y: unknown): unknown {
  if (method === "decision_path") return model.decisionPath(X as NDArray).indicator;
  if (method === "get_feature_names_out") return model.getFeatureNamesOut();
  if (method === "inverse_transform") return model.inverseTransform(model.transform(X as NDArray));
  if (method === "kneighbors") {
    const { distances, indices } = model.kneighbors(X as NDArray);
    return [distances.toArray(), indices.astype("<f8").toArray()];
  }
  return ask(model, method, { X, y });
}

it("answers", () => {
  const wrong: string[] = [];
  let count = 0;
  for (const row of rows) {
    const [X, y, id] = [row.get("X"), row.get("y"), row.get("id") as string];
    for (const [method, expected] of row.get("out") as PyDict<string, unknown>) {
      count++;
      const where = `${row.get("by")} ${row.get("id")} ${method}`;
      try {
        const given = answer(modelOf(row), method, X, y);
        if (Array.isArray(expected)) expect(given, where).toEqual(expected);
        else {
          const { off } = compare(method, given, expected);
          if (!(off <= (id.startsWith("bits") && method === "kneighbors" ? 0 : 1e-12)))
            wrong.push(`${where}: off by ${off}`);
        }
      } catch (e) {
        wrong.push(`${where}: ${e instanceof Error ? e.message : e}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(new Set(rows.map((row) => row.get("by"))).size).toBe(5);
  expect(count).toBeGreaterThan(200);
});

it("prints", () => {
  const wrong = rows.map((row) => [repr(modelOf(row)), row.get("repr")]).filter(([got, wanted]) => got !== wanted);
  expect(wrong).toEqual([]);
});

it("takes series as targets, and as texts", () => {
  const votes = rows.find((row) => row.get("id") === "names of votes") as PyDict<string, unknown>;
  const y = (votes.get("y") as NDArray).flat().map(Number);
  const X = votes.get("X") as NDArray;
  expect(modelOf(votes).score(X, Series.from(y))).toBe(modelOf(votes).score(X, y));
  const words = rows.find((row) => row.get("id") === "words back 0False") as PyDict<string, unknown>;
  const texts = words.get("X") as string[];
  expect(modelOf(words).transform(Series.from(texts))).toEqual(modelOf(words).transform(texts));
});
