/**
 * Fill values: what stands where nothing was written (specification, sections IV.A.2.e and f).
 *
 * @module
 */
import type { Cursor } from "../storage/cursor.ts";

/** Reads a fill value message; null for zeros. */
export function parseFill(c: Cursor): Uint8Array | null {
  const version = c.version("fill value", 1, 2, 3);
  let defined: boolean;
  if (version === 3) defined = (c.u8() & 32) !== 0;
  else {
    c.skip(2);
    defined = c.u8() !== 0 || version === 1;
  }
  if (!defined || c.left < 4) return null;
  const size = c.u32();
  // All bits set: no value.
  return size === 0 || size === 0xffffffff ? null : c.take(size);
}

/** Reads a fill value message of the first kind. */
export function parseOldFill(c: Cursor): Uint8Array | null {
  const size = c.u32();
  return size === 0 ? null : c.take(size);
}
