/**
 * Memory for large payloads.
 *
 * @module
 */
import { rawBytes } from "#platform";
import { UnsupportedError } from "../errors.ts";

/** Bytes whose content may be anything; `UnsupportedError` where the machine does not give so many at once. */
export function roomFor(size: number): Uint8Array {
  try {
    return rawBytes(size);
  } catch (cause) {
    throw new UnsupportedError(
      "memory",
      `${size} bytes are more than this machine gives at once: read parts of it (mmapMode: "r", or slices)`,
      { cause },
    );
  }
}
