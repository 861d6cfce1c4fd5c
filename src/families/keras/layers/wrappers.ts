/**
 * Layers that wrap layers.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import { type Config, Layer, type LayerContext } from "../layer.ts";
import { joined } from "../ops/nd.ts";
import { reshaped, sizeOf, type Tensor, tensor } from "../tensor.ts";

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
    const x = this.any(inputs);
    const [samples = 0, steps = 0, ...inner] = x.shape;
    this.demand(inner.length > 0, "takes sequences");
    const flat = reshaped(x, [samples * steps, ...inner]);
    const { mask } = x;
    const own = mask !== undefined && mask.length === samples * steps * (inner[0] ?? 1) && inner.length > 1;
    const made = this.layer.call([own ? { ...flat, mask } : flat], options);
    if (Array.isArray(made)) throw new FormatError(`the layer ${this.name} wraps one of several outputs`);
    const out = reshaped(made, [samples, steps, ...made.shape.slice(1)]);
    const keeps = made.mask ?? (own && this.layer.keepsMask ? mask : undefined);
    return keeps === undefined ? out : { ...out, mask: keeps };
  }
}

/** Two recurrent layers, one from each end. */
export class Bidirectional extends Layer {
  readonly #forward: Layer;
  readonly #backward: Layer;
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.#forward = context.make(zeroed(config["layer"]));
    const other = config["backward_layer"];
    const spec = (other ?? config["layer"]) as { config?: Record<string, unknown> } | null;
    this.demand(typeof spec === "object" && typeof spec?.config === "object", "wraps no layer");
    const settings = spec?.config ?? {};
    const backwards = other == null ? settings["go_backwards"] !== true : settings["go_backwards"] === true;
    this.#backward = context.make(zeroed({ ...spec, config: { ...settings, go_backwards: backwards } }));
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
    const [x, ...states] = inputs as [Tensor, ...Tensor[]];
    const half = states.length / 2;
    const one = [this.#forward.call([x, ...states.slice(0, half)], options)].flat();
    const two = [this.#backward.call([x, ...states.slice(half)], options)].flat();
    const sequences = this.#forward.config["return_sequences"] === true;
    const first = one[0] as Tensor;
    const second = sequences ? turned(two[0] as Tensor) : (two[0] as Tensor);
    const mode = this.config["merge_mode"];
    const rest = [...one.slice(1), ...two.slice(1)];
    if (mode === null || mode === undefined) return [first, second, ...rest];
    let made: Tensor;
    if (mode === "concat") made = joined([first, second], -1);
    else {
      const data = first.data.slice();
      for (let i = 0; i < data.length; i++) {
        const [a, b] = [data[i] as number, second.data[i] as number];
        data[i] = mode === "mul" ? a * b : mode === "ave" ? (a + b) / 2 : a + b;
      }
      made = tensor(first.shape, data);
    }
    return rest.length === 0 ? made : [made, ...rest];
  }
}

/** Steps that do not count give zeros in sequences from both ends. */
function zeroed(spec: unknown): unknown {
  const { config } = (spec ?? {}) as { config?: Config };
  if (typeof config !== "object" || config === null) return spec;
  return { ...(spec as object), config: { ...config, zero_output_for_mask: config["return_sequences"] === true } };
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
