/**
 * The face of `brine/pickle`: the pickle room, and the values of Python's standard library that it gives and takes.
 *
 * @module
 */
export { UnsupportedError } from "./core/errors.ts";
export { toJSON } from "./core/values/json.ts";
export * from "./families/stdlib/index.ts";
export * from "./formats/pickle/index.ts";
