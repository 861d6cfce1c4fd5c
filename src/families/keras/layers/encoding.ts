/**
 * Whole numbers as categories: CategoryEncoding, Discretization, and the output modes that lookups share.
 *
 * @module
 */
import { bad } from "../calls.ts";
import { type Config, Layer, namedTensor } from "../layer.ts";
import { fits } from "../ops/nd.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";

/** Indices in an output mode: as they are, or rows of `depth` numbers (keras/src/utils/numerical_utils.py). */
export function encoded(
  indices: Float32Array,
  shape: readonly number[],
  mode: string,
  depth: number,
  weights: ArrayLike<number> | null = null,
): Tensor {
  if (mode === "int") return tensor(shape, indices);
  const last = shape[shape.length - 1] ?? 1;
  if (mode === "one_hot") {
    const made = fits([...(last === 1 && shape.length > 1 ? shape.slice(0, -1) : shape), depth]);
    const out = new Float32Array(sizeOf(made));
    for (const [i, k] of indices.entries()) if (k >= 0 && k < depth) out[i * depth + k] = 1;
    return tensor(made, out);
  }
  if (!/^(multi_hot|binary|count|tf_idf)$/.test(mode)) throw bad(`the output mode ${mode} is not known`);
  const rank1 = shape.length === 1;
  const made = fits([...(rank1 ? shape : shape.slice(0, -1)), depth]);
  const n = rank1 ? 1 : last;
  const out = new Float32Array(sizeOf(made));
  for (const [i, k] of indices.entries()) {
    if (!(k >= 0 && k < depth)) continue;
    const at = Math.floor(i / n) * depth + k;
    if (mode === "count") out[at]! += 1;
    else if (mode === "tf_idf") out[at]! += weights?.[k] ?? 0;
    else out[at] = 1;
  }
  return tensor(made, out);
}

export class CategoryEncoding extends Layer {
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  call(inputs: readonly Tensor[], options: Config): Tensor {
    const [x, weights = namedTensor(options, "count_weights")] = inputs;
    const { data, shape } = this.any(x === undefined ? [] : [x]);
    const depth = Number(this.config["num_tokens"] ?? this.config["max_tokens"]);
    const mode = String(this.config["output_mode"] ?? "multi_hot");
    for (const k of data) {
      if (!(k >= 0 && k < depth)) throw new RangeError(`${k} is no category of ${depth}`);
    }
    if (weights === undefined || mode !== "count") return encoded(data, shape, mode, depth);
    const made = encoded(data, shape, "count", depth);
    made.data.fill(0);
    const n = shape.length > 1 ? (shape[shape.length - 1] as number) : 1;
    for (const [i, k] of data.entries()) made.data[Math.floor(i / n) * depth + k]! += weights.data[i] as number;
    return made;
  }
}

export class Discretization extends Layer {
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.one(inputs);
    const given = this.config["bin_boundaries"] ?? this.config["bins"];
    this.demand(Array.isArray(given), "has no bin_boundaries");
    const bounds = Float32Array.from((given as unknown[]).map(Number));
    const bins = new Float32Array(x.data.length);
    for (const [i, value] of x.data.entries()) {
      let k = 0;
      while (k < bounds.length && value >= (bounds[k] as number)) k++;
      bins[i] = k;
    }
    return encoded(bins, x.shape, String(this.config["output_mode"] ?? "int"), bounds.length + 1);
  }
}
