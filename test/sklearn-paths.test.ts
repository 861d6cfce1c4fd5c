/** Decision paths and deviations of predictions against scikit-learn 1.3 and 1.9. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { load, loads, type NDArray, type PyDict, type SparseMatrix } from "../src/index.ts";
import { type Estimator, sklearn } from "../src/sklearn.ts";
import { compare } from "./support/sklearn-cases.ts";

const file = new URL("../fixtures/data/sklearn-paths.pkl.xz", import.meta.url);
const rows = await load<PyDict<string, unknown>[]>(new Uint8Array(readFileSync(file)));
const modelOf = (row: PyDict<string, unknown>): Estimator =>
  loads<Estimator>(row.get("model") as Uint8Array, { packs: [sklearn] });

it("tells the nodes that rows pass", () => {
  const own = rows.filter((row) => row.has("path"));
  expect(own.length).toBe(8);
  for (const row of own) {
    const path = row.get("path") as SparseMatrix | [SparseMatrix, NDArray];
    const [matrix, starts] = Array.isArray(path) ? path : [path, null];
    const got = modelOf(row).decisionPath(row.get("X") as NDArray);
    expect(got.indicator.shape).toEqual(matrix.shape);
    expect(got.indicator.toDense().toArray()).toEqual(matrix.toDense().toArray());
    expect(got.starts).toEqual((starts?.toArray() as bigint[] | undefined)?.map(Number) ?? [0, matrix.shape[1]]);
  }
});

it("tells how sure predictions are", () => {
  const own = rows.filter((row) => row.has("std"));
  expect(own.length).toBe(12);
  for (const row of own) {
    const model = modelOf(row);
    const got = model.predictStd(row.get("X") as NDArray);
    expect(compare("mean", got.mean, row.get("mean")).off, model.name).toBeLessThan(1e-10);
    expect(compare("std", got.std, row.get("std")).off, model.name).toBeLessThan(1e-10);
  }
});

it("refuses what an estimator has not", () => {
  const [tree, ridge] = [rows.find((row) => row.has("path"))!, rows.find((row) => row.has("std"))!];
  expect(() => modelOf(tree).predictStd(tree.get("X") as NDArray)).toThrow(TypeError);
  expect(() => modelOf(ridge).decisionPath(ridge.get("X") as NDArray)).toThrow(TypeError);
});
