/**
 * Any bytes load or throw a `BrineError`, soon and in bounded memory; what loads can be dumped, printed and compared.
 *
 * The long run is `node scripts/fuzz.mjs --cases 1000000`.
 */
import { expect, describe as group, test } from "vitest";
import { bombs, hexOf, judge, type Library, makeRandom, mutate, readSeeds, shrink } from "../scripts/fuzzer.mjs";
import { isBrineError } from "../src/core/errors.ts";
import { equal } from "../src/core/values/equal.ts";
import { repr } from "../src/core/values/repr.ts";
import { loads } from "../src/formats/pickle/read/loads.ts";
import { dumps } from "../src/formats/pickle/write/dumps.ts";

const lib: Library = { loads, dumps, repr, equal, isBrineError };
const SEED = Number(process.env["BRINE_FUZZ_SEED"] ?? 20260101);
const CASES = Number(process.env["BRINE_FUZZ_CASES"] ?? 30_000);

group("streams made to hurt", () => {
  // Other test files share the cores, so the time allowed is generous.
  test.each(bombs())("%s", (_name, stream, fate) => {
    const { loaded, problems } = judge(lib, stream, 10_000);
    expect(problems).toEqual([]);
    if (fate !== "either") expect(loaded).toBe(fate === "load");
  });
});

test(`${CASES} mutated streams, seed ${SEED}`, { timeout: 300_000 }, () => {
  const seeds = readSeeds();
  const random = makeRandom(SEED);
  const wrong: string[] = [];
  let loaded = 0;
  for (let i = 0; i < CASES && wrong.length < 5; i++) {
    const stream = mutate(seeds, random);
    const verdict = judge(lib, stream);
    if (verdict.loaded) loaded++;
    if (verdict.problems.length === 0) continue;
    const small = shrink(stream, (s) => judge(lib, s).problems.length > 0);
    wrong.push(`case ${i}: ${hexOf(small)}\n${judge(lib, small).problems.join("\n")}`);
  }
  console.log(`fuzz: seed ${SEED}, ${CASES} cases, ${loaded} loaded`);
  expect(wrong.join("\n\n")).toBe("");
  // Mutations that all fail at once would prove nothing.
  expect(loaded).toBeGreaterThan(CASES / 20);
});
