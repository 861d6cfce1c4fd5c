/**
 * Dense, embedding, and layers that only change the shape.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import { type Activation, activation, each, kernelOf, reluOf, softmax } from "../activations.ts";
import { type Config, Layer, type LayerContext, namedTensor } from "../layer.ts";
import { axesOf, fits, spread } from "../ops/nd.ts";
import { type After, reshaped, sizeOf, type Tensor, tensor, transposed } from "../tensor.ts";
import { channelsLast } from "./spatial.ts";

/** A layer without weights that is a function of one tensor. */
export class Plain extends Layer {
  readonly #run: (x: Tensor, config: Config) => Tensor;
  readonly #keeps: boolean;

  constructor(className: string, config: Config, run: (x: Tensor, config: Config) => Tensor, keeps = true) {
    super(className, config);
    this.#run = run;
    this.#keeps = keeps;
  }
  override get keepsMask(): boolean {
    return this.#keeps;
  }
  get names(): readonly [] {
    return [];
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.any(inputs);
    this.demand(x.text === undefined || this.#run === identity || this.#run === reshape, "takes numbers, not texts");
    return this.#run(x, this.config);
  }
}

/** A copy that may be changed in place. */
export function copied(x: Tensor): Tensor {
  return { ...x, data: x.data.slice() };
}

/** Input: what goes in comes out. */
export const identity = (x: Tensor): Tensor => x;

export class Dense extends Layer {
  readonly #activation: Activation;
  readonly #after: After | null;
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.#activation = activation(config["activation"], context.modern);
    this.#after = kernelOf(config["activation"]);
  }
  get names(): readonly (readonly [string, boolean])[] {
    return this.config["use_bias"] === false
      ? [["kernel", true]]
      : [
          ["kernel", true],
          ["bias", true],
        ];
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.one(inputs);
    const kernel = this.tensorOf("kernel");
    const [inner = 0, units = 0] = kernel.shape;
    this.demand(kernel.shape.length === 2 && inner > 0, `has a kernel of (${kernel.shape.join(", ")})`);
    const last = x.shape[x.shape.length - 1];
    this.demand(last === inner, `takes ${inner} numbers a row, not ${last}`);
    const bias = this.config["use_bias"] === false ? null : this.weight("bias");
    const rows = x.data.length / inner;
    const shape = [...x.shape.slice(0, -1), units];
    this.demand(bias === null || bias.length === units, `has a bias of ${bias?.length} for ${units} units`);
    const out = this.room(rows * units);
    const round = this.precision?.steps ?? null;
    if (round !== null) {
      this.multiplied("kernel", x.data, rows, null, out);
      return this.#activation(tensor(shape, this.biased(out, bias, round)));
    }
    const done = this.multiplied("kernel", x.data, rows, bias, out, this.#after ?? "none") && this.#after !== null;
    return done ? tensor(shape, out) : this.#activation(tensor(shape, out));
  }
}

export class Embedding extends Layer {
  get names(): readonly (readonly [string, boolean])[] {
    return [["embeddings", true]];
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.one(inputs);
    const table = this.tensorOf("embeddings");
    this.demand(table.shape.length === 2, "has embeddings that are no matrix");
    const [count = 0, width = 0] = table.shape;
    const out = new Float32Array(x.data.length * width);
    for (let i = 0; i < x.data.length; i++) {
      const row = Math.trunc(x.data[i] as number);
      if (row < 0 || row >= count) throw new RangeError(`${row} is no index of an embedding of ${count} rows`);
      out.set(table.data.subarray(row * width, (row + 1) * width), i * width);
    }
    const mask = this.config["mask_zero"] === true ? Uint8Array.from(x.data, (v) => (v === 0 ? 0 : 1)) : undefined;
    return tensor([...x.shape, width], out, mask);
  }
}

export class PReLU extends Layer {
  get names(): readonly (readonly [string, boolean])[] {
    return [["alpha", true]];
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.one(inputs);
    const alpha = this.tensorOf("alpha");
    const inner = x.shape.slice(1);
    const out = x.data.slice();
    // Shared axes have length one in alpha.
    const steps = alpha.shape.map((n, axis) => (n === 1 ? 0 : sizeOf(alpha.shape.slice(axis + 1))));
    const size = sizeOf(inner);
    const fitting = alpha.shape.length === inner.length && alpha.shape.every((n, i) => n === 1 || n === inner[i]);
    this.demand(fitting, `has an alpha of (${alpha.shape.join(", ")}) for (${inner.join(", ")})`);
    for (let i = 0; i < out.length; i++) {
      if ((out[i] as number) >= 0) continue;
      let rest = i % size;
      let at = 0;
      for (let axis = inner.length - 1; axis >= 0; axis--) {
        const n = inner[axis] as number;
        at += (rest % n) * (steps[axis] as number);
        rest = Math.floor(rest / n);
      }
      out[i] = (out[i] as number) * (alpha.data[at] as number);
    }
    return tensor(x.shape, out);
  }
}

export class Activated extends Layer {
  readonly #activation: Activation;
  constructor(className: string, config: Config, made: Activation) {
    super(className, config);
    this.#activation = made;
  }
  get names(): readonly [] {
    return [];
  }
  call(inputs: readonly Tensor[]): Tensor {
    return this.#activation(copied(this.one(inputs)));
  }
}

/** Activation, and the layers that are one. */
export function activated(className: string, config: Config, context: LayerContext): Layer {
  switch (className) {
    case "ReLU":
      return new Activated(className, config, reluOf(config));
    case "LeakyReLU":
      return new Activated(
        className,
        config,
        activation(
          { class_name: "leaky_relu", config: { negative_slope: 0.3, ...defined(config, "negative_slope", "alpha") } },
          context.modern,
        ),
      );
    case "ELU":
      return new Activated(className, config, activation({ class_name: "elu", config }, context.modern));
    case "Softmax":
      return new Softmax(className, config);
    case "ThresholdedReLU": {
      const theta = Number(config["theta"] ?? 1);
      return new Activated(className, config, (x) => each(x, (v) => (v > theta ? v : 0)));
    }
    default:
      return new Activated(className, config, activation(config["activation"], context.modern));
  }
}

function defined(config: Config, ...names: string[]): Record<string, unknown> {
  for (const name of names)
    if (config[name] !== undefined && config[name] !== null) return { negative_slope: config[name] };
  return {};
}

/** Softmax along one axis or several; what a mask leaves out counts nothing. */
class Softmax extends Layer {
  get names(): readonly [] {
    return [];
  }
  call(inputs: readonly Tensor[], options: Config): Tensor {
    const x = this.any(inputs.slice(0, 1));
    const mask = namedTensor(options, "mask") ?? inputs[1];
    const data = x.data.slice();
    if (mask !== undefined) {
      const seen = spread(mask, x.shape);
      for (let i = 0; i < data.length; i++) if (seen[i] === 0) data[i] = -1e9 + (data[i] as number);
    }
    const axes = axesOf(this.config["axis"] ?? -1, x.shape.length);
    if (axes.length === 1) return softmax(tensor(x.shape, data), axes[0]);
    const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const order = [...others, ...axes];
    const rows = transposed(tensor(x.shape, data), order);
    const n = sizeOf(axes.map((axis) => x.shape[axis] as number));
    softmax(tensor([rows.data.length / n, n], rows.data));
    return transposed(
      rows,
      order.map((_, i) => order.indexOf(i)),
    );
  }
}

export function flatten(given: Tensor, config: Config): Tensor {
  const isFirst = config["data_format"] === "channels_first" && given.shape.length > 2;
  const x = isFirst ? channelsLast(given) : given;
  return reshaped(x, [x.shape[0] as number, sizeOf(x.shape.slice(1))]);
}

export function reshape(x: Tensor, config: Config): Tensor {
  const wanted = config["target_shape"];
  if (!Array.isArray(wanted)) throw new FormatError("a Reshape has no target_shape", { format: "keras" });
  const target = wanted.map(Number);
  const size = sizeOf(x.shape.slice(1));
  const known = target.reduce((a, b) => (b < 0 ? a : a * b), 1);
  const shape = target.map((n) => (n < 0 ? size / known : n));
  if (sizeOf(shape) !== size || !shape.every((n) => Number.isInteger(n)))
    throw new FormatError(`${size} numbers do not fit the shape ${target}`, { format: "keras" });
  return reshaped(x, [x.shape[0] as number, ...shape]);
}

export function permute(x: Tensor, config: Config): Tensor {
  const dims = [config["dims"]].flat();
  const order = axesOf([0, ...dims], x.shape.length);
  if (order.length !== x.shape.length || new Set(order).size !== order.length) {
    throw new FormatError(`${String(dims)} are not the axes of (${x.shape.join(", ")})`, { format: "keras" });
  }
  return transposed(x, order);
}

export function repeat(x: Tensor, config: Config): Tensor {
  const n = Number(config["n"]);
  fits([n, x.data.length]);
  const [samples = 0, width = 0] = x.shape;
  const out = new Float32Array(samples * n * width);
  for (let i = 0; i < samples; i++) {
    const row = x.data.subarray(i * width, (i + 1) * width);
    for (let k = 0; k < n; k++) out.set(row, (i * n + k) * width);
  }
  return tensor([samples, n, width], out);
}

/** Steps that hold nothing but one value do not count. */
export function masking(x: Tensor, config: Config): Tensor {
  const value = Math.fround(Number(config["mask_value"] ?? 0));
  const width = x.shape[x.shape.length - 1] ?? 1;
  const mask = new Uint8Array(sizeOf(x.shape.slice(0, -1)));
  const data = x.data.slice();
  for (let i = 0; i < mask.length; i++) {
    const row = data.subarray(i * width, (i + 1) * width);
    mask[i] = row.some((v) => v !== value) ? 1 : 0;
    if (mask[i] === 0) row.fill(0);
  }
  return tensor(x.shape, data, mask);
}

/** Rescaling: by a factor, plus an offset; both may be lists, for the last axis. */
export function rescale(x: Tensor, config: Config): Tensor {
  const last = x.shape[x.shape.length - 1] ?? 1;
  const list = (value: unknown, fallback: number): Float32Array => {
    const numbers = Float32Array.from([value ?? fallback].flat().map(Number));
    if (numbers.length !== 1 && numbers.length !== last)
      throw new FormatError(`${numbers.length} factors for ${last} channels`, { format: "keras" });
    return numbers;
  };
  const [scale, offset] = [list(config["scale"], 1), list(config["offset"], 0)];
  const data = new Float32Array(x.data.length);
  for (let i = 0; i < data.length; i++) {
    const product = Math.fround((x.data[i] as number) * (scale[scale.length === 1 ? 0 : i % last] as number));
    data[i] = product + (offset[offset.length === 1 ? 0 : i % last] as number);
  }
  return tensor(x.shape, data, x.mask);
}
