/**
 * Normalizations that few models have: of groups, to length one, of kernels.
 *
 * @module
 */
import { type Config, Layer, type LayerContext } from "../layer.ts";
import { axisOf, pairwise, reduced } from "../ops/nd.ts";
import { type Tensor, tensor, transposed } from "../tensor.ts";

export class GroupNormalization extends Layer {
  get names(): readonly (readonly [string, boolean])[] {
    const out: [string, boolean][] = [];
    if (this.config["scale"] !== false) out.push(["gamma", true]);
    if (this.config["center"] !== false) out.push(["beta", true]);
    return out;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const given = this.one(inputs);
    const axis = axisOf(this.config["axis"] ?? -1, given.shape.length);
    const order = given.shape.map((_, i) => i).filter((i) => i !== axis);
    order.push(axis);
    const back = order.map((_, i) => order.indexOf(i));
    const made = this.#run(transposed(given, order));
    return transposed(made, back);
  }
  #run(x: Tensor): Tensor {
    const channels = x.shape[x.shape.length - 1] as number;
    const given = Number(this.config["groups"] ?? 32);
    const groups = given === -1 ? channels : given;
    const per = channels / groups;
    this.demand(Number.isInteger(per) && per > 0, `has ${groups} groups of ${channels} channels`);
    const samples = x.shape[0] as number;
    const cells = x.data.length / samples / channels;
    const gamma = this.config["scale"] === false ? null : this.vector("gamma", channels);
    const beta = this.config["center"] === false ? null : this.vector("beta", channels);
    const epsilon = Number(this.config["epsilon"] ?? 1e-3);
    const out = new Float32Array(x.data.length);
    for (let s = 0; s < samples; s++) {
      for (let g = 0; g < groups; g++) {
        let mean = 0;
        let variance = 0;
        const each = (visit: (at: number, c: number) => void): void => {
          for (let p = 0; p < cells; p++) {
            for (let c = g * per; c < (g + 1) * per; c++) visit((s * cells + p) * channels + c, c);
          }
        };
        each((at) => {
          mean += x.data[at] as number;
        });
        mean /= cells * per;
        each((at) => {
          variance += ((x.data[at] as number) - mean) ** 2;
        });
        const scale = 1 / Math.sqrt(variance / (cells * per) + epsilon);
        each((at, c) => {
          out[at] =
            ((x.data[at] as number) - mean) * scale * (gamma === null ? 1 : (gamma[c] as number)) +
            (beta === null ? 0 : (beta[c] as number));
        });
      }
    }
    return tensor(x.shape, out);
  }
}

/** UnitNormalization: each vector to length one. */
export function unit(x: Tensor, config: Config): Tensor {
  const lengths = reduced(x, config["axis"] ?? -1, true, (data, at, n) => {
    let sum = 0;
    for (let i = at; i < at + n; i++) sum += (data[i] as number) ** 2;
    return 1 / Math.sqrt(Math.max(sum, 1e-12));
  });
  return pairwise(x, lengths, (a, b) => a * b);
}

/** SpectralNormalization: changes its layer's kernel in training only. */
export class SpectralNormalization extends Layer {
  readonly #layer: Layer;
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.#layer = context.make(config["layer"]);
  }
  get names(): readonly (readonly [string, boolean])[] {
    return [["vector_u", false]];
  }
  override get keepsMask(): boolean {
    return this.#layer.keepsMask;
  }
  override get parts(): readonly (readonly [string, Layer])[] {
    return [["layer", this.#layer]];
  }
  call(inputs: readonly Tensor[], options: Config): Tensor | Tensor[] {
    return this.#layer.call(inputs, options);
  }
}
