/**
 * Memory of a running model: what one batch no longer needs holds numbers of the next.
 *
 * @module
 */

/** Numbers that may lie idle; what is beyond is left to the collector. */
const MOST_IDLE = 1 << 24;

/** Buffers by size, taken for a layer's output and given back when nothing refers to it any more. */
export class Memory {
  readonly #idle = new Map<number, Float32Array[]>();
  readonly #taken = new Map<ArrayBufferLike, { data: Float32Array; holders: number }>();
  #size = 0;

  /** A buffer with anything in it: whoever takes it writes every number. */
  take(size: number): Float32Array {
    const idle = this.#idle.get(size)?.pop();
    if (idle !== undefined) this.#size -= size;
    const data = idle ?? new Float32Array(size);
    if (data.length > 0) this.#taken.set(data.buffer, { data, holders: 0 });
    return data;
  }

  /** One more holds it; views of a buffer count as the buffer. */
  hold({ buffer }: Float32Array): void {
    const found = this.#taken.get(buffer);
    if (found !== undefined) found.holders++;
  }

  /** One less holds it. */
  drop({ buffer }: Float32Array): void {
    const found = this.#taken.get(buffer);
    if (found === undefined || --found.holders > 0) return;
    this.#taken.delete(buffer);
    const { data } = found;
    const list = this.#idle.get(data.length);
    if (list === undefined) this.#idle.set(data.length, [data]);
    else list.push(data);
    this.#size += data.length;
    if (this.#size > MOST_IDLE) {
      this.#idle.clear();
      this.#size = 0;
    }
  }

  /** Forgets what is taken: after a run, whether it ended well or not. */
  forget(): void {
    this.#taken.clear();
  }
}
