/**
 * `numpy.argpartition` step by step (numpy/_core/src/npysort/selection.cpp, introselect): which of equal distances are
 * among the nearest depends on it, where scikit-learn searches without a heap of its own.
 *
 * @module
 */

/** Puts the places of the `k` smallest of `count` values from `at` on first; gives all places. */
export function argpartition(values: Float64Array, at: number, count: number, k: number): Int32Array {
  // The values move with their places.
  const order = new Int32Array(count);
  const own = values.slice(at, at + count);
  for (let i = 0; i < count; i++) {
    order[i] = i;
    // What is no number comes last.
    if (Number.isNaN(own[i])) own[i] = Number.POSITIVE_INFINITY;
  }
  const v = (i: number): number => own[i] as number;
  const swap = (i: number, j: number): void => {
    const [place, value] = [order[i] as number, own[i] as number];
    order[i] = order[j] as number;
    own[i] = own[j] as number;
    order[j] = place;
    own[j] = value;
  };
  const kth = k - 1;
  if (kth < 3) {
    for (let i = 0; i <= kth; i++) {
      let least = i;
      for (let j = i + 1; j < count; j++) if (v(j) < v(least)) least = j;
      swap(i, least);
    }
    return order;
  }
  if (kth === count - 1) {
    let most = 0;
    for (let j = 1; j < count; j++) if (!(v(j) < v(most))) most = j;
    swap(kth, most);
    return order;
  }
  let [low, high] = [0, count - 1];
  let limit = 2 * Math.floor(Math.log2(count));
  while (low + 1 < high) {
    let [ll, hh] = [low + 1, high];
    // NumPy turns to medians of medians here; a plain order is as good an end.
    if (limit-- <= 0 && hh - ll >= 5) {
      const rest = order
        .subarray(low, high + 1)
        .sort((a, b) => (values[at + a] as number) - (values[at + b] as number) || a - b);
      order.set(rest, low);
      return order;
    }
    const mid = low + ((high - low) >> 1);
    if (v(high) < v(mid)) swap(high, mid);
    if (v(high) < v(low)) swap(high, low);
    if (v(low) < v(mid)) swap(low, mid);
    swap(mid, low + 1);
    const pivot = v(low);
    for (;;) {
      do ll++;
      while (v(ll) < pivot);
      do hh--;
      while (pivot < v(hh));
      if (hh < ll) break;
      swap(ll, hh);
    }
    swap(low, hh);
    if (hh >= kth) high = hh - 1;
    if (hh <= kth) low = ll;
  }
  if (high === low + 1 && v(high) < v(low)) swap(high, low);
  return order;
}

/** Runs of no more than this many are sorted by insertion. */
const SMALL = 16;

/** `numpy.argsort` of a few values (npysort/quicksort.cpp): equals stay as they stood in short runs alone. */
export function argsort(values: Float64Array): Int32Array {
  const order = Int32Array.from(values, (_, i) => i);
  const v = (i: number): number => values[order[i] as number] as number;
  const swap = (i: number, j: number): void => {
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  };
  const left: [number, number][] = [[0, values.length - 1]];
  for (let range = left.pop(); range !== undefined; range = left.pop()) {
    let [low, high] = range;
    while (high - low > SMALL) {
      const mid = low + ((high - low) >> 1);
      if (v(mid) < v(low)) swap(mid, low);
      if (v(high) < v(mid)) swap(high, mid);
      if (v(mid) < v(low)) swap(mid, low);
      const pivot = v(mid);
      let [i, j] = [low, high - 1];
      swap(mid, j);
      for (;;) {
        do i++;
        while (v(i) < pivot);
        do j--;
        while (pivot < v(j));
        if (i >= j) break;
        swap(i, j);
      }
      swap(i, high - 1);
      // The larger part waits.
      if (i - low < high - i) {
        left.push([i + 1, high]);
        high = i - 1;
      } else {
        left.push([low, i - 1]);
        low = i + 1;
      }
    }
    for (let i = low + 1; i <= high; i++) {
      const own = order[i] as number;
      let j = i;
      for (; j > low && (values[own] as number) < v(j - 1); j--) order[j] = order[j - 1] as number;
      order[j] = own;
    }
  }
  return order;
}

/** The nearest `k` in the order in which NumPy sorts their distances. */
export function nearestByPartition(values: Float64Array, at: number, count: number, k: number): Int32Array {
  const chosen = argpartition(values, at, count, k).subarray(0, k);
  const near = Float64Array.from(chosen, (place) => {
    const value = values[at + place] as number;
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  });
  return argsort(near).map((i) => chosen[i] as number);
}
