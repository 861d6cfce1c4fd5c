/** Models in a thread of their own: bundled into single files, as programs are. */
import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import { dense, input, inWorker, sequential } from "../src/keras.ts";

const source = (name: string): string => fileURLToPath(new URL(`../src/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "brine-worker-"));

async function bundled(entry: string, name: string): Promise<string> {
  const build = await rolldown({
    input: entry,
    platform: "node",
    resolve: {
      alias: { "#platform": source("platform/node.ts"), "#filters": source("formats/hdf5/filters/here.ts") },
    },
    logLevel: "silent",
  });
  const file = join(folder, name);
  await build.write({ file, format: "esm", codeSplitting: false } as never);
  await build.close();
  return file;
}

const PROGRAM = `
import { Worker } from "node:worker_threads";
import { array, compile, dense, input, inWorker, layer, modelFromJson, sequential } from ${JSON.stringify(source("keras.ts"))};

const model = sequential([input({ shape: [6] }), dense({ units: 5, activation: "tanh" }), dense({ units: 2, activation: "softmax" })]);
compile(model, { loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
const x = array(Float32Array.from({ length: 600 }, (_, i) => Math.sin(i)), { shape: [100, 6] });
const y = array(Float32Array.from({ length: 100 }, (_, i) => i % 2), { shape: [100] });
const out = {};
const start = () => process.argv[2] === "own" ? {} : { worker: new Worker(new URL("./thread.mjs", import.meta.url)) };
const twin = await inWorker(model, start());
const done = [];
out.same = (await twin.predict(x, { batchSize: 40, onProgress: (n) => done.push(n) })).equal(model.predict(x, { batchSize: 40 }));
out.done = done;
out.evaluate = JSON.stringify(await twin.evaluate(x, y)) === JSON.stringify(model.evaluateNamed(x, y));
out.wrong = await twin.predict(array([[1, 2]])).catch((e) => e.name + ": " + e.message);
out.kept = x.data.length;
const control = new AbortController();
const long = twin.predict(x, { batchSize: 1, signal: control.signal, onProgress: () => control.abort() }).catch((e) => e.name);
out.stopped = await long;
out.after = (await twin.predict(x)).equal(model.predict(x));
const words = modelFromJson({ module: "keras", class_name: "Sequential", config: { name: "w", layers: [
  { module: "keras.layers", class_name: "InputLayer", config: { name: "i", batch_shape: [null, 2], dtype: "string" } },
  { module: "keras.layers", class_name: "StringLookup", config: { name: "s", vocabulary: ["a", "b"] } }] } });
const texts = await inWorker(words, start());
out.texts = (await texts.predict([["a", "z"], ["b", "a"]])).flat();
texts.close();
const left = twin.predict(x).catch((e) => e.message);
twin.close();
out.closed = await left;
console.log(JSON.stringify(out));
`;

test("a model predicts in a worker of a bundled program", async () => {
  const entry = join(folder, "program.ts");
  writeFileSync(entry, PROGRAM);
  const program = await bundled(entry, "program.mjs");
  await bundled(source("keras-worker.ts"), "thread.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 50_000 });
  expect(JSON.parse(stdout)).toEqual({
    same: true,
    done: [40, 80, 100],
    evaluate: true,
    wrong: "RangeError: the model takes input of the shape (any, 6), not (1, 2)",
    kept: 600,
    stopped: "AbortError",
    after: true,
    texts: [1, 0, 2, 1],
    closed: "the worker of a model was closed",
  });
});

const TWICE = `
import { defineLayer, tensor } from ${JSON.stringify(source("keras.ts"))};
export const twice = defineLayer({ python: "Twice", call: ([x]) => tensor(x.shape, x.data.map((v) => 2 * v)) });
`;

const OWN = `
import { Worker } from "node:worker_threads";
import { array, inWorker, modelFromJson } from ${JSON.stringify(source("keras.ts"))};
import { twice } from "./twice.ts";

const inner = { module: "keras", class_name: "Sequential", config: { name: "n", layers: [
  { module: "keras.layers", class_name: "InputLayer", config: { name: "j", batch_shape: [null, 2] } },
  { module: "mine", class_name: "Twice", config: { name: "t" } }] } };
const model = modelFromJson({ module: "keras", class_name: "Sequential", config: { name: "w", layers: [
  { module: "keras.layers", class_name: "InputLayer", config: { name: "i", batch_shape: [null, 2] } }, inner] } }, { layers: [twice] });
const out = { here: model.predict(array([[1, 2]])).flat() };
out.alone = await inWorker(model).catch((e) => e.name + ": " + e.message);
const twin = await inWorker(model, { worker: new Worker(new URL("./own.mjs", import.meta.url)) });
out.there = (await twin.predict(array([[1, 2]]))).flat();
twin.close();
console.log(JSON.stringify(out));
`;

test("layers of the caller's run in a thread whose program has them", async () => {
  writeFileSync(join(folder, "twice.ts"), TWICE);
  writeFileSync(join(folder, "own.ts"), OWN);
  writeFileSync(
    join(folder, "serve.ts"),
    `import { serveModels } from ${JSON.stringify(source("keras.ts"))};
import { twice } from "./twice.ts";
serveModels({ layers: [twice] });
`,
  );
  const program = await bundled(join(folder, "own.ts"), "ownprogram.mjs");
  await bundled(join(folder, "serve.ts"), "own.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 50_000 });
  expect(JSON.parse(stdout)).toEqual({
    here: [2, 4],
    alone: expect.stringMatching(/^UnsupportedError: the layer t \(Twice\) is yours.*serveModels\({ layers }\)/),
    there: [2, 4],
  });
});

test("what is no worker is refused", async () => {
  const model = sequential([input({ shape: [2] }), dense({ units: 1 })]);
  await expect(inWorker(model, { worker: {} })).rejects.toThrow(/no Worker/);
});
