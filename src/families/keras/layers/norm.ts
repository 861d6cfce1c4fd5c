/**
 * Normalizations.
 *
 * @module
 */
import { bad } from "../calls.ts";
import { Layer } from "../layer.ts";
import { axesOf, axisOf, mapped, pairwise } from "../ops/nd.ts";
import { sizeOf, type Tensor, tensor, transposed } from "../tensor.ts";

export class BatchNormalization extends Layer {
  get names(): readonly (readonly [string, boolean])[] {
    const out: [string, boolean][] = [];
    if (this.config["scale"] !== false) out.push(["gamma", true]);
    if (this.config["center"] !== false) out.push(["beta", true]);
    out.push(["moving_mean", false], ["moving_variance", false]);
    return out;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.one(inputs);
    const given = this.config["axis"];
    const axis = axisOf(Array.isArray(given) ? given[0] : given, x.shape.length);
    const n = x.shape[axis] as number;
    const step = sizeOf(x.shape.slice(axis + 1));
    const mean = this.weight("moving_mean");
    this.demand(mean.length === n, `takes ${mean.length} channels, not ${n}`);
    const variance = this.vector("moving_variance", n);
    const gamma = this.config["scale"] === false ? null : this.vector("gamma", n);
    const beta = this.config["center"] === false ? null : this.vector("beta", n);
    const epsilon = Number(this.config["epsilon"] ?? 1e-3);
    this.demand(n * step > 0 || x.data.length === 0, "takes tensors of something");
    const scale = new Float64Array(n);
    const shift = new Float64Array(n);
    for (let c = 0; c < n; c++) {
      scale[c] = (gamma === null ? 1 : (gamma[c] as number)) / Math.sqrt((variance[c] as number) + epsilon);
      shift[c] = (beta === null ? 0 : (beta[c] as number)) - (mean[c] as number) * (scale[c] as number);
    }
    const out = this.room(x.data.length);
    for (let i = 0; i < out.length; ) {
      for (let c = 0; c < n; c++) {
        const [by, plus] = [scale[c] as number, shift[c] as number];
        for (const end = i + step; i < end; i++) out[i] = (x.data[i] as number) * by + plus;
      }
    }
    return tensor(x.shape, out);
  }
}

/** Scale and offset along some axes of a tensor. */
function affine(x: Tensor, axes: readonly number[], gamma: Float32Array | null, beta: Float32Array | null): Tensor {
  const shape = x.shape.map((n, i) => (axes.includes(i) ? n : 1));
  for (const own of [gamma, beta]) {
    if (own !== null && own.length !== sizeOf(shape))
      throw bad(`${own.length} numbers do not fit (${shape.join(", ")})`);
  }
  let made = x;
  if (gamma !== null) made = pairwise(made, tensor(shape, gamma), (a, b) => a * b);
  if (beta !== null) made = pairwise(made, tensor(shape, beta), (a, b) => a + b);
  return made;
}

/** LayerNormalization, and RMSNormalization, which takes no mean away. */
export class LayerNormalization extends Layer {
  get names(): readonly (readonly [string, boolean])[] {
    if (this.className === "RMSNormalization") return [["scale", true]];
    const rms = this.config["rms_scaling"] === true;
    const out: [string, boolean][] = [];
    if (this.config["scale"] !== false || rms) out.push(["gamma", true]);
    if (this.config["center"] !== false && !rms) out.push(["beta", true]);
    return out;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.one(inputs);
    const axes = axesOf(this.config["axis"] ?? -1, x.shape.length).sort((a, b) => a - b);
    const own = (name: string): Float32Array | null =>
      this.names.some(([one]) => one === name) ? this.weight(name) : null;
    const epsilon = Number(this.config["epsilon"] ?? (this.className === "RMSNormalization" ? 1e-6 : 1e-3));
    const rms = this.config["rms_scaling"] === true;
    const order = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
    order.push(...axes);
    const plain = order.every((axis, i) => axis === i);
    const moved = plain ? x : transposed(x, order);
    const n = sizeOf(axes.map((axis) => x.shape[axis] as number));
    const out = new Float32Array(x.data.length);
    for (let at = 0; at < out.length; at += n) {
      let mean = 0;
      if (this.className !== "RMSNormalization") {
        for (let i = 0; i < n; i++) mean += moved.data[at + i] as number;
        mean /= n;
      }
      let variance = 0;
      for (let i = 0; i < n; i++) variance += ((moved.data[at + i] as number) - mean) ** 2;
      const scale = 1 / Math.sqrt(variance / n + epsilon);
      const less = rms ? 0 : mean;
      for (let i = 0; i < n; i++) out[at + i] = ((moved.data[at + i] as number) - less) * scale;
    }
    const back = order.map((_, i) => order.indexOf(i));
    const made = plain ? tensor(x.shape, out) : transposed(tensor(moved.shape, out), back);
    return affine(made, axes, own("gamma") ?? own("scale"), own("beta"));
  }
}

/** Normalization: features less their mean, by their deviation. */
export class Normalization extends Layer {
  get names(): readonly (readonly [string, boolean])[] {
    return this.config["mean"] == null
      ? [
          ["mean", false],
          ["variance", false],
          ["count", false],
        ]
      : [];
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.one(inputs);
    const numbers = (name: string): number[] | Float32Array => {
      const given = this.config[name];
      if (given == null) return this.weight(name);
      return (Array.isArray(given) ? given.flat(Number.POSITIVE_INFINITY) : [given]).map(Number);
    };
    const axes = this.config["axis"] === null ? [] : axesOf(this.config["axis"] ?? -1, x.shape.length);
    // Numbers for each place along the axes that were kept; one for all where there are none.
    const shape = x.shape.map((n, i) => (axes.includes(i) ? n : 1));
    const whole = (name: string): Tensor => {
      const list = Float32Array.from(numbers(name));
      return tensor(list.length === 1 ? [1] : list.length === sizeOf(shape) ? shape : [list.length], list);
    };
    const mean = whole("mean");
    const deviation = mapped(whole("variance"), (v) => Math.max(Math.sqrt(v), 1e-7));
    return this.config["invert"] === true
      ? pairwise(
          pairwise(x, deviation, (a, b) => a * b),
          mean,
          (a, b) => a + b,
        )
      : pairwise(
          pairwise(x, mean, (a, b) => a - b),
          deviation,
          (a, b) => a / b,
        );
  }
}
