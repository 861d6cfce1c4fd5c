/**
 * Results as files: what `joblib.dump` and `joblib.load` make of them.
 *
 * @module
 */

import type { Compress } from "../../compressors.ts";
import type { Store } from "../../core/bytes/store.ts";
import type { MmapMode } from "../../core/ndarray/index.ts";
import type { Pack } from "../../core/pack.ts";
import { dumps } from "../../joblibdump.ts";
import { load, loads } from "../../joblibload.ts";

/** How results are written and read. */
export interface ResultOptions {
  /** As `compress` of `brine/joblib`'s `dump`: true, a level, a compressor's name, `[name, level]` (false). */
  compress?: Compress;
  /**
   * Leave arrays of results in their files, as `mmapMode` of `brine/joblib`'s `load`; for functions of `cache` over a
   * folder; `cacheSync` reads them whole. Also what is just computed is then read back.
   */
  mmapMode?: MmapMode | null;
  /** Packs of further classes, for results and arguments. */
  packs?: readonly Pack[];
}

const packsOf = ({ packs }: ResultOptions): { packs?: readonly Pack[] } => (packs === undefined ? {} : { packs });

/** A value as the bytes of `output.pkl`. Throws `PicklingError`. */
export function packed(value: unknown, options: ResultOptions): Uint8Array {
  return dumps(value ?? null, { compress: options.compress ?? false, ...packsOf(options) });
}

/** The value of the bytes of `output.pkl`. Throws as `loads`. */
export function unpacked(bytes: Uint8Array, options: ResultOptions): unknown {
  return loads(bytes, packsOf(options));
}

/** The value of a file of a store, its arrays left where they are; null for a store that has no files. */
export function mapped(store: Store, path: readonly string[], options: ResultOptions): Promise<unknown> | null {
  const { mmapMode = null } = options;
  const file = mmapMode === null ? undefined : store.fileOf?.(path);
  return file === undefined ? null : load(file, { mmapMode, ...packsOf(options) });
}
