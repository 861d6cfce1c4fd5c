/**
 * Pooling, also over a whole picture.
 *
 * @module
 */
import { type Config, perAxis } from "../layer.ts";
import { ONE_CELL, pool32, sizeOf, type Tensor, tensor, type Way } from "../tensor.ts";
import { Spatial, walkOf } from "./spatial.ts";

/** Where windows begin and end along an axis, inside it. */
export interface Windows {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

function windowsOf(n: number, size: number, stride: number, padding: unknown): Windows {
  const walk = walkOf(n, size, stride, 1, padding);
  const starts = Array.from({ length: walk.out }, (_, i) => i * stride - walk.before);
  return { from: starts.map((at) => Math.max(0, at)), to: starts.map((at) => Math.min(n, at + size)) };
}

/** The largest or the mean of every window, channels last. */
export function pooled(x: Tensor, windows: readonly Windows[], most: boolean, out: Float32Array): void {
  const missing = 3 - windows.length;
  const still: Windows = { from: [0], to: [1] };
  const [wd, wh, ww] = [...new Array<Windows>(missing).fill(still), ...windows] as [Windows, Windows, Windows];
  const sizes = [...new Array<number>(missing).fill(1), ...x.shape.slice(1, -1)] as [number, number, number];
  const [, h, w] = sizes;
  const channels = x.shape[x.shape.length - 1] as number;
  const inner = sizeOf(sizes) * channels;
  const { data } = x;
  const samples = x.shape[0] as number;
  let to = 0;
  for (let s = 0; s < samples; s++)
    for (let i = 0; i < wd.from.length; i++)
      for (let j = 0; j < wh.from.length; j++)
        for (let k = 0; k < ww.from.length; k++, to += channels) {
          const [d0, d1, h0, h1] = [wd.from[i], wd.to[i], wh.from[j], wh.to[j]] as [number, number, number, number];
          const [w0, w1] = [ww.from[k], ww.to[k]] as [number, number];
          const count = (d1 - d0) * (h1 - h0) * (w1 - w0);
          for (let c = 0; c < channels; c++) {
            let value = most ? Number.NEGATIVE_INFINITY : 0;
            for (let d = d0; d < d1; d++)
              for (let y = h0; y < h1; y++) {
                let at = s * inner + ((d * h + y) * w + w0) * channels + c;
                for (let z = w0; z < w1; z++, at += channels) {
                  const v = data[at] as number;
                  if (most) {
                    if (!(v <= value)) value = v;
                  } else value += v;
                }
              }
            out[to + c] = most ? value : value / count;
          }
        }
}

export class Pool extends Spatial {
  readonly #most: boolean;
  constructor(className: string, config: Config, axes: number, most: boolean) {
    super(className, config, axes);
    this.#most = most;
  }
  protected run(x: Tensor): Tensor {
    const shape = x.shape.slice(1, -1);
    const sizes = perAxis(this.config["pool_size"] ?? this.config["pool_length"], this.axes, 2);
    const strides = this.config["strides"] == null ? sizes : perAxis(this.config["strides"], this.axes, 2);
    this.demand(
      [...sizes, ...strides].every((n) => n > 0),
      "has windows of no size",
    );
    const windows = shape.map((n, i) => windowsOf(n, sizes[i] as number, strides[i] as number, this.config["padding"]));
    const outShape = [
      x.shape[0] as number,
      ...windows.map(({ from }) => from.length),
      x.shape[this.axes + 1] as number,
    ];
    const out = this.room(sizeOf(outShape));
    const ways = shape.map((n, i): Way => {
      const [size, stride] = [sizes[i] as number, strides[i] as number];
      return { cells: n, size, stride, dilation: 1, before: 0, out: windows[i]?.from.length ?? 0 };
    });
    const still = new Array<Way>(3 - ways.length).fill({ ...ONE_CELL });
    const inside = windows.every(({ from, to }, i) =>
      from.every((at, k) => at === k * (strides[i] as number) && (to[k] as number) - at === sizes[i]),
    );
    const all = [...still, ...ways] as [Way, Way, Way];
    const [samples = 0] = x.shape;
    const fast = inside && pool32(x.data, samples, all, x.shape[this.axes + 1] as number, this.#most, out);
    if (!fast) pooled(x, windows, this.#most, out);
    return tensor(outShape, out);
  }
}

export class GlobalPool extends Spatial {
  readonly #most: boolean;
  constructor(className: string, config: Config, axes: number, most: boolean) {
    super(className, config, axes);
    this.#most = most;
  }
  protected run(x: Tensor): Tensor {
    const shape = x.shape.slice(1, -1);
    const cells = sizeOf(shape);
    const samples = x.shape[0] as number;
    const channels = x.shape[this.axes + 1] as number;
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
