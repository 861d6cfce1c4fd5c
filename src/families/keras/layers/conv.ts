/**
 * Convolutions: one to three axes, plain, by depth, separable.
 *
 * @module
 */
import { type Activation, activation, kernelOf } from "../activations.ts";
import { type Config, type LayerContext, perAxis } from "../layer.ts";
import { type After, matmul, sizeOf, type Tensor, tensor, type Way, Windows } from "../tensor.ts";
import { Spatial, type Walk, walkOf } from "./spatial.ts";

const STILL: Walk = { size: 1, stride: 1, dilation: 1, before: 0, out: 1 };

/** A shape of one to three axes as one of three. */
export function padded(shape: readonly number[], fill: number): [number, number, number] {
  const all = [...new Array<number>(3 - shape.length).fill(fill), ...shape];
  return all as [number, number, number];
}

/** Copies the cells of every window, one window after the other; what lies outside is zero. */
export function gather(
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
  const [wd, wh, ww] = [...new Array<Walk>(3 - walks.length).fill(STILL), ...walks] as [Walk, Walk, Walk];
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

/** Numbers of windows that are held at once. */
const BLOCK = 1 << 20;

/** What convolutions have in common: strides, dilation, padding, a bias, an activation. */
export abstract class Convolution extends Spatial {
  protected readonly activation: Activation;
  readonly #after: After | null;
  #ready: {
    readonly kernel: Float32Array;
    readonly bias: Float32Array | null;
    readonly shape: string;
    windows: Windows;
  } | null = null;
  protected readonly strides: readonly number[];
  protected readonly dilations: readonly number[];
  /** Is what the layer is called the name of its weights, `kernel` or two of them? */
  protected readonly kernels: readonly string[] = ["kernel"];

  constructor(className: string, config: Config, context: LayerContext, axes: number) {
    super(className, config, axes);
    this.activation = activation(config["activation"], context.modern);
    this.#after = kernelOf(config["activation"]);
    this.strides = perAxis(config["strides"], axes, 1);
    this.dilations = perAxis(config["dilation_rate"], axes, 1);
    this.demand(
      [...this.strides, ...this.dilations].every((n) => n > 0),
      "has strides or dilations of nothing",
    );
  }
  override get names(): readonly (readonly [string, boolean])[] {
    const names = this.config["use_bias"] === false ? this.kernels : [...this.kernels, "bias"];
    return names.map((name) => [name, true] as const);
  }
  protected get bias(): Float32Array | null {
    return this.config["use_bias"] === false ? null : this.weight("bias");
  }
  /** The same, for as many filters. */
  protected biasOf(filters: number): Float32Array | null {
    const { bias } = this;
    this.demand(bias === null || bias.length === filters, `has a bias of ${bias?.length} for ${filters} filters`);
    return bias;
  }
  /** The kernel of a name, its shape checked. */
  protected kernel(name: string): Tensor {
    const kernel = this.tensorOf(name);
    this.demand(kernel.shape.length === this.axes + 2, `has a ${name} of (${kernel.shape.join(", ")})`);
    return kernel;
  }
  /** How its windows move over a tensor. */
  protected walks(x: Tensor, kernel: Tensor): Walk[] {
    const { strides, dilations } = this;
    return x.shape
      .slice(1, this.axes + 1)
      .map((n, i) =>
        walkOf(n, kernel.shape[i] as number, strides[i] as number, dilations[i] as number, this.config["padding"]),
      );
  }
  /** The whole convolution by the kernels; null where there are none. */
  protected byVectors(
    x: Tensor,
    kernel: Tensor,
    bias: Float32Array | null,
    filters: number,
    groups: number,
    byDepth: boolean,
  ): Tensor | null {
    const walks = this.walks(x, kernel);
    const [samples = 0] = x.shape;
    const shape = [samples, ...walks.map(({ out }) => out), filters];
    const size = sizeOf(shape);
    // Small ones are not worth the way.
    if (size * sizeOf(kernel.shape.slice(0, -1)) < 4096) return null;
    const cells = x.shape.slice(1, this.axes + 1);
    const key = String(cells);
    let ready = this.#ready;
    if (ready === null || ready.kernel !== kernel.data || ready.bias !== bias || ready.shape !== key) {
      const ways = walks.map((walk, i): Way => ({ ...walk, cells: cells[i] as number }));
      const still = new Array<Way>(3 - ways.length).fill({ ...STILL, cells: 1 });
      const channels = x.shape[this.axes + 1] as number;
      const all = [...still, ...ways] as [Way, Way, Way];
      const windows = new Windows(kernel.data, bias, all, channels, filters, groups, byDepth);
      ready = { kernel: kernel.data, bias, shape: key, windows };
      this.#ready = ready;
    }
    const out = this.room(size);
    return ready.windows.run(x.data, samples, out, this.#after ?? "none") ? tensor(shape, out) : null;
  }

  /** What follows the kernels: the activation, if they do not know it. */
  protected finished(x: Tensor): Tensor {
    return this.#after === null ? this.activation(x) : x;
  }

  /** Each channel on its own: `[samples, …, channels × multiplier]`. */
  protected byDepth(x: Tensor, kernel: Tensor, bias: Float32Array | null): Tensor {
    const { axes } = this;
    const shape = x.shape.slice(1, axes + 1);
    const walks = this.walks(x, kernel);
    const channels = x.shape[axes + 1] as number;
    this.demand(channels === kernel.shape[axes], `takes ${kernel.shape[axes]} channels, not ${channels}`);
    const times = kernel.shape[axes + 1] as number;
    const taps = sizeOf(kernel.shape.slice(0, axes));
    const places = walks.reduce((n, walk) => n * walk.out, 1);
    const samples = x.shape[0] as number;
    const columns = new Float32Array(places * taps * channels);
    const width = channels * times;
    const out = this.room(samples * places * width);
    const size = sizeOf(shape) * channels;
    const weights = kernel.data;
    const sums = new Float32Array(width);
    for (let s = 0, to = 0; s < samples; s++) {
      gather(x.data, s * size, shape, channels, walks, columns);
      for (let p = 0; p < places; p++, to += width) {
        for (let i = 0; i < width; i++) sums[i] = bias === null ? 0 : (bias[i] as number);
        for (let t = 0; t < taps; t++) {
          const [from, at] = [(p * taps + t) * channels, t * width];
          if (times === 1) {
            for (let c = 0; c < width; c++)
              sums[c]! += Math.fround((columns[from + c] as number) * (weights[at + c] as number));
          } else {
            for (let c = 0, i = 0; c < channels; c++) {
              const v = columns[from + c] as number;
              for (let m = 0; m < times; m++, i++) sums[i]! += Math.fround(v * (weights[at + i] as number));
            }
          }
        }
        out.set(sums, to);
      }
    }
    return tensor([samples, ...walks.map((walk) => walk.out), width], out);
  }
}

/** Conv1D, Conv2D, Conv3D. */
export class Conv extends Convolution {
  protected run(x: Tensor): Tensor {
    const kernel = this.kernel("kernel");
    const { axes } = this;
    const filters = kernel.shape[axes + 1] as number;
    const depth = kernel.shape[axes] as number;
    const channels = x.shape[axes + 1] as number;
    const groups = Number(this.config["groups"] ?? 1);
    this.demand(depth * groups === channels, `takes ${depth * groups} channels, not ${channels}`);
    const each = filters / groups;
    this.demand(Number.isInteger(each), `has ${filters} filters in ${groups} groups`);
    const round = this.precision?.steps ?? null;
    const given = this.biasOf(filters);
    const bias = round === null ? given : null;
    const fast = round !== null ? null : this.byVectors(x, kernel, bias, filters, groups, false);
    if (fast !== null) return this.finished(fast);
    const walks = this.walks(x, kernel);
    const shape = x.shape.slice(1, axes + 1);
    const taps = sizeOf(kernel.shape.slice(0, axes));
    const places = walks.reduce((n, walk) => n * walk.out, 1);
    const samples = x.shape[0] as number;
    const out = this.room(samples * places * filters);
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
    if (round !== null) this.biased(out, given, round);
    return this.activation(tensor([samples, ...walks.map((walk) => walk.out), filters], out));
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
          const x = columns[(p * taps + t) * channels + group * depth + c] as number;
          sum = Math.fround(sum + Math.fround(x * (kernel[(t * depth + c) * filters + f] as number)));
        }
      }
      out[at + p * filters + f] = sum;
    }
  }
}

