/**
 * How the files of a zip are packed.
 *
 * @module
 */
import { bz2, type Codec, type Decoder, deflateRaw, inflateMany, lzma, zstd } from "../codecs/index.ts";
import { LimitError } from "../errors.ts";
import { viewOf, type ZipEntry, zipError } from "./directory.ts";

/** One method of packing, undone. */
export interface Method {
  readonly name: string;
  /** The content of a file; at most the bytes that its entry tells, and one. */
  decode(packed: Uint8Array, entry: ZipEntry): Uint8Array;
  /** As `decode`, away from the main thread where there is another. */
  decodeAside?(packed: Uint8Array, entry: ZipEntry): Promise<Uint8Array>;
  /** Undoes it piece by piece, for files that are too large to be unpacked at once. */
  decoder?(): Decoder;
  /** Readies what `decode` needs where that takes a wait. */
  ready?(): Promise<void>;
}

/** Methods by their numbers in a zip. */
export type Methods = ReadonlyMap<number, Method>;

function unpacked(codec: Codec, packed: Uint8Array, entry: ZipEntry): Uint8Array {
  try {
    return codec.decode(packed, { maxOutput: entry.size, size: entry.size });
  } catch (e) {
    throw tooMuch(e, entry);
  }
}

/** More bytes than the directory tells are damage. */
export function overfull({ name, size, offset }: ZipEntry): Error {
  return zipError(`${JSON.stringify(name)} has more than the ${size} bytes that the directory tells`, offset);
}

function tooMuch(e: unknown, entry: ZipEntry): unknown {
  return e instanceof LimitError ? overfull(entry) : e;
}

function byCodec(name: string, codec: Codec): Method {
  return {
    name,
    decode: (packed, entry) => unpacked(codec, packed, entry),
    ...(codec.ready ? { ready: codec.ready } : {}),
  };
}

/** Bytes of an lzma file's head in a zip: version, length of the properties, properties. */
const LZMA_HEAD = 9;

/** LZMA as zips have it: properties behind a version, and a flag for an end mark. */
const zipLzma: Method = {
  name: "lzma",
  ready: async () => lzma.ready?.(),
  decode(packed, entry) {
    if (packed.length < LZMA_HEAD || viewOf(packed).getUint16(2, true) !== 5) {
      throw zipError(`${JSON.stringify(entry.name)} does not begin as lzma does`, entry.offset);
    }
    // The old format of LZMA: properties, the size (all ones where an end mark tells it), the stream.
    const alone = new Uint8Array(packed.length + 4);
    alone.set(packed.subarray(4, LZMA_HEAD));
    const size = entry.flags & 2 ? 0xffffffffffffffffn : BigInt(entry.size);
    viewOf(alone).setBigUint64(5, size, true);
    alone.set(packed.subarray(LZMA_HEAD), 13);
    return unpacked(lzma, alone, entry);
  },
};

const deflate: Method = {
  name: "deflate",
  decode: (packed, entry) => unpacked(deflateRaw, packed, entry),
  decoder: () => deflateRaw.decoder(),
  ready: async () => deflateRaw.ready?.(),
  async decodeAside(packed, entry) {
    try {
      return (await inflateMany("deflate-raw", [packed], [entry.size]))[0] as Uint8Array;
    } catch (e) {
      throw tooMuch(e, entry);
    }
  },
};

/** The method that needs nothing else: deflate. */
export const DEFLATE_ONLY: Methods = /* @__PURE__ */ new Map([[8, deflate]]);

/** All methods that Python's zipfile knows, that of zstd from 3.14 on. */
export const ALL_METHODS: Methods = /* @__PURE__ */ new Map([
  [8, deflate],
  [12, /* @__PURE__ */ byCodec("bzip2", bz2)],
  [14, zipLzma],
  [93, /* @__PURE__ */ byCodec("zstd", zstd)],
]);
