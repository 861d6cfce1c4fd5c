/**
 * The file that comes out: what is new behind the old file's bytes, and what is changed among them.
 *
 * @module
 */
import type { Sizes } from "../storage/cursor.ts";
import type { ReadNow } from "../storage/store.ts";

/** Bytes that are written at once. */
const BLOCK = 1 << 24;
/** Pieces are put together up to so many bytes. */
const GATHER = 1 << 20;
const NONE = /* @__PURE__ */ new Uint8Array(0);

interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Bytes that belong into another file. */
export interface OutsidePiece extends Piece {
  readonly file: string;
}

/** Places in a file that is being made, and their bytes. Addresses count from the superblock. */
export class Image {
  readonly sizes: Sizes;
  /** Bytes of the old file that stay, before what is new. */
  readonly kept: number;
  /** Elements that stand in other files. */
  readonly outside: OutsidePiece[] = [];
  readonly #pieces: Piece[] = [];
  readonly #patches: Piece[] = [];
  #end: number;

  constructor(sizes: Sizes, kept: number) {
    this.sizes = sizes;
    this.kept = kept;
    this.#end = (kept + 7) & ~7;
    if (kept > 2 ** 31) this.#end = Math.ceil(kept / 8) * 8;
  }

  /** First byte behind everything. */
  get end(): number {
    return this.#end;
  }

  /** A place for so many bytes, at a multiple of eight. */
  alloc(size: number): number {
    const at = this.#end;
    this.#end = Math.ceil((at + size) / 8) * 8;
    return at;
  }

  /** Fills a place. */
  put(at: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    (at < this.kept ? this.#patches : this.#pieces).push({ at, bytes });
  }

  /** Fills a place of its own. */
  add(bytes: Uint8Array): number {
    const at = this.alloc(bytes.length);
    this.put(at, bytes);
    return at;
  }

  /** What is to be written into the old file itself: what is new, then what is changed, then the superblock. */
  parts(base: number): { at: number; bytes: Uint8Array }[][] {
    const moved = (pieces: readonly Piece[]): Piece[] => pieces.map(({ at, bytes }) => ({ at: at + base, bytes }));
    const changed = this.#patches.filter(({ at }) => at !== 0);
    const reached = this.#pieces.reduce((most, { at, bytes }) => Math.max(most, at + bytes.length), this.kept);
    // The superblock tells of all bytes up to the end: a file that is shorter is refused as truncated.
    const last = reached < this.#end ? [{ at: this.#end - 1, bytes: new Uint8Array(1) }] : [];
    return [moved([...this.#pieces, ...last]), moved(changed), moved(this.#patches.filter(({ at }) => at === 0))];
  }

  /** The whole file, block by block; `base` is where the superblock stands, `read` gives the old bytes. */
  *blocks(base: number, read: ReadNow): Generator<Uint8Array> {
    const patches = this.#patches.sort((a, b) => a.at - b.at);
    const total = base + this.kept;
    let first = 0;
    for (let at = 0; at < total; at += BLOCK) {
      const block = Uint8Array.from(read(at, Math.min(BLOCK, total - at)));
      while (first < patches.length) {
        const { at: place, bytes } = patches[first] as Piece;
        if (place + bytes.length + base > at) break;
        first++;
      }
      for (let i = first; i < patches.length; i++) {
        const { at: place, bytes } = patches[i] as Piece;
        const from = place + base - at;
        if (from >= block.length) break;
        const skip = Math.max(0, -from);
        if (skip < bytes.length) block.set(bytes.subarray(skip, block.length - from), Math.max(0, from));
      }
      yield block;
    }
    yield* this.fresh();
  }

  /** What stands at the beginning, of a file that is begun with other bytes. */
  get head(): Uint8Array {
    return (this.#patches.find(({ at }) => at === 0) as Piece).bytes;
  }

  /** What is new, small pieces together. */
  *fresh(): Generator<Uint8Array> {
    let at = this.kept;
    let open = new Uint8Array(GATHER);
    let used = 0;
    for (const { at: place, bytes } of [...this.#pieces.sort((a, b) => a.at - b.at), { at: this.#end, bytes: NONE }]) {
      const gap = place - at;
      if (used + gap + bytes.length > GATHER) {
        yield open.subarray(0, used);
        open = new Uint8Array(GATHER);
        used = 0;
      }
      if (gap + bytes.length > GATHER) {
        if (gap > 0) yield new Uint8Array(gap);
        yield bytes;
      } else {
        open.set(bytes, used + gap);
        used += gap + bytes.length;
      }
      at = place + bytes.length;
    }
    if (used > 0) yield open.subarray(0, used);
  }
}
