/**
 * `node bench/keras.mjs`: LeNet5 on 28 × 28 pictures, one thread: a batch of 512, one picture, and loading the `.h5`.
 *
 * Beside brine stand NumPy with its BLAS (bench/python/lenet.py; BRINE_PYTHON has NumPy, and Keras if its load is to be
 * measured) and TensorFlow.js, where BRINE_TFJS is a folder whose node_modules have its wasm backend.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { array, dense, fromHdf5, h5Bytes, input, layer, sequential, toTfjs } from "../dist/keras.js";
import { dumps, dumpsNpz, loads } from "../dist/numpy.js";

const dir = new URL("../.cache/bench/keras/", import.meta.url);
mkdirSync(dir, { recursive: true });
let seed = 7;
const random = () => {
  seed = (seed * 48271) % 2147483647;
  return seed / 2147483647;
};

const conv = (filters, padding) =>
  layer("Conv2D", { filters, kernel_size: [5, 5], activation: "tanh", padding, strides: [1, 1] });
const pool = layer("AveragePooling2D", { pool_size: [2, 2], strides: [2, 2], padding: "valid" });
const made = sequential(
  [
    input({ shape: [28, 28, 1] }),
    ...[conv(6, "same"), pool, conv(16, "valid"), pool, conv(120, "valid")],
    ...[layer("Flatten"), dense({ units: 84, activation: "tanh" }), dense({ units: 10, activation: "softmax" })],
  ],
  { random },
);
const bytes = h5Bytes(made);
const x = array(Float32Array.from({ length: 512 * 784 }, random), { shape: [512, 28, 28, 1] });
const one = array(x.data.slice(0, 784), { shape: [1, 28, 28, 1] });
writeFileSync(new URL("lenet.h5", dir), bytes);
writeFileSync(new URL("x.npy", dir), dumps(x));
writeFileSync(
  new URL("lenet.npz", dir),
  dumpsNpz(Object.fromEntries(made.getWeights().map((w, i) => [`arr_${i}`, w]))),
);

async function median(rounds, run) {
  for (let i = 0; i < Math.min(rounds, 5); i++) await run();
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

const model = fromHdf5(bytes);
const ours = {
  batch: await median(15, () => model.predict(x, { batchSize: 512 })),
  batches: await median(15, () => model.predict(x)),
  one: await median(300, () => model.predict(one)),
  load: await median(30, () => fromHdf5(readFileSync(new URL("lenet.h5", dir)))),
};

const python = process.env.BRINE_PYTHON ?? "python3";
const script = new URL("python/lenet.py", import.meta.url).pathname;
const theirs = JSON.parse(execFileSync(python, [script, dir.pathname], { stdio: ["ignore", "pipe", "ignore"] }));
const want = loads(readFileSync(new URL("numpy.npy", dir)));
const error = model.predict(x).data.reduce((most, v, i) => Math.max(most, Math.abs(v - want.data[i])), 0);

const peers = [];
if (process.env.BRINE_TFJS) {
  const require = createRequire(pathToFileURL(`${process.env.BRINE_TFJS}/`));
  const core = require("@tensorflow/tfjs-core");
  const { models } = require("@tensorflow/tfjs-layers");
  const wasm = require("@tensorflow/tfjs-backend-wasm");
  require("@tensorflow/tfjs-backend-cpu");
  wasm.setThreadsCount(1);
  for (const name of ["wasm", "cpu"]) {
    await core.setBackend(name);
    await core.ready();
    const twin = await toTfjs(model, { tensor: core.tensor, models });
    const run = (data, count, batchSize) => {
      const given = core.tensor(data, [count, 28, 28, 1]);
      const out = twin.predict(given, { batchSize });
      out.dataSync();
      core.dispose([given, out]);
    };
    peers.push([
      `tfjs ${name}`,
      {
        batch: await median(name === "wasm" ? 9 : 1, () => run(x.data, 512, 512)),
        one: await median(name === "wasm" ? 50 : 10, () => run(one.data, 1, 1)),
      },
    ]);
  }
}

const ms = (value) => (value === undefined ? "" : `${value.toFixed(2)} ms`).padStart(12);
console.log(`${"".padEnd(12)}${"512 pictures".padStart(13)}${"one".padStart(12)}${"load .h5".padStart(12)}`);
for (const [name, row] of [
  ["brine", ours],
  ["brine, by 32", { batch: ours.batches }],
  [`NumPy ${theirs.numpy}`, { batch: theirs.batch, one: theirs.one }],
  ...(theirs.load === undefined ? [] : [[`Keras ${theirs.keras}`, { load: theirs.load }]]),
  ...peers,
]) {
  console.log(`${name.padEnd(12)} ${ms(row.batch)}${ms(row.one)}${ms(row.load)}`);
}
console.log(`largest difference to NumPy: ${error.toExponential(1)}`);
