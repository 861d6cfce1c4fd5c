/**
 * The numbers of a part of an array: planes, lines, histograms, pictures, cells.
 *
 * @module
 */
import type { NDArray } from "../../../src/core/ndarray/index.ts";
import { reprFloat } from "../../../src/core/values/literal.ts";
import { repr } from "../../../src/core/values/repr.ts";
import type { Arrayish } from "./item.ts";
import type { Cells, Histogram, Lines, Picture, Plane, Slice, Stats } from "./protocol.ts";

/** Rows and columns of a plane at most. */
const SIDE = 2048;
/** Points of a line at most. */
const POINTS = 100_000;
/** Bytes of a picture at most. */
const PICTURE = 1 << 26;

/** Can the items be drawn? */
export function isNumeric({ kind }: Arrayish): boolean {
  return /^[biuf]$/.test(kind);
}

/** Indices that pick a slice; `every` tells how many rows and columns one stands for. */
function indices({ down, across, at }: Slice, every: readonly [number, number] = [1, 1]): (number | string)[] {
  return at.map((place, axis) => (axis === down ? `::${every[0]}` : axis === across ? `::${every[1]}` : place));
}

/** The slice as a matrix: rows down, columns across. */
async function matrix(array: Arrayish, slice: Slice, every: readonly [number, number] = [1, 1]): Promise<NDArray> {
  const part = await array.part(indices(slice, every));
  if (slice.down === null) return part.reshape(1, part.size);
  return slice.down > slice.across ? part.T : part;
}

/** Numbers of an array in C order. */
function numbers(array: NDArray): Float64Array {
  const made = array.astype("<f8").copy("C");
  return (made.data as Float64Array).subarray(made.offset, made.offset + made.size);
}

export function statsOf(values: Float64Array): Stats {
  let [min, max, sum, nan] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) nan++;
    else {
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
    }
  }
  const count = values.length;
  return { count, nan, min, max, mean: sum / (count - nan) };
}

export async function planeOf(array: Arrayish, slice: Slice): Promise<Plane> {
  const tall = slice.down === null ? 1 : (array.shape[slice.down] as number);
  const wide = array.shape[slice.across] as number;
  const step = [Math.max(1, Math.ceil(tall / SIDE)), Math.max(1, Math.ceil(wide / SIDE))] as const;
  const part = await matrix(array, slice, step);
  const values = numbers(part);
  return { rows: part.shape[0] as number, columns: part.shape[1] as number, step, values, stats: statsOf(values) };
}

/** Rows as lines; of long ones the least and the greatest of every so many, so that no peak is lost. */
export async function linesOf(array: Arrayish, slice: Slice, count: number): Promise<Lines> {
  const several = slice.down !== null && count > 1;
  const own: Slice = several ? slice : { ...slice, down: null };
  let part: NDArray;
  if (several) {
    const picked = indices(slice);
    const start = slice.at[slice.down as number] as number;
    picked[slice.down as number] = `${start}:${start + count}`;
    const found = await array.part(picked);
    part = (slice.down as number) > slice.across ? found.T : found;
  } else part = await matrix(array, own);
  const [rows, columns] = part.shape as [number, number];
  const all = numbers(part);
  const every = Math.ceil((2 * columns) / POINTS);
  const lines: Float64Array[] = [];
  for (let row = 0; row < rows; row++) lines.push(thinned(all.subarray(row * columns, (row + 1) * columns), every));
  const x = Float64Array.from({ length: lines[0]?.length ?? 0 }, (_, i) => (every <= 2 ? i : (i >> 1) * every));
  return { x, lines, stats: statsOf(all) };
}

