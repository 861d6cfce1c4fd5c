/**
 * Elements of a dataset: what a selection asks for, gathered from compact, contiguous and chunked storage.
 *
 * @module
 */
import { rawBytes } from "#platform";
import type { Span } from "../../core/bytes/parse.ts";
import { FormatError, LimitError } from "../../core/errors.ts";
import { decodeChunks, type PackedChunk, type Pipeline } from "./filters/index.ts";
import type { Layout } from "./messages/layout.ts";
import type { Space } from "./messages/space.ts";
import { scatter } from "./scatter.ts";
import { type Axis, countOf } from "./selection.ts";
import { type Chunk, chunksIn, type Grid } from "./storage/chunkindex.ts";
import type { Context } from "./storage/context.ts";
import { NOWHERE } from "./storage/cursor.ts";
import type { Reading } from "./storage/store.ts";
import type { H5Type } from "./types/datatype.ts";

/** A dataset as its header describes it. */
export interface DatasetInfo {
  readonly type: H5Type;
  readonly space: Space;
  readonly layout: Layout;
  readonly pipeline: Pipeline;
  readonly fill: Uint8Array | null;
  /** Is the fill value never put where nothing was written? */
  readonly isUnfilled?: boolean;
  /** Files that hold the elements, one behind the other; empty for the dataset's own. */
  readonly external: readonly ExternalPart[];
  /** The root group of the file it stands in, from which views find their sources. */
  readonly root: number;
  /** Elements in memory, of a dataset that is being written. */
  readonly staged?: Staged;
}

/** Elements in memory. */
export interface Staged {
  gather(axes: readonly Axis[], count: number): Reading<Uint8Array>;
}

/** A part of another file. */
export interface ExternalPart {
  readonly file: string;
  readonly at: number;
  /** Bytes, or -1 for all that follow. */
  readonly size: number;
}

/** Chunks are unpacked in batches of about this many bytes. */
const BATCH = 1 << 22;
/** So many where they are unpacked side by side: the threads wait at the end of each batch. */
const WIDE_BATCH = 1 << 25;
/** Larger chunks are not kept. */
const MOST_KEPT = 1 << 21;
/** Rows this near to each other are read at once. */
const GAP = 1 << 14;
/** One answer holds no more. */
export const MOST = 2 ** 33;

/** The bytes of the elements, in C order. */
export function* gather(
  context: Context,
  info: DatasetInfo,
  axes: readonly Axis[],
  count: number,
): Reading<Uint8Array> {
  const { size } = info.type;
  const total = count * size;
  if (total > MOST) throw new LimitError("maxBytes", MOST, total, { format: "hdf5" });
  if (count === 0) return new Uint8Array(0);
  if (info.staged !== undefined) return yield* info.staged.gather(axes, count);
  const { layout } = info;
  const shape = info.space.shape ?? [];
  if (layout.kind === "compact") {
    const all = layout.data;
    demand(all.length, shape, size);
    return picked(all, shape, axes, size, count);
  }
  if (layout.kind === "chunked") return yield* fromChunks(context, info, layout, axes, count);
  if (layout.kind === "virtual") throw new TypeError("views are gathered from their sources");
  if (info.external.length > 0) {
    const all = yield* fromOutside(
      context,
      info,
      shape.reduce((a, b) => a * b, size),
    );
    return picked(all, shape, axes, size, count);
  }
  if (layout.at === NOWHERE) return filled(info, count);
  return yield* fromRows(context, layout.at, shape, axes, size, count);
}

