/**
 * The npz format: a zip of npy files.
 *
 * @module
 */
export { NpzFile, type NpzReadOptions } from "./file.ts";
export { type NpzWriteOptions, npzPieces, npzPiecesAsync } from "./write.ts";
