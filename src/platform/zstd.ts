/**
 * Zstandard, by fzstd.
 *
 * @module
 */
export { Decompress as Unzstd, decompress as unzstd } from "fzstd";
