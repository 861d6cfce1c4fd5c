/** Keras models: each predicts what Keras predicted, from every file that Keras wrote of it. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { keras } from "../src/families/keras/index.ts";
import { dumps, loads } from "../src/index.ts";
import {
  array,
  compile,
  dense,
  h5Bytes,
  input,
  kerasBytes,
  type Layer,
  layer,
  loadModel,
  Model,
  type NDArray,
  saveModel,
  sequential,
  type Tensor,
  tensor,
} from "../src/keras.ts";

interface Packed {
  shape: number[];
  data: string;
}
interface Case {
  name: string;
  version: string;
  inputs: Packed[];
  outputs: Packed[];
  targets?: Packed;
  evaluate?: Record<string, number>;
  parameters: number;
  files: Record<string, string>;
}

const path = fileURLToPath(new URL("../fixtures/data/keras.jsonl.gz", import.meta.url));
const cases = gunzipSync(readFileSync(path))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Case);

const numbers = (text: string): Float32Array => new Float32Array(new Uint8Array(Buffer.from(text, "base64")).buffer);
const unpacked = ({ shape, data }: Packed): NDArray => array(numbers(data), { shape });
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
const named = (name: string): Case => cases.find((one) => one.name === name) as Case;

function check(model: Model, { inputs, outputs, targets, evaluate }: Case): void {
  const xs = inputs.map(unpacked);
  const made = model.predict(xs.length > 1 ? xs : (xs[0] as NDArray), { batchSize: 4 });
  const all = Array.isArray(made) ? made : [made];
  expect(all.length).toBe(outputs.length);
  for (const [k, out] of all.entries()) {
    const want = numbers((outputs[k] as Packed).data);
    expect(out.shape).toEqual((outputs[k] as Packed).shape);
    const most = want.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
    const found = out.data as Float32Array;
    expect(found.length).toBe(want.length);
    let worst = 0;
    for (const [i, value] of want.entries()) {
      const off = Math.abs((found[i] as number) - value) / most;
      // What is no number is as wrong as can be.
      if (!(off <= worst)) worst = Number.isNaN(off) ? Number.POSITIVE_INFINITY : off;
    }
    expect(worst).toBeLessThan(1e-6);
  }
  if (evaluate !== undefined && targets !== undefined) {
    const found = model.evaluateNamed(xs[0] as NDArray, unpacked(targets));
    for (const [name, value] of Object.entries(evaluate)) {
      expect(Math.abs((found[name] as number) - value) / Math.max(1, Math.abs(value)), name).toBeLessThan(1e-6);
    }
  }
}

describe.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) => {
  test.each(["h5", "keras"])("%s", async (kind) => {
    const model = await loadModel(bytesOf(one.files[kind] as string));
    check(model, one);
    expect(model.getWeights().reduce((n, w) => n + w.size, 0)).toBe(one.parameters);
  });
});

describe("a pickled model", () => {
  test.each(cases.filter(({ files }) => files["pkl"] !== undefined).map((one) => [one.name, one] as const))(
    "%s predicts, and is pickled again",
    async (_, one) => {
      const bytes = bytesOf(one.files["pkl"] as string);
      const value = loads<Map<string, Model>>(bytes, { packs: [keras] });
      const model = value.get("model") as Model;
      expect(model).toBeInstanceOf(Model);
      check(await model.ready(), one);
      const again = loads<Map<string, Model>>(dumps(value, { packs: [keras] }), { packs: [keras] });
      check(await (again.get("model") as Model).ready(), one);
    },
  );
});

describe("a model saved again", () => {
  // What Keras makes of these files is in docs/coverage.md: fixtures/make/keras_saved.py asks it.
  test.each(cases.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    for (const kind of ["h5", "keras"]) {
      const model = await loadModel(bytesOf(one.files[kind] as string));
      check(await loadModel(h5Bytes(model)), one);
      check(await loadModel(kerasBytes(model)), one);
    }
  });

  test("to a path, by its ending", async () => {
    const one = named("keras3-mlp");
    const folder = mkdtempSync(join(tmpdir(), "brine-keras-"));
    const model = await loadModel(bytesOf(one.files["keras"] as string));
    for (const name of ["a.keras", "b.h5"]) {
      await saveModel(model, join(folder, name));
      check(await loadModel(join(folder, name)), one);
    }
    await expect(saveModel(model, join(folder, "c.txt"))).rejects.toThrow(/neither in .keras nor in .h5/);
  });

  test("into a pickle, with the weights that it has now", async () => {
    const one = named("keras3-mlp");
    const model = await loadModel(bytesOf(one.files["keras"] as string));
    model.setWeights(model.getWeights().map((w) => array(new Float32Array(w.size), { shape: w.shape })));
    const again = loads<Model>(dumps(model, { packs: [keras] }), { packs: [keras] });
    expect(again.getWeights().every((w) => w.flat().every((n) => n === 0))).toBe(true);
  });
});

test("weights can be looked at and changed", async () => {
  const one = named("keras3-mlp");
  const model = await loadModel(bytesOf(one.files["keras"] as string));
  const weights = model.getWeights();
  expect(weights.map((w) => w.shape)).toEqual([[6, 7], [7], [7, 3], [3, 1], [1]]);
  model.setWeights(weights.map((w) => array(new Float32Array(w.size), { shape: w.shape })));
  expect((model.predict(unpacked(one.inputs[0] as Packed)) as NDArray).flat().every((p) => p === 0.5)).toBe(true);
  expect(() => model.setWeights([array([1])])).toThrow(/has the shape \(6, 7\), not \(1\)/);
});

test("layers have names, outputs and a summary", async () => {
  const one = named("keras2-lenet");
  const model = await loadModel(bytesOf(one.files["h5"] as string));
  expect(model.layers.map(({ className }) => className)).toEqual([
    "Conv2D",
    "AveragePooling2D",
    "Conv2D",
    "AveragePooling2D",
    "Conv2D",
    "Flatten",
    "Dense",
    "Dense",
  ]);
  expect(model.getLayer(0).name).toMatch(/^conv2d/);
  expect(() => model.getLayer("nothing")).toThrow(/there is no layer nothing/);
  expect(model.outputOf(model.getLayer(5).name, unpacked(one.inputs[0] as Packed)).shape).toEqual([9, 12]);
  expect(model.summary()).toContain(`Total params: ${one.parameters} `);
  expect(model.summary()).toContain("(None, 12, 12, 6)");
  expect(model.evaluate(unpacked(one.inputs[0] as Packed), unpacked(one.targets as Packed)).length).toBe(2);
});

test("a model can be built here, for Keras to train", async () => {
  const model = sequential([
    input({ shape: [8, 8, 1] }),
    layer("Conv2D", { filters: 4, kernel_size: [3, 3], activation: "relu" }),
    layer("MaxPooling2D", { pool_size: [2, 2], strides: [2, 2], padding: "valid" }),
    layer("Flatten"),
    dense({ units: 3, activation: "softmax" }),
  ]);
  compile(model, { optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
  const x = array(
    Float32Array.from({ length: 128 }, (_, i) => Math.sin(i)),
    { shape: [2, 8, 8, 1] },
  );
  const out = model.predict(x) as NDArray;
  expect(out.shape).toEqual([2, 3]);
  for (const bytes of [kerasBytes(model), h5Bytes(model)]) {
    const again = await loadModel(bytes);
    expect((again.predict(x) as NDArray).equal(out)).toBe(true);
    expect(again.evaluate(x, [0, 2])).toEqual(model.evaluate(x, [0, 2]));
  }
  expect(() => sequential([dense({ units: 1 })])).toThrow(/first layer must be an input/);
});

test("recurrent layers can be made here", async () => {
  const x = array(
    Float32Array.from({ length: 60 }, (_, i) => Math.sin(i)),
    { shape: [3, 5, 4] },
  );
  for (const [className, more] of [
    ["SimpleRNN", {}],
    ["LSTM", {}],
    ["GRU", {}],
    ["GRU", { reset_after: false }],
  ] as const) {
    const model = sequential([
      input({ shape: [5, 4] }),
      layer(className, { units: 6, return_sequences: true, ...more }),
      layer(className, { units: 3, ...more }),
      dense({ units: 1 }),
    ]);
    const out = model.predict(x) as NDArray;
    expect(out.shape).toEqual([3, 1]);
    for (const bytes of [kerasBytes(model), h5Bytes(model)]) {
      expect(((await loadModel(bytes)).predict(x) as NDArray).equal(out)).toBe(true);
    }
  }
});

test("predicting is told about, and can be stopped", async () => {
  const one = named("keras3-regression");
  const model = await loadModel(bytesOf(one.files["h5"] as string));
  const done: number[] = [];
  model.predict(unpacked(one.inputs[0] as Packed), { batchSize: 4, onProgress: (n) => done.push(n) });
  expect(done).toEqual([4, 8, 9]);
  await expect(model.predictAsync(unpacked(one.inputs[0] as Packed), { signal: AbortSignal.abort() })).rejects.toThrow(
    /aborted/,
  );
  expect(() => model.predict(array([[1, 2]]))).toThrow(/takes input of the shape \(any, 4\), not \(1, 2\)/);
});

/** A `.h5` file's configuration, changed in place by text of the same length. */
function changed(one: Case, from: string, to: string): Uint8Array {
  expect(to.length).toBe(from.length);
  const bytes = bytesOf(one.files["h5"] as string);
  const text = Buffer.from(bytes).toString("latin1");
  expect(text).toContain(from);
  return new Uint8Array(Buffer.from(text.replaceAll(from, to), "latin1"));
}

