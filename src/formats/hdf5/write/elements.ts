/**
 * The elements of datasets on their way to a file: packed, placed, and found again by a layout message.
 *
 * @module
 */
import type { Filters, PackedChunk } from "../filters/index.ts";
import { NOWHERE } from "../storage/cursor.ts";
import type { Reading } from "../storage/store.ts";
import { compareGrid, type Placed, pageBits, writeChunkTree, writeFixedArray } from "./chunktree.ts";
import { type Held, product } from "./data.ts";
import type { Libver } from "./draft.ts";
import { encodeChunks } from "./encode.ts";
import { chunkNumbers, MOST_NUMBERED, writeExtensibleArray } from "./extensible.ts";
import type { GlobalHeapWriter } from "./globalheap.ts";
import type { Image } from "./image.ts";
import { chunkedMessage, compactMessage, contiguousMessage, indexedMessage, virtualMessage } from "./messages.ts";
import type { DatasetNode } from "./nodes.ts";
import { outsidePieces } from "./outside.ts";
import { type Move, type Pointers, refers } from "./pointers.ts";
import type { TreeRanks } from "./symbols.ts";

/** What writing elements needs. */
export interface Writing {
  readonly image: Image;
  readonly ranks: TreeRanks;
  readonly libver: Libver;
  readonly filters: Filters;
  readonly pointers: Pointers;
  readonly heap: GlobalHeapWriter;
  /** Is the file the one into which elements were spilled? */
  readonly spilled: boolean;
  readonly move: Move;
}

/** Chunks are packed in batches of about this many bytes. */
const BATCH = 1 << 25;

/** How the chunks of a dataset are found. */
function indexOf({ info, origin }: DatasetNode, libver: Libver): "btree1" | "single" | "fixed" | "extensible" {
  const { layout, space } = info;
  if (libver === "earliest" || origin !== null || layout.kind !== "chunked") return "btree1";
  const { maxshape } = space;
  if (maxshape.includes(0)) return "btree1";
  const open = maxshape.filter((n) => n === null).length;
  if (open === 1) {
    const axis = maxshape.indexOf(null);
    const rows = Math.ceil((space.shape?.[axis] ?? 0) / (layout.chunks[axis] as number));
    return rows * (chunkNumbers(maxshape, layout.chunks)[axis] as number) < MOST_NUMBERED ? "extensible" : "btree1";
  }
  if (open > 1) return "btree1";
  const cells = cellsOf(layout.chunks, maxshape as readonly number[]);
  const count = product(cells);
  if (count === 1) return "single";
  // The array has a place for every chunk that may be.
  return count <= 1 << 20 ? "fixed" : "btree1";
}

function cellsOf(dims: readonly number[], maxshape: readonly number[]): number[] {
  return dims.map((n, i) => Math.ceil((maxshape[i] as number) / n));
}

/** A layout message of the size that it will have, before the elements have their places. */
export function layoutDraft(node: DatasetNode, w: Pick<Writing, "image" | "libver">): Uint8Array {
  const { layout, type, pipeline } = node.info;
  const { sizes } = w.image;
  if (layout.kind === "compact") return compactMessage(node.data?.whole ?? layout.data, sizes);
  if (layout.kind === "virtual") return virtualMessage(-1, 0, sizes);
  if (layout.kind !== "chunked") return contiguousMessage(-1, 0, sizes);
  const index = indexOf(node, w.libver);
  const packed = pipeline.length > 0 ? { size: 0, mask: 0 } : null;
  if (index === "single") return indexedMessage({ kind: "single", at: -1, packed }, layout.chunks, type.size, sizes);
  if (index === "extensible") return indexedMessage({ kind: index, at: -1 }, layout.chunks, type.size, sizes);
  if (index === "fixed")
    return indexedMessage({ kind: "fixed", at: -1, pageBits: 10 }, layout.chunks, type.size, sizes);
  return chunkedMessage(-1, layout.chunks, type.size, sizes);
}

