/**
 * Support vectors in the memory of the kernel: their values and the decisions made of them.
 *
 * @module
 */
import { Place } from "./arena.ts";
import { BLOCK, doubles, packed, panelSize } from "./double.ts";

/** Weights by which values of support vectors decide between pairs of classes, as libsvm has them. */
export interface Deciding {
  /** Number of support vectors of each class. */
  readonly sizes: readonly number[];
  /** `(classes - 1, count)`. */
  readonly coef: Float64Array;
  /** One for each pair of classes. */
  readonly intercept: Float64Array;
}

/** `exp(-gamma |x - v|²)` for `count` support vectors of `d` columns. */
export class KeptVectors {
  readonly #vectors: Float64Array;
  readonly #count: number;
  readonly #d: number;
  readonly #how: number | ((values: Float64Array) => void) | null;
  readonly #place: Place = new Place();
  readonly #deciding: Deciding | null;
  readonly #wide: number;

  /** The values are plain products where `how` is no `gamma`, or what it makes of them in their place. */
  constructor(
    vectors: Float64Array,
    count: number,
    d: number,
    how: number | ((values: Float64Array) => void) | null,
    deciding: Deciding | null = null,
  ) {
    this.#vectors = vectors;
    this.#count = count;
    this.#d = d;
    this.#how = how;
    this.#deciding = deciding;
    this.#wide = deciding === null ? 0 : (deciding.sizes.length + 2) & ~3;
  }

  /**
   * Fills `out` with the kernel's values `(rows, count)`, or with the decisions `(rows, pairs)` where there is something
   * to decide. False where there are no vectors.
   */
  run(x: Float64Array, rows: number, out: Float64Array): boolean {
    const arena = doubles();
    const [count, d, wide, deciding] = [this.#count, this.#d, this.#wide, this.#deciding];
    if (arena === null || count === 0 || d === 0) return false;
    const panels = panelSize(count, d);
    const pairs = deciding?.intercept.length ?? 0;
    const classes = deciding?.sizes.length ?? 0;
    // Panels, then weights, then intercepts, then sizes.
    const kept = arena.keep(this.#place, 8 * (panels + count * wide + pairs + classes + 1));
    if (kept === null) return false;
    const start = arena.scratch(8 * Math.max(count * d, BLOCK * (d + count + pairs) + classes * wide));
    if (start === null) {
      this.#place.age = -1;
      return false;
    }
    const { floats, kernels } = arena;
    const base = this.#place.at / 8;
    const [pCoef, pIntercept] = [base + panels, base + panels + count * wide];
    const pSizes = pIntercept + pairs;
    if (kept === "new") {
      packed(arena, this.#vectors, count, d, false, base, start / 8);
      if (deciding !== null) {
        for (let s = 0; s < count; s++) {
          for (let l = 0; l < wide; l++) {
            floats[pCoef + s * wide + l] = l < classes - 1 ? (deciding.coef[l * count + s] as number) : 0;
          }
        }
        floats.set(deciding.intercept, pIntercept);
        new Int32Array(floats.buffer, pSizes * 8, classes).set(deciding.sizes);
      }
    }
    const pA = start / 8;
    const pC = pA + BLOCK * d;
    const pOut = pC + BLOCK * count;
    const pSums = pOut + BLOCK * pairs;
    for (let from = 0; from < rows; from += BLOCK) {
      const own = Math.min(BLOCK, rows - from);
      floats.set(x.subarray(from * d, (from + own) * d), pA);
      const how = this.#how;
      if (typeof how === "number") {
        kernels.squares(pA * 8, base * 8, pC * 8, own, d, count);
        kernels.exps(pC * 8, own * count, -how);
      } else {
        kernels.dots(pA * 8, base * 8, pC * 8, own, d, count);
        how?.(floats.subarray(pC, pC + own * count));
      }
      if (deciding === null) out.set(floats.subarray(pC, pC + own * count), from * count);
      else {
        kernels.decide(pC * 8, own, count, pCoef * 8, wide, pSizes * 8, classes, pIntercept * 8, pSums * 8, pOut * 8);
        out.set(floats.subarray(pOut, pOut + own * pairs), from * pairs);
      }
    }
    return true;
  }
}
