/**
 * bzip2 read in plain TypeScript, for pages whose policy forbids WebAssembly.
 *
 * Source: the bzip2 format as described in "BZIP2: Format Specification" (J. Tsai).
 *
 * @module
 */
import { FormatError, TruncatedError } from "../errors.ts";
import type { Decoder } from "./codec.ts";
import { joined } from "./codec.ts";

/** Thrown where the bytes that are there end in the middle of a block. */
const SHORT: unique symbol = Symbol("short");
const GROUP = 50;
const LONGEST = 20;
const BLOCK = 0x314159;
const BLOCK_END = 0x265359;
const END = 0x177245;
const END_END = 0x385090;

/** CRC-32, most significant bit first. */
const CRC: Int32Array = /* @__PURE__ */ (() => {
  const table = new Int32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n << 24;
    for (let k = 0; k < 8; k++) c = c < 0 ? (c << 1) ^ 0x04c11db7 : c << 1;
    table[n] = c;
  }
  return table;
})();

function damaged(what: string): FormatError {
  return new FormatError(`the bz2 data is damaged: ${what}`, { format: "bz2" });
}

/** One prefix code: codes of each length lie together. */
interface Code {
  readonly limits: Int32Array;
  readonly bases: Int32Array;
  readonly symbols: Uint16Array;
  readonly least: number;
}

function codeOf(sizes: Uint8Array): Code {
  const counts = new Int32Array(LONGEST + 2);
  for (const size of sizes) counts[size]!++;
  const symbols = new Uint16Array(sizes.length);
  const limits = new Int32Array(LONGEST + 2).fill(-1);
  const bases = new Int32Array(LONGEST + 2);
  let code = 0;
  let at = 0;
  let least = 0;
  for (let size = 1; size <= LONGEST; size++) {
    if (counts[size] === 0) {
      code <<= 1;
      continue;
    }
    if (least === 0) least = size;
    bases[size] = at - code;
    for (let symbol = 0; symbol < sizes.length; symbol++) if (sizes[symbol] === size) symbols[at++] = symbol;
    code += counts[size]!;
    if (code > 1 << size) throw damaged("a code is none");
    limits[size] = code - 1;
    code <<= 1;
  }
  return { limits, bases, symbols, least: least || LONGEST };
}

/** Reads bz2 by being pulled, block by block. */
export class Bunzip implements Decoder {
  #bytes: Uint8Array = new Uint8Array(0);
  #parts: Uint8Array[] = [];
  #there = 0;
  /** Bytes that must be there before a block is tried again, so that trying stays linear. */
  #enough = 0;
  #last = false;
  /** Place of the next bit. */
  #bit = 0;
  #members = 0;
  /** Items of a block, 0 before the first header. */
  #size = 0;
  #chain: Uint32Array = new Uint32Array(0);
  /** Of the present block: items left, place in the chain, its sums. */
  #left = 0;
  #place = 0;
  #crc = 0;
  #wanted = 0;
  #combined = 0;
  #byte = -1;
  #same = 0;
  #repeat = 0;
  done = false;

  get held(): number {
    return this.#there - (this.#bit >> 3);
  }

  push(piece: Uint8Array, last = false): void {
    if (piece.length > 0) this.#parts.push(piece);
    this.#there += piece.length;
    this.#last = last;
  }

