/**
 * Zstandard.
 *
 * Source: RFC 8878.
 *
 * @module
 */
import { rawBytes } from "#platform";
import { Xxh64 } from "../bytes/xxh64.ts";
import { FormatError, LimitError, TruncatedError, UnsupportedError } from "../errors.ts";
import { type Codec, type DecodeOptions, type Decoder, drawn, joined } from "./codec.ts";
import { ByteQueue } from "./queue.ts";
import { Blocks, MOST, SLACK } from "./zstdblock.ts";
import { damaged } from "./zstdtables.ts";

const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
/** A frame's head has so many bytes at most. */
const HEAD = 18;
const MOST_WINDOW = 2 ** 29;
/** Bytes beyond the window that are kept, lest it is moved with every block. */
const MOST_SPARE = 2 ** 23;

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** What the head of a frame says (section 3.1.1.1). */
interface Frame {
  /** Bytes of the head. */
  readonly length: number;
  /** Bytes that come out, or null where it does not say. */
  readonly size: number | null;
  /** How far back matches reach. */
  readonly window: number;
  readonly hasSum: boolean;
}

/** The head of a frame, which may be cut: then null. */
function frameOf(head: Uint8Array): Frame | null {
  const flags = head[4];
  if (flags === undefined) return null;
  const single = (flags & 32) !== 0;
  const wide = flags >> 6 === 0 ? (single ? 1 : 0) : 1 << (flags >> 6);
  const named = [0, 1, 2, 4][flags & 3]!;
  const length = (single ? 5 : 6) + named + wide;
  if (head.length < length) return null;
  if (flags & 8) throw damaged("a bit that must be zero");
  const number = (at: number, count: number): number => {
    let value = 0;
    for (let i = count - 1; i >= 0; i--) value = value * 256 + head[at + i]!;
    return value;
  };
  const dictionary = number(length - wide - named, named);
  if (dictionary !== 0) {
    const text = `the zstd frame needs the dictionary ${dictionary}, which is not in the file`;
    throw new UnsupportedError("zstd dictionary", text, { format: "zstd" });
  }
  const size = wide === 0 ? null : number(length - wide, wide) + (wide === 2 ? 256 : 0);
  const window = single ? size! : 2 ** (10 + (head[5]! >> 3)) * (1 + (head[5]! & 7) / 8);
  if (window > MOST_WINDOW) {
    throw new UnsupportedError("zstd window", "the zstd data need a window of more than 512 MiB", { format: "zstd" });
  }
  return { length, size, window, hasSum: (flags & 4) !== 0 };
}

