/**
 * Strings on their way out: where they are remembered, and UTF-8 for short ones.
 *
 * @module
 */

/** Places for the strings written last. */
export const SLOTS = 8192;

/** Writes a short text without surrogates, from a place on, as UTF-8 and gives the end, or -1 for one with surrogates. */
export function shortUtf8(text: string, from: number, out: Uint8Array, at: number): number {
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x80) out[at++] = c;
    else if (c < 0x800) {
      out[at++] = 0xc0 | (c >> 6);
      out[at++] = 0x80 | (c & 0x3f);
    } else {
      if (c >= 0xd800 && c <= 0xdfff) return -1;
      out[at++] = 0xe0 | (c >> 12);
      out[at++] = 0x80 | ((c >> 6) & 0x3f);
      out[at++] = 0x80 | (c & 0x3f);
    }
  }
  return at;
}

/** A place for a string: its ends tell most apart, names of a row by their last letters. */
export function hash(text: string): number {
  const size = text.length;
  let all = size;
  if (size < 4) {
    for (let i = 0; i < size; i++) all = Math.imul(all, 31) + text.charCodeAt(i);
    return all & (SLOTS - 1);
  }
  const ends = text.charCodeAt(size - 1) ^ (text.charCodeAt(size - 2) << 5) ^ (text.charCodeAt(size - 3) << 10);
  return (
    Math.imul(ends ^ (text.charCodeAt(size >> 1) << 15) ^ (text.charCodeAt(0) << 20) ^ (size << 25), 0x9e3779b1) >>> 19
  );
}
