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

  /** Puts the nearest first; `isNew`: as scikit-learn does since 1.9. */
  sort(isNew: boolean): void {
    const { values, places } = this;
    if (isNew) sortNew(values, places, 0, values.length, 2 * Math.floor(Math.log2(values.length)));
    else sortBoth(values, places, 0, values.length);
  }
}

/** Introsort: short pieces by insertion, which leaves equals in their order. */
function sortNew(values: Float64Array, places: Float64Array, start: number, size: number, deep: number): void {
  while (size > 15) {
    const end = start + size - 1;
    const middle = start + (size >> 1);
    const at = (i: number): number => values[i] as number;
    if (deep-- <= 0) return sortPlain(values, places, start, size);
    if (at(start) > at(end)) swapBoth(values, places, start, end);
    if (at(end) > at(middle)) {
      swapBoth(values, places, end, middle);
      if (at(start) > at(end)) swapBoth(values, places, start, end);
    }
    const pivot = at(end);
    let [i, j] = [start + 1, end - 1];
    for (;;) {
      while (i <= j && at(i) < pivot) i++;
      while (i <= j && at(j) > pivot) j--;
      if (i >= j) break;
      swapBoth(values, places, i++, j--);
    }
    swapBoth(values, places, i, end);
    sortNew(values, places, start, i - start, deep);
    size -= i - start + 1;
    start = i + 1;
  }
  for (let i = start + 1; i < start + size; i++) {
    const [v, p] = [values[i] as number, places[i] as number];
    let j = i;
    for (; j > start && (values[j - 1] as number) > v; j--) {
      values[j] = values[j - 1] as number;
      places[j] = places[j - 1] as number;
    }
    values[j] = v;
    places[j] = p;
  }
}

/** Where quicksort has gone astray. */
function sortPlain(values: Float64Array, places: Float64Array, start: number, size: number): void {
  const order = Array.from({ length: size }, (_, i) => start + i);
  order.sort((a, b) => (values[a] as number) - (values[b] as number));
  const [v, p] = [order.map((i) => values[i] as number), order.map((i) => places[i] as number)];
  values.set(v, start);
  places.set(p, start);
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
