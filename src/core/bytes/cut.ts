/**
 * Ranges of bytes that are in memory already.
 *
 * @module
 */
import type { Span } from "./parse.ts";

/** Ranges of bytes in memory: views, or copies in `into`. */
export function cut(bytes: Uint8Array, spans: readonly Span[]): Uint8Array[] {
  return spans.map(({ at, size, into }) => {
    const part = bytes.subarray(at, at + size);
    if (into === undefined) return part;
    into.set(part);
    return into.subarray(0, part.length);
  });
}
