/**
 * Pooling, padding, cropping and up-sampling, channels last.
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { type Config, channelsLast, Layer, perAxis } from "../layer.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";
import { walkOf } from "./conv.ts";

/** A layer of one to three axes between samples and channels, without weights. */
abstract class Spatial extends Layer {
  protected readonly axes: number;
  constructor(className: string, config: Config, axes: number) {
    super(className, config);
    this.axes = axes;
    channelsLast(this);
  }
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  protected spatial(inputs: readonly Tensor[]): { x: Tensor; shape: number[]; channels: number; samples: number } {
    const x = this.one(inputs);
    this.demand(x.shape.length === this.axes + 2, `takes ${this.axes + 2} axes, not ${x.shape.length}`);
    return {
      x,
      shape: x.shape.slice(1, this.axes + 1),
      channels: x.shape[this.axes + 1] as number,
      samples: x.shape[0] as number,
    };
  }
}

/** Steps over all places of a shape, last axis fastest. */
function* places(shape: readonly number[]): Generator<number[]> {
  const index = shape.map(() => 0);
  const total = sizeOf(shape);
  for (let i = 0; i < total; i++) {
    yield index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
}

export class Pool extends Spatial {
  readonly #most: boolean;
  constructor(className: string, config: Config, axes: number, most: boolean) {
    super(className, config, axes);
    this.#most = most;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const { x, shape, channels, samples } = this.spatial(inputs);
    const sizes = perAxis(this.config["pool_size"], this.axes, 2);
    const strides = this.config["strides"] == null ? sizes : perAxis(this.config["strides"], this.axes, 2);
    const walks = shape.map((n, i) => walkOf(n, sizes[i] as number, strides[i] as number, 1, this.config["padding"]));
    const outShape = walks.map((walk) => walk.out);
    const out = new Float32Array(samples * sizeOf(outShape) * channels);
    const sums = new Float64Array(channels);
    const inner = sizeOf(shape) * channels;
    // For each place of the output, the cells of the window that lie inside.
    const cells: number[][] = [];
    for (const place of places(outShape)) {
      let found = [0];
      for (let axis = 0; axis < shape.length; axis++) {
        const { stride, before, size } = walks[axis] as ReturnType<typeof walkOf>;
        const next: number[] = [];
        for (const at of found) {
          for (let k = 0; k < size; k++) {
            const z = (place[axis] as number) * stride + k - before;
            if (z >= 0 && z < (shape[axis] as number)) next.push(at * (shape[axis] as number) + z);
          }
        }
        found = next;
      }
      cells.push(found);
    }
    let to = 0;
    for (let s = 0; s < samples; s++) {
      for (const found of cells) {
        sums.fill(this.#most ? Number.NEGATIVE_INFINITY : 0);
        for (const cell of found) {
          const from = s * inner + cell * channels;
          if (this.#most)
            for (let c = 0; c < channels; c++) sums[c] = Math.max(sums[c] as number, x.data[from + c] as number);
          else for (let c = 0; c < channels; c++) sums[c]! += x.data[from + c] as number;
        }
        const by = this.#most ? 1 : found.length;
        for (let c = 0; c < channels; c++) out[to++] = (sums[c] as number) / by;
      }
    }
    return tensor([samples, ...outShape, channels], out);
  }
}

export class GlobalPool extends Spatial {
  readonly #most: boolean;
  constructor(className: string, config: Config, axes: number, most: boolean) {
    super(className, config, axes);
    this.#most = most;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const { x, shape, channels, samples } = this.spatial(inputs);
    const cells = sizeOf(shape);
    const out = new Float32Array(samples * channels);
    const masked = this.axes === 1 && !this.#most ? x.mask : undefined;
    for (let s = 0; s < samples; s++) {
      for (let c = 0; c < channels; c++) {
        let value = this.#most ? Number.NEGATIVE_INFINITY : 0;
        let count = 0;
        for (let p = 0; p < cells; p++) {
          if (masked !== undefined && masked[s * cells + p] === 0) continue;
          const v = x.data[(s * cells + p) * channels + c] as number;
          value = this.#most ? Math.max(value, v) : value + v;
          count++;
        }
        out[s * channels + c] = this.#most ? value : value / count;
      }
    }
    const keep = this.config["keepdims"] === true;
    return tensor(keep ? [samples, ...shape.map(() => 1), channels] : [samples, channels], out);
  }
}

/** What is before and behind along each axis. */
function pairs(value: unknown, axes: number): [number, number][] {
  if (axes === 1 && Array.isArray(value) && value.length === 2 && typeof value[0] === "number") {
    return [[value[0], value[1] as number]];
  }
  if (typeof value === "number") return new Array(axes).fill([value, value]);
  return (value as unknown[]).map((pair) =>
    Array.isArray(pair) ? [Number(pair[0]), Number(pair[1])] : [Number(pair), Number(pair)],
  );
}

/** ZeroPadding and Cropping. */
export class Border extends Spatial {
  readonly #cuts: boolean;
  constructor(className: string, config: Config, axes: number, cuts: boolean) {
    super(className, config, axes);
    this.#cuts = cuts;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const { x, shape, channels, samples } = this.spatial(inputs);
    const sides = pairs(this.config[this.#cuts ? "cropping" : "padding"], this.axes);
    const sign = this.#cuts ? -1 : 1;
    const outShape = shape.map((n, i) => n + sign * ((sides[i] as number[])[0]! + (sides[i] as number[])[1]!));
    const out = new Float32Array(samples * sizeOf(outShape) * channels);
    let to = 0;
    for (let s = 0; s < samples; s++) {
      for (const place of places(outShape)) {
        let at = 0;
        let inside = true;
        for (let axis = 0; axis < shape.length; axis++) {
          const z = (place[axis] as number) - sign * ((sides[axis] as number[])[0] as number);
          inside &&= z >= 0 && z < (shape[axis] as number);
          at = at * (shape[axis] as number) + z;
        }
        if (inside) {
          const from = (s * sizeOf(shape) + at) * channels;
          out.set(x.data.subarray(from, from + channels), to);
        }
        to += channels;
      }
    }
    return tensor([samples, ...outShape, channels], out);
  }
}

export class UpSampling extends Spatial {
  call(inputs: readonly Tensor[]): Tensor {
    const { x, shape, channels, samples } = this.spatial(inputs);
    const sizes = perAxis(this.config["size"], this.axes, 2);
    const how = this.config["interpolation"] ?? "nearest";
    const outShape = shape.map((n, i) => n * (sizes[i] as number));
    const out = new Float32Array(samples * sizeOf(outShape) * channels);
    if (how !== "nearest" && !(how === "bilinear" && this.axes === 2)) {
      throw new UnsupportedError(
        "interpolation",
        `the layer ${this.name} interpolates ${String(how)}, which is not known`,
      );
    }
    const cells = sizeOf(shape);
    let to = 0;
    for (let s = 0; s < samples; s++) {
      for (const place of places(outShape)) {
        if (how === "nearest") {
          let at = 0;
          for (let axis = 0; axis < shape.length; axis++) {
            at = at * (shape[axis] as number) + Math.floor((place[axis] as number) / (sizes[axis] as number));
          }
          const from = (s * cells + at) * channels;
          out.set(x.data.subarray(from, from + channels), to);
        } else {
          const [h = 0, w = 0] = shape;
          const spot = (axis: number, n: number): [number, number, number] => {
            const z = ((place[axis] as number) + 0.5) / (sizes[axis] as number) - 0.5;
            const low = Math.floor(z);
            return [Math.max(0, low), Math.min(n - 1, low + 1), z - low];
          };
          const [y0, y1, fy] = spot(0, h);
          const [x0, x1, fx] = spot(1, w);
          const cell = (a: number, b: number, c: number): number =>
            x.data[(s * cells + a * w + b) * channels + c] as number;
          for (let c = 0; c < channels; c++) {
            const top = cell(y0, x0, c) * (1 - fx) + cell(y0, x1, c) * fx;
            const bottom = cell(y1, x0, c) * (1 - fx) + cell(y1, x1, c) * fx;
            out[to + c] = top * (1 - fy) + bottom * fy;
          }
        }
        to += channels;
      }
    }
    return tensor([samples, ...outShape, channels], out);
  }
}
