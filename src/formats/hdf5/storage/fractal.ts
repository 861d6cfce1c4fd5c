/**
 * Fractal heaps (specification, section III.G): dense links and attributes, shared messages.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import { decodeChunk, type Pipeline, parsePipeline } from "../filters/index.ts";
import { btree2Records, bytesFor } from "./btree2.ts";
import type { Context } from "./context.ts";
import { Cursor, NOWHERE } from "./cursor.ts";
import { verify } from "./lookup3.ts";
import type { Reading } from "./store.ts";

interface Block {
  at: number;
  /** Place of its first byte in the heap's own space. */
  offset: number;
  size: number;
  /** Size and mask of a block that went through filters; else null. */
  packed: { size: number; mask: number } | null;
}

/** A heap: objects found by their ids. */
export class FractalHeap {
  readonly #context: Context;
  readonly #at: number;
  #idLength = 0;
  #maxManaged = 0;
  #hugeTree = NOWHERE;
  #width = 0;
  #start = 0;
  #maxDirect = 0;
  #maxBits = 0;
  #root = NOWHERE;
  #rows = 0;
  #rootPacked: { size: number; mask: number } | null = null;
  #pipeline: Pipeline = [];
  #huge: Map<number, Uint8Array> | null = null;
  #blocks = new Map<number, Uint8Array>();

  private constructor(context: Context, at: number) {
    this.#context = context;
    this.#at = at;
  }

  /** Reads a heap's head. */
  static *open(context: Context, at: number): Reading<FractalHeap> {
    const heap = new FractalHeap(context, at);
    const { store, sizes } = context;
    const fixed = 22 + 12 * sizes.lengths + 3 * sizes.offsets;
    const c = new Cursor(yield* store.get(at, fixed), sizes, at).signature("FRHP");
    c.version("fractal heap", 0);
    heap.#idLength = c.u16();
    const filterSize = c.u16();
    c.skip(1);
    heap.#maxManaged = c.u32();
    c.length();
    heap.#hugeTree = c.offset();
    c.length();
    c.offset();
    for (let i = 0; i < 8; i++) c.lengthOrNone();
    heap.#width = c.u16();
    heap.#start = c.length();
    heap.#maxDirect = c.length();
    heap.#maxBits = c.u16();
    c.skip(2);
    heap.#root = c.offset();
    heap.#rows = c.u16();
    if (filterSize > 0) {
      const more = new Cursor(yield* store.get(at + fixed, sizes.lengths + 4 + filterSize), sizes, at + fixed);
      heap.#rootPacked = { size: more.length(), mask: more.u32() };
      heap.#pipeline = parsePipeline(more.part(filterSize));
    }
    const head = fixed + (filterSize > 0 ? sizes.lengths + 4 + filterSize : 0);
    verify("fractal heap", yield* store.get(at, head + 4), at);
    if (heap.#width === 0 || heap.#start === 0 || heap.#maxDirect < heap.#start || heap.#maxBits > 64) {
      throw c.bad("the head of a fractal heap makes no sense");
    }
    return heap;
  }

  get #offsetSize(): number {
    return (this.#maxBits + 7) >> 3;
  }

  /** Rows of blocks that hold data themselves. */
  get #directRows(): number {
    return Math.log2(this.#maxDirect) - Math.log2(this.#start) + 2;
  }

