/**
 * Recurrent layers, and what wraps layers.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import { type Activation, activation } from "../activations.ts";
import { type Config, Layer, type LayerContext } from "../layer.ts";
import { matmul, reshaped, sizeOf, type Tensor, tensor } from "../tensor.ts";
import { join } from "./merge.ts";

/** SimpleRNN, LSTM and GRU. */
export abstract class Recurrent extends Layer {
  protected readonly activation: Activation;
  protected readonly inner: Activation;
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.activation = activation(config["activation"], context.modern);
    this.inner = activation(config["recurrent_activation"] ?? "sigmoid", context.modern);
  }
  get names(): readonly (readonly [string, boolean])[] {
    const both = [
      ["kernel", true],
      ["recurrent_kernel", true],
    ] as const;
    return this.config["use_bias"] === false ? both : [...both, ["bias", true]];
  }
  override get place(): string {
    return "cell";
  }
  override get keepsMask(): boolean {
    return this.config["return_sequences"] === true;
  }
  protected get units(): number {
    return Number(this.config["units"]);
  }
  /** How many states are carried on. */
  protected abstract readonly states: number;
  /** One step: the projected input and the states before; writes the states after, the first of which comes out. */
  protected abstract step(projected: Float32Array, at: number, states: Float32Array[]): void;
  /** Columns of the kernel. */
  protected get bias(): Float32Array | null {
    return this.config["use_bias"] === false ? null : this.weight("bias");
  }

  call(inputs: readonly Tensor[]): Tensor | Tensor[] {
    const [x, ...initial] = inputs as [Tensor, ...Tensor[]];
    const [samples = 0, steps = 0, width = 0] = x.shape;
    this.demand(x.shape.length === 3, `takes three axes, not ${x.shape.length}`);
    const kernel = this.tensorOf("kernel");
    this.demand(kernel.shape[0] === width, `takes ${kernel.shape[0]} numbers a step, not ${width}`);
    const columns = kernel.shape[1] as number;
    const bias = this.bias;
    const projected = matmul(
      x.data,
      kernel.data,
      samples * steps,
      width,
      columns,
      bias === null ? null : bias.subarray(0, columns),
    );
    const { units } = this;
    const sequences = this.config["return_sequences"] === true;
    const backwards = this.config["go_backwards"] === true;
    const out = new Float32Array(samples * (sequences ? steps : 1) * units);
    const last = Array.from({ length: this.states }, () => new Float32Array(samples * units));
    for (let s = 0; s < samples; s++) {
      const states = Array.from({ length: this.states }, (_, k) =>
        initial[k] === undefined
          ? new Float32Array(units)
          : (initial[k] as Tensor).data.slice(s * units, (s + 1) * units),
      );
      for (let i = 0; i < steps; i++) {
        const t = backwards ? steps - 1 - i : i;
        if (x.mask === undefined || x.mask[s * steps + t] !== 0) {
          this.step(projected, (s * steps + t) * columns, states);
          if (sequences) out.set(states[0] as Float32Array, (s * steps + i) * units);
        } else if (sequences) {
          // A step that does not count gives again what the one before gave.
          if (this.config["zero_output_for_mask"] !== true && i > 0) {
            out.copyWithin((s * steps + i) * units, (s * steps + i - 1) * units, (s * steps + i) * units);
          }
        }
      }
      if (!sequences) out.set(states[0] as Float32Array, s * units);
      for (const [k, state] of states.entries()) (last[k] as Float32Array).set(state, s * units);
    }
    const made = tensor(sequences ? [samples, steps, units] : [samples, units], out);
    if (this.config["return_state"] !== true) return made;
    return [made, ...last.map((data) => tensor([samples, units], data))];
  }

  /** A state times the recurrent kernel. */
  protected recur(state: Float32Array, into: Float64Array): void {
    const kernel = this.weight("recurrent_kernel");
    const columns = into.length;
    into.fill(0);
    for (let k = 0; k < state.length; k++) {
      const h = state[k] as number;
      if (h === 0) continue;
      for (let j = 0; j < columns; j++) into[j]! += h * (kernel[k * columns + j] as number);
    }
  }

  protected apply(f: Activation, numbers: Float32Array): Float32Array {
    return f(tensor([1, numbers.length], numbers)).data;
  }
}

export class SimpleRNN extends Recurrent {
  protected readonly states = 1;
  protected step(projected: Float32Array, at: number, states: Float32Array[]): void {
    const { units } = this;
    const sums = new Float64Array(units);
    this.recur(states[0] as Float32Array, sums);
    const next = new Float32Array(units);
    for (let j = 0; j < units; j++) next[j] = (projected[at + j] as number) + (sums[j] as number);
    states[0] = this.apply(this.activation, next);
  }
}

export class LSTM extends Recurrent {
  protected readonly states = 2;
  protected step(projected: Float32Array, at: number, states: Float32Array[]): void {
    const { units } = this;
    const [h, c] = states as [Float32Array, Float32Array];
    const sums = new Float64Array(4 * units);
    this.recur(h, sums);
    const gate = (k: number): Float32Array => {
      const out = new Float32Array(units);
      for (let j = 0; j < units; j++)
        out[j] = (projected[at + k * units + j] as number) + (sums[k * units + j] as number);
      return out;
    };
    const i = this.apply(this.inner, gate(0));
    const f = this.apply(this.inner, gate(1));
    const g = this.apply(this.activation, gate(2));
    const o = this.apply(this.inner, gate(3));
    const next = new Float32Array(units);
    for (let j = 0; j < units; j++) next[j] = (f[j] as number) * (c[j] as number) + (i[j] as number) * (g[j] as number);
    const shown = this.apply(this.activation, next.slice());
    const out = new Float32Array(units);
    for (let j = 0; j < units; j++) out[j] = (o[j] as number) * (shown[j] as number);
    states[0] = out;
    states[1] = next;
  }
}

