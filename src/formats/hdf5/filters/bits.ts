/**
 * Streams of bits, highest first.
 *
 * @module
 */
import { TruncatedError } from "../../../core/errors.ts";

/** Takes bits off bytes. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  /** Bits left of the byte at `#at`. */
  #left = 8;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Up to eight bits. */
  take(count: number): number {
    let out = 0;
    while (count > 0) {
      if (this.#at >= this.#bytes.length) throw new TruncatedError("packed bits end too early", { format: "hdf5" });
      const n = Math.min(count, this.#left);
      this.#left -= n;
      out = (out << n) | (((this.#bytes[this.#at] as number) >> this.#left) & ((1 << n) - 1));
      count -= n;
      if (this.#left === 0) {
        this.#at++;
        this.#left = 8;
      }
    }
    return out;
  }

  /** Up to 64 bits, as bytes from the lowest; `into` is cleared above them. */
  number(count: number, into: Uint8Array): void {
    into.fill(0);
    for (let left = count; left > 0; ) {
      const byte = (left - 1) >> 3;
      const n = left - byte * 8;
      into[byte] = this.take(n);
      left -= n;
    }
  }
}

/** Puts bits behind each other. */
export class BitWriter {
  readonly #bytes: Uint8Array;
  #at: number;
  /** Bits free in the byte at `#at`. */
  #free = 8;

  /** Writes into memory that is zero from `at` on. */
  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** The lowest `count` bits of a number below 2 ** 32. */
  put(count: number, value: number): void {
    while (count > 0) {
      const n = Math.min(count, this.#free);
      this.#free -= n;
      count -= n;
      const part = (value >>> count) & ((1 << n) - 1);
      this.#bytes[this.#at] = (this.#bytes[this.#at] as number) | (part << this.#free);
      if (this.#free === 0) {
        this.#at++;
        this.#free = 8;
      }
    }
  }
}
