/**
 * Finding chunks: the version 1 B-tree and the five indexes of version 4 (specification, sections III.A and VI-VIII).
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import type { Layout } from "../messages/layout.ts";
import { node } from "./btree1.ts";
import { btree2, btree2Find } from "./btree2.ts";
import { extensibleEntries, fixedEntries } from "./chunkarrays.ts";
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

/** Compares places of the grid, first axis first. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < b.length; i++) {
    const d = (a[i] as number) - (b[i] as number);
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
      return yield* fromBtree1(context, grid, low, high, inside);
    case "btree2":
      return yield* fromBtree2(context, grid, low, high, inside);
    default:
  }
  const wanted = places(low, high);
  const numbers = wanted.map((place) => linear(grid, place));
  const found =
    index.kind === "implicit"
      ? numbers.map((n) => ({ at: index.at + n * grid.chunkBytes, size: grid.chunkBytes, mask: 0 }))
      : index.kind === "fixed"
        ? yield* fixedEntries(context, index.at, numbers, grid.chunkBytes)
        : yield* extensibleEntries(context, index.at, numbers, grid.chunkBytes);
  const chunks: Chunk[] = [];
  found.forEach((entry, i) => {
    if (entry !== null && entry.at !== NOWHERE) chunks.push({ grid: wanted[i] as number[], ...entry });
  });
  return chunks;
}

/** All places of a box, last axis fastest. */
function places(low: readonly number[], high: readonly number[]): number[][] {
  let out: number[][] = [[]];
  for (let axis = 0; axis < low.length; axis++) {
    const next: number[][] = [];
    for (const head of out) {
      for (let n = low[axis] as number; n <= (high[axis] as number); n++) next.push([...head, n]);
    }
    out = next;
  }
  return out;
}

/** Number of a chunk in an index without coordinates. An axis without limit varies slowest in an extensible array. */
function linear({ layout, shape, maxshape }: Grid, place: readonly number[]): number {
  const { chunks, index } = layout;
  const axes = chunks.map((_, i) => i);
  if (index.kind === "extensible") {
    const open = maxshape.indexOf(null);
    if (open > 0) axes.unshift(...axes.splice(open, 1));
  }
  let n = 0;
  for (const axis of axes) {
    const most = maxshape[axis] ?? (shape[axis] as number);
    n = n * Math.ceil(most / (chunks[axis] as number)) + (place[axis] as number);
  }
  return n;
}

function* fromBtree1(
  context: Context,
  { layout }: Grid,
  low: readonly number[],
  high: readonly number[],
  inside: (place: readonly number[]) => boolean,
): Reading<Chunk[]> {
  const rank = layout.chunks.length;
  const keySize = 8 + 8 * (rank + 1);
  const placeOf = (key: Uint8Array): number[] => {
    const c = new Cursor(key, context.sizes).skip(8);
    return layout.chunks.map((n) => Math.floor(c.u64() / n));
  };
  const out: Chunk[] = [];
  const seen = new Set<number>();
  const todo = [{ at: layout.index.at, above: 64 }];
  while (todo.length > 0) {
    const next = todo.pop() as { at: number; above: number };
    if (seen.has(next.at)) throw new FormatError("a B-tree leads in a circle", { offset: next.at, format: "hdf5" });
    seen.add(next.at);
    const { level, keys, children } = yield* node(context, next.at, 1, keySize, next.above);
    for (const [i, child] of children.entries()) {
      const key = keys[i] as Uint8Array;
      const place = placeOf(key);
      if (level === 0) {
        if (!inside(place)) continue;
        const c = new Cursor(key, context.sizes);
        out.push({ grid: place, size: c.u32(), mask: c.u32(), at: child });
      } else if (compare(place, high) <= 0 && compare(placeOf(keys[i + 1] as Uint8Array), low) >= 0) {
        todo.push({ at: child, above: level });
      }
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
    return compare(grid, low) < 0 ? -1 : compare(grid, high) > 0 ? 1 : 0;
  });
  return records.map(read).filter((chunk) => inside(chunk.grid));
}
