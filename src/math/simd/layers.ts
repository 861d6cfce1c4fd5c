/**
 * Dense layers of float64, one after the other, by WebAssembly's vectors.
 *
 * @module
 */
import { Place } from "./arena.ts";
import { BLOCK, doubles, packed, panelSize } from "./double.ts";

/** A layer: `x (rows, d) @ weights (d, k) + bias (k)`, and what follows. */
export interface Layer {
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  readonly d: number;
  readonly k: number;
  /** Is what is negative made zero? */
  readonly cut: boolean;
  /** What else is done in place with the numbers of some rows. */
  readonly follow: ((data: Float64Array, rows: number, cols: number) => void) | null;
}

/** Layers whose weights stay in the memory of the kernel between calls. */
export class KeptLayers {
  readonly #layers: readonly Layer[];
  readonly #place: Place = new Place();

  constructor(layers: readonly Layer[]) {
    this.#layers = layers;
  }

  /**
   * Fills `out` with the last layer's numbers for the rows of `x`, with `raw` without what follows it; false where there
   * are no vectors.
   */
  run(x: Float64Array, rows: number, out: Float64Array, raw = false): boolean {
    const layers = this.#layers;
    const arena = doubles();
    const [first, last] = [layers[0], layers[layers.length - 1]];
    if (arena === null || first === undefined || last === undefined) return false;
    let [numbers, widest, largest] = [0, first.d, 0];
    for (const { d, k } of layers) {
      numbers += panelSize(k, d) + k + (k & 1);
      widest = Math.max(widest, k);
      largest = Math.max(largest, d * k);
    }
    const kept = arena.keep(this.#place, 8 * numbers);
    if (kept === null) return false;
    const start = arena.scratch(8 * Math.max(largest, 2 * BLOCK * widest));
    if (start === null) {
      this.#place.age = -1;
      return false;
    }
    const { floats, kernels } = arena;
    const base = this.#place.at / 8;
    if (kept === "new") {
      let at = base;
      for (const { weights, bias, d, k } of layers) {
        packed(arena, weights, k, d, true, at, start / 8);
        at += panelSize(k, d);
        floats.set(bias, at);
        at += k + (k & 1);
      }
    }
    let [one, two] = [start / 8, start / 8 + BLOCK * widest];
    for (let from = 0; from < rows; from += BLOCK) {
      const count = Math.min(BLOCK, rows - from);
      floats.set(x.subarray(from * first.d, (from + count) * first.d), one);
      let at = base;
      for (const layer of layers) {
        const { d, k, cut, follow } = layer;
        kernels.dots(one * 8, at * 8, two * 8, count, d, k);
        at += panelSize(k, d);
        kernels.biased(two * 8, at * 8, count, k, Number(cut));
        at += k + (k & 1);
        if (!(raw && layer === last)) follow?.(floats.subarray(two, two + count * k), count, k);
        [one, two] = [two, one];
      }
      out.set(floats.subarray(one, one + count * last.k), from * last.k);
    }
    return true;
  }
}
