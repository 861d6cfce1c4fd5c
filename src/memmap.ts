/**
 * Arrays in npy files that are opened in place.
 *
 * @module
 */
import { makePath } from "#platform";
import { SourceError } from "./core/errors.ts";
import { type DTypeSpec, dtype, LazyNDArray, type MmapMode, sizeOf } from "./core/ndarray/index.ts";
import { writeHeader } from "./formats/npy/index.ts";
import { lazyArray } from "./npyload.ts";
import type { SourceInput } from "./sources/index.ts";

/** Options of {@link openMemmap}; all but `mode` and `maxHeaderSize` are for a file made anew (`w+`). */
export interface MemmapOptions {
  /** `"r+"`, as in NumPy: see `MmapMode`. */
  mode?: MmapMode;
  /** float64. */
  dtype?: DTypeSpec;
  shape?: readonly number[];
  /** First axis fastest. */
  fortranOrder?: boolean;
  /** Of the header, as `[1, 0]`; the lowest that holds it. */
  version?: readonly [number, number];
  /** Longest header in bytes (10000). */
  maxHeaderSize?: number;
  signal?: AbortSignal;
}

/**
 * Opens the array of an npy file without reading its items, or makes a file of zeros (`w+`). Paths (Node) may be
 * opened in every mode; URLs, blobs and bytes with `r` and `c`. Throws `SourceError` for a missing file or in a
 * browser, `UnsupportedError` for objects, `FormatError` for a bad header, `TypeError` for a mode that the input does
 * not have (numpy.lib.format.open_memmap).
 *
 * @example
 * ```ts
 * const made = await openMemmap("big.npy", { mode: "w+", dtype: "<f4", shape: [1000, 64] });
 * await made.set(1, 0);
 * await made.close();
 * ```
 */
export async function openMemmap(input: SourceInput, options: MemmapOptions = {}): Promise<LazyNDArray> {
  const { mode = "r+", shape, fortranOrder = false, version, maxHeaderSize, signal } = options;
  if (mode !== "w+") {
    return lazyArray(input, mode, {
      ...(maxHeaderSize === undefined ? {} : { maxHeaderSize }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
  if (typeof input !== "string" && !(input instanceof URL)) throw new TypeError("mode w+ needs the path of a file");
  if (input instanceof URL && input.protocol !== "file:") {
    throw new SourceError("an address cannot be written", { path: input.href });
  }
  if (shape === undefined) throw new TypeError("mode w+ needs a shape");
  const type = dtype(options.dtype ?? "<f8");
  if (type.hasObject) throw new TypeError("Array can't be memory-mapped: Python objects in dtype.");
  const header = writeHeader({ dtype: type, shape, fortran: fortranOrder }, version);
  const byteOffset = header.length;
  const source = await makePath(input, header, byteOffset + sizeOf(shape) * type.itemsize);
  const order = fortranOrder ? "F" : "C";
  return new LazyNDArray(source, { dtype: type, shape, order, byteOffset, mode: "w+" });
}
