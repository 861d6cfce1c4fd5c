/** Estimators with something else within: splitters, functions that score, Memory, samplers; frames with None. */
import { expect, it } from "vitest";
import { defineClass, dumps, loads, type NDArray, PyObject } from "../src/index.ts";
import { pandas } from "../src/pandas.ts";
import { type Estimator, sklearn } from "../src/sklearn.ts";
import { ask } from "./support/sklearn-cases.ts";
import { askRows, misprinted, modelOf, type Row, rowsOf } from "./support/sklearn-rows.ts";

const rows = await rowsOf("sklearn-guests.pkl.xz");
const tableOf = (row: Row): NDArray => loads(row.get("X") as Uint8Array, { packs: [pandas] });
const rowOf = (id: string): Row => rows.findLast((row) => row.get("id") === id) as Row;

it("answers", () => {
  const { wrong, count, versions } = askRows(rows, (row, method) =>
    ask(modelOf(row), method, { X: tableOf(row), y: null }),
  );
  expect(wrong).toEqual([]);
  expect(versions).toBe(3);
  expect(count).toBeGreaterThan(40);
});

it("prints", () => expect(misprinted(rows)).toEqual([]));

it("runs no function that scores, and says so when it is asked for the score", () => {
  const row = rowOf("a function scores");
  expect(() => modelOf(row).score(tableOf(row), [1])).toThrow("scores by a function of Python's");
});

it("takes a class of the caller's for what a search has found", () => {
  const search = modelOf(rowOf("a function scores"));
  class Booster {
    predict(x: NDArray): number[] {
      return Array.from({ length: x.shape[0] as number }, () => 7);
    }
  }
  const own = defineClass({ python: "boosters.Booster", js: Booster });
  search.attrs.set("best_estimator_", new Booster());
  const bytes = dumps(search, { classes: [own] });
  const again = loads<Estimator>(bytes, { classes: [own], packs: [sklearn] });
  expect([...again.predict([[1, 2, 3, 4]])]).toEqual([7]);
  const unknown = loads<Estimator>(bytes, { packs: [sklearn] });
  expect(unknown.get("best_estimator_")).toBeInstanceOf(PyObject);
  expect(() => unknown.predict([[1, 2, 3, 4]])).toThrow("best_estimator_ of GridSearchCV is a boosters.Booster");
});

it("writes the pipeline of imbalanced-learn as it was, samplers and all", () => {
  const model = modelOf(rowOf("sampled SMOTE"));
  expect(model.cls.module).toBe("imblearn.pipeline");
  expect(model.version).toBe("1.3.2");
  const again = loads<Estimator>(dumps(model), { packs: [sklearn] });
  expect(String(again)).toBe(String(model));
});
