/**
 * Bitshuffle: the first bits of all elements, then the second ones; plain, or packed block by block (bshuf_h5filter.c).
 *
 * @module
 */
import { unpackLz4Block } from "../../../core/codecs/index.ts";
import { FormatError, TruncatedError, UnsupportedError } from "../../../core/errors.ts";
import { type Filter, RARE } from "./filter.ts";
import { zstdDecode } from "./zstd.ts";

/** Puts the bits of `count` elements of `width` bytes together again; `count` is a multiple of eight. */
export function bitUnshuffle(
  source: Uint8Array,
  from: number,
  count: number,
  width: number,
  out: Uint8Array,
  to: number,
): void {
  const row = count >> 3;
  for (let byte = 0; byte < width; byte++) {
    const first = from + byte * 8 * row;
    for (let group = 0; group < row; group++) {
      // An 8 × 8 square of bits, turned over.
      let low = 0;
      let high = 0;
      for (let bit = 0; bit < 4; bit++) low |= (source[first + bit * row + group] as number) << (8 * bit);
      for (let bit = 0; bit < 4; bit++) high |= (source[first + (bit + 4) * row + group] as number) << (8 * bit);
      let t = (low ^ (low >>> 7)) & 0x00aa00aa;
      low = low ^ t ^ (t << 7);
      t = (high ^ (high >>> 7)) & 0x00aa00aa;
      high = high ^ t ^ (t << 7);
      t = (low ^ (low >>> 14)) & 0x0000cccc;
      low = low ^ t ^ (t << 14);
      t = (high ^ (high >>> 14)) & 0x0000cccc;
      high = high ^ t ^ (t << 14);
      const one = (low & 0x0f0f0f0f) | ((high << 4) & 0xf0f0f0f0);
      const two = ((low >>> 4) & 0x0f0f0f0f) | (high & 0xf0f0f0f0);
      const at = to + group * 8 * width + byte;
      for (let i = 0; i < 4; i++) {
        out[at + i * width] = one >>> (8 * i);
        out[at + (i + 4) * width] = two >>> (8 * i);
      }
    }
  }
}

/** Elements of a block when the file does not say. */
function defaultBlock(width: number): number {
  return Math.max(128, Math.floor(8192 / width / 8) * 8);
}

/** Unpacks a chunk of `size` bytes. */
function bitshuffled(bytes: Uint8Array, values: readonly number[], size: number): Uint8Array {
  const [, , width = 0, given = 0, packing = 0] = values;
  if (width === 0 || given % 8 !== 0)
    throw new FormatError("the parameters of bitshuffle make no sense", { format: "hdf5" });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let block = given === 0 ? defaultBlock(width) : given;
  let at = 0;
  let total = size;
  if (packing !== 0) {
    if (bytes.length < 12) throw new TruncatedError("the bitshuffle data is cut short", { format: "hdf5" });
    total = view.getUint32(0) * 2 ** 32 + view.getUint32(4);
    block = Math.floor(view.getUint32(8) / width);
    at = 12;
    if (total > size + 4096 || block === 0 || block % 8 !== 0) {
      throw new FormatError(`bitshuffle says ${total} bytes for a chunk of ${size}`, { format: "hdf5" });
    }
  }
  const out = new Uint8Array(total);
  const elements = Math.floor(total / width);
  let done = 0;
  while (elements - done >= 8) {
    const count = Math.min(block, Math.floor((elements - done) / 8) * 8);
    const wide = count * width;
    if (packing === 0) {
      bitUnshuffle(bytes, at, count, width, out, done * width);
      at += wide;
    } else {
      if (at + 4 > bytes.length) throw new TruncatedError("the bitshuffle data is cut short", { format: "hdf5" });
      const length = view.getUint32(at);
      const part = bytes.subarray(at + 4, at + 4 + length);
      if (part.length < length) throw new TruncatedError("the bitshuffle data is cut short", { format: "hdf5" });
      at += 4 + length;
      let plain: Uint8Array;
      if (packing === 2) plain = unpackLz4Block(part, wide);
      else if (packing === 3) plain = zstdDecode(part, wide);
      else throw new UnsupportedError("bitshuffle", `bitshuffle packs by method ${packing}, which is not known`);
      if (plain.length < wide) throw new FormatError("a block of bitshuffle is too short", { format: "hdf5" });
      bitUnshuffle(plain, 0, count, width, out, done * width);
    }
    done += count;
  }
  out.set(bytes.subarray(at, at + total - done * width), done * width);
  return out;
}

/** Bitshuffle. */
export const bitshuffle: Filter = { id: RARE.bitshuffle, name: "bitshuffle", decode: bitshuffled };
