/**
 * Normalizations.
 *
 * @module
 */
import { Layer } from "../layer.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";

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
    const along = Number(Array.isArray(given) ? given[0] : (given ?? -1));
    const axis = along < 0 ? x.shape.length + along : along;
    const n = x.shape[axis] as number;
    const step = sizeOf(x.shape.slice(axis + 1));
    const mean = this.weight("moving_mean");
    const variance = this.weight("moving_variance");
    this.demand(mean.length === n, `takes ${mean.length} channels, not ${n}`);
    const gamma = this.config["scale"] === false ? null : this.weight("gamma");
    const beta = this.config["center"] === false ? null : this.weight("beta");
    const epsilon = Number(this.config["epsilon"] ?? 1e-3);
    const scale = new Float64Array(n);
    const shift = new Float64Array(n);
    for (let c = 0; c < n; c++) {
      scale[c] = (gamma === null ? 1 : (gamma[c] as number)) / Math.sqrt((variance[c] as number) + epsilon);
      shift[c] = (beta === null ? 0 : (beta[c] as number)) - (mean[c] as number) * (scale[c] as number);
    }
    const out = new Float32Array(x.data.length);
    for (let i = 0; i < out.length; i++) {
      const c = Math.floor(i / step) % n;
      out[i] = (x.data[i] as number) * (scale[c] as number) + (shift[c] as number);
    }
    return tensor(x.shape, out);
  }
}

export class LayerNormalization extends Layer {
  get names(): readonly (readonly [string, boolean])[] {
    const out: [string, boolean][] = [];
    if (this.config["scale"] !== false) out.push(["gamma", true]);
    if (this.config["center"] !== false) out.push(["beta", true]);
    return out;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.one(inputs);
    const given = this.config["axis"];
    const axes = (Array.isArray(given) ? given : [given ?? -1]).map((a) =>
      Number(a) < 0 ? x.shape.length + Number(a) : Number(a),
    );
    const first = Math.min(...axes);
    this.demand(axes.length === x.shape.length - first, "is known for the last axes only");
    const n = sizeOf(x.shape.slice(first));
    const gamma = this.config["scale"] === false ? null : this.weight("gamma");
    const beta = this.config["center"] === false ? null : this.weight("beta");
    const epsilon = Number(this.config["epsilon"] ?? 1e-3);
    const rms = this.config["rms_scaling"] === true;
    const out = new Float32Array(x.data.length);
    for (let at = 0; at < out.length; at += n) {
      let mean = 0;
      for (let i = 0; i < n; i++) mean += x.data[at + i] as number;
      mean /= n;
      let variance = 0;
      for (let i = 0; i < n; i++) variance += ((x.data[at + i] as number) - mean) ** 2;
      variance /= n;
      const scale = 1 / Math.sqrt(variance + epsilon);
      for (let i = 0; i < n; i++) {
        const value = ((x.data[at + i] as number) - (rms ? 0 : mean)) * scale;
        out[at + i] = value * (gamma === null ? 1 : (gamma[i] as number)) + (beta === null ? 0 : (beta[i] as number));
      }
    }
    return tensor(x.shape, out);
  }
}

export class GroupNormalization extends Layer {
  get names(): readonly (readonly [string, boolean])[] {
    const out: [string, boolean][] = [];
    if (this.config["scale"] !== false) out.push(["gamma", true]);
    if (this.config["center"] !== false) out.push(["beta", true]);
    return out;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.one(inputs);
    this.demand(
      [-1, x.shape.length - 1].includes(Number(this.config["axis"] ?? -1)),
      "is known for the last axis only",
    );
    const channels = x.shape[x.shape.length - 1] as number;
    const given = Number(this.config["groups"] ?? 32);
    const groups = given === -1 ? channels : given;
    const per = channels / groups;
    const samples = x.shape[0] as number;
    const cells = x.data.length / samples / channels;
    const gamma = this.config["scale"] === false ? null : this.weight("gamma");
    const beta = this.config["center"] === false ? null : this.weight("beta");
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
export function unit(x: Tensor): Tensor {
  const n = x.shape[x.shape.length - 1] as number;
  const out = new Float32Array(x.data.length);
  for (let at = 0; at < out.length; at += n) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (x.data[at + i] as number) ** 2;
    const scale = 1 / Math.sqrt(Math.max(sum, 1e-12));
    for (let i = 0; i < n; i++) out[at + i] = (x.data[at + i] as number) * scale;
  }
  return tensor(x.shape, out);
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
    const mean = numbers("mean");
    const variance = numbers("variance");
    const back = this.config["invert"] === true;
    const out = new Float32Array(x.data.length);
    for (let i = 0; i < out.length; i++) {
      const m = mean[i % mean.length] as number;
      const deviation = Math.max(Math.sqrt(variance[i % variance.length] as number), 1e-7);
      out[i] = back ? m + (x.data[i] as number) * deviation : ((x.data[i] as number) - m) / deviation;
    }
    return tensor(x.shape, out);
  }
}
