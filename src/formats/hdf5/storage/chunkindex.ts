/**
 * Finding chunks: the version 1 B-tree and the five indexes of version 4 (specification, sections III.A and VI-VIII).
 *
 * @module
 */
import { FormatError, LimitError } from "../../../core/errors.ts";
import type { Layout } from "../messages/layout.ts";
import { chunkNode, overlapping } from "./btree1.ts";
import { btree2, btree2Find } from "./btree2.ts";
import { type Entry, extensibleEntries, fixedEntries } from "./chunkarrays.ts";
import type { Context } from "./context.ts";
import { Cursor, NOWHERE } from "./cursor.ts";
import type { Reading } from "./store.ts";

/** A chunk in the file. */
export interface Chunk {
  /** Its place in the grid of chunks. */
  readonly grid: readonly number[];
  readonly at: number;
  /** Bytes in the file. */
  readonly size: number;
  /** Bit `i` set: filter `i` was left out. */
  readonly mask: number;
}

/** What is known of a chunked dataset. */
export interface Grid {
  readonly layout: Layout & { readonly kind: "chunked" };
  readonly shape: readonly number[];
  readonly maxshape: readonly (number | null)[];
  /** Bytes of an unpacked chunk. */
  readonly chunkBytes: number;
  readonly filtered: boolean;
}

/** Indexes without coordinates are looked through place by place, at most so many. */
const MOST_PLACES = 2 ** 24;

/** Compares places of the grid, first axis first. */
function compare(a: ArrayLike<number>, from: number, b: readonly number[]): number {
  for (let i = 0; i < b.length; i++) {
    const d = (a[from + i] as number) - (b[i] as number);
    if (d !== 0) return d;
  }
  return 0;
}

/** The chunks that exist among those from grid place `low` to `high`, both included. */
export function* chunksIn(
  context: Context,
  grid: Grid,
  low: readonly number[],
  high: readonly number[],
): Reading<Chunk[]> {
  const { index } = grid.layout;
  if (index.at === NOWHERE) return [];
  const inside = (place: readonly number[]): boolean =>
    place.every((n, i) => n >= (low[i] as number) && n <= (high[i] as number));
  switch (index.kind) {
    case "single":
      return [{ grid: low, at: index.at, size: index.size ?? grid.chunkBytes, mask: index.mask }];
    case "btree1":
      return yield* fromBtree1(context, grid, low, high);
    case "btree2":
      return yield* fromBtree2(context, grid, low, high, inside);
    default:
  }
  const counts = low.map((n, i) => (high[i] as number) - n + 1);
  const total = counts.reduce((a, b) => a * b, 1);
  if (total > MOST_PLACES) throw new LimitError("maxChunks", MOST_PLACES, total, { format: "hdf5" });
  const placeOf = (i: number): number[] => {
    const place = new Array<number>(counts.length);
    for (let axis = counts.length - 1; axis >= 0; axis--) {
      const n = counts[axis] as number;
      place[axis] = (low[axis] as number) + (i % n);
      i = Math.floor(i / n);
    }
    return place;
  };
  const numbers = numbersIn(grid, low, counts, total);
  const chunks: Chunk[] = [];
  const { chunkBytes } = grid;
  const visit = (i: number, entry: NonNullable<Entry>): void => {
    chunks.push({ grid: placeOf(i), ...entry });
  };
  if (index.kind === "fixed") yield* fixedEntries(context, index.at, numbers, chunkBytes, visit);
  else if (index.kind === "extensible") yield* extensibleEntries(context, index.at, numbers, chunkBytes, visit);
  else {
    // All chunks stand one behind another.
    numbers.forEach((n, i) => {
      const at = index.at + n * chunkBytes;
      context.store.check(at, chunkBytes);
      visit(i, { at, size: chunkBytes, mask: 0 });
    });
  }
  return chunks;
}