test("a layer that is not known is shown, refuses to run, and can be given", async () => {
  const one = named("keras3-act_tanh");
  const bytes = changed(one, '"class_name": "Activation"', '"class_name": "MyStrange1"');
  const model = await loadModel(bytes);
  expect(model.summary()).toContain("MyStrange1");
  expect(() => model.predict(unpacked(one.inputs[0] as Packed))).toThrow(/MyStrange1, which is not known/);
  const { Layer: Base } = await import("../src/keras.ts");
  class Strange extends (Base as typeof Layer) {
    get names(): readonly [] {
      return [];
    }
    call([x]: readonly Tensor[]): Tensor {
      const { shape, data } = x as Tensor;
      return tensor(shape, data.map(Math.tanh));
    }
  }
  const given = await loadModel(bytes, { layers: { MyStrange1: (name, config) => new Strange(name, config) } });
  check(given, one);
});

test("files that are no models are refused", async () => {
  await expect(loadModel(new Uint8Array(100))).rejects.toThrow(/no HDF5 file/);
  const one = named("keras3-mlp");
  await expect(loadModel(changed(one, '"class_name": "Sequential"', '"class_name": "Subclassed"'))).rejects.toThrow(
    /Subclassed, whose Python code makes it/,
  );
  await expect(loadModel(changed(one, "layer_names", "layer_namez"))).rejects.toThrow(/no weights of the layer/);
  const loop = named("keras3-functional");
  for (let round = 0; round < 40; round++) {
    const bytes = bytesOf(loop.files["h5"] as string);
    for (let i = 0; i < 20; i++) bytes[(round * 7919 + i * 104729) % bytes.length] = (round * 31 + i) & 255;
    try {
      (await loadModel(bytes)).predict(loop.inputs.map(unpacked));
    } catch (e) {
      const known = (e as { code?: string }).code !== undefined || e instanceof RangeError || e instanceof TypeError;
      expect(known, String((e as Error).stack)).toBe(true);
    }
  }
});
