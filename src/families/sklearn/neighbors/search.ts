/**
 * Searching for the nearest points: one by one, or down a KD tree or ball tree.
 *
 * @module
 */
import { NDArray } from "../../../core/ndarray/index.ts";
import { type Csr, Fused, KeptPoints, KeptRows, KeptTree, timesTransposed } from "../../../math/index.ts";
import { SparseMatrix } from "../../scipy/index.ts";
import type { Estimator } from "../estimator.ts";
import { floats, isSince, misfit, num, plain, text, wrong } from "../fields.ts";
import { matrixOf } from "../input.ts";
import { Matrix } from "../matrix.ts";
import type { Neighbors, Within } from "../model.ts";
import { SpaceTree } from "../tree/space.ts";
import { Heap } from "./heap.ts";
import { type Metric, metricOf } from "./metric.ts";
import { nearestByPartition } from "./partition.ts";
import { einsumOf, isSame, Settled, SettledAngles } from "./settle.ts";

/** What finds neighbours of a fitted estimator. */
export interface Search {
  readonly metric: Metric;
  /** Number of fitted samples. */
  readonly count: number;
  readonly features: number;
  /** Are missing values let through? */
  readonly finite: true | "allow-nan";
  nearest(x: Matrix, k: number): Neighbors;
  /** All distances of one row of a table. */
  all(x: Matrix): Float64Array;
}

/** Rows that are multiplied at once. */
const BATCH = 256;

/** The part of two squared norms below which a squared distance owes much to rounding. */
const NEAR = 1e-4;

/** Squared norms of rows. */
function norms(data: Float64Array, rows: number, d: number): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let l = i * d; l < (i + 1) * d; l++) sum += (data[l] as number) * (data[l] as number);
    out[i] = sum;
  }
  return out;
}

/** Squared distances by `xx - 2xy + yy`, as scikit-learn has them for a brute search. */
export function squared(x: Float64Array, y: Float64Array, n: number, m: number, d: number): Float64Array {
  const out = timesTransposed(x, y, n, d, m);
  const [xx, yy] = [norms(x, n, d), norms(y, m, d)];
  let fused: Fused | null = null;
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) {
      const all = (xx[i] as number) + (yy[j] as number);
      const v = Math.max(0, (xx[i] as number) - 2 * (out[at] as number) + (yy[j] as number));
      out[at] = v;
      // What is left of nearly equal rows owes much to roundings, which are followed.
      if (v > NEAR * all || all === 0) continue;
      fused ??= new Fused();
      const [own, other] = [fused.norm("einsum", x, i * d, d), fused.norm("einsum", y, j * d, d)];
      out[at] = Math.max(0, own - 2 * fused.product(x, i * d, y, j * d, d) + other);
    }
  }
  return out;
}

/** Squared distances to sparse rows, whose products are added one after another, as SciPy adds them. */
function squaredSparse(x: Float64Array, rows: number, d: number, fit: Csr): Float64Array {
  const { indptr, indices, data, rows: m } = fit;
  const out = new Float64Array(rows * m);
  const xx = norms(x, rows, d);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < m; j++, at++) {
      let [product, norm] = [0, 0];
      for (let e = indptr[j] as number; e < (indptr[j + 1] as number); e++) {
        const v = data[e] as number;
        product += (x[i * d + (indices[e] as number)] as number) * v;
        norm += v * v;
      }
      out[at] = Math.max(0, (xx[i] as number) - 2 * product + norm);
    }
  }
  return out;
}

