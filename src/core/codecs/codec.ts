/**
 * What a codec is.
 *
 * @module
 */
import { rawBytes } from "#platform";
import { LimitError, TruncatedError, withOffset } from "../errors.ts";

/** Options of {@link Codec.decode}. */
export interface DecodeOptions {
  /** Most bytes that may come out; one more is a `LimitError` naming `limit`. */
  maxOutput?: number | undefined;
  /** Bytes that are expected, where they are known: memory for them is made at once. */
  size?: number | undefined;
  /** The limit to name ("maxBytes"). */
  limit?: string | undefined;
}

/**
 * Unpacks by being pulled. Members that stand one after another are read as one; what follows them and is none is
 * left alone.
 */
export interface Decoder {
  /** Takes the next packed bytes, which must stay as they are until they are used up; `last`: none follow. */
  push(piece: Uint8Array, last?: boolean): void;
  /**
   * Fills `into` and says how far: not all of it means that packed bytes are lacking, or that the end is reached.
   * Throws `FormatError` for damaged data, `TruncatedError` when the last piece is used up and the end is not reached.
   */
  read(into: Uint8Array): number;
  /** The end is reached: nothing more comes out, whatever is pushed. */
  readonly done: boolean;
  /** Packed bytes that were pushed and are not used: after an error they tell where it is. */
  readonly held?: number;
  /** All that was pushed is used up, and the memory of the pieces is free for others. */
  readonly spent?: boolean;
  /** Frees what the decoder holds; it must not be used any more. */
  close?(): void;
}

/** One compression format, both directions. */
export interface Codec {
  readonly name: string;
  /** The bytes its files begin with; empty for a format without a mark of its own. */
  readonly prefix: Uint8Array;
  /** The ending of its files, dot and all. */
  readonly extension: string;
  /** Level that `encode` takes when none is given. */
  readonly level: number;
  /** Unpacks at once. Throws `FormatError`, `TruncatedError`, `LimitError`. */
  decode(bytes: Uint8Array, options?: DecodeOptions): Uint8Array;
  /** Packs at once. */
  encode(bytes: Uint8Array, level?: number): Uint8Array;
  /** A decoder for pieces. */
  decoder(): Decoder;
  /** Is the decoder the fastest way? Then files are unpacked straight into their arrays. */
  pulls?(): boolean;
  /** Unpacks pieces as they come, without holding the whole. */
  decodePieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
  /** Packs pieces as they come. */
  encodePieces(pieces: AsyncIterable<Uint8Array>, level?: number): AsyncGenerator<Uint8Array>;
  /** Readies what `decode` and `encode` need where that takes a wait; the other methods wait by themselves. */
  ready?(): Promise<void>;
}

/** Everything a decoder gives for one input. */
export function drained(decoder: Decoder, bytes: Uint8Array, options: DecodeOptions = {}): Uint8Array {
  const { maxOutput = Number.POSITIVE_INFINITY, limit = "maxBytes" } = options;
  const blocks: Uint8Array[] = [];
  let total = 0;
  try {
    decoder.push(bytes, true);
    for (let size = FIRST; !decoder.done; size = Math.min(size * 2, 1 << 24)) {
      const block = rawBytes(size);
      const filled = decoder.read(block);
      total += filled;
      if (total > maxOutput) throw new LimitError(limit, maxOutput, total);
      if (filled > 0) blocks.push(filled === size ? block : block.subarray(0, filled));
    }
  } finally {
    decoder.close?.();
  }
  if (blocks.length === 1) return blocks[0]!;
  return joined(blocks, total);
}

/** Adds the packed byte at which a decoder stopped, having been given `pushed` of them, to its error; gives it back. */
export function located(e: unknown, decoder: Decoder | null, pushed: number): unknown {
  return withOffset(e, e instanceof TruncatedError ? pushed : pushed - (decoder?.held ?? 0));
}

/** Pieces as one. */
export function joined(pieces: readonly Uint8Array[], total?: number): Uint8Array {
  const out = new Uint8Array(total ?? pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** Bytes that are unpacked at a time: few first, since most files are small. */
const FIRST = 1 << 16;
const MOST = 1 << 19;

/** Draws pieces through a decoder. */
export async function* drawn(make: () => Decoder, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = make();
  let block: Uint8Array | null = null;
  let size = FIRST;
  try {
    const iterator = pieces[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await iterator.next();
        decoder.push(done ? new Uint8Array(0) : value, done === true);
        for (;;) {
          block ??= rawBytes(size);
          const filled = decoder.read(block);
          const full = filled === block.length;
          if (filled > 0) {
            yield full ? block : block.subarray(0, filled);
            block = null;
            if (full && size < MOST) size *= 2;
          }
          if (decoder.done) return;
          if (!full) break;
        }
      }
    } finally {
      await iterator.return?.();
    }
  } finally {
    decoder.close?.();
  }
}

/** All pieces, then what is made of them at once: for formats whose encoder needs the whole. */
export async function* gathered(
  encode: (bytes: Uint8Array) => Uint8Array,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  yield encode(joined(all));
}
