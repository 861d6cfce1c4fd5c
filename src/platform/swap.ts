/**
 * The order of bytes turned, where nothing native does it.
 *
 * @module
 */

/** Reverses the bytes of every item of 2, 4 or 8 bytes, in place; the bytes begin at a multiple of that. */
export function swapItems(bytes: Uint8Array, size: number): void {
  const { buffer, byteOffset, length } = bytes;
  if (size === 2) {
    const items = new Uint16Array(buffer, byteOffset, length >> 1);
    for (let i = 0; i < items.length; i++) {
      const x = items[i] as number;
      items[i] = (x << 8) | (x >>> 8);
    }
  } else if (size === 4) {
    const items = new Uint32Array(buffer, byteOffset, length >> 2);
    for (let i = 0; i < items.length; i++) {
      const x = items[i] as number;
      items[i] = (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
    }
  } else {
    // As words, not as floats, which would lose the marks of a NaN.
    const words = new Uint32Array(buffer, byteOffset, length >> 2);
    for (let i = 0; i + 1 < words.length; i += 2) {
      const x = words[i] as number;
      const y = words[i + 1] as number;
      words[i] = (y << 24) | ((y & 0xff00) << 8) | ((y >>> 8) & 0xff00) | (y >>> 24);
      words[i + 1] = (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
    }
  }
}
