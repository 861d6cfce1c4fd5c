import "../../../test/support/seed.ts";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import { isBrineError } from "../../core/errors.ts";
import { diagnose, fix } from "./index.ts";

const file = (name: string): Uint8Array =>
  readFileSync(new URL(`../../../fixtures/data/doctor/${name}`, import.meta.url));
const files = ["five.pkl", "path.pkl", "padded.joblib", "zlib.joblib", "padded.joblib.gz"].map(file);
const runs = Number(process.env["BRINE_FUZZ_RUNS"] ?? 400);

it("gives only BrineErrors for mutated files", async () => {
  const edit = fc.tuple(fc.nat(4000), fc.nat(255), fc.constantFrom("set", "cut", "insert"));
  const mutated = fc.tuple(fc.constantFrom(...files), fc.array(edit, { minLength: 1, maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(mutated, fc.constantFrom("2.7", "3.3", "3.7"), async ([from, edits], python) => {
      let bytes = [...from];
      for (const [where, byte, kind] of edits) {
        const at = where % (bytes.length + 1);
        if (kind === "set") bytes[at] = byte;
        else if (kind === "cut") bytes = bytes.slice(0, byte < 8 ? at : bytes.length).filter((_, i) => i !== at);
        else bytes.splice(at, 0, byte);
      }
      const damaged = Uint8Array.from(bytes);
      for (const work of [diagnose, fix]) {
        try {
          await work(damaged, { for: { python, joblib: "1.0", numpy: "1.19" } });
        } catch (e) {
          expect(isBrineError(e), String((e as Error).stack)).toBe(true);
        }
      }
    }),
    { numRuns: runs },
  );
}, 120_000);
