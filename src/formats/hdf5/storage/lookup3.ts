/**
 * Bob Jenkins's lookup3 hash, HDF5's checksum of its structures and hash of names (H5checksum.c).
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";

/** The hash of bytes. */
export function lookup3(bytes: Uint8Array, length: number = bytes.length): number {
  let a = (0xdeadbeef + length) | 0;
  let b = a;
  let c = a;
  let at = 0;
  const word = (from: number, count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) value |= (bytes[from + i] as number) << (8 * i);
    return value;
  };
  let left = length;
  for (; left > 12; left -= 12, at += 12) {
    a = (a + word(at, 4)) | 0;
    b = (b + word(at + 4, 4)) | 0;
    c = (c + word(at + 8, 4)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  if (left === 0) return c >>> 0;
  a = (a + word(at, Math.min(4, left))) | 0;
  if (left > 4) b = (b + word(at + 4, Math.min(4, left - 4))) | 0;
  if (left > 8) c = (c + word(at + 8, left - 8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

function rotate(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

/** Checks a structure against the checksum in its last four bytes. Throws `FormatError`. */
export function verify(what: string, bytes: Uint8Array, at: number): void {
  const end = bytes.length - 4;
  const stored = new DataView(bytes.buffer, bytes.byteOffset + end, 4).getUint32(0, true);
  if (lookup3(bytes, end) !== stored) {
    throw new FormatError(`the checksum of a ${what} is wrong: the file is damaged`, { offset: at, format: "hdf5" });
  }
}
