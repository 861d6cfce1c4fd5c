/** A pickle that comes byte by byte reads as one that is all there: the same value, or the same refusal. */
import { expect, test } from "vitest";
import { hexOf, makeRandom, mutate, readSeeds } from "../scripts/fuzzer.mjs";
import type { Parse } from "../src/core/bytes/parse.ts";
import { isBrineError } from "../src/core/errors.ts";
import { PyByteArray } from "../src/core/values/scalars.ts";
import type { LoadOptions } from "../src/formats/pickle/options.ts";
import { globalsFor, loads } from "../src/formats/pickle/read/loads.ts";
import { parsePickle } from "../src/formats/pickle/read/parse.ts";
import { dumps } from "../src/formats/pickle/write/dumps.ts";
import { type Case, readCases } from "./support/cases.ts";
import { describe, Pers } from "./support/describe.ts";
import { compareDescriptions } from "./support/describe-types.ts";

function optionsOf(c: Case, ints: "auto" | "bigint"): LoadOptions {
  const { encoding, errors, fix_imports, persistent, extensions, buffers } = c.options;
  const out: LoadOptions = { ints };
  if (encoding) out.encoding = encoding;
  if (errors) out.errors = errors;
  if (fix_imports === false) out.fixImports = false;
  if (persistent) out.persistentLoad = (id) => new Pers(id);
  if (extensions) out.extensions = extensions as unknown as Record<number, [string, string]>;
  if (buffers) {
    out.buffers = buffers.map(({ data, readonly }) => {
      const bytes = Buffer.from(data, "hex");
      return readonly || !c.value ? new Uint8Array(bytes) : PyByteArray.from(bytes);
    });
  }
  return out;
}

/** Answers each ask with just what it needs (a line: to its end), and `more` bytes on top of it. */
function byWindows<T>(parse: Parse<T>, bytes: Uint8Array, more: number): T {
  let step = parse.next();
  while (!step.done) {
    const ask = step.value;
    if (ask.kind === "bytes") {
      // A long payload, apart from the windows.
      step = parse.next(ask.spans.map(({ at, size }) => bytes.slice(at, at + size)));
      continue;
    }
    if (ask.kind !== "more") throw new Error("a pickle asks for bytes only");
    let to = ask.at + ask.need;
    if (ask.line) {
      const newline = bytes.indexOf(10, to - 1);
      to = newline < 0 ? bytes.length : newline + 1;
    }
    to = Math.min(bytes.length, to + more);
    step = parse.next({ bytes: bytes.slice(ask.at, to), last: to === bytes.length });
  }
  return step.value;
}

type Outcome = { value: unknown } | { error: string };

function outcome(run: () => unknown): Outcome {
  try {
    return { value: run() };
  } catch (e) {
    if (!isBrineError(e)) throw e;
    // Only a reader that has everything knows that a frame is too long; one that does not gets to what is missing.
    return { error: /truncated/.test(e.message) ? `${e.name}: truncated` : `${e.name}: ${e.message}` };
  }
}

const files = ["cpython", "values"] as const;

test.each(files.flatMap((file) => [0, 1, 7, 1000].map((more) => [file, more] as const)))(
  "%s, windows of what is needed and %i bytes",
  { timeout: 120_000 },
  (file, more) => {
    const wrong: string[] = [];
    for (const c of readCases(file)) {
      for (const ints of ["auto", "bigint"] as const) {
        const whole = outcome(() => loads(c.stream, optionsOf(c, ints)));
        const pieces = outcome(
          () => byWindows(parsePickle(globalsFor(optionsOf(c, ints)), 0, null, true), c.stream, more).value,
        );
        const label = `${c.id} ${ints}`;
        if ("error" in whole || "error" in pieces) {
          const [a, b] = [whole, pieces].map((o) => ("error" in o ? o.error : "loaded"));
          if (a !== b) wrong.push(`${label}: whole ${a}, windows ${b}`);
          continue;
        }
        const bigints = ints === "bigint";
        const found = compareDescriptions(describe(whole.value, bigints), describe(pieces.value, bigints));
        if (found) wrong.push(`${label}: ${found.path} ${JSON.stringify(found).slice(0, 200)}`);
      }
    }
    expect(wrong.length, wrong.slice(0, 12).join("\n")).toBe(0);
  },
);

test("long payloads of every kind, and cut ones", () => {
  const long = new Uint8Array(100_000).fill(7);
  const value = [long, new PyByteArray(long), "s".repeat(100_000), long, { end: 1 }];
  for (const protocol of [3, 4, 5]) {
    const stream = dumps(value, { protocol });
    const read = (bytes: Uint8Array): unknown => byWindows(parsePickle(globalsFor({}), 0, null, true), bytes, 3).value;
    expect(compareDescriptions(describe(loads(stream)), describe(read(stream)))).toBe(null);
    for (const cut of [50, 50_000, stream.length - 3]) expect(() => read(stream.subarray(0, cut))).toThrow("truncated");
  }
});

test("mutated streams", { timeout: 120_000 }, () => {
  const seeds = readSeeds(600);
  const random = makeRandom(20260102);
  const wrong: string[] = [];
  for (let i = 0; i < 10_000; i++) {
    const stream = mutate(seeds, random);
    const options: LoadOptions = { persistentLoad: (id) => new Pers(id), buffers: [] };
    const whole = outcome(() => loads(stream, options));
    const pieces = outcome(() => byWindows(parsePickle(globalsFor(options), 0, null, true), stream, i % 3).value);
    if ("error" in whole || "error" in pieces) {
      const [a, b] = [whole, pieces].map((o) => ("error" in o ? o.error : "loaded"));
      if (a !== b && !late(whole, pieces)) wrong.push(`${hexOf(stream)}: whole ${a}, windows ${b}`);
      continue;
    }
    const found = compareDescriptions(describe(whole.value), describe(pieces.value));
    if (found) wrong.push(`${hexOf(stream)}: ${found.path} ${JSON.stringify(found).slice(0, 200)}`);
  }
  expect(wrong.length, wrong.slice(0, 12).join("\n")).toBe(0);
});

/** A frame that ends behind the data is found at once in the whole, but only at STOP or another fault in windows. */
function late(whole: Outcome, pieces: Outcome): boolean {
  return "error" in whole && "error" in pieces && /truncated/.test(whole.error);
}
