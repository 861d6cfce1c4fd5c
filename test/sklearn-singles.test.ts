/** Tables of float32: which answers are float32 too, and how near they are to scikit-learn's own (1.3 and 1.9). */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { array, load, loads, NDArray, type PyDict, SparseMatrix } from "../src/index.ts";
import { type Estimator, sklearn } from "../src/sklearn.ts";
import { ask, compare } from "./support/sklearn-cases.ts";

const file = new URL("../fixtures/data/sklearn-singles.pkl.xz", import.meta.url);
const rows = await load<PyDict<string, unknown>[]>(new Uint8Array(readFileSync(file)));
const packs = { packs: [sklearn] };

/** The precision of an answer: "f4", "f8"; empty for labels and lists. */
function precision(value: unknown): string {
  if (value instanceof SparseMatrix) return precision(value.attrs.get("data"));
  if (value instanceof NDArray) return value.dtype.kind === "f" ? `f${value.dtype.itemsize}` : "";
  return value instanceof Float32Array ? "f4" : value instanceof Float64Array ? "f8" : "";
}

/** scikit-learn 1.9 keeps the precision in pursuits of sparse codes: their codes are float64 here. */
const isWider = (name: string, id: string): boolean => name === "SparseCoder" || id === "dictionary.omp";

it("keeps the single precision of a table where scikit-learn does, within its rounding", () => {
  const wrong: string[] = [];
  const kept = new Set<string>();
  for (const row of rows) {
    const get = <T>(key: string): T => row.get(key) as T;
    const [name, id] = [get<string>("name"), get<string>("id")];
    const model = loads<Estimator>(get<Uint8Array>("model"), packs);
    const X = loads(get<Uint8Array>("X"));
    const out = get<PyDict<string, Uint8Array>>("out");
    for (const [method, bytes] of out.entries()) {
      const where = `${get("by")} ${name} ${id} ${get("data")} ${get("fitted")} ${method}`;
      const expected = loads(bytes);
      const got =
        method === "inverse_transform"
          ? model.inverseTransform(loads(out.get("transform") as Uint8Array))
          : ask(model, method, { X, y: null });
      const [have, want] = [precision(got), precision(expected)];
      if (have === "f4") kept.add(name);
      // Several targets are rows of JavaScript's numbers, labels a list.
      const isList = method === "predict" && (Array.isArray(got) || model.classes !== null);
      if (want !== "" && have !== want && !isList && !isWider(name, id)) wrong.push(`${where}: ${have}, not ${want}`);
      const { off } = compare(method, got, expected);
      if (!(off <= 2e-5)) wrong.push(`${where}: off by ${off}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(kept.size).toBeGreaterThan(60);
});

it("takes typed rows of float32 for such a table", () => {
  const row = rows.find((one) => one.get("name") === "StandardScaler") as PyDict<string, unknown>;
  const scaler = loads<Estimator>(row.get("model") as Uint8Array, packs);
  const X = loads<NDArray>(row.get("X") as Uint8Array);
  const lists = X.toArray() as number[][];
  const single = scaler.transform(lists.map((list) => Float32Array.from(list))) as NDArray;
  expect(precision(single)).toBe("f4");
  expect(precision(scaler.transform(lists))).toBe("f8");
  expect(single.toArray()).toEqual((scaler.transform(X) as NDArray).toArray());
  expect(precision(scaler.transform(array(lists, { dtype: "<f2" })))).toBe("f8");
});
