/**
 * Activations (keras/src/activations/activations.py).
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import type { Tensor } from "./tensor.ts";

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
  ["celu", (x) => (x > 0 ? x : Math.expm1(x))],
  ["selu", (x) => SCALE * (x > 0 ? x : ALPHA * Math.expm1(x))],
  ["softplus", softplus],
  ["softsign", (x) => x / (1 + Math.abs(x))],
  ["tanh", Math.tanh],
  ["sigmoid", sigmoid],
  ["hard_tanh", (x) => Math.min(1, Math.max(-1, x))],
  ["tanh_shrink", (x) => x - Math.tanh(x)],
  ["soft_shrink", (x) => (x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0)],
  ["hard_shrink", (x) => (Math.abs(x) > 0.5 ? x : 0)],
  ["silu", (x) => x * sigmoid(x)],
  ["swish", (x) => x * sigmoid(x)],
  ["hard_silu", (x) => (x * relu6(x + 3)) / 6],
  ["hard_swish", (x) => (x * relu6(x + 3)) / 6],
  ["gelu", (x) => 0.5 * x * (1 + erf(x / Math.SQRT2))],
  ["exponential", Math.exp],
  ["log_sigmoid", (x) => -softplus(-x)],
  ["mish", (x) => x * Math.tanh(softplus(x))],
  ["leaky_relu", (x) => (x > 0 ? x : 0.2 * x)],
  ["squareplus", (x) => (x + Math.sqrt(x * x + 4)) / 2],
  ["sparse_plus", (x) => (x <= -1 ? 0 : x >= 1 ? x : ((x + 1) * (x + 1)) / 4)],
  ["sparse_sigmoid", (x) => clip01(0.5 * (x + 1))],
  ["threshold", (x) => x],
]);

/** An activation at work on a tensor, in place. */
export type Activation = (x: Tensor) => Tensor;

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
  const text = snake(String(name));
  if (text === "linear") return (x) => x;
  if (text === "softmax") return (x) => softmax(x, Number(settings["axis"] ?? -1));
  if (text === "log_softmax") return (x) => softmax(x, Number(settings["axis"] ?? -1), true);
  if (text === "hard_sigmoid") return (x) => each(x, modern ? (v) => relu6(v + 3) / 6 : (v) => clip01(0.2 * v + 0.5));
  if (text === "relu" || text === "re_lu") return reluOf(settings);
  if (text === "leaky_relu") {
    const slope = Number(settings["negative_slope"] ?? settings["alpha"] ?? 0.2);
    return (x) => each(x, (v) => (v > 0 ? v : slope * v));
  }
  if (text === "elu") {
    const alpha = Number(settings["alpha"] ?? 1);
    return (x) => each(x, (v) => (v > 0 ? v : alpha * Math.expm1(v)));
  }
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
