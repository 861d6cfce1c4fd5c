/**
 * Products and distances of float64 rows, by WebAssembly's vectors.
 *
 * @module
 */
import { KERNELS } from "./doublemodule.ts";
import { grown, instantiated } from "./instance.ts";

/** What is summed of two rows: products, squares of differences, or their sizes. */
export type Pairing = "dots" | "squares" | "distances";

type Kernel = (a: number, panels: number, c: number, m: number, k: number, n: number) => void;

interface Exports extends Readonly<Record<Pairing, Kernel>> {
  readonly memory: WebAssembly.Memory;
  base(): number;
  pack(b: number, panels: number, k: number, n: number, row: number, column: number): void;
}

/** Fewer rows, or fewer steps in all, are not worth the way into WebAssembly. */
const LEAST_ROWS = 4;
const LEAST = 4096;
/** The memory of the kernel holds no more; larger tables go in plain JavaScript. */
const MOST = 1 << 28;
/** Rows that are computed at once: theirs and their results stay in the caches. */
const BLOCK = 64;

/** The one instance: made when it is first wanted; null where pages or machines have none. */
let instance: Exports | null | undefined;

function kernel(): Exports | null {
  if (instance === undefined) instance = instantiated<Exports>(KERNELS);
  return instance;
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
  const panels = ((n + 3) >> 2) * 4 * k;
  const need = 8 * (panels + Math.max(k * n, BLOCK * (k + n)));
  if (need > MOST) return false;
  const fast = kernel();
  if (fast === null) return false;
  const start = (fast.base() + 15) & ~15;
  const buffer = grown(fast.memory, start + need);
  if (buffer === null) return false;
  const whole = new Float64Array(buffer);
  const first = start / 8;
  const [pA, pC] = [first + panels, first + panels + BLOCK * k];
  // Where the rows will be, the second table is until it is packed.
  whole.set(b.subarray(0, k * n), pA);
  fast.pack(pA * 8, first * 8, k, n, isColumns ? n : 1, isColumns ? 1 : k);
  for (let from = 0; from < m; from += BLOCK) {
    const rows = Math.min(BLOCK, m - from);
    const padded = (rows + 3) & ~3;
    whole.set(a.subarray(from * k, (from + rows) * k), pA);
    if (padded > rows) whole.fill(0, pA + rows * k, pA + padded * k);
    fast[kind](pA * 8, first * 8, pC * 8, padded, k, n);
    out.set(whole.subarray(pC, pC + rows * n), from * n);
  }
  return true;
}
