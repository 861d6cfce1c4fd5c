/**
 * Models that predict and evaluate.
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import { NDArray } from "../../core/ndarray/index.ts";
import { inspect, type Parts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { repr } from "../../core/values/repr.ts";
import { classWeights, judged, together } from "./evaluate.ts";
import { Graph } from "./graph.ts";
import type { Config, Layer } from "./layer.ts";
import type { Later } from "./make.ts";
import { summaryText } from "./summary.ts";
import { fromArray, rows, type Tensor, toArray } from "./tensor.ts";
import { allWeights, insideOf, setAll } from "./weights.ts";

/** What a model takes: numbers (or texts) in the shape of a batch. */
export type ModelInput = NDArray | readonly unknown[] | ArrayBufferView;

/** One batch, a list of them for a model of several inputs, or an object of them by name. */
export type ModelInputs = ModelInput | Readonly<Record<string, ModelInput>>;

/** Options of {@link Model.evaluate}. */
export interface EvaluateOptions extends PredictOptions {
  /** Instead of what the model was compiled with. */
  loss?: unknown;
  metrics?: unknown;
  weightedMetrics?: unknown;
  lossWeights?: unknown;
  /** A weight for each sample; of several outputs a list or an object of them. */
  sampleWeight?: ModelInputs;
  /** A weight for each class. */
  classWeight?: Readonly<Record<string | number, number>>;
}

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
  /** @internal The configuration as its file has it, letter by letter; null for a model made here. */
  readonly text: string | null;
  /** @internal Its layers, or how they are made when their code is fetched. */
  held: Graph | Later;
  #changed = false;

  /** @internal */
  constructor(
    graph: Graph | Later,
    config: Config,
    trainingConfig: Config | null,
    kerasVersion: string,
    text: string | null,
  ) {
    this.text = text;
    this.held = graph;
    this.config = config;
    this.trainingConfig = trainingConfig;
    this.kerasVersion = kerasVersion;
  }

  get name(): string {
    if (this.held instanceof Graph) return this.held.name;
    return String((this.config["config"] as Config | undefined)?.["name"] ?? "");
  }

  /**
   * Fetches the code of layers that few models have (attention, words, pictures, operations). `loadModel` has done it; a
   * model that comes at once, from bytes or in a pickle, wants it before it predicts, and says so.
   *
   * @example
   * ```ts
   * const model = await modelFromJson(text).ready();
   * ```
   */
  async ready(): Promise<this> {
    if (!(this.held instanceof Graph)) this.held = await this.held.make();
    return this;
  }

  /** Its layers, in Keras's order. */
  get layers(): readonly Layer[] {
    return this.graph.className === "Sequential"
      ? this.graph.layers.filter(({ className }) => className !== "InputLayer")
      : this.graph.layers;
  }

  /** @internal */
  get graph(): Graph {
    if (this.held instanceof Graph) return this.held;
    const { classes } = this.held;
    throw new UnsupportedError(
      "layers",
      `the code of ${classes.join(", ")} is fetched when it is wanted: await model.ready() first`,
      { format: "keras" },
    );
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
    return allWeights(this.graph).map(({ value }) => toArray(value).copy());
  }

  /** Puts other numbers in; shapes must be the same. `RangeError` where they are not. */
  setWeights(values: readonly ModelInput[]): void {
    const old = allWeights(this.graph);
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
    this.setTensors(made);
  }

  /** @internal The same of tensors whose shapes are right. */
  setTensors(values: readonly Tensor[]): void {
    setAll(this.graph, values);
    this.#changed = true;
  }

  /** The version of Keras that wrote it, 2.15 as 2015. */
  get #era(): number {
    const [major = 3, minor = 0] = this.kerasVersion.split(".").map((part) => Number.parseInt(part, 10) || 0);
    return major * 1000 + minor;
  }

  /** Names of the outputs, in their order. */
  get outputNames(): readonly string[] {
    return this.graph.outputNames;
  }

  /** Forgets the states that stateful recurrent layers carry from batch to batch. */
  resetStates(): void {
    const todo: Layer[] = [this.graph];
    for (let layer = todo.pop(); layer !== undefined; layer = todo.pop()) {
      layer.resetStates();
      todo.push(...insideOf(layer));
    }
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
   * one batch, or a list of batches for a model of several inputs (or an object of them by name). `T` is the type that
   * is expected: `NDArray`, unless several outputs are.
   *
   * `RangeError` for shapes that do not fit, `UnsupportedError` naming a layer that is not known.
   */
  predict<T extends NDArray | NDArray[] = NDArray>(input: ModelInputs, options: PredictOptions = {}): T {
    const steps = this.#batches(input, options);
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value as T;
    }
  }

  /** The same, giving way between batches; it can be stopped. */
  async predictAsync<T extends NDArray | NDArray[] = NDArray>(
    input: ModelInputs,
    options: PredictAsyncOptions = {},
  ): Promise<T> {
    await this.ready();
    const steps = this.#batches(input, options);
    for (;;) {
      options.signal?.throwIfAborted();
      const { done, value } = steps.next();
      if (done) return value as T;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /** The same by the names of the outputs. */
  predictNamed(input: ModelInputs, options: PredictOptions = {}): Record<string, NDArray> {
    const made = [this.predict<NDArray | NDArray[]>(input, options)].flat();
    return Object.fromEntries(this.outputNames.map((name, i) => [name, made[i] as NDArray] as const));
  }

  /** What the layer of a name makes of samples. */
  outputOf(layer: string, input: ModelInputs): NDArray {
    this.getLayer(layer);
    return toArray(this.graph.run(this.#inputs(input), layer)[0] as Tensor);
  }

  *#batches(input: ModelInputs, { batchSize = 32, onProgress }: PredictOptions): Generator<void, NDArray | NDArray[]> {
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
    const other = inputs.find(({ shape }) => shape[0] !== total);
    if (other !== undefined) throw new RangeError(`inputs have ${total} and ${other.shape[0]} samples`);
    const parts: Tensor[][] = [];
    for (let at = 0; at < Math.max(1, total); at += batchSize) {
      parts.push(this.graph.run(inputs.map((x) => rows(x, at, at + batchSize))));
      onProgress?.(Math.min(total, at + batchSize), total);
      yield;
    }
    return (parts[0] as Tensor[]).map((_, k) => together(parts.map((part) => part[k] as Tensor)));
  }

  /** The tensors of what was given, shapes checked. */
  #inputs(input: ModelInputs): Tensor[] {
    const { inputs, inputShapes, inputNames } = this.graph;
    let given: readonly unknown[];
    if (typeof input !== "object" || input === null) {
      throw new TypeError(`a model takes arrays, lists of numbers or an object of them, not ${String(input)}`);
    }
    if (input instanceof NDArray || ArrayBuffer.isView(input)) given = [input];
    else if (Array.isArray(input)) given = inputs.length === 1 && !(input[0] instanceof NDArray) ? [input] : input;
    else {
      const named = input as Readonly<Record<string, ModelInput>>;
      given = inputs.map(({ layer }, i) => {
        const name = [inputNames[i] as string, layer].find((one) => Object.hasOwn(named, one));
        if (name === undefined) throw new RangeError(`the model takes an input named ${inputNames[i]}`);
        return named[name];
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
  evaluate(input: ModelInputs, targets: ModelInputs, options: EvaluateOptions = {}): number[] {
    return Object.values(this.evaluateNamed(input, targets, options));
  }

  /**
   * The same by name: `{ loss, accuracy, … }`; models of several outputs have `{ loss, a_loss, b_loss, a_accuracy, … }`.
   * A metric of several values gives one for each: `f1_score[0]`.
   */
  evaluateNamed(input: ModelInputs, targets: ModelInputs, options: EvaluateOptions = {}): Record<string, number> {
    const loss = options.loss ?? this.trainingConfig?.["loss"];
    if (loss === undefined || loss === null) {
      throw new TypeError("the model was not compiled: pass { loss, metrics } to evaluate");
    }
    const batchSize = options.batchSize ?? 32;
    const steps = this.#run(this.#inputs(input), batchSize, options.onProgress);
    let step = steps.next();
    while (!step.done) step = steps.next();
    const names = this.outputNames;
    const ys = byOutput(targets, names, "targets");
    const weights = options.sampleWeight === undefined ? null : byOutput(options.sampleWeight, names, "weights", true);
    const outputs = step.value.map((p, k) => {
      const y = ys[k] as Tensor;
      if (y.shape[0] !== p.shape[0]) throw new RangeError(`${p.shape[0]} samples have ${y.shape[0]} targets`);
      let own: Float64Array | null = weights?.[k] === undefined ? null : Float64Array.from((weights[k] as Tensor).data);
      if (options.classWeight !== undefined) {
        const more = classWeights(y, options.classWeight);
        own = own === null ? more : Float64Array.from(own, (w, i) => w * (more[i] as number));
      }
      return { p, y, weights: own };
    });
    return judged(outputs, {
      loss,
      metrics: options.metrics ?? this.trainingConfig?.["metrics"],
      weightedMetrics: options.weightedMetrics ?? (options.metrics ? null : this.trainingConfig?.["weighted_metrics"]),
      lossWeights: options.lossWeights ?? this.trainingConfig?.["loss_weights"],
      names,
      batchSize,
      era: this.#era,
    });
  }

  /** The table that Keras prints. */
  summary(): string {
    const text = summaryText(this);
    // Finding the shapes was no batch of anyone's.
    this.resetStates();
    return text;
  }

  get [pyType](): string {
    return "keras.Model";
  }
  [pyRepr](): Parts {
    return [`<${String(this.config["class_name"])} name=${this.name}, built=True>`];
  }
  [inspect](): string {
    return repr(this);
  }
}

/** What belongs to each output: of a list, or of an object by name; weights may be the same for all. */
function byOutput(given: ModelInputs, names: readonly string[], what: string, same = false): Tensor[] {
  if (given instanceof NDArray || ArrayBuffer.isView(given) || (Array.isArray(given) && names.length === 1)) {
    if (names.length > 1 && !same) throw new RangeError(`the model has ${names.length} outputs: give ${what} for each`);
    const own = Array.isArray(given) && given.length === 1 && given[0] instanceof NDArray ? given[0] : given;
    return names.map(() => fromArray(own));
  }
  if (Array.isArray(given)) {
    if (given.length !== names.length) throw new RangeError(`${names.length} outputs have ${given.length} ${what}`);
    return given.map(fromArray);
  }
  const named = given as Readonly<Record<string, ModelInput>>;
  return names.map((name) => {
    if (!Object.hasOwn(named, name)) throw new RangeError(`there are no ${what} for the output ${name}`);
    return fromArray(named[name]);
  });
}