/** The bytes of a dataset that stands in other files, one behind the other. */
function* fromOutside(context: Context, info: DatasetInfo, size: number): Reading<Uint8Array> {
  if (size > MOST) throw new LimitError("maxBytes", MOST, size, { format: "hdf5" });
  const out = filled(info, size / info.type.size);
  let done = 0;
  for (const part of info.external) {
    if (done >= size) break;
    const store = yield* context.file(part.file);
    const wanted = part.size < 0 ? size - done : Math.min(part.size, size - done);
    if (store !== null) {
      // A file that is shorter leaves the fill value.
      const have = Math.max(0, Math.min(wanted, store.size - part.at));
      const [bytes] = yield* store.payload([{ at: part.at, size: have }]);
      out.set(bytes as Uint8Array, done);
    }
    done += wanted;
  }
  return out;
}

function demand(have: number, shape: readonly number[], size: number): void {
  const need = shape.reduce((a, b) => a * b, size);
  if (have < need) {
    throw new FormatError(`a dataset that needs ${need} bytes has ${have}`, { format: "hdf5" });
  }
}

/** Memory with the fill value all over. */
export function filled({ fill, type, isUnfilled }: DatasetInfo, count: number): Uint8Array {
  const out = memory(count * type.size);
  if (isUnfilled !== true && fill?.some((byte) => byte !== 0)) spread(out, fill.subarray(0, type.size));
  return out;
}

/** New memory. Throws `LimitError` where the runtime has not so much at once. */
export function memory(size: number, make: (size: number) => Uint8Array = (n) => new Uint8Array(n)): Uint8Array {
  try {
    return make(size);
  } catch (e) {
    if (e instanceof RangeError) throw new LimitError("maxBytes", MOST, size, { format: "hdf5", cause: e });
    throw e;
  }
}

function spread(out: Uint8Array, item: Uint8Array): void {
  if (out.length === 0 || item.length === 0) return;
  out.set(item);
  for (let done = item.length; done < out.length; done *= 2) out.copyWithin(done, 0, Math.min(done, out.length - done));
}

function isWhole(shape: readonly number[], axes: readonly Axis[]): boolean {
  return axes.every((axis, i) => !("list" in axis) && axis.step === 1 && axis.count === shape[i]);
}

/** Elements of a block of memory that holds the whole dataset. */
export function picked(
  all: Uint8Array,
  shape: readonly number[],
  axes: readonly Axis[],
  size: number,
  count: number,
): Uint8Array {
  if (isWhole(shape, axes)) return all.slice(0, count * size);
  const out = new Uint8Array(count * size);
  const ranges = axes.map((axis, i) => within(axis, 0, shape[i] as number));
  scatter(all, shape, out, axes.map(countOf), ranges, size);
  return out;
}

/** Places of an axis that lie from `low` up to `high`: where they stand there, and where in the answer. */
export function within(axis: Axis, low: number, high: number): { from: Int32Array | Float64Array; to: number } {
  if ("list" in axis) {
    const begin = behind(axis.list, low);
    const inside = axis.list.slice(begin, behind(axis.list, high));
    return { from: Float64Array.from(inside, (n) => n - low), to: begin };
  }
  const { start, step, count } = axis;
  const first = Math.max(0, Math.ceil((low - start) / step));
  const last = Math.min(count - 1, Math.floor((high - 1 - start) / step));
  return { from: placesFrom(start + first * step - low, step, Math.max(0, last - first + 1)), to: first };
}

/** Places in even steps. */
export function placesFrom(begin: number, step: number, count: number): Int32Array | Float64Array {
  const isWide = begin + step * count > 2 ** 31;
  const out = isWide ? new Float64Array(count) : new Int32Array(count);
  for (let i = 0, at = begin; i < count; i++, at += step) out[i] = at;
  return out;
}

