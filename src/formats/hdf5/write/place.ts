/**
 * Copies elements into a box of a block of memory: the way back of `scatter`.
 *
 * @module
 */
import type { Range } from "../scatter.ts";

/**
 * Puts elements of `size` bytes from a block of shape `shape` to the places of `out` that `ranges` name: `from` are
 * places in `out`, `to` is where the first of them stands in the source.
 */
export function place(
  source: Uint8Array,
  shape: readonly number[],
  out: Uint8Array,
  outShape: readonly number[],
  ranges: readonly Range[],
  size: number,
): void {
  const rank = shape.length;
  if (rank === 0) {
    out.set(source.subarray(0, size));
    return;
  }
  const last = rank - 1;
  const { from: cells, to: lastTo } = ranges[last] as Range;
  const n = cells.length;
  const first = cells[0] as number;
  const dense = (cells[n - 1] as number) - first === n - 1;
  const srcStep = stepsOf(shape, size);
  const dstStep = stepsOf(outShape, size);
  const index = new Array<number>(last).fill(0);
  for (;;) {
    let a = lastTo * size;
    let b = first * size;
    for (let axis = 0; axis < last; axis++) {
      const range = ranges[axis] as Range;
      const i = index[axis] as number;
      a += (range.to + i) * (srcStep[axis] as number);
      b += (range.from[i] as number) * (dstStep[axis] as number);
    }
    if (dense) {
      const count = n * size;
      if (count > 64) out.set(source.subarray(a, a + count), b);
      else for (let k = 0; k < count; k++) out[b + k] = source[a + k] as number;
    } else {
      for (let i = 0; i < n; i++) {
        const at = b + ((cells[i] as number) - first) * size;
        for (let k = 0; k < size; k++) out[at + k] = source[a++] as number;
      }
    }
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (ranges[axis] as Range).from.length) break;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

function stepsOf(shape: readonly number[], size: number): number[] {
  const out = new Array<number>(shape.length);
  let step = size;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    out[axis] = step;
    step *= shape[axis] as number;
  }
  return out;
}
