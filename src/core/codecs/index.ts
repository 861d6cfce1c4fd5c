/**
 * Codecs: the compression formats of Python's files, packed and unpacked, at once and piece by piece.
 *
 * To add one: a file here that makes a {@link Codec}, and a line in the table of those who look it up.
 *
 * @module
 */
export { adler32, Crc64, crc32 } from "../bytes/digest.ts";
export { Xxh32, xxh32 } from "../bytes/xxh32.ts";
export { type Codec, type DecodeOptions, type Decoder, drained, drawn, joined, located } from "./codec.ts";
export {
  type DeflateShell,
  deflateMany,
  deflateRaw,
  gzip,
  inflateMany,
  inflateNow,
  packZlib,
  packZlibMany,
  zlib,
} from "./deflate.ts";
export { lz4 } from "./lz4.ts";
export { unpackLz4Block } from "./lz4block.ts";
export { lzfDecode, lzfEncode } from "./lzf.ts";
export { bz2, lzma, xz } from "./lzma.ts";
export { unpackSnappy } from "./snappy.ts";
export { zfile } from "./zfile.ts";
export { zstd } from "./zstd.ts";
