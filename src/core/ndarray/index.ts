/**
 * Arrays, dtypes and scalars of NumPy.
 *
 * @module
 */
export { type ArrayOptions, array, type StridedArray, typedDType } from "./create.ts";
export {
  type ByteOrder,
  DType,
  type Field,
  type Kind,
  knownType,
  recordType,
  subarrayType,
  type TextRule,
  textType,
  timeType,
  withOrder,
} from "./dtype.ts";
export { type Index, type SliceLike, sizeOf } from "./indexing.ts";
export { bytesInto, type LazyLoadOptions, LazyNDArray, type LazyOptions, type MmapMode } from "./lazy.ts";
export { MaskedArray, MaskedConstant, type MaskedOptions, masked, maskType } from "./masked.ts";
export { flattened, NDArray, type Nested } from "./ndarray.ts";
export { type DTypeSpec, dtype, type RecordSpec } from "./parse.ts";
export { NumpyScalar } from "./scalar.ts";
export { type ArrayData, adoptBytes, allocate, fromBytes, type TypedData } from "./storage.ts";
export { SubclassArray } from "./subclass.ts";
export { bracketed } from "./text.ts";
