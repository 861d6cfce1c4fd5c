/**
 * Dense, embedding, and layers that only change the shape.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import { type Activation, activation, each, reluOf, softmax } from "../activations.ts";
import { type Config, Layer, type LayerContext } from "../layer.ts";
import { matmul, reshaped, sizeOf, type Tensor, tensor, transposed } from "../tensor.ts";

/** A layer without weights that is a function of one tensor. */
export class Plain extends Layer {
  readonly #run: (x: Tensor, config: Config) => Tensor;

  constructor(className: string, config: Config, run: (x: Tensor, config: Config) => Tensor) {
    super(className, config);
    this.#run = run;
  }
  get names(): readonly [] {
    return [];
  }
  call(inputs: readonly Tensor[]): Tensor {
    return this.#run(this.one(inputs), this.config);
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
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.#activation = activation(config["activation"], context.modern);
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
    const last = x.shape[x.shape.length - 1];
    this.demand(last === inner, `takes ${inner} numbers a row, not ${last}`);
    const bias = this.config["use_bias"] === false ? null : this.weight("bias");
    const data = matmul(x.data, kernel.data, x.data.length / inner, inner, units, bias);
    return this.#activation(tensor([...x.shape.slice(0, -1), units], data));
  }
}

export class Embedding extends Layer {
  get names(): readonly (readonly [string, boolean])[] {
    return [["embeddings", true]];
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.one(inputs);
    const table = this.tensorOf("embeddings");
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
      return new Activated(className, config, (x) => softmax(x, axisOf(config["axis"])));
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

function axisOf(axis: unknown): number {
  return Array.isArray(axis) ? Number(axis[0]) : Number(axis ?? -1);
}

export function flatten(x: Tensor): Tensor {
  return reshaped(x, [x.shape[0] as number, sizeOf(x.shape.slice(1))]);
}

export function reshape(x: Tensor, config: Config): Tensor {
  const target = (config["target_shape"] as number[]).map(Number);
  const size = sizeOf(x.shape.slice(1));
  const known = target.reduce((a, b) => (b < 0 ? a : a * b), 1);
  const shape = target.map((n) => (n < 0 ? size / known : n));
  if (sizeOf(shape) !== size)
    throw new FormatError(`${size} numbers do not fit the shape ${target}`, { format: "keras" });
  return reshaped(x, [x.shape[0] as number, ...shape]);
}

export function permute(x: Tensor, config: Config): Tensor {
  return transposed(x, [0, ...(config["dims"] as number[])]);
}

export function repeat(x: Tensor, config: Config): Tensor {
  const n = Number(config["n"]);
  const [samples = 0, width = 0] = x.shape;
  const out = new Float32Array(samples * n * width);
  for (let i = 0; i < samples; i++) {
    const row = x.data.subarray(i * width, (i + 1) * width);
    for (let k = 0; k < n; k++) out.set(row, (i * n + k) * width);
  }
  return tensor([samples, n, width], out);
}

export function rescale(x: Tensor, config: Config): Tensor {
  const scale = config["scale"];
  const offset = config["offset"] ?? 0;
  const last = x.shape[x.shape.length - 1] as number;
  const at = (value: unknown, i: number): number => (Array.isArray(value) ? Number(value[i % last]) : Number(value));
  const data = new Float32Array(x.data.length);
  for (let i = 0; i < data.length; i++)
    data[i] = Math.fround((x.data[i] as number) * Math.fround(at(scale, i))) + at(offset, i);
  return tensor(x.shape, data);
}

/** Steps that hold nothing but one value do not count. */
export function masking(x: Tensor, config: Config): Tensor {
  const value = Math.fround(Number(config["mask_value"] ?? 0));
  const [samples = 0, steps = 0] = x.shape;
  const width = sizeOf(x.shape.slice(2));
  const mask = new Uint8Array(samples * steps);
  const data = x.data.slice();
  for (let i = 0; i < mask.length; i++) {
    const row = data.subarray(i * width, (i + 1) * width);
    mask[i] = row.some((v) => v !== value) ? 1 : 0;
    if (mask[i] === 0) row.fill(0);
  }
  return tensor(x.shape, data, mask);
}
