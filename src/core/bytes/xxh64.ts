/**
 * xxHash of 64 bits, of which Zstandard's frames hold the lower half.
 *
 * Source: the xxHash specification, "XXH64 algorithm description".
 *
 * @module
 */

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;
/** The first two by halves. */
const HIGH1 = 0x9e3779b1 | 0;
const LOW1 = 0x85ebca87 | 0;
const HIGH2 = 0xc2b2ae3d | 0;
const LOW2 = 0x27d4eb4f | 0;

const times = (a: bigint, b: bigint): bigint => BigInt.asUintN(64, a * b);
const rotated = (n: bigint, by: bigint): bigint => BigInt.asUintN(64, n << by) | (n >> (64n - by));
const round = (lane: bigint, word: bigint): bigint =>
  times(rotated(BigInt.asUintN(64, lane + times(word, P2)), 31n), P1);

/** A running XXH64 with seed 0. */
export class Xxh64 {
  readonly #lanes: DataView = new DataView(new ArrayBuffer(32));
  #total = 0;
  readonly #rest = new Uint8Array(32);
  #kept = 0;

  constructor() {
    for (const [i, lane] of [P1 + P2, P2, 0n, -P1].entries()) this.#lanes.setBigUint64(8 * i, lane, true);
  }

  update(bytes: Uint8Array): void {
    let at = 0;
    this.#total += bytes.length;
    if (this.#kept > 0) {
      at = Math.min(32 - this.#kept, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#kept);
      this.#kept += at;
      if (this.#kept < 32) return;
      this.#blocks(this.#rest, 0, 32);
      this.#kept = 0;
    }
    const end = at + ((bytes.length - at) & ~31);
    this.#blocks(bytes, at, end);
    this.#rest.set(bytes.subarray(end));
    this.#kept = bytes.length - end;
  }

  /** Products of 64 bits are made of halves of halves: whole numbers of so many bits are slow. */
  #blocks(bytes: Uint8Array, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let lane = 0; lane < 32; lane += 8) {
      let low = this.#lanes.getInt32(lane, true);
      let high = this.#lanes.getInt32(lane + 4, true);
      for (let i = from + lane; i < to; i += 32) {
        const word = view.getInt32(i, true);
        let a = word & 0xffff;
        let b = word >>> 16;
        let p = Math.imul(b, LOW2 & 0xffff);
        let q = Math.imul(a, LOW2 >>> 16);
        let middle = (Math.imul(a, LOW2 & 0xffff) >>> 16) + (p & 0xffff) + (q & 0xffff);
        let top = Math.imul(b, LOW2 >>> 16) + (p >>> 16) + (q >>> 16) + (middle >>> 16);
        const product = Math.imul(word, LOW2);
        low = (low + product) | 0;
        top += Math.imul(view.getInt32(i + 4, true), LOW2) + Math.imul(word, HIGH2);
        high = (high + top + (low >>> 0 < product >>> 0 ? 1 : 0)) | 0;
        const turned = (low << 31) | (high >>> 1);
        high = (high << 31) | (low >>> 1);
        a = turned & 0xffff;
        b = turned >>> 16;
        p = Math.imul(b, LOW1 & 0xffff);
        q = Math.imul(a, LOW1 >>> 16);
        middle = (Math.imul(a, LOW1 & 0xffff) >>> 16) + (p & 0xffff) + (q & 0xffff);
        top = Math.imul(b, LOW1 >>> 16) + (p >>> 16) + (q >>> 16) + (middle >>> 16);
        high = (top + Math.imul(high, LOW1) + Math.imul(turned, HIGH1)) | 0;
        low = Math.imul(turned, LOW1);
      }
      this.#lanes.setInt32(lane, low, true);
      this.#lanes.setInt32(lane + 4, high, true);
    }
  }

  digest(): bigint {
    let h = P5;
    if (this.#total >= 32) {
      const lanes = [0, 8, 16, 24].map((at) => this.#lanes.getBigUint64(at, true));
      h = lanes.reduce((sum, lane, i) => sum + rotated(lane, [1n, 7n, 12n, 18n][i]!), 0n);
      for (const lane of lanes) h = BigInt.asUintN(64, times(h ^ round(0n, lane), P1) + P4);
    }
    h = BigInt.asUintN(64, h + BigInt(this.#total));
    const view = new DataView(this.#rest.buffer);
    let i = 0;
    for (; i + 8 <= this.#kept; i += 8) {
      h = BigInt.asUintN(64, times(rotated(h ^ round(0n, view.getBigUint64(i, true)), 27n), P1) + P4);
    }
    if (i + 4 <= this.#kept) {
      h = BigInt.asUintN(64, times(rotated(h ^ times(BigInt(view.getUint32(i, true)), P1), 23n), P2) + P3);
      i += 4;
    }
    for (; i < this.#kept; i++) h = times(rotated(h ^ times(BigInt(this.#rest[i]!), P5), 11n), P1);
    h = times(h ^ (h >> 33n), P2);
    h = times(h ^ (h >> 29n), P3);
    return h ^ (h >> 32n);
  }
}

/** XXH64 of bytes with seed 0 (Python: `xxhash.xxh64_intdigest`). */
export function xxh64(bytes: Uint8Array): bigint {
  const hash = new Xxh64();
  hash.update(bytes);
  return hash.digest();
}
