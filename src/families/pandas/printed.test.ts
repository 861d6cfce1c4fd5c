/** Frames and series by chance, printed as in a terminal and written as CSV, as pandas 3.1 does it. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { loads } from "../../pandas.ts";
import type { DataFrame } from "./index.ts";

interface Row {
  id: string;
  pickle: string;
  text: string;
  csv: string;
}

const rows = gunzipSync(readFileSync(new URL("../../../fixtures/data/pandas-printed.jsonl.gz", import.meta.url)))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);
const valueOf = ({ pickle }: Row): DataFrame => loads<DataFrame>(Uint8Array.from(Buffer.from(pickle, "base64")));

it("prints", () => {
  for (const row of rows) expect(`${row.id}\n${valueOf(row)}`).toBe(`${row.id}\n${row.text}`);
  expect(rows.length).toBeGreaterThan(60);
});

it("writes CSV", () => {
  for (const row of rows) expect(`${row.id}\n${valueOf(row).toCSV()}`).toBe(`${row.id}\n${row.csv}`);
});

it("keeps as many columns as fit, or breaks lines as a notebook does", () => {
  const wide = rows.map(valueOf).find((value) => value.shape[1] === 22 && value.length > 0) as DataFrame;
  expect(
    Math.max(
      ...String(wide)
        .split("\n")
        .map((line) => line.length),
    ),
  ).toBeLessThan(81);
  expect(String(wide)).toContain("...");
  expect(wide.toString({ maxColumns: 0 })).toContain("\\");
  expect(wide.toString({ width: 0 }).split("\n").length).toBeLessThan(
    wide.toString({ maxColumns: 0 }).split("\n").length,
  );
});
