/**
 * Rare filters where code weighs nothing: all are there from the beginning.
 *
 * @module
 */
import { bitshuffle } from "./bitshuffle.ts";
import { blosc } from "./blosc.ts";
import { bzip2 } from "./bzip2.ts";
import type { Filter } from "./filter.ts";
import { lz4 } from "./lz4.ts";
import { nbit } from "./nbit.ts";
import { scaleoffset } from "./scaleoffset.ts";
import { szip } from "./szip.ts";
import { zstd } from "./zstd.ts";

/** Rare filters that need not be fetched. */
export const rareFilters: readonly Filter[] = [szip, nbit, scaleoffset, bzip2, blosc, lz4, bitshuffle, zstd];

/** Fetches a rare filter; undefined for a number that is none. */
export async function fetchFilter(id: number): Promise<Filter | undefined> {
  return rareFilters.find((filter) => filter.id === id);
}
