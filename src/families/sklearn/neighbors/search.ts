/**
 * Searching for the nearest points: one by one, or down a KD tree or ball tree.
 *
 * @module
 */
import { NDArray } from "../../../core/ndarray/index.ts";
import { type Csr, KeptPoints, KeptTree, type Pairing } from "../../../math/index.ts";
import { SparseMatrix } from "../../scipy/index.ts";
import type { Estimator } from "../estimator.ts";
import { floats, isSince, num, text, wrong } from "../fields.ts";
import { matrixOf } from "../input.ts";
import type { Matrix } from "../matrix.ts";
import type { Neighbors } from "../model.ts";
import { Fitted, norms, squared, squaredSparse } from "../squares.ts";
import { SpaceTree } from "../tree/space.ts";
import { type Descent, descent } from "./descent.ts";
import { fourOf } from "./four.ts";
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
  /** All reduced distances of the rows of a table. */
  all(x: Matrix): Float64Array;
}

/** Rows that are multiplied at once. */
const BATCH = 256;

/** Metrics for which scikit-learn has no heap of its own. */
const PARTED = new Set(
  (
    "cosine hamming nan_euclidean mahalanobis correlation precomputed jaccard dice matching rogerstanimoto " +
    "sokalmichener russellrao sokalsneath yule"
  ).split(" "),
);

/** What the kernel of all pairs has for metrics. */
const PAIRINGS: Readonly<Record<string, Pairing>> = {
  manhattan: "distances",
  chebyshev: "largest",
  cubic: "cubes",
  euclidean: "squares",
  sqeuclidean: "squares",
};

/** The search of a fitted estimator. */
export function searchOf(est: Estimator): Search {
  return new Points(est);
}

/** The fitted samples of an estimator. */
class Points implements Search {
  readonly metric: Metric;
  readonly count: number;
  readonly features: number;
  readonly finite: true | "allow-nan";
  private readonly est: Estimator;
  private readonly data: Float64Array;
  private readonly d: number;
  /** The samples where they are sparse, whose products are added otherwise. */
  private readonly sparse: Csr | null;
  /** Do distances come from products of rows? */
  private readonly isProduct: boolean;
  /** Goes down the tree that searches; null where all samples are compared. */
  private readonly walk: Descent | null;
  private readonly kernel: KeptTree | KeptPoints | null;
  /** What a kernel gives of all pairs; null where each pair is measured here. */
  private readonly pairing: Pairing | null;
  private readonly rows: Fitted;
  private order: Float64Array | null = null;
  private settled: Settled | null = null;
  private angles: SettledAngles | null = null;

  constructor(est: Estimator) {
    const metric = metricOf(est);
    const given = est.attrs.get("_tree") ?? null;
    const tree = given instanceof SpaceTree ? given : null;
    const fit = est.attrs.get("_fit_X");
    const points = tree === null || fit !== undefined ? floats(est, "_fit_X", 2) : null;
    const [n, d] = (points?.shape ?? [tree?.order.length ?? 0, tree?.dims ?? 0]) as [number, number];
    const method = text(est, "_fit_method");
    if ((method === "kd_tree" || method === "ball_tree") && tree === null) wrong(est, "_tree", "a KDTree or BallTree");
    const { name } = metric;
    this.est = est;
    this.metric = metric;
    this.data = points?.data ?? (tree as SpaceTree).points;
    this.count = n;
    this.d = d;
    // Of rows that are distances already each has one to every fitted sample.
    this.features = name === "precomputed" ? n : d;
    this.finite = name === "nan_euclidean" ? "allow-nan" : true;
    this.sparse = fit instanceof SparseMatrix ? matrixOf(null, fit).csr : null;
    const walked = method === "brute" ? null : tree;
    const isEuclidean = name === "euclidean" || name === "sqeuclidean";
    // Trees measure each pair by itself.
    this.isProduct = walked === null && isEuclidean;
    this.walk = walked === null ? null : descent(walked, metric, isSince(est.version, 1, 0));
    this.pairing = this.isProduct ? null : (PAIRINGS[name] ?? null);
    this.rows = new Fitted(this.data, n, d);
    if (walked !== null && (name === "euclidean" || name === "manhattan")) {
      this.kernel = new KeptTree(walked, name === "manhattan");
    } else this.kernel = this.isProduct && this.sparse === null ? new KeptPoints(this.data, n, d) : null;
  }

  all(x: Matrix): Float64Array {
    const isOwn = this.walk !== null || (isSince(this.est.version, 1, 1) && !isMixed(this.est, x));
    return this.reduced(x.data, x.rows, isOwn);
  }

  nearest(x: Matrix, k: number): Neighbors {
    const { est, count } = this;
    if (!(Number.isInteger(k) && k > 0)) throw new TypeError(`Expected n_neighbors > 0. Got ${k}`);
    if (k > count) {
      throw new TypeError(`Expected n_neighbors <= n_samples_fit, but n_neighbors = ${k}, n_samples_fit = ${count}`);
    }
    const found = { distances: new Float64Array(x.rows * k), indices: new Float64Array(x.rows * k), k };
    const isParted = this.isParted(x);
    // The table that was fitted is taken for that very array, whose rows NumPy's distances put at 0 from themselves.
    const isSelf =
      isParted && (this.isProduct || this.isAngle) && x.rows === count && !x.isSparse && isSame(x.data, this.data);
    if (isParted) this.byPartition(x, found, isSelf);
    else this.byHeaps(x, found);
    const isOld = !isSince(est.version, 1, 1);
    if (this.isProduct && this.sparse === null && (isOld ? !x.isSingle : !isParted) && !x.isSparse) {
      this.settled ??= new Settled(this.data, count, this.d, isOld ? einsumOf(est.version) : "blas");
      this.settled.settle(x.data, k, found.distances, found.indices, this.metric.full, isSelf);
    }
    return found;
  }

