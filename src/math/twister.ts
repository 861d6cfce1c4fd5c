/**
 * The random numbers of NumPy's `RandomState` (numpy/random/src/mt19937), seeded by an int.
 *
 * @module
 */

const N = 624;
const M = 397;

/** A Mersenne twister: its 624 words, and the place of the next. */
export class Twister {
  readonly #key: Uint32Array;
  #at: number;

  /** @internal */
  constructor(key: Uint32Array, at: number) {
    this.#key = key;
    this.#at = at;
  }

  /** As `RandomState(seed)` of an int begins; the seed is taken modulo 2**32. */
  static seeded(seed: number): Twister {
    const key = new Uint32Array(N);
    let word = seed >>> 0;
    for (let i = 0; i < N; i++) {
      key[i] = word;
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + i + 1) >>> 0;
    }
    return new Twister(key, N);
  }

  /** The next 32 bits. */
  next(): number {
    if (this.#at >= N) this.#turn();
    let y = this.#key[this.#at++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** A number from 0 up to but not 1, of 53 bits. */
  double(): number {
    const high = this.next() >>> 5;
    return (high * 0x4000000 + (this.next() >>> 6)) / 2 ** 53;
  }

  /** An int below `end`, at most 2**32, as `randint` draws it: bits that reach beyond are drawn anew. */
  below(end: number): number {
    const most = end - 1;
    if (most === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(most);
    for (;;) {
      const drawn = (this.next() & mask) >>> 0;
      if (drawn <= most) return drawn;
    }
  }

  #turn(): void {
    const key = this.#key;
    for (let i = 0; i < N; i++) {
      const y = ((key[i] as number) & 0x80000000) | ((key[(i + 1) % N] as number) & 0x7fffffff);
      key[i] = (key[(i + M) % N] as number) ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : 0x9908b0df);
    }
    this.#at = 0;
  }
}
