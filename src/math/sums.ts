/**
 * Sums in the order in which NumPy adds, so that they come out the same to the last bit.
 *
 * @module
 */

/** Items that are added by eight running sums at once (numpy/_core/src/umath/loops_utils.h.src, PW_BLOCKSIZE). */
const BLOCK = 128;

/** The sum of `count` items of `data` from `at` on, as `numpy.sum` adds items that follow each other in memory. */
export function pairwiseSum(data: ArrayLike<number>, at = 0, count: number = data.length - at): number {
  if (count < 8) {
    // NumPy begins at -0 so that a sum of negative zeros stays one.
    let sum = -0;
    for (let i = at; i < at + count; i++) sum += data[i] as number;
    return count === 0 ? 0 : sum;
  }
  if (count <= BLOCK) {
    let [a, b, c, d] = [data[at], data[at + 1], data[at + 2], data[at + 3]] as [number, number, number, number];
    let [e, f, g, h] = [data[at + 4], data[at + 5], data[at + 6], data[at + 7]] as [number, number, number, number];
    const whole = at + count - (count % 8);
    let i = at + 8;
    for (; i < whole; i += 8) {
      a += data[i] as number;
      b += data[i + 1] as number;
      c += data[i + 2] as number;
      d += data[i + 3] as number;
      e += data[i + 4] as number;
      f += data[i + 5] as number;
      g += data[i + 6] as number;
      h += data[i + 7] as number;
    }
    let sum = a + b + (c + d) + (e + f + (g + h));
    for (; i < at + count; i++) sum += data[i] as number;
    return sum;
  }
  let half = Math.floor(count / 2);
  half -= half % 8;
  return pairwiseSum(data, at, half) + pairwiseSum(data, at + half, count - half);
}

/** Sums of the rows of a matrix of `cols` columns in C order. */
export function rowSums(data: Float64Array, rows: number, cols: number): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) out[i] = pairwiseSum(data, i * cols, cols);
  return out;
}

/** Divides each row by a number of its own, in place. */
export function divideRows(data: Float64Array, cols: number, by: Float64Array): Float64Array {
  for (let i = 0, at = 0; i < by.length; i++) {
    const divisor = by[i] as number;
    for (let j = 0; j < cols; j++, at++) data[at] = (data[at] as number) / divisor;
  }
  return data;
}
