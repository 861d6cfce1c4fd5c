/**
 * LZ4 as HDF5's plugin frames it: a size, then blocks with their lengths (H5Zlz4.c).
 *
 * @module
 */
import { unpackLz4Block } from "../../../core/codecs/index.ts";
import { FormatError, TruncatedError } from "../../../core/errors.ts";
import { type Filter, RARE } from "./filter.ts";

/** Unpacks a chunk of `size` bytes. */
function lz4Framed(bytes: Uint8Array, _values: readonly number[], size: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12) throw new TruncatedError("the lz4 data is cut short", { format: "hdf5" });
  const total = view.getUint32(0) * 2 ** 32 + view.getUint32(4);
  const block = view.getUint32(8);
  if (total > size + 4096 || block === 0) {
    throw new FormatError(`lz4 says ${total} bytes for a chunk of ${size}`, { format: "hdf5" });
  }
  const out = new Uint8Array(total);
  let at = 12;
  for (let done = 0; done < total; done += block) {
    const wide = Math.min(block, total - done);
    if (at + 4 > bytes.length) throw new TruncatedError("the lz4 data is cut short", { format: "hdf5" });
    const length = view.getUint32(at);
    const part = bytes.subarray(at + 4, at + 4 + length);
    if (part.length < length) throw new TruncatedError("the lz4 data is cut short", { format: "hdf5" });
    at += 4 + length;
    // A block that would not shrink stands as it is.
    const plain = length === wide ? part : unpackLz4Block(part, wide);
    if (plain.length !== wide) throw new FormatError("a block of lz4 has the wrong size", { format: "hdf5" });
    out.set(plain, done);
  }
  return out;
}

/** LZ4. */
export const lz4: Filter = { id: RARE.lz4, name: "lz4", decode: lz4Framed };
