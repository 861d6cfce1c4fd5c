/**
 * Densities by kernels (sklearn/neighbors/_kde.py, and kernel_density of _binary_tree.pxi.tp).
 *
 * scikit-learn holds bounds on a sum over all samples, and splits the tree's nodes until the bounds are near enough:
 * what it answers depends on the order in which that goes, and so does what is summed here.
 *
 * @module
 */
import { pairwiseSum } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { floatsOf, misfit, num, text, wrong } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Model } from "../model.ts";
import { SpaceTree } from "../tree/space.ts";
import { fourOf } from "./four.ts";
import { type Metric, metricOf, raiser } from "./metric.ts";

const NONE = Number.NEGATIVE_INFINITY;

/** Logarithm of the volume of a ball of `d` dimensions. */
function logVolume(d: number): number {
  let out = d % 2 === 0 ? 0 : Math.log(2);
  for (let i = d; i > 1; i -= 2) out += Math.log((2 * Math.PI) / i);
  return out;
}

function logFactorial(n: number): number {
  let out = 0;
  for (let i = 2; i <= n; i++) out += Math.log(i);
  return out;
}

/** Logarithms of a kernel at a distance, for a bandwidth, and of its integral for a bandwidth of one. */
function kernelOf(name: string, d: number, h: number): { at: (v: number) => number; norm: number } | null {
  switch (name) {
    case "gaussian":
      return { at: (v) => (-0.5 * (v * v)) / (h * h), norm: 0.5 * d * Math.log(2 * Math.PI) };
    case "tophat":
      return { at: (v) => (v < h ? 0 : NONE), norm: logVolume(d) };
    case "epanechnikov":
      return {
        at: (v) => (v < h ? Math.log(1 - (v * v) / (h * h)) : NONE),
        norm: logVolume(d) + Math.log(2 / (d + 2)),
      };
    case "exponential":
      return {
        at: (v) => -v / h,
        norm: d === 1 ? Math.log(2) : Math.log(2 * Math.PI) + logVolume(d - 2) + logFactorial(d - 1),
      };
    case "linear":
      return { at: (v) => (v < h ? Math.log(1 - v / h) : NONE), norm: logVolume(d) - Math.log(d + 1) };
    case "cosine": {
      let sum = 0;
      let term = 2 / Math.PI;
      for (let k = 1; k <= d; k += 2) {
        sum += term;
        term *= -(d - k) * (d - k - 1) * (2 / Math.PI) ** 2;
      }
      const surface = d === 1 ? Math.log(2) : Math.log(2 * Math.PI) + logVolume(d - 2);
      return {
        at: (v) => (v < h ? Math.log(Math.cos((0.5 * Math.PI * v) / h)) : NONE),
        norm: Math.log(sum) + surface,
      };
    }
    default:
      return null;
  }
}

/** The logarithm of a sum of two, and of a difference, both given by their logarithms. */
function plus(a: number, b: number): number {
  const top = Math.max(a, b);
  return top === NONE ? NONE : top + Math.log(1 + Math.exp(Math.min(a, b) - top));
}
function minus(a: number, b: number): number {
  return a <= b ? NONE : a + Math.log(1 - Math.exp(b - a));
}

/** The least and the greatest distance of a point to a node's points, into `out`. */
function reach(tree: SpaceTree, metric: Metric): (node: number, x: Float64Array, at: number, out: number[]) => void {
  const { bounds, dims: d, nodes, radius } = tree;
  if (tree.kind === "ball") {
    return (node, x, at, out) => {
      const far = metric.full(metric.reduced(x, at, bounds, node * d, d));
      out[0] = Math.max(0, far - (radius[node] as number));
      out[1] = far + (radius[node] as number);
    };
  }
  const { p } = metric;
  const most = p === Number.POSITIVE_INFINITY;
  const power = raiser(p);
  const raised = (v: number): number => (p === 2 ? v * v : p === 1 ? v : power(v));
  return (node, x, at, out) => {
    let [near, far] = [0, 0];
    for (let l = 0; l < d; l++) {
      const low = (bounds[node * d + l] as number) - (x[at + l] as number);
      const high = (x[at + l] as number) - (bounds[(nodes + node) * d + l] as number);
      const gap = 0.5 * (low + Math.abs(low) + (high + Math.abs(high)));
      const span = Math.max(Math.abs(low), Math.abs(high));
      near = most ? Math.max(near, gap) : near + raised(gap);
      far = most ? Math.max(far, span) : far + raised(span);
    }
    out[0] = p === 2 ? Math.sqrt(near) : p === 1 || most ? near : near ** (1 / p);
    out[1] = p === 2 ? Math.sqrt(far) : p === 1 || most ? far : far ** (1 / p);
  };
}

