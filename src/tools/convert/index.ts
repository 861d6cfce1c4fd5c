/**
 * From Python's values to files of other formats.
 *
 * @module
 */
export { namedArrays, oneArray } from "./arrays.ts";
export { csvLines } from "./csv.ts";
