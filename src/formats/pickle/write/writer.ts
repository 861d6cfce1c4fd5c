/**
 * The growing output of a pickler: frames, opcodes of scalars, memo references.
 *
 * @module
 */
import { rawBytes, writeLooseUtf8 } from "#platform";
import { hasLone, utf8Length, writeUtf8 } from "../../../core/bytes/text.ts";
import { PicklingError } from "../../../core/errors.ts";
import { reprFloat } from "../../../core/values/literal.ts";
import { hash, SLOTS, shortUtf8 } from "./strings.ts";

/** A frame is closed before the next value once it holds this many bytes. */
export const FRAME_TARGET = 1 << 16;
const FRAME_HEAD = 9;
const FRAME_LEAST = 4;
const SHORT = 256;
const FIRST = 4096;
/** No small value takes more. */
const SMALL = 32;

/** Output bytes and everything that is written without looking at containers. */
export class Writer {
  out: Uint8Array = rawBytes(FIRST);
  view: DataView = new DataView(this.out.buffer);
  n = 0;
  protocol = 4;
  bin = true;
  canonical = false;
  memoCount = 0;
  /** Where the open frame's head stands, -1 between frames. */
  frameAt = -1;
  framing = false;
  /** Strings written last, each in the place its hash gives, and their memo slots. */
  readonly words: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);
  readonly slots: Int32Array = new Int32Array(SLOTS);
  /** Room that the last large result took. */
  #last = 0;
  #used: number[] = [];
  #usedCount = 0;
  #all: Map<string, number> | null = null;
  /** What was written before `out`, where large bytes stand between frames: see `raw.ts`. */
  done: Uint8Array[] | null = null;
  doneBytes = 0;
  /** The slot of the string written last. */
  slot = -1;

  begin(protocol: number, canonical: boolean): void {
    this.n = this.doneBytes = 0;
    this.done = null;
    this.protocol = protocol;
    this.bin = protocol > 0;
    this.canonical = canonical;
    this.frameAt = -1;
    this.framing = false;
    if (protocol >= 2) {
      this.out[this.n++] = 0x80;
      this.out[this.n++] = protocol;
    }
    if (protocol >= 4) this.framing = true;
  }

  /** Forgets which strings were written. */
  forgetStrings(): void {
    const words = this.words;
    if (this.#usedCount > SHORT) words.fill(undefined);
    else for (let i = 0; i < this.#usedCount; i++) words[this.#used[i] as number] = undefined;
    this.#usedCount = 0;
    this.#all = null;
  }

  /** What is left of the finished pickle behind `done`; small ones are copied out, so that the buffer serves again. */
  finish(): Uint8Array {
    this.room(1);
    this.startFrame();
    this.out[this.n++] = 0x2e;
    this.closeFrame();
    if (this.n < this.out.length >> 1 || this.n <= FIRST) return this.out.slice(0, this.n);
    const done = this.out.subarray(0, this.n);
    this.#last = this.n + (this.n >> 5) + SMALL * 4;
    this.out = rawBytes(FIRST);
    this.view = new DataView(this.out.buffer);
    return done;
  }

  /** Makes sure that `size` more bytes fit, a frame's head too. */
  room(size: number): void {
    const wanted = this.n + size + FRAME_HEAD;
    if (wanted <= this.out.length) return;
    let target = Math.max(this.out.length * 2, wanted);
    // The next pickle is often about as large as the last one.
    if (target < this.#last && target >= this.#last >> 4) target = this.#last;
    const grown = rawBytes(target);
    grown.set(this.out.subarray(0, this.n));
    this.out = grown;
    this.view = new DataView(grown.buffer);
  }

  startFrame(): void {
    if (this.framing && this.frameAt < 0) {
      this.frameAt = this.n;
      this.n += FRAME_HEAD;
    }
  }

  /** Before every value: a frame that is full is closed. */
  boundary(): void {
    if (this.frameAt >= 0 && this.n - this.frameAt - FRAME_HEAD >= FRAME_TARGET) this.closeFrame();
  }

  /** Makes ready for small values; they may be written as long as the cursor stands below the place given. */
  ready(): number {
    this.boundary();
    if (this.n + SMALL * 2 > this.out.length) this.room(SMALL * 2);
    this.startFrame();
    const room = this.out.length - SMALL;
    return this.frameAt < 0 ? room : Math.min(room, this.frameAt + FRAME_HEAD + FRAME_TARGET);
  }

  closeFrame(): void {
    const at = this.frameAt;
    if (at < 0) return;
    const size = this.n - at - FRAME_HEAD;
    if (size >= FRAME_LEAST) {
      this.out[at] = 0x95;
      this.view.setUint32(at + 1, size >>> 0, true);
      this.view.setUint32(at + 5, Math.floor(size / 2 ** 32), true);
    } else {
      this.out.copyWithin(at, at + FRAME_HEAD, this.n);
      this.n -= FRAME_HEAD;
    }
    this.frameAt = -1;
  }

  op(code: number): void {
    if (this.n + 16 > this.out.length) this.room(16);
    if (this.frameAt < 0) this.startFrame();
    this.out[this.n++] = code;
  }

  /** ASCII text as it is. */
  ascii(text: string): void {
    this.room(text.length);
    this.startFrame();
    for (let i = 0; i < text.length; i++) this.out[this.n++] = text.charCodeAt(i);
  }

  int(value: number): void {
    if (value > 2147483647 || value < -2147483648) {
      if (this.protocol < 2) this.ascii(`L${value}L\n`);
      else this.#wide(value);
      return;
    }
    if (!this.bin) {
      this.ascii(`I${value}\n`);
      return;
    }
    if (this.n + 16 > this.out.length) this.room(16);
    if (this.frameAt < 0) this.startFrame();
    const out = this.out;
    let n = this.n;
    if (value >= 0 && value < 256) {
      out[n++] = 0x4b;
      out[n++] = value;
    } else if (value >= 0 && value < 65536) {
      out[n++] = 0x4d;
      out[n++] = value & 255;
      out[n++] = value >> 8;
    } else {
      out[n++] = 0x4a;
      out[n++] = value & 255;
      out[n++] = (value >> 8) & 255;
      out[n++] = (value >> 16) & 255;
      out[n++] = (value >> 24) & 255;
    }
    this.n = n;
  }

  /** A safe integer of more than 32 bits, in five to seven bytes. */
  #wide(value: number): void {
    if (this.n + 16 > this.out.length) this.room(16);
    if (this.frameAt < 0) this.startFrame();
    const out = this.out;
    const high = Math.floor(value / 4294967296);
    const low = value - high * 4294967296;
    // The sign takes one bit more.
    const bits = 64 - Math.clz32(high < 0 ? ~high : high) + 1;
    const size = (bits + 7) >> 3;
    const n = this.n;
    out[n] = 0x8a;
    out[n + 1] = size;
    out[n + 2] = low;
    out[n + 3] = low >>> 8;
    out[n + 4] = low >>> 16;
    out[n + 5] = low >>> 24;
    out[n + 6] = high;
    out[n + 7] = high >> 8;
    out[n + 8] = high >> 16;
    this.n = n + 2 + size;
  }

  /** An integer of any size: two's complement by 64-bit pieces, then as short as it can be. */
  long(value: bigint): void {
    if (this.protocol < 2) {
      if (BigInt.asIntN(32, value) === value) this.int(Number(value));
      else this.ascii(`L${value}L\n`);
      return;
    }
    if (this.n + 96 > this.out.length) this.room(96);
    if (this.frameAt < 0) this.startFrame();
    const at = this.n + 2;
    let end = at + 8;
    this.view.setBigUint64(at, value, true);
    if (BigInt.asIntN(64, value) !== value) {
      let rest = value >> 64n;
      for (; rest !== 0n && rest !== -1n && end < at + 64; end += 8) {
        this.view.setBigUint64(end, rest, true);
        rest >>= 64n;
      }
      if (rest !== 0n && rest !== -1n) {
        this.#huge(value);
        return;
      }
      this.out[end++] = rest === 0n ? 0 : 0xff;
    }
    const size = this.#shortest(at, end);
    if (size <= 4) {
      this.int(Number(value));
      return;
    }
    this.out[this.n] = 0x8a;
    this.out[this.n + 1] = size;
    this.n = at + size;
  }

  /** The bytes that a two's complement number needs of those it has. */
  #shortest(at: number, end: number): number {
    const { out } = this;
    const fill = ((out[end - 1] as number) & 0x80) === 0 ? 0 : 0xff;
    while (end - at > 1 && out[end - 1] === fill && ((out[end - 2] as number) & 0x80) === (fill & 0x80)) end--;
    return end - at;
  }

  #huge(value: bigint): void {
    const full = Math.ceil((value.toString(16).length * 4 + 4) / 64) * 8;
    this.room(full + 16);
    this.startFrame();
    const at = this.n + 5;
    const hex = BigInt.asUintN(full * 8, value)
      .toString(16)
      .padStart(full * 2, "0");
    let end = at;
    for (let stop = hex.length; stop > 0; stop -= 16, end += 8) {
      this.view.setBigUint64(end, BigInt(`0x${hex.slice(stop - 16, stop)}`), true);
    }
    const size = this.#shortest(at, end);
    if (size < 256) {
      this.out[this.n] = 0x8a;
      this.out[this.n + 1] = size;
      this.out.copyWithin(this.n + 2, at, at + size);
      this.n += 2 + size;
    } else {
      this.out[this.n] = 0x8b;
      this.view.setUint32(this.n + 1, size, true);
      this.n = at + size;
    }
  }

  float(value: number): void {
    if (!this.bin) {
      this.ascii(`F${reprFloat(value)}\n`);
      return;
    }
    if (this.n + 20 > this.out.length) this.room(20);
    if (this.frameAt < 0) this.startFrame();
    this.out[this.n] = 0x47;
    this.view.setFloat64(this.n + 1, value);
    this.n += 9;
  }

  /** A string, or a reference to it; `slot` is then its memo slot. */
  string(text: string): void {
    if (this.canonical) {
      const known = this.#all?.get(text);
      if (known !== undefined) {
        this.slot = known;
        this.get(known);
        return;
      }
      this.#text(text);
      this.slot = this.put();
      (this.#all ??= new Map()).set(text, this.slot);
      return;
    }
    const word = hash(text);
    if (this.words[word] === text) {
      this.slot = this.slots[word] as number;
      this.get(this.slot);
    } else this.fresh(text, word);
  }

  /** A string that Python makes anew each time it is asked for, and so never finds in its memo. */
  own(text: string): void {
    this.boundary();
    if (!this.canonical) return this.string(text);
    this.#text(text);
    this.slot = this.put();
  }

  /** A string that was not written lately; `word` is its hash. */
  fresh(text: string, word: number): void {
    this.#text(text);
    this.slot = this.put();
    this.remember(text, word, this.slot);
  }

  /** Keeps the memo slot of a string that was written. */
  remember(text: string, word: number, slot: number): void {
    this.words[word] = text;
    this.slots[word] = slot;
    if (this.#usedCount < SHORT) this.#used[this.#usedCount] = word;
    this.#usedCount++;
  }

  #text(text: string): void {
    const size = text.length;
    if (!this.bin) {
      this.#escaped(text);
      return;
    }
    if (size < 24) {
      if (this.n + 100 > this.out.length) this.room(100);
      if (this.frameAt < 0) this.startFrame();
      const out = this.out;
      const short = this.protocol >= 4;
      const at = this.n + (short ? 2 : 5);
      let i = 0;
      for (; i < size; i++) {
        const c = text.charCodeAt(i);
        if (c > 127) break;
        out[at + i] = c;
      }
      const end = i === size ? at + size : shortUtf8(text, i, out, at + i);
      if (end > 0) {
        if (short) {
          out[this.n] = 0x8c;
          out[this.n + 1] = end - at;
        } else {
          out[this.n] = 0x58;
          out[this.n + 1] = end - at;
          out[this.n + 2] = out[this.n + 3] = out[this.n + 4] = 0;
        }
        this.n = end;
        return;
      }
    }
    if (size * 3 >= FRAME_TARGET && utf8Length(text) >= FRAME_TARGET) {
      this.#large(text);
      return;
    }
    this.room(size * 3 + 8);
    this.startFrame();
    const short = this.protocol >= 4 && size < 256;
    const at = this.n + (short ? 2 : 5);
    let written = writeLooseUtf8(text, this.out, at);
    // Text of other letters is written again only when a lone surrogate was lost.
    if (written !== size && hasLone(text)) written = writeUtf8(text, this.out, at);
    if (short && written < 256) {
      this.out[this.n] = 0x8c;
      this.out[this.n + 1] = written;
      this.n = at + written;
      return;
    }
    if (short) this.out.copyWithin(at + 3, at, at + written);
    this.out[this.n] = 0x58;
    this.view.setUint32(this.n + 1, written, true);
    this.n += 5 + written;
  }

  /** Payloads of 64 KiB and more stand outside frames. */
  #large(text: string): void {
    const size = utf8Length(text);
    this.#head(size, 0x8c, 0x58, 0x8d);
    this.n += writeUtf8(text, this.out, this.n);
    this.framing = this.protocol >= 4;
  }

  #head(size: number, short: number, four: number, eight: number): void {
    const large = size >= FRAME_TARGET;
    if (large) {
      this.closeFrame();
      this.framing = false;
    }
    this.room(size + 16);
    this.startFrame();
    if (size < 256 && short > 0) {
      this.out[this.n++] = short;
      this.out[this.n++] = size;
    } else if (size <= 0xffffffff && four > 0) {
      this.out[this.n] = four;
      this.view.setUint32(this.n + 1, size, true);
      this.n += 5;
    } else {
      if (eight === 0x8d || eight === 0x8e) {
        if (this.protocol < 4) throw new PicklingError("a string of 4 GiB and more needs protocol 4");
      }
      this.out[this.n] = eight;
      this.view.setBigUint64(this.n + 1, BigInt(size), true);
      this.n += 9;
    }
  }

  #payload(bytes: Uint8Array, short: number, four: number, eight: number): void {
    const size = bytes.length;
    this.#head(size, short, four, eight);
    if (size < 48) {
      const out = this.out;
      const n = this.n;
      for (let i = 0; i < size; i++) out[n + i] = bytes[i] as number;
    } else this.out.set(bytes, this.n);
    this.n += size;
    this.framing = this.protocol >= 4;
  }

  /** `bytes` of protocol 3 and above. */
  bytes(bytes: Uint8Array): void {
    this.#payload(bytes, 0x43, 0x42, 0x8e);
  }

  /** `bytearray` of protocol 5. */
  byteArray(bytes: Uint8Array): void {
    this.#payload(bytes, 0, 0, 0x96);
  }

  /** Protocol 0: raw-unicode-escape, with the characters escaped that would break a line. */
  #escaped(text: string): void {
    this.room(text.length * 10 + 2);
    this.startFrame();
    const hex = (value: number, digits: number): void => {
      const shown = value.toString(16).padStart(digits, "0");
      for (let i = 0; i < digits; i++) this.out[this.n++] = shown.charCodeAt(i);
    };
    this.out[this.n++] = 0x56;
    for (let i = 0; i < text.length; i++) {
      const code = text.codePointAt(i) as number;
      if (code > 0xffff) {
        i++;
        this.out[this.n++] = 0x5c;
        this.out[this.n++] = 0x55;
        hex(code, 8);
      } else if (code > 0xff || code === 0x5c || code === 0 || code === 10 || code === 13 || code === 0x1a) {
        this.out[this.n++] = 0x5c;
        this.out[this.n++] = 0x75;
        hex(code, 4);
      } else this.out[this.n++] = code;
    }
    this.out[this.n++] = 10;
  }

  /** Memoizes the top of the stack and returns its slot. */
  put(): number {
    const slot = this.memoCount++;
    if (this.protocol >= 4) {
      if (this.n + 16 > this.out.length) this.room(16);
      if (this.frameAt < 0) this.startFrame();
      this.out[this.n++] = 0x94;
    } else if (!this.bin) this.ascii(`p${slot}\n`);
    else {
      this.room(8);
      if (slot < 256) {
        this.out[this.n++] = 0x71;
        this.out[this.n++] = slot;
      } else {
        this.out[this.n] = 0x72;
        this.view.setUint32(this.n + 1, slot, true);
        this.n += 5;
      }
    }
    return slot;
  }

  get(slot: number): void {
    if (!this.bin) {
      this.ascii(`g${slot}\n`);
      return;
    }
    if (this.n + 16 > this.out.length) this.room(16);
    if (this.frameAt < 0) this.startFrame();
    if (slot < 256) {
      this.out[this.n++] = 0x68;
      this.out[this.n++] = slot;
    } else {
      this.out[this.n++] = 0x6a;
      this.out[this.n++] = slot & 255;
      this.out[this.n++] = (slot >> 8) & 255;
      this.out[this.n++] = (slot >> 16) & 255;
      this.out[this.n++] = (slot >>> 24) & 255;
    }
  }
}
