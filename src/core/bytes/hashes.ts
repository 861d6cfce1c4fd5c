/**
 * MD5 and SHA-1 of bytes that come in pieces (RFC 1321, RFC 3174): names of cached results, no protection.
 *
 * @module
 */

import { nativeDigest } from "#platform";

/** A digest that takes bytes in pieces. */
export interface Digest {
  update(bytes: Uint8Array): this;
  /** The digest of all bytes so far, in lower-case hex; nothing may be added after it. */
  hex(): string;
}

/** The platform's digest, as one of ours. */
class Native implements Digest {
  readonly #native: NonNullable<ReturnType<typeof nativeDigest>>;
  constructor(native: NonNullable<ReturnType<typeof nativeDigest>>) {
    this.#native = native;
  }
  update(bytes: Uint8Array): this {
    this.#native.update(bytes);
    return this;
  }
  hex(): string {
    return this.#native.digest("hex");
  }
}

/** A digest by name, the platform's own where it has one. */
export function digestOf(name: "md5" | "sha1"): Digest {
  const native = nativeDigest(name);
  if (native !== null) return new Native(native);
  return name === "md5" ? new MD5() : new SHA1();
}

/** What both have in common: blocks of 64 bytes, then padding and the length in bits. */
abstract class Blocks implements Digest {
  readonly #rest = new Uint8Array(64);
  #held = 0;
  #total = 0;

  protected abstract block(bytes: Uint8Array, at: number): void;
  protected abstract words(): { words: Uint32Array; little: boolean };

