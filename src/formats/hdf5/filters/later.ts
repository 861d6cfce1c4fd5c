/**
 * Rare filters in a page: each is a part of its own, which is fetched when a file wants it.
 *
 * @module
 */
import { type Filter, RARE } from "./filter.ts";

/** None is there from the beginning. */
export const rareFilters: readonly Filter[] = [];

/** Fetches a rare filter; undefined for a number that is none. */
export async function fetchFilter(id: number): Promise<Filter | undefined> {
  switch (id) {
    case RARE.szip:
      return (await import("./szip.ts")).szip;
    case RARE.nbit:
      return (await import("./nbit.ts")).nbit;
    case RARE.scaleoffset:
      return (await import("./scaleoffset.ts")).scaleoffset;
    case RARE.bzip2:
      return (await import("./bzip2.ts")).bzip2;
    case RARE.blosc:
      return (await import("./blosc.ts")).blosc;
    case RARE.lz4:
      return (await import("./lz4.ts")).lz4;
    case RARE.bitshuffle:
      return (await import("./bitshuffle.ts")).bitshuffle;
    case RARE.zstd:
      return (await import("./zstd.ts")).zstd;
    default:
      return undefined;
  }
}
