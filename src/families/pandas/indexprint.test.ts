/** Indexes by chance, printed as pandas 3.1 does it. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { loads } from "../../pandas.ts";

interface Row {
  id: string;
  pickle: string;
  text: string;
}

const rows = gunzipSync(readFileSync(new URL("../../../fixtures/data/pandas-indexes.jsonl.gz", import.meta.url)))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);

it.each(rows.map(({ id, pickle, text }) => [id, text.split("(")[0], pickle, text]))("%s: %s", (_, __, pickle, text) => {
  expect(String(loads(Uint8Array.from(Buffer.from(pickle as string, "base64"))))).toBe(text);
});
