const FRAME_MIN = 4;
const FRAME_TARGET = 64 * 1024;
const HEAD = 9;

/**
 * Gathers pickle bytes and, from protocol 4 on, cuts them into frames the way CPython's pickler does.
 *
 * A frame is `95`, its length in 8 bytes (little-endian), then that many bytes; one under 4 bytes is left bare.
 */
export class Framer {
  #out: Uint8Array;
  #length = 0;
  /** Where the current frame's bytes begin, its head not yet written. */
  #frame = 0;
  readonly #framing: boolean;

  /** `expected`: about how many bytes will come. */
  constructor(framing: boolean, expected: number) {
    this.#framing = framing;
    this.#out = new Uint8Array(expected + 64);
  }

  /** Adds an opcode to the current frame; one above the target size stands outside any. */
  write(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start;
    const large = size > FRAME_TARGET;
    if (this.#framing && (large || this.#length - this.#frame >= FRAME_TARGET)) this.#commit();
    this.#append(bytes, start, end);
    if (large) this.#frame = this.#length;
  }

  /** Adds bytes before any frame: the PROTO opcode. */
  writeBare(bytes: Uint8Array, start: number, end: number): void {
    this.#append(bytes, start, end);
    this.#frame = this.#length;
  }

  /** All that was written, in memory of its own. */
  end(): Uint8Array {
    if (this.#framing) this.#commit();
    return this.#out.slice(0, this.#length);
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const out = this.#out;
    if (end - start > 24) out.set(bytes.subarray(start, end), this.#length);
    else for (let from = start, to = this.#length; from < end; ) out[to++] = bytes[from++]!;
    this.#length += end - start;
  }

  #commit(): void {
    const size = this.#length - this.#frame;
    if (size >= FRAME_MIN) {
      this.#reserve(HEAD);
      const out = this.#out;
      out.copyWithin(this.#frame + HEAD, this.#frame, this.#length);
      out[this.#frame] = 0x95;
      new DataView(out.buffer).setBigUint64(this.#frame + 1, BigInt(size), true);
      this.#length += HEAD;
    }
    this.#frame = this.#length;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#out.length) return;
    const grown = new Uint8Array(this.#length + size + (this.#length >> 1));
    grown.set(this.#out.subarray(0, this.#length));
    this.#out = grown;
  }
}
