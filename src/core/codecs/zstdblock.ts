/**
 * Blocks of Zstandard: literals, and sequences that say where they and what was there before go.
 *
 * Source: RFC 8878, section 3.1.1.3.
 *
 * @module
 */
import { damaged, type Kind, Literals, States } from "./zstdtables.ts";

/** The most bytes that come out of a block. */
export const MOST = 1 << 17;
/** Bytes that may be written behind the last one, where there is room: copies go by words. */
export const SLACK = 32;
/** Bytes before what is packed: a bad stream is seen only after bits before its first were taken. */
const BEFORE = 32;
/** Copies of up to this many bytes go by words of four. */
const BY_WORDS = 48;

const LITERALS: Kind = {
  least: /* @__PURE__ */ Int32Array.of(
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512],
    ...[1024, 2048, 4096, 8192, 16384, 32768, 65536],
  ),
  extra: /* @__PURE__ */ Uint8Array.of(
    ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14],
    ...[15, 16],
  ),
  most: 9,
};
const OFFSETS: Kind = {
  least: /* @__PURE__ */ Int32Array.from({ length: 32 }, (_, i) => 1 << i),
  extra: /* @__PURE__ */ Uint8Array.from({ length: 32 }, (_, i) => i),
  most: 8,
};
const MATCHES: Kind = {
  least: /* @__PURE__ */ Int32Array.of(
    ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31],
    ...[32, 33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771],
    65539,
  ),
  extra: /* @__PURE__ */ Uint8Array.of(
    ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1],
    ...[2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  ),
  most: 9,
};
const KINDS: readonly Kind[] = [LITERALS, OFFSETS, MATCHES];

function known(kind: Kind, bits: number, counts: readonly number[]): States {
  const states = new States(bits);
  states.fill(counts, bits, kind);
  return states;
}