  read(into: Uint8Array): number {
    let filled = 0;
    while (filled < into.length && !this.done) {
      if (this.#left > 0 || this.#repeat > 0) filled = this.#unroll(into, filled);
      else if (!this.#next()) break;
    }
    return filled;
  }

  /** Takes the next header or block, all or nothing; false when more bytes are needed. */
  #next(): boolean {
    if (this.#there < this.#enough && !this.#last) return false;
    if (this.#parts.length > 0) {
      const used = this.#bit >> 3;
      this.#bytes = joined([this.#bytes.subarray(used), ...this.#parts]);
      this.#parts = [];
      this.#bit &= 7;
    }
    this.#there = this.#bytes.length;
    const before = this.#bit;
    try {
      if (this.#size === 0) this.#begin();
      else this.#block();
      this.#enough = 0;
      return true;
    } catch (e) {
      if (e !== SHORT) throw e;
      this.#bit = before;
      if (this.#last) throw new TruncatedError("the bz2 data was truncated", { format: "bz2" });
      this.#enough = this.#there * 2;
      return false;
    }
  }

  #take(count: number): number {
    let value = 0;
    const bytes = this.#bytes;
    for (let left = count; left > 0; ) {
      const byte = bytes[this.#bit >> 3];
      if (byte === undefined) throw SHORT;
      const here = 8 - (this.#bit & 7);
      const n = left < here ? left : here;
      value = (value << n) | ((byte >> (here - n)) & ((1 << n) - 1));
      this.#bit += n;
      left -= n;
    }
    return value;
  }

  #begin(): void {
    this.#bit = (this.#bit + 7) & ~7;
    const left = this.#bytes.length - (this.#bit >> 3);
    if (this.#members > 0 && left < 4) {
      if (!this.#last) throw SHORT;
      this.done = true;
      return;
    }
    const mark = this.#take(24);
    const level = this.#take(8) - 0x30;
    if (mark !== 0x425a68 || level < 1 || level > 9) {
      if (this.#members === 0) throw new FormatError("this is no bz2 data", { format: "bz2" });
      this.done = true;
      return;
    }
    this.#size = level * 100000;
    this.#combined = 0;
  }

  #block(): void {
    const mark = this.#take(24);
    const rest = this.#take(24);
    const crc = (this.#take(16) << 16) | this.#take(16);
    if (mark === END && rest === END_END) {
      if (crc !== this.#combined) throw damaged("incorrect data check");
      this.#members++;
      this.#size = 0;
      return;
    }
    if (mark !== BLOCK || rest !== BLOCK_END) throw damaged("no block begins where one must");
    if (this.#take(1) !== 0) throw damaged("a block of a bzip2 before 0.9.5");
    const origin = this.#take(24);
    const counts = this.#symbols();
    if (origin >= this.#left) {
      this.#left = 0;
      throw damaged("the origin lies outside");
    }
    // Each item's chain leads to the next one: the inverse of the sort.
    const chain = this.#chain;
    let sum = 0;
    for (let i = 0; i < 256; i++) {
      const count = counts[i]!;
      counts[i] = sum;
      sum += count;
    }
    for (let i = 0; i < this.#left; i++) {
      const byte = chain[i]! & 255;
      const at = counts[byte]!++;
      chain[at] = (chain[at]! & 255) | (i << 8);
    }
    this.#place = chain[origin]! >>> 8;
    this.#wanted = crc;
    this.#crc = -1;
    this.#byte = -1;
    this.#same = 0;
  }

  /** Reads the items of a block into the chain's low bytes; gives how often each occurs. */
  #symbols(): Int32Array {
    const used: number[] = [];
    const groups = this.#take(16);
    for (let i = 0; i < 16; i++) {
      if (!(groups & (0x8000 >> i))) continue;
      const bits = this.#take(16);
      for (let j = 0; j < 16; j++) if (bits & (0x8000 >> j)) used.push(i * 16 + j);
    }
    if (used.length === 0) throw damaged("a block without symbols");
    const order = Uint8Array.from(used);
    const codeCount = this.#take(3);
    const selectorCount = this.#take(15);
    if (codeCount < 2 || codeCount > 6 || selectorCount < 1) throw damaged("too few codes");
    const recent = [0, 1, 2, 3, 4, 5];
    const selectors = new Uint8Array(selectorCount);
    for (let i = 0; i < selectorCount; i++) {
      let n = 0;
      while (this.#take(1) === 1) if (++n >= codeCount) throw damaged("a selector of no code");
      const [code] = recent.splice(n, 1) as [number];
      recent.unshift(code);
      selectors[i] = code;
    }
    const alphabet = used.length + 2;
    const codes: Code[] = [];
    for (let t = 0; t < codeCount; t++) {
      const sizes = new Uint8Array(alphabet);
      let size = this.#take(5);
      for (let i = 0; i < alphabet; i++) {
        for (;;) {
          if (size < 1 || size > LONGEST) throw damaged("a code that is too long");
          if (this.#take(1) === 0) break;
          size += this.#take(1) === 0 ? 1 : -1;
        }
        sizes[i] = size;
      }
      codes.push(codeOf(sizes));
    }
    if (this.#chain.length < this.#size) this.#chain = new Uint32Array(this.#size);
    return this.#fill(codes, selectors, order);
  }

  #fill(codes: Code[], selectors: Uint8Array, order: Uint8Array): Int32Array {
    const chain = this.#chain;
    const counts = new Int32Array(256);
    const stop = order.length + 1;
    let at = 0;
    let run = 0;
    let step = 1;
    let group = 0;
    let left = 0;
    let code = codes[0] as Code;
    const bytes = this.#bytes;
    const total = bytes.length * 8;
    let pos = this.#bit;
    for (;;) {
      if (left === 0) {
        if (group >= selectors.length) throw damaged("too few selectors");
        code = codes[selectors[group++]!] as Code;
        left = GROUP;
      }
      left--;
      // The next 25 bits at least, the first one on top.
      const at8 = pos >> 3;
      const word =
        ((bytes[at8]! << 24) | (bytes[at8 + 1]! << 16) | (bytes[at8 + 2]! << 8) | bytes[at8 + 3]!) << (pos & 7);
      let size = code.least;
      while (word >>> (32 - size) > code.limits[size]!) if (++size > LONGEST) throw damaged("a code that is none");
      const bits = word >>> (32 - size);
      pos += size;
      if (pos > total) throw SHORT;
      const symbol = code.symbols[code.bases[size]! + bits]!;
      if (symbol < 2) {
        run += step << symbol;
        step <<= 1;
        if (run > this.#size) throw damaged("a block is too large");
        continue;
      }
      if (run > 0) {
        const byte = order[0]!;
        if (at + run > this.#size) throw damaged("a block is too large");
        chain.fill(byte, at, at + run);
        counts[byte]! += run;
        at += run;
        run = 0;
        step = 1;
      }
      if (symbol === stop) break;
      if (at >= this.#size) throw damaged("a block is too large");
      const byte = order[symbol - 1]!;
      order.copyWithin(1, 0, symbol - 1);
      order[0] = byte;
      chain[at++] = byte;
      counts[byte]!++;
    }
    this.#bit = pos;
    this.#left = at;
    return counts;
  }

  /** Hands out the present block, its runs of four and more drawn out. */
  #unroll(into: Uint8Array, from: number): number {
    const chain = this.#chain;
    let filled = from;
    let crc = this.#crc;
    while (filled < into.length) {
      if (this.#repeat > 0) {
        const count = Math.min(this.#repeat, into.length - filled);
        into.fill(this.#byte, filled, filled + count);
        for (let i = 0; i < count; i++) crc = (crc << 8) ^ CRC[(crc >>> 24) ^ this.#byte]!;
        filled += count;
        this.#repeat -= count;
        continue;
      }
      if (this.#left === 0) break;
      const item = chain[this.#place]!;
      const byte = item & 255;
      this.#place = item >>> 8;
      this.#left--;
      if (this.#same === 4) {
        this.#repeat = byte;
        this.#same = 0;
        continue;
      }
      this.#same = byte === this.#byte ? this.#same + 1 : 1;
      this.#byte = byte;
      into[filled++] = byte;
      crc = (crc << 8) ^ CRC[(crc >>> 24) ^ byte]!;
    }
    this.#crc = crc;
    if (this.#left === 0 && this.#repeat === 0) {
      if (~crc !== this.#wanted) throw damaged("incorrect data check");
      this.#combined = ((this.#combined << 1) | (this.#combined >>> 31)) ^ this.#wanted;
    }
    return filled;
  }
}
