/**
 * What layers of one to three axes between samples and channels have in common.
 *
 * @module
 */
import { type Config, Layer } from "../layer.ts";
import { type Tensor, transposed } from "../tensor.ts";

/** How a window moves along one axis. */
export interface Walk {
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

/** A layer whose input has samples, one to three axes, and channels: first or last in the file, last at work. */
export abstract class Spatial extends Layer {
  protected readonly axes: number;
  readonly #first: boolean;

  constructor(className: string, config: Config, axes: number) {
    super(className, config);
    this.axes = axes;
    this.#first = config["data_format"] === "channels_first";
  }
  get names(): readonly (readonly [string, boolean])[] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const x = this.one(inputs);
    this.demand(x.shape.length === this.axes + 2, `takes ${this.axes + 2} axes, not ${x.shape.length}`);
    return this.#first ? channelsFirst(this.run(channelsLast(x))) : this.run(x);
  }
  /** The layer at work on channels last. */
  protected abstract run(x: Tensor): Tensor;
}

/** Channels from the second place to the last. */
export function channelsLast(x: Tensor): Tensor {
  const { length } = x.shape;
  return transposed(x, [0, ...Array.from({ length: length - 2 }, (_, i) => i + 2), 1]);
}

/** Channels from the last place to the second. */
export function channelsFirst(x: Tensor): Tensor {
  const { length } = x.shape;
  if (length < 3) return x;
  return transposed(x, [0, length - 1, ...Array.from({ length: length - 2 }, (_, i) => i + 1)]);
}
