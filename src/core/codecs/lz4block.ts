/**
 * LZ4 blocks: sequences of literals and matches.
 *
 * Source: the LZ4 block format description.
 *
 * @module
 */
import { FormatError } from "../errors.ts";

const MIN_MATCH = 4;
/** A match begins no later than this many bytes before the end of a block… */
const LAST_MATCH = 12;
/** …and ends no later than this many. */
const LAST_LITERALS = 5;
const REACH = 65535;

/** The error for a block that no packer made. */
export function damaged(what: string): FormatError {
  return new FormatError(`the lz4 data is damaged: ${what}`, { format: "lz4" });
}

/** Copies of up to this many bytes go by words of four, of which the last may write too far. */
const BY_WORDS = 32;
/** Bytes that words may write too far, and then some. */
export const SLACK = 40;

/** A bare block of which at most `most` bytes come out. Throws `FormatError`. */
export function unpackLz4Block(input: Uint8Array, most: number): Uint8Array {
  const out = new Uint8Array(most + SLACK);
  const end = unpackBlock(input, out, new DataView(out.buffer), 0, most);
  return out.subarray(0, end);
}

/**
 * Unpacks a block into `out` (of which `view` is a view) from `at` on, up to `limit` at most; matches reach back to the
 * beginning of `out`. Gives the place behind the last byte.
 */
export function unpackBlock(input: Uint8Array, out: Uint8Array, view: DataView, at: number, limit: number): number {
  const end = input.length;
  const packed = new DataView(input.buffer, input.byteOffset, end);
  const fastEnd = end - 16;
  const fastLimit = limit - SLACK;
  let p = 0;
  let o = at;
  while (p < end) {
    const token = input[p++]!;
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) {
        if (p >= end) throw damaged("a length is cut");
        more = input[p++]!;
        literals += more;
      }
    }
    if (literals <= 16 && p < fastEnd && o < fastLimit) {
      if (literals > 0) {
        view.setInt32(o, packed.getInt32(p, true), true);
        if (literals > 4) {
          view.setInt32(o + 4, packed.getInt32(p + 4, true), true);
          if (literals > 8) {
            view.setInt32(o + 8, packed.getInt32(p + 8, true), true);
            view.setInt32(o + 12, packed.getInt32(p + 12, true), true);
          }
        }
        o += literals;
        p += literals;
      }
    } else {
      if (literals > end - p) throw damaged("literals are cut");
      if (literals > limit - o) throw damaged("a block is larger than its frame allows");
      out.set(input.subarray(p, p + literals), o);
      o += literals;
      p += literals;
    }
    if (p === end) return o;
    if (p + 2 > end) throw damaged("an offset is cut");
    const offset = input[p]! | (input[p + 1]! << 8);
    p += 2;
    if (offset === 0 || offset > o) throw damaged("a match reaches before the start");
    let length = (token & 15) + MIN_MATCH;
    if (length === 15 + MIN_MATCH) {
      let more = 255;
      while (more === 255) {
        if (p >= end) throw damaged("a length is cut");
        more = input[p++]!;
        length += more;
      }
    }
    let from = o - offset;
    if (length <= BY_WORDS && offset >= 4 && o < fastLimit) {
      const stop = o + length;
      for (; o < stop; o += 4, from += 4) view.setInt32(o, view.getInt32(from, true), true);
      o = stop;
      continue;
    }
    if (length > limit - o) throw damaged("a block is larger than its frame allows");
    const stop = o + length;
    if (offset >= length) {
      out.copyWithin(o, from, from + length);
      o = stop;
    } else if (length > 64) {
      // What is there already is doubled until it is enough.
      let there = offset;
      while (o < stop) {
        const count = Math.min(there, stop - o);
        out.copyWithin(o, from, from + count);
        o += count;
        there += count;
      }
    } else while (o < stop) out[o++] = out[from++]!;
  }
  return o;
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

const HASH_BITS = 14;

/** Finds matches in a buffer that slides; one packer serves the blocks of one frame. */
export class BlockPacker {
  /** Place + 1 of the last four bytes of each hash. */
  readonly #heads = new Int32Array(1 << HASH_BITS);
  /** For deeper searches: the place + 1 before each place, by its low 16 bits. */
  readonly #chain: Int32Array | null;
  readonly #depth: number;

