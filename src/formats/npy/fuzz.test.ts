/** Damaged npy files and pickles of arrays load, or throw a brine error: never a native one. */
import { expect, test } from "vitest";
import { readNumpyCases, unbase64 } from "../../../test/support/numpy-cases.ts";
import { runSync } from "../../core/bytes/parse.ts";
import { isBrineError } from "../../core/errors.ts";
import { repr } from "../../core/values/repr.ts";
import { numpy } from "../../families/numpy/index.ts";
import { loads } from "../pickle/index.ts";
import { parseNpy } from "./index.ts";

const cases = readNumpyCases().filter(({ npy }) => npy.length < 1000);

/** Numbers that are the same each time (Numerical Recipes' generator). */
function numbers(seed: number): () => number {
  return () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
}

function damaged(bytes: Uint8Array, next: () => number): Uint8Array {
  const out = bytes.slice(0, next() % 8 === 0 ? next() % bytes.length : bytes.length);
  for (let n = 1 + (next() % 3); n > 0; n--) out[(next() >>> 8) % (out.length || 1)] = next() >>> 16;
  return out;
}

test("a damaged file loads, or says what is wrong", () => {
  const next = numbers(1);
  const native: string[] = [];
  for (let round = 0; round < 6; round++) {
    for (const { id, npy, pickles } of cases) {
      const pickle = pickles[next() % pickles.length]!;
      for (const read of [
        () => runSync(parseNpy(), damaged(unbase64(npy), next)),
        () =>
          loads(damaged(unbase64(pickle.data), next), {
            packs: [numpy],
            buffers: pickle.buffers?.map(unbase64) ?? null,
          }),
      ]) {
        try {
          expect(repr(read()).length).toBeGreaterThan(0);
        } catch (e) {
          if (!isBrineError(e)) native.push(`${id}: ${(e as Error).stack?.slice(0, 300)}`);
        }
      }
    }
  }
  expect(native.slice(0, 3)).toEqual([]);
});
