/**
 * Zstandard, by fzstd.
 *
 * @module
 */
export { decompress as unzstd } from "fzstd";
