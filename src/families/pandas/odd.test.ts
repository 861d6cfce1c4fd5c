/** Rare kinds of columns and labels, alone in their frames, as pandas 3.1 prints and writes them; frames of Python 2. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { loads } from "../../pandas.ts";
import { DataFrame, type Series } from "./index.ts";

interface Row {
  id: string;
  by: string;
  pickle: string;
  text: string;
  csv?: string;
  index: string;
  missing: number[];
}

const all = gunzipSync(readFileSync(new URL("../../../fixtures/data/pandas-odd.jsonl.gz", import.meta.url)))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);
const rows = all.filter(({ id }) => !id.startsWith("array "));
const bytesOf = ({ pickle }: Row): Uint8Array => Uint8Array.from(Buffer.from(pickle, "base64"));
const valueOf = (row: Row): DataFrame | Series => loads(bytesOf(row), { globals: "error" });
const told = (of: (row: Row) => string): string[] => rows.map((row) => `${row.id} ${row.by}\n${of(row)}`);

it("print", () => {
  expect(told((row) => String(valueOf(row)))).toEqual(told((row) => row.text));
  expect(rows.length).toBeGreaterThan(200);
});

it("print cut as they do whole, though what is written of some is plainer", () => {
  const frames = rows.filter((row) => valueOf(row) instanceof DataFrame);
  const of = (text: (row: Row) => string): string[] => frames.map((row) => `${row.id} ${row.by}\n${text(row)}`);
  expect(of((row) => String((valueOf(row) as DataFrame).slice(0)))).toEqual(of((row) => row.text));
});

it("print as arrays that stand alone", () => {
  const arrays = all.filter(({ id }) => id.startsWith("array "));
  const of = (text: (row: Row) => string): string[] => arrays.map((row) => `${row.id}\n${text(row)}`);
  expect(of((row) => String(valueOf(row)))).toEqual(of((row) => row.text));
  expect(arrays.length).toBeGreaterThan(10);
});

it("are written as CSV", () => {
  expect(told((row) => (row.csv === undefined ? "" : valueOf(row).toCSV()))).toEqual(told((row) => row.csv ?? ""));
});

it("print their labels", () => {
  const today = rows.filter(({ by }) => by.startsWith("3"));
  const of = (text: (row: Row) => string): string[] => today.map((row) => `${row.id}\n${text(row)}`);
  expect(of((row) => String(valueOf(row).index))).toEqual(of((row) => row.index));
});

it("say what is missing", () => {
  const gone = (row: Row): number[] => {
    const value = valueOf(row);
    if (value instanceof DataFrame && value.shape[1] === 0) return [];
    const column = value instanceof DataFrame ? value.columnAt(0) : value.column;
    return Array.from({ length: column.length }, (_, i) => Number(column.isMissing(i)));
  };
  expect(told((row) => String(gone(row)))).toEqual(told((row) => String(row.missing)));
});

it("are read of Python 2 without a word on its text, as read_pickle does, and otherwise on demand", () => {
  const row = rows.find(({ id, by }) => by.startsWith("0.") && id === "numbers 2") as Row;
  const frame = loads<DataFrame>(bytesOf(row));
  expect(frame.toColumns()).toEqual({
    f: Float64Array.of(1.5, Number.NaN, -2e9),
    i: BigInt64Array.of(200n, -1n, 2n ** 60n),
    u: Uint8Array.of(200, 1, 2),
  });
  expect(() => loads(bytesOf(row), { encoding: "ascii" })).toThrow('pass encoding: "latin1"');
});
