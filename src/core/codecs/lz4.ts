/**
 * LZ4 frames.
 *
 * Source: the LZ4 frame format description, 1.6.3.
 *
 * @module
 */
import { Xxh32, xxh32 } from "../bytes/xxh32.ts";
import { FormatError, TruncatedError, UnsupportedError } from "../errors.ts";
import { type Codec, type Decoder, drained, drawn, joined } from "./codec.ts";
import { BlockPacker } from "./lz4block.ts";
import { type BlockUnpacker, unpackerFor } from "./lz4unpack.ts";
import { ByteQueue } from "./queue.ts";

const FRAME = 0x184d2204;
const LEGACY = 0x184c2102;
const SKIPPABLE = 0x184d2a50;
const ZSTD = 0xfd2fb528;
const LEGACY_BLOCK = 1 << 23;
const HISTORY = 1 << 16;
const EMPTY = new Uint8Array(0);

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function damaged(what: string): FormatError {
  return new FormatError(`the lz4 data is damaged: ${what}`, { format: "lz4" });
}

/** What the header of a frame says. */
interface Frame {
  readonly legacy: boolean;
  readonly linked: boolean;
  readonly blockSums: boolean;
  readonly size: number | null;
  readonly sum: Xxh32 | null;
  readonly blockSize: number;
}

class Lz4Decoder implements Decoder {
  readonly #queue = new ByteQueue();
  #last = false;
  #frame: Frame | null = null;
  #frames = 0;
  /** Bytes of a skippable frame that are still to come. */
  #skip = 0;
  /** Its window holds history, then the block; `from` to `to` are not handed out yet. */
  #unpacker: BlockUnpacker | null = null;
  #from = 0;
  #to = 0;
  #total = 0;
  done = false;

  get held(): number {
    return this.#queue.length;
  }

  get spent(): boolean {
    return this.#queue.length === 0;
  }

  push(piece: Uint8Array, last = false): void {
    this.#queue.push(piece);
    this.#last = last;
  }

