/**
 * Zips, as npz, Keras and torch files are: read file by file by ranges, written as Python's zipfile writes.
 *
 * @module
 */
export { parseZip, type ZipEntry, type ZipLimits } from "./directory.ts";
export { parseZipEntry, parseZipPlace } from "./entry.ts";
export { openZip, openZipSync, ZipFile, type ZipOptions } from "./file.ts";
export { ALL_METHODS, DEFLATE_ONLY, type Method, type Methods } from "./methods.ts";
export { WholeZip } from "./whole.ts";
export { type ZipItem, zipPieces, zipPiecesAsync } from "./write.ts";
