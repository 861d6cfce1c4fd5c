/**
 * Blosc: blocks, shuffled by bytes or bits, split and packed by one of several codecs (c-blosc 1, README_HEADER.rst).
 *
 * @module
 */
import { inflateNow, unpackLz4Block, unpackSnappy } from "../../../core/codecs/index.ts";
import { FormatError, TruncatedError, UnsupportedError } from "../../../core/errors.ts";
import { bitUnshuffle } from "./bitshuffle.ts";
import { type Filter, RARE } from "./filter.ts";
import { unshuffle } from "./shuffle.ts";
import { zstdDecode } from "./zstd.ts";

const HEAD = 16;
const CODECS = ["blosclz", "lz4", "snappy", "zlib", "zstd"];
/** Streams into which a block may be split, and the least elements of each. */
const MOST_SPLITS = 16;
const LEAST_SPLIT = 128;

/** Unpacks a chunk of `size` bytes. */
function bloscDecode(bytes: Uint8Array, _values: readonly number[], size: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD) throw new TruncatedError("the blosc data is cut short", { format: "hdf5" });
  const flags = bytes[2] as number;
  const width = bytes[3] as number;
  const total = view.getUint32(4, true);
  const block = view.getUint32(8, true);
  if (total > size + 4096 || (block === 0 && total > 0) || width === 0) {
    throw new FormatError(`blosc says ${total} bytes for a chunk of ${size}`, { format: "hdf5" });
  }
  if (flags & 2) {
    if (bytes.length < HEAD + total) throw new TruncatedError("the blosc data is cut short", { format: "hdf5" });
    return bytes.slice(HEAD, HEAD + total);
  }
  const codec = CODECS[flags >> 5];
  const out = new Uint8Array(total);
  const blocks = Math.ceil(total / (block || 1));
  if (HEAD + 4 * blocks > bytes.length) throw new TruncatedError("the blosc data is cut short", { format: "hdf5" });
  for (let b = 0; b < blocks; b++) {
    const wide = Math.min(block, total - b * block);
    const whole = wide === block;
    const splits = !(flags & 16) && whole && width <= MOST_SPLITS && block / width >= LEAST_SPLIT ? width : 1;
    const each = Math.floor(wide / splits);
    let at = view.getUint32(HEAD + 4 * b, true);
    const plain = new Uint8Array(wide);
    for (let s = 0; s < splits; s++) {
      if (at + 4 > bytes.length) throw new TruncatedError("the blosc data is cut short", { format: "hdf5" });
      const length = view.getInt32(at, true);
      if (length < 0 || at + 4 + length > bytes.length) {
        throw new TruncatedError("the blosc data is cut short", { format: "hdf5" });
      }
      const part = bytes.subarray(at + 4, at + 4 + length);
      at += 4 + length;
      const stream = length === each ? part : unpacked(codec, part, each);
      if (stream.length !== each) throw new FormatError("a block of blosc has the wrong size", { format: "hdf5" });
      plain.set(stream, s * each);
    }
    out.set(ordered(plain, flags, width), b * block);
  }
  return out;
}

function unpacked(codec: string | undefined, part: Uint8Array, size: number): Uint8Array {
  switch (codec) {
    case "blosclz":
      return blosclz(part, size);
    case "lz4":
      return unpackLz4Block(part, size);
    case "snappy":
      return unpackSnappy(part, size);
    case "zlib":
      return inflateNow("zlib", part, { maxOutput: size, size });
    case "zstd":
      return zstdDecode(part, size);
    default:
      throw new UnsupportedError(
        codec ?? "blosc",
        `blosc packs by ${codec ?? "an unknown codec"}, which is not known`,
        {
          format: "hdf5",
        },
      );
  }
}

/** Bytes or bits of elements, put together again. */
function ordered(plain: Uint8Array, flags: number, width: number): Uint8Array {
  if (flags & 1 && width > 1) return unshuffle(plain, width);
  if (flags & 4) {
    const count = Math.floor(plain.length / width);
    if (count % 8 !== 0 || count === 0) return plain;
    const out = plain.slice();
    bitUnshuffle(plain, 0, count, width, out, 0);
    return out;
  }
  return plain;
}

/** BloscLZ, a relative of FastLZ (blosclz.c). */
function blosclz(bytes: Uint8Array, size: number): Uint8Array {
  const bad = (): FormatError => new FormatError("the blosclz data is damaged", { format: "hdf5" });
  const out = new Uint8Array(size);
  let p = 0;
  let o = 0;
  const next = (): number => {
    if (p >= bytes.length) throw bad();
    return bytes[p++] as number;
  };
  let control = next() & 31;
  for (;;) {
    if (control >= 32) {
      let length = (control >> 5) - 1;
      const high = (control & 31) << 8;
      let code = 255;
      if (length === 6) {
        while (code === 255) {
          code = next();
          length += code;
        }
      }
      code = next();
      length += 3;
      let distance = high + code;
      if (code === 255 && high === 31 << 8) distance = (next() << 8) + next() + 8191;
      let from = o - distance - 1;
      if (from < 0 || o + length > size) throw bad();
      for (const stop = o + length; o < stop; ) out[o++] = out[from++] as number;
    } else {
      const length = control + 1;
      if (p + length > bytes.length || o + length > size) throw bad();
      out.set(bytes.subarray(p, p + length), o);
      p += length;
      o += length;
    }
    if (p >= bytes.length) return out.subarray(0, o);
    control = bytes[p++] as number;
  }
}

/** Blosc. */
export const blosc: Filter = { id: RARE.blosc, name: "blosc", decode: bloscDecode };
