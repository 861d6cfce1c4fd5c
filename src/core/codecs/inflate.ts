/**
 * Inflate that can stop anywhere: packed bytes come in pieces, unpacked ones are drawn as they are wanted.
 *
 * Node's zlib is faster, but unpacks only all at once or while one waits; pages have no other that does either.
 * Source: RFC 1951.
 *
 * @module
 */
import { FormatError } from "../errors.ts";

const HISTORY = 32768;
/** Bytes unpacked before any are handed out. */
const ROOM = 65536;
const LONGEST = 258;

const EMPTY = new Uint8Array(0);
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** Smallest length of each code from 257 on, and the bits that are added to it. */
const LENGTHS = /* @__PURE__ */ new Uint16Array([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]);
const LENGTH_BITS = /* @__PURE__ */ new Uint8Array([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);
const DISTANCES = /* @__PURE__ */ new Uint16Array([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
]);
const DISTANCE_BITS = /* @__PURE__ */ new Uint8Array([
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]);

/** A prefix code: `symbol << 4 | bits` by the next `max` bits. */
interface Code {
  readonly table: Uint16Array;
  readonly mask: number;
}

/** The code of given lengths; null when no stream may have it. */
function codeOf(sizes: Uint8Array, isLengths: boolean): Code | null {
  const counts = new Uint16Array(16);
  for (const size of sizes) counts[size]!++;
  counts[0] = 0;
  let max = 15;
  while (max > 1 && counts[max] === 0) max--;
  const next = new Uint16Array(17);
  let left = 1;
  for (let bits = 1; bits <= 15; bits++) {
    left = left * 2 - counts[bits]!;
    if (left < 0) return null;
    next[bits + 1] = (next[bits]! + counts[bits]!) << 1;
  }
  // A code with gaps is let through only where it is one of a single bit, or none at all.
  if (left > 0 && (isLengths || max > 1)) return null;
  const table = new Uint16Array(1 << max);
  for (let symbol = 0; symbol < sizes.length; symbol++) {
    const size = sizes[symbol]!;
    if (size === 0) continue;
    let code = next[size]!++;
    let reversed = 0;
    for (let i = 0; i < size; i++) {
      reversed = (reversed << 1) | (code & 1);
      code >>= 1;
    }
    for (let i = reversed; i < table.length; i += 1 << size) table[i] = (symbol << 4) | size;
  }
  return { table, mask: table.length - 1 };
}

const FIXED: readonly [Code, Code] = /* @__PURE__ */ (() => {
  const sizes = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);
  return [codeOf(sizes, false) as Code, codeOf(new Uint8Array(32).fill(5), false) as Code];
})();

const HEAD = 0;
const STORED = 1;
const CODES = 2;
const DONE = 3;

/** Unpacks one raw deflate stream. */
export class Inflate {
  #input: Uint8Array = EMPTY;
  #at = 0;
  /** Bits taken from the input and not used yet. */
  #hold = 0;
  #bits = 0;
  #window: Uint8Array = new Uint8Array(HISTORY + ROOM + LONGEST);
  #from = 0;
  #to = 0;
  #state = HEAD;
  #final = false;
  #stored = 0;
  #lengths: Code = FIXED[0];
  #distances: Code = FIXED[1];

  /** The stream has ended, and everything was read. */
  get done(): boolean {
    return this.#state === DONE && this.#from === this.#to;
  }

  /** Packed bytes that are not part of the stream, or not used yet. */
  get unused(): Uint8Array {
    this.#giveBack();
    return this.#input.subarray(this.#at);
  }

  /** Takes the next packed bytes. */
  push(piece: Uint8Array): void {
    const rest = this.unused;
    this.#at = 0;
    if (rest.length === 0) this.#input = piece;
    else {
      this.#input = new Uint8Array(rest.length + piece.length);
      this.#input.set(rest);
      this.#input.set(piece, rest.length);
    }
  }

