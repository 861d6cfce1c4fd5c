/**
 * Elements of a dataset that is being written, in memory: all together, or by chunks.
 *
 * @module
 */
import { rawBytes } from "#platform";
import { LimitError } from "../../../core/errors.ts";
import { type DatasetInfo, filled, gather, MOST, placesFrom, within } from "../data.ts";
import { decodeChunk, type PackedChunk, type Pipeline } from "../filters/index.ts";
import { place, scatter } from "../scatter.ts";
import { type Axis, countOf } from "../selection.ts";
import { type Chunk, chunksIn } from "../storage/chunkindex.ts";
import type { Context } from "../storage/context.ts";
import type { Reading } from "../storage/store.ts";
import type { Spill } from "./spill.ts";

/** A chunk: unpacked in memory, or as a file has it. */
export interface Held {
  readonly grid: readonly number[];
  /** Its elements; null while they are only in a file. */
  raw: Uint8Array | null;
  /** Where it stands in an old file, unchanged. */
  old: Chunk | null;
  /** Its bytes behind the filters, for a chunk that came from another file. */
  packed: PackedChunk | null;
}

/** Indexes without coordinates are gone through chunk by chunk, which may be so many. */
const MOST_CHUNKS = 2 ** 24;

/** What the elements are, and where their chunks lie. */
type Shape = Omit<DatasetInfo, "root" | "staged">;

/** The elements of one dataset. */
export class StagedData {
  #whole: Uint8Array | null = null;
  #spilled: { readonly spill: Spill; readonly at: number; readonly size: number } | null = null;
  /** Chunks by their places; null for a dataset without chunks. */
  readonly chunks: Map<string, Held> | null;
  readonly #context: Context;
  #info: Shape;

  constructor(context: Context, info: Shape) {
    this.#context = context;
    this.#info = info;
    this.chunks = info.layout.kind === "chunked" ? new Map() : null;
  }

  /** The elements that a file has, ready to be changed. */
  static *of(context: Context, info: DatasetInfo): Reading<StagedData> {
    const made = new StagedData(context, info);
    const shape = info.space.shape ?? [];
    if (made.chunks === null) {
      made.whole = yield* gather(context, info, wholeAxes(shape), product(shape));
      return made;
    }
    const { layout } = info;
    if (layout.kind !== "chunked" || shape.includes(0)) return made;
    const chunkBytes = made.#chunkBytes;
    const { maxshape } = info.space;
    const grid = { layout, shape, maxshape, chunkBytes, filtered: info.pipeline.length > 0 };
    const high = shape.map((n, i) => Math.ceil(n / (layout.chunks[i] as number)) - 1);
    const most = high.reduce((a, b) => a * (b + 1), 1);
    if (!layout.index.kind.startsWith("btree") && most > MOST_CHUNKS) {
      throw new LimitError("maxChunks", MOST_CHUNKS, most, { format: "hdf5" });
    }
    const zeros = shape.map(() => 0);
    for (const chunk of yield* chunksIn(context, grid, zeros, high)) {
      const edge = layout.chunks.some((n, i) => ((chunk.grid[i] as number) + 1) * n > (shape[i] as number));
      // Version 4 may leave the chunks at the edge unfiltered, which only its indexes can say.
      const bare = (layout.flags & 1) !== 0 && edge;
      const held: Held = { grid: chunk.grid, raw: null, old: bare ? { ...chunk, mask: -1 } : chunk, packed: null };
      if (bare) yield* made.#unpacked(held);
      made.chunks.set(chunk.grid.join(), held);
    }
    return made;
  }

