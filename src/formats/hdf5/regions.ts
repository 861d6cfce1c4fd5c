/**
 * Regions of datasets: what a reference to one picks, and references that are made (H5Sselect serialization).
 *
 * @module
 */
import { FormatError, LimitError } from "../../core/errors.ts";
import { axisOf, parsePicked, runsOf } from "./messages/hyperslab.ts";
import { type Axis, countOf, type Selection } from "./selection.ts";
import { Cursor, type Sizes } from "./storage/cursor.ts";
import { Reference } from "./types/reference.ts";
import { Encoder } from "./write/encoder.ts";

const MOST_BLOCKS = 1 << 20;
const MOST_POINTS = 1 << 24;

/** What a reference to a region picks of a dataset of this shape, in the shape that h5py gives it. */
export function selectionOf({ region }: Reference, sizes: Sizes, shape: readonly number[]): Selection {
  if (region === null) throw new TypeError("this reference is to an object, not to a region of a dataset");
  const c = new Cursor(region, sizes).skip(sizes.offsets);
  const picked = parsePicked(c);
  const whole = (n: number): Axis => ({ start: 0, step: 1, count: n, keep: true });
  const made = (axes: readonly Axis[]): Selection => ({ axes, shape: axes.map(countOf), fields: [], points: null });
  if (picked.kind === "none") return made(shape.map(() => whole(0)));
  if (picked.kind === "all") return made(shape.map(whole));
  if (picked.kind === "slab") {
    if (picked.axes.length !== shape.length) throw bad();
    return made(picked.axes.map((slab, i) => axisOf(slab, shape[i] as number)));
  }
  const [box, second] = picked.kind === "boxes" ? picked.boxes : [];
  if (box !== undefined && second === undefined) {
    const [first, last] = box;
    if (first.length !== shape.length || last.some((n, i) => n >= (shape[i] as number) || n < (first[i] as number))) {
      throw bad();
    }
    return made(first.map((start, i) => ({ ...whole((last[i] as number) - start + 1), start })));
  }
  const { starts, sizes: lengths, count } = runsOf(picked, shape);
  if (count > MOST_POINTS) throw new LimitError("maxPoints", MOST_POINTS, count, { format: "hdf5" });
  if (picked.kind === "boxes") {
    // Boxes that make up one of rows and columns have its shape.
    const places = shape.map(() => new Set<number>());
    for (const [first, last] of picked.boxes) {
      for (const [axis, set] of places.entries()) {
        for (let n = first[axis] as number; n <= (last[axis] as number); n++) set.add(n);
      }
    }
    if (places.reduce((n, set) => n * set.size, 1) === count) {
      return made(places.map((set) => ({ list: [...set].sort((a, b) => a - b) })));
    }
  }
  const points: number[] = [];
  for (const [i, start] of starts.entries()) for (let k = 0; k < (lengths[i] as number); k++) points.push(start + k);
  return { axes: shape.map(whole), shape: [points.length], fields: [], points };
}

function bad(): FormatError {
  return new FormatError("a region does not fit its dataset", { format: "hdf5" });
}

/** Runs of neighbours along an axis, each from its first to its last place. */
function blocksOf(axis: Axis): [number, number][] {
  if (!("list" in axis)) {
    const { start, step, count } = axis;
    if (count === 0) return [];
    if (step === 1) return [[start, start + count - 1]];
    if (count > MOST_BLOCKS) throw new LimitError("maxBlocks", MOST_BLOCKS, count, { format: "hdf5" });
    return Array.from({ length: count }, (_, i) => [start + i * step, start + i * step]);
  }
  const out: [number, number][] = [];
  for (const n of axis.list) {
    const open = out[out.length - 1];
    if (open !== undefined && open[1] === n - 1) open[1] = n;
    else out.push([n, n]);
  }
  return out;
}

const NONE = 0;
const POINTS = 1;
const BOXES = 2;

function putHead(e: Encoder, kind: number, size: number, rank: number, count: number): void {
  e.u32(kind)
    .u32(1)
    .u32(0)
    .u32(8 + size * rank * count)
    .u32(rank)
    .u32(count);
}

/** Writes a selection as boxes (version 1 of hyperslabs). */
export function putBoxes(e: Encoder, axes: readonly Axis[]): void {
  const rank = axes.length;
  const blocks = axes.map(blocksOf);
  const count = blocks.reduce((n, list) => n * list.length, 1);
  if (count === 0) {
    e.u32(NONE).u32(1).zeros(8);
    return;
  }
  if (count > MOST_BLOCKS) throw new LimitError("maxBlocks", MOST_BLOCKS, count, { format: "hdf5" });
  putHead(e, BOXES, 8, rank, count);
  const index = blocks.map(() => 0);
  for (let i = 0; i < count; i++) {
    for (const end of [0, 1] as const) {
      for (const [axis, list] of blocks.entries()) e.u32((list[index[axis] as number] as [number, number])[end]);
    }
    for (let axis = rank - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (blocks[axis] as unknown[]).length) break;
      index[axis] = 0;
    }
  }
}

/** A reference to what indices pick of the dataset at an address. */
export function regionReference(
  at: number,
  { axes, points, fields }: Selection,
  shape: readonly number[],
  sizes: Sizes,
): Reference {
  if (fields.length > 0) throw new TypeError("a region is of elements, not of their fields");
  const e = new Encoder(sizes, 64).offset(at);
  const rank = shape.length;
  if (rank === 0) return new Reference(at, e.u32(3).u32(1).zeros(8).done());
  if (points !== null) {
    putHead(e, POINTS, 4, rank, points.length);
    for (const point of points) {
      let rest = point;
      const place = new Array<number>(rank);
      for (let axis = rank - 1; axis >= 0; axis--) {
        place[axis] = rest % (shape[axis] as number);
        rest = Math.floor(rest / (shape[axis] as number));
      }
      for (const n of place) e.u32(n);
    }
    return new Reference(at, e.done());
  }
  putBoxes(e, axes);
  return new Reference(at, e.done());
}
