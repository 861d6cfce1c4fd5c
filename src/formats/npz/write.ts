/**
 * Writing npz files as `numpy.savez` and `numpy.savez_compressed` do.
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import { type ZipItem, zipPieces, zipPiecesAsync } from "../../core/zip/index.ts";
import { type NpyWriteOptions, npyParts } from "../npy/index.ts";

/** Options of {@link npzPieces}. */
export interface NpzWriteOptions extends NpyWriteOptions {
  /** Pack the arrays by deflate. */
  compressed?: boolean | undefined;
}

function items(arrays: ReadonlyMap<string, NDArray>, options: NpzWriteOptions): ZipItem[] {
  const deflate = options.compressed ?? false;
  return [...arrays].map(([name, array]) => {
    if (!(array instanceof NDArray)) throw new TypeError(`${JSON.stringify(name)} is no array`);
    // NumPy opens every entry with 64-bit sizes, since it does not know them yet.
    return { name: `${name}.npy`, data: npyParts(array, options), deflate, zip64: true };
  });
}

/** An npz as pieces that follow each other; the arrays' memory is not copied. Throws as `npyParts`. */
export function npzPieces(arrays: ReadonlyMap<string, NDArray>, options: NpzWriteOptions = {}): Uint8Array[] {
  return zipPieces(items(arrays, options));
}

/** As {@link npzPieces}, packing several arrays at a time where the platform can. */
export function npzPiecesAsync(
  arrays: ReadonlyMap<string, NDArray>,
  options: NpzWriteOptions = {},
): Promise<Uint8Array[]> {
  return zipPiecesAsync(items(arrays, options));
}
