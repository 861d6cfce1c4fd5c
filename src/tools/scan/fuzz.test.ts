/** Damaged files end in a report, whatever they hold: no error, no hang. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { scan } from "./index.ts";

const DATA = fileURLToPath(new URL("../../../fixtures/data/", import.meta.url));
const hostile = gunzipSync(readFileSync(`${DATA}scan.jsonl.gz`))
  .toString()
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as { file: string; data: string });

test("mutated hostile and ordinary files are reported, each in time", async () => {
  const runs = Number(process.env.BRINE_FUZZ_RUNS ?? 600);
  const seeds = hostile.map(({ file, data }) => ({ file, bytes: new Uint8Array(Buffer.from(data, "base64")) }));
  for (const file of readdirSync(`${DATA}joblib`).filter((name) => /_0\.11\.0_/.test(name))) {
    seeds.push({ file, bytes: new Uint8Array(readFileSync(`${DATA}joblib/${file}`)) });
  }
  const edit = fc.tuple(fc.nat(5000), fc.nat(255), fc.constantFrom("set", "cut", "insert"));
  const mutated = fc.tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(mutated, async ([{ file, bytes: from }, edits]) => {
      let bytes = [...from];
      for (const [where, byte, kind] of edits) {
        const at = where % (bytes.length + 1);
        if (kind === "set") bytes[at] = byte;
        else if (kind === "cut") bytes = bytes.slice(0, byte < 16 ? at : bytes.length).filter((_, i) => i !== at);
        else bytes.splice(at, 0, byte);
      }
      const began = process.cpuUsage().user;
      const { verdict } = await scan(Uint8Array.from(bytes), { name: file });
      expect(["safe", "suspicious", "dangerous"]).toContain(verdict);
      expect((process.cpuUsage().user - began) / 1e6).toBeLessThan(20);
    }),
    { numRuns: runs },
  );
  expect(Object.getOwnPropertyNames(Object.prototype).length).toBe(12);
}, 240_000);
