/**
 * The face of `brine/numpy`: npy and npz files, arrays, dtypes, and the pack for NumPy's pickles.
 *
 * ```ts
 * import { array, load, save } from "brine/numpy";
 * const x = await load("x.npy");
 * await save("y.npy", array([[1, 2], [3, 4]]));
 * ```
 *
 * @module
 */
export {
  BrineError,
  FormatError,
  isBrineError,
  LimitError,
  SourceError,
  TruncatedError,
  UnsupportedError,
} from "./core/errors.ts";
export {
  type ArrayData,
  type ArrayOptions,
  array,
  DType,
  type DTypeSpec,
  dtype,
  type Field,
  type Index,
  type LazyLoadOptions,
  LazyNDArray,
  type LazyOptions,
  MaskedArray,
  type MaskedOptions,
  type MmapMode,
  masked,
  NDArray,
  NumpyScalar,
  type RecordSpec,
  type SliceLike,
  type StridedArray,
  SubclassArray,
  type TypedData,
} from "./core/ndarray/index.ts";
export {
  type ArrayClassSpec,
  defineArrayClass,
  NumpyRandom,
  numpy,
  numpyFor,
  Poly1d,
  type RandomKind,
} from "./families/numpy/index.ts";
export { NpzFile } from "./formats/npz/index.ts";
export { type MemmapOptions, openMemmap } from "./memmap.ts";
export {
  load,
  loads,
  type NpyLimits,
  type NpyLoadAsyncOptions,
  type NpyLoadOptions,
  type NpyMmapOptions,
} from "./npyload.ts";
export {
  type Arrays,
  dumps,
  dumpsNpz,
  type NpySaveOptions,
  type NpzSaveOptions,
  save,
  savez,
  savezCompressed,
} from "./npysave.ts";
