/**
 * Fletcher32: a checksum behind each chunk (H5checksum.c).
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";

/** The checksum of bytes taken as big-endian words. */
export function fletcher32(bytes: Uint8Array): number {
  let one = 0;
  let two = 0;
  const even = bytes.length & ~1;
  for (let i = 0; i < even; ) {
    // So many words that the sums stay below 2^32.
    const stop = Math.min(even, i + 720);
    for (; i < stop; i += 2) {
      one += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
      two += one;
    }
    one = (one & 0xffff) + (one >>> 16);
    two = (two & 0xffff) + (two >>> 16);
  }
  if (even < bytes.length) {
    one += (bytes[even] as number) << 8;
    two += one;
    one = (one & 0xffff) + (one >>> 16);
    two = (two & 0xffff) + (two >>> 16);
  }
  one = (one & 0xffff) + (one >>> 16);
  two = (two & 0xffff) + (two >>> 16);
  return ((two << 16) | one) >>> 0;
}

/** The bytes before the checksum, which must be right. Throws `FormatError`. */
export function unchecked(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - 4;
  if (end < 0) throw new FormatError("a chunk is too short for its checksum", { format: "hdf5" });
  const data = bytes.subarray(0, end);
  const stored = new DataView(bytes.buffer, bytes.byteOffset + end, 4).getUint32(0, true);
  const made = fletcher32(data);
  // Versions of the library before 1.6.3 swapped the bytes of each half.
  const swapped = ((made & 0x00ff00ff) << 8) | ((made >>> 8) & 0x00ff00ff);
  if (stored !== made && stored !== swapped >>> 0) {
    throw new FormatError("the checksum of a chunk is wrong: its data is damaged", { format: "hdf5" });
  }
  return data;
}

/** Bytes with their checksum behind them. */
export function checksum(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 4);
  out.set(bytes);
  new DataView(out.buffer).setUint32(bytes.length, fletcher32(bytes), true);
  return out;
}
