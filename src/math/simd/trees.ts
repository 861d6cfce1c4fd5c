/**
 * Walks down decision trees by WebAssembly, eight rows at once.
 *
 * @module
 */

import { grown, instantiated } from "./instance.ts";
import { KERNELS } from "./treesmodule.ts";

type Walk = (nodes: number, x: number, rows: number, cols: number, leaves: number) => void;

interface Exports {
  readonly memory: WebAssembly.Memory;
  base(): number;
  walk32: Walk;
  walk64: Walk;
}

/** Nodes as the kernel reads them: {@link nodeTable} makes them. */
export interface NodeTable {
  readonly bytes: Uint8Array;
  readonly isDouble: boolean;
}

/** Is told the leaves of the rows from `from` on, in one tree; they are overwritten by the next. */
export type Visit = (leaves: Int32Array, tree: number, from: number) => void;

/** Fewer rows are walked in plain JavaScript. */
const LEAST = 8;
/** Rows that go down all trees together: they stay in the cache. */
const BLOCK = 1024;
/** The memory of the kernel holds no more. */
const MOST = 1 << 28;

/** The one instance: made when it is first wanted; null where pages or machines have none. */
let instance: Exports | null | undefined;

function kernel(): Exports | null {
  if (instance === undefined) instance = instantiated<Exports>(KERNELS);
  return instance;
}

/**
 * A tree's nodes for {@link walkTrees}: go left where `x[feature] <= cut`. A node without children, `left[i] < 0` or
 * `isLeaf[i]`, is a leaf. Children and features must be in range.
 */
export function nodeTable(
  left: Int32Array,
  right: Int32Array,
  feature: Int32Array,
  cut: Float32Array | Float64Array,
  isLeaf: Uint8Array | null = null,
): NodeTable {
  const isDouble = cut instanceof Float64Array;
  const step = isDouble ? 6 : 4;
  const words = new Int32Array(left.length * step);
  const cuts = isDouble ? new Float64Array(words.buffer) : new Float32Array(words.buffer);
  for (let i = 0, at = 0; i < left.length; i++, at += step) {
    const own = (isLeaf === null ? (left[i] as number) < 0 : isLeaf[i] === 1) ? i : -1;
    cuts[isDouble ? at / 2 : at] = cut[i] as number;
    const to = isDouble ? at + 2 : at + 1;
    words[to] = own < 0 ? (feature[i] as number) : 0;
    words[to + 1] = own < 0 ? (left[i] as number) : own;
    words[to + 2] = own < 0 ? (right[i] as number) : own;
  }
  return { bytes: new Uint8Array(words.buffer), isDouble };
}

/**
 * Walks all rows down all trees, which are of one precision: that of `x (rows, cols)`, in which there is no NaN. False
 * where there are too few rows or no WebAssembly.
 */
export function walkTrees(
  x: Float32Array | Float64Array,
  rows: number,
  cols: number,
  trees: readonly NodeTable[],
  visit: Visit,
): boolean {
  if (rows < LEAST || cols === 0) return false;
  const most = trees.reduce((size, { bytes }) => Math.max(size, bytes.length), 0);
  const size = x.BYTES_PER_ELEMENT;
  const tables = (most + 15) & ~15;
  const need = tables + BLOCK * (cols * size + 4);
  if (need > MOST) return false;
  const fast = kernel();
  if (fast === null) return false;
  const start = (fast.base() + 15) & ~15;
  const buffer = grown(fast.memory, start + need);
  if (buffer === null) return false;
  const walk = size === 8 ? fast.walk64 : fast.walk32;
  const [pX, pLeaves] = [start + tables, start + tables + BLOCK * cols * size];
  const nodes = new Uint8Array(buffer, start, tables);
  const table = size === 8 ? new Float64Array(buffer) : new Float32Array(buffer);
  for (let from = 0; from < rows; from += BLOCK) {
    const count = Math.min(BLOCK, rows - from);
    const padded = (count + 7) & ~7;
    table.set(x.subarray(from * cols, (from + count) * cols), pX / size);
    if (padded > count) table.fill(0, pX / size + count * cols, pX / size + padded * cols);
    const leaves = new Int32Array(buffer, pLeaves, count);
    for (const [t, { bytes }] of trees.entries()) {
      nodes.set(bytes);
      walk(start, pX, padded, cols, pLeaves);
      visit(leaves, t, from);
    }
  }
  return true;
}