/** Nodes by their distance, the nearest first: equal ones come as scikit-learn's heap gives them. */
class NodeHeap {
  private readonly keys: number[] = [];
  private readonly nodes: number[] = [];
  get size(): number {
    return this.keys.length;
  }
  private swap(i: number, j: number): void {
    const { keys, nodes } = this;
    [keys[i], keys[j]] = [keys[j] as number, keys[i] as number];
    [nodes[i], nodes[j]] = [nodes[j] as number, nodes[i] as number];
  }
  push(key: number, node: number): void {
    const { keys } = this;
    let i = keys.push(key) - 1;
    this.nodes.push(node);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((keys[parent] as number) <= (keys[i] as number)) break;
      this.swap(i, parent);
      i = parent;
    }
  }
  pop(): number {
    const { keys, nodes } = this;
    const out = nodes[0] as number;
    const [key, node] = [keys.pop() as number, nodes.pop() as number];
    if (keys.length === 0) return out;
    [keys[0], nodes[0]] = [key, node];
    for (let i = 0; 2 * i + 1 < keys.length; ) {
      const [a, b] = [2 * i + 1, 2 * i + 2];
      const next = b < keys.length && !((keys[a] as number) <= (keys[b] as number)) ? b : a;
      if (!((keys[next] as number) <= (keys[i] as number))) break;
      this.swap(i, next);
      i = next;
    }
    return out;
  }
  clear(): void {
    this.keys.length = this.nodes.length = 0;
  }
}

