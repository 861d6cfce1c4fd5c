/**
 * Convolutions of float32 by WebAssembly's vectors: windows over pictures, their bias and what follows in one go.
 *
 * @module
 */
import { KERNELS } from "./convmodule.ts";
import { grown, instantiated } from "./instance.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  base(): number;
  inset(from: number, to: number, d: number, h: number, row: number, top: number, plane: number, wide: number): void;
  conv(
    x: number,
    offsets: number,
    places: number,
    taps: number,
    count: number,
    run: number,
    panels: number,
    bias: number,
    c: number,
    n: number,
    step: number,
  ): void;
  depthwise(
    x: number,
    offsets: number,
    places: number,
    taps: number,
    count: number,
    kernel: number,
    bias: number,
    c: number,
    n: number,
  ): void;
  activate(x: number, n: number, kind: number): void;
  pool(
    x: number,
    offsets: number,
    places: number,
    cells: number,
    count: number,
    c: number,
    n: number,
    most: number,
  ): void;
}

/** What is done to the numbers that come out. */
export type After = "none" | "relu" | "tanh" | "sigmoid";

const KINDS: Readonly<Record<After, number>> = { none: 0, relu: 1, tanh: 2, sigmoid: 3 };

/** Numbers that one round of the kernel works on: what a processor keeps at hand. */
const BLOCK = 1 << 17;
/** Numbers that its memory may hold. */
const MOST = 1 << 27;

/** The one instance: made when it is first wanted; null where pages or machines have none. */
let instance: Exports | null | undefined;

function kernel(): Exports | null {
  if (instance === undefined) instance = instantiated<Exports>(KERNELS);
  return instance;
}

/** Memory of the kernel for so many numbers: where it begins, and views of it; null where the machine has no more. */
function room(fast: Exports, numbers: number): { first: number; floats: Float32Array; ints: Int32Array } | null {
  const start = (fast.base() + 15) & ~15;
  const buffer = grown(fast.memory, start + 4 * numbers);
  return buffer === null ? null : { first: start / 4, floats: new Float32Array(buffer), ints: new Int32Array(buffer) };
}

/** How a window goes along one axis: `before` and what it needs in all are cells, zeros among them. */
export interface Way {
  readonly cells: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly out: number;
}

/** A picture of one cell, with a window of one: a row under a matrix. */
export const ONE_CELL: Way = { cells: 1, size: 1, stride: 1, dilation: 1, before: 0, out: 1 };

/** Columns of `b (k, n)` in panels of eight, what is missing as zeros; `width` numbers lie between its rows. */
function packed(b: Float32Array, k: number, n: number, first: number, width: number): Float32Array {
  const out = new Float32Array(k * Math.ceil(n / 8) * 8);
  let to = 0;
  for (let j = 0; j < n; j += 8) {
    const end = Math.min(8, n - j);
    for (let i = 0; i < k; i++, to += 8) {
      for (let c = 0; c < end; c++) out[to + c] = b[i * width + first + j + c] as number;
    }
  }
  return out;
}

/** A convolution made ready: its kernel in the order of the vectors, its windows for pictures of one size. */
export class Windows {
  readonly #panels: readonly Float32Array[];
  readonly #bias: Float32Array;
  readonly #offsets: Int32Array;
  readonly #taps: Int32Array;
  readonly #run: number;
  readonly #groups: number;
  readonly #filters: number;
  readonly #channels: number;
  readonly #depth: number;
  readonly #ways: readonly [Way, Way, Way];
  readonly #wide: readonly [number, number, number];
  readonly #padded: boolean;
  readonly #byDepth: boolean;

