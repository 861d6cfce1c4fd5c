/**
 * The heap in which neighbours are gathered, and the sort at its end, step by step as scikit-learn has them
 * (sklearn/utils/_heap.pyx, sklearn/utils/_sorting.pyx): which of equal distances stays depends on them.
 *
 * @module
 */

/** The `k` smallest distances of one row: a heap with the largest on top. */
export class Heap {
  readonly values: Float64Array;
  readonly places: Float64Array;

  constructor(k: number) {
    this.values = new Float64Array(k).fill(Number.POSITIVE_INFINITY);
    this.places = new Float64Array(k);
  }
  get largest(): number {
    return this.values[0] as number;
  }

  clear(): void {
    this.values.fill(Number.POSITIVE_INFINITY);
    this.places.fill(0);
  }

  push(value: number, place: number): void {
    const { values, places } = this;
    const size = values.length;
    if (value >= (values[0] as number)) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let swap: number;
      if (left >= size) break;
      if (right >= size) {
        if ((values[left] as number) > value) swap = left;
        else break;
      } else if ((values[left] as number) >= (values[right] as number)) {
        if (value < (values[left] as number)) swap = left;
        else break;
      } else if (value < (values[right] as number)) swap = right;
      else break;
      values[at] = values[swap] as number;
      places[at] = places[swap] as number;
      at = swap;
    }
    values[at] = value;
    places[at] = place;
  }

  sort(): void {
    sortBoth(this.values, this.places, 0, this.values.length);
  }
}

function swapBoth(values: Float64Array, places: Float64Array, i: number, j: number): void {
  const [v, p] = [values[i] as number, places[i] as number];
  values[i] = values[j] as number;
  places[i] = places[j] as number;
  values[j] = v;
  places[j] = p;
}

/** Quicksort with the median of three as pivot; the larger half is looped over, so that the stack stays small. */
function sortBoth(values: Float64Array, places: Float64Array, start: number, size: number): void {
  while (size > 1) {
    const at = (i: number): number => values[start + i] as number;
    const swap = (i: number, j: number): void => swapBoth(values, places, start + i, start + j);
    if (size === 2) {
      if (at(0) > at(1)) swap(0, 1);
      return;
    }
    if (size === 3) {
      if (at(0) > at(1)) swap(0, 1);
      if (at(1) > at(2)) {
        swap(1, 2);
        if (at(0) > at(1)) swap(0, 1);
      }
      return;
    }
    const middle = size >> 1;
    const end = size - 1;
    if (at(0) > at(end)) swap(0, end);
    if (at(end) > at(middle)) {
      swap(end, middle);
      if (at(0) > at(end)) swap(0, end);
    }
    const pivot = at(end);
    let store = 0;
    for (let i = 0; i < end; i++) {
      if (at(i) < pivot) {
        swap(i, store);
        store++;
      }
    }
    swap(store, end);
    const rest = size - store - 1;
    if (store < rest) {
      sortBoth(values, places, start, store);
      start += store + 1;
      size = rest;
    } else {
      sortBoth(values, places, start + store + 1, rest);
      size = store;
    }
  }
}
