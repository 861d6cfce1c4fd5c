/** Keras files that are wrong, by accident or on purpose: each is refused with what is wrong, at once. */
import { describe, expect, test } from "vitest";
import { File } from "../src/hdf5.ts";
import {
  array,
  dense,
  FormatError,
  fromHdf5,
  h5Bytes,
  input,
  isBrineError,
  kerasBytes,
  layer,
  loadModel,
  loadWeights,
  type Model,
  modelFromJson,
  sequential,
  UnsupportedError,
  weightsFrom,
} from "../src/keras.ts";

type Spec = Record<string, unknown>;

const ref = (name: string, node = 0, tensor = 0): Spec => ({
  class_name: "__keras_tensor__",
  config: { shape: [null, 3], dtype: "float32", keras_history: [name, node, tensor] },
});
const call = (...args: unknown[]): Spec => ({ args, kwargs: {} });
const inputLayer = (name = "x", shape: unknown = [null, 3]): Spec => ({
  module: "keras.layers",
  class_name: "InputLayer",
  config: { name, batch_shape: shape },
  inbound_nodes: [],
});
const of = (className: string, config: Spec, from: Spec[] = [call(ref("x"))], module = "keras.layers"): Spec => ({
  module,
  class_name: className,
  config: { trainable: true, ...config },
  inbound_nodes: from,
});
const functional = (layers: unknown[], output = "y", more: Spec = {}): Spec => ({
  module: "keras",
  class_name: "Functional",
  config: { name: "m", layers, input_layers: [["x", 0, 0]], output_layers: [[output, 0, 0]], ...more },
});

const x = array(
  Float32Array.from({ length: 6 }, (_, i) => i),
  { shape: [2, 3] },
);

/** Fails at once, by an error that says what is wrong. */
async function refused(run: () => unknown, pattern: RegExp): Promise<void> {
  const start = performance.now();
  let error: unknown;
  try {
    await run();
  } catch (e) {
    error = e;
  }
  expect(isBrineError(error), String((error as Error)?.stack)).toBe(true);
  expect(String((error as Error).message)).toMatch(pattern);
  expect(performance.now() - start).toBeLessThan(10_000);
}

const predicts = async (spec: Spec, given: unknown = x): Promise<unknown> =>
  (await modelFromJson(spec).ready()).predict(given as never);