  /**
   * `kernel` is `[...sizes, channels / groups, filters]`; with `byDepth` it is `[...sizes, channels]`, a window for each
   * channel alone.
   */
  constructor(
    kernel: Float32Array,
    bias: Float32Array | null,
    ways: readonly [Way, Way, Way],
    channels: number,
    filters: number,
    groups: number,
    byDepth: boolean,
  ) {
    const wide = ways.map(({ cells, size, stride, dilation, before, out }) =>
      Math.max(before + cells, (out - 1) * stride + (size - 1) * dilation + 1),
    ) as [number, number, number];
    this.#ways = ways;
    this.#wide = wide;
    this.#padded = ways.some(({ cells }, i) => cells !== wide[i]);
    this.#channels = channels;
    this.#filters = filters;
    this.#groups = groups;
    this.#byDepth = byDepth;
    this.#depth = channels / groups;
    const [d, h, w] = ways;
    const [row, plane] = [wide[2] * channels, wide[1] * wide[2] * channels];
    // Cells side by side are one run where all channels take part.
    const whole = groups === 1 && !byDepth && w.dilation === 1;
    this.#run = byDepth ? 1 : whole ? w.size * channels : this.#depth;
    const taps: number[] = [];
    for (let i = 0; i < d.size; i++)
      for (let j = 0; j < h.size; j++)
        for (let k = 0; k < (whole ? 1 : w.size); k++) {
          taps.push(i * d.dilation * plane + j * h.dilation * row + k * w.dilation * channels);
        }
    this.#taps = Int32Array.from(taps);
    const places = new Int32Array(d.out * h.out * w.out);
    let to = 0;
    for (let i = 0; i < d.out; i++)
      for (let j = 0; j < h.out; j++)
        for (let k = 0; k < w.out; k++)
          places[to++] = i * d.stride * plane + j * h.stride * row + k * w.stride * channels;
    this.#offsets = places;
    const depth = this.#taps.length * this.#run;
    const each = filters / groups;
    if (byDepth) this.#panels = [kernel];
    else this.#panels = Array.from({ length: groups }, (_, g) => packed(kernel, depth, each, g * each, filters));
    this.#bias = new Float32Array(groups * Math.ceil(each / 8) * 8 + 8);
    const step = Math.ceil(each / 8) * 8;
    if (bias !== null) {
      for (let g = 0; g < groups; g++)
        this.#bias.set(bias.subarray(g * each, (g + 1) * each), g * (byDepth ? each : step));
    }
  }

  /** Numbers of one picture that comes out. */
  get size(): number {
    return this.#offsets.length * this.#filters;
  }