/** How many numbers of a rising list are below one. */
function behind(list: readonly number[], limit: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows of a contiguous dataset, neighbours read at once. */
function* fromRows(
  context: Context,
  at: number,
  shape: readonly number[],
  axes: readonly Axis[],
  size: number,
  count: number,
): Reading<Uint8Array> {
  const { store } = context;
  const total = count * size;
  if (total === 0) return new Uint8Array(0);
  const all = shape.reduce((a, b) => a * b, size);
  if (isWhole(shape, axes)) {
    // Claimed sizes are checked before memory is made.
    store.check(at, all);
    const [bytes] = yield* store.payload([{ at, size: all, into: memory(all, rawBytes) }]);
    return bytes as Uint8Array;
  }
  store.check(at, all);
  // The axes behind `run` are taken whole: a run is what follows without a gap.
  let run = axes.length - 1;
  while (run > 0 && isWhole(shape.slice(run), axes.slice(run))) run--;
  const inner = shape.slice(run + 1).reduce((a, b) => a * b, size);
  const rows = axes.slice(0, run).map((axis, i) => within(axis, 0, shape[i] as number).from);
  const last = axes[run] as Axis;
  const taken = countOf(last);
  const first = "list" in last ? (last.list[0] as number) : last.start;
  const end = "list" in last ? (last.list[taken - 1] as number) : first + (taken - 1) * last.step;
  const extent = (end - first + 1) * inner;
  // Places are told one by one only where there are gaps between them: they take more memory than small elements.
  const cells = end - first + 1 === taken ? null : within(last, 0, shape[run] as number).from;
  const out = memory(total, rawBytes);
  if (run === 0 && cells === null) {
    yield* store.payload([{ at: at + first * inner, size: total, into: out }]);
    return out;
  }
  const rowBytes = (shape[run] as number) * inner;
  let spans: Span[] = [];
  let takes: { span: number; at: number; to: number }[] = [];
  let held = 0;
  const flush = function* (): Reading<void> {
    const blocks = yield* store.payload(spans);
    for (const take of takes) {
      const block = (blocks[take.span] as Uint8Array).subarray(take.at);
      if (cells === null) out.set(block.subarray(0, extent), take.to);
      else {
        for (let i = 0; i < cells.length; i++) {
          const from = ((cells[i] as number) - first) * inner;
          for (let k = 0; k < inner; k++) out[take.to + i * inner + k] = block[from + k] as number;
        }
      }
    }
    spans = [];
    takes = [];
    held = 0;
  };
  const index = rows.map(() => 0);
  let to = 0;
  for (;;) {
    let place = 0;
    for (let i = 0; i < run; i++) {
      place = place * (shape[i] as number) + ((rows[i] as Int32Array | Float64Array)[index[i] as number] as number);
    }
    const from = at + place * rowBytes + first * inner;
    const open = spans[spans.length - 1];
    if (open !== undefined && from - (open.at + open.size) <= GAP && from >= open.at) {
      takes.push({ span: spans.length - 1, at: from - open.at, to });
      held += from + extent - (open.at + open.size);
      open.size = from + extent - open.at;
    } else {
      spans.push({ at: from, size: extent });
      takes.push({ span: spans.length - 1, at: 0, to });
      held += extent;
    }
    to += taken * inner;
    if (held >= BATCH || takes.length >= 65536) yield* flush();
    let axis = run - 1;
    for (; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (rows[axis] as Int32Array | Float64Array).length) break;
      index[axis] = 0;
    }
    if (axis < 0) break;
  }
  yield* flush();
  return out;
}

