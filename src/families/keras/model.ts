/**
 * Models that predict and evaluate.
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import { inspect, type Parts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { repr } from "../../core/values/repr.ts";
import type { Graph } from "./graph.ts";
import type { Config, Layer } from "./layer.ts";
import { lossOf, metricOf } from "./losses.ts";
import { summaryText } from "./summary.ts";
import { fromArray, rows, sizeOf, type Tensor, tensor, toArray } from "./tensor.ts";
import { allWeights, setAll } from "./weights.ts";

/** What a model takes: numbers in the shape of a batch. */
export type ModelInput = NDArray | readonly unknown[] | ArrayBufferView;

/** Options of {@link Model.predict}. */
export interface PredictOptions {
  /** Samples that go through the model at once (32). */
  batchSize?: number;
  /** Told after each batch. */
  onProgress?: (done: number, total: number) => void;
}

/** Options of {@link Model.predictAsync}. */
export interface PredictAsyncOptions extends PredictOptions {
  signal?: AbortSignal;
}

/**
 * A Keras model, restored: it predicts and evaluates, float32 as Keras does. It cannot be trained.
 *
 * @example
 * ```ts
 * const model = await loadModel("my_model.keras");
 * const probabilities = model.predict(images);
 * ```
 */
export class Model {
  /** The configuration, as the file has it. */
  readonly config: Config;
  /** Loss, metrics and optimizer it was compiled with; null when it was not. */
  trainingConfig: Config | null;
  /** The Keras that wrote it. */
  readonly kerasVersion: string;
  readonly #graph: Graph;
  #changed = false;

  /** @internal */
  constructor(graph: Graph, config: Config, trainingConfig: Config | null, kerasVersion: string) {
    this.#graph = graph;
    this.config = config;
    this.trainingConfig = trainingConfig;
    this.kerasVersion = kerasVersion;
  }

  get name(): string {
    return this.#graph.name;
  }

  /** Its layers, in Keras's order. */
  get layers(): readonly Layer[] {
    return this.#graph.className === "Sequential"
      ? this.#graph.layers.filter(({ className }) => className !== "InputLayer")
      : this.#graph.layers;
  }

  /** @internal */
  get graph(): Graph {
    return this.#graph;
  }

  /** The layer of a name, or at an index. `RangeError` where there is none. */
  getLayer(which: string | number): Layer {
    const found = typeof which === "number" ? this.layers[which] : this.layers.find(({ name }) => name === which);
    if (found !== undefined) return found;
    throw new RangeError(
      `there is no layer ${which}: the layers are ${this.layers.map(({ name }) => name).join(", ")}`,
    );
  }

