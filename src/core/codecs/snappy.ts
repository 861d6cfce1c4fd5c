/**
 * Snappy blocks, read: literals, and copies of what was there before.
 *
 * Source: the Snappy compressed format description (google/snappy, format_description.txt).
 *
 * @module
 */
import { FormatError } from "../errors.ts";

function damaged(what: string): FormatError {
  return new FormatError(`the snappy data is damaged: ${what}`, { format: "snappy" });
}

/** A bare block of which at most `most` bytes come out. Throws `FormatError`. */
export function unpackSnappy(input: Uint8Array, most: number): Uint8Array {
  let p = 0;
  /** A number of so many bytes, the least first. */
  const take = (count: number): number => {
    if (p + count > input.length) throw damaged("a length or an offset is cut");
    let value = 0;
    for (let i = 0; i < count; i++) value += input[p++]! * 2 ** (8 * i);
    return value;
  };
  let size = 0;
  for (let shift = 1; ; shift *= 128) {
    const byte = take(1);
    size += (byte & 127) * shift;
    if (byte < 128) break;
    if (shift > 2 ** 28) throw damaged("its size is no number");
  }
  if (size > most) throw damaged(`it says ${size} bytes, where ${most} may come out`);
  const out = new Uint8Array(size);
  let o = 0;
  while (p < input.length) {
    const tag = input[p++]!;
    const kind = tag & 3;
    let length = tag >> 2;
    if (kind === 0) {
      if (length >= 60) length = take(length - 59);
      length++;
      if (length > input.length - p || length > size - o) throw damaged("literals are cut");
      out.set(input.subarray(p, p + length), o);
      p += length;
      o += length;
      continue;
    }
    let offset: number;
    if (kind === 1) {
      offset = ((tag >> 5) << 8) | take(1);
      length = 4 + (length & 7);
    } else {
      offset = take(kind === 2 ? 2 : 4);
      length++;
    }
    if (offset === 0 || offset > o) throw damaged("a match reaches before the start");
    if (length > size - o) throw damaged("more comes out than it says");
    if (offset >= length) out.copyWithin(o, o - offset, o - offset + length);
    else for (let i = 0; i < length; i++) out[o + i] = out[o + i - offset]!;
    o += length;
  }
  if (o !== size) throw damaged(`${o} bytes came out, not ${size}`);
  return out;
}
