import "../../test/support/seed.ts";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { run } from "./run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const example = (name: string): Uint8Array => readFileSync(`${root}examples/data/${name}`);
const packed = (name: string): Uint8Array => gunzipSync(readFileSync(`${root}fixtures/data/hdf5/${name}.gz`));
const files: readonly Uint8Array[] = [
  ...["cache.pkl", "log.pkl", "python2.pkl", "iris.joblib", "digits.npz", "digits.keras", "weather.h5"].map(example),
  ...["layouts-latest.h5", "types-earliest.h5", "attributes-v108.h5"].map(packed),
  gzipSync(example("cache.pkl")),
  gzipSync(example("weather.h5")),
];
const runs = Number(process.env["BRINE_FUZZ_RUNS"] ?? 250);

/** Runs a command on bytes as stdin, and gives its exit code and what it said. */
async function brine(args: readonly string[], stdin: Uint8Array): Promise<[code: number, err: string]> {
  let err = "";
  const code = await run(args, {
    stdout: { write: () => true },
    stderr: { write: (part: string | Uint8Array) => (err += String(part)) },
    stdin: (async function* () {
      yield stdin;
    })(),
    env: {},
  });
  return [code, err];
}

it("tells of mutated files in one line, and never fails by itself", async () => {
  const edit = fc.tuple(fc.nat(60_000), fc.nat(255), fc.constantFrom("set", "cut", "insert"));
  const mutated = fc.tuple(fc.constantFrom(...files), fc.array(edit, { minLength: 1, maxLength: 4 }));
  const command = fc.constantFrom<readonly string[]>(
    ["info", "-"],
    ["ls", "-rl", "-"],
    ["cat", "-"],
    ["diff", "-", `${root}examples/data/weather.h5`],
    ["diff", `${root}examples/data/cache.pkl`, "-"],
    ["tree", "-"],
  );
  await fc.assert(
    fc.asyncProperty(mutated, command, async ([from, edits], args) => {
      let bytes = Uint8Array.from(from);
      for (const [where, byte, kind] of edits) {
        const at = where % (bytes.length + 1);
        if (kind === "set") bytes[at] = byte;
        else if (kind === "cut")
          bytes = byte < 8 ? bytes.slice(0, at) : Uint8Array.from(bytes.filter((_, i) => i !== at));
        else bytes = Uint8Array.from([...bytes.subarray(0, at), byte, ...bytes.subarray(at)]);
      }
      const [code, err] = await brine(args, bytes);
      expect(code).toBeLessThanOrEqual(2);
      // A fault of the command's own is told with its stack.
      expect(err).not.toMatch(/\n\s+at /);
    }),
    { numRuns: runs },
  );
}, 180_000);
