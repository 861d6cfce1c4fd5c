import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { isBrineError } from "../../core/errors.ts";
import { loadModel } from "../../families/keras/index.ts";
import { diagnose, fix } from "./index.ts";

const model = (name: string): Uint8Array =>
  new Uint8Array(gunzipSync(readFileSync(new URL(`../../../fixtures/data/doctor/${name}.h5.gz`, import.meta.url))));
const messages = async (name: string, keras: string): Promise<string[]> =>
  (await diagnose(model(name), { for: { keras } })).findings.map(({ message }) => message);

it("tells the keys that another Keras does not take", async () => {
  expect(await diagnose(model("tf28.conv"))).toMatchObject({ format: "Keras HDF5", writers: ["keras 2.8.0"] });
  expect(await messages("tf28.conv", "3.15")).toEqual([
    "TypeError: Error when deserializing class 'DepthwiseConv2D' using config=",
    "Could not deserialize 'keras.metrics.mse'",
  ]);
  expect((await messages("tf28.lstm", "3.15")).sort()).toEqual([
    "ValueError: Unrecognized keyword arguments passed to GRU: {'time_major': False}",
    "ValueError: Unrecognized keyword arguments passed to LSTM: {'time_major': False}",
  ]);
  expect(await messages("tf28.conv", "2.12")).toEqual([]);
  expect(await messages("k3tf.branch", "2.8")).toEqual(["Unrecognized keyword arguments: ['batch_shape', 'optional']"]);
});

it.each([
  ["tf28.conv", "3.15"],
  ["tf28.lstm", "3.15"],
  ["k3tf.conv", "2.8"],
  ["k3tf.branch", "2.8"],
])("rewrites %s for Keras %s, and answers the same", async (name, keras) => {
  const { bytes, changes } = await fix(model(name), { for: { keras } });
  expect(changes.length).toBeGreaterThan(0);
  expect(await messages(name, keras)).not.toEqual([]);
  expect((await diagnose(bytes, { for: { keras } })).findings).toEqual([]);
  const text = new TextDecoder("latin1").decode(bytes);
  // Python tells 0.0 from 0.
  if (name === "tf28.conv") expect(text).toMatch(/"mean_squared_error".*"momentum": ?0\.0/);
  const [was, now] = [await loadModel(model(name)), await loadModel(bytes)];
  expect(now.summary()).toEqual(was.summary());
});

it("leaves other HDF5 files and damaged ones", async () => {
  const bytes = model("k3tf.branch");
  for (let at = 0; at < bytes.length; at += 97) {
    const damaged = bytes.slice();
    damaged[at] = 0x93;
    try {
      await diagnose(damaged, { for: { keras: "2.8" } });
      await fix(damaged, { for: { keras: "2.8" } });
    } catch (e) {
      expect(isBrineError(e), `${at}: ${String(e)}`).toBe(true);
    }
  }
});
