/**
 * The face of `brine/pandas`: frames, series and indexes out of pickles, and into pickles that pandas 1 to 3 read.
 *
 * ```ts
 * import { DataFrame, dumps, load } from "brine/pandas";
 * const frame = await load<DataFrame>("frame.pkl");
 * frame.column("price").values; // a Float64Array
 * ```
 *
 * @module
 */
import type { Pack } from "./core/pack.ts";
import { dump as dumpAny, dumps as dumpsAny } from "./dump.ts";
import { pandas } from "./families/pandas/index.ts";
import type { DumpOptions, DumpToOptions, LoadAsyncOptions, LoadOptions, Target } from "./formats/pickle/index.ts";
import { load as loadAny, loads as loadsAny } from "./load.ts";
import type { BytesLike, SourceInput } from "./sources/index.ts";

export {
  type Closed,
  Column,
  type ColumnInput,
  type CSVOptions,
  DataFrame,
  ExtensionArray,
  type FromColumnsOptions,
  Index,
  Interval,
  Missing,
  NA,
  NaT,
  Panel,
  Period,
  type PrintOptions,
  pandas,
  Series,
  type SeriesOptions,
  Timedelta,
  Timestamp,
} from "./families/pandas/index.ts";

function known<T extends { packs?: readonly Pack[] }>(options: T): T {
  return { ...options, packs: [...(options.packs ?? []), pandas] };
}

/** Text of Python 2 is taken as latin1 where nothing else is asked for, as `read_pickle` does. */
function reading<T extends LoadOptions>(options: T): T {
  return { encoding: "latin1", ...known(options) };
}

/**
 * Reads what pandas pickled from bytes (`pandas.read_pickle`), also packed by gzip, bz2 or xz; bytes of Python 2 are
 * text of latin1, unless `encoding` says otherwise. Throws as `loads` of `brine`.
 *
 * @example
 * ```ts
 * const frame = loads<DataFrame>(bytes);
 * frame.shape; // [2, 3]
 * ```
 */
export function loads<T = unknown>(data: BytesLike, options: LoadOptions = {}): T {
  return loadsAny<T>(data, reading(options));
}

/**
 * Reads what pandas pickled from a path, URL, `Blob`, `Response`, stream or bytes (`pandas.read_pickle`). Throws as
 * `load` of `brine`.
 *
 * @example
 * ```ts
 * const frame = await load<DataFrame>("frame.pkl.gz");
 * ```
 */
export function load<T = unknown>(source: SourceInput, options: LoadAsyncOptions = {}): Promise<T> {
  return loadAny<T>(source, reading(options));
}

/**
 * The pickle of a frame, series or any value, for `pandas.read_pickle`. Throws as `dumps` of `brine`.
 *
 * @example
 * ```ts
 * dumps(DataFrame.fromColumns({ a: [1, 2] })); // Uint8Array
 * ```
 */
export function dumps(value: unknown, options: DumpOptions = {}): Uint8Array {
  return dumpsAny(value, known(options));
}

/**
 * Writes the pickle of a frame, series or any value to a path, a stream or anything with `write`. Throws as `dump` of
 * `brine`.
 *
 * @example
 * ```ts
 * await dump(DataFrame.fromColumns({ a: [1, 2] }), "frame.pkl");
 * ```
 */
export function dump(value: unknown, target: Target, options: DumpToOptions = {}): Promise<void> {
  return dumpAny(value, target, known(options));
}
