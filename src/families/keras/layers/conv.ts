/**
 * Convolutions, channels last: one to three axes, plain, by depth, separable, transposed.
 *
 * @module
 */
import { type Activation, activation } from "../activations.ts";
import { type Config, channelsLast, Layer, type LayerContext, perAxis } from "../layer.ts";
import { matmul, sizeOf, type Tensor, tensor } from "../tensor.ts";

/** How a window moves along one axis. */
interface Walk {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Cells before the first. */
  readonly before: number;
  readonly out: number;
}

/** A window's way along an axis of `n` cells. */
export function walkOf(n: number, size: number, stride: number, dilation: number, padding: unknown): Walk {
  const wide = (size - 1) * dilation + 1;
  if (padding === "same") {
    const out = Math.ceil(n / stride);
    return { size, stride, dilation, out, before: Math.floor(Math.max(0, (out - 1) * stride + wide - n) / 2) };
  }
  const before = padding === "causal" ? wide - 1 : 0;
  return { size, stride, dilation, out: Math.max(0, Math.floor((n + before - wide) / stride) + 1), before };
}

/** Visits every place of the window: place in the output, and the cell of each tap, or -1 outside. */
function gather(
  x: Float32Array,
  at: number,
  shape: readonly number[],
  channels: number,
  walks: readonly Walk[],
  into: Float32Array,
  to = 0,
): void {
  // Three axes are enough for all: missing ones have one cell.
  const [d, h, w] = padded(shape, 1);
  const [wd, wh, ww] = paddedWalks(walks);
  for (let od = 0; od < wd.out; od++)
    for (let oh = 0; oh < wh.out; oh++)
      for (let ow = 0; ow < ww.out; ow++)
        for (let kd = 0; kd < wd.size; kd++) {
          const zd = od * wd.stride + kd * wd.dilation - wd.before;
          for (let kh = 0; kh < wh.size; kh++) {
            const zh = oh * wh.stride + kh * wh.dilation - wh.before;
            const first = ow * ww.stride - ww.before;
            const rowInside = zd >= 0 && zd < d && zh >= 0 && zh < h;
            // Cells side by side are copied as one.
            if (rowInside && ww.dilation === 1 && first >= 0 && first + ww.size <= w) {
              const from = at + ((zd * h + zh) * w + first) * channels;
              const count = ww.size * channels;
              for (let i = 0; i < count; i++) into[to + i] = x[from + i] as number;
              to += count;
              continue;
            }
            for (let kw = 0; kw < ww.size; kw++) {
              const zw = first + kw * ww.dilation;
              if (rowInside && zw >= 0 && zw < w) {
                const from = at + ((zd * h + zh) * w + zw) * channels;
                for (let c = 0; c < channels; c++) into[to + c] = x[from + c] as number;
              } else for (let c = 0; c < channels; c++) into[to + c] = 0;
              to += channels;
            }
          }
        }
}

function padded(shape: readonly number[], fill: number): [number, number, number] {
  const all = [...new Array<number>(3 - shape.length).fill(fill), ...shape];
  return all as [number, number, number];
}

/** Numbers of windows that are held at once. */
const BLOCK = 1 << 20;

const STILL: Walk = { size: 1, stride: 1, dilation: 1, before: 0, out: 1 };

function paddedWalks(walks: readonly Walk[]): [Walk, Walk, Walk] {
  return [...new Array<Walk>(3 - walks.length).fill(STILL), ...walks] as [Walk, Walk, Walk];
}

/** Conv1D, Conv2D, Conv3D. */
export class Conv extends Layer {
  readonly #activation: Activation;
  readonly #axes: number;
  constructor(className: string, config: Config, context: LayerContext, axes: number) {
    super(className, config);
    this.#axes = axes;
    this.#activation = activation(config["activation"], context.modern);
    channelsLast(this);
  }
  override get keepsMask(): boolean {
    return false;
  }
  get names(): readonly (readonly [string, boolean])[] {
    return this.config["use_bias"] === false
      ? [["kernel", true]]
      : [
          ["kernel", true],
          ["bias", true],
        ];
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.one(inputs);
    const kernel = this.tensorOf("kernel");
    const axes = this.#axes;
    this.demand(x.shape.length === axes + 2, `takes ${axes + 2} axes, not ${x.shape.length}`);
    const filters = kernel.shape[axes + 1] as number;
    const depth = kernel.shape[axes] as number;
    const channels = x.shape[axes + 1] as number;
    const groups = Number(this.config["groups"] ?? 1);
    this.demand(depth * groups === channels, `takes ${depth * groups} channels, not ${channels}`);
    const strides = perAxis(this.config["strides"], axes, 1);
    const dilations = perAxis(this.config["dilation_rate"], axes, 1);
    const shape = x.shape.slice(1, axes + 1);
    const walks = shape.map((n, i) =>
      walkOf(n, kernel.shape[i] as number, strides[i] as number, dilations[i] as number, this.config["padding"]),
    );
    const taps = sizeOf(kernel.shape.slice(0, axes));
    const places = walks.reduce((n, walk) => n * walk.out, 1);
    const samples = x.shape[0] as number;
    const bias = this.config["use_bias"] === false ? null : this.weight("bias");
    const out = new Float32Array(samples * places * filters);
    const width = taps * channels;
    const size = sizeOf(shape) * channels;
    // Several samples go at once, as many as make a block of memory that is not too large.
    const many = Math.max(1, Math.min(samples, Math.floor(BLOCK / Math.max(1, places * width))));
    const columns = new Float32Array(many * places * width);
    for (let s = 0; s < samples; s += many) {
      const count = Math.min(many, samples - s);
      for (let i = 0; i < count; i++) {
        gather(x.data, (s + i) * size, shape, channels, walks, columns, i * places * width);
      }
      const at = s * places * filters;
      if (groups === 1) matmul(columns, kernel.data, count * places, width, filters, bias, out, at);
      else grouped(columns, kernel.data, count * places, taps, channels, depth, filters, groups, bias, out, at);
    }
    return this.#activation(tensor([samples, ...walks.map((walk) => walk.out), filters], out));
  }
}

