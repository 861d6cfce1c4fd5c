/** Texts of dtypes as NumPy 2 reads them, and arrays of rare dtypes as it prints and writes them. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { bytesOf } from "../../../test/support/base64.ts";
import { loads as loadsPickle } from "../../index.ts";
import { dumps, loads } from "../../numpy.ts";
import { repr } from "../values/repr.ts";
import { array, dtype, NDArray } from "./index.ts";

const file = new URL("../../../fixtures/data/dtypes.json", import.meta.url);
const { texts, files, masked } = JSON.parse(readFileSync(file, "utf8")) as {
  texts: [string, [string, number, string] | null][];
  files: [string, string][];
  masked: [string, string, string][];
};

function told(text: string): [string, number, string] | null {
  try {
    const made = dtype(text);
    return [repr(made), made.itemsize, made.str];
  } catch (e) {
    expect(e).toBeInstanceOf(Error);
    return null;
  }
}

it("texts of dtypes", () => {
  expect(texts.length).toBeGreaterThan(80);
  expect(texts.map(([text]) => [text, told(text)])).toEqual(texts);
});

it("arrays are printed, and written to the byte", () => {
  for (const [base64, shown] of files) {
    const bytes = bytesOf(base64);
    const made = loads(bytes) as NDArray;
    expect(repr(made)).toBe(shown);
    expect(Buffer.from(dumps(made)).equals(Buffer.from(bytes)), shown).toBe(true);
  }
});

it("masked times are printed as Python's own", () => {
  expect(masked.length).toBeGreaterThan(20);
  for (const [base64, ...shown] of masked) {
    const made = loadsPickle(bytesOf(base64)) as object;
    expect([repr(made), String(made)]).toEqual(shown);
  }
});

it("a field of nested subarrays has the axes of all", () => {
  const made = array([0, 1, 2, 3, 4, 5], { dtype: "<f4" });
  const nested = dtype([["a", dtype([dtype(["<f4", [2]]), [3]])]]);
  const rows = NDArray.fromBytes(nested, made.toBytes(), [1]);
  expect([rows.field("a").shape, rows.field("a").toArray()]).toEqual([
    [1, 3, 2],
    [
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    ],
  ]);
});

it("titles are as single as names", () => {
  const field = (title: string, name: string): unknown => [[title, name], "<i4"];
  expect(() => dtype([field("t", "a"), field("t", "b")])).toThrow(/title/);
  expect(() => dtype([field("b", "a"), field("t", "b")])).toThrow(/title/);
  expect(dtype([field("t", "a"), field("u", "b")]).fields?.get("b")?.title).toBe("u");
});
