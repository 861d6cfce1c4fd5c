/**
 * The npy format: one array, a header and its bytes.
 *
 * @module
 */
export { type NpyReadOptions, parseNpy } from "./read.ts";
export { type NpyWriteOptions, npyBytes } from "./write.ts";