  get #dims(): readonly number[] {
    return this.#info.layout.kind === "chunked" ? this.#info.layout.chunks : [];
  }

  get #chunkBytes(): number {
    return product(this.#dims) * this.#info.type.size;
  }

  get #shape(): readonly number[] {
    return this.#info.space.shape ?? [];
  }

  /** All elements, of a dataset without chunks; null when nothing was written. */
  get whole(): Uint8Array | null {
    if (this.#spilled !== null) {
      const { spill, at, size } = this.#spilled;
      this.whole = spill.read(at, size);
    }
    return this.#whole;
  }

  set whole(bytes: Uint8Array | null) {
    this.#whole = bytes;
    this.#spilled = null;
  }

  /** Where the elements stand already in the file that is being made; null when they are in memory. */
  get spilled(): { readonly at: number; readonly size: number } | null {
    return this.#spilled;
  }

  /** Writes all elements, which are the caller's, to disk; false when they must be kept in memory. */
  spillAll(bytes: Uint8Array, spill: Spill | null): boolean {
    const isOurs = this.chunks === null && this.#info.external.length === 0;
    const at = isOurs && spill !== null ? spill.put(bytes) : null;
    if (at === null) return false;
    this.#whole = null;
    this.#spilled = { spill: spill as Spill, at, size: bytes.length };
    return true;
  }

  /** Takes all elements at once, in C order; the memory belongs to the dataset from now on. */
  fillAll(bytes: Uint8Array): void {
    if (this.chunks === null) {
      this.whole = bytes;
      return;
    }
    const shape = this.#shape;
    const dims = this.#dims;
    for (const grid of cells(wholeAxes(shape), dims)) {
      const raw = this.#blank(grid);
      const ranges = grid.map((n, i) => {
        const begin = n * (dims[i] as number);
        const count = Math.min(dims[i] as number, (shape[i] as number) - begin);
        return { from: placesFrom(begin, 1, count), to: 0 };
      });
      scatter(bytes, shape, raw, dims, ranges, this.#info.type.size);
      this.chunks.set(grid.join(), { grid, raw, old: null, packed: null });
    }
  }

  /** Memory for a chunk: with the fill value where it will not be written whole. */
  #blank(grid: readonly number[]): Uint8Array {
    const dims = this.#dims;
    const shape = this.#shape;
    const whole = grid.every((n, i) => (n + 1) * (dims[i] as number) <= (shape[i] as number));
    return whole ? rawBytes(this.#chunkBytes) : this.#filled(product(dims));
  }

  #filled(count: number): Uint8Array {
    const bytes = count * this.#info.type.size;
    if (bytes > MOST) throw new LimitError("maxBytes", MOST, bytes, { format: "hdf5" });
    return filled(this.#info as DatasetInfo, count);
  }

  /** The elements of a selection, in C order. */
  *gather(axes: readonly Axis[], count: number): Reading<Uint8Array> {
    const { size } = this.#info.type;
    const shape = this.#shape;
    const out = this.#filled(count);
    if (count === 0) return out;
    const counts = axes.map(countOf);
    if (this.chunks === null) {
      if (this.whole === null) return out;
      const ranges = axes.map((axis, i) => within(axis, 0, shape[i] as number));
      scatter(this.whole, shape, out, counts, ranges, size);
      return out;
    }
    const dims = this.#dims;
    for (const held of this.#heldIn(axes)) {
      const { grid } = held;
      const ranges = rangesIn(axes, grid, dims, shape);
      if (ranges.some((range) => range.from.length === 0)) continue;
      scatter(yield* this.#unpacked(held), dims, out, counts, ranges, size);
    }
    return out;
  }

  /** The chunks that a selection may touch: those of its places, or all when they are fewer. */
  *#heldIn(axes: readonly Axis[]): Generator<Held> {
    const chunks = this.chunks as Map<string, Held>;
    const dims = this.#dims;
    const spans = axes.map((axis, i) => {
      const last = "list" in axis ? (axis.list.at(-1) ?? 0) - (axis.list[0] ?? 0) : (axis.count - 1) * axis.step;
      return Math.floor(last / (dims[i] as number)) + 2;
    });
    if (product(spans) > chunks.size) yield* chunks.values();
    else {
      for (const grid of cells(axes, dims)) {
        const held = chunks.get(grid.join());
        if (held !== undefined) yield held;
      }
    }
  }

  /** Puts elements (in C order) where a selection is. */
  *put(axes: readonly Axis[], bytes: Uint8Array): Reading<void> {
    if (bytes.length === 0) return;
    const { size } = this.#info.type;
    const shape = this.#shape;
    const counts = axes.map(countOf);
    if (this.chunks === null) {
      this.whole ??= this.#filled(product(shape));
      const ranges = axes.map((axis, i) => within(axis, 0, shape[i] as number));
      place(bytes, counts, this.whole, shape, ranges, size);
      return;
    }
    const dims = this.#dims;
    for (const grid of cells(axes, dims)) {
      const ranges = rangesIn(axes, grid, dims, shape);
      if (ranges.some((range) => range.from.length === 0)) continue;
      const key = grid.join();
      let held = this.chunks.get(key);
      if (held === undefined) {
        held = { grid, raw: this.#filled(product(dims)), old: null, packed: null };
        this.chunks.set(key, held);
      }
      const raw = yield* this.#unpacked(held);
      held.raw = raw;
      held.old = null;
      held.packed = null;
      place(bytes, counts, raw, dims, ranges, size);
    }
  }

  /** Puts elements at places of the whole, counted in C order. */
  *putPoints(points: readonly number[], bytes: Uint8Array): Reading<void> {
    const { size } = this.#info.type;
    const shape = this.#shape;
    for (const [i, point] of points.entries()) {
      let rest = point;
      const axes: Axis[] = shape.map(() => ({ start: 0, step: 1, count: 1, keep: false }));
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const n = shape[axis] as number;
        axes[axis] = { start: rest % n, step: 1, count: 1, keep: false };
        rest = Math.floor(rest / n);
      }
      yield* this.put(axes, bytes.subarray(i * size, (i + 1) * size));
    }
  }

  /** A chunk's elements, in memory that is its own. */
  *#unpacked(held: Held): Reading<Uint8Array> {
    if (held.raw !== null) return held.raw;
    let { packed } = held;
    if (packed === null) {
      const { at, size, mask } = held.old as Chunk;
      const [bytes] = yield* this.#context.store.payload([{ at, size }]);
      packed = { bytes: bytes as Uint8Array, mask };
    }
    const { pipeline } = this.#info;
    const made = yield* decodeChunk(this.#context.filters, pipeline, packed.bytes, packed.mask, this.#chunkBytes);
    held.raw = made.buffer === packed.bytes.buffer ? made.slice() : made;
    held.old = null;
    return held.raw;
  }

  /** Gives the dataset another shape: elements beyond it are gone, new ones have the fill value. */
  *resize(info: Shape): Reading<void> {
    const before = this.#shape;
    this.#info = info;
    const after = this.#shape;
    if (this.chunks === null) return;
    const dims = this.#dims;
    const shrinks = after.map((n, i) => n < (before[i] as number));
    if (!shrinks.includes(true)) return;
    const { size } = info.type;
    for (const [key, held] of this.chunks) {
      if (held.grid.some((n, i) => n * (dims[i] as number) >= (after[i] as number))) {
        this.chunks.delete(key);
        continue;
      }
      const cut = held.grid.some((n, i) => shrinks[i] && (n + 1) * (dims[i] as number) > (after[i] as number));
      if (!cut) continue;
      const raw = yield* this.#unpacked(held);
      const fresh = this.#filled(product(dims));
      const kept = dims.map((n, i) => Math.min(n, (after[i] as number) - (held.grid[i] as number) * n));
      const ranges = kept.map((n) => ({ from: placesFrom(0, 1, n), to: 0 }));
      scatter(raw, dims, fresh, dims, ranges, size);
      held.raw = fresh;
      held.packed = null;
    }
  }

  /** The filters of its chunks. */
  get pipeline(): Pipeline {
    return this.#info.pipeline;
  }
}

