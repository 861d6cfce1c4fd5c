/**
 * Filters: what a chunk goes through on its way from the file.
 *
 * To add one: a file here, and a line in `filter.ts`, `here.ts` and `later.ts`; one that is always there has a line in
 * {@link COMMON} and one in `write/encode.ts`.
 *
 * @module
 */
import { fetchFilter, rareFilters } from "#filters";
import { releaseBytes } from "#platform";
import { inflateMany, inflateNow, lzfDecode } from "../../../core/codecs/index.ts";
import { FormatError } from "../../../core/errors.ts";
import type { Reading } from "../storage/store.ts";
import { FILTER, type Filter, filterOf, type Pipeline, RARE, type RareFilter, room } from "./filter.ts";
import { unchecked } from "./fletcher32.ts";
import { unshuffle } from "./shuffle.ts";

export {
  FILTER,
  type Filter,
  type FilterSpec,
  type Filters,
  filterName,
  filterOf,
  type Pipeline,
  parsePipeline,
  type RareFilter,
} from "./filter.ts";

/** Filters that are always there. */
const COMMON: readonly Filter[] = [
  {
    id: FILTER.gzip,
    name: "gzip",
    decode: (bytes, _, size) => inflateNow("zlib", bytes, { maxOutput: room(size), size }),
  },
  {
    id: FILTER.shuffle,
    name: "shuffle",
    decode: (bytes, values) => unshuffle(bytes, values[0] ?? 1),
  },
  { id: FILTER.fletcher32, name: "fletcher32", decode: unchecked },
  {
    id: FILTER.lzf,
    name: "lzf",
    // What filters before it made of a chunk may be smaller or larger.
    decode: (bytes, _, size) => lzfDecode(bytes, room(size), 0),
  },
];

/** The filters that a file has at hand: ours, and those that the caller brings. */
export function filtersOf(own: readonly Filter[] = []): Map<number, Filter> {
  return new Map([...COMMON, ...rareFilters, ...own].map((filter) => [filter.id, filter]));
}

/**
 * Fetches filters that a page does not load by itself, for `new File(bytes, mode, { filters })`; all of them when none
 * is named. In Node, and with `open(source)`, they come by themselves.
 *
 * @example
 * ```ts
 * const file = new File(bytes, "r", { filters: await loadFilters("blosc", "zstd") });
 * ```
 */
export async function loadFilters(...names: RareFilter[]): Promise<Filter[]> {
  const wanted = names.length === 0 ? (Object.keys(RARE) as RareFilter[]) : names;
  return Promise.all(
    wanted.map(async (name) => {
      const filter = await fetchFilter(RARE[name]);
      if (filter === undefined) {
        throw new RangeError(`there is no filter ${JSON.stringify(name)}: there are ${Object.keys(RARE).join(", ")}`);
      }
      return filter;
    }),
  );
}

/** Sees to it that the filters of a pipeline are there, where they can be waited for. */
export function* readyFilters(filters: Map<number, Filter>, pipeline: Pipeline): Reading<void> {
  for (const { id } of pipeline) {
    if (filters.has(id)) continue;
    const found = (yield { kind: "work", now: () => undefined, later: () => fetchFilter(id) }) as Filter | undefined;
    if (found !== undefined) filters.set(id, found);
  }
}

/** A chunk as it stands in the file. */
export interface PackedChunk {
  readonly bytes: Uint8Array;
  /** Bit `i` set: filter `i` was left out. */
  readonly mask: number;
}

/**
 * Takes chunks through the filters backwards, and gives each to `visit` when it is whole: of `size` bytes, which may be
 * in memory that the next chunk is put into, unless `visit` says that it keeps them.
 */
export function* decodeChunks(
  filters: Map<number, Filter>,
  pipeline: Pipeline,
  chunks: readonly PackedChunk[],
  size: number,
  visit: (bytes: Uint8Array, i: number) => boolean,
): Reading<void> {
  yield* readyFilters(filters, pipeline);
  const gzip = pipeline.findIndex(({ id }) => id === FILTER.gzip);
  const scratch = { memory: null as Uint8Array | null };
  // What gzip gave is looked at no more once it is in its place, unless a filter of the caller's saw it.
  let inflated: Uint8Array | null = null;
  const isOurs = pipeline.every(({ id }) => COMMON.includes(filters.get(id) as Filter));
  const through = (bytes: Uint8Array, mask: number, from: number, to: number): Uint8Array => {
    for (let i = from; i > to; i--) {
      const spec = pipeline[i] as Pipeline[number];
      if (mask & (1 << i)) continue;
      // What is still to be unpacked may be waited for, while other chunks are put into that memory.
      if (spec.id === FILTER.shuffle && (gzip < 0 || i < gzip) && bytes.length === size && bytes !== scratch.memory) {
        scratch.memory ??= new Uint8Array(size);
        bytes = unshuffle(bytes, spec.values[0] ?? 1, scratch.memory);
      } else bytes = filterOf(filters, spec).decode(bytes, spec.values, size);
      if (spec.id === FILTER.gzip) inflated = bytes;
    }
    return bytes;
  };
  const finish = (bytes: Uint8Array, i: number): void => {
    if (bytes.length < size) {
      throw new FormatError(`a chunk has ${bytes.length} bytes when unpacked, it should have ${size}`, {
        format: "hdf5",
      });
    }
    if (visit(bytes, i)) scratch.memory = null;
    else if (isOurs && inflated !== null) releaseBytes(inflated);
    inflated = null;
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
    const isPacked = !(mask & (1 << gzip));
    if (isPacked) [out] = (await inflateMany("zlib", [out], [room(size)])) as [Uint8Array];
    inflated = isPacked ? out : null;
    finish(through(out, mask, gzip - 1, -1), i);
  };
  yield { kind: "work", now, later: () => Promise.all(chunks.map(one)) };
}

/** The same for one block of bytes, in memory of its own. */
export function* decodeChunk(
  filters: Map<number, Filter>,
  pipeline: Pipeline,
  bytes: Uint8Array,
  mask: number,
  size: number,
): Reading<Uint8Array> {
  let out = bytes;
  yield* decodeChunks(filters, pipeline, [{ bytes, mask }], size, (made) => {
    out = made;
    return true;
  });
  return out.subarray(0, size);
}
