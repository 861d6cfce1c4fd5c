/**
 * The face of `brine/joblib`: Python's `joblib.dump` and `joblib.load`.
 *
 * ```ts
 * import { dump, load } from "brine/joblib";
 * const model = await load("model.joblib");
 * await dump(model, "model.joblib.xz");
 * ```
 *
 * @module
 */
export type { Compress, Compressor } from "./compressors.ts";
export {
  BrineError,
  FormatError,
  isBrineError,
  LimitError,
  PicklingError,
  SourceError,
  TruncatedError,
  UnpicklingError,
  UnsupportedError,
} from "./core/errors.ts";
export { array, LazyNDArray, type MmapMode, NDArray, SubclassArray } from "./core/ndarray/index.ts";
export { type HashOptions, hash, type JoblibPackOptions, joblib, joblibPack } from "./families/joblib/index.ts";
export { dump, dumps, type JoblibDumpOptions, type JoblibDumpToOptions } from "./joblibdump.ts";
export {
  type Companions,
  type JoblibLoadAsyncOptions,
  type JoblibLoadOptions,
  load,
  loads,
} from "./joblibload.ts";