function grouped(
  columns: Float32Array,
  kernel: Float32Array,
  places: number,
  taps: number,
  channels: number,
  depth: number,
  filters: number,
  groups: number,
  bias: Float32Array | null,
  out: Float32Array,
  at: number,
): void {
  const each = filters / groups;
  for (let p = 0; p < places; p++) {
    for (let f = 0; f < filters; f++) {
      const group = Math.floor(f / each);
      let sum = bias === null ? 0 : (bias[f] as number);
      for (let t = 0; t < taps; t++) {
        for (let c = 0; c < depth; c++) {
          sum +=
            (columns[(p * taps + t) * channels + group * depth + c] as number) *
            (kernel[(t * depth + c) * filters + f] as number);
        }
      }
      out[at + p * filters + f] = sum;
    }
  }
}

/** Each channel on its own: `[samples, …, channels × multiplier]`. */
function byDepth(x: Tensor, kernel: Tensor, config: Config, axes: number, bias: Float32Array | null): Tensor {
  const strides = perAxis(config["strides"], axes, 1);
  const dilations = perAxis(config["dilation_rate"], axes, 1);
  const shape = x.shape.slice(1, axes + 1);
  const walks = shape.map((n, i) =>
    walkOf(n, kernel.shape[i] as number, strides[i] as number, dilations[i] as number, config["padding"]),
  );
  const channels = x.shape[axes + 1] as number;
  const times = kernel.shape[axes + 1] as number;
  const taps = sizeOf(kernel.shape.slice(0, axes));
  const places = walks.reduce((n, walk) => n * walk.out, 1);
  const samples = x.shape[0] as number;
  const columns = new Float32Array(places * taps * channels);
  const width = channels * times;
  const out = new Float32Array(samples * places * width);
  const size = sizeOf(shape) * channels;
  for (let s = 0; s < samples; s++) {
    gather(x.data, s * size, shape, channels, walks, columns);
    for (let p = 0; p < places; p++) {
      for (let c = 0; c < channels; c++) {
        for (let m = 0; m < times; m++) {
          let sum = bias === null ? 0 : (bias[c * times + m] as number);
          for (let t = 0; t < taps; t++) {
            sum +=
              (columns[(p * taps + t) * channels + c] as number) *
              (kernel.data[(t * channels + c) * times + m] as number);
          }
          out[(s * places + p) * width + c * times + m] = sum;
        }
      }
    }
  }
  return tensor([samples, ...walks.map((walk) => walk.out), width], out);
}

export class DepthwiseConv extends Layer {
  readonly #activation: Activation;
  readonly #axes: number;
  constructor(className: string, config: Config, context: LayerContext, axes: number) {
    super(className, config);
    this.#axes = axes;
    this.#activation = activation(config["activation"], context.modern);
    channelsLast(this);
  }
  override get keepsMask(): boolean {
    return false;
  }
  get names(): readonly (readonly [string, boolean])[] {
    return this.config["use_bias"] === false
      ? [["kernel", true]]
      : [
          ["kernel", true],
          ["bias", true],
        ];
  }
  call(inputs: readonly Tensor[]): Tensor {
    const bias = this.config["use_bias"] === false ? null : this.weight("bias");
    return this.#activation(byDepth(this.one(inputs), this.tensorOf("kernel"), this.config, this.#axes, bias));
  }
}

