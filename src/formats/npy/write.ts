/**
 * Writing npy files, byte for byte as NumPy writes them.
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import type { DType, NDArray, TypedData } from "../../core/ndarray/index.ts";
import { type Header, writeHeader } from "./header.ts";

/** Options of {@link npyBytes}. */
export interface NpyWriteOptions {
  /** Writes an array of objects as a pickle; without it such arrays are refused. */
  dumpPickle?: ((array: NDArray) => Uint8Array) | undefined;
}

/**
 * An npy file as its header and its items, which may be the array's own memory. `UnsupportedError` for objects without
 * `dumpPickle`, `TypeError` for records whose fields overlap.
 */
export function npyParts(array: NDArray, options: NpyWriteOptions = {}): [Uint8Array, Uint8Array] {
  const { header, payload } = plan(array, options);
  return [writeHeader(header), payload];
}

/** What the header is to say, and the items. */
function plan(array: NDArray, { dumpPickle }: NpyWriteOptions): { header: Header; payload: Uint8Array } {
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
  return { header: { dtype, shape, fortran }, payload };
}

/** The bytes of an npy file. Throws as {@link npyParts}. */
export function npyBytes(array: NDArray, options: NpyWriteOptions = {}): Uint8Array {
  const { header, payload } = plan(array, options);
  const out = writeHeader(header, undefined, payload.length);
  out.set(payload, out.length - payload.length);
  return out;
}

/** The bytes of an npy file of a typed array, without making an array of it first. */
export function npyFlat(dtype: DType, data: TypedData): Uint8Array {
  const out = writeHeader({ dtype, shape: [data.length], fortran: false }, undefined, data.byteLength);
  const payload = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  out.set(payload, out.length - payload.length);
  return out;
}
