/**
 * The face of `brine/memory`: functions whose results are kept between runs.
 *
 * @module
 */
export * from "./tools/memory/index.ts";
