/**
 * Elements of two arrays of one shape, compared as their memory is, block by block.
 *
 * @module
 */
import type { NDArray } from "../../core/ndarray/index.ts";
import { equal } from "../../core/values/equal.ts";
import { reprFloat } from "../../core/values/literal.ts";
import { preview } from "../inspect/index.ts";
import type { Difference, DiffOptions, Distance, ElementPair } from "./types.ts";

type Numbers = ArrayLike<number> | ArrayLike<bigint>;

/** The least of 64 bits is NumPy's "not a time". */
const NAT = -(2n ** 63n);

/** The memory of an array without gaps, in C order. */
function flat(array: NDArray): Numbers {
  const whole = array.isC ? array : array.copy();
  const slots = array.dtype.kind === "c" ? 2 : 1;
  return (whole.data as Float64Array).subarray(whole.offset, whole.offset + whole.size * slots);
}

/** Numbers as JavaScript's own: halves and long doubles by their values. */
function numbers(array: NDArray): Numbers | null {
  const { kind, itemsize } = array.dtype;
  if (/[biu]/.test(kind) || (kind === "f" && (itemsize === 4 || itemsize === 8))) return flat(array);
  return kind === "f" ? flat(array.astype("f8")) : null;
}

/** Counts what differs in one array after another of the same shape, and keeps the first and the greatest. */
export class Elements {
  readonly #shape: readonly number[];
  readonly #rtol: number;
  readonly #atol: number;
  readonly #equalNaN: boolean;
  #count = 0;
  #first: ElementPair | null = null;
  #absolute: Distance | null = null;
  #relative: Distance | null = null;

  constructor(shape: readonly number[], { rtol = 0, atol = 0, equalNaN = false }: DiffOptions) {
    this.#shape = shape;
    this.#rtol = rtol;
    this.#atol = atol;
    this.#equalNaN = equalNaN;
  }

  /** Compares two parts of one shape; `base` elements stand before them. */
  add(a: NDArray, b: NDArray, base = 0): void {
    const [p, q] = [a.dtype.kind, b.dtype.kind];
    if (/[mM]/.test(p) && a.dtype.str === b.dtype.str) return this.#times(a, b, base);
    if (p === "c" || q === "c") {
      if (/[biufc]/.test(p) && /[biufc]/.test(q)) return this.#complex(a, b, base);
    }
    const [x, y] = [numbers(a), numbers(b)];
    if (x !== null && y !== null) this.#numbers(a, b, x, y, base);
    else this.#items(a, b, base);
  }

  /** The difference; null where there is none. */
  found(path: string): Difference | null {
    const [absolute, relative] = [this.#absolute, this.#relative];
    const size = this.#shape.reduce((product, n) => product * n, 1);
    if (this.#first === null) return null;
    return { kind: "elements", path, count: this.#count, size, first: this.#first, absolute, relative };
  }

  #numbers(a: NDArray, b: NDArray, x: Numbers, y: Numbers, base: number): void {
    const [rtol, atol, equalNaN] = [this.#rtol, this.#atol, this.#equalNaN];
    for (let i = 0; i < x.length; i++) {
      const p = x[i] as number;
      const q = y[i] as number;
      // biome-ignore lint/suspicious/noDoubleEquals: between bigint and number, == compares exactly
      if (p == q) continue;
      const by = typeof p === "bigint" && typeof q === "bigint" ? far(p, q) : Math.abs(Number(p) - Number(q));
      if (Number.isFinite(by)) {
        const size = Math.abs(Number(q));
        if (by <= atol + rtol * size) continue;
        this.#note(a, b, i, base, by, size === 0 ? Number.NaN : by / size);
      } else if (!(equalNaN && Number.isNaN(p) && Number.isNaN(q))) this.#note(a, b, i, base, by, by);
    }
  }

  #complex(a: NDArray, b: NDArray, base: number): void {
    const [x, y] = [a, b].map((one) => flat(one.astype("c16"))) as [Float64Array, Float64Array];
    for (let i = 0; i < a.size; i++) {
      const [p, q, r, s] = [x[2 * i], x[2 * i + 1], y[2 * i], y[2 * i + 1]] as [number, number, number, number];
      if (p === r && q === s) continue;
      const by = Math.hypot(p - r, q - s);
      const size = Math.hypot(r, s);
      if (Number.isFinite(by) && by <= this.#atol + this.#rtol * size) continue;
      const isNaN = (u: number, v: number): boolean => Number.isNaN(u) || Number.isNaN(v);
      if (this.#equalNaN && isNaN(p, q) && isNaN(r, s)) continue;
      this.#note(a, b, i, base, by, size === 0 ? Number.NaN : by / size);
    }
  }

  #times(a: NDArray, b: NDArray, base: number): void {
    const [x, y] = [flat(a), flat(b)] as [BigInt64Array, BigInt64Array];
    for (let i = 0; i < x.length; i++) {
      if (x[i] === y[i] && (x[i] !== NAT || this.#equalNaN)) continue;
      this.#note(a, b, i, base, Number.NaN, Number.NaN);
    }
  }

  /** Texts, raw bytes, and what is of different kinds. */
  #items(a: NDArray, b: NDArray, base: number): void {
    const [x, y] = [a.flat(), b.flat()];
    for (let i = 0; i < x.length; i++) {
      if (!equal(x[i], y[i])) this.#note(a, b, i, base, Number.NaN, Number.NaN);
    }
  }

  /** `by` and `ratio` are NaN where they mean nothing. */
  #note(a: NDArray, b: NDArray, i: number, base: number, by: number, ratio: number): void {
    this.#count++;
    if (this.#first === null) {
      const own = placeOf(i, a.shape);
      this.#first = { at: placeOf(base + i, this.#shape), a: textAt(a, own), b: textAt(b, own) };
    }
    if (by > (this.#absolute?.by ?? -1)) this.#absolute = { at: placeOf(base + i, this.#shape), by };
    if (ratio > (this.#relative?.by ?? -1)) this.#relative = { at: placeOf(base + i, this.#shape), by: ratio };
  }
}

function far(p: bigint, q: bigint): number {
  return Number(p > q ? p - q : q - p);
}

/** Indices of the element that is the nth in C order. */
export function placeOf(nth: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  let rest = nth;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number;
    at.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return at;
}

function textAt(array: NDArray, at: readonly number[]): string {
  const { kind } = array.dtype;
  if (kind === "M" || kind === "m") return String(array.scalar(...at));
  const value = array.get(...at);
  return kind === "f" && typeof value === "number" ? reprFloat(value) : preview(value);
}