export class SeparableConv extends Layer {
  readonly #activation: Activation;
  readonly #axes: number;
  constructor(className: string, config: Config, context: LayerContext, axes: number) {
    super(className, config);
    this.#axes = axes;
    this.#activation = activation(config["activation"], context.modern);
    channelsLast(this);
  }
  override get keepsMask(): boolean {
    return false;
  }
  get names(): readonly (readonly [string, boolean])[] {
    const both = [
      ["depthwise", true],
      ["pointwise", true],
    ] as const;
    return this.config["use_bias"] === false ? both : [...both, ["bias", true]];
  }
  call(inputs: readonly Tensor[]): Tensor {
    const deep = byDepth(this.one(inputs), this.tensorOf("depthwise"), this.config, this.#axes, null);
    const point = this.tensorOf("pointwise");
    const filters = point.shape[point.shape.length - 1] as number;
    const width = deep.shape[deep.shape.length - 1] as number;
    const bias = this.config["use_bias"] === false ? null : this.weight("bias");
    const data = matmul(deep.data, point.data, deep.data.length / width, width, filters, bias);
    return this.#activation(tensor([...deep.shape.slice(0, -1), filters], data));
  }
}

/** Conv1DTranspose, Conv2DTranspose, Conv3DTranspose. */
export class ConvTranspose extends Layer {
  readonly #activation: Activation;
  readonly #axes: number;
  constructor(className: string, config: Config, context: LayerContext, axes: number) {
    super(className, config);
    this.#axes = axes;
    this.#activation = activation(config["activation"], context.modern);
    channelsLast(this);
  }
  override get keepsMask(): boolean {
    return false;
  }
  get names(): readonly (readonly [string, boolean])[] {
    return this.config["use_bias"] === false
      ? [["kernel", true]]
      : [
          ["kernel", true],
          ["bias", true],
        ];
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.one(inputs);
    const axes = this.#axes;
    const kernel = this.tensorOf("kernel");
    const filters = kernel.shape[axes] as number;
    const channels = kernel.shape[axes + 1] as number;
    this.demand(x.shape[axes + 1] === channels, `takes ${channels} channels, not ${x.shape[axes + 1]}`);
    const strides = perAxis(this.config["strides"], axes, 1);
    const dilations = perAxis(this.config["dilation_rate"], axes, 1);
    const extra = this.config["output_padding"];
    const extras = extra === null || extra === undefined ? null : perAxis(extra, axes, 0);
    const same = this.config["padding"] === "same";
    const shape = x.shape.slice(1, axes + 1);
    const sizes = kernel.shape.slice(0, axes);
    const outShape = shape.map((n, i) => {
      const k = ((sizes[i] as number) - 1) * (dilations[i] as number) + 1;
      const stride = strides[i] as number;
      if (extras !== null) return (n - 1) * stride + k - (same ? 2 * Math.floor(k / 2) : 0) + (extras[i] as number);
      return same ? n * stride : n * stride + Math.max(k - stride, 0);
    });
    const before = outShape.map((n, i) => {
      const k = ((sizes[i] as number) - 1) * (dilations[i] as number) + 1;
      if (!same) return 0;
      if (extras !== null) return Math.floor(k / 2);
      const total = Math.max(0, ((shape[i] as number) - 1) * (strides[i] as number) + k - n);
      return Math.floor(total / 2);
    });
    const [d, h, w] = padded(shape, 1);
    const [kd, kh, kw] = padded(sizes, 1);
    const [sd, sh, sw] = padded(strides, 1);
    const [ed, eh, ew] = padded(dilations, 1);
    const [bd, bh, bw] = padded(before, 0);
    const [od, oh, ow] = padded(outShape, 1);
    const samples = x.shape[0] as number;
    const bias = this.config["use_bias"] === false ? null : this.weight("bias");
    const cells = od * oh * ow;
    const sums = new Float64Array(cells * filters);
    const out = new Float32Array(samples * cells * filters);
    for (let s = 0; s < samples; s++) {
      sums.fill(0);
      for (let zd = 0; zd < d; zd++)
        for (let zh = 0; zh < h; zh++)
          for (let zw = 0; zw < w; zw++) {
            const from = (((s * d + zd) * h + zh) * w + zw) * channels;
            for (let i = 0; i < kd; i++) {
              const yd = zd * sd + i * ed - bd;
              if (yd < 0 || yd >= od) continue;
              for (let j = 0; j < kh; j++) {
                const yh = zh * sh + j * eh - bh;
                if (yh < 0 || yh >= oh) continue;
                for (let k = 0; k < kw; k++) {
                  const yw = zw * sw + k * ew - bw;
                  if (yw < 0 || yw >= ow) continue;
                  const to = ((yd * oh + yh) * ow + yw) * filters;
                  const base = ((i * kh + j) * kw + k) * filters * channels;
                  for (let f = 0; f < filters; f++) {
                    let sum = 0;
                    for (let c = 0; c < channels; c++) {
                      sum += (x.data[from + c] as number) * (kernel.data[base + f * channels + c] as number);
                    }
                    sums[to + f]! += sum;
                  }
                }
              }
            }
          }
      if (bias !== null) for (let i = 0; i < sums.length; i++) sums[i]! += bias[i % filters] as number;
      out.set(sums, s * cells * filters);
    }
    return this.#activation(tensor([samples, ...outShape, filters], out));
  }
}
