/** The command on Keras models. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { NDArray } from "../core/ndarray/index.ts";
import { keras, loadModel } from "../families/keras/index.ts";
import { dumps as dumpsAny, load as loadAny, loads as loadsAny, toJS } from "../index.ts";
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

test("names a model that was cut", async () => {
  const path = join(folder, "cut.keras");
  writeFileSync(path, readFileSync(join(folder, "m.keras")).subarray(0, 500));
  await expect(loadModel(path)).rejects.toThrow(/a zip that was cut looks so.*cut\.keras\)/);
});

test("predict prints, and writes npy", async () => {
  const x = join(folder, "x.npy");
  const [input] = one.inputs;
  writeFileSync(x, dumps(array(numbers(input?.data ?? ""), { shape: input?.shape ?? [] })));
  expect(await brine("predict", join(folder, "m.keras"), "--input", x)).toContain("[[0.717023");
  const y = join(folder, "y.npy");
  await brine("predict", join(folder, "m.h5"), "-i", x, "-o", y);
  const made = loads(new Uint8Array(readFileSync(y))) as NDArray;
  expect(made.shape).toEqual(one.outputs[0]?.shape);
});

test("convert takes a model from one form to another", async () => {
  const x = join(folder, "x.npy");
  const [input] = one.inputs;
  writeFileSync(x, dumps(array(numbers(input?.data ?? ""), { shape: input?.shape ?? [] })));
  const wanted = await brine("predict", join(folder, "m.h5"), "-i", x);
  let last = join(folder, "m.h5");
  for (const name of ["c.keras", "c.pkl", "d.keras", "c.joblib", "e.keras", "c.h5", "f.keras"]) {
    await brine("convert", last, join(folder, name));
    last = join(folder, name);
    expect(await brine("predict", last, "-i", x)).toBe(wanted);
  }
  for (const [from, to] of [
    [join(folder, "m.keras"), join(folder, "m.csv")],
    [x, join(folder, "g.keras")],
  ] as const) {
    const text: string[] = [];
    const sink = { write: (part: string | Uint8Array) => text.push(String(part)) };
    const io = { stdout: sink, stderr: sink, stdin: (async function* () {})(), env: {} };
    expect(await run(["convert", from, to], io)).not.toBe(0);
    expect(text.join("")).toMatch(/is written as .keras, .h5, .pkl or .joblib|holds no Keras model/);
  }
});

test("predict asks a pickled Keras model too", async () => {
  const file = fileURLToPath(new URL("../../fixtures/data/keras_pickles.pkl.xz", import.meta.url));
  const eras = toJS(await loadAny(file)) as Record<
    string,
    { pkl: Uint8Array; json: { input: number[]; output: number[] } }
  >;
  const { pkl, json } = eras["k3"] as (typeof eras)[string];
  const [model] = loadsAny<[unknown]>(pkl, { packs: [keras] });
  const [path, x] = [join(folder, "k.pkl"), join(folder, "kx.npy")];
  writeFileSync(path, dumpsAny(model, { packs: [keras] }));
  writeFileSync(x, dumps(array(Float32Array.from(json.input), { shape: [4, 3] })));
  expect(await brine("predict", path, "-i", x)).toContain((json.output[0] as number).toFixed(4));
});

test("predict asks scikit-learn's models too", async () => {
  const file = fileURLToPath(new URL("../../fixtures/data/sklearn.pkl.xz", import.meta.url));
  const cases = toJS(await loadAny(file)) as {
    name?: string;
    data: string;
    by: string;
    X?: Uint8Array;
    model: Uint8Array;
    out: Record<string, Uint8Array>;
  }[];
  const fitted = cases.find(({ name, data }) => name === "LogisticRegression" && data === "bool");
  const samples = cases.find((item) => item.X !== undefined && item.data === "bool" && item.by === fitted?.by);
  const [model, x, y] = ["lr.pkl", "lrx.npy", "lry.npy"].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(model, fitted?.model as Uint8Array);
  writeFileSync(x, dumps(loadsAny(samples?.X as Uint8Array) as NDArray));
  await brine("predict", model, "-i", x, "-o", y);
  const want = (loadsAny(fitted?.out["predict"] as Uint8Array) as NDArray).flat();
  expect((loads(new Uint8Array(readFileSync(y))) as NDArray).flat()).toEqual(want);
  expect((await brine("predict", model, "-i", x)).trim()).toMatch(/^\[/);
});
