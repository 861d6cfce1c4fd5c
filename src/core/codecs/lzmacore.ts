/**
 * LZMA's symbols in plain TypeScript: a range coder over adaptive bits, and a dictionary.
 *
 * Source: the LZMA specification of the LZMA SDK.
 *
 * @module
 */
import { FormatError } from "../errors.ts";

/** No symbol takes more bytes of input. */
export const SYMBOL = 24;

const STATES = 12;
const ALIGN_BITS = 4;
/** Lengths: a choice of low (8), middle (8), high (256), the first two by position. */
const LENGTH = 2 + 16 * 8 + 16 * 8 + 256;
const MIDDLE = 2 + 16 * 8;
const HIGH = MIDDLE + 16 * 8;

// Where each kind of adaptive bits begins.
const IS_MATCH = 0;
const IS_REP = IS_MATCH + STATES * 16;
const IS_REP0 = IS_REP + STATES;
const IS_REP1 = IS_REP0 + STATES;
const IS_REP2 = IS_REP1 + STATES;
const IS_REP0_LONG = IS_REP2 + STATES;
const SLOTS = IS_REP0_LONG + STATES * 16;
const SPECIAL = SLOTS + 4 * 64;
const ALIGN = SPECIAL + 128;
const MATCH_LENGTH = ALIGN + 16;
const REP_LENGTH = MATCH_LENGTH + LENGTH;
const LITERALS = REP_LENGTH + LENGTH;

function damaged(what: string): FormatError {
  return new FormatError(`the lzma data is damaged: ${what}`, { format: "lzma" });
}

/** One run of LZMA over a dictionary that goes round. */
export class LzmaCore {
  input: Uint8Array = new Uint8Array(0);
  at = 0;
  range = 0;
  code = 0;
  /** The end mark was read. */
  ended = false;
  #probs: Uint16Array = new Uint16Array(0);
  #lc = 0;
  #lpMask = 0;
  #pbMask = 0;
  #state = 0;
  #rep0 = 0;
  #rep1 = 0;
  #rep2 = 0;
  #rep3 = 0;
  /** Bytes of a match that are still to be copied. */
  #pending = 0;
  readonly #most: number;
  #dict: Uint8Array;
  #pos = 0;
  /** Bytes that matches may reach back. */
  #reach = 0;
  /** Bytes since the dictionary was new: literals and matches mind their place. */
  #count = 0;

  /** `dictionary`: its size, which is taken only as it fills. */
  constructor(dictionary: number) {
    this.#most = Math.max(4096, dictionary);
    this.#dict = new Uint8Array(Math.min(this.#most, 1 << 16));
  }

  /** New properties; `RangeError`-free: they are bad data when they are wrong. */
  setProps(byte: number): void {
    if (byte >= 9 * 5 * 5) throw damaged("its properties are none");
    this.#lc = byte % 9;
    const rest = Math.floor(byte / 9);
    const lp = rest % 5;
    this.#lpMask = (1 << lp) - 1;
    this.#pbMask = (1 << Math.floor(rest / 5)) - 1;
    this.#probs = new Uint16Array(LITERALS + (0x300 << (this.#lc + lp)));
    this.resetState();
  }

  get hasProps(): boolean {
    return this.#probs.length > 0;
  }

  resetState(): void {
    this.#probs.fill(1024);
    this.#state = this.#rep0 = this.#rep1 = this.#rep2 = this.#rep3 = 0;
    this.#pending = 0;
  }

  resetDictionary(): void {
    this.#reach = 0;
    this.#count = 0;
  }

  /** Starts the range coder with five bytes of input. */
  startRange(): void {
    const { input, at } = this;
    if (input[at] !== 0) throw damaged("its first byte is not zero");
    this.code = (input[at + 1]! << 24) | (input[at + 2]! << 16) | (input[at + 3]! << 8) | input[at + 4]!;
    this.range = -1;
    this.at = at + 5;
  }

  /** Puts bytes that are not packed. */
  copyIn(bytes: Uint8Array, into: Uint8Array, filled: number): void {
    for (let i = 0; i < bytes.length; i++) {
      this.#put(bytes[i]!);
      into[filled + i] = bytes[i]!;
    }
  }

  #put(byte: number): void {
    if (this.#pos === this.#dict.length) {
      if (this.#dict.length < this.#most) {
        const grown = new Uint8Array(Math.min(this.#most, this.#dict.length * 2));
        grown.set(this.#dict);
        this.#dict = grown;
      } else this.#pos = 0;
    }
    this.#dict[this.#pos++] = byte;
    if (this.#reach < this.#most) this.#reach++;
    this.#count++;
  }

  /** The byte that lies `distance` back (0: the last one). */
  #back(distance: number): number {
    const at = this.#pos - distance - 1;
    return this.#dict[at < 0 ? at + this.#dict.length : at]!;
  }

  normalize(): void {
    if ((this.range & 0xff000000) === 0) {
      this.range <<= 8;
      this.code = (this.code << 8) | this.input[this.at++]!;
    }
  }

  #bit(index: number): number {
    const probs = this.#probs;
    if ((this.range & 0xff000000) === 0) {
      this.range <<= 8;
      this.code = (this.code << 8) | this.input[this.at++]!;
    }
    const prob = probs[index]!;
    const bound = Math.imul(this.range >>> 11, prob);
    if (this.code >>> 0 < bound >>> 0) {
      this.range = bound;
      probs[index] = prob + ((2048 - prob) >> 5);
      return 0;
    }
    this.range = (this.range - bound) | 0;
    this.code = (this.code - bound) | 0;
    probs[index] = prob - (prob >> 5);
    return 1;
  }

  #tree(base: number, bits: number): number {
    let m = 1;
    for (let i = 0; i < bits; i++) m = (m << 1) | this.#bit(base + m);
    return m - (1 << bits);
  }