  /** `depth`: places looked at for each match; 1 is the fast way. */
  constructor(depth: number) {
    this.#depth = depth;
    this.#chain = depth > 1 ? new Int32Array(REACH + 1) : null;
  }

  /** The buffer has been moved: everything lies `by` bytes nearer to its beginning. */
  slide(by: number): void {
    for (const places of [this.#heads, this.#chain]) {
      if (places === null) continue;
      for (let i = 0; i < places.length; i++) places[i] = Math.max(0, (places[i] as number) - by);
    }
    // The chain is found by low bits, so it stays in place only for slides by multiples of 64 KiB.
  }

  /** Packs bytes `start` to `end` of `buffer` into `out` (which has room for all); -1 when that does not pay. */
  pack(buffer: Uint8Array, start: number, end: number, out: Uint8Array): number {
    const heads = this.#heads;
    const chain = this.#chain;
    const lastMatch = end - LAST_MATCH;
    const matchEnd = end - LAST_LITERALS;
    const most = end - start - 1;
    let o = 0;
    let anchor = start;
    let p = start;
    let misses = 0;
    while (p < lastMatch) {
      const here = word(buffer, p);
      const hash = Math.imul(here, 0x9e3779b1) >>> (32 - HASH_BITS);
      let candidate = heads[hash]! - 1;
      heads[hash] = p + 1;
      if (chain !== null) chain[p & REACH] = candidate + 1;
      let best = 0;
      let match = 0;
      for (let tries = this.#depth; candidate >= 0 && p - candidate <= REACH && tries > 0; tries--) {
        if (word(buffer, candidate) === here) {
          let length = MIN_MATCH;
          while (p + length < matchEnd && buffer[candidate + length] === buffer[p + length]) length++;
          if (length > best) {
            best = length;
            match = candidate;
          }
        }
        if (chain === null) break;
        const before = chain[candidate & REACH]! - 1;
        if (before >= candidate) break;
        candidate = before;
      }
      if (best < MIN_MATCH) {
        // The longer nothing is found, the wider the steps.
        p += chain === null ? 1 + (misses++ >> 6) : 1;
        continue;
      }
      misses = 0;
      while (p > anchor && match > 0 && buffer[p - 1] === buffer[match - 1]) {
        p--;
        match--;
        best++;
      }
      const literals = p - anchor;
      // Worst case of this sequence, with what its lengths take.
      if (o + literals + literals / 255 + best / 255 + 8 > most) return -1;
      o = literalsInto(buffer, anchor, literals, Math.min(15, best - MIN_MATCH), out, o);
      const offset = p - match;
      out[o++] = offset & 255;
      out[o++] = offset >> 8;
      let extra = best - MIN_MATCH - 15;
      if (extra >= 0) {
        for (; extra >= 255; extra -= 255) out[o++] = 255;
        out[o++] = extra;
      }
      const next = p + best;
      if (chain !== null) {
        for (let q = Math.max(p + 1, start); q < next && q < lastMatch; q++) {
          const slot = Math.imul(word(buffer, q), 0x9e3779b1) >>> (32 - HASH_BITS);
          if (heads[slot] === q + 1) continue;
          chain[q & REACH] = heads[slot]!;
          heads[slot] = q + 1;
        }
      } else if (next - 2 > p && next < lastMatch) {
        heads[Math.imul(word(buffer, next - 2), 0x9e3779b1) >>> (32 - HASH_BITS)] = next - 1;
      }
      p = anchor = next;
    }
    const rest = end - anchor;
    if (o + rest + rest / 255 + 2 > most) return -1;
    return literalsInto(buffer, anchor, rest, 0, out, o);
  }
}

/** Writes a token with its literals. */
function literalsInto(
  buffer: Uint8Array,
  from: number,
  count: number,
  low: number,
  out: Uint8Array,
  at: number,
): number {
  let o = at;
  out[o++] = (Math.min(15, count) << 4) | low;
  if (count >= 15) {
    let extra = count - 15;
    for (; extra >= 255; extra -= 255) out[o++] = 255;
    out[o++] = extra;
  }
  if (count > 24) out.set(buffer.subarray(from, from + count), o);
  else for (let i = 0; i < count; i++) out[o + i] = buffer[from + i]!;
  return o + count;
}
