/**
 * Zstandard.
 *
 * @module
 */
import { zstd as codec } from "../../../core/codecs/index.ts";
import { type Filter, RARE, room } from "./filter.ts";

/** Unpacks frames of which at most `most` bytes may come out. Throws `FormatError`, `LimitError`. */
export function zstdDecode(bytes: Uint8Array, most: number): Uint8Array {
  return codec.decode(bytes, { maxOutput: most, size: most });
}

/** Zstandard. */
export const zstd: Filter = {
  id: RARE.zstd,
  name: "zstd",
  decode: (bytes, _, size) => zstdDecode(bytes, room(size)),
};
