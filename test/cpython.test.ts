/**
 * Streams of CPython's own test suites and of chosen values, read strictly: the same value, types and identity, or the
 * same refusal.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, describe as group, test } from "vitest";
import { runSync } from "../src/core/bytes/parse.ts";
import { UnpicklingError } from "../src/core/errors.ts";
import { PyByteArray } from "../src/core/values/scalars.ts";
import type { LoadOptions } from "../src/formats/pickle/options.ts";
import { globalsFor, loads, loadsAll } from "../src/formats/pickle/read/loads.ts";
import { newState, parsePickle } from "../src/formats/pickle/read/parse.ts";
import { dumps } from "../src/formats/pickle/write/dumps.ts";
import { describe, Pers } from "./support/describe.ts";
import { compareDescriptions, type Description } from "./support/describe-types.ts";

interface Case {
  id: string;
  stream: string;
  source?: string;
  value?: string;
  protocol?: number;
  canonical?: boolean;
  inert?: boolean;
  options: Record<string, unknown>;
  expect?: Description;
  error?: { type: string; message: string };
}

function read(name: string): Case[] {
  const text = gunzipSync(readFileSync(new URL(`../fixtures/data/${name}`, import.meta.url))).toString();
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Case);
}

export function optionsOf(c: Case): LoadOptions {
  const o = c.options;
  const out: LoadOptions = {};
  if (o["encoding"]) out.encoding = o["encoding"] as string;
  if (o["errors"]) out.errors = o["errors"] as string;
  if (o["fix_imports"] === false) out.fixImports = false;
  if (o["persistent"]) out.persistentLoad = (id) => new Pers(id);
  if (o["extensions"]) {
    out.extensions = o["extensions"] as Record<number, [string, string]>;
  }
  if (o["buffers"]) {
    out.buffers = (o["buffers"] as { data: string; readonly: boolean }[]).map((b) =>
      b.readonly || !c.value
        ? new Uint8Array(Buffer.from(b.data, "hex"))
        : PyByteArray.from(Buffer.from(b.data, "hex")),
    );
  }
  return out;
}

/** The pickles of one file: each on its own, or by one unpickler whose memo lives on. */
function all(bytes: Uint8Array, kept: boolean, options: LoadOptions): unknown[] {
  if (!kept) return [...loadsAll(bytes, options)].map(({ value }) => value);
  const state = newState();
  const globals = globalsFor(options);
  const values: unknown[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { value, end } = runSync(parsePickle(globals, at, bytes, false, state), bytes);
    values.push(value);
    at = end;
  }
  return values;
}

group.each(["cpython.jsonl.gz", "values.jsonl.gz"])("%s", (name) => {
  const cases = read(name);
  test(`${cases.length} streams`, () => {
    const wrong: string[] = [];
    for (const c of cases) {
      const bytes = new Uint8Array(Buffer.from(c.stream, "base64"));
      const label = `${c.id} ${c.source ?? c.value}`;
      try {
        // A float that is no item of anything is told from an int only by this option.
        const bare = typeof c.expect?.root === "object" && c.expect.root !== null && "f" in c.expect.root;
        const several = c.value === "file.apart" || c.value === "file.one_pickler";
        const options: LoadOptions = { ...optionsOf(c), ints: bare ? "bigint" : "auto" };
        const value = several ? all(bytes, c.value === "file.one_pickler", options) : loads(bytes, options);
        if (c.error) {
          wrong.push(`${label}: loaded, Python refuses: ${c.error.type} ${c.error.message}`);
          continue;
        }
        // Where Python would run a class's own code, that the stream loads is all that can be asked.
        const found = c.inert ? null : compareDescriptions(c.expect, describe(value, bare));
        if (found)
          wrong.push(
            `${label}: ${found.path} expected ${JSON.stringify(found.expected)}, got ${JSON.stringify(found.actual)}`,
          );
        else if (c.canonical) {
          const again = Buffer.from(
            dumps(value, { protocol: c.protocol as number, canonical: true, ints: bare ? "bigint" : "auto" }),
          );
          if (!again.equals(bytes)) wrong.push(`${label}: canonical dump differs at protocol ${c.protocol}`);
        }
      } catch (e) {
        if (!c.error) wrong.push(`${label}: refused: ${(e as Error).stack?.slice(0, 300)}`);
        else if (!(e instanceof UnpicklingError) || e.offset === undefined) wrong.push(`${label}: ${String(e)}`);
      }
    }
    if (process.env["BRINE_LIST"]) for (const line of wrong.slice(0, 60)) console.log(line.slice(0, 300));
    expect(wrong.length, wrong.slice(0, 5).join("\n")).toBe(0);
  });
});
