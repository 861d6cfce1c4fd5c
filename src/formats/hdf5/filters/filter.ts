/**
 * What a filter is, and how a file names those that its chunks go through.
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import type { Cursor } from "../storage/cursor.ts";
import { utf8Text } from "../storage/text.ts";

/** A filter at work on one chunk; `size` is what the chunk has when it is unpacked. */
export interface Filter {
  /** Its number, as registered with The HDF Group. */
  readonly id: number;
  readonly name: string;
  /** Unpacks. Throws `FormatError` for what is damaged, and gives no more than about `size` bytes. */
  decode(bytes: Uint8Array, values: readonly number[], size: number): Uint8Array;
  /** Packs; null when the chunk is better left as it is. */
  encode?(bytes: Uint8Array, values: readonly number[]): Uint8Array | null;
}

/** Filters that are at hand, by their numbers. */
export type Filters = ReadonlyMap<number, Filter>;

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

/** Numbers of filters (registered with The HDF Group). */
export const FILTER = { gzip: 1, shuffle: 2, fletcher32: 3, szip: 4, nbit: 5, scaleoffset: 6, lzf: 32000 } as const;

/** Filters that a page fetches when they are wanted. */
export const RARE = {
  szip: FILTER.szip,
  nbit: FILTER.nbit,
  scaleoffset: FILTER.scaleoffset,
  bzip2: 307,
  blosc: 32001,
  lz4: 32004,
  bitshuffle: 32008,
  zstd: 32015,
} as const;

/** The name of a filter that {@link loadFilters} fetches. */
export type RareFilter = keyof typeof RARE;

/** All names of filters: those above, and registered ones for the message that they are not there. */
const NAMES: ReadonlyMap<number, string> = new Map([
  ...[FILTER, RARE].flatMap((table) => Object.entries(table).map(([name, id]) => [id, name] as const)),
  [305, "LZO"],
  [32013, "zfp"],
  [32017, "sz"],
  [32018, "fcidecomp"],
  [32024, "sz3"],
  [32026, "blosc2"],
  [32028, "sperr"],
  [32033, "htj2k"],
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
  return NAMES.get(id) ?? (name || `filter ${id}`);
}

/** The filter at work; throws `UnsupportedError` that names one that is not there. */
export function filterOf(filters: Filters, spec: FilterSpec): Filter {
  const found = filters.get(spec.id);
  if (found !== undefined) return found;
  const name = filterName(spec);
  const hint =
    name in RARE
      ? `is not loaded: await open(source), or pass { filters: await loadFilters(${JSON.stringify(name)}) }`
      : "is not known: write the data again in Python (hdf5plugin reads most filters), or pass { filters } with one that knows it";
  throw new UnsupportedError(name, `the data went through the filter ${name} (number ${spec.id}), which ${hint}`, {
    format: "hdf5",
  });
}

/** What filters before the packing one may add to a chunk. */
export function room(size: number): number {
  return size + 4096;
}
