/**
 * Strings of a pickle, cut from one bounded Latin-1 window when they are ASCII, and interned when they repeat.
 *
 * @module
 */
import { asciiText, isAsciiRange, utf16Text } from "#platform";
import { decodeUtf8 } from "../../../core/bytes/text.ts";

const SMALLEST = 4096;
const LARGE = 1 << 16;
const HUGE = 1 << 20;
const SLOTS = 4096;
const HASH_SHIFT = 20;
const SHORT = 256;
/** So many short strings are looked up before it is judged whether they repeat; a vocabulary may have a thousand words. */
const TRIED = 2048;
/** From so many bytes on the platform is asked whether they are ASCII. */
const WIDE = 256;
const NOTHING = new Uint8Array(0);
const NO_KEYS = new Int32Array(0);

/** Cuts strings from one byte array; every string of 13 characters or more keeps its window alive. */
export class Strings {
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  #window = "";
  #from = 0;
  #to = 0;
  #size = SMALLEST;
  #cache: (string | undefined)[] | null = null;
  /** The bytes of the strings of the cache, four numbers each. */
  #keys: Int32Array = NO_KEYS;
  /** Slots of the cache that were filled, as far as a short list holds them. */
  #used: number[] = [];
  #usedCount = 0;
  #hits = 0;
  #tries = 0;
  #units: Uint16Array = new Uint16Array(WIDE);

  /** Starts reading from `bytes`, of which `end` are there. */
  reset(bytes: Uint8Array, end: number): void {
    this.#bytes = bytes;
    this.#end = end;
    this.#window = "";
    this.#from = 0;
    this.#to = 0;
    this.#size = SMALLEST;
  }

  /** Forgets all text, so that nothing of a file outlives its load. */
  clear(): void {
    this.reset(NOTHING, 0);
    const cache = this.#cache;
    if (cache !== null) {
      if (this.#usedCount > SHORT) cache.fill(undefined);
      else for (let i = 0; i < this.#usedCount; i++) cache[this.#used[i] as number] = undefined;
    }
    this.#usedCount = 0;
    this.#hits = 0;
    this.#tries = 0;
  }

  /** The UTF-8 string at `start` of `size` bytes (lone surrogates allowed); throws `DecodeError`. */
  cut(start: number, size: number): string {
    const bytes = this.#bytes;
    const end = start + size;
    if (size < 16 && (this.#tries < TRIED || this.#hits * 3 > this.#tries)) return this.#intern(start, size);
    if (size >= WIDE) {
      if (!isAsciiRange(bytes, start, end)) return decodeUtf8(bytes, start, end);
    } else {
      let p = start;
      let all = 0;
      for (const stop = end - 3; p < stop; p += 4) {
        all |= (bytes[p] as number) | (bytes[p + 1] as number) | (bytes[p + 2] as number) | (bytes[p + 3] as number);
        if (all > 127) return this.#wide(start, end);
      }
      for (; p < end; p++) all |= bytes[p] as number;
      if (all > 127) return this.#wide(start, end);
    }
    if (start < this.#from || end > this.#to) {
      if (size > HUGE >> 1) return asciiText(bytes, start, end);
      this.#move(start, size);
    }
    return this.#window.substring(start - this.#from, end - this.#from);
  }

  /** A string that was cut before: the window stays where it is. */
  recut(start: number, size: number): string {
    const end = start + size;
    return (start >= this.#from && end <= this.#to) || size === 0
      ? this.cut(start, size)
      : decodeUtf8(this.#bytes, start, end);
  }

  /** A short string that is not ASCII: decoded here, since a call of the platform costs more than its characters. */
  #wide(start: number, end: number): string {
    const bytes = this.#bytes;
    const units = this.#units;
    let n = 0;
    for (let p = start; p < end; ) {
      const a = bytes[p] as number;
      if (a < 0x80) {
        units[n++] = a;
        p++;
        continue;
      }
      const b = bytes[p + 1] as number;
      if (a < 0xe0) {
        if (a < 0xc2 || p + 2 > end || (b & 0xc0) !== 0x80) return decodeUtf8(bytes, start, end);
        units[n++] = ((a & 0x1f) << 6) | (b & 0x3f);
        p += 2;
        continue;
      }
      const c = bytes[p + 2] as number;
      const unit = ((a & 0xf) << 12) | ((b & 0x3f) << 6) | (c & 0x3f);
      // Beyond three bytes, or wrong.
      if (a >= 0xf0 || p + 3 > end || (b & 0xc0) !== 0x80 || (c & 0xc0) !== 0x80 || unit < 0x800) {
        return decodeUtf8(bytes, start, end);
      }
      units[n++] = unit;
      p += 3;
    }
    return utf16Text(units, n);
  }

  #move(start: number, size: number): void {
    const ahead = start === 0 || start < this.#to + LARGE;
    this.#size = size >= 256 ? HUGE : ahead ? Math.min(this.#size * 2, LARGE) : SMALLEST;
    this.#from = start;
    this.#to = Math.min(this.#end, start + Math.max(this.#size, size));
    this.#window = asciiText(this.#bytes, start, this.#to);
  }

  #intern(start: number, size: number): string {
    const bytes = this.#bytes;
    if (size === 0) return "";
    // All bytes as four numbers, which with the size are the string itself.
    const a = size < 4 ? 0 : word(bytes, start);
    const b = size < 8 ? 0 : word(bytes, start + 4);
    const c = size < 12 ? 0 : word(bytes, start + 8);
    let d = 0;
    for (let p = start + (size & ~3); p < start + size; p++) d = (d << 8) | (bytes[p] as number);
    if (((a | b | c | d) & 0x80808080) !== 0) return this.#wide(start, start + size);
    const hash = Math.imul(a ^ Math.imul(b, 31) ^ Math.imul(c, 961) ^ Math.imul(d, 29791) ^ size, 0x9e3779b1);
    const slot = hash >>> HASH_SHIFT;
    if (this.#cache === null) {
      this.#cache = new Array<string | undefined>(SLOTS).fill(undefined);
      this.#keys = new Int32Array(4 * SLOTS);
    }
    const cached = this.#cache[slot];
    const keys = this.#keys;
    const at = slot << 2;
    this.#tries++;
    if (
      cached !== undefined &&
      keys[at] === a &&
      keys[at + 1] === b &&
      keys[at + 2] === c &&
      keys[at + 3] === d &&
      cached.length === size
    ) {
      this.#hits++;
      return cached;
    }
    keys[at] = a;
    keys[at + 1] = b;
    keys[at + 2] = c;
    keys[at + 3] = d;
    if (start < this.#from || start + size > this.#to) this.#move(start, size);
    if (this.#usedCount < SHORT) this.#used[this.#usedCount] = slot;
    this.#usedCount++;
    const text = this.#window.substring(start - this.#from, start - this.#from + size);
    this.#cache[slot] = text;
    return text;
  }
}

function word(bytes: Uint8Array, p: number): number {
  return (
    (bytes[p] as number) |
    ((bytes[p + 1] as number) << 8) |
    ((bytes[p + 2] as number) << 16) |
    ((bytes[p + 3] as number) << 24)
  );
}