  #rowSize(row: number): number {
    return row < 2 ? this.#start : this.#start * 2 ** (row - 1);
  }

  /** The object with an id. */
  *object(id: Uint8Array): Reading<Uint8Array> {
    const c = new Cursor(id, this.#context.sizes, this.#at);
    const first = c.u8();
    if (first >> 6 !== 0) throw c.bad("an id of a fractal heap is of an unknown version");
    switch ((first >> 4) & 3) {
      case 0: {
        const offset = c.uint(this.#offsetSize);
        const direct = (Math.floor(Math.log2(this.#maxDirect)) + 7) >> 3;
        const length = c.uint(Math.min(direct, bytesFor(this.#maxManaged)));
        return yield* this.#managed(offset, length);
      }
      case 1:
        return yield* this.#hugeObject(c);
      case 2: {
        // Above 17 bytes of id the length takes a byte more.
        const length = this.#idLength - 1 > 16 ? ((first & 15) << 8) + c.u8() + 1 : (first & 15) + 1;
        return c.take(length);
      }
      default:
        throw c.bad("an id of a fractal heap is of an unknown kind");
    }
  }

  *#hugeObject(c: Cursor): Reading<Uint8Array> {
    const { sizes, store } = this.#context;
    const packed = this.#pipeline.length > 0;
    const direct = sizes.offsets + sizes.lengths + (packed ? 4 + sizes.lengths : 0);
    let record = c;
    if (c.left < direct) {
      const key = c.uint(Math.min(c.left, 8));
      if (this.#huge === null) {
        this.#huge = new Map();
        for (const bytes of yield* btree2Records(this.#context, this.#hugeTree)) {
          const entry = new Cursor(bytes, sizes).skip(direct);
          this.#huge.set(entry.length(), bytes);
        }
      }
      const found = this.#huge.get(key);
      if (found === undefined) throw c.bad("a fractal heap lacks one of its large objects");
      record = new Cursor(found, sizes, this.#at);
    }
    const at = record.offset();
    const size = record.length();
    const bytes = yield* store.get(at, size);
    if (!packed) return bytes;
    const mask = record.u32();
    return yield* decodeChunk(this.#context.filters, this.#pipeline, bytes, mask, record.length());
  }

  *#managed(offset: number, length: number): Reading<Uint8Array> {
    const block = yield* this.#find(offset);
    const from = offset - block.offset;
    if (from + length > block.size) {
      throw new FormatError("an object lies across the blocks of a fractal heap", { offset: block.at, format: "hdf5" });
    }
    if (block.packed === null) return yield* this.#context.store.get(block.at + from, length);
    let bytes = this.#blocks.get(block.at);
    if (bytes === undefined) {
      const raw = yield* this.#context.store.get(block.at, block.packed.size);
      bytes = yield* decodeChunk(this.#context.filters, this.#pipeline, raw, block.packed.mask, block.size);
      this.#blocks.set(block.at, bytes);
    }
    return bytes.subarray(from, from + length);
  }

  /** The direct block that holds a place of the heap. */
  *#find(offset: number): Reading<Block> {
    if (this.#rows === 0) {
      return { at: this.#root, offset: 0, size: this.#start, packed: this.#rootPacked };
    }
    const { store, sizes } = this.#context;
    let at = this.#root;
    let rows = this.#rows;
    let base = 0;
    for (let depth = 0; depth < 64; depth++) {
      const rest = offset - base;
      let row = 0;
      let begin = 0;
      while (row < rows && rest >= begin + this.#rowSize(row) * this.#width) {
        begin += this.#rowSize(row) * this.#width;
        row++;
      }
      if (row >= rows) break;
      const size = this.#rowSize(row);
      const column = Math.floor((rest - begin) / size);
      const directs = Math.min(rows, this.#directRows) * this.#width;
      const filtered = this.#pipeline.length > 0;
      const directSize = sizes.offsets + (filtered ? sizes.lengths + 4 : 0);
      const index = row * this.#width + column;
      const isDirect = row < this.#directRows;
      const place = isDirect ? index * directSize : directs * directSize + (index - directs) * sizes.offsets;
      const head = 5 + sizes.offsets + this.#offsetSize;
      new Cursor(yield* store.get(at, 4), sizes, at).signature("FHIB");
      const c = new Cursor(
        yield* store.get(at + head + place, isDirect ? directSize : sizes.offsets),
        sizes,
        at + head + place,
      );
      const child = c.offset();
      if (child === NOWHERE) break;
      const start = base + begin + column * size;
      if (isDirect) {
        return { at: child, offset: start, size, packed: filtered ? { size: c.length(), mask: c.u32() } : null };
      }
      at = child;
      base = start;
      rows = Math.log2(size) - Math.log2(this.#start * this.#width) + 1;
    }
    throw new FormatError("a fractal heap has nothing at the place of an object", { offset: this.#at, format: "hdf5" });
  }
}