export class GRU extends Recurrent {
  protected readonly states = 1;
  protected override get bias(): Float32Array | null {
    const bias = super.bias;
    if (bias === null) return null;
    // With reset_after there are two rows: for the input, and for the state.
    return bias.subarray(0, 3 * this.units);
  }
  protected step(projected: Float32Array, at: number, states: Float32Array[]): void {
    const { units } = this;
    const h = states[0] as Float32Array;
    const after = this.config["reset_after"] !== false && this.config["reset_after"] !== undefined;
    const sums = new Float64Array(3 * units);
    this.recur(h, sums);
    if (after && this.config["use_bias"] !== false) {
      const second = this.weight("bias");
      for (let j = 0; j < 3 * units; j++) sums[j]! += second[3 * units + j] as number;
    }
    const gate = (k: number): Float32Array => {
      const out = new Float32Array(units);
      for (let j = 0; j < units; j++)
        out[j] = (projected[at + k * units + j] as number) + (sums[k * units + j] as number);
      return this.apply(this.inner, out);
    };
    const z = gate(0);
    const r = gate(1);
    const candidate = new Float32Array(units);
    if (after) {
      for (let j = 0; j < units; j++) {
        candidate[j] = (projected[at + 2 * units + j] as number) + (r[j] as number) * (sums[2 * units + j] as number);
      }
    } else {
      const reset = new Float32Array(units);
      for (let j = 0; j < units; j++) reset[j] = (r[j] as number) * (h[j] as number);
      this.recur(reset, sums);
      for (let j = 0; j < units; j++) {
        candidate[j] = (projected[at + 2 * units + j] as number) + (sums[2 * units + j] as number);
      }
    }
    const made = this.apply(this.activation, candidate);
    const out = new Float32Array(units);
    for (let j = 0; j < units; j++)
      out[j] = (z[j] as number) * (h[j] as number) + (1 - (z[j] as number)) * (made[j] as number);
    states[0] = out;
  }
}

/** A layer at work on every step. */
export class TimeDistributed extends Layer {
  readonly layer: Layer;
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.layer = context.make(config["layer"]);
  }
  get names(): readonly [] {
    return [];
  }
  override get parts(): readonly (readonly [string, Layer])[] {
    return [["layer", this.layer]];
  }
  call(inputs: readonly Tensor[], options: Config): Tensor {
    const x = this.one(inputs);
    const [samples = 0, steps = 0, ...inner] = x.shape;
    const made = this.layer.call([reshaped(x, [samples * steps, ...inner])], options);
    if (Array.isArray(made)) throw new FormatError(`the layer ${this.name} wraps one of several outputs`);
    return reshaped(made, [samples, steps, ...made.shape.slice(1)]);
  }
}

/** Two recurrent layers, one from each end. */
export class Bidirectional extends Layer {
  readonly #forward: Layer;
  readonly #backward: Layer;
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.#forward = context.make(config["layer"]);
    const other = config["backward_layer"];
    const spec = (other ?? config["layer"]) as { config: Record<string, unknown> };
    const backwards = other == null ? spec.config["go_backwards"] !== true : spec.config["go_backwards"] === true;
    this.#backward = context.make({ ...spec, config: { ...spec.config, go_backwards: backwards } });
  }
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return this.#forward.keepsMask;
  }
  override get parts(): readonly (readonly [string, Layer])[] {
    return [
      ["forward_layer", this.#forward],
      ["backward_layer", this.#backward],
    ];
  }
  call(inputs: readonly Tensor[], options: Config): Tensor | Tensor[] {
    const one = [this.#forward.call(inputs, options)].flat();
    const two = [this.#backward.call(inputs, options)].flat();
    const sequences = this.#forward.config["return_sequences"] === true;
    const first = one[0] as Tensor;
    const second = sequences ? turned(two[0] as Tensor) : (two[0] as Tensor);
    const mode = this.config["merge_mode"];
    const states = [...one.slice(1), ...two.slice(1)];
    if (mode === null || mode === undefined) return [first, second, ...states];
    let made: Tensor;
    if (mode === "concat") made = join([first, second], -1);
    else {
      const data = first.data.slice();
      for (let i = 0; i < data.length; i++) {
        const [a, b] = [data[i] as number, second.data[i] as number];
        data[i] = mode === "mul" ? a * b : mode === "ave" ? (a + b) / 2 : a + b;
      }
      made = tensor(first.shape, data);
    }
    return states.length === 0 ? made : [made, ...states];
  }
}

/** Steps from last to first. */
function turned({ shape, data }: Tensor): Tensor {
  const [samples = 0, steps = 0] = shape;
  const width = sizeOf(shape.slice(2));
  const out = new Float32Array(data.length);
  for (let s = 0; s < samples; s++) {
    for (let t = 0; t < steps; t++) {
      const from = (s * steps + t) * width;
      out.set(data.subarray(from, from + width), (s * steps + steps - 1 - t) * width);
    }
  }
  return tensor(shape, out);
}
