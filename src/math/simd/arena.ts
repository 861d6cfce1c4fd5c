/**
 * The memory of a kernel: what stays in it from one call to the next, and room for what does not.
 *
 * @module
 */
import { grown, instantiated } from "./instance.ts";

/** What every kernel with a memory of its own exports. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  /** Where the memory is free from. */
  base(): number;
}

/** Where something stands in an {@link Arena}; it may have been overwritten since. */
export class Place {
  /** Bytes from the start. */
  at = 0;
  /** @internal how often the arena had been emptied then */
  age = -1;
}

/** No kernel's memory holds more. */
const MOST = 1 << 28;
/** What is kept is forgotten when it has grown to this. */
const KEPT = 1 << 26;

/** Memory that is filled from its start, and emptied when it is full: whoever keeps something there asks each time. */
export class Arena<T extends Kernels> {
  readonly kernels: T;
  #base: number;
  #top: number;
  #age = 0;
  #floats: Float64Array;

  private constructor(kernels: T) {
    this.kernels = kernels;
    this.#base = this.#top = aligned(kernels.base());
    this.#floats = new Float64Array(kernels.memory.buffer);
  }

  /** The memory of a module; null where pages or machines have no vectors. */
  static of<T extends Kernels>(base64: string): Arena<T> | null {
    const kernels = instantiated<T>(base64);
    return kernels === null ? null : new Arena(kernels);
  }

  /** The whole memory as numbers; take it anew after {@link keep} and {@link scratch}. */
  get floats(): Float64Array {
    const { buffer } = this.kernels.memory;
    if (this.#floats.buffer !== buffer) this.#floats = new Float64Array(buffer);
    return this.#floats;
  }

  /**
   * Finds what was kept at `place`, or makes room for it: `"new"` tells that it must be filled. Null where there is no
   * room. Nothing else that was kept can be relied upon then.
   */
  keep(place: Place, bytes: number): "kept" | "new" | null {
    if (place.age === this.#age) return "kept";
    if (!(bytes < MOST)) return null;
    if (this.#top + bytes > KEPT) {
      this.#top = this.#base;
      this.#age++;
    }
    if (grown(this.kernels.memory, this.#top + bytes) === null) return null;
    place.at = this.#top;
    place.age = this.#age;
    this.#top = aligned(this.#top + bytes);
    return "new";
  }

  /** The start of room for this call; null where there is none. */
  scratch(bytes: number): number | null {
    if (!(bytes < MOST)) return null;
    return grown(this.kernels.memory, this.#top + bytes) === null ? null : this.#top;
  }
}

function aligned(bytes: number): number {
  return (bytes + 15) & ~15;
}
