/**
 * Attention of several heads.
 *
 * @module
 */
import { softmax } from "../activations.ts";
import { type Config, Layer } from "../layer.ts";
import { matmul, sizeOf, type Tensor, tensor, zeros } from "../tensor.ts";

/** A projection of the heads: kernel and bias, `EinsumDense` in Keras. */
class Projection extends Layer {
  get names(): readonly (readonly [string, boolean])[] {
    return this.config["use_bias"] === false
      ? [["kernel", true]]
      : [
          ["kernel", true],
          ["bias", true],
        ];
  }
  call(inputs: readonly Tensor[]): Tensor {
    return this.one(inputs);
  }
  /** The last `axes` axes of a tensor, projected to the rest of the kernel's. */
  project(x: Tensor, axes: number): Tensor {
    const kernel = this.tensorOf("kernel");
    const inner = sizeOf(kernel.shape.slice(0, axes));
    const outer = kernel.shape.slice(axes);
    const bias = this.config["use_bias"] === false ? null : this.weight("bias");
    const data = matmul(x.data, kernel.data, x.data.length / inner, inner, sizeOf(outer), bias);
    return tensor([...x.shape.slice(0, x.shape.length - axes), ...outer], data);
  }
}

export class MultiHeadAttention extends Layer {
  readonly #query: Projection;
  readonly #key: Projection;
  readonly #value: Projection;
  readonly #output: Projection;
  constructor(className: string, config: Config) {
    super(className, config);
    const settings = { use_bias: config["use_bias"] };
    this.#query = new Projection("EinsumDense", { ...settings, name: "query" });
    this.#key = new Projection("EinsumDense", { ...settings, name: "key" });
    this.#value = new Projection("EinsumDense", { ...settings, name: "value" });
    this.#output = new Projection("EinsumDense", { ...settings, name: "attention_output" });
  }
  get names(): readonly [] {
    return [];
  }
  override get parts(): readonly (readonly [string, Layer])[] {
    return [
      ["query_dense", this.#query],
      ["key_dense", this.#key],
      ["value_dense", this.#value],
      ["output_dense", this.#output],
    ];
  }
  call(inputs: readonly Tensor[], options: Config): Tensor {
    const [query, value, key = value] = inputs as [Tensor, Tensor, Tensor?];
    this.demand(value !== undefined && query.shape.length === 3, "takes a query and a value of three axes");
    const q = this.#query.project(query, 1);
    const k = this.#key.project(key as Tensor, 1);
    const v = this.#value.project(value, 1);
    const [samples = 0, steps = 0, heads = 0, width = 0] = q.shape;
    const others = k.shape[1] as number;
    const deep = v.shape[3] as number;
    const scores = zeros([samples, heads, steps, others]);
    const causal = options["use_causal_mask"] === true;
    for (let s = 0; s < samples; s++)
      for (let h = 0; h < heads; h++)
        for (let t = 0; t < steps; t++)
          for (let u = 0; u < others; u++) {
            let sum = 0;
            const a = ((s * steps + t) * heads + h) * width;
            const b = ((s * others + u) * heads + h) * width;
            for (let i = 0; i < width; i++) sum += (q.data[a + i] as number) * (k.data[b + i] as number);
            const hidden = (causal && u > t) || (value.mask !== undefined && value.mask[s * others + u] === 0);
            scores.data[((s * heads + h) * steps + t) * others + u] = hidden ? -3e38 : sum / Math.sqrt(width);
          }
    softmax(scores);
    const mixed = zeros([samples, steps, heads, deep]);
    for (let s = 0; s < samples; s++)
      for (let t = 0; t < steps; t++)
        for (let h = 0; h < heads; h++)
          for (let i = 0; i < deep; i++) {
            let sum = 0;
            for (let u = 0; u < others; u++) {
              sum +=
                (scores.data[((s * heads + h) * steps + t) * others + u] as number) *
                (v.data[((s * others + u) * heads + h) * deep + i] as number);
            }
            mixed.data[((s * steps + t) * heads + h) * deep + i] = sum;
          }
    return this.#output.project(mixed, 2);
  }
}
