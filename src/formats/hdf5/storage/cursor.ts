/**
 * A cursor over the bytes of one structure.
 *
 * @module
 */
import { FormatError, TruncatedError } from "../../../core/errors.ts";

/** How many bytes addresses and lengths take in a file; both are told by its superblock. */
export interface Sizes {
  readonly offsets: number;
  readonly lengths: number;
  /** Where an address of a file of several parts stands in all of them together. */
  readonly place?: (bytes: Uint8Array, offset: number) => number;
}

/** No address: all bits set. */
export const NOWHERE = -1;

/** Reads little-endian fields one after another; throws `TruncatedError` behind the end. */
export class Cursor {
  readonly bytes: Uint8Array;
  /** Address of the first byte, for messages. */
  readonly origin: number;
  readonly sizes: Sizes;
  at = 0;

  constructor(bytes: Uint8Array, sizes: Sizes, origin = 0) {
    this.bytes = bytes;
    this.sizes = sizes;
    this.origin = origin;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  need(size: number): void {
    if (size > this.left || size < 0) {
      throw new TruncatedError(`a structure is cut short: ${size} bytes wanted, ${this.left} left`, {
        offset: this.origin + this.at,
        format: "hdf5",
      });
    }
  }

  skip(size: number): this {
    this.need(size);
    this.at += size;
    return this;
  }

  /** Moves to the next multiple of `size` from the structure's first byte. */
  align(size: number, from = 0): this {
    const over = (this.at - from) % size;
    return over === 0 ? this : this.skip(size - over);
  }

  u8(): number {
    this.need(1);
    return this.bytes[this.at++] as number;
  }

  u16(): number {
    this.need(2);
    this.at += 2;
    return (this.bytes[this.at - 2] as number) | ((this.bytes[this.at - 1] as number) << 8);
  }

  u32(): number {
    this.need(4);
    const { bytes, at } = this;
    this.at += 4;
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
    return (low | ((bytes[at + 3] as number) << 24)) >>> 0;
  }

  u64(): number {
    return this.uint(8);
  }

  /** An unsigned number of so many bytes; throws `FormatError` above 2^53. */
  uint(size: number): number {
    this.need(size);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (this.bytes[this.at + i] as number);
    this.at += size;
    if (!Number.isSafeInteger(value)) {
      throw new FormatError(`a number of ${size} bytes is too large`, {
        offset: this.origin + this.at - size,
        format: "hdf5",
      });
    }
    return value;
  }

  /** An address, {@link NOWHERE} when undefined. */
  offset(): number {
    const { place, offsets } = this.sizes;
    if (place !== undefined) return place(this.take(offsets), this.origin + this.at);
    return this.#orNothing(this.sizes.offsets);
  }

  length(): number {
    return this.uint(this.sizes.lengths);
  }

  /** A length, -1 when all its bits are set (no limit). */
  lengthOrNone(): number {
    return this.#orNothing(this.sizes.lengths);
  }

  #orNothing(size: number): number {
    this.need(size);
    for (let i = 0; i < size; i++) if (this.bytes[this.at + i] !== 0xff) return this.uint(size);
    this.at += size;
    return NOWHERE;
  }

  take(size: number): Uint8Array {
    this.skip(size);
    return this.bytes.subarray(this.at - size, this.at);
  }

  /** Checks a structure's four letters. */
  signature(text: string): this {
    this.need(4);
    for (let i = 0; i < 4; i++) {
      if (this.bytes[this.at + i] !== text.charCodeAt(i)) {
        throw new FormatError(`no ${JSON.stringify(text)} stands where one is referred to`, {
          offset: this.origin + this.at,
          format: "hdf5",
        });
      }
    }
    this.at += 4;
    return this;
  }

  /** Bytes up to a NUL, which is passed over. */
  text(): Uint8Array {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) this.need(this.left + 1);
    const found = this.bytes.subarray(this.at, end);
    this.at = end + 1;
    return found;
  }

  /** A cursor over the next bytes. */
  part(size: number): Cursor {
    const origin = this.origin + this.at;
    return new Cursor(this.take(size), this.sizes, origin);
  }

  /** An error about the byte `back` before the cursor. */
  bad(reason: string, back = 0): FormatError {
    return new FormatError(reason, { offset: this.origin + this.at - back, format: "hdf5" });
  }

  /** Throws when a version is none of those known. */
  version(what: string, ...known: number[]): number {
    const version = this.u8();
    if (!known.includes(version)) throw this.bad(`version ${version} of a ${what} is not known`, 1);
    return version;
  }
}
