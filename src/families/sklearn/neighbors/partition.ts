/**
 * `numpy.argpartition` step by step (numpy/_core/src/npysort/selection.cpp, introselect): which of equal distances are
 * among the nearest depends on it, where scikit-learn searches without a heap of its own.
 *
 * @module
 */

/** Puts the places of the `k` smallest of `count` values from `at` on first; gives all places. */
export function argpartition(values: Float64Array, at: number, count: number, k: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  // What is no number comes last.
  const v = (i: number): number => {
    const value = values[at + (order[i] as number)] as number;
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
  const swap = (i: number, j: number): void => {
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
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

/** The nearest `k` in order of their distances, as `argsort` of so few orders them: equals stay as they stood. */
export function nearestByPartition(values: Float64Array, at: number, count: number, k: number): Int32Array {
  const chosen = argpartition(values, at, count, k).slice(0, k);
  return chosen
    .map((_, i) => i)
    .sort(
      (a, b) =>
        (values[at + (chosen[a] as number)] as number) - (values[at + (chosen[b] as number)] as number) || a - b,
    )
    .map((i) => chosen[i] as number);
}