/** The tables that every reader knows (section 3.1.1.3.2.2). */
const KNOWN: readonly States[] = /* @__PURE__ */ (() => [
  known(
    LITERALS,
    6,
    [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
  ),
  known(OFFSETS, 5, [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]),
  known(
    MATCHES,
    6,
    [
      1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
      1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
    ],
  ),
])();

/** Where the first bit of a stream that is read backwards stands: behind its last byte's highest one. */
function topOf(bytes: Uint8Array, start: number, end: number): number {
  const last = end > start ? bytes[end - 1]! : 0;
  if (last === 0) throw damaged("a stream of bits has no end");
  return end * 8 - Math.clz32(last) + 23;
}

/** Unpacks blocks into a window that its owner gives it room in. */
export class Blocks {
  /** What was unpacked, up to `to`; matches reach back to `floor`. */
  window: Uint8Array = new Uint8Array(0);
  to = 0;
  floor = 0;
  #view: DataView = new DataView(this.window.buffer);
  /** The present block, `BEFORE` bytes behind the beginning. */
  #packed: Uint8Array = this.window;
  #packedView: DataView = this.#view;
  #literals: Uint8Array = this.window;
  #literalsView: DataView = this.#view;
  readonly #code = new Literals();
  /** The tables of literal lengths, offsets and match lengths: memory for those of the file, and those in use. */
  readonly #own: readonly States[] = KINDS.map(({ most }) => new States(most));
  readonly #tables: (States | null)[] = [null, null, null];
  /** The last three offsets. */
  readonly #last = new Int32Array(3);

  /** A frame begins. */
  begin(): void {
    this.floor = this.to;
    this.#code.bits = 0;
    this.#tables.fill(null);
    this.#last.set([1, 4, 8]);
  }

  /** Takes a larger window, into which what was unpacked is copied. */
  move(window: Uint8Array): void {
    window.set(this.window.subarray(0, this.to));
    this.window = window;
    this.#view = new DataView(window.buffer, window.byteOffset, window.length);
  }

  /** Drops the bytes before `from`. */
  slide(from: number): void {
    this.window.copyWithin(0, from, this.to);
    this.to -= from;
    this.floor = Math.max(0, this.floor - from);
  }

  /** Unpacks a block, of which `most` bytes may come out. Throws `FormatError`. */
  unpack(block: Uint8Array, most: number): void {
    const size = block.length;
    if (size < 2) throw damaged("a block is cut");
    if (this.#packed.length < BEFORE + size + SLACK) {
      this.#packed = new Uint8Array(roomFor(BEFORE + size));
      this.#packedView = new DataView(this.#packed.buffer);
    }
    this.#packed.set(block, BEFORE);
    const end = BEFORE + size;
    const head = block[0]!;
    const form = (head >> 2) & 3;
    let at = BEFORE;
    let count: number;
    if ((head & 2) === 0) {
      // As they are, or one byte many times.
      const wide = form & 1 ? form : 0;
      count = this.#word(at) >>> 3;
      if (wide === 0) count &= 31;
      else count = (count >>> 1) & (wide === 1 ? 0xfff : 0xfffff);
      at += wide === 0 ? 1 : wide === 1 ? 2 : 3;
      const held = head & 1 ? 1 : count;
      if (at + held > end || count > most) throw damaged("literals are cut");
      const literals = this.#literalsFor(count);
      if (head & 1) literals.fill(this.#packed[at]!, 0, count);
      else literals.set(this.#packed.subarray(at, at + count));
      at += held;
    } else {
      const bits = form < 2 ? 10 : 6 + 4 * form;
      const low = this.#word(at) >>> 4;
      const mask = (1 << bits) - 1;
      count = low & mask;
      const held = ((low >>> bits) | (form === 3 ? this.#packed[at + 4]! << 10 : 0)) & mask;
      at += form < 2 ? 3 : 2 + form;
      if (at + held > end || count > most) throw damaged("literals are cut");
      this.#literalsFor(count);
      const behind = at + held;
      if (head & 1) {
        if (this.#code.bits === 0) throw damaged("a code of literals is missing");
      } else at = this.#code.read(this.#packed, at, behind);
      if (form === 0) this.#stream(at, topOf(this.#packed, at, behind), 0, count);
      else this.#streams(at, behind, count);
      at = behind;
    }
    this.#sequences(at, end, count, most);
  }

  #word(at: number): number {
    return this.#packedView.getInt32(at, true);
  }

  #literalsFor(count: number): Uint8Array {
    if (this.#literals.length < count + SLACK) {
      this.#literals = new Uint8Array(roomFor(count));
      this.#literalsView = new DataView(this.#literals.buffer);
    }
    return this.#literals;
  }

  /** Four streams of literals, all as long but for the last. */
  #streams(at: number, end: number, count: number): void {
    const bytes = this.#packed;
    const each = (count + 3) >> 2;
    const a = at + 6;
    const b = a + (bytes[at]! | (bytes[at + 1]! << 8));
    const c = b + (bytes[at + 2]! | (bytes[at + 3]! << 8));
    const d = c + (bytes[at + 4]! | (bytes[at + 5]! << 8));
    if (d > end || count < 3 * each) throw damaged("literals are cut");
    const view = this.#packedView;
    const out = this.#literals;
    const { table, bits } = this.#code;
    const mask = (1 << bits) - 1;
    const twice = 2 * bits;
    let pa = topOf(bytes, a, b) - twice;
    let pb = topOf(bytes, b, c) - twice;
    let pc = topOf(bytes, c, d) - twice;
    let pd = topOf(bytes, d, end) - twice;
    // Side by side as far as the shortest goes: none waits for another.
    const stop = count - 3 * each - 1;
    let o = 0;
    for (; o < stop && (pa | pb | pc | pd) >= 0; o += 2) {
      let word = view.getInt32(pa >>> 3, true) >>> (pa & 7);
      let one = table[(word >>> bits) & mask]!;
      let two = table[(word >>> (bits - (one & 15))) & mask]!;
      out[o] = one >>> 4;
      out[o + 1] = two >>> 4;
      pa -= (one & 15) + (two & 15);
      word = view.getInt32(pb >>> 3, true) >>> (pb & 7);
      one = table[(word >>> bits) & mask]!;
      two = table[(word >>> (bits - (one & 15))) & mask]!;
      let i = o + each;
      out[i] = one >>> 4;
      out[i + 1] = two >>> 4;
      pb -= (one & 15) + (two & 15);
      word = view.getInt32(pc >>> 3, true) >>> (pc & 7);
      one = table[(word >>> bits) & mask]!;
      two = table[(word >>> (bits - (one & 15))) & mask]!;
      i += each;
      out[i] = one >>> 4;
      out[i + 1] = two >>> 4;
      pc -= (one & 15) + (two & 15);
      word = view.getInt32(pd >>> 3, true) >>> (pd & 7);
      one = table[(word >>> bits) & mask]!;
      two = table[(word >>> (bits - (one & 15))) & mask]!;
      i += each;
      out[i] = one >>> 4;
      out[i + 1] = two >>> 4;
      pd -= (one & 15) + (two & 15);
    }
    this.#stream(a, pa + twice, o, each);
    this.#stream(b, pb + twice, each + o, 2 * each);
    this.#stream(c, pc + twice, 2 * each + o, 3 * each);
    this.#stream(d, pd + twice, 3 * each + o, count);
  }

  /** One stream of literals, which are put from `o` to `stop`. */
  #stream(start: number, p: number, o: number, stop: number): void {
    const view = this.#packedView;
    const out = this.#literals;
    const { table, bits } = this.#code;
    const mask = (1 << bits) - 1;
    const low = start * 8;
    for (; o + 2 <= stop && p >= low; o += 2) {
      const at = p - 2 * bits;
      const word = view.getInt32(at >>> 3, true) >>> (at & 7);
      const one = table[(word >>> bits) & mask]!;
      const two = table[(word >>> (bits - (one & 15))) & mask]!;
      out[o] = one >>> 4;
      out[o + 1] = two >>> 4;
      p -= (one & 15) + (two & 15);
    }
    if (o < stop && p >= low) {
      const at = p - bits;
      const entry = table[(view.getInt32(at >>> 3, true) >>> (at & 7)) & mask]!;
      out[o] = entry >>> 4;
      p -= entry & 15;
    }
    if (p !== low) throw damaged("a stream of literals does not end where it must");
  }

  /** How many sequences there are, and their tables; then what they say. */
  #sequences(at: number, end: number, literals: number, most: number): void {
    const bytes = this.#packed;
    if (at >= end) throw damaged("a block is cut");
    let count = bytes[at++]!;
    if (count >= 128) {
      count = count < 255 ? ((count - 128) << 8) | bytes[at++]! : 0x7f00 + (bytes[at++]! | (bytes[at++]! << 8));
    }
    if (count === 0) {
      if (at !== end) throw damaged("a block does not end where it must");
      this.#copy(0, literals, most);
      return;
    }
    const modes = bytes[at++]!;
    if (at > end || (modes & 3) !== 0) throw damaged("a block is cut");
    for (let i = 0; i < 3; i++) {
      const own = this.#own[i]!;
      const kind = KINDS[i]!;
      const mode = (modes >> (6 - 2 * i)) & 3;
      if (mode === 3) {
        if (this.#tables[i] === null) throw damaged("a table of states is missing");
        continue;
      }
      this.#tables[i] = mode === 0 ? KNOWN[i]! : own;
      if (mode === 1) own.only(bytes[at++]!, kind);
      else if (mode === 2) at = own.read(bytes, at, end, kind);
    }
    if (at > end) throw damaged("a block is cut");
    this.#run(at, end, count, literals, most);
  }

  #run(start: number, end: number, count: number, literals: number, most: number): void {
    const view = this.#packedView;
    const out = this.window;
    const outView = this.#view;
    const texts = this.#literalsView;
    const [litTable, offTable, matchTable] = this.#tables as [States, States, States];
    const { next: litNext, value: litValue } = litTable;
    const { next: offNext, value: offValue } = offTable;
    const { next: matchNext, value: matchValue } = matchTable;
    const begin = this.to;
    const floor = this.floor;
    const stop = begin + most;
    const fast = Math.min(stop, out.length - SLACK);
    const low = start * 8;
    let p = topOf(this.#packed, start, end);
    let first = this.#last[0]!;
    let second = this.#last[1]!;
    let third = this.#last[2]!;
    let o = begin;
    let text = 0;
    let bits = litTable.bits;
    p -= bits;
    let lit = (view.getInt32(p >> 3, true) >>> (p & 7)) & ((1 << bits) - 1);
    bits = offTable.bits;
    p -= bits;
    let off = (view.getInt32(p >> 3, true) >>> (p & 7)) & ((1 << bits) - 1);
    bits = matchTable.bits;
    p -= bits;
    let match = (view.getInt32(p >> 3, true) >>> (p & 7)) & ((1 << bits) - 1);
    for (;;) {
      const litMore = litNext[lit]!;
      const offMore = offNext[off]!;
      const matchMore = matchNext[match]!;
      let ahead = litValue[lit]!;
      let length = matchValue[match]!;
      let offset = offValue[off]!;
      bits = offMore >>> 24;
      if (bits > 1) {
        if (bits > 24) {
          // More than a word that begins anywhere holds.
          p -= bits - 16;
          offset += ((view.getInt32(p >> 3, true) >>> (p & 7)) & ((1 << (bits - 16)) - 1)) << 16;
          bits = 16;
        }
        p -= bits;
        offset += ((view.getInt32(p >> 3, true) >>> (p & 7)) & ((1 << bits) - 1)) - 3;
        third = second;
        second = first;
        first = offset;
      } else {
        // One of the last three; the first of them makes no sense where no literals are between.
        let which = ahead === 0 ? 1 : 0;
        if (bits === 1) {
          p--;
          which += 1 + ((view.getUint8(p >> 3) >>> (p & 7)) & 1);
        }
        if (which === 0) offset = first;
        else {
          offset = which === 1 ? second : which === 2 ? third : first - 1;
          if (which > 1) third = second;
          second = first;
          first = offset;
        }
      }
      bits = matchMore >>> 24;
      if (bits > 0) {
        p -= bits;
        length += (view.getInt32(p >> 3, true) >>> (p & 7)) & ((1 << bits) - 1);
      }
      bits = litMore >>> 24;
      if (bits > 0) {
        p -= bits;
        ahead += (view.getInt32(p >> 3, true) >>> (p & 7)) & ((1 << bits) - 1);
      }
      if (--count > 0) {
        const litBits = (litMore >>> 16) & 15;
        const matchBits = (matchMore >>> 16) & 15;
        const offBits = (offMore >>> 16) & 15;
        const both = matchBits + offBits;
        p -= litBits + both;
        let word = view.getInt32(p >> 3, true) >>> (p & 7);
        off = (offMore & 0xffff) + (word & ((1 << offBits) - 1));
        match = (matchMore & 0xffff) + ((word >>> offBits) & ((1 << matchBits) - 1));
        // A word that begins anywhere holds 25 bits, one less than the three may have.
        if (litBits + both > 25) word = view.getInt32((p + both) >> 3, true) >>> ((p + both) & 7);
        else word >>>= both;
        lit = (litMore & 0xffff) + (word & ((1 << litBits) - 1));
      }
      if (p < low) throw damaged("a stream of sequences is cut");
      const behind = o + ahead;
      if (ahead > literals - text) throw damaged("there are fewer literals than are wanted");
      if (offset <= 0 || offset > behind - floor) throw damaged("a match reaches before the start");
      const after = behind + length;
      if (after > fast) {
        if (after > stop) throw damaged("more comes out of a block than may");
        for (; o < behind; o++) out[o] = texts.getUint8(text++);
        for (; o < after; o++) out[o] = out[o - offset]!;
      } else {
        if (ahead <= BY_WORDS) {
          outView.setInt32(o, texts.getInt32(text, true), true);
          outView.setInt32(o + 4, texts.getInt32(text + 4, true), true);
          for (let i = 8; i < ahead; i += 4) outView.setInt32(o + i, texts.getInt32(text + i, true), true);
        } else out.set(this.#literals.subarray(text, text + ahead), o);
        text += ahead;
        let from = behind - offset;
        o = behind;
        if (offset >= 4 && length <= BY_WORDS) {
          outView.setInt32(o, outView.getInt32(from, true), true);
          outView.setInt32(o + 4, outView.getInt32(from + 4, true), true);
          for (let i = 8; i < length; i += 4) outView.setInt32(o + i, outView.getInt32(from + i, true), true);
        } else if (offset >= length) out.copyWithin(o, from, from + length);
        else if (length <= BY_WORDS) while (o < after) out[o++] = out[from++]!;
        else {
          // What is there already is doubled until it is enough.
          for (let there = offset; o < after; there += there) {
            out.copyWithin(o, from, from + Math.min(there, after - o));
            o += there;
          }
        }
        o = after;
      }
      if (count === 0) break;
    }
    if (p !== low) throw damaged("a stream of sequences does not end where it must");
    this.#last.set([first, second, third]);
    this.to = o;
    this.#copy(text, literals, stop - o);
  }

  /** Puts the literals from `at` to `end` behind what is there. */
  #copy(at: number, end: number, most: number): void {
    if (end - at > most) throw damaged("more comes out of a block than may");
    this.window.set(this.#literals.subarray(at, end), this.to);
    this.to += end - at;
  }
}

/** Room for some bytes and what may be written behind them; a bit more, lest it is wanted again soon. */
function roomFor(size: number): number {
  return SLACK + Math.max(1 << 10, 2 ** Math.ceil(Math.log2(size)));
}
