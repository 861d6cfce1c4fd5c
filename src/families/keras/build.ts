/**
 * Models made here, for Keras to train: `sequential([input({ shape: [10] }), dense({ units: 1 })])`.
 *
 * @module
 */
import type { Config, Layer } from "./layer.ts";
import { begin } from "./make.ts";
import { Model } from "./model.ts";
import { numbered } from "./names.ts";
import { sizeOf, type Tensor, tensor, zeros } from "./tensor.ts";

/** A layer to be: its class, and its settings under Keras's names. */
export interface LayerSpec {
  readonly className: string;
  readonly config: Config;
}

/** The Keras whose configurations are written. */
const VERSION = "3.0.0";

/** Any layer by its class, with settings under Keras's own names (`pool_size`). */
export function layer(className: string, config: Config = {}): LayerSpec {
  return { className, config };
}

/** The input: the shape of one sample. */
export function input({ shape, ...rest }: { shape: readonly (number | null)[] } & Config): LayerSpec {
  // The name that Keras 2 and 3 both know.
  return layer("InputLayer", { batch_input_shape: [null, ...shape], dtype: "float32", sparse: false, ...rest });
}

/** A dense layer of `units`. */
export function dense(config: { units: number; activation?: string } & Config): LayerSpec {
  return layer("Dense", { activation: "linear", use_bias: true, ...config });
}

/** What a model is compiled with. */
export interface CompileOptions {
  optimizer?: string | Config;
  loss?: unknown;
  metrics?: readonly unknown[];
}

/** Options of {@link sequential}. */
export interface BuildOptions {
  name?: string;
  /** Numbers in 0 to 1 for the first weights; `Math.random` unless given. */
  random?: () => number;
}

/** Settings that Keras needs and that nobody writes down. */
const DEFAULTS: Readonly<Record<string, Config>> = {
  Conv1D: { strides: [1], padding: "valid", dilation_rate: [1], groups: 1, activation: "linear", use_bias: true },
  Conv2D: { strides: [1, 1], padding: "valid", dilation_rate: [1, 1], groups: 1, activation: "linear", use_bias: true },
  Conv3D: {
    strides: [1, 1, 1],
    padding: "valid",
    dilation_rate: [1, 1, 1],
    groups: 1,
    activation: "linear",
    use_bias: true,
  },
  BatchNormalization: { axis: -1, epsilon: 1e-3, momentum: 0.99, center: true, scale: true },
  LayerNormalization: { axis: -1, epsilon: 1e-3, center: true, scale: true },
  LSTM: { activation: "tanh", recurrent_activation: "sigmoid", use_bias: true, return_sequences: false },
  GRU: {
    activation: "tanh",
    recurrent_activation: "sigmoid",
    use_bias: true,
    reset_after: true,
    return_sequences: false,
  },
  SimpleRNN: { activation: "tanh", use_bias: true, return_sequences: false },
};

/**
 * A Sequential model with fresh weights (Glorot uniform kernels, zero biases, as Keras makes them). The first layer must
 * be {@link input}. `TypeError` for a layer whose weights cannot be made here.
 *
 * @example
 * ```ts
 * const model = sequential([input({ shape: [10] }), dense({ units: 1 })]);
 * compile(model, { optimizer: "adam", loss: "mse" });
 * model.predict([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]).shape; // [1, 1]
 * ```
 */
export function sequential(specs: readonly LayerSpec[], options: BuildOptions = {}): Model {
  const { name = "sequential", random = Math.random } = options;
  if (specs[0]?.className !== "InputLayer") throw new TypeError("the first layer must be an input({ shape })");
  const names = numbered(specs.map(({ className }) => className));
  const layers = specs.map(({ className, config }, i) => {
    const settings = {
      name: names[i] as string,
      ...(className === "InputLayer" ? {} : { trainable: true, dtype: "float32" }),
      ...DEFAULTS[className],
      ...config,
    };
    return { module: "keras.layers", class_name: className, config: settings, registered_name: null };
  });
  const config = {
    module: "keras",
    class_name: "Sequential",
    config: { name, trainable: true, dtype: "float32", layers },
    registered_name: null,
  };
  const graph = begin(config, 3000, new Map(), ({ inputShapes, layers: made }) => {
    let shape = (inputShapes[0] ?? []).map((n) => n ?? 1);
    for (const one of made) {
      fresh(one, shape, random);
      shape = [...([one.call([zeros(shape)], {})].flat()[0] as Tensor).shape];
    }
  });
  return new Model(graph, config, null, VERSION, null);
}

/** Says what Keras shall train the model with; it is saved with the model. */
export function compile(model: Model, { optimizer = "rmsprop", loss, metrics = [] }: CompileOptions): Model {
  model.compiled({ optimizer, loss: loss ?? null, metrics });
  return model;
}

/** Gives a layer its first weights for input of a shape. */
function fresh(one: Layer, shape: readonly number[], random: () => number): void {
  if (one.names.length === 0 && one.parts.length === 0) return;
  const shapes = shapesOf(one, shape);
  // Those of recurrent layers are their cells'.
  for (const owner of [one, ...one.parts.map(([, part]) => part)]) {
    owner.weights = owner.names.map(([name, trainable]) => {
      const wanted = shapes[name];
      if (wanted === undefined) throw new TypeError(`weights of ${one.className} cannot be made here`);
      return { name, trainable, value: first(name, wanted, random) };
    });
  }
}

function shapesOf(one: Layer, shape: readonly number[]): Readonly<Record<string, readonly number[]>> {
  const last = shape[shape.length - 1] as number;
  const units = Number(one.config["units"]);
  const size = one.config["kernel_size"];
  switch (one.className) {
    case "Dense":
      return { kernel: [last, units], bias: [units] };
    case "Conv1D":
    case "Conv2D":
    case "Conv3D": {
      const axes = Number(one.className[4]);
      const taps = Array.isArray(size) ? size.map(Number) : new Array<number>(axes).fill(Number(size));
      const filters = Number(one.config["filters"]);
      return { kernel: [...taps, last / Number(one.config["groups"] ?? 1), filters], bias: [filters] };
    }
    case "Embedding":
      return { embeddings: [Number(one.config["input_dim"]), Number(one.config["output_dim"])] };
    case "BatchNormalization":
    case "LayerNormalization":
      return { gamma: [last], beta: [last], moving_mean: [last], moving_variance: [last] };
    case "SimpleRNN":
      return { kernel: [last, units], recurrent_kernel: [units, units], bias: [units] };
    case "LSTM":
      return { kernel: [last, 4 * units], recurrent_kernel: [units, 4 * units], bias: [4 * units] };
    case "GRU":
      return {
        kernel: [last, 3 * units],
        recurrent_kernel: [units, 3 * units],
        bias: one.config["reset_after"] === false ? [3 * units] : [2, 3 * units],
      };
    default:
      return {};
  }
}

/** Ones for scales and variances, zeros for biases, numbers of Glorot's range for the rest. */
function first(name: string, shape: readonly number[], random: () => number): Tensor {
  const data = new Float32Array(sizeOf(shape));
  if (/^(gamma|moving_variance)$/.test(name)) data.fill(1);
  else if (!/^(beta|bias|moving_mean)$/.test(name)) {
    const field = sizeOf(shape.slice(0, -2));
    const limit =
      name === "embeddings"
        ? 0.05
        : Math.sqrt(6 / (field * ((shape[shape.length - 2] ?? 1) + (shape[shape.length - 1] as number))));
    for (let i = 0; i < data.length; i++) data[i] = (2 * random() - 1) * limit;
  }
  return tensor(shape, data);
}