/** Elements from chunks. */
function* fromChunks(
  context: Context,
  info: DatasetInfo,
  layout: Layout & { kind: "chunked" },
  axes: readonly Axis[],
  count: number,
): Reading<Uint8Array> {
  const { type, pipeline } = info;
  const { shape: found, maxshape } = info.space;
  const shape = found ?? [];
  const { size } = type;
  if (layout.chunks.length !== shape.length) {
    throw new FormatError(`chunks of ${layout.chunks.length} axes for a dataset of ${shape.length}`, {
      format: "hdf5",
    });
  }
  const chunkBytes = layout.chunks.reduce((a, b) => a * b, size);
  if (chunkBytes > 2 ** 32) throw new LimitError("maxChunk", 2 ** 32, chunkBytes, { format: "hdf5" });
  const out = filled(info, count);
  if (count === 0) return out;
  const low = axes.map((axis, i) => Math.floor(firstOf(axis) / (layout.chunks[i] as number)));
  const high = axes.map((axis, i) => Math.floor(lastOf(axis) / (layout.chunks[i] as number)));
  const grid: Grid = { layout, shape, maxshape, chunkBytes, filtered: pipeline.length > 0 };
  const chunks = yield* chunksIn(context, grid, low, high);
  const counts = axes.map(countOf);
  // In the file's order, which is how disks and servers like to be read.
  chunks.sort((a, b) => a.at - b.at);
  const batchBytes = context.store.isAtHand ? BATCH : WIDE_BATCH;
  const isKept = pipeline.length > 0 && chunkBytes <= MOST_KEPT;
  // Packed chunks are read into the same memory, batch by batch.
  const isRead = !context.store.isInMemory;
  let room: Uint8Array = new Uint8Array(0);
  for (let i = 0; i < chunks.length; ) {
    const batch: Chunk[] = [];
    let packedBytes = 0;
    const ranges: ReturnType<typeof within>[][] = [];
    for (let held = 0; i < chunks.length && held < batchBytes; i++) {
      const chunk = chunks[i] as Chunk;
      const parts = axes.map((axis, k) => {
        const begin = (chunk.grid[k] as number) * (layout.chunks[k] as number);
        return within(axis, begin, Math.min(begin + (layout.chunks[k] as number), shape[k] as number));
      });
      if (parts.some((part) => part.from.length === 0)) continue;
      if (pipeline.length === 0 && chunk.size < chunkBytes) {
        throw new FormatError(`a chunk has ${chunk.size} bytes, it should have ${chunkBytes}`, { offset: chunk.at });
      }
      const known = isKept ? context.unpacked(chunk.at) : undefined;
      if (known !== undefined) {
        scatter(known, layout.chunks, out, counts, parts, size);
        continue;
      }
      batch.push(chunk);
      ranges.push(parts);
      held += Math.max(chunkBytes, chunk.size);
      context.store.check(chunk.at, chunk.size);
      packedBytes += chunk.size;
    }
    if (isRead && room.length < packedBytes) room = memory(packedBytes, rawBytes);
    let used = 0;
    const spans = batch.map(({ at, size }): Span => {
      if (!isRead) return { at, size };
      used += size;
      return { at, size, into: room.subarray(used - size, used) };
    });
    const blocks = yield* context.store.payload(spans);
    const packed = batch.map((chunk, k): PackedChunk => {
      const edge = layout.chunks.some((n, axis) => ((chunk.grid[axis] as number) + 1) * n > (shape[axis] as number));
      // Version 4 may leave the chunks at the edge unfiltered.
      const mask = layout.flags & 1 && edge ? -1 : chunk.mask;
      return { bytes: blocks[k] as Uint8Array, mask };
    });
    yield* decodeChunks(context.filters, pipeline, packed, chunkBytes, (bytes, k) => {
      const parts = ranges[k] as ReturnType<typeof within>[];
      scatter(bytes, layout.chunks, out, counts, parts, size);
      // A chunk of which only a part was wanted is likely to be wanted again.
      if (!isKept || !parts.some(({ from }, axis) => 2 * from.length <= (layout.chunks[axis] as number))) return false;
      // What no filter touched is still in that memory.
      context.keepUnpacked((batch[k] as Chunk).at, bytes.buffer === room.buffer ? bytes.slice() : bytes);
      return true;
    });
  }
  return out;
}

function firstOf(axis: Axis): number {
  return "list" in axis ? (axis.list[0] ?? 0) : axis.start;
}

function lastOf(axis: Axis): number {
  return "list" in axis ? (axis.list[axis.list.length - 1] ?? 0) : axis.start + (axis.count - 1) * axis.step;
}
