/**
 * Filters: what a chunk goes through on its way to the file, and back.
 *
 * To add one: a file here, and a line in {@link TABLE}.
 *
 * @module
 */

import { bz2, deflateMany, inflateMany, lzfDecode, lzfEncode, zlib } from "../../../core/codecs/index.ts";
import { FormatError, UnsupportedError } from "../../../core/errors.ts";
import type { Cursor } from "../storage/cursor.ts";
import type { Reading } from "../storage/store.ts";
import { utf8Text } from "../storage/text.ts";
import { bitshuffled } from "./bitshuffle.ts";
import { bloscDecode } from "./blosc.ts";
import { checksum, unchecked } from "./fletcher32.ts";
import { lz4Framed } from "./lz4.ts";
import { unpackBits } from "./nbit.ts";
import { unscale } from "./scaleoffset.ts";
import { shuffle, unshuffle } from "./shuffle.ts";
import { unszip } from "./szip.ts";
import { zstdDecode } from "./zstd.ts";

/** One filter of a pipeline. */
export interface FilterSpec {
  readonly id: number;
  /** Bit 0: a chunk may go without it. */
  readonly flags: number;
  readonly name: string;
  /** Its parameters. */
  readonly values: readonly number[];
}

/** Filters in the order in which they are applied on writing. */
export type Pipeline = readonly FilterSpec[];

/** A filter at work on one chunk; `size` is what the chunk has when it is unpacked. */
export interface Filter {
  readonly name: string;
  decode(bytes: Uint8Array, values: readonly number[], size: number): Uint8Array;
  /** Null when the chunk is better left as it is. */
  encode?(bytes: Uint8Array, values: readonly number[]): Uint8Array | null;
}

/** Numbers of filters (registered with The HDF Group). */
export const FILTER = { gzip: 1, shuffle: 2, fletcher32: 3, szip: 4, nbit: 5, scaleoffset: 6, lzf: 32000 } as const;

const TABLE: ReadonlyMap<number, Filter> = new Map<number, Filter>([
  [
    FILTER.gzip,
    {
      name: "gzip",
      decode: (bytes, _, size) => zlib.decode(bytes, { maxOutput: room(size), size }),
      encode: (bytes, values) => zlib.encode(bytes, values[0] ?? 4),
    },
  ],
  [
    FILTER.shuffle,
    {
      name: "shuffle",
      decode: (bytes, values) => unshuffle(bytes, values[0] ?? 1),
      encode: (bytes, values) => shuffle(bytes, values[0] ?? 1),
    },
  ],
  [FILTER.szip, { name: "szip", decode: unszip }],
  [FILTER.nbit, { name: "nbit", decode: unpackBits }],
  [FILTER.scaleoffset, { name: "scaleoffset", decode: unscale }],
  [FILTER.fletcher32, { name: "fletcher32", decode: unchecked, encode: checksum }],
  [307, { name: "bzip2", decode: (bytes, _, size) => bz2.decode(bytes, { maxOutput: room(size), size }) }],
  [32001, { name: "blosc", decode: bloscDecode }],
  [32004, { name: "lz4", decode: lz4Framed }],
  [32008, { name: "bitshuffle", decode: bitshuffled }],
  [32015, { name: "zstd", decode: (bytes, _, size) => zstdDecode(bytes, room(size)) }],
  [
    FILTER.lzf,
    {
      name: "lzf",
      decode: (bytes, values, size) => lzfDecode(bytes, values[2] || size),
      encode: (bytes) => lzfEncode(bytes),
    },
  ],
]);

/** What filters before the packing one may add to a chunk. */
function room(size: number): number {
  return size + 4096;
}

/** Names of filters that others have registered, for the message that they are not there. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [305, "LZO"],
  [32013, "zfp"],
  [32026, "blosc2"],
]);

/** Reads a filter pipeline message (specification, section IV.A.2.l). */
export function parsePipeline(c: Cursor): Pipeline {
  const version = c.version("filter pipeline", 1, 2);
  const count = c.u8();
  if (count > 32) throw c.bad(`a pipeline of ${count} filters: there may be 32`, 1);
  if (version === 1) c.skip(6);
  const out: FilterSpec[] = [];
  for (let i = 0; i < count; i++) {
    const id = c.u16();
    const nameSize = version === 1 || id >= 256 ? c.u16() : 0;
    const flags = c.u16();
    const n = c.u16();
    const text = c.take(version === 1 ? (nameSize + 7) & ~7 : nameSize);
    const end = text.indexOf(0);
    const values: number[] = [];
    for (let k = 0; k < n; k++) values.push(c.u32());
    if (version === 1 && n % 2 === 1) c.skip(4);
    out.push({ id, flags, name: utf8Text(end < 0 ? text : text.subarray(0, end)), values });
  }
  return out;
}

