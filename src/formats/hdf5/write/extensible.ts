/**
 * Extensible arrays on their way to a file: the chunks of a dataset of which one axis has no limit (specification,
 * section VIII).
 *
 * Numbers of chunks go to the index block first, then to data blocks that grow: those of level `l` hold
 * `2^⌈l/2⌉ · LEAST_DATA` entries, and there are `2^⌊l/2⌋` of them. The first levels' blocks stand in the index block, the
 * others' in a super block of their level; long data blocks are split into pages.
 *
 * @module
 */
import { entryWidth, type Placed, putEntry } from "./chunktree.ts";
import { Encoder } from "./encoder.ts";
import type { Image } from "./image.ts";

/** As libhdf5 makes the arrays of chunks (H5Dpkg.h). */
export const EXTENSIBLE = { maxBits: 32, inIndex: 4, leastPointers: 4, leastData: 16, pageBits: 10 } as const;

const { maxBits, inIndex, leastPointers, leastData, pageBits } = EXTENSIBLE;
const PER_PAGE = 2 ** pageBits;
const OFFSET_SIZE = maxBits / 8;
const LEVELS = 1 + maxBits - Math.log2(leastData);
/** Levels whose data blocks the index block knows itself, and their number of blocks. */
const KNOWN = 2 * Math.log2(leastPointers);
const KNOWN_BLOCKS = 2 * (leastPointers - 1);

/** More chunks than these have no numbers in an array. */
export const MOST_NUMBERED = 2 ** maxBits;

/** A chunk and its number. */
interface Numbered {
  readonly n: number;
  readonly chunk: Placed;
}

/** Numbers of chunks: the axis without a limit varies slowest, the others have places for all chunks that may be. */
export function chunkNumbers(maxshape: readonly (number | null)[], dims: readonly number[]): number[] {
  const open = maxshape.indexOf(null);
  const steps = new Array<number>(dims.length);
  let step = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    if (axis === open) continue;
    steps[axis] = step;
    step *= Math.ceil((maxshape[axis] as number) / (dims[axis] as number));
  }
  steps[open] = step;
  return steps;
}

const blocksOf = (level: number): number => 2 ** Math.floor(level / 2);
const perBlockOf = (level: number): number => 2 ** Math.ceil(level / 2) * leastData;
/** Number of a level's first entry, counted behind those in the index block. */
const firstOf = (level: number): number => leastData * (2 ** level - 1);

/** Writes an extensible array of chunks, whose numbers are `grid · steps`; gives its address. */
export function writeExtensibleArray(
  image: Image,
  steps: readonly number[],
  chunks: readonly Placed[],
  chunkBytes: number,
  filtered: boolean,
): number {
  const writer = new ArrayWriter(image, filtered ? entryWidth(chunkBytes) : 0);
  const numbered = chunks.map((chunk): Numbered => {
    return { n: chunk.grid.reduce((sum, cell, axis) => sum + cell * (steps[axis] as number), 0), chunk };
  });
  return writer.write(numbered.sort((a, b) => a.n - b.n));
}

class ArrayWriter {
  readonly #image: Image;
  /** Bytes of a packed chunk's size; 0 where chunks are not packed. */
  readonly #width: number;
  readonly #entrySize: number;
  readonly #header: number;
  #superBlocks = 0;
  #superBytes = 0;
  #dataBlocks = 0;
  #dataBytes = 0;
  #entries: number = inIndex;

  constructor(image: Image, width: number) {
    const { offsets, lengths } = image.sizes;
    this.#image = image;
    this.#width = width;
    this.#entrySize = offsets + (width > 0 ? width + 4 : 0);
    this.#header = image.alloc(16 + 6 * lengths + offsets);
  }

