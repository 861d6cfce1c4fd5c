/**
 * Distances to four points at once: their sums do not wait for each other. Each metric has a loop of its own, in which
 * nothing is called.
 *
 * @module
 */

/** From the row at `at` of `x` to the four points that stand at `i` and behind in an order. */
export type Four = (
  x: Float64Array,
  at: number,
  points: Float64Array,
  order: Float64Array,
  i: number,
  d: number,
  out: Float64Array,
  to: number,
) => void;

/** Squared distances to four points, each summed in the order of the columns. */
const fourSquares: Four = (x, at, points, order, i, d, out, to) => {
  const [p, q] = [(order[i] as number) * d, (order[i + 1] as number) * d];
  const [r, s] = [(order[i + 2] as number) * d, (order[i + 3] as number) * d];
  let [a, b, c, e] = [0, 0, 0, 0];
  for (let l = 0; l < d; l++) {
    const v = x[at + l] as number;
    const va = v - (points[p + l] as number);
    const vb = v - (points[q + l] as number);
    const vc = v - (points[r + l] as number);
    const ve = v - (points[s + l] as number);
    a += va * va;
    b += vb * vb;
    c += vc * vc;
    e += ve * ve;
  }
  out[to] = a;
  out[to + 1] = b;
  out[to + 2] = c;
  out[to + 3] = e;
};

/** The same of the sizes of differences. */
const fourSizes: Four = (x, at, points, order, i, d, out, to) => {
  const [p, q] = [(order[i] as number) * d, (order[i + 1] as number) * d];
  const [r, s] = [(order[i + 2] as number) * d, (order[i + 3] as number) * d];
  let [a, b, c, e] = [0, 0, 0, 0];
  for (let l = 0; l < d; l++) {
    const v = x[at + l] as number;
    a += Math.abs(v - (points[p + l] as number));
    b += Math.abs(v - (points[q + l] as number));
    c += Math.abs(v - (points[r + l] as number));
    e += Math.abs(v - (points[s + l] as number));
  }
  out[to] = a;
  out[to + 1] = b;
  out[to + 2] = c;
  out[to + 3] = e;
};

/** The largest of the sizes of differences. */
const fourLargest: Four = (x, at, points, order, i, d, out, to) => {
  const [p, q] = [(order[i] as number) * d, (order[i + 1] as number) * d];
  const [r, s] = [(order[i + 2] as number) * d, (order[i + 3] as number) * d];
  let [a, b, c, e] = [0, 0, 0, 0];
  for (let l = 0; l < d; l++) {
    const v = x[at + l] as number;
    const va = Math.abs(v - (points[p + l] as number));
    const vb = Math.abs(v - (points[q + l] as number));
    const vc = Math.abs(v - (points[r + l] as number));
    const ve = Math.abs(v - (points[s + l] as number));
    if (va > a) a = va;
    if (vb > b) b = vb;
    if (vc > c) c = vc;
    if (ve > e) e = ve;
  }
  out[to] = a;
  out[to + 1] = b;
  out[to + 2] = c;
  out[to + 3] = e;
};

/** What measures four at once by a metric; null where nothing does. */
export function fourOf(metric: string): Four | null {
  if (metric === "chebyshev") return fourLargest;
  return metric === "manhattan" ? fourSizes : metric === "euclidean" ? fourSquares : null;
}