/** The sum of the kernel over all samples of a tree, as logarithms, for a row of a table. */
function sumOver(
  tree: SpaceTree,
  metric: Metric,
  weights: Float64Array | null,
  kernel: { at: (v: number) => number; norm: number },
  given: { atol: number; rtol: number; isBreadthFirst: boolean },
): (x: Float64Array, at: number) => number {
  const { dims: d, points, order, start, end, isLeaf, nodes } = tree;
  const bound = reach(tree, metric);
  const logs = weights?.map(Math.log) ?? null;
  const weigh = (node: number): number => {
    const [from, to] = [start[node] as number, end[node] as number];
    if (weights === null) return Math.log(to - from);
    let sum = 0;
    for (let i = from; i < to; i++) sum += weights[order[i] as number] as number;
    return Math.log(sum);
  };
  const shares = Float64Array.from({ length: nodes }, (_, node) => weigh(node));
  const all = Math.log(weights === null ? order.length : pairwiseSum(weights));
  const [atol, rtol] = [Math.log(given.atol), Math.log(given.rtol)];
  const isNear = (spread: number, low: number): boolean => kernel.norm + spread <= plus(atol, rtol + kernel.norm + low);
  const lows = new Float64Array(nodes);
  const spreads = new Float64Array(nodes);
  const ends = [0, 0];
  const four = fourOf(metric.name);
  const sums = new Float64Array(order.length);
  let [low, spread] = [0, 0];
  const addLeaf = (node: number, x: Float64Array, at: number): void => {
    low = minus(low, lows[node] as number);
    spread = minus(spread, spreads[node] as number);
    const [from, to] = [start[node] as number, end[node] as number];
    let i = from;
    if (four !== null) for (; i + 4 <= to; i += 4) four(x, at, points, order, i, d, sums, i);
    for (; i < to; i++) sums[i] = metric.reduced(x, at, points, (order[i] as number) * d, d);
    for (i = from; i < to; i++) {
      const value = kernel.at(metric.full(sums[i] as number));
      low = plus(low, logs === null ? value : value + (logs[order[i] as number] as number));
    }
  };
  /** Puts the bounds of a node's children into its place. */
  const split = (node: number): void => {
    const [a, b] = [2 * node + 1, 2 * node + 2];
    low = plus(plus(minus(low, lows[node] as number), lows[a] as number), lows[b] as number);
    spread = plus(plus(minus(spread, spreads[node] as number), spreads[a] as number), spreads[b] as number);
  };
  const heap = new NodeHeap();
  return (x, at) => {
    /** The bounds of a node, and its distance. A breadth-first walk holds the upper bounds of children as spreads. */
    const look = (node: number, isSpread: boolean): number => {
      bound(node, x, at, ends);
      const share = node === 0 ? all : (shares[node] as number);
      lows[node] = share + kernel.at(ends[1] as number);
      const most = share + kernel.at(ends[0] as number);
      spreads[node] = isSpread ? minus(most, lows[node] as number) : most;
      return ends[0] as number;
    };
    const first = look(0, true);
    [low, spread] = [lows[0] as number, spreads[0] as number];
    const isDone = (node: number): boolean =>
      isNear((spreads[node] as number) - (shares[node] as number) + all, lows[node] as number);
    if (given.isBreadthFirst) {
      heap.clear();
      heap.push(first, 0);
      while (heap.size > 0) {
        const node = heap.pop();
        if (isDone(node)) continue;
        if (isNear(spread, low)) break;
        if (isLeaf[node]) addLeaf(node, x, at);
        else {
          const near = [look(2 * node + 1, false), look(2 * node + 2, false)] as const;
          split(node);
          heap.push(near[0], 2 * node + 1);
          heap.push(near[1], 2 * node + 2);
        }
      }
    } else {
      const left = [0];
      for (let node = left.pop(); node !== undefined; node = left.pop()) {
        if (isDone(node) || isNear(spread, low)) continue;
        if (isLeaf[node]) addLeaf(node, x, at);
        else {
          look(2 * node + 1, true);
          look(2 * node + 2, true);
          split(node);
          left.push(2 * node + 2, 2 * node + 1);
        }
      }
    }
    return plus(low, spread - Math.log(2));
  };
}

export function density(est: Estimator): Model {
  const tree = est.attrs.get("tree_");
  if (!(tree instanceof SpaceTree)) return wrong(est, "tree_", "a KDTree or BallTree");
  const d = tree.dims;
  const metric = metricOf(est, "euclidean");
  const name = text(est, "kernel", "gaussian") as string;
  // Rules of thumb have names, and what they came to stands beside them.
  const h = est.attrs.has("bandwidth_") ? num(est, "bandwidth_") : num(est, "bandwidth", 1);
  const kernel = kernelOf(name, d, h) ?? misfit(est, `its kernel is ${name}`);
  const norm = -kernel.norm - d * Math.log(h);
  const given = floatsOf(tree.state?.[12] ?? null)?.data ?? null;
  const weights = given?.length === tree.order.length ? given : null;
  const total = weights === null ? tree.order.length : pairwiseSum(weights);
  const sum = sumOver(
    tree,
    metric,
    weights,
    { at: kernel.at, norm },
    {
      atol: num(est, "atol", 0) * total,
      rtol: num(est, "rtol", 0),
      isBreadthFirst: est.attrs.get("breadth_first") !== false,
    },
  );
  const scores = (x: Matrix): Float64Array =>
    Float64Array.from({ length: x.rows }, (_, i) => sum(x.data, i * d) + norm - Math.log(total));
  return { features: d, scoreSamples: (x) => Matrix.flat(scores(x)), score: (x) => pairwiseSum(scores(x)) };
}
