/**
 * Shuffle: the first bytes of all elements, then the second ones, and so on.
 *
 * @module
 */

/** Puts the bytes of elements of `size` together again, into `out`; what is over stays at the end. */
export function unshuffle(bytes: Uint8Array, size: number, out: Uint8Array = new Uint8Array(bytes.length)): Uint8Array {
  const n = Math.floor(bytes.length / size);
  if (size <= 1 || n === 0) return bytes;
  const whole = n * size;
  if (size === 2) {
    const to = new Uint16Array(out.buffer, 0, n);
    for (let i = 0; i < n; i++) to[i] = (bytes[i] as number) | ((bytes[n + i] as number) << 8);
  } else if (size === 4) {
    words(bytes, 0, n, new Uint32Array(out.buffer, 0, n), 0, 1);
  } else if (size === 8) {
    const to = new Uint32Array(out.buffer, 0, 2 * n);
    words(bytes, 0, n, to, 0, 2);
    words(bytes, 4 * n, n, to, 1, 2);
  } else {
    for (let j = 0; j < size; j++) {
      for (let i = 0, from = j * n, to = j; i < n; i++, to += size) out[to] = bytes[from + i] as number;
    }
  }
  if (whole < bytes.length) out.set(bytes.subarray(whole), whole);
  return out;
}

/** Every `step`-th word from `at` on, of four rows of `n` bytes. */
function words(bytes: Uint8Array, from: number, n: number, to: Uint32Array, at: number, step: number): void {
  const second = from + n;
  const third = second + n;
  const fourth = third + n;
  const start = bytes.byteOffset + from;
  if ((n | start) % 4 === 0) {
    // Four words at a time: a square of 4 × 4 bytes is turned over.
    const rows = new Uint32Array(bytes.buffer, start, n);
    const row = n / 4;
    for (let i = 0; i < row; i++, at += 4 * step) {
      const a = rows[i] as number;
      const b = rows[row + i] as number;
      const c = rows[2 * row + i] as number;
      const d = rows[3 * row + i] as number;
      const evenLow = (a & 0xff00ff) | ((b & 0xff00ff) << 8);
      const oddLow = ((a >>> 8) & 0xff00ff) | (b & 0xff00ff00);
      const evenHigh = (c & 0xff00ff) | ((d & 0xff00ff) << 8);
      const oddHigh = ((c >>> 8) & 0xff00ff) | (d & 0xff00ff00);
      to[at] = (evenLow & 0xffff) | (evenHigh << 16);
      to[at + step] = (oddLow & 0xffff) | (oddHigh << 16);
      to[at + 2 * step] = (evenLow >>> 16) | (evenHigh & 0xffff0000);
      to[at + 3 * step] = (oddLow >>> 16) | (oddHigh & 0xffff0000);
    }
    return;
  }
  for (let i = 0; i < n; i++, at += step) {
    to[at] =
      (bytes[from + i] as number) |
      ((bytes[second + i] as number) << 8) |
      ((bytes[third + i] as number) << 16) |
      ((bytes[fourth + i] as number) << 24);
  }
}

/** Takes the bytes of elements of `size` apart. */
export function shuffle(bytes: Uint8Array, size: number): Uint8Array {
  const n = Math.floor(bytes.length / size);
  if (size <= 1 || n === 0) return bytes;
  const out = new Uint8Array(bytes.length);
  // Words of four bytes are taken apart in one go.
  const step = size % 4 === 0 && bytes.byteOffset % 4 === 0 ? 4 : 1;
  if (step === 4) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, (n * size) / 4);
    const each = size / 4;
    for (let j = 0; j < each; j++) apart(words, j, each, n, out, 4 * j * n);
  }
  for (let j = 0; step === 1 && j < size; j++) {
    for (let i = 0, from = j, to = j * n; i < n; i++, from += size) out[to + i] = bytes[from] as number;
  }
  const whole = n * size;
  if (whole < bytes.length) out.set(bytes.subarray(whole), whole);
  return out;
}

/** Every `step`-th word from `from`: its four bytes go to four rows of `n` bytes. */
function apart(words: Uint32Array, from: number, step: number, n: number, out: Uint8Array, at: number): void {
  if ((n | at) % 4 === 0) {
    const rows = new Uint32Array(out.buffer, at, n);
    const row = n / 4;
    for (let i = 0; i < row; i++, from += 4 * step) {
      const a = words[from] as number;
      const b = words[from + step] as number;
      const c = words[from + 2 * step] as number;
      const d = words[from + 3 * step] as number;
      const evenLow = (a & 0xff00ff) | ((b & 0xff00ff) << 8);
      const oddLow = ((a >>> 8) & 0xff00ff) | (b & 0xff00ff00);
      const evenHigh = (c & 0xff00ff) | ((d & 0xff00ff) << 8);
      const oddHigh = ((c >>> 8) & 0xff00ff) | (d & 0xff00ff00);
      rows[i] = (evenLow & 0xffff) | (evenHigh << 16);
      rows[row + i] = (oddLow & 0xffff) | (oddHigh << 16);
      rows[2 * row + i] = (evenLow >>> 16) | (evenHigh & 0xffff0000);
      rows[3 * row + i] = (oddLow >>> 16) | (oddHigh & 0xffff0000);
    }
    return;
  }
  const second = at + n;
  const third = second + n;
  const fourth = third + n;
  for (let i = 0; i < n; i++, from += step) {
    const word = words[from] as number;
    out[at + i] = word;
    out[second + i] = word >>> 8;
    out[third + i] = word >>> 16;
    out[fourth + i] = word >>> 24;
  }
}