/** Unpacks frames; of what is handed out only as much is kept as matches may reach back to. */
class ZstdDecoder implements Decoder {
  readonly #queue = new ByteQueue();
  readonly #blocks = new Blocks();
  #last = false;
  #frame: Frame | null = null;
  #sum: Xxh64 | null = null;
  #frames = 0;
  /** Bytes of a skippable frame that are still to come. */
  #skip = 0;
  /** What came out of the present frame. */
  #made = 0;
  /** Of the window, what is handed out; -1 where everything is kept. */
  #given = 0;
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
    const blocks = this.#blocks;
    let filled = 0;
    for (;;) {
      const count = Math.min(into.length - filled, blocks.to - this.#given);
      if (count > 0) {
        into.set(blocks.window.subarray(this.#given, this.#given + count), filled);
        filled += count;
        this.#given += count;
      }
      if (filled === into.length || this.done || !this.#step()) return filled;
    }
  }

  /** Everything that comes out of `bytes`, in one memory. */
  all(bytes: Uint8Array, options: DecodeOptions): Uint8Array {
    const { maxOutput = Number.POSITIVE_INFINITY, limit = "maxBytes", size = 0 } = options;
    const blocks = this.#blocks;
    this.#given = -1;
    this.push(bytes, true);
    while (!this.done) {
      this.#step();
      const total = blocks.to + (this.#frame?.size ?? this.#made) - this.#made;
      if (total > maxOutput) throw new LimitError(limit, maxOutput, total, { format: "zstd" });
      if (blocks.window.length === 0 && this.#frame !== null) this.#grow(Math.max(total, Math.min(size, maxOutput)));
    }
    return blocks.to === blocks.window.length ? blocks.window : blocks.window.subarray(0, blocks.to);
  }

  /** Does the next thing that can be done; false when more bytes are needed. */
  #step(): boolean {
    if (this.#frame === null ? this.#begin() : this.#block(this.#frame)) return true;
    if (this.#last) throw new TruncatedError("the zstd data was truncated", { format: "zstd" });
    return false;
  }

  /** Takes the head of a frame, or skips one; false when more bytes are needed. */
  #begin(): boolean {
    const queue = this.#queue;
    this.#skip -= queue.skip(this.#skip);
    if (this.#skip > 0) return false;
    const head = queue.peek(Math.min(queue.length, HEAD)) as Uint8Array;
    if (head.length < 4) {
      this.done = this.#last && this.#frames > 0;
      return this.done;
    }
    const magic = word(head, 0);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
      if (head.length < 8) return false;
      this.#skip = word(head, 4);
      this.#frames++;
      queue.skip(8);
      return true;
    }
    if (magic !== FRAME) {
      if (this.#frames === 0) throw new FormatError("this is no zstd data", { format: "zstd" });
      this.done = true;
      return true;
    }
    const frame = frameOf(head);
    if (frame === null) return false;
    queue.skip(frame.length);
    this.#frame = frame;
    this.#sum = frame.hasSum ? new Xxh64() : null;
    this.#frames++;
    this.#made = 0;
    if (this.#given >= 0) this.#blocks.to = this.#given = 0;
    this.#blocks.begin();
    return true;
  }

  /** Unpacks a block, and takes the end of the frame behind the last one; false when more bytes are needed. */
  #block(frame: Frame): boolean {
    const queue = this.#queue;
    const blocks = this.#blocks;
    const head = queue.peek(3);
    if (head === null) return false;
    const kind = (head[0]! >> 1) & 3;
    const size = (head[0]! | (head[1]! << 8) | (head[2]! << 16)) >> 3;
    if (kind === 3) throw damaged("a block of an unknown kind");
    if (size > Math.min(MOST, frame.window)) throw damaged("a block is larger than its frame allows");
    const packed = kind === 1 ? 1 : size;
    const isLast = (head[0]! & 1) === 1;
    if (queue.length < 3 + packed + (isLast && frame.hasSum ? 4 : 0)) return false;
    const left = (frame.size ?? Number.POSITIVE_INFINITY) - this.#made;
    const most = Math.min(MOST, frame.window, left);
    if (kind !== 2 && size > most) throw damaged("more comes out than its head says");
    queue.skip(3);
    const block = queue.take(packed) as Uint8Array;
    if (blocks.to + most > blocks.window.length) this.#makeRoom(frame, most);
    const from = blocks.to;
    if (kind === 2) blocks.unpack(block, most);
    else {
      if (kind === 0) blocks.window.set(block, from);
      else blocks.window.fill(block[0]!, from, from + size);
      blocks.to += size;
    }
    this.#made += blocks.to - from;
    this.#sum?.update(blocks.window.subarray(from, blocks.to));
    if (!isLast) return true;
    if (this.#sum !== null && word(queue.take(4) as Uint8Array, 0) !== Number(this.#sum.digest() & 0xffffffffn)) {
      throw damaged("incorrect content check");
    }
    if (frame.size !== null && frame.size !== this.#made) {
      throw damaged(`${this.#made} bytes came out, not ${frame.size}`);
    }
    this.#frame = null;
    return true;
  }

  /** Makes room for `most` bytes more. */
  #makeRoom(frame: Frame, most: number): void {
    const { to, window } = this.#blocks;
    if (this.#given < 0) {
      this.#grow(to + most);
      return;
    }
    // All of it is handed out: what lies further back than matches reach can go, now and then.
    const spare = Math.max(MOST, Math.min(frame.window, MOST_SPARE), frame.window / 4);
    const enough = Math.min(frame.window + spare, frame.size ?? Number.POSITIVE_INFINITY);
    if (to + most <= enough || window.length < enough) {
      this.#blocks.move(rawBytes(Math.max(to + most, Math.min(enough, 2 * window.length)) + SLACK));
    } else this.#blocks.slide(to - frame.window);
    this.#given = this.#blocks.to;
  }

  /** Makes the memory larger in which everything is kept. */
  #grow(size: number): void {
    const { window, to } = this.#blocks;
    // A head may claim anything: no more can come out than so much.
    const possible = to + (Math.floor(this.#queue.length / 4) + 1) * MOST;
    this.#blocks.move(rawBytes(Math.max(Math.min(size, possible), 2 * window.length)));
  }
}

const RAW = 0;
const RUN = 1;

/** Packs one frame without looking for anything but runs of one byte: readers take it, and it is hardly smaller. */
class ZstdEncoder {
  readonly #sum = new Xxh64();

  /** The head, with a window of 128 KiB and a sum. */
  head(size: number | null): Uint8Array {
    const out = new Uint8Array(size === null ? 6 : 14);
    const view = new DataView(out.buffer);
    view.setUint32(0, FRAME, true);
    out[4] = size === null ? 4 : 0xc4;
    out[5] = 7 << 3;
    if (size !== null) view.setBigUint64(6, BigInt(size), true);
    return out;
  }

  *blocks(bytes: Uint8Array): Generator<Uint8Array> {
    this.#sum.update(bytes);
    for (let at = 0; at < bytes.length; at += MOST) {
      const block = bytes.subarray(at, at + MOST);
      const isRun = block.every((byte) => byte === block[0]);
      yield blockHead(isRun ? RUN : RAW, block.length, false);
      yield isRun ? block.subarray(0, 1) : block;
    }
  }

  end(): Uint8Array {
    const out = new Uint8Array(7);
    out.set(blockHead(RAW, 0, true));
    new DataView(out.buffer).setUint32(3, Number(this.#sum.digest() & 0xffffffffn), true);
    return out;
  }
}

function blockHead(kind: number, size: number, isLast: boolean): Uint8Array {
  const head = (size << 3) | (kind << 1) | (isLast ? 1 : 0);
  return Uint8Array.of(head, head >> 8, head >> 16);
}

/** Zstandard (Python: `compression.zstd`); read as libzstd does, packed as it is. */
export const zstd: Codec = {
  name: "zstd",
  prefix: /* @__PURE__ */ Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd),
  extension: ".zst",
  level: 0,
  decode: (bytes, options = {}) => new ZstdDecoder().all(bytes, options),
  encode(bytes) {
    const encoder = new ZstdEncoder();
    return joined([encoder.head(bytes.length), ...encoder.blocks(bytes), encoder.end()]);
  },
  decoder: () => new ZstdDecoder(),
  pulls: () => true,
  decodePieces: (pieces) => drawn(() => new ZstdDecoder(), pieces),
  async *encodePieces(pieces) {
    const encoder = new ZstdEncoder();
    yield encoder.head(null);
    for await (const piece of pieces) yield* encoder.blocks(piece);
    yield encoder.end();
  },
};