  read(into: Uint8Array): number {
    let filled = 0;
    for (;;) {
      const count = Math.min(into.length - filled, this.#to - this.#from);
      if (count > 0) {
        into.set(this.#window().subarray(this.#from, this.#from + count), filled);
        filled += count;
        this.#from += count;
      }
      if (filled === into.length || this.done) return filled;
      if (this.#frame === null ? this.#begin() : this.#block(this.#frame)) continue;
      if (this.#last) throw new TruncatedError("the lz4 data was truncated", { format: "lz4" });
      return filled;
    }
  }

  #window(): Uint8Array {
    return this.#unpacker?.window ?? EMPTY;
  }

  /** Takes the header of a frame, or skips one; false when more bytes are needed. */
  #begin(): boolean {
    const queue = this.#queue;
    this.#skip -= queue.skip(this.#skip);
    if (this.#skip > 0) return false;
    const head = queue.peek(Math.min(queue.length, 19)) as Uint8Array;
    if (head.length < 4) {
      this.done = this.#last && this.#frames > 0;
      return this.done;
    }
    const magic = word(head, 0);
    if (magic === LEGACY) {
      queue.skip(4);
      this.#open({ legacy: true, linked: false, blockSums: false, size: null, sum: null, blockSize: LEGACY_BLOCK });
      return true;
    }
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
      if (head.length < 8) return false;
      this.#skip = word(head, 4);
      this.#frames++;
      queue.skip(8);
      return true;
    }
    if (magic !== FRAME) {
      // Frames that are skipped may stand before those of zstd, too.
      const isOther = this.#frames === 0 || magic === ZSTD;
      if (isOther) throw new FormatError("this is no lz4 data", { format: "lz4" });
      this.done = true;
      return true;
    }
    if (head.length < 7) return false;
    const flags = head[4] as number;
    if (flags >> 6 !== 1)
      throw new UnsupportedError("lz4 version", `lz4 frames of version ${flags >> 6} are not known`);
    const hasSize = (flags & 8) !== 0;
    const hasDictionary = (flags & 1) !== 0;
    const length = 6 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0);
    if (head.length < length + 1) return false;
    if (((xxh32(head.subarray(4, length)) >>> 8) & 255) !== head[length]) throw damaged("incorrect header check");
    if (hasDictionary) {
      const id = word(head, length - 4);
      throw new UnsupportedError(
        "lz4 dictionary",
        `the lz4 frame needs the dictionary ${id}, which is not in the file`,
        {
          format: "lz4",
        },
      );
    }
    const kind = ((head[5] as number) >> 4) & 7;
    if (kind < 4 || (flags & 2) !== 0 || ((head[5] as number) & 0x8f) !== 0) throw damaged("bits that must be zero");
    queue.skip(length + 1);
    this.#open({
      legacy: false,
      linked: (flags & 32) === 0,
      blockSums: (flags & 16) !== 0,
      size: hasSize ? word(head, 6) + word(head, 10) * 2 ** 32 : null,
      sum: flags & 4 ? new Xxh32() : null,
      blockSize: 1 << (8 + 2 * kind),
    });
    return true;
  }

  #open(frame: Frame): void {
    this.#frame = frame;
    this.#frames++;
    this.#total = 0;
    // Grown to a whole block's room by the first block.
    this.#from = this.#to = 0;
  }

  /** Unpacks a block, or takes the end of the frame; false when more bytes are needed. */
  #block(frame: Frame): boolean {
    const queue = this.#queue;
    const head = queue.peek(4);
    if (head === null) {
      // A frame of the old kind ends where its file does.
      if (!frame.legacy || !this.#last || queue.length > 0) return false;
      this.#frame = null;
      return true;
    }
    const mark = word(head, 0);
    if (frame.legacy) {
      if (mark === FRAME || mark === LEGACY || (mark & 0xfffffff0) >>> 0 === SKIPPABLE) {
        this.#frame = null;
        return true;
      }
    } else if (mark === 0) {
      if (queue.length < (frame.sum === null ? 4 : 8)) return false;
      queue.skip(4);
      if (frame.sum !== null && word(queue.take(4) as Uint8Array, 0) !== frame.sum.digest()) {
        throw damaged("incorrect content check");
      }
      if (frame.size !== null && frame.size !== this.#total) {
        throw damaged(`${this.#total} bytes came out, not ${frame.size}`);
      }
      this.#frame = null;
      return true;
    }
    const stored = !frame.legacy && mark >= 2 ** 31;
    const size = stored ? mark - 2 ** 31 : mark;
    const most = frame.legacy ? LEGACY_BLOCK + LEGACY_BLOCK / 255 + 16 : frame.blockSize;
    if (size > most) throw damaged("a block is larger than its frame allows");
    if (queue.length < 4 + size + (frame.blockSums ? 4 : 0)) return false;
    queue.skip(4);
    const block = queue.take(size) as Uint8Array;
    if (frame.blockSums && word(queue.take(4) as Uint8Array, 0) !== xxh32(block))
      throw damaged("incorrect block check");
    let unpacker = this.#unpacker;
    if (unpacker === null || unpacker.window.length < HISTORY + frame.blockSize) {
      const larger = unpackerFor(HISTORY + frame.blockSize, most);
      larger.window.set(this.#window().subarray(0, this.#to));
      this.#unpacker = unpacker = larger;
    }
    const { window } = unpacker;
    if (!frame.linked) this.#to = 0;
    else if (this.#to > HISTORY) {
      window.copyWithin(0, this.#to - HISTORY, this.#to);
      this.#to = HISTORY;
    }
    this.#from = this.#to;
    if (stored) {
      window.set(block, this.#from);
      this.#to += size;
    } else this.#to = unpacker.unpack(block, this.#from, this.#from + frame.blockSize);
    const out = window.subarray(this.#from, this.#to);
    frame.sum?.update(out);
    this.#total += out.length;
    return true;
  }
}

const BLOCK = 1 << 16;
/** Bytes that are packed before the buffer slides; a multiple of 64 KiB. */
const BUFFER = 1 << 20;

/** Packs one frame as Python's `LZ4FrameFile` does: linked blocks of 64 KiB, no sums, no size. */
class Lz4Encoder {
  readonly #packer: BlockPacker;
  readonly #buffer = new Uint8Array(HISTORY + BUFFER);
  readonly #packed = new Uint8Array(BLOCK + 16);
  #start = 0;
  #end = 0;
  #begun = false;

  constructor(level: number) {
    // From 3 on lz4 searches harder, twice as hard with each level.
    this.#packer = new BlockPacker(level < 3 ? 1 : 2 ** Math.min(level - 1, 11));
  }

  *push(piece: Uint8Array, finish = false): Generator<Uint8Array> {
    if (!this.#begun) yield header();
    this.#begun = true;
    for (let at = 0; at < piece.length; ) {
      if (this.#end === this.#buffer.length) this.#slide();
      const count = Math.min(piece.length - at, this.#buffer.length - this.#end);
      this.#buffer.set(piece.subarray(at, at + count), this.#end);
      this.#end += count;
      at += count;
      while (this.#end - this.#start >= BLOCK) yield this.#block(BLOCK);
    }
    if (!finish) return;
    if (this.#end > this.#start) yield this.#block(this.#end - this.#start);
    yield new Uint8Array(4);
  }

  #slide(): void {
    this.#buffer.copyWithin(0, BUFFER, this.#end);
    this.#packer.slide(BUFFER);
    this.#start -= BUFFER;
    this.#end -= BUFFER;
  }

  #block(size: number): Uint8Array {
    const end = this.#start + size;
    const packed = this.#packer.pack(this.#buffer, this.#start, end, this.#packed);
    const body = packed < 0 ? this.#buffer.subarray(this.#start, end) : this.#packed.subarray(0, packed);
    const out = new Uint8Array(4 + body.length);
    new DataView(out.buffer).setUint32(0, packed < 0 ? size + 2 ** 31 : packed, true);
    out.set(body, 4);
    this.#start = end;
    return out;
  }
}

function header(): Uint8Array {
  const out = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0);
  out[6] = (xxh32(out.subarray(4, 6)) >>> 8) & 255;
  return out;
}

/** LZ4 frames (Python: `lz4.frame`); levels below 3 are the fast way, 3 to 12 search harder. */
export const lz4: Codec = {
  name: "lz4",
  prefix: /* @__PURE__ */ Uint8Array.of(0x04, 0x22, 0x4d, 0x18),
  extension: ".lz4",
  level: 0,
  decode: (bytes, options) => drained(new Lz4Decoder(), bytes, options),
  encode: (bytes, level = 0) => joined([...new Lz4Encoder(level).push(bytes, true)]),
  decoder: () => new Lz4Decoder(),
  pulls: () => true,
  decodePieces: (pieces) => drawn(() => new Lz4Decoder(), pieces),
  async *encodePieces(pieces, level = 0) {
    const encoder = new Lz4Encoder(level);
    for await (const piece of pieces) yield* encoder.push(piece);
    yield* encoder.push(EMPTY, true);
  },
};
