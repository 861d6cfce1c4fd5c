/**
 * Writing npy files, byte for byte as NumPy writes them.
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import type { NDArray } from "../../core/ndarray/index.ts";
import { writeHeader } from "./header.ts";

/** Options of {@link npyBytes}. */
export interface NpyWriteOptions {
  /** Writes an array of objects as a pickle; without it such arrays are refused. */
  dumpPickle?: ((array: NDArray) => Uint8Array) | undefined;
}

/**
 * An npy file as its header and its items, which may be the array's own memory. `UnsupportedError` for objects without
 * `dumpPickle`, `TypeError` for records whose fields overlap.
 */
export function npyParts(array: NDArray, { dumpPickle }: NpyWriteOptions = {}): [Uint8Array, Uint8Array] {
  const fortran = !array.isC && array.isF;
  const { dtype, shape } = array;
  let payload: Uint8Array;
  if (!dtype.hasObject) payload = array.rawBytes(fortran ? "F" : "C");
  else if (dumpPickle) payload = dumpPickle(array);
  else {
    throw new UnsupportedError("allowPickle", "this array holds objects: pass { allowPickle: true }", {
      format: "npy",
    });
  }
  return [writeHeader({ dtype, shape, fortran }), payload];
}

/** The bytes of an npy file. Throws as {@link npyParts}. */
export function npyBytes(array: NDArray, options: NpyWriteOptions = {}): Uint8Array {
  const [header, payload] = npyParts(array, options);
  const out = new Uint8Array(header.length + payload.length);
  out.set(header);
  out.set(payload, header.length);
  return out;
}