/** The search of a fitted estimator. */
export function searchOf(est: Estimator): Search {
  const metric = metricOf(est);
  const given = est.attrs.get("_tree") ?? null;
  const tree = given instanceof SpaceTree ? given : null;
  const points = tree === null || est.attrs.get("_fit_X") !== undefined ? floats(est, "_fit_X", 2) : null;
  const [n, d] = (points?.shape ?? [tree?.order.length ?? 0, tree?.dims ?? 0]) as [number, number];
  const data = points?.data ?? (tree as SpaceTree).points;
  const method = text(est, "_fit_method");
  const isOld = !isSince(est.version, 1, 1);
  if ((method === "kd_tree" || method === "ball_tree") && tree === null) wrong(est, "_tree", "a KDTree or BallTree");
  let places: Float64Array | null = null;
  const kept = metric.name === "manhattan" ? new KeptRows(data, n, d) : null;
  // Of rows that are distances already each has one to every fitted sample.
  const width = metric.name === "precomputed" ? n : d;
  const isGemm = metric.name === "euclidean" || metric.name === "sqeuclidean";
  const isWalked = tree !== null && method !== "brute";
  const reducedOf = (part: Float64Array, rows: number, isOwn: boolean): Float64Array => {
    if (metric.name === "precomputed") return part.slice();
    // Trees measure each pair by itself.
    if (isGemm && !isWalked)
      return sparse === null ? squared(part, data, rows, n, d) : squaredSparse(part, rows, d, sparse);
    const out = new Float64Array(rows * n);
    if (kept?.pairwise("distances", part, rows, out)) return out;
    const four = metric.name === "manhattan" ? fourSizes : isGemm ? fourSquares : null;
    const measure = isOwn ? metric.reduced : (metric.bySciPy ?? metric.reduced);
    for (let i = 0; i < rows; i++) {
      let j = 0;
      if (four !== null) {
        places ??= Float64Array.from({ length: n }, (_, place) => place);
        for (; j + 4 <= n; j += 4) four(part, i * d, data, places, j, d, out, i * n + j);
      }
      for (; j < n; j++) out[i * n + j] = measure(part, i * d, data, j * d, d);
    }
    return out;
  };
  let yy: Float64Array | null = null;
  const walk = isWalked ? descent(tree, metric, isSince(est.version, 1, 0)) : null;
  const keptTree =
    isWalked && (metric.name === "euclidean" || metric.name === "manhattan")
      ? new KeptTree(tree, metric.name === "manhattan")
      : null;
  // Sparse rows are multiplied otherwise.
  const fit = est.attrs.get("_fit_X");
  const sparse = fit instanceof SparseMatrix ? matrixOf(null, fit).csr : null;
  const isDense = sparse === null;
  const isBlas = !isWalked && isGemm && isDense;
  let settled: Settled | null = null;
  const isAngle = metric.name === "cosine" && isDense;
  let angles: SettledAngles | null = null;
  const keptPoints = !isWalked && isGemm && isDense ? new KeptPoints(data, n, d) : null;
  return {
    metric,
    count: n,
    features: width,
    finite: metric.name === "nan_euclidean" ? "allow-nan" : true,
    all(x) {
      const isOwn = isWalked || !(isOld || isMixed(est, x));
      return reducedOf(x.data, x.rows, isOwn).map(metric.full);
    },
    nearest(x, k) {
      if (!(Number.isInteger(k) && k > 0)) throw new TypeError(`Expected n_neighbors > 0. Got ${k}`);
      if (k > n) {
        throw new TypeError(`Expected n_neighbors <= n_samples_fit, but n_neighbors = ${k}, n_samples_fit = ${n}`);
      }
      const distances = new Float64Array(x.rows * k);
      const indices = new Float64Array(x.rows * k);
      const heap = new Heap(k);
      // A few rows are searched by parts of the fitted samples, whose heaps are then poured into one.
      const isPoured = walk === null && isSince(est.version, 1, 1) && x.rows <= 4 * BATCH;
      const poured = new Heap(k);
      const isNew = isSince(est.version, 1, 9);
      // Where scikit-learn has no heap of its own: NumPy's partition of all distances.
      const isParted =
        walk === null &&
        (!isSince(est.version, 1, 1) ||
          isMixed(est, x) ||
          /^(cosine|hamming|nan_euclidean|mahalanobis|correlation|precomputed|jaccard|dice|matching|rogerstanimoto|sokalmichener|russellrao|sokalsneath|yule)$/.test(
            metric.name,
          ) ||
          (!isDense && (isSince(est.version, 1, 4) || !isSince(est.version, 1, 2))));
      // The table that was fitted is taken for that very array, whose rows NumPy's distances put at 0 from themselves.
      const isSelf = isParted && (isAngle || isGemm) && x.rows === n && !x.isSparse && isSame(x.data, data);
      const sorted = (found: Heap, at: number): void => {
        found.sort(isNew);
        for (let j = 0; j < k; j++) distances[at + j] = metric.full(found.values[j] as number);
        indices.set(found.places, at);
      };
      const pour = (values: ArrayLike<number>, own: ArrayLike<number>, from: number): void => {
        poured.clear();
        for (let j = from; j < from + k; j++) poured.push(values[j] as number, own[j] as number);
      };
      const search = isParted ? null : (keptTree ?? keptPoints);
      const isDone = search?.nearest(x.data, x.rows, k, (values, own, from, rows) => {
        for (let i = 0; i < rows; i++) {
          if (isPoured) pour(values, own, i * k);
          else {
            poured.values.set(values.subarray(i * k, (i + 1) * k));
            poured.places.set(own.subarray(i * k, (i + 1) * k));
          }
          sorted(poured, (from + i) * k);
        }
      });
      for (let from = 0; from < x.rows && !isDone; from += BATCH) {
        const rows = Math.min(BATCH, x.rows - from);
        const part = x.data.subarray(from * width, (from + rows) * width);
        // The identity of squares is finished as the heap is filled.
        const gram =
          walk === null && isGemm && isDense && !isParted
            ? { xx: norms(part, rows, d), yy: (yy ??= norms(data, n, d)) }
            : null;
        const all =
          gram !== null
            ? timesTransposed(part, data, rows, d, n)
            : walk === null
              ? reducedOf(part, rows, !isParted)
              : null;
        for (let i = 0; i < rows; i++) {
          const at = (from + i) * k;
          if (all !== null && isParted) {
            if (isAngle && !x.isSparse && !x.isSingle) {
              angles ??= new SettledAngles(data, n, d, einsumOf(est.version));
              angles.settle(part, i, k, all, i * n, n);
            }
            if (isSelf) all[i * n + from + i] = 0;
            for (const [j, place] of nearestByPartition(all, i * n, n, k).entries()) {
              distances[at + j] = metric.full(all[i * n + place] as number);
              indices[at + j] = place;
            }
            continue;
          }
          heap.clear();
          if (all === null) walk?.(part, i * d, heap);
          else if (gram !== null) {
            let largest = heap.largest;
            const own = gram.xx[i] as number;
            for (let j = 0, from = i * n; j < n; j++) {
              const v = own - 2 * (all[from + j] as number) + (gram.yy[j] as number);
              // What rounding made negative counts as 0, which is no nearer than a largest of 0.
              if (v >= largest || largest === 0) continue;
              heap.push(v < 0 ? 0 : v, j);
              largest = heap.largest;
            }
          } else {
            let largest = heap.largest;
            for (let j = 0, from = i * n; j < n; j++) {
              const v = all[from + j] as number;
              if (v >= largest) continue;
              heap.push(v, j);
              largest = heap.largest;
            }
          }
          if (isPoured) pour(heap.values, heap.places, 0);
          sorted(isPoured ? poured : heap, at);
        }
      }
      if (isBlas && (isOld ? !x.isSingle : !isParted) && !x.isSparse) {
        settled ??= new Settled(data, n, d, isOld ? einsumOf(est.version) : "blas");
        settled.settle(x.data, k, distances, indices, metric.full, isSelf);
      }
      return { distances, indices, k };
    },
  };
}

