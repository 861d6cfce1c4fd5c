/** Pickled Keras models of every era, inside lists and joblib files. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { load, toJS } from "../src/index.ts";
import { load as loadJoblib } from "../src/joblib.ts";
import {
  array,
  defineLayer,
  isBrineError,
  keras,
  kerasPack,
  loadModel,
  Model,
  modelFromJson,
  type NDArray,
  type Tensor,
  tensor,
} from "../src/keras.ts";
import { dumps, loads } from "../src/pickle.ts";

interface Case {
  pkl: Uint8Array;
  joblib?: Uint8Array;
  json: { version: string; input: number[]; output: number[] };
}

const path = fileURLToPath(new URL("../fixtures/data/keras_pickles.pkl.xz", import.meta.url));
const cases = toJS(await load(path)) as Record<string, Case>;

function check(model: unknown, { json }: Case): void {
  expect(model).toBeInstanceOf(Model);
  const x = array(Float32Array.from(json.input), { shape: [4, 3] });
  const out = ((model as Model).predict(x) as NDArray).flat() as number[];
  for (const [i, v] of out.entries()) expect(Math.abs(v - (json.output[i] as number))).toBeLessThan(1e-6);
}

const zipped = Object.entries(cases).filter(([name]) => name !== "k2-8");

describe.each(zipped)("%s", (_, one) => {
  test("in a list, and again in a dict", () => {
    const [model, record] = loads<[Model, Map<string, Model>]>(one.pkl, { packs: [keras] });
    check(model, one);
    expect(record.get("again")).toBe(model);
    const [again] = loads<[Model]>(dumps([model], { packs: [keras] }), { packs: [keras] });
    check(again, one);
  });

  test("by load of brine, which fetches what it takes; dumped without a pack", async () => {
    const [model] = await load<[Model]>(one.pkl);
    check(model, one);
    const [again] = loads<[Model]>(dumps([model]), { packs: [keras] });
    check(again, one);
  });

  const { joblib } = one;
  if (joblib === undefined) return;
  test("in a joblib file, beside an array", async () => {
    const value = (await loadJoblib(joblib, { packs: [keras] })) as Map<string, unknown>;
    check((value.get("models") as unknown[])[0], one);
    expect((value.get("x") as NDArray).shape).toEqual([4, 3]);
  });
});

test("a model with layers of the caller's comes back by a pack that has them", () => {
  const twice = defineLayer({
    python: "Twice",
    call: ([x]) =>
      tensor(
        (x as Tensor).shape,
        (x as Tensor).data.map((v) => 2 * v),
      ),
  });
  const layers = [
    { module: "keras.layers", class_name: "InputLayer", config: { name: "i", batch_shape: [null, 2] } },
    { module: "mine", class_name: "Twice", config: { name: "t" } },
  ];
  const spec = { module: "keras", class_name: "Sequential", config: { name: "w", layers } };
  const packs = [kerasPack({ layers: [twice] })];
  const bytes = dumps(modelFromJson(spec, { layers: [twice] }), { packs });
  const x = array([[1, 2]]);
  expect((loads<Model>(bytes, { packs }).predict(x) as NDArray).flat()).toEqual([2, 4]);
  expect(() => loads<Model>(bytes, { packs: [keras] }).predict(x)).toThrow(/class Twice, which is not known/);
});

test("loadModel takes the one model of a pickle", async () => {
  for (const [, one] of zipped) {
    check(await loadModel(one.pkl), one);
    if (one.joblib !== undefined) check(await loadModel(one.joblib), one);
  }
  const one = cases["k3"] as Case;
  const [model] = loads<[Model]>(one.pkl, { packs: [keras] });
  const [other] = loads<[Model]>(one.pkl, { packs: [keras] });
  await expect(loadModel(dumps([model, other], { packs: [keras] }))).rejects.toThrow(
    /holds 2 Keras models: load\(source/,
  );
  await expect(loadModel(dumps([1, "a"]))).rejects.toThrow(/holds no Keras model/);
});

test("a SavedModel's own file is named", async () => {
  await expect(loadModel(Uint8Array.of(8, 1, 0x12, 0x40, 1, 2, 3, 4, 5))).rejects.toThrow(/SavedModel: load it/);
});

test("a TensorFlow SavedModel is named, with what to do", async () => {
  const one = cases["k2-8"] as Case;
  let error: unknown;
  try {
    loads(one.pkl, { packs: [keras] });
  } catch (e) {
    error = e;
  }
  expect(isBrineError(error)).toBe(true);
  expect(String(error)).toMatch(/SavedModel: load it with the TensorFlow that wrote it, and model.save\("model.h5"\)/);
  // The tar alone.
  const at = Buffer.from(one.pkl).indexOf("ustar") - 257;
  await expect(loadModel(one.pkl.slice(at))).rejects.toThrow(/SavedModel/);
});
