/**
 * Nearest neighbours among points that stay in the memory of a kernel.
 *
 * @module
 */
import { Arena, type Kernels, Place } from "./arena.ts";
import { KERNELS } from "./neighborsmodule.ts";

interface NeighborKernels extends Kernels {
  prepare(points: number, panels: number, offsets: number, norms: number, mean: number): void;
  search(points: number, x: number, m: number, k: number, values: number, places: number, singles: number): number;
  descend(tree: number, x: number, m: number, k: number, values: number, places: number): void;
}

/** Rows that are searched for at once. */
const BLOCK = 256;

/** The one instance: made when it is first wanted; null where pages or machines have none. */
let instance: Arena<NeighborKernels> | null | undefined;

function neighbors(): Arena<NeighborKernels> | null {
  if (instance === undefined) instance = Arena.of<NeighborKernels>(KERNELS);
  return instance;
}

/** Is given the heaps of rows from `from` on, `k` numbers each, in no order but a heap's; they are overwritten then. */
export type Heaps = (values: Float64Array, places: Int32Array, from: number, rows: number) => void;

const even = (n: number): number => n + (n & 1);
/** Bytes of the structs Points and Tree of the kernel. */
const HEAD = 64;

/** Points for a search one by one: squared distances by `xx - 2xy + yy`. */
export class KeptPoints {
  readonly #data: Float64Array;
  readonly #n: number;
  readonly #d: number;
  readonly #place: Place = new Place();
  /** Is single precision too rough to tell these points apart? */
  #isVain = false;

  constructor(data: Float64Array, n: number, d: number) {
    this.#data = data;
    this.#n = n;
    this.#d = d;
  }

