/**
 * xxHash of 32 bits, the check sum of LZ4 frames.
 *
 * Source: the xxHash specification, "XXH32 algorithm description".
 *
 * @module
 */

const P1 = 0x9e3779b1 | 0;
const P2 = 0x85ebca77 | 0;
const P3 = 0xc2b2ae3d | 0;
const P4 = 0x27d4eb2f | 0;
const P5 = 0x165667b1 | 0;

function round(lane: number, word: number): number {
  const n = (lane + Math.imul(word, P2)) | 0;
  return Math.imul((n << 13) | (n >>> 19), P1);
}

function rotated(n: number, by: number): number {
  return (n << by) | (n >>> (32 - by));
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** A running XXH32 with seed 0. */
export class Xxh32 {
  #a: number = (P1 + P2) | 0;
  #b: number = P2;
  #c = 0;
  #d: number = -P1 | 0;
  #total = 0;
  readonly #rest = new Uint8Array(16);
  #kept = 0;

  update(bytes: Uint8Array): void {
    let at = 0;
    this.#total += bytes.length;
    if (this.#kept > 0) {
      at = Math.min(16 - this.#kept, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#kept);
      this.#kept += at;
      if (this.#kept < 16) return;
      this.#blocks(this.#rest, 0, 16);
      this.#kept = 0;
    }
    const end = at + ((bytes.length - at) & ~15);
    this.#blocks(bytes, at, end);
    this.#rest.set(bytes.subarray(end));
    this.#kept = bytes.length - end;
  }

  #blocks(bytes: Uint8Array, from: number, to: number): void {
    let [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d];
    for (let i = from; i < to; i += 16) {
      a = round(a, wordAt(bytes, i));
      b = round(b, wordAt(bytes, i + 4));
      c = round(c, wordAt(bytes, i + 8));
      d = round(d, wordAt(bytes, i + 12));
    }
    [this.#a, this.#b, this.#c, this.#d] = [a, b, c, d];
  }

  digest(): number {
    let h = P5;
    if (this.#total >= 16) {
      h = (rotated(this.#a, 1) + rotated(this.#b, 7) + rotated(this.#c, 12) + rotated(this.#d, 18)) | 0;
    }
    h = (h + this.#total) | 0;
    let i = 0;
    for (; i + 4 <= this.#kept; i += 4) {
      h = Math.imul(rotated((h + Math.imul(wordAt(this.#rest, i), P3)) | 0, 17), P4);
    }
    for (; i < this.#kept; i++) h = Math.imul(rotated((h + Math.imul(this.#rest[i]!, P5)) | 0, 11), P1);
    h = Math.imul(h ^ (h >>> 15), P2);
    h = Math.imul(h ^ (h >>> 13), P3);
    return (h ^ (h >>> 16)) >>> 0;
  }
}

/** XXH32 of bytes with seed 0 (Python: `xxhash.xxh32_intdigest`). */
export function xxh32(bytes: Uint8Array): number {
  const hash = new Xxh32();
  hash.update(bytes);
  return hash.digest();
}
