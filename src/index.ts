/**
 * Python's data files, alive in TypeScript.
 *
 * ```ts
 * import { load, toJS } from "brine";
 * const data = toJS(await load("cache.pkl"));
 * ```
 *
 * This face finds the format by itself; `brine/pickle` is the pickle module alone.
 *
 * @module
 */
export {
  array,
  DType,
  dtype,
  MaskedArray,
  masked,
  NDArray,
  NumpyScalar,
  SubclassArray,
} from "./core/ndarray/index.ts";
export { dump, dumps } from "./dump.ts";
export { defineArrayClass, NumpyRandom, numpy, numpyFor, Poly1d } from "./families/numpy/index.ts";
export { SparseMatrix, scipy } from "./families/scipy/index.ts";
export { load, loadAll, loads } from "./load.ts";
export * from "./pickle.ts";
export { Pickler, Unpickler } from "./pickler.ts";
export { type Sniffed, sniff } from "./sniff.ts";
export {
  at,
  type InspectOptions,
  inspect,
  inspectValue,
  type Node,
  parsePath,
  renderTree,
  type Step,
  type TreeOptions,
} from "./tools/inspect/index.ts";
export {
  type FromTypedOptions,
  fromTypedJSON,
  type ToTypedOptions,
  type TypedJSON,
  toTypedJSON,
} from "./tools/typed/index.ts";