  /** Are neighbours chosen by NumPy's partition of all distances, as scikit-learn has no heap of its own for them? */
  private isParted(x: Matrix): boolean {
    const { version } = this.est;
    if (this.walk !== null) return false;
    if (!isSince(version, 1, 1) || isMixed(this.est, x) || PARTED.has(this.metric.name)) return true;
    return this.sparse !== null && (isSince(version, 1, 4) || !isSince(version, 1, 2));
  }

  private get isAngle(): boolean {
    return this.metric.name === "cosine" && this.sparse === null;
  }

  /** Reduced distances of rows to all samples, one by one or all at once; by scikit-learn's own code, or by SciPy's. */
  private reduced(part: Float64Array, rows: number, isOwn: boolean): Float64Array {
    const { metric, data, d, count: n } = this;
    if (metric.name === "precomputed") return part.slice();
    if (this.isProduct) {
      return this.sparse === null
        ? squared(part, data, rows, n, d, this.rows)
        : squaredSparse(part, rows, d, this.sparse);
    }
    if (this.isAngle) {
      const angles = (this.angles ??= new SettledAngles(this.data, n, d, einsumOf(this.est.version)));
      return angles.all(part, rows);
    }
    const out = new Float64Array(rows * n);
    if (this.pairing !== null && this.rows.rows.pairwise(this.pairing, part, rows, out)) return out;
    const four = fourOf(metric.name);
    const order = (this.order ??= Float64Array.from({ length: n }, (_, place) => place));
    const measure = isOwn ? metric.reduced : (metric.bySciPy ?? metric.reduced);
    for (let i = 0; i < rows; i++) {
      let j = 0;
      if (four !== null) {
        for (; j + 4 <= n; j += 4) four(part, i * d, data, order, j, d, out, i * n + j);
      }
      for (; j < n; j++) out[i * n + j] = measure(part, i * d, data, j * d, d);
    }
    return out;
  }

  private byPartition(x: Matrix, { distances, indices, k }: Found, isSelf: boolean): void {
    const { est, metric, count: n, features: width } = this;
    for (let from = 0; from < x.rows; from += BATCH) {
      const rows = Math.min(BATCH, x.rows - from);
      const part = x.data.subarray(from * width, (from + rows) * width);
      const all = this.reduced(part, rows, false);
      for (let i = 0; i < rows; i++) {
        if (this.isAngle && !x.isSparse && !x.isSingle) {
          this.angles ??= new SettledAngles(this.data, n, this.d, einsumOf(est.version));
          this.angles.settle(part, i, k, all, i * n, n);
        }
        if (isSelf) all[i * n + from + i] = 0;
        const at = (from + i) * k;
        for (const [j, place] of nearestByPartition(all, i * n, n, k).entries()) {
          distances[at + j] = metric.full(all[i * n + place] as number);
          indices[at + j] = place;
        }
      }
    }
  }

  private byHeaps(x: Matrix, found: Found): void {
    const { est, metric, walk, count: n, d } = this;
    const { k } = found;
    const last = new Heap(k);
    const isNew = isSince(est.version, 1, 9);
    // A few rows are searched by parts of the fitted samples, whose heaps are then poured into one.
    const isPoured = walk === null && isSince(est.version, 1, 1) && x.rows <= 4 * BATCH;
    const take = (values: Float64Array, places: Float64Array | Int32Array, row: number): void => {
      if (isPoured) {
        last.clear();
        for (let j = 0; j < k; j++) last.push(values[j] as number, places[j] as number);
      } else {
        last.values.set(values);
        last.places.set(places);
      }
      last.sort(isNew);
      for (let j = 0; j < k; j++) found.distances[row * k + j] = metric.full(last.values[j] as number);
      found.indices.set(last.places, row * k);
    };
    const isDone = this.kernel?.nearest(x.data, x.rows, k, (values, places, from, rows) => {
      for (let i = 0; i < rows; i++) {
        const [at, end] = [i * k, (i + 1) * k];
        take(values.subarray(at, end), places.subarray(at, end), from + i);
      }
    });
    if (isDone) return;
    const heap = new Heap(k);
    for (let from = 0; from < x.rows; from += BATCH) {
      const rows = Math.min(BATCH, x.rows - from);
      const part = x.data.subarray(from * d, (from + rows) * d);
      const all = walk === null ? this.table(part, rows) : null;
      for (let i = 0; i < rows; i++) {
        heap.clear();
        if (all === null) walk?.(part, i * d, heap);
        else {
          let largest = heap.largest;
          for (let j = 0, at = i * n; j < n; j++) {
            const v = all[at + j] as number;
            // What rounding made negative counts as 0, which is no nearer than a largest of 0.
            if (v >= largest || largest === 0) continue;
            heap.push(v < 0 ? 0 : v, j);
            largest = heap.largest;
          }
        }
        take(heap.values, heap.places, from + i);
      }
    }
  }

  /** Reduced distances of rows to all samples, those of products as they come out. */
  private table(part: Float64Array, rows: number): Float64Array {
    const { d, count: n } = this;
    if (!this.isProduct || this.sparse !== null) return this.reduced(part, rows, true);
    const out = this.rows.dots(part, rows);
    const own = norms(part, rows, d);
    const { norms: others } = this.rows;
    for (let i = 0, at = 0; i < rows; i++) {
      for (let j = 0; j < n; j++, at++) {
        out[at] = (own[i] as number) - 2 * (out[at] as number) + (others[j] as number);
      }
    }
    return out;
  }
}

/** Neighbours that are being found. */
interface Found extends Neighbors {
  readonly distances: Float64Array;
  readonly indices: Float64Array;
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