  #reverse(base: number, bits: number): number {
    let m = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.#bit(base + m);
      m = (m << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  #direct(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      this.normalize();
      this.range >>>= 1;
      this.code = (this.code - this.range) | 0;
      const mask = this.code >> 31;
      this.code = (this.code + (this.range & mask)) | 0;
      value = (value << 1) | (mask + 1);
    }
    return value;
  }

  #length(base: number, place: number): number {
    if (this.#bit(base) === 0) return this.#tree(base + 2 + place * 8, 3);
    if (this.#bit(base + 1) === 0) return 8 + this.#tree(base + MIDDLE + place * 8, 3);
    return 16 + this.#tree(base + HIGH, 8);
  }

  #literal(): number {
    const before = this.#reach > 0 ? this.#back(0) : 0;
    const base = LITERALS + 0x300 * (((this.#count & this.#lpMask) << this.#lc) | (before >> (8 - this.#lc)));
    let symbol = 1;
    if (this.#state >= 7) {
      let match = this.#back(this.#rep0);
      while (symbol < 256) {
        const expected = (match >> 7) & 1;
        match <<= 1;
        const bit = this.#bit(base + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== expected) break;
      }
    }
    while (symbol < 256) symbol = (symbol << 1) | this.#bit(base + symbol);
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
    return symbol & 255;
  }

  #distance(length: number): number {
    const slot = this.#tree(SLOTS + Math.min(length, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const high = (2 | (slot & 1)) << bits;
    if (slot < 14) return high + this.#reverse(SPECIAL + high - slot, bits);
    return ((high + (this.#direct(bits - ALIGN_BITS) << ALIGN_BITS)) | this.#reverse(ALIGN, ALIGN_BITS)) >>> 0;
  }

  /**
   * Unpacks up to `want` bytes into `into` from `filled` on, as long as a symbol's worst case of input is there (up to
   * `stop`), or at all costs where `all` is set. Gives the bytes unpacked.
   */
  run(into: Uint8Array, filled: number, want: number, stop: number, all: boolean): number {
    let made = 0;
    while (made < want && !this.ended) {
      if (this.#pending > 0) {
        let count = Math.min(this.#pending, want - made);
        this.#pending -= count;
        while (count-- > 0) {
          const byte = this.#back(this.#rep0);
          this.#put(byte);
          into[filled + made++] = byte;
        }
        continue;
      }
      if (this.at + SYMBOL > stop && !all) break;
      if (this.at > stop) break;
      const place = this.#count & this.#pbMask;
      const state = this.#state;
      if (this.#bit(IS_MATCH + state * 16 + place) === 0) {
        const byte = this.#literal();
        this.#put(byte);
        into[filled + made++] = byte;
        continue;
      }
      this.#match(state, place);
    }
    return made;
  }

  /** Reads the end mark of a stream whose size was known; false when there is none. */
  endMark(): boolean {
    const place = this.#count & this.#pbMask;
    const state = this.#state;
    if (this.#pending > 0 || this.#bit(IS_MATCH + state * 16 + place) === 0) return false;
    this.#match(state, place);
    return this.ended;
  }

  #match(state: number, place: number): void {
    let length: number;
    if (this.#bit(IS_REP + state) === 0) {
      length = this.#length(MATCH_LENGTH, place);
      this.#rep3 = this.#rep2;
      this.#rep2 = this.#rep1;
      this.#rep1 = this.#rep0;
      this.#rep0 = this.#distance(length);
      this.#state = state < 7 ? 7 : 10;
      if (this.#rep0 === 0xffffffff) {
        this.normalize();
        this.ended = true;
        return;
      }
    } else {
      if (this.#reach === 0) throw damaged("a repeat of nothing");
      if (this.#bit(IS_REP0 + state) === 0) {
        if (this.#bit(IS_REP0_LONG + state * 16 + place) === 0) {
          this.#state = state < 7 ? 9 : 11;
          this.#reaches();
          this.#pending = 1;
          return;
        }
      } else {
        let distance: number;
        if (this.#bit(IS_REP1 + state) === 0) distance = this.#rep1;
        else {
          if (this.#bit(IS_REP2 + state) === 0) distance = this.#rep2;
          else {
            distance = this.#rep3;
            this.#rep3 = this.#rep2;
          }
          this.#rep2 = this.#rep1;
        }
        this.#rep1 = this.#rep0;
        this.#rep0 = distance;
      }
      length = this.#length(REP_LENGTH, place);
      this.#state = state < 7 ? 8 : 11;
    }
    this.#reaches();
    this.#pending = length + 2;
  }

  #reaches(): void {
    if (this.#rep0 >= this.#reach) throw damaged("a match reaches before the start");
  }
}
