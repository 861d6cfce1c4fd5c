/**
 * Zstandard, by fzstd.
 *
 * @module
 */
import { unzstd } from "#platform";
import { FormatError, LimitError } from "../../../core/errors.ts";
import { type Filter, RARE, room } from "./filter.ts";

/** Unpacks a frame of which at most `most` bytes may come out. Throws `FormatError`, `LimitError`. */
export function zstdDecode(bytes: Uint8Array, most: number): Uint8Array {
  let out: Uint8Array;
  const stated = contentSize(bytes);
  if (stated !== null && stated > most) throw new LimitError("maxBytes", most, stated, { format: "zstd" });
  try {
    // With memory that is too small the decoder stops by itself; what is too large comes back whole, and a shuffle
    // that follows would take its length for the data's.
    out = unzstd(bytes, new Uint8Array(stated ?? most));
  } catch (cause) {
    throw new FormatError(`the zstd data is damaged: ${String((cause as Error).message ?? cause)}`, {
      format: "zstd",
      cause,
    });
  }
  return out;
}

/** The size that a frame's head states; null where it states none. */
function contentSize(bytes: Uint8Array): number | null {
  const flags = bytes[4] ?? 0;
  const kind = flags >> 6;
  const single = (flags >> 5) & 1;
  const width = kind === 0 ? single : 1 << kind;
  let at = 5 + (1 - single) + ([0, 1, 2, 4][flags & 3] as number);
  let size = kind === 1 ? 256 : 0;
  for (let i = 0, scale = 1; i < width; i++, scale *= 256) size += (bytes[at++] ?? 0) * scale;
  return width === 0 ? null : size;
}

/** Zstandard. */
export const zstd: Filter = {
  id: RARE.zstd,
  name: "zstd",
  decode: (bytes, _, size) => zstdDecode(bytes, room(size)),
};
