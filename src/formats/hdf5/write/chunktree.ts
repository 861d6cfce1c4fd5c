/**
 * Indexes of chunks on their way to a file: the version 1 B-tree and fixed arrays (specification, sections III.A.1 and
 * VII.A).
 *
 * @module
 */
import { Encoder } from "./encoder.ts";
import type { Image } from "./image.ts";

/** A chunk that has its place. */
export interface Placed {
  readonly grid: readonly number[];
  readonly at: number;
  readonly size: number;
  readonly mask: number;
}

/** Compares places in the grid, first axis first. */
export function compareGrid(a: { grid: readonly number[] }, b: { grid: readonly number[] }): number {
  for (let i = 0; i < a.grid.length; i++) {
    const d = (a.grid[i] as number) - (b.grid[i] as number);
    if (d !== 0) return d;
  }
  return 0;
}

/** Writes a version 1 B-tree of chunks in the grid's order; gives its address, -1 when there are none. */
export function writeChunkTree(image: Image, rank: number, dims: readonly number[], chunks: readonly Placed[]): number {
  if (chunks.length === 0) return -1;
  const { sizes } = image;
  const most = 2 * rank;
  const keySize = 8 + 8 * (dims.length + 1);
  const nodeSize = 8 + 2 * sizes.offsets + most * sizes.offsets + (most + 1) * keySize;
  const key = (e: Encoder, { grid, size, mask }: Omit<Placed, "at">): void => {
    e.u32(size).u32(mask);
    for (const [i, n] of grid.entries()) e.uint(n * (dims[i] as number), 8);
    e.zeros(8);
  };
  let children: { at: number; first: Placed }[] = chunks.map((chunk) => ({ at: chunk.at, first: chunk }));
  const last = chunks[chunks.length - 1] as Placed;
  const behind = { grid: last.grid.map((n) => n + 1), size: 0, mask: 0 };
  for (let level = 0; ; level++) {
    const count = Math.ceil(children.length / most);
    const at = Array.from({ length: count }, () => image.alloc(nodeSize));
    const next: typeof children = [];
    for (let n = 0; n < count; n++) {
      const part = children.slice(n * most, (n + 1) * most);
      const e = new Encoder(sizes, nodeSize).signature("TREE").u8(1).u8(level).u16(part.length);
      e.offset(at[n - 1] ?? -1).offset(at[n + 1] ?? -1);
      for (const child of part) {
        key(e, child.first);
        e.offset(child.at);
      }
      key(e, children[(n + 1) * most]?.first ?? behind);
      e.zeros(nodeSize - e.at);
      image.put(at[n] as number, e.done());
      next.push({ at: at[n] as number, first: (part[0] as { first: Placed }).first });
    }
    if (count === 1) return at[0] as number;
    children = next;
  }
}

/** How many numbers of a fixed array stand on a page: so many that there are no pages. */
export function pageBits(count: number): number {
  return Math.max(10, Math.ceil(Math.log2(Math.max(1, count))));
}

/** Bytes that a packed chunk's size takes in an array, as libhdf5 counts them (H5Dfarray.c). */
export function entryWidth(chunkBytes: number): number {
  return Math.min(8, 1 + Math.floor((Math.floor(Math.log2(Math.max(1, chunkBytes))) + 8) / 8));
}

/** An entry of an array: where a chunk stands, and for packed ones (`width` above 0) its size and mask. */
export function putEntry(e: Encoder, chunk: Placed | null, width: number): void {
  e.offset(chunk?.at ?? -1);
  if (width > 0) e.uint(chunk?.size ?? 0, width).u32(chunk?.mask ?? 0);
}

/** Writes a fixed array of all chunks of a grid; gives its address. */
export function writeFixedArray(
  image: Image,
  cells: readonly number[],
  chunks: readonly Placed[],
  chunkBytes: number,
  filtered: boolean,
): number {
  const { sizes } = image;
  const count = cells.reduce((a, b) => a * b, 1);
  const width = filtered ? entryWidth(chunkBytes) : 0;
  const entrySize = sizes.offsets + (filtered ? width + 4 : 0);
  const header = image.alloc(12 + sizes.lengths + sizes.offsets);
  const client = filtered ? 1 : 0;
  const block = new Encoder(sizes, 16 + count * entrySize).signature("FADB").u8(0).u8(client).offset(header);
  let next = 0;
  const skip = (upTo: number): void => {
    for (; next < upTo; next++) putEntry(block, null, width);
  };
  for (const chunk of chunks) {
    let n = 0;
    for (const [i, cell] of chunk.grid.entries()) n = n * (cells[i] as number) + cell;
    skip(n);
    putEntry(block, chunk, width);
    next++;
  }
  skip(count);
  const blockAt = image.add(block.checksum().done());
  const e = new Encoder(sizes).signature("FAHD").u8(0).u8(client).u8(entrySize).u8(pageBits(count));
  image.put(header, e.length(count).offset(blockAt).checksum().done());
  return header;
}