describe("configurations", () => {
  test.each([
    [
      "a circle",
      functional([
        inputLayer(),
        of("Add", { name: "y" }, [call([ref("x"), ref("z")])]),
        of("ReLU", { name: "z" }, [call(ref("y"))]),
      ]),
      /lead in a circle/,
    ],
    ["itself", functional([inputLayer(), of("ReLU", { name: "y" }, [call(ref("y"))])]), /lead in a circle/],
    [
      "a layer that is not there",
      functional([inputLayer(), of("ReLU", { name: "y" }, [call(ref("no"))])]),
      /refers to no, which nothing makes/,
    ],
    [
      "a call that is not there",
      functional([inputLayer(), of("ReLU", { name: "y" }, [call(ref("x", 7))])]),
      /which nothing makes/,
    ],
    [
      "an output that is not there",
      functional([inputLayer(), of("ReLU", { name: "y" }, [call(ref("x", 0, 3))])]),
      /has no output 3/,
    ],
    ["two of a name", functional([inputLayer(), of("ReLU", { name: "x" })]), /two layers named x/],
    ["no layers", functional("none" as never), /no list of layers/],
    ["no outputs", functional([inputLayer()], "x", { output_layers: [] }), /no output/],
    [
      "no reference",
      functional([
        inputLayer(),
        of("ReLU", { name: "y" }, [call({ class_name: "__keras_tensor__", config: { keras_history: [1] } })]),
      ]),
      /no reference/,
    ],
    ["no class", functional([{ config: {} }]), /no class/],
    ["null for a layer", functional([null]), /no configuration/],
    [
      "no activation",
      functional([inputLayer(), of("Activation", { name: "y", activation: "os.system" })]),
      /activation os.system is not known/,
    ],
    [
      "an activation named as JavaScript's own",
      functional([inputLayer(), of("Activation", { name: "y", activation: "constructor" })]),
      /constructor is not known/,
    ],
    ["no axis", functional([inputLayer(), of("Softmax", { name: "y", axis: 9 })]), /no axis 9/],
    [
      "an axis twice",
      functional([inputLayer(), of("UnitNormalization", { name: "y", axis: [1, 1] })]),
      /not different/,
    ],
    [
      "no strides",
      functional([inputLayer("x", [null, 3, 3]), of("Conv1D", { name: "y", strides: [0] })]),
      /strides or dilations of nothing/,
    ],
    [
      "windows of nothing",
      functional([inputLayer("x", [null, 3, 3]), of("MaxPooling1D", { name: "y", pool_size: [0] })]),
      /windows of no size/,
    ],
    [
      "a size that is none",
      functional([inputLayer("x", [null, 3, 3]), of("MaxPooling1D", { name: "y", pool_size: ["a"] })]),
      /no size for 1 axes/,
    ],
  ])("%s", async (_, spec, pattern) => {
    const shape = ((spec["config"] as Spec)["layers"] as Spec[])[0]?.["config"] as Spec | undefined;
    const deep = (shape?.["batch_shape"] as unknown[] | undefined)?.length === 3;
    await refused(() => predicts(spec, deep ? array(new Float32Array(18), { shape: [2, 3, 3] }) : x), pattern);
  });

  test.each([
    ["Reshape", { target_shape: [-1, 1e9, 1e9] }],
    ["Reshape", { target_shape: "all" }],
    ["RepeatVector", { n: 1e12 }],
    ["Permute", { dims: [1, 1] }],
    ["Rescaling", { scale: [1, 2] }],
    ["CategoryEncoding", { num_tokens: 1e12, output_mode: "one_hot" }],
    ["Hashing", { num_bins: "many" }],
    ["Hashing", { num_bins: 3, salt: ["a", "b"] }],
    ["IntegerLookup", { vocabulary: [1], num_oov_indices: 1e12 }],
    ["IntegerLookup", { vocabulary: [1], output_mode: "multi_hot", max_tokens: 1e12, pad_to_max_tokens: true }],
    ["Discretization", { bin_boundaries: null }],
    ["StringLookup", { vocabulary: ["a"] }],
    ["EinsumDense", { equation: "ab,bc->ad", bias_axes: null }],
  ] as const)("%s of %j", async (className, config) => {
    await refused(() => predicts(functional([inputLayer(), of(className, { name: "y", ...config })])), /./);
  });

  test.each([
    ["UpSampling2D", { size: [100000, 100000] }],
    ["ZeroPadding2D", { padding: [1000000, 1000000] }],
    ["ZeroPadding2D", { padding: "wide" }],
    ["Cropping2D", { cropping: [50, 50] }],
    ["Resizing", { height: 1e6, width: 1e6 }],
    ["Resizing", { height: 5, width: 5, interpolation: "magic" }],
    ["AdaptiveAveragePooling2D", { output_size: [1e9, 1e9] }],
  ] as const)("%s of %j", async (className, config) => {
    const spec = functional([inputLayer("x", [null, 4, 4, 1]), of(className, { name: "y", ...config })]);
    await refused(() => predicts(spec, array(new Float32Array(16), { shape: [1, 4, 4, 1] })), /./);
  });

  test("names of modules and classes lead nowhere", async () => {
    for (const name of ["os.system", "__proto__", "constructor", "toString", "eval", "subprocess>Popen", "Lambda"]) {
      const spec = functional([
        inputLayer(),
        of(name, { name: "y", function: ["code"], module: "os" }, [call(ref("x"))], "os"),
      ]);
      const model = await modelFromJson(spec).ready();
      expect(() => model.predict(x)).toThrow(/not known|never run/);
      expect(() => model.predict(x)).toThrow(UnsupportedError);
    }
    const evil = JSON.parse(
      '{"module":"keras","class_name":"Functional","config":{"name":"m","layers":[{"class_name":"InputLayer","config":{"name":"x","batch_shape":[null,3]},"inbound_nodes":[]},{"class_name":"ReLU","config":{"name":"y","__proto__":{"polluted":1}},"inbound_nodes":[{"args":[{"class_name":"__keras_tensor__","config":{"keras_history":["x",0,0]}}],"kwargs":{"__proto__":{"polluted":1},"constructor":1}}]}],"input_layers":[["x",0,0]],"output_layers":[["y",0,0]]}}',
    ) as Spec;
    expect(((await predicts(evil)) as { shape: number[] }).shape).toEqual([2, 3]);
    expect(({} as Spec)["polluted"]).toBeUndefined();
  });

  test("what is nested without end", async () => {
    await refused(() => modelFromJson(`{"class_name":${"[".repeat(100000)}${"]".repeat(100000)}}`), /nested deeper/);
    let deep: Spec = of("ReLU", { name: "y" });
    for (let i = 0; i < 100; i++) deep = of("TimeDistributed", { name: "y", layer: deep });
    await refused(() => predicts(functional([inputLayer(), deep])), /nested deeper/);
    // Each level makes two of the next.
    let wide: Spec = of("LSTM", { name: "y", units: 1 });
    for (let i = 0; i < 40; i++) wide = of("Bidirectional", { name: "y", layer: wide });
    await refused(() => predicts(functional([inputLayer(), wide])), /more than 100000 layers/);
  });

  test("inputs that nobody could give have a summary all the same", () => {
    const start = performance.now();
    expect(modelFromJson(functional([inputLayer("x", [null, 1e9]), of("ReLU", { name: "y" })])).summary()).toContain(
      "?",
    );
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test("models that call each other twice, again and again", async () => {
    let inner: Spec = of("ReLU", { name: "y" });
    for (let i = 0; i < 40; i++) {
      const own = inner["class_name"] === "ReLU" ? "ReLU" : "Sequential";
      const first = {
        ...inner,
        config: { ...(inner["config"] as Spec), name: "f" },
        inbound_nodes: [call(ref("x")), call(ref("f"))],
      };
      inner = functional([inputLayer(), first, of("Add", { name: "y" }, [call([ref("f"), ref("f", 1)])])]);
      expect(own).toBeDefined();
    }
    await refused(() => predicts(inner), /more than 1000000 times/);
  });
});

describe("weights", () => {
  const made = (): Model =>
    sequential([input({ shape: [3] }), dense({ units: 4, activation: "relu" }), dense({ units: 2 })]);

  /** The `.h5` of a model, with one dataset of other numbers. */
  function altered(change: (file: File) => void): Uint8Array {
    const file = new File(h5Bytes(made()), "r+");
    try {
      change(file);
      return file.toUint8Array();
    } finally {
      file.close();
    }
  }

  test("that have other shapes", async () => {
    const bytes = altered((file) => {
      file.delete("model_weights/dense/dense/kernel:0");
      file.createDataset("model_weights/dense/dense/kernel:0", {
        data: array(new Float32Array(10), { shape: [5, 2] }),
      });
    });
    await refused(() => fromHdf5(bytes).predict(x), /takes 5 numbers a row, not 3/);
    const bias = altered((file) => {
      file.delete("model_weights/dense/dense/bias:0");
      file.createDataset("model_weights/dense/dense/bias:0", { data: new Float32Array(3) });
    });
    await refused(() => fromHdf5(bias).predict(x), /bias of 3 for 4 units/);
    const texts = altered((file) => {
      file.delete("model_weights/dense/dense/bias:0");
      file.createDataset("model_weights/dense/dense/bias:0", { data: ["a", "b"] });
    });
    await refused(() => fromHdf5(texts), /holds no numbers/);
  });

  test("that are missing", async () => {
    await refused(
      () => fromHdf5(altered((file) => void file.delete("model_weights/dense/dense/kernel:0"))),
      /kernel:0/,
    );
    await refused(() => fromHdf5(altered((file) => void file.delete("model_weights/dense"))), /dense/);
    await refused(() => fromHdf5(altered((file) => void file.delete("model_weights"))), /./);
    await refused(() => fromHdf5(altered((file) => void file.attrs.delete("model_config"))), /no model_config/);
    await refused(() => modelFromJson(made().config).predict(x), /has no weight kernel/);
  });

  test("of another model leave the model as it was", async () => {
    const model = made();
    const before = model.getWeights();
    const other = sequential([input({ shape: [3] }), dense({ units: 5 }), dense({ units: 2 })]);
    await refused(() => weightsFrom(model, h5Bytes(other)), /has the shape \(3, 4\), that of the file \(3, 5\)/);
    await refused(() => weightsFrom(model, kerasBytes(other)), /has the shape/);
    const more = sequential([input({ shape: [3] }), dense({ units: 4 }), dense({ units: 2 }), dense({ units: 2 })]);
    await refused(() => weightsFrom(model, h5Bytes(more)), /./);
    await expect(loadWeights(model, new Uint8Array(50))).rejects.toThrow(FormatError);
    expect(model.getWeights().every((w, i) => w.equal(before[i] as never))).toBe(true);
    await loadWeights(model, h5Bytes(made()));
    expect(model.getWeights()[0]?.equal(before[0] as never)).toBe(false);
  });
});

test("a model that comes at once says that the code of its layers is to be fetched", async () => {
  const spec = functional([inputLayer(), of("UnitNormalization", { name: "y" })]);
  const model = modelFromJson(spec);
  expect(() => model.predict(x)).toThrow(
    "the code of UnitNormalization is fetched when it is wanted: await model.ready()",
  );
  expect(model.name).toBe("m");
  expect((await model.predictAsync(x)) as unknown).toEqual(model.predict(x));
  expect(await model.ready()).toBe(model);
});

test("zips and files that are something else", async () => {
  await expect(loadModel(new Uint8Array(0))).rejects.toThrow(FormatError);
  await expect(loadModel(new TextEncoder().encode("PK not a zip at all"))).rejects.toSatisfy(isBrineError);
  const file = File.create();
  file.createDataset("a", { data: new Float32Array(3) });
  await expect(loadModel(file.toUint8Array())).rejects.toThrow(/no Keras model/);
  file.close();
  const bytes = kerasBytes(sequential([input({ shape: [3] }), layer("Flatten")]));
  for (let n = 0; n < bytes.length; n += 37) await expect(loadModel(bytes.slice(0, n))).rejects.toSatisfy(isBrineError);
});
