/**
 * Attention: of several heads, grouped, by products and by sums.
 *
 * @module
 */
import { softmax } from "../activations.ts";
import { type Config, Layer, type LayerContext, namedTensor } from "../layer.ts";
import { stackedProduct } from "../ops/einsum.ts";
import { axesOf, broadcast, spread, taken } from "../ops/nd.ts";
import { matmul, sizeOf, type Tensor, tensor, transposed } from "../tensor.ts";

/** Far below every score: what is hidden counts nothing, and if all is hidden, all counts the same. */
const HIDDEN = -1e9;

/** A projection of the heads: kernel and bias, `EinsumDense` in Keras. */
class Projection extends Layer {
  get names(): readonly (readonly [string, boolean])[] {
    const kernel = ["kernel", true] as const;
    return this.config["use_bias"] === false ? [kernel] : [kernel, ["bias", true]];
  }
  call(inputs: readonly Tensor[]): Tensor {
    return this.project(this.one(inputs), 1);
  }
  /** The last `axes` axes of a tensor, projected to the rest of the kernel's. */
  project(x: Tensor, axes: number): Tensor {
    const kernel = this.tensorOf("kernel");
    const inner = sizeOf(kernel.shape.slice(0, axes));
    const outer = kernel.shape.slice(axes);
    const bias = this.config["use_bias"] === false ? null : this.vector("bias", sizeOf(outer));
    this.demand(inner === sizeOf(x.shape.slice(-axes)), `takes ${inner} numbers, not ${x.shape[x.shape.length - 1]}`);
    const data = matmul(x.data, kernel.data, x.data.length / inner, inner, sizeOf(outer), bias);
    return tensor([...x.shape.slice(0, x.shape.length - axes), ...outer], data);
  }
}

/** Which steps a query sees: `[samples, steps, others]` or what repeats to it; null for all. */
function seenBy(
  given: Tensor | undefined,
  causal: boolean,
  shape: readonly number[],
  masks: { query?: Uint8Array | undefined; values: readonly (Uint8Array | undefined)[] },
): Float32Array | null {
  const [samples = 0, steps = 0, others = 0] = shape;
  const parts: Float32Array[] = [];
  if (given !== undefined && given !== null) {
    parts.push(spread(given.data.length === sizeOf(shape) ? tensor(shape, given.data) : given, shape));
  }
  if (masks.query !== undefined && masks.query.length === samples * steps) {
    parts.push(spread(tensor([samples, steps, 1], Float32Array.from(masks.query)), shape));
  }
  for (const mask of masks.values) {
    if (mask !== undefined && mask.length === samples * others) {
      parts.push(spread(tensor([samples, 1, others], Float32Array.from(mask)), shape));
    }
  }
  if (causal) {
    const triangle = new Float32Array(steps * others);
    for (let t = 0; t < steps; t++) for (let u = 0; u <= t && u < others; u++) triangle[t * others + u] = 1;
    parts.push(spread(tensor([1, steps, others], triangle), shape));
  }
  const [first, ...rest] = parts;
  if (first === undefined) return null;
  const out = first.slice();
  for (const part of rest) for (let i = 0; i < out.length; i++) if (part[i] === 0) out[i] = 0;
  return out;
}

