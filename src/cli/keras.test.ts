/** The command on Keras models. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { NDArray } from "../core/ndarray/index.ts";
import { array, dumps, loads } from "../numpy.ts";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-keras-"));
const data = fileURLToPath(new URL("../../fixtures/data/keras.jsonl.gz", import.meta.url));
const line = gunzipSync(readFileSync(data))
  .toString()
  .split("\n")
  .find((text) => text.includes('"name": "keras3-mlp"'));
const one = JSON.parse(line as string) as {
  files: Record<string, string>;
  inputs: { shape: number[]; data: string }[];
  outputs: { shape: number[]; data: string }[];
};
for (const kind of ["h5", "keras"]) {
  writeFileSync(join(folder, `m.${kind}`), Buffer.from(one.files[kind] as string, "base64"));
}
const numbers = (text: string): Float32Array => new Float32Array(new Uint8Array(Buffer.from(text, "base64")).buffer);

async function brine(...args: string[]): Promise<string> {
  const text: string[] = [];
  const sink = { write: (part: string | Uint8Array) => text.push(String(part)) };
  const code = await run(args, { stdout: sink, stderr: sink, stdin: (async function* () {})(), env: {} });
  expect(code, text.join("")).toBe(0);
  return text.join("");
}

test("a model is shown as Keras prints it, with what its weights are like", async () => {
  for (const kind of ["h5", "keras"]) {
    const shown = await brine(join(folder, `m.${kind}`));
    expect(shown).toContain("Total params: 74 ");
    expect(shown).toMatch(/kernel: \(6, 7\) min -0\.89/);
  }
});

test("predict prints, and writes npy", async () => {
  const x = join(folder, "x.npy");
  const [input] = one.inputs;
  writeFileSync(x, dumps(array(numbers(input?.data ?? ""), { shape: input?.shape ?? [] })));
  expect(await brine("predict", join(folder, "m.keras"), "--input", x)).toContain("[[0.7170239 ]");
  const y = join(folder, "y.npy");
  await brine("predict", join(folder, "m.h5"), "-i", x, "-o", y);
  const made = loads(new Uint8Array(readFileSync(y))) as NDArray;
  expect(made.shape).toEqual(one.outputs[0]?.shape);
});