  write(numbered: readonly Numbered[]): number {
    const image = this.#image;
    const index = this.#begin("EAIB", 64 + inIndex * this.#entrySize + 8 * (KNOWN_BLOCKS + LEVELS));
    let next = this.#run(index, numbered, 0, 0, inIndex);
    for (let level = 0; level < KNOWN; level++) {
      for (let block = 0; block < blocksOf(level); block++) {
        const made = this.#block(numbered, next, level, block, null);
        index.offset(made.at);
        next = made.next;
      }
    }
    for (let level = KNOWN; level < LEVELS; level++) {
      const made = this.#superBlock(numbered, next, level);
      index.offset(made.at);
      next = made.next;
    }
    const indexAt = image.add(index.checksum().done());
    const e = new Encoder(image.sizes).signature("EAHD").u8(0).u8(this.#client).u8(this.#entrySize);
    e.u8(maxBits).u8(inIndex).u8(leastData).u8(leastPointers).u8(pageBits);
    e.length(this.#superBlocks).length(this.#superBytes).length(this.#dataBlocks).length(this.#dataBytes);
    e.length((numbered[numbered.length - 1]?.n ?? -1) + 1).length(this.#entries);
    image.put(this.#header, e.offset(indexAt).checksum().done());
    return this.#header;
  }

  get #client(): number {
    return this.#width > 0 ? 1 : 0;
  }

  #begin(signature: string, room: number): Encoder {
    return new Encoder(this.#image.sizes, room).signature(signature).u8(0).u8(this.#client).offset(this.#header);
  }

  /** Puts entries from number `from` on, empty ones among them; gives the place of the first chunk behind them. */
  #run(e: Encoder, numbered: readonly Numbered[], next: number, from: number, count: number): number {
    for (let n = from; n < from + count; n++) {
      const here = numbered[next];
      if (here?.n === n) next++;
      putEntry(e, here?.n === n ? here.chunk : null, this.#width);
    }
    return next;
  }

  #superBlock(numbered: readonly Numbered[], next: number, level: number): { at: number; next: number } {
    if ((numbered[next]?.n ?? Number.POSITIVE_INFINITY) >= inIndex + firstOf(level + 1)) return { at: -1, next };
    const perBlock = perBlockOf(level);
    const blocks = blocksOf(level);
    // The bits of all blocks stand one behind another, in the room of whole bytes for each.
    const bits = new Uint8Array(perBlock > PER_PAGE ? blocks * Math.ceil(perBlock / PER_PAGE / 8) : 0);
    const places: number[] = [];
    for (let block = 0; block < blocks; block++) {
      const made = this.#block(numbered, next, level, block, bits);
      places.push(made.at);
      next = made.next;
    }
    const e = this.#begin("EASB", 32 + bits.length + 8 * blocks)
      .uint(firstOf(level), OFFSET_SIZE)
      .bytes(bits);
    for (const at of places) e.offset(at);
    const bytes = e.checksum().done();
    this.#superBlocks++;
    this.#superBytes += bytes.length;
    return { at: this.#image.add(bytes), next };
  }

  /** Writes a data block when it has chunks; `bits` gets one for each of its pages that does. */
  #block(
    numbered: readonly Numbered[],
    next: number,
    level: number,
    block: number,
    bits: Uint8Array | null,
  ): { at: number; next: number } {
    const count = perBlockOf(level);
    const first = firstOf(level) + block * count;
    const from = inIndex + first;
    if ((numbered[next]?.n ?? Number.POSITIVE_INFINITY) >= from + count) return { at: -1, next };
    const e = this.#begin("EADB", 64 + count * this.#entrySize).uint(first, OFFSET_SIZE);
    if (bits === null || count <= PER_PAGE) {
      next = this.#run(e, numbered, next, from, count);
      e.checksum();
    } else {
      e.checksum();
      for (let page = 0; page * PER_PAGE < count; page++) {
        const begin = from + page * PER_PAGE;
        if ((numbered[next]?.n ?? Number.POSITIVE_INFINITY) >= begin + PER_PAGE) {
          e.zeros(PER_PAGE * this.#entrySize + 4);
          continue;
        }
        const p = new Encoder(this.#image.sizes, PER_PAGE * this.#entrySize + 4);
        next = this.#run(p, numbered, next, begin, PER_PAGE);
        e.bytes(p.checksum().done());
        const bit = (block * count) / PER_PAGE + page;
        bits[bit >> 3] = (bits[bit >> 3] as number) | (0x80 >> (bit & 7));
      }
    }
    const bytes = e.done();
    this.#dataBlocks++;
    this.#dataBytes += bytes.length;
    this.#entries += count;
    return { at: this.#image.add(bytes), next };
  }
}
