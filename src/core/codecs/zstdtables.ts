/**
 * The codes of Zstandard: tables of finite state entropy, and Huffman's.
 *
 * Source: RFC 8878, sections 4.1 and 4.2.
 *
 * @module
 */
import { FormatError } from "../errors.ts";

/** The error for data that no packer made. */
export function damaged(what: string): FormatError {
  return new FormatError(`the zstd data is damaged: ${what}`, { format: "zstd" });
}

/** What a code stands for: the least value, and the bits that are added to it. */
export interface Kind {
  readonly least: Int32Array;
  readonly extra: Uint8Array;
  /** The most bits of a state. */
  readonly most: number;
}

/** A table of states. */
export class States {
  /** Bits of a state. */
  bits = 0;
  /** By state: the least next state, `<< 16` the bits that are added to it, `<< 24` those that are added to the value. */
  readonly next: Int32Array;
  /** By state: the least value. */
  readonly value: Int32Array;

  constructor(most: number) {
    this.next = new Int32Array(1 << most);
    this.value = new Int32Array(1 << most);
  }

  /** One code, which takes no bits. */
  only(code: number, { least, extra }: Kind): void {
    if (code >= least.length) throw damaged("a code is not known");
    this.bits = 0;
    this.next[0] = extra[code]! << 24;
    this.value[0] = least[code]!;
  }

  /** Codes by how often they come, of `1 << bits`: -1 stands for less than once. */
  fill(counts: ArrayLike<number>, bits: number, { least, extra }: Kind): void {
    const { next, value } = this;
    const size = 1 << bits;
    const step = (size >> 1) + (size >> 3) + 3;
    // First the codes; `ranks` tells how many states of a code there are, and then those that were met.
    const codes = new Uint8Array(size);
    const ranks = new Uint16Array(counts.length);
    let high = size;
    for (let code = 0; code < counts.length; code++) {
      ranks[code] = Math.abs(counts[code]!);
      if (counts[code]! < 0) codes[--high] = code;
    }
    let at = 0;
    for (let code = 0; code < counts.length; code++) {
      for (let i = counts[code]!; i > 0; i--) {
        codes[at] = code;
        do at = (at + step) & (size - 1);
        while (at >= high);
      }
    }
    for (let i = 0; i < size; i++) {
      const code = codes[i]!;
      const rank = ranks[code]!++;
      const more = bits - 31 + Math.clz32(rank);
      next[i] = ((rank << more) - size) | (more << 16) | (extra[code]! << 24);
      value[i] = least[code]!;
    }
    this.bits = bits;
  }

  /** Takes the table's description from `bytes`, at `at`; gives the place behind it. */
  read(bytes: Uint8Array, at: number, end: number, kind: Kind): number {
    let p = at * 8;
    const peek = (count: number): number => {
      const i = p >> 3;
      const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16);
      return (word >> (p & 7)) & ((1 << count) - 1);
    };
    const bits = 5 + peek(4);
    p += 4;
    if (bits > kind.most) throw damaged("a table of states is too large");
    const counts: number[] = [];
    for (let left = 1 << bits; left > 0; ) {
      const width = 32 - Math.clz32(left + 1);
      const half = (1 << (width - 1)) - 1;
      // The least values take a bit less.
      const few = (1 << width) - 2 - left;
      let found = peek(width);
      p += width;
      if ((found & half) < few) {
        found &= half;
        p--;
      } else if (found > half) found -= few;
      left -= Math.abs(found - 1);
      counts.push(found - 1);
      if (found === 1) {
        let zeros: number;
        do {
          zeros = peek(2);
          p += 2;
          for (let i = 0; i < zeros; i++) counts.push(0);
        } while (zeros === 3 && p < end * 8);
      }
      if (left < 0 || counts.length > kind.least.length || p > end * 8) throw damaged("a table of states is none");
    }
    this.fill(counts, bits, kind);
    return (p + 7) >> 3;
  }
}

