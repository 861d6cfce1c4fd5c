/**
 * The face of `brine/keras`.
 *
 * ```ts
 * import { loadModel } from "brine/keras";
 * const model = await loadModel("my_model.keras");
 * const [loss, accuracy] = model.evaluate(images, labels);
 * ```
 *
 * @module
 */
export { BrineError, FormatError, isBrineError, SourceError, UnsupportedError } from "./core/errors.ts";
export { array, DType, dtype, NDArray } from "./core/ndarray/index.ts";
export * from "./families/keras/index.ts";