  /** All weights, in the order of Keras's `model.get_weights()`. */
  getWeights(): NDArray[] {
    return allWeights(this.#graph).map(({ value }) => toArray(value));
  }

  /** Puts other numbers in; shapes must be the same. `RangeError` where they are not. */
  setWeights(values: readonly ModelInput[]): void {
    const old = allWeights(this.#graph);
    const made = values.map(fromArray);
    for (const [i, { value, name }] of old.entries()) {
      const shape = made[i]?.shape;
      if (shape === undefined || String(shape) !== String(value.shape)) {
        throw new RangeError(
          `the weight ${name} has the shape (${value.shape.join(", ")}), not (${shape?.join(", ")})`,
        );
      }
    }
    if (made.length !== old.length) throw new RangeError(`the model has ${old.length} weights, not ${made.length}`);
    setAll(this.#graph, made);
    this.#changed = true;
  }

  /** @internal Sets what the model is trained with. */
  compiled(config: Config): void {
    this.trainingConfig = config;
    this.#changed = true;
  }

  /** @internal Have weights been changed since the model was loaded? */
  get changed(): boolean {
    return this.#changed;
  }

  /**
   * What the model makes of samples: an array of float32, or a list of them for a model of several outputs. `input` is
   * one batch, or a list of batches for a model of several inputs (or an object of them by name).
   *
   * `RangeError` for shapes that do not fit, `UnsupportedError` naming a layer that is not known.
   */
  predict(input: ModelInput | Readonly<Record<string, ModelInput>>, options: PredictOptions = {}): NDArray | NDArray[] {
    const steps = this.#batches(input, options);
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
    }
  }

  /** The same, giving way between batches; it can be stopped. */
  async predictAsync(
    input: ModelInput | Readonly<Record<string, ModelInput>>,
    options: PredictAsyncOptions = {},
  ): Promise<NDArray | NDArray[]> {
    const steps = this.#batches(input, options);
    for (;;) {
      options.signal?.throwIfAborted();
      const { done, value } = steps.next();
      if (done) return value;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /** What the layer of a name makes of samples. */
  outputOf(layer: string, input: ModelInput | Readonly<Record<string, ModelInput>>): NDArray {
    return toArray(this.#graph.run(this.#inputs(input), layer)[0] as Tensor);
  }

  *#batches(
    input: ModelInput | Readonly<Record<string, ModelInput>>,
    { batchSize = 32, onProgress }: PredictOptions,
  ): Generator<void, NDArray | NDArray[]> {
    const made = yield* this.#run(this.#inputs(input), batchSize, onProgress);
    const arrays = made.map(toArray);
    return arrays.length === 1 ? (arrays[0] as NDArray) : arrays;
  }

  *#run(
    inputs: readonly Tensor[],
    batchSize: number,
    onProgress?: (done: number, total: number) => void,
  ): Generator<void, Tensor[]> {
    if (!Number.isInteger(batchSize) || batchSize < 1) throw new RangeError(`batchSize is ${batchSize}`);
    const total = inputs[0]?.shape[0] ?? 0;
    const parts: Tensor[][] = [];
    for (let at = 0; at < Math.max(1, total); at += batchSize) {
      parts.push(this.#graph.run(inputs.map((x) => rows(x, at, at + batchSize))));
      onProgress?.(Math.min(total, at + batchSize), total);
      yield;
    }
    return (parts[0] as Tensor[]).map((first, k) => {
      const data = new Float32Array(parts.reduce((n, part) => n + (part[k] as Tensor).data.length, 0));
      let at = 0;
      for (const part of parts) {
        data.set((part[k] as Tensor).data, at);
        at += (part[k] as Tensor).data.length;
      }
      const inner = first.shape.slice(1);
      return tensor([data.length / sizeOf(inner), ...inner], data);
    });
  }

  /** The tensors of what was given, shapes checked. */
  #inputs(input: ModelInput | Readonly<Record<string, ModelInput>>): Tensor[] {
    const { inputs, inputShapes } = this.#graph;
    let given: readonly unknown[];
    if (input instanceof NDArray || ArrayBuffer.isView(input)) given = [input];
    else if (Array.isArray(input)) given = inputs.length === 1 ? [input] : input;
    else {
      const named = input as Readonly<Record<string, ModelInput>>;
      given = inputs.map(({ layer }) => {
        if (!Object.hasOwn(named, layer)) throw new RangeError(`the model takes an input named ${layer}`);
        return named[layer];
      });
    }
    if (given.length !== inputs.length)
      throw new RangeError(`the model takes ${inputs.length} inputs, not ${given.length}`);
    return given.map((value, i) => {
      const made = fromArray(value);
      const want = inputShapes[i];
      if (want === null || want === undefined) return made;
      // One axis is missing: Keras adds the last one.
      const shape =
        made.shape.length === want.length - 1 && want[want.length - 1] === 1 ? [...made.shape, 1] : made.shape;
      const fits = shape.length === want.length && want.every((n, k) => k === 0 || n === null || n === shape[k]);
      if (!fits) {
        const text = want.map((n) => n ?? "any").join(", ");
        throw new RangeError(`the model takes input of the shape (${text}), not (${made.shape.join(", ")})`);
      }
      return { ...made, shape };
    });
  }

  /**
   * Loss and metrics over samples, as Keras's `evaluate` gives them: `[loss, ...metrics]`, with the loss and metrics the
   * model was compiled with unless others are given. `TypeError` for a model that was not compiled.
   */
  evaluate(
    input: ModelInput | Readonly<Record<string, ModelInput>>,
    targets: ModelInput,
    options: PredictOptions & { loss?: unknown; metrics?: readonly unknown[] } = {},
  ): number[] {
    return Object.values(this.evaluateNamed(input, targets, options));
  }

  /** The same by name: `{ loss, accuracy, … }`. */
  evaluateNamed(
    input: ModelInput | Readonly<Record<string, ModelInput>>,
    targets: ModelInput,
    options: PredictOptions & { loss?: unknown; metrics?: readonly unknown[] } = {},
  ): Record<string, number> {
    const loss = options.loss ?? this.trainingConfig?.["loss"];
    if (loss === undefined || loss === null) {
      throw new TypeError("the model was not compiled: pass { loss, metrics } to evaluate");
    }
    const steps = this.#run(this.#inputs(input), options.batchSize ?? 32, options.onProgress);
    let step = steps.next();
    while (!step.done) step = steps.next();
    const [prediction, ...more] = step.value;
    if (prediction === undefined || more.length > 0) throw new TypeError("evaluate is for models of one output");
    const y = fromArray(targets);
    const out: Record<string, number> = { loss: lossOf(one(loss), y, prediction) };
    const metrics = options.metrics ?? [this.trainingConfig?.["metrics"] ?? []].flat(2);
    for (const spec of metrics) {
      if (spec === null) continue;
      const { name, value } = metricOf(spec, y, prediction);
      out[name] = value;
    }
    return out;
  }

  /** The table that Keras prints. */
  summary(): string {
    return summaryText(this);
  }

  get [pyType](): string {
    return "keras.Model";
  }
  [pyRepr](): Parts {
    return [`<${this.#graph.className} name=${this.name}, built=True>`];
  }
  [inspect](): string {
    return repr(this);
  }
}

/** The one loss of a list or record of one. */
function one(loss: unknown): unknown {
  if (Array.isArray(loss)) return loss[0];
  if (typeof loss === "object" && loss !== null && !("class_name" in loss)) return Object.values(loss)[0];
  return loss;
}
