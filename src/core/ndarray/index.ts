/**
 * Arrays, dtypes and scalars of NumPy.
 *
 * @module
 */
export { type ArrayOptions, array, typedDType } from "./create.ts";
export { type ByteOrder, DType, type Field, type Kind, recordType, subarrayType, timeType } from "./dtype.ts";
export { type Index, type SliceLike, sizeOf } from "./indexing.ts";
export { flattened, NDArray, type Nested } from "./ndarray.ts";
export { type DTypeSpec, dtype, type RecordSpec } from "./parse.ts";
export { NumpyScalar } from "./scalar.ts";
export { type ArrayData, allocate, type TypedData } from "./storage.ts";
