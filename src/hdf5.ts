/**
 * The face of `brine/hdf5`.
 *
 * ```ts
 * import { File } from "brine/hdf5";
 * using file = new File("data.h5");
 * for (const [name, item] of file) console.log(name, item);
 * ```
 *
 * @module
 */
export { BrineError, FormatError, isBrineError, LimitError, SourceError, UnsupportedError } from "./core/errors.ts";
export { DType, dtype, NDArray } from "./core/ndarray/index.ts";
export * from "./formats/hdf5/index.ts";
