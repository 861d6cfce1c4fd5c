/** Tables that models refuse, or take though they look odd: holes, infinities, no rows, other columns, sparse ones. */
import { expect, it } from "vitest";
import { array, loads, type NDArray } from "../src/index.ts";
import { type DataFrame, pandas } from "../src/pandas.ts";
import { ask } from "./support/sklearn-cases.ts";
import { askRows, modelOf, type Row, rowsOf } from "./support/sklearn-rows.ts";

const rows = await rowsOf("sklearn-refused.pkl.xz");
const given = (row: Row): unknown => loads(row.get("X") as Uint8Array, { packs: [pandas] });

function answer(row: Row, method: string): unknown {
  const model = modelOf(row);
  const X = given(row) as NDArray;
  if (method === "inverse_transform") return model.inverseTransform(X);
  if (method !== "kneighbors") return ask(model, method, { X, y: null });
  const { distances, indices } = model.kneighbors(X);
  return [distances.toArray(), indices.astype("<f8").toArray()];
}

it("refuses and takes what scikit-learn does", () => {
  const { wrong, count, versions } = askRows(rows, answer, {
    bound: (row) => (String(row.get("id")).endsWith("small") ? 1e-6 : 1e-12),
  });
  expect(wrong).toEqual([]);
  expect(versions).toBe(3);
  expect(count).toBeGreaterThan(1200);
});

it("says it in scikit-learn's words", () => {
  // The estimator that refuses first may be another, and old versions have other words.
  const bare = (text: string): string =>
    text.split("\n")[0]!.replace(/ by \w+|(but) \w+ is|( X)(?= cont)|\.( See.*)?$/g, "$1");
  const told = rows
    .filter((row) => /^1\.[39]/.test(String(row.get("by"))) && !String(row.get("id")).endsWith("no columns"))
    .flatMap((row) => [...(row.get("out") as Map<string, unknown>)].map(([method, words]) => ({ row, method, words })))
    .filter((one): one is { row: Row; method: string; words: string } => typeof one.words === "string")
    .filter(({ words }) => /^(Input|Found|X has|Cannot center|could)/.test(words));
  expect(told.length).toBeGreaterThan(250);
  for (const { row, method, words } of told) {
    const own = ((): string => {
      try {
        return String(answer(row, method));
      } catch (e) {
        return (e as Error).message;
      }
    })();
    expect(bare(own), `${row.get("by")} ${row.get("id")}`).toBe(bare(words));
  }
});

it("names the columns that are not those of the fit, in scikit-learn's words", () => {
  const row = rows.findLast((one) => String(one.get("id")).endsWith("'a'] further")) as Row;
  expect(() => modelOf(row).predict(given(row) as DataFrame)).toThrow(
    "The feature names should match those that were passed during fit.\nFeature names unseen at fit time:\n- e\n- f\n" +
      "Feature names seen at fit time, yet now missing:\n- c\n- d",
  );
});

it("keeps columns whose labels are numbers in their order", () => {
  const row = rows.find((one) => String(one.get("id")).startsWith("frame [3, 1, 2, 0] itself")) as Row;
  const table = given(row) as DataFrame;
  expect(table.columns).toEqual([3, 1, 2, 0]);
  const nested = table.toRecords().map((record) => [record["3"], record["1"], record["2"], record["0"]] as number[]);
  expect([...modelOf(row).predict(table)]).toEqual([...modelOf(row).predict(array(nested))]);
});
