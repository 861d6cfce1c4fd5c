/**
 * The npy format: one array, a header and its bytes.
 *
 * @module
 */
export { type Header, writeHeader } from "./header.ts";
export { type NpyPlace, type NpyReadOptions, npyOf, parseNpy, parseNpyHeader } from "./read.ts";
export { type NpyWriteOptions, npyBytes, npyFlat, npyParts } from "./write.ts";
