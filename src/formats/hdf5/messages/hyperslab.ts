/**
 * Selections as files keep them, in region references and virtual datasets (H5Sselect serialization).
 *
 * @module
 */
import { FormatError, LimitError } from "../../../core/errors.ts";
import type { Axis } from "../selection.ts";
import type { Cursor } from "../storage/cursor.ts";

/** Blocks at even distances along one axis; `count` is -1 for no end. */
export interface Slab {
  readonly start: number;
  readonly stride: number;
  readonly count: number;
  readonly block: number;
}

/** What a selection takes. */
export type Picked =
  | { readonly kind: "all" }
  | { readonly kind: "none" }
  | { readonly kind: "slab"; readonly axes: readonly Slab[] }
  /** Boxes, each from its first to its last place. */
  | { readonly kind: "boxes"; readonly boxes: readonly (readonly [readonly number[], readonly number[]])[] }
  | { readonly kind: "points"; readonly points: readonly (readonly number[])[] };

const MAX_PARTS = 1 << 22;

/** Reads a selection. */
export function parsePicked(c: Cursor): Picked {
  const kind = c.u32();
  switch (kind) {
    case 0:
    case 3:
      c.skip(12);
      return { kind: kind === 0 ? "none" : "all" };
    case 1:
      return points(c);
    case 2:
      return slab(c);
    default:
      throw c.bad(`selections of kind ${kind} are not known`, 4);
  }
}

function rankOf(c: Cursor): number {
  const rank = c.u32();
  if (rank === 0 || rank > 32) throw c.bad(`a selection of ${rank} axes makes no sense`, 4);
  return rank;
}

function many(c: Cursor, count: number, bytes: number): number {
  if (count > MAX_PARTS || count * bytes > c.left) throw c.bad(`a selection of ${count} parts is cut short`);
  return count;
}

function points(c: Cursor): Picked {
  const version = c.u32();
  let width = 4;
  if (version === 1) c.skip(8);
  else width = c.u8();
  const rank = rankOf(c);
  const count = many(c, c.uint(width), rank * width);
  return {
    kind: "points",
    points: Array.from({ length: count }, () => Array.from({ length: rank }, () => c.uint(width))),
  };
}

function slab(c: Cursor): Picked {
  const version = c.u32();
  let width = version === 1 ? 4 : 8;
  let regular = false;
  if (version === 1) c.skip(8);
  else {
    regular = (c.u8() & 1) !== 0;
    if (version === 2) c.skip(4);
    else width = c.u8();
  }
  if (![2, 4, 8].includes(width)) throw c.bad(`numbers of ${width} bytes make no sense here`);
  const rank = rankOf(c);
  if (!regular) {
    const count = many(c, c.uint(width), 2 * rank * width);
    const place = (): number[] => Array.from({ length: rank }, () => c.uint(width));
    return { kind: "boxes", boxes: Array.from({ length: count }, () => [place(), place()] as const) };
  }
  const number = (): number => {
    // All bits set: without end.
    const open = c.bytes.subarray(c.at, c.at + width).every((byte) => byte === 0xff);
    if (!open) return c.uint(width);
    c.skip(width);
    return -1;
  };
  return {
    kind: "slab",
    axes: Array.from({ length: rank }, () => ({
      start: number(),
      stride: number(),
      count: number(),
      block: number(),
    })),
  };
}

/** Is an axis without end? */
export function isOpen({ count, block }: Slab): boolean {
  return count < 0 || block < 0;
}

/** More places than these along one axis are not listed. */
const MAX_PLACES = 1 << 24;

/** The places of blocks along an axis below `end`, at most `most` of them. */
export function axisOf(
  { start, stride, count, block }: Slab,
  end: number,
  most: number = Number.MAX_SAFE_INTEGER,
): Axis {
  const room = Math.max(0, end - start);
  const blocks = count < 0 ? Number.MAX_SAFE_INTEGER : count;
  if (blocks === 0 || block === 0 || room === 0) return { start: 0, step: 1, count: 0, keep: true };
  if (block < 0 || blocks === 1 || stride === block) {
    const all = block < 0 ? room : Math.min(room, blocks * block);
    return { start, step: 1, count: Math.min(all, most), keep: true };
  }
  if (stride < block) throw new FormatError("the blocks of a selection overlap", { format: "hdf5" });
  const within = Math.min(blocks, Math.ceil(room / stride));
  if (block === 1) return { start, step: stride, count: Math.min(within, most), keep: true };
  if (within * block > MAX_PLACES) throw new LimitError("maxPlaces", MAX_PLACES, within * block, { format: "hdf5" });
  const list: number[] = [];
  for (let i = 0; i < within; i++) {
    const first = start + i * stride;
    const last = Math.min(end, first + block);
    for (let at = first; at < last && list.length < most; at++) list.push(at);
  }
  return { list };
}

/** Where runs of elements begin (counted in C order over a shape), and how many follow each other there. */
export interface Runs {
  readonly starts: Float64Array;
  readonly sizes: Float64Array;
  /** Of all runs. */
  readonly count: number;
}

/** What a selection without even distances takes of a shape: boxes in C order, points in their own. */
export function runsOf(picked: Picked & { kind: "boxes" | "points" }, shape: readonly number[]): Runs {
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const linear = (place: readonly number[]): number => {
    if (place.length !== shape.length || place.some((n, i) => n >= (shape[i] as number))) {
      throw new FormatError("a selection does not lie in its dataset", { format: "hdf5" });
    }
    return place.reduce((sum, n, i) => sum + n * (steps[i] as number), 0);
  };
  const runs: [number, number][] = [];
  if (picked.kind === "points") for (const point of picked.points) runs.push([linear(point), 1]);
  else {
    for (const [first, last] of picked.boxes) {
      linear(last);
      if (first.some((n, i) => n > (last[i] as number))) {
        throw new FormatError("a box of a selection ends before it begins", { format: "hdf5" });
      }
      const index = [...first];
      const axes = shape.length - 1;
      const size = (last[axes] as number) - (first[axes] as number) + 1;
      for (let axis = 0; axis >= 0; ) {
        if (runs.length >= MAX_PARTS) {
          throw new LimitError("maxParts", MAX_PARTS, runs.length + 1, { format: "hdf5" });
        }
        runs.push([linear(index), size]);
        for (axis = axes - 1; axis >= 0; axis--) {
          index[axis] = (index[axis] as number) + 1;
          if ((index[axis] as number) <= (last[axis] as number)) break;
          index[axis] = first[axis] as number;
        }
      }
    }
    runs.sort((a, b) => a[0] - b[0]);
  }
  const sizes = Float64Array.from(runs, ([, size]) => size);
  return { starts: Float64Array.from(runs, ([start]) => start), sizes, count: sizes.reduce((a, b) => a + b, 0) };
}
