/** Pipelines of pipelines, columns of frames, searches within searches, scorers and near ties, as scikit-learn has them. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { load, loads, PyDict, repr } from "../src/index.ts";
import { type Estimator, sklearn } from "../src/sklearn.ts";
import { ask, compare } from "./support/sklearn-cases.ts";

const file = new URL("../fixtures/data/sklearn-crossed.pkl.xz", import.meta.url);
const rows = await load<PyDict<string, unknown>[]>(new Uint8Array(readFileSync(file)));
const modelOf = (row: PyDict<string, unknown>): Estimator =>
  loads<Estimator>(row.get("model") as Uint8Array, { packs: [sklearn] });

it("answers", () => {
  const wrong: string[] = [];
  let count = 0;
  for (const row of rows) {
    const given = row.get("X");
    const X = given instanceof PyDict ? Object.fromEntries(given as PyDict<string, unknown>) : given;
    for (const [method, expected] of row.get("out") as PyDict<string, unknown>) {
      count++;
      const where = `${row.get("by")} ${row.get("id")} ${method}`;
      try {
        const { off } = compare(method, ask(modelOf(row), method, { X, y: null }), expected);
        if (!(off <= 1e-12)) wrong.push(`${where}: off by ${off}`);
      } catch (e) {
        wrong.push(`${where}: ${e instanceof Error ? e.message : e}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(new Set(rows.map((row) => row.get("by"))).size).toBe(6);
  expect(count).toBeGreaterThan(370);
});

it("prints", () => {
  // Objects without a text of their own print their address.
  const told = rows.filter((row) => !String(row.get("repr")).includes(" at 0x"));
  const wrong = told.map((row) => [repr(modelOf(row)), row.get("repr")]).filter(([got, wanted]) => got !== wanted);
  expect(wrong).toEqual([]);
});
