/**
 * What estimators score by.
 *
 * @module
 */
export { accuracy } from "./classification.ts";
export { r2 } from "./regression.ts";
export { scoring } from "./scoring.ts";