  /**
   * All pictures of `x` into `out`; false where there are no vectors, or too little memory for them: nothing is done then.
   */
  run(x: Float32Array, samples: number, out: Float32Array, after: After): boolean {
    const fast = kernel();
    if (fast === null) return false;
    const [d, h, w] = this.#ways;
    const channels = this.#channels;
    const own = d.cells * h.cells * w.cells * channels;
    const [wd, wh, ww] = this.#wide;
    const size = wd * wh * ww * channels;
    const places = this.#offsets.length;
    const made = this.size;
    const many = Math.max(1, Math.min(samples, Math.floor(BLOCK / Math.max(1, size + made))));
    const panels = this.#panels.reduce((n, panel) => n + panel.length, 0);
    const total = many * (own + size + places + made) + this.#taps.length + panels + this.#bias.length + 64;
    const held = total > MOST ? null : room(fast, total);
    if (held === null) return false;
    const { first, floats, ints } = held;
    const aligned = (at: number): number => (at + 3) & ~3;
    const pPanels = aligned(first);
    const pBias = aligned(pPanels + panels);
    const pTaps = aligned(pBias + this.#bias.length);
    const pOffsets = aligned(pTaps + this.#taps.length);
    const pWide = aligned(pOffsets + many * places);
    const pOwn = this.#padded ? aligned(pWide + many * size) : pWide;
    const pOut = aligned(pOwn + many * own);
    const panelAt: number[] = [];
    let to = pPanels;
    for (const panel of this.#panels) {
      panelAt.push(to * 4);
      floats.set(panel, to);
      to += panel.length;
    }
    floats.set(this.#bias, pBias);
    ints.set(this.#taps, pTaps);
    for (let s = 0; s < many; s++) {
      const shift = s * size;
      const at = pOffsets + s * places;
      if (shift === 0) ints.set(this.#offsets, at);
      else for (let p = 0; p < places; p++) ints[at + p] = (this.#offsets[p] as number) + shift;
    }
    if (this.#padded) floats.fill(0, pWide, pWide + many * size);
    const [row, plane] = [ww * channels, wh * ww * channels];
    const top = d.before * plane + h.before * row + w.before * channels;
    const each = this.#filters / this.#groups;
    const step = Math.ceil(each / 8) * 8;
    for (let s = 0; s < samples; s += many) {
      const count = Math.min(many, samples - s);
      floats.set(x.subarray(s * own, (s + count) * own), pOwn);
      if (this.#padded) {
        for (let i = 0; i < count; i++) {
          fast.inset(
            (pOwn + i * own) * 4,
            (pWide + i * size) * 4,
            d.cells,
            h.cells,
            w.cells * channels,
            top,
            plane,
            row,
          );
        }
      }
      const n = count * places;
      if (this.#byDepth) {
        const at = panelAt[0] as number;
        fast.depthwise(pWide * 4, pOffsets * 4, n, pTaps * 4, this.#taps.length, at, pBias * 4, pOut * 4, channels);
      } else {
        for (let g = 0; g < this.#groups; g++) {
          fast.conv(
            (pWide + g * this.#depth) * 4,
            pOffsets * 4,
            n,
            pTaps * 4,
            this.#taps.length,
            this.#run,
            panelAt[g] as number,
            (pBias + g * step) * 4,
            (pOut + g * each) * 4,
            each,
            this.#filters,
          );
        }
      }
      if (after !== "none") fast.activate(pOut * 4, count * made, KINDS[after]);
      out.set(floats.subarray(pOut, pOut + count * made), s * made);
    }
    return true;
  }
}

/**
 * The largest or the mean of the windows over pictures, none of which reaches beyond the picture; false where there are
 * no vectors: nothing is done then.
 */
export function pool32(
  x: Float32Array,
  samples: number,
  [d, h, w]: readonly [Way, Way, Way],
  channels: number,
  most: boolean,
  out: Float32Array,
): boolean {
  const fast = kernel();
  if (fast === null) return false;
  const [row, plane] = [w.cells * channels, h.cells * w.cells * channels];
  const size = d.cells * plane;
  const places = d.out * h.out * w.out;
  const made = places * channels;
  const count = d.size * h.size * w.size;
  const many = Math.max(1, Math.min(samples, Math.floor(BLOCK / Math.max(1, size + made))));
  const total = many * (size + places + made) + count + 32;
  const held = total > MOST ? null : room(fast, total);
  if (held === null) return false;
  const { first, floats, ints } = held;
  const pPlaces = first + count;
  const pX = (pPlaces + many * places + 3) & ~3;
  const pOut = (pX + many * size + 3) & ~3;
  let to = first;
  for (let i = 0; i < d.size; i++)
    for (let j = 0; j < h.size; j++) for (let k = 0; k < w.size; k++) ints[to++] = i * plane + j * row + k * channels;
  for (let s = 0; s < many; s++)
    for (let i = 0; i < d.out; i++)
      for (let j = 0; j < h.out; j++) {
        const from = s * size + i * d.stride * plane + j * h.stride * row;
        for (let k = 0; k < w.out; k++) ints[to++] = from + k * w.stride * channels;
      }
  for (let s = 0; s < samples; s += many) {
    const now = Math.min(many, samples - s);
    floats.set(x.subarray(s * size, (s + now) * size), pX);
    fast.pool(pX * 4, pPlaces * 4, now * places, first * 4, count, pOut * 4, channels, most ? 1 : 0);
    out.set(floats.subarray(pOut, pOut + now * made), s * made);
  }
  return true;
}

/** Applies an activation to all numbers in place; false where there are no vectors. */
export function activate32(data: Float32Array, after: After): boolean {
  const fast = data.length === 0 || after === "none" ? null : kernel();
  if (fast === null) return false;
  const many = Math.min(data.length, BLOCK);
  const held = room(fast, many + 8);
  if (held === null) return false;
  const { first, floats } = held;
  for (let at = 0; at < data.length; at += many) {
    const count = Math.min(many, data.length - at);
    floats.set(data.subarray(at, at + count), first);
    fast.activate(first * 4, count, KINDS[after]);
    data.set(floats.subarray(first, first + count), at);
  }
  return true;
}
