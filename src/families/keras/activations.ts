/**
 * Activations (keras/src/activations/activations.py).
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import { type After, activate32, type Tensor } from "./tensor.ts";

/** A function of numbers, one by one. */
type Unary = (x: number) => number;

/** The error function, to about 1e-7 (a Chebyshev fit of erfc). */
export function erf(x: number): number {
  const z = Math.abs(x);
  const t = 1 / (1 + 0.5 * z);
  const fit =
    -z * z -
    1.26551223 +
    t *
      (1.00002368 +
        t *
          (0.37409196 +
            t *
              (0.09678418 +
                t *
                  (-0.18628806 +
                    t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  const value = 1 - t * Math.exp(fit);
  return x < 0 ? -value : value;
}

export const sigmoid: Unary = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const softplus: Unary = (x) => (x > 30 ? x : Math.log1p(Math.exp(x)));
const relu: Unary = (x) => (x > 0 ? x : 0);
const relu6: Unary = (x) => Math.min(6, Math.max(0, x));
const clip01: Unary = (x) => Math.min(1, Math.max(0, x));

const ALPHA = 1.6732632423543772;
const SCALE = 1.0507009873554805;

const UNARY: ReadonlyMap<string, Unary> = new Map<string, Unary>([
  ["linear", (x) => x],
  ["relu", relu],
  ["relu6", relu6],
  ["elu", (x) => (x > 0 ? x : Math.expm1(x))],
  ["selu", (x) => SCALE * (x > 0 ? x : ALPHA * Math.expm1(x))],
  ["softplus", softplus],
  ["softsign", (x) => x / (1 + Math.abs(x))],
  ["tanh", Math.tanh],
  ["sigmoid", sigmoid],
  ["hard_tanh", (x) => Math.min(1, Math.max(-1, x))],
  ["tanh_shrink", (x) => x - Math.tanh(x)],
  ["silu", (x) => x * sigmoid(x)],
  ["swish", (x) => x * sigmoid(x)],
  ["hard_silu", (x) => (x * relu6(x + 3)) / 6],
  ["hard_swish", (x) => (x * relu6(x + 3)) / 6],
  ["exponential", Math.exp],
  ["log_sigmoid", (x) => -softplus(-x)],
  ["mish", (x) => x * Math.tanh(softplus(x))],
  ["leaky_relu", (x) => (x > 0 ? x : 0.2 * x)],
  ["sparse_plus", (x) => (x <= -1 ? 0 : x >= 1 ? x : ((x + 1) * (x + 1)) / 4)],
  ["sparse_sigmoid", (x) => clip01(0.5 * (x + 1))],
]);

/** An activation at work on a tensor, in place. */
export type Activation = (x: Tensor) => Tensor;

/** The activation of a configuration, if the kernels know it. */
export function kernelOf(spec: unknown): After | null {
  if (spec === null || spec === undefined) return "none";
  const name = typeof spec === "object" ? (spec as { config?: unknown }).config : spec;
  return name === "linear" ? "none" : name === "relu" || name === "tanh" || name === "sigmoid" ? name : null;
}

/** One that the kernels know, by numbers where there are no vectors. */
function byKernel(after: After, f: Unary): Activation {
  return (x) => (activate32(x.data, after) ? x : each(x, f));
}

/** Applies a function to every number, in place. */
export function each(x: Tensor, f: Unary): Tensor {
  const { data } = x;
  for (let i = 0; i < data.length; i++) data[i] = f(data[i] as number);
  return x;
}

/** Softmax along an axis, in place. */
export function softmax(x: Tensor, axis = -1, log = false): Tensor {
  const { shape, data } = x;
  const at = axis < 0 ? shape.length + axis : axis;
  const n = shape[at] as number;
  const step = shape.slice(at + 1).reduce((a, b) => a * b, 1);
  const outer = data.length / (n * step || 1);
  for (let o = 0; o < outer; o++) {
    for (let s = 0; s < step; s++) {
      const first = o * n * step + s;
      let most = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < n; i++) most = Math.max(most, data[first + i * step] as number);
      let sum = 0;
      for (let i = 0; i < n; i++) sum += Math.exp((data[first + i * step] as number) - most);
      for (let i = 0; i < n; i++) {
        const value = (data[first + i * step] as number) - most;
        data[first + i * step] = log ? value - Math.log(sum) : Math.exp(value) / sum;
      }
    }
  }
  return x;
}

const gelu: Unary = (x) => 0.5 * x * (1 + erf(x / Math.SQRT2));
const tanhGelu: Unary = (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** One half of an axis, gated by the other. */
function glu({ shape, data }: Tensor, along: number): Tensor {
  const axis = along < 0 ? shape.length + along : along;
  const n = (shape[axis] as number) / 2;
  if (!Number.isInteger(n)) throw new UnsupportedError("activation", `glu takes an even axis, not ${2 * n}`);
  const inner = n * shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const out = new Float32Array(data.length / 2);
  for (let i = 0; i < out.length; i++) {
    const at = Math.floor(i / inner) * 2 * inner + (i % inner);
    out[i] = (data[at] as number) * sigmoid(data[at + inner] as number);
  }
  return { shape: shape.map((size, i) => (i === axis ? n : size)), data: out };
}

/** A function of the rows along an axis, in place. */
function rowwise(x: Tensor, along: number, f: (row: Float64Array) => Float64Array): Tensor {
  const { shape, data } = x;
  const axis = along < 0 ? shape.length + along : along;
  const n = shape[axis] as number;
  const step = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const row = new Float64Array(n);
  for (let first = 0; first < data.length; first++) {
    if (Math.floor(first / step) % n !== 0) continue;
    for (let i = 0; i < n; i++) row[i] = data[first + i * step] as number;
    const made = f(row);
    for (let i = 0; i < n; i++) data[first + i * step] = made[i] as number;
  }
  return x;
}

/** Sparsemax as Keras has it: the threshold is of the sum of the running sums. */
function sparsemax(row: Float64Array): Float64Array {
  const sorted = row.slice().sort().reverse();
  let [sum, all, count] = [0, 0, 0];
  for (const [i, v] of sorted.entries()) {
    sum += v;
    if (v - (sum - 1) / (i + 1) <= 0) continue;
    all += sum;
    count++;
  }
  const limit = (all - 1) / count;
  return row.map((v) => Math.max(0, v - limit));
}

/** The activation of a configuration: a name, or `{ class_name, config }`. `modern`: of Keras 3. */
export function activation(spec: unknown, modern: boolean): Activation {
  if (spec === null || spec === undefined) return (x) => x;
  let name: unknown = spec;
  let settings: Record<string, unknown> = {};
  if (typeof spec === "object") {
    const { class_name, config } = spec as { class_name?: unknown; config?: unknown };
    name = class_name === "function" ? config : (class_name ?? "");
    if (typeof config === "object" && config !== null) settings = config as Record<string, unknown>;
  }
  const text = snake(String(name))
    .replace(/_v2$/, "")
    .replace(/^leaky_re_lu$/, "leaky_relu");
  if (text === "activation") return activation(settings["activation"], modern);
  if (text === "linear") return (x) => x;
  if (text === "softmax") return (x) => softmax(x, Number(settings["axis"] ?? -1));
  if (text === "log_softmax") return (x) => softmax(x, Number(settings["axis"] ?? -1), true);
  if (text === "hard_sigmoid") return (x) => each(x, modern ? (v) => relu6(v + 3) / 6 : (v) => clip01(0.2 * v + 0.5));
  if (text === "relu" && Object.keys(settings).length === 0) return byKernel("relu", relu);
  if (text === "relu" || text === "re_lu") return reluOf(settings);
  if (text === "leaky_relu") {
    const slope = Number(settings["negative_slope"] ?? settings["alpha"] ?? (name === "LeakyReLU" ? 0.3 : 0.2));
    return (x) => each(x, (v) => (v > 0 ? v : slope * v));
  }
  if (text === "elu") {
    const alpha = Number(settings["alpha"] ?? 1);
    return (x) => each(x, (v) => (v > 0 ? v : alpha * Math.expm1(v)));
  }
  if (text === "celu") {
    const alpha = Number(settings["alpha"] ?? 1);
    return (x) => each(x, (v) => (v > 0 ? v : alpha * Math.expm1(v / alpha)));
  }
  if (text === "gelu") return (x) => each(x, settings["approximate"] === true ? tanhGelu : gelu);
  if (text === "threshold") {
    const [limit, other] = [Number(settings["threshold"] ?? 0), Number(settings["default_value"] ?? 0)];
    return (x) => each(x, (v) => (v > limit ? v : other));
  }
  if (text === "soft_shrink" || text === "hard_shrink") {
    const limit = Number(settings["threshold"] ?? 0.5);
    const less = text === "soft_shrink" ? limit : 0;
    return (x) => each(x, (v) => (v > limit ? v - less : v < -limit ? v + less : 0));
  }
  if (text === "squareplus") {
    const b = Number(settings["b"] ?? 4);
    return (x) => each(x, (v) => (v + Math.sqrt(v * v + b)) / 2);
  }
  if (text === "glu") return (x) => glu(x, Number(settings["axis"] ?? -1));
  if (text === "sparsemax") return (x) => rowwise(x, Number(settings["axis"] ?? -1), sparsemax);
  if (text === "tanh") return byKernel("tanh", Math.tanh);
  if (text === "sigmoid") return byKernel("sigmoid", sigmoid);
  const found = UNARY.get(text);
  if (found === undefined) throw new UnsupportedError("activation", `the activation ${String(name)} is not known`);
  return (x) => each(x, found);
}

/** ReLU with its settings. */
export function reluOf(settings: Record<string, unknown>): Activation {
  const most = settings["max_value"] == null ? Number.POSITIVE_INFINITY : Number(settings["max_value"]);
  const slope = Number(settings["negative_slope"] ?? 0);
  const threshold = Number(settings["threshold"] ?? 0);
  return (x) => each(x, (v) => (v >= threshold ? Math.min(v, most) : slope * (v - threshold)));
}

function snake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}
