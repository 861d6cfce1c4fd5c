/** Damaged pickles of pandas load or are refused by a typed error; what loads prints, and its columns read or say why not. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { BrineError } from "../../core/errors.ts";
import { equal } from "../../core/values/equal.ts";
import { repr } from "../../core/values/repr.ts";
import { dumps, loads } from "../../formats/pickle/index.ts";
import { numpy } from "../numpy/index.ts";
import { DataFrame, type Index, pandas, Series } from "./index.ts";

const packs = [pandas, numpy];
const file = new URL("../../../fixtures/data/pandas.jsonl.gz", import.meta.url);
const streams = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split("\n")
  .flatMap((line) => (JSON.parse(line) as { pickles: string[] }).pickles)
  .map((text) => Uint8Array.from(Buffer.from(text, "base64")))
  .filter((bytes) => bytes.length < 2500);

/** Runs what reads a value; anything but a typed error is a failure. */
function guarded(run: () => unknown): void {
  try {
    run();
  } catch (e) {
    if (!(e instanceof BrineError)) throw e;
  }
}

function used(value: unknown): void {
  repr(value);
  equal(value, value);
  repr(loads(dumps(value, { packs }), { packs }));
  if (value instanceof DataFrame) {
    guarded(() => value.toCSV());
    guarded(() => value.toRecords());
    guarded(() => value.head(2).toColumns());
  } else if (value instanceof Series) guarded(() => value.toArray());
}

it("frames hold against damage", () => {
  expect(streams.length).toBeGreaterThan(100);
  const damage = fc.record({
    stream: fc.nat(streams.length - 1),
    edits: fc.array(fc.tuple(fc.nat(2499), fc.nat(255)), { minLength: 1, maxLength: 4 }),
  });
  let refused = 0;
  fc.assert(
    fc.property(damage, ({ stream, edits }) => {
      const bytes = (streams[stream] as Uint8Array).slice();
      for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
      let value: unknown;
      try {
        value = loads(bytes, { packs });
      } catch (e) {
        if (!(e instanceof BrineError)) throw e;
        refused++;
        return;
      }
      used(value);
    }),
    { numRuns: 2500 },
  );
  expect(refused).toBeGreaterThan(100);
}, 60_000);

it("an index over a frame is shown as what cannot be read", () => {
  const text = (code: string): number[] => Array.from(code, (one) => one.charCodeAt(0));
  const frame = dumps(DataFrame.fromColumns({ a: [1, 2] }), { packs, protocol: 2 }).subarray(2, -1);
  const index = Uint8Array.from([
    ...text("\x80\x02cpandas.core.indexes.base\n_new_Index\ncpandas.core.indexes.base\nIndex\n}(U\x04data"),
    ...frame,
    ...text("U\x04nameNu\x86R."),
  ]);
  const made = loads<Index>(index, { packs });
  expect(() => made.column).toThrow("cannot be read as a column");
  expect(repr(made)).toContain("cannot be read as a column");
});

it("frames within frames are printed, and end", () => {
  // As pandas 2.2 prints it: three sequences item by item, what lies deeper as Python does.
  const nested = Series.from([[1, [2, [3, ["a", 5]]]]] as never, { dtype: "object" });
  expect(String(nested)).toBe("0    [1, [2, [3, ['a', 5]]]]\ndtype: object");
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(String(Series.from([deep] as never, { dtype: "object" }))).toContain("[[[");
  let within: Series = nested;
  for (let i = 0; i < 5000; i++) within = Series.from([within] as never, { dtype: "object" });
  expect(String(within)).toContain("<pandas.Ser...");
  expect(String(within)).toBe(String(within));
});