/** Writes the elements of a dataset; gives its layout message. */
export function* writeElements(node: DatasetNode, w: Writing): Reading<Uint8Array> {
  const { layout, type } = node.info;
  const { image, pointers, move } = w;
  const { sizes } = image;
  const data = node.data;
  if (layout.kind === "virtual") {
    if (layout.heap === NOWHERE) return virtualMessage(-1, 0, sizes);
    const { heap, index } = w.heap.keep(pointers.blob(layout.index));
    return virtualMessage(heap, index, sizes);
  }
  const moved = (bytes: Uint8Array): Uint8Array => (refers(type) ? pointers.moved(type, bytes, move) : bytes);
  if (layout.kind === "chunked") return yield* writeChunks(node, w, moved);
  const spilled = w.spilled ? data?.spilled : null;
  if (spilled) return contiguousMessage(spilled.at, spilled.size, sizes);
  const whole = data?.whole ?? null;
  if (layout.kind === "compact") return compactMessage(whole === null ? layout.data : moved(whole), sizes);
  const size = product(node.info.space.shape ?? [0]) * type.size;
  const { external } = node.info;
  if (external.length > 0) {
    if (data?.whole) image.outside.push(...outsidePieces(external, moved(data.whole)));
    return contiguousMessage(-1, size, sizes);
  }
  if (whole === null || whole.length === 0) return contiguousMessage(-1, size, sizes);
  const old = node.origin !== null && layout.kind === "contiguous" && layout.at !== NOWHERE ? layout.at : -1;
  if (old >= 0) image.put(old, moved(whole));
  return contiguousMessage(old >= 0 ? old : image.add(moved(whole)), whole.length, sizes);
}

function* writeChunks(node: DatasetNode, w: Writing, moved: (bytes: Uint8Array) => Uint8Array): Reading<Uint8Array> {
  const { layout, type, space, pipeline } = node.info;
  if (layout.kind !== "chunked") throw new TypeError("only chunks are written as such");
  const { image } = w;
  const { sizes } = image;
  const dims = layout.chunks;
  const chunkBytes = product(dims) * type.size;
  const held = [...(node.data?.chunks?.values() ?? [])].sort(compareGrid);
  const placed: Placed[] = [];
  let batch: Held[] = [];
  const place = ({ grid }: Held, { bytes, mask }: PackedChunk): void => {
    placed.push({ grid, at: image.add(bytes), size: bytes.length, mask });
  };
  const flush = function* (): Reading<void> {
    // Chunks that stay as they are packed may have gone through filters that cannot be written.
    if (batch.length === 0) return;
    const packed = yield* encodeChunks(
      w.filters,
      pipeline,
      batch.map(({ raw }) => moved(raw as Uint8Array)),
    );
    batch.forEach((one, i) => {
      place(one, packed[i] as PackedChunk);
    });
    batch = [];
  };
  for (const one of held) {
    if (one.raw !== null) {
      batch.push(one);
      if (batch.length * chunkBytes >= BATCH) yield* flush();
    } else if (one.packed !== null) place(one, one.packed);
    else if (one.old !== null) placed.push({ ...one.old, grid: one.grid });
  }
  yield* flush();
  placed.sort(compareGrid);
  const index = indexOf(node, w.libver);
  if (index === "single") {
    const [only] = placed;
    const packed = pipeline.length > 0 ? { size: only?.size ?? 0, mask: only?.mask ?? 0 } : null;
    return indexedMessage({ kind: "single", at: only?.at ?? -1, packed }, dims, type.size, sizes);
  }
  if (index === "extensible") {
    const steps = chunkNumbers(space.maxshape, dims);
    const at = placed.length === 0 ? -1 : writeExtensibleArray(image, steps, placed, chunkBytes, pipeline.length > 0);
    return indexedMessage({ kind: index, at }, dims, type.size, sizes);
  }
  if (index === "fixed") {
    const cells = cellsOf(dims, space.maxshape as readonly number[]);
    const at = placed.length === 0 ? -1 : writeFixedArray(image, cells, placed, chunkBytes, pipeline.length > 0);
    return indexedMessage({ kind: "fixed", at, pageBits: pageBits(product(cells)) }, dims, type.size, sizes);
  }
  return chunkedMessage(writeChunkTree(image, w.ranks.chunk, dims, placed), dims, type.size, sizes);
}