export class DepthwiseConv extends Convolution {
  protected run(x: Tensor): Tensor {
    const kernel = this.kernel("kernel");
    const channels = x.shape[this.axes + 1] as number;
    const isPlain = kernel.shape[this.axes + 1] === 1 && kernel.shape[this.axes] === channels;
    const fast = isPlain ? this.byVectors(x, kernel, this.biasOf(channels), channels, 1, true) : null;
    const all = channels * (kernel.shape[this.axes + 1] as number);
    return fast === null ? this.activation(this.byDepth(x, kernel, this.biasOf(all))) : this.finished(fast);
  }
}

export class SeparableConv extends Convolution {
  protected override readonly kernels: readonly string[] = ["depthwise", "pointwise"];
  protected run(x: Tensor): Tensor {
    const deep = this.byDepth(x, this.kernel("depthwise"), null);
    const point = this.kernel("pointwise");
    const filters = point.shape[point.shape.length - 1] as number;
    const width = deep.shape[deep.shape.length - 1] as number;
    this.demand(point.data.length === width * filters, `has a pointwise kernel that does not take ${width} channels`);
    const data = matmul(deep.data, point.data, deep.data.length / width, width, filters, this.biasOf(filters));
    return this.activation(tensor([...deep.shape.slice(0, -1), filters], data));
  }
}
