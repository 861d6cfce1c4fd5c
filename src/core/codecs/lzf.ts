/**
 * LZF, the light compression of h5py's files: bare blocks, whose unpacked size is known from elsewhere.
 *
 * Source: the format as LibLZF's lzf_d.c reads it.
 *
 * @module
 */
import { FormatError } from "../errors.ts";

const REACH = 8192;
const LONGEST = 264;
const LITERALS = 32;

function damaged(what: string): FormatError {
  return new FormatError(`the lzf data is damaged: ${what}`, { format: "lzf" });
}

/** Unpacks a block of which `size` bytes come out, or fewer, where so few as `least` are enough. */
export function lzfDecode(bytes: Uint8Array, size: number, least: number = size): Uint8Array {
  const out = new Uint8Array(size);
  const end = bytes.length;
  let p = 0;
  let o = 0;
  while (p < end) {
    const control = bytes[p++]!;
    if (control < LITERALS) {
      const count = control + 1;
      if (count > end - p || count > size - o) throw damaged("literals are cut");
      for (const stop = o + count; o < stop; ) out[o++] = bytes[p++]!;
      continue;
    }
    let length = control >> 5;
    if (length === 7) {
      if (p >= end) throw damaged("a length is cut");
      length += bytes[p++]!;
    }
    if (p >= end) throw damaged("an offset is cut");
    let from = o - ((control & 31) << 8) - bytes[p++]! - 1;
    length += 2;
    if (from < 0) throw damaged("a match reaches before the start");
    if (length > size - o) throw damaged(`more than ${size} bytes come out`);
    for (const stop = o + length; o < stop; ) out[o++] = out[from++]!;
  }
  if (o < least) throw damaged(`${o} bytes came out, not ${least}`);
  return o === size ? out : out.subarray(0, o);
}

/** Packs a block; null when that does not make it smaller. */
export function lzfEncode(bytes: Uint8Array): Uint8Array | null {
  const size = bytes.length;
  const out = new Uint8Array(size);
  const heads = new Int32Array(1 << 14);
  let o = 0;
  let anchor = 0;
  const flush = (to: number): boolean => {
    while (anchor < to) {
      const count = Math.min(LITERALS, to - anchor);
      if (o + 1 + count > size) return false;
      out[o++] = count - 1;
      out.set(bytes.subarray(anchor, anchor + count), o);
      o += count;
      anchor += count;
    }
    return true;
  };
  for (let p = 0; p + 2 < size; ) {
    const three = bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16);
    const hash = Math.imul(three, 0x9e3779b1) >>> 18;
    const match = heads[hash]! - 1;
    heads[hash] = p + 1;
    const same =
      match >= 0 &&
      p - match <= REACH &&
      bytes[match] === bytes[p] &&
      bytes[match + 1] === bytes[p + 1] &&
      bytes[match + 2] === bytes[p + 2];
    if (!same) {
      p++;
      continue;
    }
    let length = 3;
    const most = Math.min(LONGEST, size - p);
    while (length < most && bytes[match + length] === bytes[p + length]) length++;
    if (!flush(p) || o + 3 > size) return null;
    const offset = p - match - 1;
    const coded = length - 2;
    out[o++] = (Math.min(coded, 7) << 5) | (offset >> 8);
    if (coded >= 7) out[o++] = coded - 7;
    out[o++] = offset & 255;
    p += length;
    anchor = p;
  }
  return flush(size) && o < size ? out.subarray(0, o) : null;
}
