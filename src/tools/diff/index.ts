/**
 * Two values or files, compared path by path.
 *
 * @module
 */
export { diffHdf5 } from "./hdf5s.ts";
export type { Difference, DiffOptions, Distance, ElementPair } from "./types.ts";
export { diff } from "./values.ts";
