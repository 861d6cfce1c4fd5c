/**
 * Check sums of compressed formats: CRC-32, CRC-64, Adler-32.
 *
 * Sources: RFC 1952 section 8, RFC 1950 section 8, the .xz file format section 6.
 *
 * @module
 */
import { fastCrc32 } from "#platform";

/** Eight tables, so that eight bytes go at a time; the first is the plain one. */
const CRC32: Int32Array = /* @__PURE__ */ (() => {
  const table = new Int32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    table[n] = c;
  }
  for (let n = 256; n < table.length; n++) {
    const c = table[n - 256] as number;
    table[n] = (c >>> 8) ^ (table[c & 255] as number);
  }
  return table;
})();

const MOST_AT_ONCE = 2 ** 30;

/**
 * CRC-32 of bytes, going on from the sum of those before (Python: `zlib.crc32`).
 *
 * @example
 * ```ts
 * crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4))) === crc32(bytes);
 * ```
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  if (fastCrc32 !== null && bytes.length > 64) {
    let sum = before;
    // zlib counts bytes by 32 bits.
    for (let at = 0; at < bytes.length; at += MOST_AT_ONCE) {
      const part = bytes.length > MOST_AT_ONCE ? bytes.subarray(at, at + MOST_AT_ONCE) : bytes;
      sum = fastCrc32(part, sum);
    }
    return sum;
  }
  const t = CRC32;
  const end = bytes.length;
  let c = ~before;
  let i = 0;
  for (; i + 8 <= end; i += 8) {
    c ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    c =
      t[1792 + (c & 255)]! ^
      t[1536 + ((c >>> 8) & 255)]! ^
      t[1280 + ((c >>> 16) & 255)]! ^
      t[1024 + (c >>> 24)]! ^
      t[768 + bytes[i + 4]!]! ^
      t[512 + bytes[i + 5]!]! ^
      t[256 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
  }
  for (; i < end; i++) c = t[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}

/** Adler-32 of bytes, going on from the sum of those before (Python: `zlib.adler32`). */
export function adler32(bytes: Uint8Array, before = 1): number {
  let a = before & 0xffff;
  let b = before >>> 16;
  // 3800 steps keep b below 2 ** 31.
  for (let i = 0; i < bytes.length; ) {
    const end = Math.min(bytes.length, i + 3800);
    for (; i < end; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** Low halves, then high halves. */
const CRC64: Int32Array = /* @__PURE__ */ (() => {
  const table = new Int32Array(512);
  for (let n = 0; n < 256; n++) {
    let low = n;
    let high = 0;
    for (let k = 0; k < 8; k++) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd) {
        low ^= 0xd7870f42;
        high ^= 0xc96c5795;
      }
    }
    table[n] = low;
    table[256 + n] = high;
  }
  return table;
})();

/** A running CRC-64 (ECMA-182, reflected), as two halves of 32 bits. */
export class Crc64 {
  #low = -1;
  #high = -1;

  update(bytes: Uint8Array): void {
    let low = this.#low;
    let high = this.#high;
    for (let i = 0; i < bytes.length; i++) {
      const n = (low ^ bytes[i]!) & 255;
      low = CRC64[n]! ^ ((low >>> 8) | (high << 24));
      high = CRC64[256 + n]! ^ (high >>> 8);
    }
    this.#low = low;
    this.#high = high;
  }

  get low(): number {
    return ~this.#low >>> 0;
  }

  get high(): number {
    return ~this.#high >>> 0;
  }
}