function thinned(line: Float64Array, every: number): Float64Array {
  if (every <= 2) return line.slice();
  const out = new Float64Array(2 * Math.ceil(line.length / every));
  for (let i = 0; i < out.length; i += 2) {
    const from = (i / 2) * every;
    let low = line[from] as number;
    let high = low;
    for (let j = from + 1; j < Math.min(line.length, from + every); j++) {
      const value = line[j] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    out[i] = low;
    out[i + 1] = high;
  }
  return out;
}

export async function histogramOf(array: Arrayish, slice: Slice, bins: number): Promise<Histogram> {
  const { values, stats } = await planeOf(array, slice);
  const { min, max } = stats;
  const isFlat = !(max > min);
  const [low, high] = isFlat ? [min - 0.5, min + 0.5] : [min, max];
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins);
  const counts = new Float64Array(bins);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    const bin = Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { edges, counts, stats };
}

/** Is the last axis one of colours? */
export function isPicture({ shape }: Arrayish): boolean {
  const last = shape.at(-1);
  return shape.length >= 3 && (last === 3 || last === 4);
}

/** A picture of the last three axes: bytes as they are, other numbers from their least to their greatest. */
export async function pictureOf(array: Arrayish, { at }: Slice): Promise<Picture> {
  const { shape } = array;
  const [height, width, colours] = shape.slice(-3) as [number, number, number];
  if (height * width * 4 > PICTURE) throw new RangeError(`a picture of ${width} by ${height} is too large to be shown`);
  const part = await array.part(shape.map((_, axis) => (axis < shape.length - 3 ? (at[axis] as number) : ":")));
  const values = numbers(part);
  const { min, max } = statsOf(values);
  const isUnit = array.kind === "f" && min >= 0 && max <= 1;
  const isByte = array.kind === "u" && part.dtype.itemsize === 1;
  const [low, scale] = isByte ? [0, 1] : isUnit ? [0, 255] : [min, max > min ? 255 / (max - min) : 0];
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let colour = 0; colour < 4; colour++) {
      const value = values[i * colours + colour];
      pixels[4 * i + colour] = colour < colours ? ((value as number) - low) * scale : 255;
    }
  }
  return { width, height, pixels };
}

/** A value as the text of a cell. */
export function cellText(value: unknown, isFloat: boolean): string {
  if (typeof value === "string") return value;
  return typeof value === "number" && isFloat ? reprFloat(value) : repr(value, { maxChars: 200 });
}

/** Cells of a slice; a line of numbers goes down. Fields of records are columns. */
export async function cellsOf(
  array: Arrayish,
  slice: Slice,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): Promise<Cells> {
  const picked = indices(slice);
  const isLine = slice.down === null;
  const tall = array.shape[isLine ? slice.across : slice.down!] as number;
  const wide = isLine ? 1 : (array.shape[slice.across] as number);
  const end = Math.min(bottom, tall);
  picked[isLine ? slice.across : slice.down!] = `${top}:${end}`;
  if (!isLine) picked[slice.across] = `${left}:${Math.min(right, wide)}`;
  const found = await array.part(picked);
  const part = !isLine && slice.down! > slice.across ? found.T : found;
  const index = Array.from({ length: Math.max(0, end - top) }, (_, i) => String(top + i));
  const { fields } = part.dtype;
  if (isLine && fields !== null) {
    const names = [...fields.keys()];
    const columns = names.map((name) => texts(part.field(name)));
    const rows = index.map((_, i) => columns.slice(left, right).map((column) => column[i] as string));
    return { columns: names.slice(left, right), index, rows, total: [tall, names.length] };
  }
  const flat = texts(part);
  const columns = isLine
    ? ["value"]
    : Array.from({ length: Math.max(0, Math.min(right, wide) - left) }, (_, i) => String(left + i));
  const rows = index.map((_, i) => flat.slice(i * columns.length, (i + 1) * columns.length));
  return { columns, index, rows, total: [tall, wide] };
}

/** Items along the first axis, or all where there is but one, as texts in C order. */
function texts(array: NDArray): string[] {
  const { kind } = array.dtype;
  if (kind === "M" || kind === "m") {
    const line = array.reshape(array.size);
    return Array.from({ length: array.size }, (_, i) => String(line.scalar(i)));
  }
  return array.flat().map((value) => cellText(value, kind === "f"));
}
