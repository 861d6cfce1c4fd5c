/**
 * Where the items of a view lie in a file: runs of bytes, from the lowest to the highest.
 *
 * @module
 */
import type { View } from "./indexing.ts";

/** Items of a view in the order in which they lie in a file, first axis first or last alike. */
export interface Runs {
  /** Byte of the first run, counted from the array's first. */
  readonly start: number;
  /** Bytes of one run. */
  readonly size: number;
  /** How many runs there are. */
  readonly count: number;
  /** Lengths of the axes that lead from run to run, outermost first, */
  readonly counts: readonly number[];
  /** and the bytes that each goes forward. */
  readonly steps: readonly number[];
  /** The view of the same items when the runs follow each other without gaps, in items. */
  readonly packed: View;
}

/** The runs of a view that counts bytes. */
export function runsOf(view: View, itemsize: number): Runs {
  const { shape, stride } = view;
  const packed: View = { shape: [...shape], stride: shape.map(() => 0), offset: 0 };
  if (shape.includes(0)) return { start: 0, size: 0, count: 0, counts: [], steps: [], packed };
  let start = view.offset;
  const axes = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1);
  for (const axis of axes) {
    const step = stride[axis] as number;
    if (step < 0) start += step * ((shape[axis] as number) - 1);
  }
  axes.sort((a, b) => Math.abs(stride[a] as number) - Math.abs(stride[b] as number));
  let items = 1;
  let size = itemsize;
  const counts: number[] = [];
  const steps: number[] = [];
  for (const axis of axes) {
    const n = shape[axis] as number;
    const step = stride[axis] as number;
    packed.stride[axis] = step < 0 ? -items : items;
    if (step < 0) packed.offset += items * (n - 1);
    items *= n;
    if (counts.length === 0 && Math.abs(step) === size) size *= n;
    else {
      counts.unshift(n);
      steps.unshift(Math.abs(step));
    }
  }
  return { start, size, count: counts.reduce((a, n) => a * n, 1), counts, steps, packed };
}

/** Runs that lie near each other, far from the next such group. */
export interface Groups {
  /** The groups, each as one run from its first byte to its last. */
  readonly outer: Runs;
  /** The runs of one group, counted from its beginning. */
  readonly inner: Runs;
}

/** The smallest groups of runs with at least `gap` bytes between them, of at most `most` bytes; null where there are none. */
export function groupsOf(runs: Runs, gap: number, most: number): Groups | null {
  const { start, size, counts, steps, packed } = runs;
  const part = (from: number, to: number, at: number, length: number): Runs => {
    const own = counts.slice(from, to);
    const count = own.reduce((a, n) => a * n, 1);
    return { start: at, size: length, count, counts: own, steps: steps.slice(from, to), packed };
  };
  let extent = size;
  for (let axis = counts.length - 1; axis >= 0 && extent <= most; axis--) {
    const [n, step] = [counts[axis] as number, steps[axis] as number];
    if (step - extent >= gap) {
      return { outer: part(0, axis + 1, start, extent), inner: part(axis + 1, counts.length, 0, size) };
    }
    extent += step * (n - 1);
  }
  return null;
}

/** Goes over the beginnings of runs, in ascending order. */
export class RunCursor {
  /** Beginning of the present run. */
  at: number;
  /** Runs that are left, with the present one. */
  left: number;
  readonly #runs: Runs;
  readonly #index: number[];

  constructor(runs: Runs) {
    this.#runs = runs;
    this.at = runs.start;
    this.left = runs.count;
    this.#index = runs.counts.map(() => 0);
  }

  /** Another cursor at the same place. */
  copy(): RunCursor {
    const other = new RunCursor(this.#runs);
    other.at = this.at;
    other.left = this.left;
    for (const [axis, i] of this.#index.entries()) other.#index[axis] = i;
    return other;
  }

  /** Moves to the next run. */
  next(): void {
    const { counts, steps } = this.#runs;
    this.left--;
    for (let axis = counts.length - 1; axis >= 0; axis--) {
      this.at += steps[axis] as number;
      if (++(this.#index[axis] as number) < (counts[axis] as number)) return;
      this.at -= (steps[axis] as number) * (counts[axis] as number);
      this.#index[axis] = 0;
    }
  }
}
