/**
 * Restored estimators of scikit-learn that predict.
 *
 * @module
 */
export { Estimator, type KNeighbors } from "./estimator.ts";
export type { Column, Input } from "./input.ts";
export { EstimatorSession } from "./pack.ts";
export { Tree } from "./tree/tree.ts";