  /** Finds the `k` nearest of each row of `x`. False where there are no vectors, or they gain nothing. */
  nearest(x: Float64Array, rows: number, k: number, each: Heaps): boolean {
    const arena = this.#isVain ? null : neighbors();
    const [n, d] = [this.#n, this.#d];
    if (arena === null || n === 0 || d === 0) return false;
    const wide = (n + 7) & ~7;
    const [pData, pNorms, pMean] = [HEAD / 8, HEAD / 8 + n * d, HEAD / 8 + n * d + n];
    const pPanels = pMean + even(d);
    const kept = arena.keep(this.#place, 8 * (pPanels + (wide * d) / 2 + wide / 2));
    if (kept === null) return false;
    const start = arena.scratch(8 * (BLOCK * (d + k + k) + 4 * d));
    if (start === null) {
      this.#place.age = -1;
      return false;
    }
    const { floats, kernels } = arena;
    const { at } = this.#place;
    if (kept === "new") {
      floats.set(this.#data.subarray(0, n * d), at / 8 + pData);
      new Int32Array(floats.buffer, at, 3).set([n, d, at + pData * 8]);
      const panels = at + pPanels * 8;
      kernels.prepare(at, panels, panels + wide * d * 4, at + pNorms * 8, at + pMean * 8);
    }
    const values = start + BLOCK * d * 8;
    const places = values + BLOCK * k * 8;
    for (let from = 0; from < rows; from += BLOCK) {
      const own = Math.min(BLOCK, rows - from);
      floats.set(x.subarray(from * d, (from + own) * d), start / 8);
      const tried = kernels.search(at, start, own, k, values, places, places + BLOCK * k * 8);
      if (tried > own * (k + n / 8) + 64) this.#isVain = true;
      each(
        floats.subarray(values / 8, values / 8 + own * k),
        new Int32Array(floats.buffer, places, own * k),
        from,
        own,
      );
    }
    return true;
  }
}

/** A KD tree or ball tree as it is kept. */
export interface Space {
  readonly kind: "kd" | "ball";
  readonly dims: number;
  readonly nodes: number;
  readonly points: Float64Array;
  readonly order: ArrayLike<number>;
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
  readonly isLeaf: ArrayLike<number>;
  readonly radius: Float64Array;
  readonly bounds: Float64Array;
}

/** A tree of points; reduced distances: squares, or sums of sizes for `isManhattan`. */
export class KeptTree {
  readonly #tree: Space;
  readonly #isManhattan: boolean;
  readonly #place: Place = new Place();
  /** The first panel of each leaf, and the number of all. */
  readonly #panels: Int32Array;

  constructor(tree: Space, isManhattan: boolean) {
    this.#tree = tree;
    this.#isManhattan = isManhattan;
    const { nodes, start, end, isLeaf } = tree;
    this.#panels = new Int32Array(nodes + 1);
    let sum = 0;
    for (let i = 0; i < nodes; i++) {
      this.#panels[i] = sum;
      if (isLeaf[i] && sum < 1 << 28) sum += ((end[i] as number) - (start[i] as number) + 3) >> 2;
    }
    this.#panels[nodes] = sum;
  }

  /** Finds the `k` nearest of each row of `x`. False where there are no vectors. */
  nearest(x: Float64Array, rows: number, k: number, each: Heaps): boolean {
    const arena = neighbors();
    const { dims: d, nodes, order, kind } = this.#tree;
    if (arena === null || nodes === 0 || d === 0) return false;
    const pairs = (nodes >> 1) + 1;
    const sizes = [
      (this.#panels[nodes] as number) * 4 * d,
      pairs * d * (kind === "kd" ? 4 : 2),
      nodes + 1,
      ...[nodes, nodes, nodes, order.length, nodes].map((count) => even(count) / 2),
    ];
    const kept = arena.keep(this.#place, HEAD + 8 * sizes.reduce((a, b) => a + b));
    if (kept === null) return false;
    const begin = arena.scratch(8 * BLOCK * (d + k + k));
    if (begin === null) {
      this.#place.age = -1;
      return false;
    }
    const { at } = this.#place;
    if (kept === "new") this.#fill(arena.floats, at, sizes);
    const { floats, kernels } = arena;
    const values = begin + BLOCK * d * 8;
    const places = values + BLOCK * k * 8;
    for (let from = 0; from < rows; from += BLOCK) {
      const own = Math.min(BLOCK, rows - from);
      floats.set(x.subarray(from * d, (from + own) * d), begin / 8);
      kernels.descend(at, begin, own, k, values, places);
      each(
        floats.subarray(values / 8, values / 8 + own * k),
        new Int32Array(floats.buffer, places, own * k),
        from,
        own,
      );
    }
    return true;
  }

  #fill(floats: Float64Array, at: number, sizes: readonly number[]): void {
    const { dims: d, nodes, points, order, start, end, isLeaf, radius, bounds, kind } = this.#tree;
    const starts: number[] = [];
    let next = at + HEAD;
    for (const size of sizes) {
      starts.push(next);
      next += size * 8;
    }
    const [panels, pairs, radii, first, last, leaf, places, panel] = starts as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const ints = new Int32Array(floats.buffer);
    // As the struct has them.
    ints.set(
      [order.length, d, nodes, Number(kind === "ball"), Number(this.#isManhattan), first, last, leaf, places, panel],
      at / 4,
    );
    ints.set([panels, pairs, radii], at / 4 + 10);
    ints.set(Int32Array.from(start), first / 4);
    ints.set(Int32Array.from(end), last / 4);
    ints.set(Int32Array.from(isLeaf), leaf / 4);
    ints.set(Int32Array.from(order), places / 4);
    ints.set(this.#panels.subarray(0, nodes), panel / 4);
    floats.set(radius.subarray(0, nodes), radii / 8);
    floats[radii / 8 + nodes] = 0;
    for (let i = 0; i < nodes; i++) {
      if (!isLeaf[i]) continue;
      const [from, to] = [start[i] as number, end[i] as number];
      const base = panels / 8 + (this.#panels[i] as number) * 4 * d;
      for (let p = from; p < to; p++) {
        const point = (order[p] as number) * d;
        const own = base + ((p - from) >> 2) * 4 * d + ((p - from) & 3);
        for (let l = 0; l < d; l++) floats[own + 4 * l] = points[point + l] as number;
      }
    }
    // Nodes 2p - 1 and 2p side by side: the low bounds of both, then the high ones; or their centres.
    const half = nodes * d;
    const width = kind === "kd" ? 4 : 2;
    for (let node = 0; node < nodes; node++) {
      const own = pairs / 8 + ((node + 1) >> 1) * d * width + ((node + 1) & 1);
      for (let l = 0; l < d; l++) {
        floats[own + l * width] = bounds[node * d + l] as number;
        if (kind === "kd") floats[own + l * width + 2] = bounds[half + node * d + l] as number;
      }
    }
  }
}
