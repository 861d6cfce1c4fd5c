/**
 * Sums of products rounded as OpenBLAS rounds them where the processor multiplies and adds in one step (its kernels for
 * AVX-512): what is left of two nearly equal numbers is made of such roundings alone.
 *
 * @module
 */

/** Columns that a product of matrices takes at once, and the multiple to which the halves of more are rounded. */
const DEPTH = 384;
const UNROLL = 16;

/** Splits a number into two halves of its digits. */
const SPLITTER = 2 ** 27 + 1;

/** Who adds the squares of a row: BLAS, or NumPy's einsum, which went another way before NumPy 1.20. */
export type Squares = "blas" | "einsum" | "old einsum";

export class Fused {
  // A number and its bits, to turn a sum into its odd neighbour.
  private readonly float = new Float64Array(1);
  private readonly bits = new Uint32Array(this.float.buffer);

  /** `a * b + c`, rounded once (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008). */
  multiplyAdd(a: number, b: number, c: number): number {
    const product = a * b;
    const at = SPLITTER * a;
    const bt = SPLITTER * b;
    const ah = at - (at - a);
    const bh = bt - (bt - b);
    const [al, bl] = [a - ah, b - bh];
    const rest = al * bl - (product - ah * bh - al * bh - ah * bl);
    // c + rest, then product + that: sums and what their rounding left.
    const th = c + rest;
    const tv = th - c;
    const tl = c - (th - tv) + (rest - tv);
    const vh = product + th;
    const vv = vh - product;
    const vl = product - (vh - vv) + (th - vv);
    let odd = tl + vl;
    const ov = odd - tl;
    const err = tl - (odd - ov) + (vl - ov);
    if (err !== 0) {
      this.float[0] = odd;
      const low = this.bits[0] as number;
      if ((low & 1) === 0) {
        // Towards what was left out: up in size where both have one sign.
        if (odd > 0 === err > 0) this.bits[0] = low | 1;
        else {
          this.bits[0] = low - 1;
          if (low === 0) this.bits[1] = (this.bits[1] as number) - 1;
        }
        odd = this.float[0] as number;
      }
    }
    const out = vh + odd;
    // Halves of what is too large are none.
    return Number.isFinite(out) ? out : product + c;
  }

  private run(a: Float64Array, i: number, b: Float64Array, j: number, count: number, from: number): number {
    let sum = from;
    for (let l = 0; l < count; l++) sum = this.multiplyAdd(a[i + l] as number, b[j + l] as number, sum);
    return sum;
  }

  /** An item of a product of matrices (dgemm): one column after the other, many of them in blocks. */
  product(a: Float64Array, i: number, b: Float64Array, j: number, d: number): number {
    let sum = 0;
    for (let at = 0; at < d; ) {
      const left = d - at;
      const half = Math.ceil(left / 2 / UNROLL) * UNROLL;
      const count = left >= 2 * DEPTH ? DEPTH : left > DEPTH ? half : left;
      const part = this.run(a, i + at, b, j + at, count, 0);
      sum = at === 0 ? part : sum + part;
      at += count;
    }
    return sum;
  }

  /** The sum of the squares of a row. */
  norm(way: Squares, a: Float64Array, i: number, d: number): number {
    if (way === "blas") return this.squares(a, i, d);
    return way === "einsum" ? this.pairedSquares(a, i, d) : this.oldSquares(a, i, d);
  }

  /** As NumPy's einsum has it: two numbers side by side, eight from the last to the first. */
  private pairedSquares(a: Float64Array, i: number, d: number): number {
    let [even, odd] = [0, 0];
    const whole = d - (d % 8);
    const add = (l: number): void => {
      const [v, w] = [a[i + l] as number, l + 1 < d ? (a[i + l + 1] as number) : 0];
      even += v * v;
      odd += w * w;
    };
    for (let at = 0; at < whole; at += 8) for (let l = at + 6; l >= at; l -= 2) add(l);
    for (let at = whole; at < d; at += 2) add(at);
    return even + odd;
  }

  /** As it was before NumPy 1.20: eight numbers in two sums, then what is left from its end. */
  private oldSquares(a: Float64Array, i: number, d: number): number {
    let [even, odd] = [0, 0];
    const whole = d - (d % 8);
    for (let l = 0; l < whole; l += 2) {
      const [v, w] = [a[i + l] as number, a[i + l + 1] as number];
      even += v * v;
      odd += w * w;
    }
    let sum = even + odd;
    for (let l = d - 1; l >= whole; l--) sum += (a[i + l] as number) ** 2;
    return sum;
  }

  /** As BLAS has it (ddot): four times eight numbers side by side, then four times four, then one. */
  private squares(a: Float64Array, i: number, d: number): number {
    const [n16, n32] = [d - (d % 16), d - (d % 32)];
    const wide = new Float64Array(32);
    for (let at = 0; at < n32; at += 32) {
      for (let l = 0; l < 32; l++) {
        const v = a[i + at + l] as number;
        wide[l] = this.multiplyAdd(v, v, wide[l] as number);
      }
    }
    const lanes = Float64Array.from({ length: 16 }, (_, l) => {
      const own = 8 * (l >> 2) + (l & 3);
      return (wide[own] as number) + (wide[own + 4] as number);
    });
    for (let l = 0; n32 < n16 && l < 16; l++) {
      const v = a[i + n32 + l] as number;
      lanes[l] = this.multiplyAdd(v, v, lanes[l] as number);
    }
    const four = (l: number): number =>
      (lanes[l] as number) + (lanes[4 + l] as number) + (lanes[8 + l] as number) + (lanes[12 + l] as number);
    return this.run(a, i + n16, a, i + n16, d - n16, four(0) + four(2) + (four(1) + four(3)));
  }
}
