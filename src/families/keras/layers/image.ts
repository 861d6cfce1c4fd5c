/**
 * Pictures in other sizes: up-sampling, resizing, cropping to the middle.
 *
 * @module
 */
import { bad } from "../calls.ts";
import { type Config, Layer, type LayerContext, perAxis } from "../layer.ts";
import { cut, fits } from "../ops/nd.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";
import { byAxes, made, type Rows } from "./maker.ts";
import { channelsFirst, channelsLast, Spatial } from "./spatial.ts";

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos =
  (n: number) =>
  (x: number): number =>
    Math.abs(x) < n ? sinc(x) * sinc(x / n) : 0;

/** How much a cell at a distance counts, by method; how far it counts. */
const KERNELS: ReadonlyMap<string, readonly [reach: number, weight: (x: number) => number]> = new Map([
  ["bilinear", [1, (x: number) => Math.max(0, 1 - Math.abs(x))]],
  [
    "bicubic",
    [
      2,
      (x: number) => {
        const t = Math.abs(x);
        if (t >= 2) return 0;
        // Keys' cubic with a = -1/2.
        return t < 1 ? (1.5 * t - 2.5) * t * t + 1 : ((-0.5 * t + 2.5) * t - 4) * t + 2;
      },
    ],
  ],
  ["lanczos3", [3, lanczos(3)]],
  ["lanczos5", [5, lanczos(5)]],
]);

/** For each cell of the new axis the cells of the old one, and their weights. */
function tapsOf(from: number, to: number, method: string): { first: number; weights: number[] }[] {
  const scale = from / to;
  if (method === "nearest") {
    return Array.from({ length: to }, (_, i) => ({
      first: Math.min(from - 1, Math.floor((i + 0.5) * scale)),
      weights: [1],
    }));
  }
  const kernel = KERNELS.get(method);
  if (kernel === undefined) throw bad(`interpolation by ${method} is not known`);
  const [reach, weight] = kernel;
  return Array.from({ length: to }, (_, i) => {
    const middle = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(middle - reach));
    const last = Math.min(from - 1, Math.floor(middle + reach));
    const weights: number[] = [];
    for (let k = first; k <= last; k++) weights.push(weight(k - middle));
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((w) => w / sum) };
  });
}

/** One axis in another size. */
function scaled(x: Tensor, axis: number, size: number, method: string): Tensor {
  const n = x.shape[axis] as number;
  if (n === size) return x;
  const taps = tapsOf(n, size, method);
  const outer = sizeOf(x.shape.slice(0, axis));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const shape = x.shape.map((old, i) => (i === axis ? size : old));
  const out = new Float32Array(sizeOf(fits(shape)));
  const row = new Float64Array(inner);
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const { first, weights } of taps) {
      row.fill(0);
      for (const [k, weight] of weights.entries()) {
        const from = (o * n + first + k) * inner;
        for (let i = 0; i < inner; i++) row[i]! += weight * (x.data[from + i] as number);
      }
      out.set(row, to);
      to += inner;
    }
  }
  return tensor(shape, out);
}

/** Pictures `[samples, height, width, channels]` in another size. */
export function resized(x: Tensor, height: number, width: number, method: string): Tensor {
  if (!(height >= 0 && width >= 0 && height < 1 << 20 && width < 1 << 20))
    throw bad(`a picture of ${height} × ${width}`);
  return scaled(scaled(x, 1, height, method), 2, width, method);
}

export class UpSampling extends Spatial {
  protected run(x: Tensor): Tensor {
    const sizes = perAxis(this.config["size"] ?? this.config["length"], this.axes, 2);
    const how = String(this.config["interpolation"] ?? "nearest");
    let made = x;
    for (const [i, n] of sizes.entries()) {
      this.demand(n > 0 && n < 1 << 16, "has a size of nothing");
      made = scaled(made, i + 1, (x.shape[i + 1] as number) * n, how);
    }
    return made;
  }
}

/** Resizing, CenterCrop, and RandomCrop as it works without training. */
export class Resizing extends Layer {
  readonly #era: number;
  constructor(className: string, config: Config, context: LayerContext) {
    super(className, config);
    this.#era = context.era;
  }
  get names(): readonly [] {
    return [];
  }
  override get keepsMask(): boolean {
    return false;
  }
  call(inputs: readonly Tensor[]): Tensor {
    const given = this.one(inputs);
    const { length } = given.shape;
    this.demand(length === 3 || length === 4, "takes pictures");
    const batch = length === 3 ? tensor([1, ...given.shape], given.data) : given;
    const first = this.config["data_format"] === "channels_first";
    const made = this.#run(first ? channelsLast(batch) : batch);
    const out = first ? channelsFirst(made) : made;
    return length === 3 ? tensor(out.shape.slice(1), out.data) : out;
  }
  #run(x: Tensor): Tensor {
    const [height, width] = [Number(this.config["height"]), Number(this.config["width"])];
    const method = String(this.config["interpolation"] ?? "bilinear").toLowerCase();
    const [, h = 0, w = 0] = x.shape;
    // Keras lets it pass since 3.7.
    if (this.className === "RandomCrop" && this.#era >= 3007) return x;
    const wholeHeight = Math.floor((w * height) / width);
    const wholeWidth = Math.floor((h * width) / height);
    const crops = this.className !== "Resizing";
    if (this.className === "CenterCrop" && h >= height && w >= width) {
      return middle(x, height, width);
    }
    if (crops || this.config["crop_to_aspect_ratio"] === true) {
      return resized(middle(x, Math.min(h, wholeHeight), Math.min(w, wholeWidth)), height, width, method);
    }
    if (this.config["pad_to_aspect_ratio"] === true) {
      // The same on both sides, whatever an odd number leaves.
      const [high, wide] = [
        h + 2 * Math.max(0, Math.floor((wholeHeight - h) / 2)),
        w + 2 * Math.max(0, Math.floor((wholeWidth - w) / 2)),
      ];
      const fill = Number(this.config["fill_value"] ?? 0);
      return resized(surrounded(x, high, wide, fill), height, width, method);
    }
    return resized(x, height, width, method);
  }
}

/** The middle of pictures. */
function middle(x: Tensor, height: number, width: number): Tensor {
  const [, h = 0, w = 0] = x.shape;
  const rows = cut(x, 1, Math.floor((h - height) / 2), height);
  return cut(rows, 2, Math.floor((w - width) / 2), width);
}

function surrounded(x: Tensor, height: number, width: number, fill: number): Tensor {
  const [samples = 0, h = 0, w = 0, channels = 0] = x.shape;
  const [top, left] = [Math.floor((height - h) / 2), Math.floor((width - w) / 2)];
  const out = new Float32Array(sizeOf(fits([samples, height, width, channels]))).fill(fill);
  for (let s = 0; s < samples; s++) {
    for (let y = 0; y < h; y++) {
      const from = (s * h + y) * w * channels;
      out.set(x.data.subarray(from, from + w * channels), ((s * height + top + y) * width + left) * channels);
    }
  }
  return tensor([samples, height, width, channels], out);
}

export const IMAGES: Rows = [
  ["Resizing", made(Resizing)],
  ["CenterCrop", made(Resizing)],
  ["RandomCrop", made(Resizing)],
  ...byAxes([["UpSampling*D", (c, config, _, axes) => new UpSampling(c, config, axes)]]),
];
