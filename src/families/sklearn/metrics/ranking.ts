/**
 * How well scores put rows in order (sklearn/metrics/_ranking.py).
 *
 * @module
 */
import type { Matrix } from "../matrix.ts";

/** The area under the curve: how often a row of the second class is scored above one of the first. */
export function area(scores: Float64Array, places: Float64Array): number {
  const order = Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let [positives, ranks] = [0, 0];
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && scores[order[to] as number] === scores[order[from] as number]) to++;
    for (let i = from; i < to; i++) {
      if (places[order[i] as number] !== 1) continue;
      positives++;
      // Rows of one score share their ranks.
      ranks += (from + 1 + to) / 2;
    }
    from = to;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}

/** Areas of each class against the rest, or against each other one, averaged. */
export function areas(given: Matrix, places: Float64Array, isOneVsRest: boolean, isWeighted: boolean): number {
  const k = given.cols;
  const columns = Array.from({ length: k }, (_, c) => given.take([c]).data);
  const parts: [score: number, rows: number][] = [];
  for (const [c, own] of columns.entries()) {
    if (isOneVsRest) {
      const isOwn = places.map((place) => Number(place === c));
      parts.push([area(own, isOwn), isOwn.reduce((sum, v) => sum + v, 0)]);
      continue;
    }
    for (let other = c + 1; other < k; other++) {
      const rows = Array.from(places.keys()).filter((i) => places[i] === c || places[i] === other);
      const of = (place: number): number =>
        area(
          Float64Array.from(rows, (i) => (columns[place] as Float64Array)[i] as number),
          Float64Array.from(rows, (i) => Number(places[i] === place)),
        );
      parts.push([(of(c) + of(other)) / 2, rows.length]);
    }
  }
  const all = parts.reduce((sum, [, rows]) => sum + (isWeighted ? rows : 1), 0);
  return parts.reduce((sum, [score, rows]) => sum + score * (isWeighted ? rows : 1), 0) / all;
}

/** Precisions at each score from the highest down, by how much they add to the recall. */
export function precision(scores: Float64Array, places: Float64Array): number {
  const order = Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const all = places.reduce((sum, v) => sum + v, 0);
  let [right, sum, before] = [0, 0, 0];
  for (const [at, i] of order.entries()) {
    right += places[i] as number;
    const next = order[at + 1];
    if (next !== undefined && scores[next] === scores[i]) continue;
    sum += ((right - before) / all) * (right / (at + 1));
    before = right;
  }
  return sum;
}
