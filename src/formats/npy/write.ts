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
 * The bytes of an npy file. `UnsupportedError` for objects without `dumpPickle`, `TypeError` for records whose fields
 * overlap.
 */
export function npyBytes(array: NDArray, { dumpPickle }: NpyWriteOptions = {}): Uint8Array {
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
  const header = writeHeader({ dtype, shape, fortran });
  const out = new Uint8Array(header.length + payload.length);
  out.set(header);
  out.set(payload, header.length);
  return out;
}