/** Are fitted samples and rows of different kinds, or no floats? scikit-learn's heaps take neither. */
function isMixed(est: Estimator, x: Matrix): boolean {
  const fit = est.attrs.get("_fit_X");
  if (!(fit instanceof NDArray)) return false;
  const { kind, itemsize } = fit.dtype;
  if (kind !== "f" || x.held !== null) return true;
  return itemsize === 4 ? !x.isSingle || !isSince(est.version, 1, 2) : x.isSingle;
}

/** `n_neighbors`, or how many the caller wants. */
export function countOf(est: Estimator, k?: number): number {
  return k ?? num(est, "n_neighbors", 5);
}

type Four = (
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

type Descent = (x: Float64Array, at: number, heap: Heap) => void;

/** Goes down a tree, nearer children first (BinaryTree._query_single_depthfirst). Since 1.0 what is no number comes in, too. */
function descent(tree: SpaceTree, metric: Metric, takesNaN: boolean): Descent {
  const { points, dims: d, order, start, end, isLeaf, bounds, radius, kind } = tree;
  const half = tree.nodes * d;
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
      else sum += metric.p === 2 ? 0.25 * gap * gap : (0.5 * gap) ** metric.p;
    }
    return sum;
  };
  const four = metric.name === "euclidean" ? fourSquares : metric.name === "manhattan" ? fourSizes : null;
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

/** Weights of neighbours by their distances, or null where all count the same. */
export function weigh(est: Estimator): ((distances: Float64Array, k: number) => Float64Array) | null {
  const weights = plain(est.attrs.get("weights") ?? "uniform");
  if (weights === "uniform" || weights === null) return null;
  if (weights !== "distance") return misfit(est, "its weights are a function of Python's, which brine never runs");
  return (distances, k) => {
    const out = distances.map((v) => 1 / v);
    for (let at = 0; at < out.length; at += k) {
      const row = out.subarray(at, at + k);
      // A sample that is there already decides alone.
      if (row.includes(Number.POSITIVE_INFINITY)) {
        for (let j = 0; j < k; j++) row[j] = row[j] === Number.POSITIVE_INFINITY ? 1 : 0;
      }
    }
    return out;
  };
}

/** Rows whose distances to all samples are held at once. */
const BLOCK = 128;

/** Neighbours within a radius, row by row. */
export function within(est: Estimator, search: Search = searchOf(est)): (x: Matrix, radius?: number) => Within[] {
  const own = num(est, "radius", 1);
  const { count } = search;
  return (x, radius = own) => {
    if (!(radius >= 0)) throw new TypeError(`radius must be 0 or more, not ${radius}`);
    const out: Within[] = [];
    const places = new Int32Array(count);
    for (let from = 0; from < x.rows; from += BLOCK) {
      const rows = Math.min(BLOCK, x.rows - from);
      const part = x.data.subarray(from * x.cols, (from + rows) * x.cols);
      const all = search.all(Matrix.dense(part, rows, x.cols));
      for (let i = 0; i < rows; i++) {
        let found = 0;
        for (let j = 0, at = i * count; j < count; j++, at++) if ((all[at] as number) <= radius) places[found++] = j;
        const chosen = places.slice(0, found);
        out.push({ places: chosen, distances: Float64Array.from(chosen, (j) => all[i * count + j] as number) });
      }
    }
    return out;
  };
}
