/**
 * The face of `brine/sklearn`: estimators that scikit-learn saved, and that predict here.
 *
 * ```ts
 * import { loads } from "brine";
 * import { type Estimator, sklearn } from "brine/sklearn";
 * const model = loads<Estimator>(bytes, { packs: [sklearn] });
 * model.predict([[5.1, 3.5, 1.4, 0.2]]);
 * ```
 *
 * @module
 */
export { BrineError, FormatError, isBrineError, LimitError, UnpicklingError, UnsupportedError } from "./core/errors.ts";
export { sklearn } from "./families/sklearn/all.ts";
export { type Column, Estimator, type Input, type KNeighbors, Tree } from "./families/sklearn/index.ts";
