/** Estimators in files of skops 0.8 and 0.16 answer and print as they do in Python. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { BrineError, dumps, load, loads, type NDArray, type PyDict, repr } from "../src/index.ts";
import type { Estimator } from "../src/sklearn.ts";
import { ask, compare } from "./support/sklearn-cases.ts";

const file = new URL("../fixtures/data/skops.pkl.xz", import.meta.url);
const rows = await load<PyDict<string, unknown>[]>(new Uint8Array(readFileSync(file)));
const bytesOf = (row: PyDict<string, unknown>): Uint8Array => row.get("file") as Uint8Array;

it("answers as in Python", async () => {
  const wrong: string[] = [];
  for (const row of rows) {
    const where = `${row.get("by")} ${row.get("name")}`;
    try {
      const model = await load<Estimator>(bytesOf(row));
      if (repr(model) !== row.get("repr")) wrong.push(`${where}\n${repr(model)}\n${row.get("repr")}`);
      for (const [method, expected] of row.get("out") as PyDict<string, NDArray>) {
        const { off } = compare(method, ask(model, method, { X: row.get("X"), y: null }), expected);
        if (!(off <= 1e-12)) wrong.push(`${where} ${method}: off by ${off}`);
      }
    } catch (e) {
      wrong.push(`${where}: ${(e as Error).stack}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(rows.length).toBe(50);
});

it("is read from blobs, and written as a pickle", async () => {
  const [row] = rows;
  const model = await load<Estimator>(new Blob([bytesOf(row!) as Uint8Array<ArrayBuffer>]));
  const again = await load<Estimator>(dumps(model));
  expect(repr(again.attrs)).toBe(repr(model.attrs));
  expect(() => loads(bytesOf(row!))).toThrow("await load");
});

it("holds against damage", async () => {
  const bytes = bytesOf(rows[9]!);
  let refused = 0;
  for (let at = 0; at < bytes.length; at += 97) {
    const broken = bytes.slice();
    broken[at] = (broken[at] as number) ^ (1 << (at % 8));
    try {
      repr(await load(broken));
    } catch (e) {
      if (!(e instanceof BrineError)) throw e;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(20);
});
