/**
 * EinsumDense.
 *
 * @module
 */
import { type Activation, activation } from "../activations.ts";
import { type Config, Layer, type LayerContext } from "../layer.ts";
import { einsum } from "../ops/einsum.ts";
import { pairwise } from "../ops/nd.ts";
import type { Tensor } from "../tensor.ts";

export class EinsumDense extends Layer {
  readonly #activation: Activation;
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.#activation = activation(config["activation"], context.modern);
  }
  get names(): readonly (readonly [string, boolean])[] {
    return this.config["bias_axes"] == null
      ? [["kernel", true]]
      : [
          ["kernel", true],
          ["bias", true],
        ];
  }
  call(inputs: readonly Tensor[]): Tensor {
    const made = einsum(String(this.config["equation"]), [this.one(inputs), this.tensorOf("kernel")]);
    if (this.names.length === 1) return this.#activation(made);
    return this.#activation(pairwise(made, this.tensorOf("bias"), (a, b) => a + b));
  }
}
