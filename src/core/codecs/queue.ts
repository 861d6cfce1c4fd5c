/**
 * Bytes in a row: pieces come in at one end, exact amounts go out at the other.
 *
 * @module
 */

/** A queue of bytes; taking is linear in what is taken, however small the pieces are. */
export class ByteQueue {
  #pieces: Uint8Array[] = [];
  /** The first piece that is not used up, and the place in it. */
  #first = 0;
  #at = 0;
  /** Bytes that are there. */
  length = 0;

  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.length += piece.length;
  }

  /** The next `count` bytes, or null when fewer are there; a view where they lie together. */
  take(count: number): Uint8Array | null {
    const taken = this.peek(count);
    if (taken !== null) this.skip(count);
    return taken;
  }

  /** The next `count` bytes without taking them. */
  peek(count: number): Uint8Array | null {
    if (count > this.length) return null;
    if (count === 0) return new Uint8Array(0);
    const first = this.#pieces[this.#first] as Uint8Array;
    if (first.length - this.#at >= count) return first.subarray(this.#at, this.#at + count);
    const out = new Uint8Array(count);
    let filled = 0;
    let at = this.#at;
    for (let i = this.#first; filled < count; i++) {
      const piece = this.#pieces[i] as Uint8Array;
      const part = piece.subarray(at, at + count - filled);
      out.set(part, filled);
      filled += part.length;
      at = 0;
    }
    return out;
  }

  /** Drops as many of the next `count` bytes as are there, and says how many. */
  skip(count: number): number {
    const skipped = Math.min(count, this.length);
    this.length -= skipped;
    let left = skipped;
    while (left > 0) {
      const here = (this.#pieces[this.#first] as Uint8Array).length - this.#at;
      if (left < here) {
        this.#at += left;
        break;
      }
      left -= here;
      this.#first++;
      this.#at = 0;
    }
    // What is used up is let go of now and then, not each time.
    if (this.#first > 64 || this.length === 0) {
      this.#pieces.splice(0, this.#first);
      this.#first = 0;
    }
    return skipped;
  }
}