/** MultiHeadAttention and GroupedQueryAttention. */
export class MultiHeadAttention extends Layer {
  readonly #query: Projection;
  readonly #key: Projection;
  readonly #value: Projection;
  readonly #output: Projection;
  readonly #era: number;
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.#era = context.era;
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
  call(inputs: readonly Tensor[], options: Config): Tensor | Tensor[] {
    const [query, value, key = value] = inputs as [Tensor, Tensor, Tensor];
    this.demand(query !== undefined && value !== undefined && query.shape.length >= 3, "takes a query and a value");
    this.demand(this.config["use_gate"] !== true, "has a gate, which is not known");
    this.demand(this.config["sliding_window"] == null, "has a sliding window, which is not known");
    const rank = query.shape.length;
    const given = this.config["attention_axes"];
    const middle = Array.from({ length: rank - 2 }, (_, i) => i + 1);
    const axes = given == null ? middle : axesOf(given, rank);
    const others = middle.filter((i) => !axes.includes(i));
    // Heads before the steps: [samples, others…, heads, steps…, width].
    const order = [0, ...others, rank - 1, ...axes, rank];
    const stacked = (x: Tensor): Tensor => {
      const moved = transposed(x, order);
      const steps = sizeOf(axes.map((axis) => x.shape[axis] as number));
      return tensor([...moved.shape.slice(0, 2 + others.length), steps, x.shape[rank] as number], moved.data);
    };
    const q = stacked(this.#query.project(query, 1));
    let k = stacked(this.#key.project(key, 1));
    let v = stacked(this.#value.project(value, 1));
    const headAxis = 1 + others.length;
    const heads = q.shape[headAxis] as number;
    const groups = k.shape[headAxis] as number;
    if (groups !== heads) {
      this.demand(heads % groups === 0, `has ${heads} heads for ${groups} keys`);
      const places = Float32Array.from({ length: heads }, (_, i) => Math.floor((i * groups) / heads));
      k = taken(k, tensor([heads], places), headAxis);
      v = taken(v, tensor([heads], places), headAxis);
    }
    const width = q.shape[q.shape.length - 1] as number;
    const last = k.shape.length;
    const turned = transposed(k, [...k.shape.map((_, i) => i).slice(0, -2), last - 1, last - 2]);
    const scores = stackedProduct(
      tensor(
        q.shape,
        q.data.map((x) => x / Math.sqrt(width)),
      ),
      turned,
    );
    const [steps = 0, seen = 0] = scores.shape.slice(-2);
    const samples = query.shape[0] as number;
    // Keras minds the masks of its inputs since 2.10.
    const minds = this.#era >= 2010;
    const mask = (name: string, x: Tensor): Uint8Array | undefined => {
      const own = namedTensor(options, name);
      return own === undefined || own === null ? (minds ? x.mask : undefined) : Uint8Array.from(own.data);
    };
    const shown = seenBy(
      namedTensor(options, "attention_mask"),
      options["use_causal_mask"] === true,
      [samples, steps, seen],
      {
        query: mask("query_mask", query),
        values: [mask("value_mask", value), key === value ? undefined : mask("key_mask", key)],
      },
    );
    if (shown !== null) {
      const per = scores.data.length / samples;
      const block = steps * seen;
      for (let i = 0; i < scores.data.length; i++) {
        if (shown[Math.floor(i / per) * block + (i % block)] === 0) scores.data[i] = HIDDEN;
      }
    }
    softmax(scores);
    const mixed = stackedProduct(scores, v);
    // Back to [samples, …, heads, width].
    const wide = tensor(
      [
        ...mixed.shape.slice(0, -2),
        ...axes.map((axis) => query.shape[axis] as number),
        v.shape[v.shape.length - 1] as number,
      ],
      mixed.data,
    );
    const back = order.map((_, i) => order.indexOf(i));
    const made = this.#output.project(transposed(wide, back), 2);
    if (options["return_attention_scores"] !== true) return made;
    const shape = [
      ...scores.shape.slice(0, -2),
      ...axes.map((axis) => query.shape[axis] as number),
      ...axes.map((axis) => key.shape[axis] as number),
    ];
    return [made, tensor(shape, scores.data)];
  }
}

/** Attention and AdditiveAttention: inputs are query, value and perhaps key. */
export class DotAttention extends Layer {
  get names(): readonly (readonly [string, boolean])[] {
    const additive = this.className === "AdditiveAttention";
    const out: [string, boolean][] = [];
    if (additive ? this.config["use_scale"] !== false : this.config["use_scale"] === true) out.push(["scale", true]);
    if (this.config["score_mode"] === "concat") out.push(["concat_score_weight", true]);
    return out;
  }
  call(inputs: readonly Tensor[], options: Config): Tensor | Tensor[] {
    const [query, value, key = value] = inputs as [Tensor, Tensor, Tensor];
    this.demand(query !== undefined && value !== undefined && query.shape.length === 3, "takes a query and a value");
    const scores = this.#scores(query, key);
    const [samples = 0, steps = 0, others = 0] = scores.shape;
    const causal = options["use_causal_mask"] === true || this.config["causal"] === true;
    const hidden = seenBy(undefined, causal, [samples, steps, others], { values: [value.mask] });
    if (hidden !== null) for (let i = 0; i < hidden.length; i++) if (hidden[i] === 0) scores.data[i] = HIDDEN;
    softmax(scores);
    const made = stackedProduct(scores, value);
    const width = made.shape[2] as number;
    if (query.mask !== undefined) {
      for (let i = 0; i < made.data.length; i++) if (query.mask[Math.floor(i / width)] === 0) made.data[i] = 0;
    }
    return options["return_attention_scores"] === true ? [made, scores] : made;
  }
  #scores(query: Tensor, key: Tensor): Tensor {
    const scale = this.names.some(([name]) => name === "scale") ? this.weight("scale") : null;
    const additive = this.className === "AdditiveAttention";
    if (!additive && this.config["score_mode"] !== "concat") {
      const scores = stackedProduct(query, transposed(key, [0, 2, 1]));
      if (scale !== null) for (let i = 0; i < scores.data.length; i++) scores.data[i]! *= scale[0] as number;
      return scores;
    }
    const [samples = 0, steps = 0, width = 0] = query.shape;
    const others = key.shape[1] as number;
    broadcast(query.shape.slice(2), key.shape.slice(2));
    const inner = additive || scale === null ? 1 : (scale[0] as number);
    const outer = additive ? 1 : (this.weight("concat_score_weight")[0] as number);
    const out = new Float32Array(samples * steps * others);
    for (let s = 0; s < samples; s++)
      for (let t = 0; t < steps; t++)
        for (let u = 0; u < others; u++) {
          let sum = 0;
          const [a, b] = [(s * steps + t) * width, (s * others + u) * width];
          for (let i = 0; i < width; i++) {
            const v = Math.tanh(inner * ((query.data[a + i] as number) + (key.data[b + i] as number)));
            sum += additive && scale !== null ? v * (scale[i] as number) : v;
          }
          out[(s * steps + t) * others + u] = sum * outer;
        }
    return tensor([samples, steps, others], out);
  }
}
