/**
 * Python's `pickle`: reads and writes protocols 0 to 5, and never runs what a file names.
 *
 * ```ts
 * import { dumps, load, loads } from "brine/pickle";
 * const value = await load("model.pkl");
 * const bytes = dumps(value, { protocol: 5 });
 * ```
 *
 * @module
 */
export {
  BrineError,
  BrineError as PickleError,
  type ErrorCode,
  FormatError,
  isBrineError,
  LimitError,
  PicklingError,
  SourceError,
  UnpicklingError,
  UnsafeError,
} from "../../core/errors.ts";
export {
  definePack,
  type GlobalEntry,
  type Pack,
  type PackContext,
  type Reducer,
  type Reduction,
} from "../../core/pack.ts";
export { equal } from "../../core/values/equal.ts";
export * from "../../core/values/index.ts";
export { type ToJSOptions, toJS } from "../../core/values/js.ts";
export { type ReprOptions, repr } from "../../core/values/repr.ts";
export type { BytesLike, FileLike, SourceInput } from "../../sources/index.ts";
export { type ClassSpec, defineClass, defineFunction, type FunctionSpec, type JSClass } from "./define.ts";
export { type DumpToOptions, dump, type Target, type WriteTarget } from "./dump.ts";
export { type AllOf, load, loadAll, type SchemaOption } from "./load.ts";
export type { DumpOptions, Limits, LoadAsyncOptions, LoadOptions } from "./options.ts";
export { Pickler } from "./pickler.ts";
export { type Loaded, loads } from "./read/loads.ts";
export type { Schema, SchemaIssue } from "./schema.ts";
export { Unpickler } from "./unpickler.ts";
export { DEFAULT_PROTOCOL, dumps, HIGHEST_PROTOCOL } from "./write/dumps.ts";
