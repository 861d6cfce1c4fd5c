/** Damaged pickles of NumPy and SciPy load or are refused by a typed error, and what loads can be printed and written. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BrineError } from "../core/errors.ts";
import { equal } from "../core/values/equal.ts";
import { toJS } from "../core/values/js.ts";
import { repr } from "../core/values/repr.ts";
import { dumps, loads } from "../formats/pickle/index.ts";
import { hash } from "./joblib/hash.ts";
import { numpy } from "./numpy/index.ts";
import { scipy } from "./scipy/index.ts";

const packs = [numpy, scipy];

function streamsOf(name: string, of: (row: never) => string[]): Uint8Array[] {
  const file = new URL(`../../fixtures/data/${name}.jsonl.gz`, import.meta.url);
  const lines = gunzipSync(readFileSync(file)).toString().trim().split("\n");
  const streams = lines.flatMap((line) => of(JSON.parse(line) as never));
  return streams.map((text) => Uint8Array.from(Buffer.from(text, "base64"))).filter((bytes) => bytes.length < 2000);
}

const FILES = {
  numpy: streamsOf("numpyvalues", (row: { pickles: [number[], string][] }) => row.pickles.map(([, data]) => data)),
  scipy: streamsOf("scipy", (row: { pickles: string[] }) => row.pickles),
};

/** Everything that is done with a value without knowing what it is. */
function used(value: unknown): void {
  repr(value);
  String(toJS(value) === value);
  equal(value, value);
  const bytes = dumps(value, { packs });
  repr(loads(bytes, { packs }));
  try {
    hash(value);
  } catch (e) {
    if (!(e instanceof BrineError)) throw e;
  }
}

describe.each(["numpy", "scipy"] as const)("pickles of %s", (family) => {
  it("hold against damage", () => {
    const streams = FILES[family];
    expect(streams.length).toBeGreaterThan(100);
    const damage = fc.record({
      stream: fc.nat(streams.length - 1),
      edits: fc.array(fc.tuple(fc.nat(1999), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      cut: fc.option(fc.nat(1999), { freq: 6 }),
    });
    let refused = 0;
    fc.assert(
      fc.property(damage, ({ stream, edits, cut }) => {
        const bytes = (streams[stream] as Uint8Array).slice(0, cut ?? undefined);
        for (const [at, byte] of edits) if (bytes.length > 0) bytes[at % bytes.length] = byte;
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
  });
});
