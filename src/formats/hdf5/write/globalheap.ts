/**
 * Global heaps on their way to a file (specification, section III.E): sequences and text of any length.
 *
 * @module
 */
import { Encoder } from "./encoder.ts";
import type { Image } from "./image.ts";

/** Bytes of a collection; larger sequences have one of their own. */
const SIZE = 1 << 16;
const LEAST = 4096;
const MOST_OBJECTS = 60000;

/** Puts sequences into collections. */
export class GlobalHeapWriter {
  readonly #image: Image;
  #at = -1;
  #bytes: Uint8Array = new Uint8Array(0);
  #used = 0;
  #count = 0;
  #size = LEAST;

  constructor(image: Image) {
    this.#image = image;
  }

  /** Bytes before an object, as before the first one: aligned, as all in a collection is. */
  get #head(): number {
    return Math.ceil((8 + this.#image.sizes.lengths) / 8) * 8;
  }

  /** Stores a sequence. */
  keep(blob: Uint8Array): { heap: number; index: number } {
    const need = this.#head + Math.ceil(blob.length / 8) * 8;
    if (this.#at < 0 || this.#used + need > this.#bytes.length || this.#count >= MOST_OBJECTS) this.#open(need);
    const view = new DataView(this.#bytes.buffer);
    const index = ++this.#count;
    view.setUint16(this.#used, index, true);
    view.setUint16(this.#used + 2, 1, true);
    this.#putLength(this.#used + 8, blob.length);
    this.#bytes.set(blob, this.#used + this.#head);
    this.#used += need;
    return { heap: this.#at, index };
  }

  #putLength(at: number, value: number): void {
    for (let i = 0; i < this.#image.sizes.lengths; i++) {
      this.#bytes[at + i] = value % 256;
      value = Math.floor(value / 256);
    }
  }

  #open(need: number): void {
    this.finish();
    const start = this.#head;
    const size = Math.max(this.#size, start + need);
    // The first is small, for files with a string or two.
    this.#size = SIZE;
    this.#at = this.#image.alloc(size);
    const head = new Encoder(this.#image.sizes).signature("GCOL").u8(1).zeros(3).length(size).done();
    this.#bytes = new Uint8Array(size);
    this.#bytes.set(head);
    this.#used = start;
    this.#count = 0;
  }

  /** Ends the last collection. */
  finish(): void {
    if (this.#at < 0) return;
    const left = this.#bytes.length - this.#used;
    // What is left is an object too, of number 0.
    if (left >= this.#head) this.#putLength(this.#used + 8, left);
    this.#image.put(this.#at, this.#bytes);
    this.#at = -1;
  }
}
