/**
 * Products and distances of float64 rows, by WebAssembly's vectors.
 *
 * @module
 */
import { Arena, type Kernels, Place } from "./arena.ts";
import { KERNELS } from "./doublemodule.ts";

/** What is summed of two rows: products, squares of differences, their sizes, or cubes of these; or the largest size. */
export type Pairing = "dots" | "squares" | "distances" | "cubes" | "largest";

type Kernel = (a: number, panels: number, c: number, m: number, k: number, n: number) => void;

/** The kernels of scripts/kernels/double.c. */
export interface DoubleKernels extends Kernels, Readonly<Record<Pairing, Kernel>> {
  pack(b: number, panels: number, k: number, n: number, row: number, column: number): void;
  biased(c: number, bias: number, m: number, n: number, cut: number): void;
  exps(c: number, count: number, scale: number): void;
  decide(
    values: number,
    m: number,
    count: number,
    coef: number,
    wide: number,
    sizes: number,
    k: number,
    intercept: number,
    sums: number,
    out: number,
  ): void;
}

/** Fewer rows, or fewer steps in all, are not worth the way into WebAssembly. */
const LEAST_ROWS = 4;
const LEAST = 4096;
/** So many steps are where the second table is there already. */
const LEAST_KEPT = 512;
/** Rows that are computed at once: theirs and their results stay in the caches. */
export const BLOCK = 64;

/** The one instance: made when it is first wanted; null where pages or machines have none. */
let instance: Arena<DoubleKernels> | null | undefined;

/** The kernels of float64 with their memory. */
export function doubles(): Arena<DoubleKernels> | null {
  if (instance === undefined) instance = Arena.of<DoubleKernels>(KERNELS);
  return instance;
}

/** Numbers that a table of `n` rows and `k` columns takes in panels. */
export function panelSize(n: number, k: number): number {
  return ((n + 3) >> 2) * 4 * k;
}

/**
 * Puts the rows of `b (n, k)`, or the columns of `b (k, n)`, into panels at `to`, by way of `free`, where there is room
 * for all of `b`; both count numbers.
 */
export function packed(
  arena: Arena<DoubleKernels>,
  b: Float64Array,
  n: number,
  k: number,
  isColumns: boolean,
  to: number,
  free: number,
): void {
  arena.floats.set(b.length === k * n ? b : b.subarray(0, k * n), free);
  arena.kernels.pack(free * 8, to * 8, k, n, isColumns ? n : 1, isColumns ? 1 : k);
}

/**
 * Fills `out (m, n)` with what `kind` sums of each row of `a (m, k)` and each row of `b (n, k)`, or each column of
 * `b (k, n)` when `isColumns`; each sum runs in the order of the `k` items, as plain code has it. False where there is
 * nothing to be gained, or no vectors: then `out` is as it was.
 */
export function pairwise(
  kind: Pairing,
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
  isColumns: boolean,
  out: Float64Array,
): boolean {
  if (m < LEAST_ROWS || m * k * n < LEAST) return false;
  const arena = doubles();
  if (arena === null) return false;
  const panels = panelSize(n, k);
  const start = arena.scratch(8 * (panels + Math.max(k * n, BLOCK * (k + n))));
  if (start === null) return false;
  // Where the rows will be, the second table is until it is packed.
  const first = start / 8;
  packed(arena, b, n, k, isColumns, first, first + panels);
  blocks(arena, kind, a, m, k, n, first, first + panels, out);
  return true;
}

function blocks(
  arena: Arena<DoubleKernels>,
  kind: Pairing,
  a: Float64Array,
  m: number,
  k: number,
  n: number,
  panels: number,
  free: number,
  out: Float64Array,
): void {
  const { floats } = arena;
  const run = arena.kernels[kind];
  const pC = free + BLOCK * k;
  for (let from = 0; from < m; from += BLOCK) {
    const rows = Math.min(BLOCK, m - from);
    floats.set(a.subarray(from * k, (from + rows) * k), free);
    run(free * 8, panels * 8, pC * 8, rows, k, n);
    out.set(floats.subarray(pC, pC + rows * n), from * n);
  }
}

/** A table `b` of `n` rows and `k` columns that many others meet: it stays in the memory of the kernel between calls. */
export class KeptRows {
  readonly #data: Float64Array;
  readonly #n: number;
  readonly #k: number;
  readonly #isColumns: boolean;
  readonly #place: Place = new Place();

  constructor(data: Float64Array, n: number, k: number, isColumns = false) {
    this.#data = data;
    this.#n = n;
    this.#k = k;
    this.#isColumns = isColumns;
  }

  /** {@link pairwise} with this table as the second. */
  pairwise(kind: Pairing, a: Float64Array, m: number, out: Float64Array): boolean {
    const [n, k] = [this.#n, this.#k];
    if (m * k * n < LEAST_KEPT) return false;
    const arena = doubles();
    if (arena === null) return false;
    const kept = arena.keep(this.#place, 8 * panelSize(n, k));
    if (kept === null) return false;
    const start = arena.scratch(8 * Math.max(k * n, BLOCK * (k + n)));
    if (start === null) {
      // What was not filled must not be taken for filled.
      this.#place.age = -1;
      return false;
    }
    const panels = this.#place.at / 8;
    if (kept === "new") packed(arena, this.#data, n, k, this.#isColumns, panels, start / 8);
    blocks(arena, kind, a, m, k, n, panels, start / 8, out);
    return true;
  }
}
