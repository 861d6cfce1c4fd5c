/**
 * Copies a box of elements from one block of memory into another.
 *
 * @module
 */

/** Places along an axis: where they stand in the source, and where the first of them goes. */
export interface Range {
  readonly from: Int32Array | Float64Array;
  readonly to: number;
}

type Words = { length: number; [i: number]: number } & { set(source: ArrayLike<number>, at: number): void };

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
  const rank = shape.length;
  if (rank === 0) {
    out.set(source.subarray(0, size));
    return;
  }
  let unit = size;
  // Elements are copied as words of the largest size that fits both sides.
  for (const width of [4, 2]) {
    if (size % width === 0 && source.byteOffset % width === 0 && out.byteOffset % width === 0) {
      unit = width;
      break;
    }
    unit = 1;
  }
  if (size === 1) unit = 1;
  const words = size / unit;
  const src = wordsOf(source, unit);
  const dst = wordsOf(out, unit);
  const last = rank - 1;
  const { from: cells, to: lastTo } = ranges[last] as Range;
  const n = cells.length;
  const first = cells[0] as number;
  const dense = (cells[n - 1] as number) - first === n - 1;
  const srcStep = stepsOf(shape, words);
  const dstStep = stepsOf(outShape, words);
  const index = new Array<number>(last).fill(0);
  for (;;) {
    let a = first * words;
    let b = lastTo * words;
    for (let axis = 0; axis < last; axis++) {
      const range = ranges[axis] as Range;
      const i = index[axis] as number;
      a += (range.from[i] as number) * (srcStep[axis] as number);
      b += (range.to + i) * (dstStep[axis] as number);
    }
    if (dense) {
      const count = n * words;
      if (count > 64) out.set(source.subarray(a * unit, (a + count) * unit), b * unit);
      else for (let k = 0; k < count; k++) dst[b + k] = src[a + k] as number;
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
