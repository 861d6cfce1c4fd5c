/** Keras models in TensorFlow.js, trained there, and back. */
import "@tensorflow/tfjs-backend-cpu";
import { fileURLToPath } from "node:url";
import * as core from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { expect, test } from "vitest";
import { load, toJS } from "../src/index.ts";
import { array, fromTfjs, kerasBytes, loadModel, type NDArray, toTfjs } from "../src/keras.ts";

const tf = { tensor: core.tensor, models: layers.models } as unknown as {
  tensor(values: Float32Array, shape: number[]): core.Tensor;
  models: { modelFromJSON(config: never): Promise<layers.LayersModel> };
};

interface Case {
  name: string;
  file: Uint8Array;
  kind: string;
  inputs: { shape: number[]; data: Uint8Array } | { shape: number[]; data: Uint8Array }[];
}

const path = fileURLToPath(new URL("../fixtures/data/keras_cross.pkl.xz", import.meta.url));
const cases = (toJS(await load(path)) as Case[]).filter(({ kind }) => kind !== "weights.h5");

const NAMES = [
  "k3-conv_same_strides",
  "k3-conv_transpose_all",
  "k3-autoencoder",
  "k3-mobilenet_block",
  "k3-siamese",
  "k3-torch_module_like",
  "k3-frozen_nested",
  "k2-4-pools",
  "k2-15-mobilenet_block",
  "k2-15-siamese",
  "k2-15-autoencoder",
  "k2-4-efficientnet_block",
  "k2-15-loss_cce_metrics",
];

test.each(NAMES)("%s", async (name) => {
  const one = cases.find((item) => item.name === name) as Case;
  const model = await loadModel(one.file);
  const xs = [one.inputs].flat().map(({ shape, data }) => array(new Float32Array(data.slice().buffer), { shape }));
  const theirs = await toTfjs(model, tf as never);
  const own = theirs as unknown as layers.LayersModel;
  const given = xs.map((x) => core.tensor(x.data as Float32Array, [...x.shape]));
  const made = [own.predict(given.length > 1 ? given : (given[0] as core.Tensor))].flat() as core.Tensor[];
  const ours = [model.predict(xs.length > 1 ? xs : (xs[0] as NDArray))].flat();
  for (const [k, out] of ours.entries()) {
    const want = Float32Array.from((made[k] as core.Tensor).dataSync());
    const most = want.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
    (out.data as Float32Array).forEach((v, i) => {
      expect(Math.abs(v - (want[i] as number)) / most).toBeLessThan(2e-6);
    });
  }
  const back = await loadModel(kerasBytes(await fromTfjs(own as never).ready()));
  const again = [back.predict(xs.length > 1 ? xs : (xs[0] as NDArray))].flat();
  expect(again.every((out, k) => out.equal(ours[k] as NDArray))).toBe(true);
});

test("what is trained there predicts here", async () => {
  const one = cases.find((item) => item.name === "k3-loss_mse_metrics") as Case;
  const model = await loadModel(one.file);
  const { shape, data } = one.inputs as { shape: number[]; data: Uint8Array };
  const x = array(new Float32Array(data.slice().buffer), { shape });
  const theirs = (await toTfjs(model, tf as never)) as unknown as layers.LayersModel;
  theirs.compile({ optimizer: core.train.sgd(0.05), loss: "meanSquaredError" });
  const input = core.tensor(x.data as Float32Array, [...shape]);
  const target = core.zeros([shape[0] as number, 3]);
  await theirs.fit(input, target, { epochs: 3 });
  const trained = fromTfjs(theirs as never);
  const norm = (out: NDArray): number => (out.data as Float32Array).reduce((sum, v) => sum + v * v, 0);
  expect(norm(trained.predict(x) as NDArray)).toBeLessThan(norm(model.predict(x) as NDArray));
  const want = (theirs.predict(input) as core.Tensor).dataSync();
  ((trained.predict(x) as NDArray).data as Float32Array).forEach((v, i) => {
    expect(Math.abs(v - (want[i] as number))).toBeLessThan(2e-6);
  });
});

test("operations among the layers are refused", async () => {
  const one = cases.find((item) => item.name === "k3-ops_arith") as Case;
  await expect(toTfjs(await loadModel(one.file), tf as never)).rejects.toThrow(/no calls like that/);
});