/** Everything of a shape. */
export function wholeAxes(shape: readonly number[]): Axis[] {
  return shape.map((count) => ({ start: 0, step: 1, count, keep: true }));
}

/** How many elements a shape has. */
export function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function rangesIn(
  axes: readonly Axis[],
  grid: readonly number[],
  dims: readonly number[],
  shape: readonly number[],
): ReturnType<typeof within>[] {
  return axes.map((axis, i) => {
    const begin = (grid[i] as number) * (dims[i] as number);
    return within(axis, begin, Math.min(begin + (dims[i] as number), shape[i] as number));
  });
}

/** Places of the chunks that a selection may touch, last axis fastest. */
function* cells(axes: readonly Axis[], dims: readonly number[]): Generator<number[]> {
  const lists = axes.map((axis, i) => cellsOf(axis, dims[i] as number));
  if (lists.some((list) => list.length === 0)) return;
  const index = lists.map(() => 0);
  for (;;) {
    yield index.map((n, i) => (lists[i] as number[])[n] as number);
    let axis = lists.length - 1;
    for (; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (lists[axis] as number[]).length) break;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

function cellsOf(axis: Axis, size: number): number[] {
  if ("list" in axis) return [...new Set(axis.list.map((n) => Math.floor(n / size)))];
  const out: number[] = [];
  const { start, step, count } = axis;
  for (let i = 0; i < count; ) {
    const cell = Math.floor((start + i * step) / size);
    out.push(cell);
    // On to the first place in a later chunk.
    i = Math.max(i + 1, Math.ceil(((cell + 1) * size - start) / step));
  }
  return out;
}
