/**
 * Copies boxes of elements between blocks of memory: out of a block, and back into it.
 *
 * @module
 */

/** Places along an axis of a block, and where the first of them stands among those that are side by side. */
export interface Range {
  readonly from: Int32Array | Float64Array;
  readonly to: number;
}

type Words = { length: number; [i: number]: number };

/**
 * Copies the elements of `size` bytes that `ranges` name from a block of shape `shape` into one of shape `outShape`;
 * what is taken of an axis goes side by side.
 */
export function scatter(
  source: Uint8Array,
  shape: readonly number[],
  out: Uint8Array,
  outShape: readonly number[],
  ranges: readonly Range[],
  size: number,
): void {
  copyBox(source, shape, out, outShape, ranges, size, false);
}

/** The way back: elements that are side by side in a block of shape `shape` go to the places of `out`. */
export function place(
  source: Uint8Array,
  shape: readonly number[],
  out: Uint8Array,
  outShape: readonly number[],
  ranges: readonly Range[],
  size: number,
): void {
  copyBox(source, shape, out, outShape, ranges, size, true);
}

function copyBox(
  source: Uint8Array,
  shape: readonly number[],
  out: Uint8Array,
  outShape: readonly number[],
  ranges: readonly Range[],
  size: number,
  back: boolean,
): void {
  const last = shape.length - 1;
  if (last < 0) {
    out.set(source.subarray(0, size));
    return;
  }
  // Elements are copied as words of the largest size that fits both sides.
  const both = size | source.byteOffset | out.byteOffset;
  const unit = both % 4 === 0 ? 4 : both % 2 === 0 ? 2 : 1;
  const words = size / unit;
  const src = wordsOf(source, unit);
  const dst = wordsOf(out, unit);
  const { from: cells, to } = ranges[last] as Range;
  const n = cells.length;
  const first = cells[0] as number;
  const dense = (cells[n - 1] as number) - first === n - 1;
  const srcStep = stepsOf(shape, words);
  const dstStep = stepsOf(outShape, words);
  const index = new Array<number>(last).fill(0);
  for (;;) {
    let a = (back ? to : first) * words;
    let b = (back ? first : to) * words;
    for (let axis = 0; axis < last; axis++) {
      const range = ranges[axis] as Range;
      const i = index[axis] as number;
      const apart = range.from[i] as number;
      const near = range.to + i;
      a += (back ? near : apart) * (srcStep[axis] as number);
      b += (back ? apart : near) * (dstStep[axis] as number);
    }
    if (dense) {
      const count = n * words;
      if (count > 64) out.set(source.subarray(a * unit, (a + count) * unit), b * unit);
      else for (let k = 0; k < count; k++) dst[b + k] = src[a + k] as number;
    } else if (back) {
      for (let i = 0; i < n; i++) {
        const at = b + ((cells[i] as number) - first) * words;
        for (let k = 0; k < words; k++) dst[at + k] = src[a++] as number;
      }
    } else {
      for (let i = 0; i < n; i++) {
        const at = a + ((cells[i] as number) - first) * words;
        for (let k = 0; k < words; k++) dst[b++] = src[at + k] as number;
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

function wordsOf(bytes: Uint8Array, unit: number): Words {
  const count = Math.floor(bytes.length / unit);
  if (unit === 4) return new Uint32Array(bytes.buffer, bytes.byteOffset, count);
  if (unit === 2) return new Uint16Array(bytes.buffer, bytes.byteOffset, count);
  return bytes;
}

function stepsOf(shape: readonly number[], words: number): number[] {
  const out = new Array<number>(shape.length);
  let step = words;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    out[axis] = step;
    step *= shape[axis] as number;
  }
  return out;
}
