/**
 * Searching down a KD tree or ball tree.
 *
 * @module
 */
import type { SpaceTree } from "../tree/space.ts";
import { fourOf } from "./four.ts";
import type { Heap } from "./heap.ts";
import { type Metric, raiser } from "./metric.ts";

/** Fills a heap with what is nearest to one row. */
export type Descent = (x: Float64Array, at: number, heap: Heap) => void;

/** Goes down a tree, nearer children first (BinaryTree._query_single_depthfirst). Since 1.0 what is no number comes in, too. */
export function descent(tree: SpaceTree, metric: Metric, takesNaN: boolean): Descent {
  const { points, dims: d, order, start, end, isLeaf, bounds, radius, kind } = tree;
  const half = tree.nodes * d;
  const raise = raiser(metric.p);
  const bound = (node: number, x: Float64Array, at: number): number => {
    const from = node * d;
    if (kind === "ball") {
      const centre = metric.full(metric.reduced(x, at, bounds, from, d));
      return metric.back(Math.max(0, centre - (radius[node] as number)));
    }
    let sum = 0;
    for (let l = 0; l < d; l++) {
      const low = (bounds[from + l] as number) - (x[at + l] as number);
      const high = (x[at + l] as number) - (bounds[half + from + l] as number);
      const gap = low + Math.abs(low) + (high + Math.abs(high));
      if (metric.p === Number.POSITIVE_INFINITY) sum = Math.max(sum, 0.5 * gap);
      else sum += metric.p === 2 ? 0.25 * gap * gap : raise(0.5 * gap);
    }
    return sum;
  };
  const four = fourOf(metric.name);
  const sums = new Float64Array(4);
  const nodes: number[] = [];
  const least: number[] = [];
  return (x, at, heap) => {
    nodes.length = least.length = 0;
    nodes.push(0);
    least.push(bound(0, x, at));
    while (nodes.length > 0) {
      const node = nodes.pop() as number;
      if ((least.pop() as number) > heap.largest) continue;
      if (isLeaf[node]) {
        let i = start[node] as number;
        const last = end[node] as number;
        if (four !== null) {
          for (; i + 4 <= last; i += 4) {
            four(x, at, points, order, i, d, sums, 0);
            for (let j = 0; j < 4; j++) heap.push(sums[j] as number, order[i + j] as number);
          }
        }
        for (; i < last; i++) {
          const point = order[i] as number;
          const v = metric.reduced(x, at, points, point * d, d);
          if (takesNaN || v < heap.largest) heap.push(v, point);
        }
        continue;
      }
      const [one, two] = [2 * node + 1, 2 * node + 2];
      const [a, b] = [bound(one, x, at), bound(two, x, at)];
      if (a <= b) {
        nodes.push(two, one);
        least.push(b, a);
      } else {
        nodes.push(one, two);
        least.push(a, b);
      }
    }
  };
}
