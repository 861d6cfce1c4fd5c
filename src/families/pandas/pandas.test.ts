/** Values of pandas 0.20 to 3: read item by item, printed and written as CSV as pandas does, and written again. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { equal } from "../../core/values/equal.ts";
import { repr } from "../../core/values/repr.ts";
import { PyComplex } from "../../core/values/scalars.ts";
import { PyFrozenSet } from "../../core/values/set.ts";
import { dumps as dumpsAny, load, loadAll } from "../../index.ts";
import { dumps, loads } from "../../pandas.ts";
import { type Column, DataFrame, type Index, Panel, Series } from "./index.ts";

interface Row {
  id: string;
  by: string;
  type: string;
  text: string;
  shape?: number[];
  csv?: string;
  index?: unknown[];
  columns?: [unknown, string, unknown[]][];
  frames?: Row[];
  pickles: string[];
}

const file = new URL("../../../fixtures/data/pandas.jsonl.gz", import.meta.url);
const rows = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);
const bytesOf = (data: string): Uint8Array => Uint8Array.from(Buffer.from(data, "base64"));

/** An item as the fixtures hold it. */
function plain(value: unknown): unknown {
  if (value === null || value === undefined || Number.isNaN(value)) return null;
  if (value instanceof PyComplex) return [value.re, value.im];
  if (value instanceof NDArray) return value.flat().map(plain);
  // Lists within structs are arrays where pandas prints them, and lists where it gives them.
  if (value instanceof Uint8Array || value instanceof PyDict || value instanceof PyFrozenSet)
    return repr(value).replace(/array\((\[[^\]]*\])(, dtype=\w+)?\)/g, "$1");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "bigint") return Number(value);
  return typeof value === "object"
    ? String(value) === "<NA>" || String(value) === "NaT"
      ? null
      : String(value)
    : value;
}
const items = (column: Column | Index): unknown[] => [...column].map(plain);
/** pandas 1 to 3 name these dtypes in other words. */
const dtypeName = (dtype: string): string =>
  dtype
    .replace(/^(interval\[.+?)(, (left|right|both|neither))?\]$/, "$1]")
    // Before 0.24 a sparse column told the dtype of its items.
    .replace(/^Sparse\[(\w+), .*\]$/, "$1")
    .replace(/^string\[.*\]$/, (all) => (all === "string[pyarrow]" ? "string" : all))
    .replace(/^(timestamp|duration|list).*(\[pyarrow\])$/, "$1$2")
    .replace(
      /^period\[(\d*)(A|H|T|S)\b/,
      (_, n, c) => `period[${n}${{ A: "Y", H: "h", T: "min", S: "s" }[c as string]}`,
    );

/** Ends at midnight, zones of intervals and nanoseconds, which older versions do not tell. */
const isUntold = ({ id, by }: Row): boolean =>
  (/interval (dt|tz)$/.test(id) && /^1\./.test(by)) || (/td ns$/.test(id) && by.startsWith("1.0"));

/** Text as of a notebook, whose long lines are broken. */
const textOf = (value: unknown): string =>
  value instanceof DataFrame ? value.toString({ maxColumns: 20 }) : String(value);

const failures: string[] = [];
const check = (where: string, got: unknown, wanted: unknown): void => {
  if (JSON.stringify(got) !== JSON.stringify(wanted))
    failures.push(
      `${where}\n${typeof got === "string" ? got : JSON.stringify(got)}\n--- wanted\n${typeof wanted === "string" ? wanted : JSON.stringify(wanted)}`,
    );
};

function checkFrame(where: string, own: DataFrame, row: Row): void {
  check(`${where} shape`, own.shape, row.shape);
  check(`${where} index`, items(own.index), row.index);
  for (const [j, [label, , wanted]] of (row.columns ?? []).entries()) {
    check(`${where} ${j}`, [plain(own.columns[j]), items(own.columnAt(j))], [label, wanted]);
  }
}

function checkPanel(where: string, value: Panel, row: Row): void {
  check(`${where} shape`, value.shape, row.shape);
  for (const [i, frame] of (row.frames ?? []).entries()) checkFrame(`${where} ${i}`, value.frameAt(i), frame);
}

describe("values of pandas", () => {
  it("come back item by item", () => {
    for (const row of rows) {
      for (const data of row.pickles) {
        const where = `${row.id} ${row.by}`;
        let value: unknown;
        try {
          value = loads(bytesOf(data), { globals: "error" });
          if (value instanceof DataFrame) {
            check(`${where} shape`, value.shape, row.shape);
            check(`${where} index`, items(value.index), row.index);
            check(
              `${where} columns`,
              value.columns.map(plain),
              row.columns?.map(([label]) => label),
            );
            for (const [i, [label, dtype, wanted]] of (row.columns ?? []).entries()) {
              if (!isUntold(row)) check(`${where} ${label}`, items(value.columnAt(i)), wanted);
              check(`${where} ${label} dtype`, dtypeName(value.columnAt(i).dtype), dtypeName(dtype));
            }
          } else if (value instanceof Panel) {
            checkPanel(where, value, row);
            check(`${where} text`, textOf(value), row.text);
          } else if (value instanceof Series) {
            const [[label, dtype, wanted] = [] as never] = row.columns ?? [];
            check(`${where} index`, items(value.index), row.index);
            if (!isUntold(row)) check(where, [plain(value.name), items(value.column)], [label, wanted]);
            check(`${where} dtype`, dtypeName(value.dtype), dtypeName(dtype as string));
          } else check(where, textOf(value), row.text);
          // How values are printed changed over the years; brine prints as the newest does.
          const isNew = row.by.startsWith("3.");
          if (value instanceof DataFrame && isNew) check(`${where} csv`, value.toCSV(), row.csv);
          if (isNew) check(`${where} text`, textOf(value), row.text);
          const again = dumps(loads(dumps(value)));
          if (!equal(again, dumps(value))) failures.push(`${where}: not the same after a trip`);
          void repr(value);
        } catch (e) {
          failures.push(`${where}: ${(e as Error).stack}`);
        }
      }
    }
    expect(failures.length, failures.slice(0, 40).join("\n=====\n")).toBe(0);
    expect(rows.length).toBeGreaterThan(1100);
  });

  it("of before 0.20, as pandas has them in its own tests, come back as pandas 0.20 reads them", () => {
    failures.length = 0;
    const old = gunzipSync(readFileSync(new URL("../../../fixtures/data/pandas-old.jsonl.gz", import.meta.url)))
      .toString()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string; file: string; values: Record<string, Row> });
    let count = 0;
    for (const { id, file, values } of old) {
      const all = loads<PyDict<string, PyDict<string, unknown>>>(bytesOf(file), { encoding: "latin1" });
      for (const [path, row] of Object.entries(values)) {
        const [section = "", name = ""] = path.split(".");
        const value = all.get(section)?.get(name);
        const where = `${id} ${path}`;
        count++;
        try {
          if (value instanceof Panel) checkPanel(where, value, row);
          else if (value instanceof DataFrame) checkFrame(where, value, row);
          else if (value instanceof Series) {
            check(`${where} index`, items(value.index), row.index);
            check(where, items(value.column), row.columns?.[0]?.[2]);
          } else failures.push(`${where}: ${repr(value).slice(0, 100)}`);
        } catch (e) {
          failures.push(`${where}: ${(e as Error).stack}`);
        }
      }
    }
    expect(failures.length, failures.slice(0, 10).join("\n=====\n")).toBe(0);
    expect(count).toBeGreaterThan(50);
  });

  it("are known to loadAll of brine, wherever they stand", async () => {
    const frame = DataFrame.fromColumns({ a: [1, 2] });
    const bytes = new Uint8Array(Buffer.concat([dumps([1]), dumps(frame), dumps(2)]));
    async function* drip(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 50) yield bytes.subarray(at, at + 50);
    }
    for (const source of [bytes, new Blob([bytes]), drip()]) {
      const all: unknown[] = [];
      for await (const { value } of loadAll(source)) all.push(value);
      expect([all.length, all[0], all[2]]).toEqual([3, [1], 2]);
      expect((all[1] as DataFrame).shape).toEqual([2, 1]);
    }
  });

  it("are known to load of brine, and dumped without a pack", async () => {
    const newest = rows.filter(({ by }) => by.startsWith("3."));
    for (const row of newest) {
      const value = await load(new Blob([bytesOf(row.pickles[1] as string) as Uint8Array<ArrayBuffer>]));
      expect(textOf(value), row.id).toBe(row.text);
      expect(dumpsAny(value), row.id).toEqual(dumps(value));
    }
  });

  it("of strings have a dtype that is made without arguments, as pandas 1.0 takes none", () => {
    const made = dumps(Series.from(["a", "b"], { dtype: "string" }));
    const text = new TextDecoder("latin1").decode(made);
    expect(text).toContain("StringDtype");
    expect(text).toMatch(/storage.{1,6}python/s);
    expect((loads(made) as Series).dtype).toBe("string");
    expect(repr(loads(made))).toBe(repr(Series.from(["a", "b"], { dtype: "string" })));
  });
});

it("keeps ints that are larger than 64 bits, as pandas does", () => {
  const frame = DataFrame.fromColumns({ big: [1n, 2n ** 70n], wide: [1, 2n ** 63n], small: [1, -1n] });
  expect([...frame.dtypes.values()]).toEqual(["object", "uint64", "int64"]);
  expect(frame.column("big").toArray()).toEqual([1n, 2n ** 70n]);
});
