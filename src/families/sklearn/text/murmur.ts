/**
 * MurmurHash3 of 32 bits, by which hashing vectorizers place their terms (sklearn/utils/src/MurmurHash3.cpp).
 *
 * @module
 */

const encoder = /* @__PURE__ */ new TextEncoder();

function turned(v: number, by: number): number {
  return (v << by) | (v >>> (32 - by));
}

/** The hash of a text's UTF-8 bytes with seed 0, as a signed number. */
export function murmur3(text: string): number {
  const bytes = encoder.encode(text);
  const n = bytes.length;
  let h = 0;
  const mixed = (k: number): number => Math.imul(turned(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const k =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    h = (Math.imul(turned(h ^ mixed(k), 13), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let j = n - 1; j >= i; j--) rest = (rest << 8) | (bytes[j] as number);
  if (i < n) h ^= mixed(rest);
  h ^= n;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