/** Most bits of a literal's code. */
export const MOST_BITS = 11;
const SYMBOLS = 256;
/** Weights stand for themselves. */
const WEIGHTS: Kind = {
  least: /* @__PURE__ */ Int32Array.from({ length: MOST_BITS + 1 }, (_, i) => i),
  extra: /* @__PURE__ */ new Uint8Array(MOST_BITS + 1),
  most: 6,
};

/** Huffman's code of literals. */
export class Literals {
  /** Bits by which the table is looked up; 0 before there is one. */
  bits = 0;
  /** By the next bits: `symbol << 4 | bits` of its code. */
  readonly table: Uint16Array = new Uint16Array(1 << MOST_BITS);
  readonly #states = new States(WEIGHTS.most);
  readonly #weights = new Uint8Array(SYMBOLS);

  /** Takes the code's description from `bytes`, at `at`; gives the place behind it. */
  read(bytes: Uint8Array, at: number, end: number): number {
    const weights = this.#weights;
    if (at >= end) throw damaged("a code of literals is cut");
    const head = bytes[at++]!;
    let count = head - 127;
    let behind = at + head;
    if (head >= 128) behind = at + ((count + 1) >> 1);
    if (behind > end) throw damaged("a code of literals is cut");
    if (head < 128) count = this.#packed(bytes, at, behind);
    else {
      for (let i = 0; i < count; i++) {
        const two = bytes[at + (i >> 1)]!;
        weights[i] = i & 1 ? two & 15 : two >> 4;
      }
    }
    this.#fill(count);
    return behind;
  }

  /** Weights that are packed themselves, by two states in turn. */
  #packed(bytes: Uint8Array, at: number, end: number): number {
    const weights = this.#weights;
    const states = this.#states;
    const start = states.read(bytes, at, end, WEIGHTS) * 8;
    const last = bytes[end - 1]!;
    let p = end * 8 - Math.clz32(last) + 23;
    if (last === 0 || p < start + 2 * states.bits) throw damaged("a code of literals is cut");
    const take = (count: number): number => {
      p -= count;
      const i = p >> 3;
      return ((bytes[i]! | (bytes[i + 1]! << 8)) >> (p & 7)) & ((1 << count) - 1);
    };
    let state = take(states.bits);
    let other = take(states.bits);
    for (let count = 0; ; ) {
      // One weight more is told by the others: states that take no bits would go on for ever.
      if (count >= SYMBOLS - 2) throw damaged("a code of literals has too many symbols");
      weights[count++] = states.value[state]!;
      const next = states.next[state]!;
      const more = next >> 16;
      if (p - more < start) {
        weights[count++] = states.value[other]!;
        return count;
      }
      state = other;
      other = (next & 0xffff) + take(more);
    }
  }

  /** Makes the table of `count` weights, and of the last one, which they tell. */
  #fill(count: number): void {
    const { table } = this;
    const weights = this.#weights;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (1 << weights[i]!) >> 1;
    const bits = 32 - Math.clz32(sum);
    const left = (1 << bits) - sum;
    if (bits === 0 || bits > MOST_BITS || (left & (left - 1)) !== 0) throw damaged("a code of literals is none");
    weights[count++] = 32 - Math.clz32(left);
    // Codes that are longest stand first, those of one length in the order of symbols.
    const places = new Uint16Array(MOST_BITS + 2);
    for (let i = 0; i < count; i++) places[weights[i]! + 1]! += (1 << weights[i]!) >> 1;
    for (let weight = 2; weight < places.length; weight++) places[weight]! += places[weight - 1]!;
    for (let symbol = 0; symbol < count; symbol++) {
      const weight = weights[symbol]!;
      if (weight === 0) continue;
      const at = places[weight]!;
      const behind = at + (1 << (weight - 1));
      const entry = (symbol << 4) | (bits + 1 - weight);
      for (let i = at; i < behind; i++) table[i] = entry;
      places[weight] = behind;
    }
    this.bits = bits;
  }
}
