/**
 * Collects pickle bytes and, from protocol 4 on, cuts them into frames the way CPython's pickler does.
 *
 * A frame is `95`, its length in 8 bytes (little-endian), then that many bytes; one under 4 bytes is left bare.
 */
export class Framer {
  readonly #done: Uint8Array[] = [];
  #frame: Uint8Array[] = [];
  #length = 0;
  readonly #framing: boolean;

  constructor(framing: boolean) {
    this.#framing = framing;
  }

  /** Adds the bytes of an opcode to the current frame; one above the target size stands outside any. */
  write(bytes: Uint8Array): void {
    if (this.#framing) {
      const large = bytes.length > FRAME_TARGET;
      if (large || this.#length >= FRAME_TARGET) this.#commit();
      if (!large) {
        append(this.#frame, bytes);
        this.#length += bytes.length;
        return;
      }
    }
    append(this.#done, bytes);
  }

  /** Adds bytes outside frames: the PROTO opcode. */
  writeBare(bytes: Uint8Array): void {
    this.#done.push(bytes);
  }

  /** All that was written. */
  end(): Uint8Array {
    this.#commit();
    const out = new Uint8Array(this.#done.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#done) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  #commit(): void {
    if (this.#length >= FRAME_MIN) {
      const head = new Uint8Array(9);
      head[0] = 0x95;
      new DataView(head.buffer).setBigUint64(1, BigInt(this.#length), true);
      this.#done.push(head);
    }
    for (const part of this.#frame) this.#done.push(part);
    this.#frame = [];
    this.#length = 0;
  }
}

const FRAME_MIN = 4;
const FRAME_TARGET = 64 * 1024;

/** Adds a part, growing the last one where both are neighbours in one buffer. */
function append(parts: Uint8Array[], bytes: Uint8Array): void {
  const last = parts.at(-1);
  if (last !== undefined && last.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset) {
    parts[parts.length - 1] = new Uint8Array(last.buffer, last.byteOffset, last.length + bytes.length);
  } else {
    parts.push(bytes);
  }
}