  update(bytes: Uint8Array): this {
    this.#total += bytes.length;
    let at = 0;
    if (this.#held > 0) {
      at = Math.min(64 - this.#held, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#held);
      this.#held += at;
      if (this.#held < 64) return this;
      this.block(this.#rest, 0);
      this.#held = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) this.block(bytes, at);
    this.#rest.set(bytes.subarray(at));
    this.#held = bytes.length - at;
    return this;
  }

  hex(): string {
    const total = this.#total;
    const { little } = this.words();
    const end = new Uint8Array((this.#held < 56 ? 64 : 128) - this.#held);
    end[0] = 0x80;
    const view = new DataView(end.buffer, end.length - 8);
    const [low, high] = [(total * 8) >>> 0, Math.floor(total / 2 ** 29)];
    view.setUint32(little ? 0 : 4, low, little);
    view.setUint32(little ? 4 : 0, high, little);
    this.update(end);
    const out = new DataView(new ArrayBuffer(this.words().words.length * 4));
    this.words().words.forEach((word, i) => {
      out.setUint32(i * 4, word, little);
    });
    return Array.from(new Uint8Array(out.buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

/** `floor(2^32 * abs(sin(i + 1)))`. */
const SINES: Int32Array = /* @__PURE__ */ Int32Array.from(
  { length: 64 },
  (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0,
);

/**
 * MD5 (Python: `hashlib.md5`).
 *
 * @example
 * ```ts
 * new MD5().update(new Uint8Array(0)).hex(); // "d41d8cd98f00b204e9800998ecf8427e"
 * ```
 */
export class MD5 extends Blocks {
  readonly #state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  readonly #x = new Int32Array(16);

  protected words(): { words: Uint32Array; little: boolean } {
    return { words: this.#state, little: true };
  }

  protected block(bytes: Uint8Array, at: number): void {
    const x = this.#x;
    const t = SINES;
    for (let i = 0, p = at; i < 16; i++, p += 4) {
      x[i] = bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24);
    }
    const state = this.#state;
    let a = state[0]! | 0;
    let b = state[1]! | 0;
    let c = state[2]! | 0;
    let d = state[3]! | 0;
    let n = 0;
    for (let i = 0; i < 16; i += 4) {
      n = (a + ((b & c) | (~b & d)) + x[i]! + t[i]!) | 0;
      a = (b + ((n << 7) | (n >>> 25))) | 0;
      n = (d + ((a & b) | (~a & c)) + x[i + 1]! + t[i + 1]!) | 0;
      d = (a + ((n << 12) | (n >>> 20))) | 0;
      n = (c + ((d & a) | (~d & b)) + x[i + 2]! + t[i + 2]!) | 0;
      c = (d + ((n << 17) | (n >>> 15))) | 0;
      n = (b + ((c & d) | (~c & a)) + x[i + 3]! + t[i + 3]!) | 0;
      b = (c + ((n << 22) | (n >>> 10))) | 0;
    }
    for (let i = 0; i < 16; i += 4) {
      const k = 5 * i + 1;
      n = (a + ((d & b) | (~d & c)) + x[k & 15]! + t[16 + i]!) | 0;
      a = (b + ((n << 5) | (n >>> 27))) | 0;
      n = (d + ((c & a) | (~c & b)) + x[(k + 5) & 15]! + t[17 + i]!) | 0;
      d = (a + ((n << 9) | (n >>> 23))) | 0;
      n = (c + ((b & d) | (~b & a)) + x[(k + 10) & 15]! + t[18 + i]!) | 0;
      c = (d + ((n << 14) | (n >>> 18))) | 0;
      n = (b + ((a & c) | (~a & d)) + x[(k + 15) & 15]! + t[19 + i]!) | 0;
      b = (c + ((n << 20) | (n >>> 12))) | 0;
    }
    for (let i = 0; i < 16; i += 4) {
      const k = 3 * i + 5;
      n = (a + (b ^ c ^ d) + x[k & 15]! + t[32 + i]!) | 0;
      a = (b + ((n << 4) | (n >>> 28))) | 0;
      n = (d + (a ^ b ^ c) + x[(k + 3) & 15]! + t[33 + i]!) | 0;
      d = (a + ((n << 11) | (n >>> 21))) | 0;
      n = (c + (d ^ a ^ b) + x[(k + 6) & 15]! + t[34 + i]!) | 0;
      c = (d + ((n << 16) | (n >>> 16))) | 0;
      n = (b + (c ^ d ^ a) + x[(k + 9) & 15]! + t[35 + i]!) | 0;
      b = (c + ((n << 23) | (n >>> 9))) | 0;
    }
    for (let i = 0; i < 16; i += 4) {
      const k = 7 * i;
      n = (a + (c ^ (b | ~d)) + x[k & 15]! + t[48 + i]!) | 0;
      a = (b + ((n << 6) | (n >>> 26))) | 0;
      n = (d + (b ^ (a | ~c)) + x[(k + 7) & 15]! + t[49 + i]!) | 0;
      d = (a + ((n << 10) | (n >>> 22))) | 0;
      n = (c + (a ^ (d | ~b)) + x[(k + 14) & 15]! + t[50 + i]!) | 0;
      c = (d + ((n << 15) | (n >>> 17))) | 0;
      n = (b + (d ^ (c | ~a)) + x[(k + 21) & 15]! + t[51 + i]!) | 0;
      b = (c + ((n << 21) | (n >>> 11))) | 0;
    }
    state[0] = state[0]! + a;
    state[1] = state[1]! + b;
    state[2] = state[2]! + c;
    state[3] = state[3]! + d;
  }
}

/**
 * SHA-1 (Python: `hashlib.sha1`).
 *
 * @example
 * ```ts
 * new SHA1().update(new Uint8Array(0)).hex(); // "da39a3ee5e6b4b0d3255bfef95601890afd80709"
 * ```
 */
export class SHA1 extends Blocks {
  readonly #state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  readonly #w = new Int32Array(80);

  protected words(): { words: Uint32Array; little: boolean } {
    return { words: this.#state, little: false };
  }

  protected block(bytes: Uint8Array, at: number): void {
    const w = this.#w;
    for (let i = 0, p = at; i < 16; i++, p += 4) {
      w[i] = (bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!;
    }
    for (let i = 16; i < 80; i++) {
      const n = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!;
      w[i] = (n << 1) | (n >>> 31);
    }
    const state = this.#state;
    let a = state[0]! | 0;
    let b = state[1]! | 0;
    let c = state[2]! | 0;
    let d = state[3]! | 0;
    let e = state[4]! | 0;
    for (let i = 0; i < 80; i++) {
      let f = 0;
      if (i < 20) f = ((b & c) | (~b & d)) + 0x5a827999;
      else if (i < 40) f = (b ^ c ^ d) + 0x6ed9eba1;
      else if (i < 60) f = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
      else f = (b ^ c ^ d) + 0xca62c1d6;
      const next = (((a << 5) | (a >>> 27)) + f + e + w[i]!) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    state[0] = state[0]! + a;
    state[1] = state[1]! + b;
    state[2] = state[2]! + c;
    state[3] = state[3]! + d;
    state[4] = state[4]! + e;
  }
}
