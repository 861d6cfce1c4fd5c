/**
 * Are bytes ASCII? In plain JavaScript, four at a time.
 *
 * @module
 */

/** Are the bytes from `start` to `end` all below 128? */
export function isAsciiRange(bytes: Uint8Array, start: number, end: number): boolean {
  let p = start;
  let all = 0;
  for (const stop = end - 3; p < stop; p += 4) {
    all |= (bytes[p] as number) | (bytes[p + 1] as number) | (bytes[p + 2] as number) | (bytes[p + 3] as number);
    if (all > 127) return false;
  }
  for (; p < end; p++) all |= bytes[p] as number;
  return all < 128;
}
