/**
 * Fill values: what stands where nothing was written (specification, sections IV.A.2.e and f).
 *
 * @module
 */
import type { Cursor } from "../storage/cursor.ts";

/** A fill value, null for zeros, and whether it is never put where nothing was written. */
export interface Fill {
  readonly value: Uint8Array | null;
  readonly never: boolean;
}

/** When it is put into the file: 0 with the storage, 1 never, 2 when there is one. */
const NEVER = 1;

/** Reads a fill value message. */
export function parseFill(c: Cursor): Fill {
  const version = c.version("fill value", 1, 2, 3);
  let isDefined: boolean;
  let when: number;
  if (version === 3) {
    const flags = c.u8();
    isDefined = (flags & 32) !== 0;
    when = (flags >> 2) & 3;
  } else {
    when = c.skip(1).u8();
    isDefined = c.u8() !== 0 || version === 1;
  }
  const never = when === NEVER;
  if (!isDefined || c.left < 4) return { value: null, never };
  const size = c.u32();
  // All bits set: no value.
  return { value: size === 0 || size === 0xffffffff ? null : c.take(size), never };
}

/** Reads a fill value message of the first kind. */
export function parseOldFill(c: Cursor): Uint8Array | null {
  const size = c.u32();
  return size === 0 ? null : c.take(size);
}
