/**
 * Structures on their way to a file: little-endian fields one after another.
 *
 * @module
 */
import type { Sizes } from "../storage/cursor.ts";
import { lookup3 } from "../storage/lookup3.ts";

/** Sizes of the files that brine makes. */
export const EIGHT: Sizes = { offsets: 8, lengths: 8 };

/** Writes fields; the counterpart of `Cursor`. */
export class Encoder {
  readonly sizes: Sizes;
  at = 0;
  #bytes: Uint8Array;

  constructor(sizes: Sizes, room = 64) {
    this.sizes = sizes;
    this.#bytes = new Uint8Array(room);
  }

  #room(size: number): number {
    const at = this.at;
    this.at += size;
    if (this.at > this.#bytes.length) {
      const more = new Uint8Array(Math.max(this.at, 2 * this.#bytes.length));
      more.set(this.#bytes);
      this.#bytes = more;
    }
    return at;
  }

  u8(value: number): this {
    const at = this.#room(1);
    this.#bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    return this.uint(value, 2);
  }

  u32(value: number): this {
    return this.uint(value, 4);
  }

  /** An unsigned number of so many bytes. */
  uint(value: number, size: number): this {
    if (!(value >= 0 && value < 2 ** (8 * size))) {
      throw new RangeError(`${value} does not fit in ${size} bytes of an HDF5 file`);
    }
    const at = this.#room(size);
    for (let i = 0; i < size; i++) {
      this.#bytes[at + i] = value % 256;
      value = Math.floor(value / 256);
    }
    return this;
  }

  /** An address; below 0 the one that means none. */
  offset(value: number): this {
    return this.#orNothing(value, this.sizes.offsets);
  }

  /** A length; below 0 the one that means no limit. */
  length(value: number): this {
    return this.#orNothing(value, this.sizes.lengths);
  }

  #orNothing(value: number, size: number): this {
    if (value >= 0) return this.uint(value, size);
    const at = this.#room(size);
    this.#bytes.fill(0xff, at, at + size);
    return this;
  }

  zeros(count: number): this {
    this.#room(count);
    return this;
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** A structure's four letters. */
  signature(text: string): this {
    for (let i = 0; i < 4; i++) this.u8(text.charCodeAt(i));
    return this;
  }

  /** Zeros up to a multiple of `size` from `from`. */
  align(size: number, from = 0): this {
    const over = (this.at - from) % size;
    return over === 0 ? this : this.zeros(size - over);
  }

  /** The checksum of all so far. */
  checksum(): this {
    return this.u32(lookup3(this.#bytes, this.at));
  }

  done(): Uint8Array {
    return this.#bytes.subarray(0, this.at);
  }
}