/** The name of a filter as h5py has it, else as the file has it. */
export function filterName({ id, name }: FilterSpec): string {
  return TABLE.get(id)?.name ?? NAMES.get(id) ?? (name || `filter ${id}`);
}

/** The filter at work; throws `UnsupportedError` that names one that is not there. */
export function filterOf(spec: FilterSpec): Filter {
  const found = TABLE.get(spec.id);
  if (found !== undefined) return found;
  const name = filterName(spec);
  throw new UnsupportedError(name, `the data went through the filter ${name} (number ${spec.id}), which is not known`, {
    format: "hdf5",
  });
}

/** A chunk as it stands in the file. */
export interface PackedChunk {
  readonly bytes: Uint8Array;
  /** Bit `i` set: filter `i` was left out. */
  readonly mask: number;
}

/**
 * Takes chunks through the filters backwards, and gives each to `visit` when it is whole: of `size` bytes, which may be
 * in memory that the next chunk is put into.
 */
export function* decodeChunks(
  pipeline: Pipeline,
  chunks: readonly PackedChunk[],
  size: number,
  visit: (bytes: Uint8Array, i: number) => void,
): Reading<void> {
  const gzip = pipeline.findIndex(({ id }) => id === FILTER.gzip);
  const scratch = { memory: null as Uint8Array | null };
  const through = (bytes: Uint8Array, mask: number, from: number, to: number): Uint8Array => {
    for (let i = from; i > to; i--) {
      const spec = pipeline[i] as FilterSpec;
      if (mask & (1 << i)) continue;
      if (spec.id === FILTER.shuffle && bytes.length === size) {
        scratch.memory ??= new Uint8Array(size);
        bytes = unshuffle(bytes, spec.values[0] ?? 1, scratch.memory);
      } else bytes = filterOf(spec).decode(bytes, spec.values, size);
    }
    return bytes;
  };
  const finish = (bytes: Uint8Array, i: number): void => {
    if (bytes.length < size) {
      throw new FormatError(`a chunk has ${bytes.length} bytes when unpacked, it should have ${size}`, {
        format: "hdf5",
      });
    }
    visit(bytes, i);
  };
  const last = pipeline.length - 1;
  const now = (): void => {
    chunks.forEach(({ bytes, mask }, i) => {
      finish(through(bytes, mask, last, -1), i);
    });
  };
  if (gzip < 0 || chunks.length < 2) {
    now();
    return;
  }
  // What can wait unpacks them side by side; each goes on as soon as it is there.
  const one = async ({ bytes, mask }: PackedChunk, i: number): Promise<void> => {
    let out = through(bytes, mask, last, gzip);
    if (!(mask & (1 << gzip))) [out] = (await inflateMany("zlib", [out], [room(size)])) as [Uint8Array];
    finish(through(out, mask, gzip - 1, -1), i);
  };
  yield { kind: "work", now, later: () => Promise.all(chunks.map(one)) };
}

/** The same for one block of bytes, in memory of its own. */
export function* decodeChunk(pipeline: Pipeline, bytes: Uint8Array, mask: number, size: number): Reading<Uint8Array> {
  let out = bytes;
  yield* decodeChunks(pipeline, [{ bytes, mask }], size, (made) => {
    out = made;
  });
  return out.subarray(0, size);
}

/** Takes chunks through the filters; where the platform can, they are packed side by side. */
export function* encodeChunks(pipeline: Pipeline, chunks: readonly Uint8Array[]): Reading<PackedChunk[]> {
  let now: PackedChunk[] = chunks.map((bytes) => ({ bytes, mask: 0 }));
  for (const [i, spec] of pipeline.entries()) {
    const { encode } = filterOf(spec);
    if (encode === undefined) {
      throw new UnsupportedError(filterName(spec), `the filter ${filterName(spec)} can be read, not written`);
    }
    if (spec.id === FILTER.gzip) {
      const plain = now.map(({ bytes }) => bytes);
      const packed = (yield {
        kind: "work",
        now: () => plain.map((bytes) => encode(bytes, spec.values)),
        later: () => deflateMany("zlib", plain, spec.values[0] ?? 4),
      }) as Uint8Array[];
      now = now.map(({ mask }, k) => ({ bytes: packed[k] as Uint8Array, mask }));
    } else {
      now = now.map(({ bytes, mask }) => {
        const packed = encode(bytes, spec.values);
        return packed === null ? { bytes, mask: mask | (1 << i) } : { bytes: packed, mask };
      });
    }
  }
  return now;
}
