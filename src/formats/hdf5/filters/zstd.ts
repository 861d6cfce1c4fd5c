/**
 * Zstandard, by fzstd.
 *
 * @module
 */
import { Unzstd, unzstd } from "#platform";
import { joined } from "../../../core/codecs/index.ts";
import { FormatError, LimitError } from "../../../core/errors.ts";
import { type Filter, RARE, room } from "./filter.ts";

/** Unpacks a frame of which at most `most` bytes may come out. Throws `FormatError`, `LimitError`. */
export function zstdDecode(bytes: Uint8Array, most: number): Uint8Array {
  const { stated, end } = headOf(bytes);
  const stop = endOf(bytes, end);
  if (stop < 0) throw new FormatError("the zstd data was truncated", { format: "zstd" });
  const large = (size: number): LimitError => new LimitError("maxBytes", most, size, { format: "zstd" });
  if (stated !== null && stated > most) throw large(stated);
  try {
    // With memory that is too small the decoder stops by itself; what is too large comes back whole, and a shuffle
    // that follows would take its length for the data's.
    if (stated !== null) return unzstd(bytes, new Uint8Array(stated));
    const pieces: Uint8Array[] = [];
    let size = 0;
    const stream = new Unzstd((piece) => {
      size += piece.length;
      if (size > most) throw large(size);
      pieces.push(piece);
    });
    // What is no whole frame would keep it at work for ever.
    stream.push(bytes.subarray(0, stop), true);
    return joined(pieces, size);
  } catch (cause) {
    if (cause instanceof LimitError) throw cause;
    throw new FormatError(`the zstd data is damaged: ${String((cause as Error).message ?? cause)}`, {
      format: "zstd",
      cause,
    });
  }
}

/** Where a frame's head ends, and the size of the content that it states, or null (RFC 8878, section 3.1.1.1). */
function headOf(bytes: Uint8Array): { stated: number | null; end: number } {
  const flags = bytes[4] ?? 0;
  const kind = flags >> 6;
  const single = (flags >> 5) & 1;
  const width = kind === 0 ? single : 1 << kind;
  let at = 5 + (1 - single) + ([0, 1, 2, 4][flags & 3] as number);
  let size = kind === 1 ? 256 : 0;
  for (let i = 0, scale = 1; i < width; i++, scale *= 256) size += (bytes[at++] ?? 0) * scale;
  return { stated: width === 0 ? null : size, end: at };
}

/** Where a frame ends: behind its last block, and its sum; -1 where not all of it is there (RFC 8878, section 3.1.1). */
function endOf(bytes: Uint8Array, from: number): number {
  const sum = ((bytes[4] ?? 0) & 4) === 0 ? 0 : 4;
  for (let at = from; at + 3 <= bytes.length; ) {
    const head = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
    const isRun = ((head >> 1) & 3) === 1;
    at += 3 + (isRun ? 1 : head >> 3);
    if (head & 1) return at + sum <= bytes.length ? at + sum : -1;
  }
  return -1;
}

/** Zstandard. */
export const zstd: Filter = {
  id: RARE.zstd,
  name: "zstd",
  decode: (bytes, _, size) => zstdDecode(bytes, room(size)),
};
