/**
 * ConvLSTM1D, ConvLSTM2D, ConvLSTM3D: recurrent layers whose products are convolutions.
 *
 * @module
 */
import { type Activation, activation } from "../activations.ts";
import { type Config, Layer, type LayerContext } from "../layer.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";
import { Conv } from "./conv.ts";
import { seenSteps, walkThrough } from "./recurrent.ts";
import { channelsFirst, channelsLast } from "./spatial.ts";

/** The cell holds the weights. */
class ConvCell extends Layer {
  get names(): readonly (readonly [string, boolean])[] {
    const both = [
      ["kernel", true],
      ["recurrent_kernel", true],
    ] as const;
    return this.config["use_bias"] === false ? both : [...both, ["bias", true]];
  }
  call(inputs: readonly Tensor[]): Tensor {
    return this.one(inputs);
  }
}

export class ConvLSTM extends Layer {
  readonly #cell: ConvCell;
  readonly #axes: number;
  readonly #context: LayerContext;
  readonly #activation: Activation;
  readonly #inner: Activation;
  #carried: readonly Float32Array[] | null = null;
  constructor(className: string, config: Config, context: LayerContext, axes: number) {
    super(className, config);
    this.#axes = axes;
    this.#context = context;
    this.#cell = new ConvCell(`${className}Cell`, config);
    this.#activation = activation(config["activation"], context.modern);
    this.#inner = activation(config["recurrent_activation"] ?? "hard_sigmoid", context.modern);
  }
  get names(): readonly [] {
    return [];
  }
  override get parts(): readonly (readonly [string, Layer])[] {
    return [["cell", this.#cell]];
  }
  override get keepsMask(): boolean {
    return this.config["return_sequences"] === true;
  }
  override resetStates(): void {
    this.#carried = null;
  }
  #conv(kernel: Tensor, bias: Tensor | null, settings: Config): Conv {
    const name = `Conv${this.#axes}D`;
    const conv = new Conv(name, { name: this.name, use_bias: bias !== null, ...settings }, this.#context, this.#axes);
    conv.weights = [{ name: "kernel", value: kernel, trainable: true }];
    if (bias !== null) conv.weights.push({ name: "bias", value: bias, trainable: true });
    return conv;
  }

  call(inputs: readonly Tensor[], options: Config): Tensor | Tensor[] {
    const [given, ...initial] = inputs as [Tensor, ...Tensor[]];
    this.demand(given !== undefined && given.shape.length === this.#axes + 3, `takes ${this.#axes + 3} axes`);
    const [samples = 0, steps = 0, ...inner] = given.shape;
    const first = this.config["data_format"] === "channels_first";
    const flat = tensor([samples * steps, ...inner], given.data);
    const bias = this.config["use_bias"] === false ? null : this.#cell.tensorOf("bias");
    const settings = {
      strides: this.config["strides"],
      padding: this.config["padding"],
      dilation_rate: this.config["dilation_rate"],
    };
    const projected = this.#conv(this.#cell.tensorOf("kernel"), bias, settings).call([
      first ? channelsLast(flat) : flat,
    ]);
    const shape = projected.shape.slice(1, -1);
    const columns = projected.shape[this.#axes + 1] as number;
    const filters = columns / 4;
    const cells = sizeOf(shape);
    const units = cells * filters;
    const recurrent = this.#conv(this.#cell.tensorOf("recurrent_kernel"), null, { padding: "same" });
    const act = this.#activation;
    const inward = this.#inner;
    const cell = {
      units,
      step(now: Float32Array, [h, c]: Float32Array[], count: number): Float32Array[] {
        const sums = recurrent.call([tensor([count, ...shape, filters], h as Float32Array)]).data;
        const gate = (k: number, f: Activation): Float32Array => {
          const out = new Float32Array(count * units);
          for (let p = 0; p < count * cells; p++) {
            const from = p * columns + k * filters;
            for (let j = 0; j < filters; j++) {
              out[p * filters + j] = (now[from + j] as number) + (sums[from + j] as number);
            }
          }
          return f(tensor([count * cells, filters], out)).data;
        };
        const [i, f] = [gate(0, inward), gate(1, inward)];
        const [g, o] = [gate(2, act), gate(3, inward)];
        const next = new Float32Array(count * units);
        for (let j = 0; j < next.length; j++)
          next[j] = (f[j] as number) * ((c as Float32Array)[j] as number) + (i[j] as number) * (g[j] as number);
        const shown = act(tensor([count * cells, filters], next.slice())).data;
        for (let j = 0; j < next.length; j++) shown[j] = (o[j] as number) * (shown[j] as number);
        return [shown, next];
      },
    };
    const sequences = this.config["return_sequences"] === true;
    const carried = this.config["stateful"] === true ? this.#carried : null;
    const start = [0, 1].map((k) => {
      const own = initial[k];
      if (own === undefined) {
        const before = carried?.[k];
        return before?.length === samples * units ? before.slice() : new Float32Array(samples * units);
      }
      return (first ? channelsLast(own) : own).data.slice();
    });
    const mask = seenSteps(given, initial.length > 0 && this.#context.modern, options);
    const walked = walkThrough(cell, projected.data, cells * columns, start, mask, {
      samples,
      steps,
      backwards: this.config["go_backwards"] === true,
      lastOnly: !sequences,
      zeros: false,
    });
    this.#carried = walked.states;
    const shaped = (count: number, data: Float32Array): Tensor => {
      const x = tensor([count, ...shape, filters], data);
      return first ? channelsFirst(x) : x;
    };
    const made = shaped(sequences ? samples * steps : samples, walked.steps);
    const out = sequences ? tensor([samples, steps, ...made.shape.slice(1)], made.data) : made;
    if (this.config["return_state"] !== true) return out;
    return [out, ...walked.states.map((state) => shaped(samples, state))];
  }
}