  /** Fills `into` as far as the packed bytes reach, and says how far. */
  read(into: Uint8Array): number {
    let filled = 0;
    for (;;) {
      const ready = Math.min(this.#to - this.#from, into.length - filled);
      if (ready > 0) {
        into.set(this.#window.subarray(this.#from, this.#from + ready), filled);
        this.#from += ready;
        filled += ready;
      }
      if (filled === into.length || this.#state === DONE) return filled;
      if (this.#to >= HISTORY + ROOM) {
        this.#window.copyWithin(0, this.#to - HISTORY, this.#to);
        this.#from = this.#to = HISTORY;
      }
      if (!this.#advance()) return filled;
    }
  }

  /** Unpacks until there is something to hand out; false when packed bytes are lacking. */
  #advance(): boolean {
    const before = this.#to;
    for (;;) {
      if (this.#state === HEAD) {
        if (this.#final) {
          this.#giveBack();
          // What is left of the last byte belongs to the stream.
          this.#hold = this.#bits = 0;
          this.#state = DONE;
          return true;
        }
        if (!this.#header()) return this.#to > before;
      }
      const going = this.#state === STORED ? this.#copy() : this.#codes();
      if (!going || this.#to >= HISTORY + ROOM) return this.#to > before;
    }
  }

  /** Puts whole bytes that are held back into the input. */
  #giveBack(): void {
    this.#at -= this.#bits >> 3;
    this.#bits &= 7;
    this.#hold &= (1 << this.#bits) - 1;
  }

  #fail(what: string): FormatError {
    return new FormatError(`the deflate data is damaged: ${what}`, { format: "deflate" });
  }

  /** The next bits as a number, or -1 when they are not there. */
  #take(count: number): number {
    while (this.#bits < count) {
      if (this.#at === this.#input.length) return -1;
      this.#hold |= this.#input[this.#at++]! << this.#bits;
      this.#bits += 8;
    }
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#bits -= count;
    return value;
  }

  /** Reads the header of a block, all or nothing. */
  #header(): boolean {
    this.#giveBack();
    const [at, hold, bits] = [this.#at, this.#hold, this.#bits];
    const head = this.#take(3);
    const kind = head >> 1;
    let complete = head >= 0;
    if (complete && kind === 0) {
      this.#giveBack();
      this.#hold = this.#bits = 0;
      const input = this.#input;
      const p = this.#at;
      complete = input.length - p >= 4;
      if (complete) {
        this.#stored = input[p]! | (input[p + 1]! << 8);
        if ((this.#stored ^ 0xffff) !== (input[p + 2]! | (input[p + 3]! << 8))) throw this.#fail("a length is wrong");
        this.#at += 4;
        this.#state = STORED;
      }
    } else if (complete && kind === 1) {
      [this.#lengths, this.#distances] = FIXED;
      this.#state = CODES;
    } else if (complete && kind === 2) {
      complete = this.#dynamic();
      if (complete) this.#state = CODES;
    } else if (complete) throw this.#fail("a block of an unknown kind");
    if (complete) this.#final = (head & 1) === 1;
    else [this.#at, this.#hold, this.#bits] = [at, hold, bits];
    return complete;
  }

  /** Reads the codes of a block. */
  #dynamic(): boolean {
    const head = this.#take(14);
    if (head < 0) return false;
    const literals = 257 + (head & 31);
    const distances = 1 + ((head >> 5) & 31);
    if (literals > 286 || distances > 30) throw this.#fail("too many codes");
    const small = new Uint8Array(19);
    for (let i = 0; i < 4 + (head >> 10); i++) {
      const size = this.#take(3);
      if (size < 0) return false;
      small[ORDER[i] as number] = size;
    }
    const code = codeOf(small, true);
    if (code === null) throw this.#fail("a code of lengths is none");
    const sizes = new Uint8Array(literals + distances);
    for (let n = 0; n < sizes.length; ) {
      let entry = 0;
      // A code is looked up with what bits there are, and taken when it is all there.
      for (;;) {
        entry = code.table[this.#hold & code.mask]!;
        if ((entry & 15) <= this.#bits && (entry !== 0 || this.#bits >= 7)) break;
        if (this.#at === this.#input.length) return false;
        this.#hold |= this.#input[this.#at++]! << this.#bits;
        this.#bits += 8;
      }
      if (entry === 0) throw this.#fail("a code that stands for nothing");
      this.#hold >>>= entry & 15;
      this.#bits -= entry & 15;
      const symbol = entry >> 4;
      if (symbol < 16) {
        sizes[n++] = symbol;
        continue;
      }
      const extra = this.#take(symbol === 16 ? 2 : symbol === 17 ? 3 : 7);
      if (extra < 0) return false;
      if (symbol === 16 && n === 0) throw this.#fail("a repeat of nothing");
      const size = symbol === 16 ? sizes[n - 1]! : 0;
      const end = n + extra + (symbol === 18 ? 11 : 3);
      if (end > sizes.length) throw this.#fail("a repeat beyond the end");
      sizes.fill(size, n, end);
      n = end;
    }
    if (sizes[256] === 0) throw this.#fail("no code for the end of a block");
    const lengths = codeOf(sizes.subarray(0, literals), false);
    const distance = codeOf(sizes.subarray(literals), false);
    if (lengths === null || distance === null) throw this.#fail("a code is none");
    this.#lengths = lengths;
    this.#distances = distance;
    return true;
  }

  #copy(): boolean {
    const count = Math.min(this.#stored, this.#input.length - this.#at, HISTORY + ROOM - this.#to);
    this.#window.set(this.#input.subarray(this.#at, this.#at + count), this.#to);
    this.#at += count;
    this.#to += count;
    this.#stored -= count;
    if (this.#stored === 0) this.#state = HEAD;
    return this.#stored === 0 || this.#at < this.#input.length;
  }

  /** Unpacks symbols until the window is full, the block ends (true) or packed bytes are lacking (false). */
  #codes(): boolean {
    const input = this.#input;
    const end = input.length;
    const out = this.#window;
    const { table: lt, mask: lm } = this.#lengths;
    const { table: dt, mask: dm } = this.#distances;
    let p = this.#at;
    let hold = this.#hold;
    let n = this.#bits;
    let to = this.#to;
    let whole = true;
    while (to < HISTORY + ROOM) {
      // A symbol that is not all there is begun again when more has come.
      const [p0, hold0, n0] = [p, hold, n];
      while (n <= 24 && p < end) {
        hold |= input[p++]! << n;
        n += 8;
      }
      let entry = lt[hold & lm]!;
      let size = entry & 15;
      if (size > n || (entry === 0 && n < 15)) whole = false;
      else if (entry === 0) throw this.#fail("a code that stands for nothing");
      else {
        hold >>>= size;
        n -= size;
        let symbol = entry >> 4;
        if (symbol < 256) {
          out[to++] = symbol;
          continue;
        }
        if (symbol === 256) {
          this.#state = HEAD;
          break;
        }
        symbol -= 257;
        if (symbol > 28) throw this.#fail("a length that is none");
        const lengthBits = LENGTH_BITS[symbol]!;
        const length = LENGTHS[symbol]! + (hold & ((1 << lengthBits) - 1));
        whole = n >= lengthBits;
        hold >>>= lengthBits;
        n -= lengthBits;
        while (whole && n <= 24 && p < end) {
          hold |= input[p++]! << n;
          n += 8;
        }
        if (whole) {
          entry = dt[hold & dm]!;
          size = entry & 15;
          whole = size <= n && (entry !== 0 || n >= 15);
          if (whole && entry === 0) throw this.#fail("a code that stands for nothing");
        }
        if (whole) {
          hold >>>= size;
          n -= size;
          symbol = entry >> 4;
          if (symbol > 29) throw this.#fail("a distance that is none");
          while (n <= 24 && p < end) {
            hold |= input[p++]! << n;
            n += 8;
          }
          const distanceBits = DISTANCE_BITS[symbol]!;
          whole = n >= distanceBits;
          if (whole) {
            const distance = DISTANCES[symbol]! + (hold & ((1 << distanceBits) - 1));
            hold >>>= distanceBits;
            n -= distanceBits;
            if (distance > to) throw this.#fail("a distance reaches before the start");
            let source = to - distance;
            const stop = to + length;
            if (distance >= length && length > 32) {
              out.copyWithin(to, source, source + length);
              to = stop;
            } else while (to < stop) out[to++] = out[source++]!;
            continue;
          }
        }
      }
      [p, hold, n] = [p0, hold0, n0];
      break;
    }
    this.#at = p;
    this.#hold = hold;
    this.#bits = n;
    this.#to = to;
    return whole;
  }
}
