/**
 * Pictures in other sizes: up-sampling, resizing, cropping to the middle.
 *
 * @module
 */
import { bad } from "../calls.ts";
import { type Config, type LayerContext, perAxis } from "../layer.ts";
import { cut, fits } from "../ops/nd.ts";
import { sizeOf, type Tensor, tensor } from "../tensor.ts";
import { byAxes, made, type Rows } from "./maker.ts";
import { OwnMaskLayer } from "./ownmask.ts";
import { channelsFirst, channelsLast, Spatial } from "./spatial.ts";

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos =
  (n: number) =>
  (x: number): number =>
    Math.abs(x) < n ? sinc(x) * sinc(x / n) : 0;

/** A cubic through eight numbers: of `t` below one, and of `t` below two. */
const cubic =
  (near: readonly number[], far: readonly number[]) =>
  (x: number): number => {
    const t = Math.abs(x);
    const [a, b, c, d] = (t < 1 ? near : far) as [number, number, number, number];
    return t >= 2 ? 0 : ((a * t + b) * t + c) * t + d;
  };

/** Keys' cubic with a = -1/2. */
const keys = cubic([1.5, -2.5, 0, 1], [-0.5, 2.5, -4, 2]);

/** How much a cell at a distance counts, by method; how far it counts. */
const KERNELS: ReadonlyMap<string, readonly [reach: number, weight: (x: number) => number]> = new Map([
  ["bilinear", [1, (x: number) => Math.max(0, 1 - Math.abs(x))]],
  ["bicubic", [2, keys]],
  ["lanczos3", [3, lanczos(3)]],
  ["lanczos5", [5, lanczos(5)]],
  ["gaussian", [1.5, (x: number) => (Math.abs(x) < 1.5 ? Math.exp(-2 * x * x) : 0)]],
  ["mitchellcubic", [2, cubic([7 / 6, -2, 0, 8 / 9], [-7 / 18, 2, -10 / 3, 16 / 9])]],
]);

const BLURS = /^(gaussian|mitchellcubic)$/;

/** Places between two cells that TensorFlow's bicubic knows (kernels/image/resize_bicubic_op.cc). */
const PLACES = 1024;

/** Half to even, as C rounds. */
function rounded(x: number): number {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2) : Math.round(x);
}

/** Where the middle of a new cell lies among the old ones. */
function middleOf(i: number, scale: number, method: string, table: boolean): number {
  if (!table || method !== "bicubic") return (i + 0.5) * scale - 0.5;
  const single = Math.fround(scale);
  const at = Math.fround(Math.fround(Math.fround(i + 0.5) * single) - 0.5);
  const cell = Math.floor(at);
  return cell + rounded(Math.fround(at - cell) * PLACES) / PLACES;
}

/** For each cell of the new axis the cells of the old one, and their weights; `table` as TensorFlow has them. */
function tapsOf(from: number, to: number, method: string, table: boolean): { first: number; weights: number[] }[] {
  const scale = from / to;
  const places = Array.from({ length: to }, (_, i) => i);
  if (method === "nearest") {
    return places.map((i) => ({ first: Math.min(from - 1, Math.floor((i + 0.5) * scale)), weights: [1] }));
  }
  if (method === "area") {
    // What cells have in common, in single precision as TensorFlow has it.
    const single = Math.fround(scale);
    return places.map((i) => {
      const [begin, end] = [Math.fround(i * single), Math.fround((i + 1) * single)];
      const first = Math.min(from - 1, Math.floor(begin));
      const weights: number[] = [];
      for (let k = first; k < Math.min(from, end); k++) {
        const within = k + 1 > end ? (k < begin ? single : end - k) : k < begin ? k + 1 - begin : 1;
        weights.push(Math.fround(within) / single);
      }
      return { first, weights };
    });
  }
  const kernel = KERNELS.get(method);
  if (kernel === undefined) throw bad(`interpolation by ${method} is not known`);
  const [reach, weight] = kernel;
  return places.map((i) => {
    const middle = middleOf(i, scale, method, table);
    const first = Math.max(0, Math.ceil(middle - reach));
    const last = Math.min(from - 1, Math.floor(middle + reach));
    const weights: number[] = [];
    for (let k = first; k <= last; k++) weights.push(weight(k - middle));
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((w) => w / sum) };
  });
}

/** One axis in another size. */
function scaled(x: Tensor, axis: number, size: number, method: string, table: boolean): Tensor {
  const n = x.shape[axis] as number;
  // A kernel that is not one at its middle changes cells even so.
  if (n === size && !BLURS.test(method)) return x;
  const taps = tapsOf(n, size, method, table);
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
function resized(x: Tensor, height: number, width: number, method: string, table: boolean): Tensor {
  if (!(height >= 0 && width >= 0 && height < 1 << 20 && width < 1 << 20))
    throw bad(`a picture of ${height} × ${width}`);
  if (x.shape[1] === height && x.shape[2] === width) return x;
  return scaled(scaled(x, 1, height, method, table), 2, width, method, table);
}

export class UpSampling extends Spatial {
  readonly #table: boolean;
  constructor(className: string, config: Config, { modern }: LayerContext, axes: number) {
    super(className, config, axes);
    this.#table = !modern;
  }
  protected run(x: Tensor): Tensor {
    const sizes = perAxis(this.config["size"] ?? this.config["length"], this.axes, 2);
    const how = String(this.config["interpolation"] ?? "nearest");
    let made = x;
    for (const [i, n] of sizes.entries()) {
      this.demand(n > 0 && n < 1 << 16, "has a size of nothing");
      made = scaled(made, i + 1, (x.shape[i + 1] as number) * n, how, this.#table);
    }
    return made;
  }
}

/** Resizing, CenterCrop, and RandomCrop as it works without training. */
export class Resizing extends OwnMaskLayer {
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
    // TensorFlow's table, which Keras 2 always goes by; a file of Keras 3 does not tell by what it was made.
    const table = this.era < 3000;
    // Keras lets it pass since 3.7.
    if (this.className === "RandomCrop" && this.era >= 3007) return x;
    const wholeHeight = Math.floor((w * height) / width);
    const wholeWidth = Math.floor((h * width) / height);
    const crops = this.className !== "Resizing";
    if (this.className === "CenterCrop" && h >= height && w >= width) {
      return middle(x, height, width);
    }
    if (crops || this.config["crop_to_aspect_ratio"] === true) {
      return resized(middle(x, Math.min(h, wholeHeight), Math.min(w, wholeWidth)), height, width, method, table);
    }
    if (this.config["pad_to_aspect_ratio"] === true) {
      // The same on both sides, whatever an odd number leaves.
      const [high, wide] = [
        h + 2 * Math.max(0, Math.floor((wholeHeight - h) / 2)),
        w + 2 * Math.max(0, Math.floor((wholeWidth - w) / 2)),
      ];
      const fill = Number(this.config["fill_value"] ?? 0);
      return resized(surrounded(x, high, wide, fill), height, width, method, table);
    }
    return resized(x, height, width, method, table);
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
  ...byAxes([["UpSampling*D", (...given) => new UpSampling(...given)]]),
];