/** Numbers of the chunks in a box, last axis fastest. An axis without limit varies slowest in an extensible array. */
function numbersIn(
  { layout, shape, maxshape }: Grid,
  low: readonly number[],
  counts: readonly number[],
  total: number,
): Float64Array {
  const { chunks, index } = layout;
  const axes = chunks.map((_, i) => i);
  if (index.kind === "extensible") {
    const open = maxshape.indexOf(null);
    if (open > 0) axes.unshift(...axes.splice(open, 1));
  }
  const steps = new Array<number>(chunks.length);
  let step = 1;
  for (const axis of axes.reverse()) {
    steps[axis] = step;
    step *= Math.ceil((maxshape[axis] ?? (shape[axis] as number)) / (chunks[axis] as number));
  }
  const out = new Float64Array(total);
  const last = counts.length - 1;
  const inner = counts[last] as number;
  const innerStep = steps[last] as number;
  const place = [...low];
  for (let at = 0; at < total; ) {
    let n = place.reduce((sum, cell, axis) => sum + cell * (steps[axis] as number), 0);
    for (let i = 0; i < inner; i++, n += innerStep) out[at++] = n;
    for (let axis = last - 1; axis >= 0; axis--) {
      place[axis] = (place[axis] as number) + 1;
      if ((place[axis] as number) < (low[axis] as number) + (counts[axis] as number)) break;
      place[axis] = low[axis] as number;
    }
  }
  return out;
}

function* fromBtree1(
  context: Context,
  { layout }: Grid,
  low: readonly number[],
  high: readonly number[],
): Reading<Chunk[]> {
  const rank = layout.chunks.length;
  const out: Chunk[] = [];
  const seen = new Set<number>();
  let bytes = 0;
  const todo = [{ at: layout.index.at, above: 64 }];
  while (todo.length > 0) {
    const next = todo.pop() as { at: number; above: number };
    if (seen.has(next.at)) throw new FormatError("a B-tree leads in a circle", { offset: next.at, format: "hdf5" });
    seen.add(next.at);
    const found = yield* chunkNode(context, next.at, layout.chunks, next.above);
    const { level, places, children, sizes, masks } = found;
    bytes += found.bytes;
    if (bytes > context.store.size) throw overlapping(next.at);
    for (let k = 0; k < children.length; k++) {
      const at = children[k] as number;
      if (level > 0) {
        if (compare(places, k * rank, high) <= 0 && compare(places, (k + 1) * rank, low) >= 0) {
          todo.push({ at, above: level });
        }
        continue;
      }
      let inside = true;
      for (let i = 0; i < rank && inside; i++) {
        const n = places[k * rank + i] as number;
        inside = n >= (low[i] as number) && n <= (high[i] as number);
      }
      if (!inside) continue;
      const grid = Array.from(places.subarray(k * rank, (k + 1) * rank));
      out.push({ grid, size: sizes[k] as number, mask: masks[k] as number, at });
    }
  }
  return out;
}

function* fromBtree2(
  context: Context,
  { layout, filtered, chunkBytes }: Grid,
  low: readonly number[],
  high: readonly number[],
  inside: (place: readonly number[]) => boolean,
): Reading<Chunk[]> {
  const rank = layout.chunks.length;
  const { recordSize } = yield* btree2(context, layout.index.at);
  const read = (record: Uint8Array): Chunk => {
    const c = new Cursor(record, context.sizes);
    const at = c.offset();
    const size = filtered ? c.uint(recordSize - context.sizes.offsets - 4 - 8 * rank) : chunkBytes;
    const mask = filtered ? c.u32() : 0;
    return { at, size, mask, grid: layout.chunks.map(() => c.u64()) };
  };
  const records = yield* btree2Find(context, layout.index.at, (record) => {
    const { grid } = read(record);
    return compare(grid, 0, low) < 0 ? -1 : compare(grid, 0, high) > 0 ? 1 : 0;
  });
  return records.map(read).filter((chunk) => inside(chunk.grid));
}
