/**
 * The nodes of a decision tree (sklearn/tree/_tree.pxd), checked when they are read: a walk down always ends.
 *
 * @module
 */

import { NDArray } from "../../../core/ndarray/index.ts";
import type { GlobalEntry, Reduction } from "../../../core/pack.ts";
import { PyDict } from "../../../core/values/dict.ts";
import { inspect, type Parts, pyAttrs, pyParts, pyReduce, pyRepr, pyType } from "../../../core/values/protocol.ts";
import { inspectText } from "../../../core/values/repr.ts";
import { PyGlobal } from "../../../core/values/scalars.ts";
import type { PyTuple } from "../../../core/values/tuple.ts";
import { type NodeTable, nodeTable, walkTrees } from "../../../math/index.ts";
import { floatsOf, plain } from "../fields.ts";
import type { Matrix } from "../matrix.ts";

/** Fields of the nodes. */
interface Nodes {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly feature: Int32Array;
  /** Left child, right child and feature of each node, side by side. */
  readonly steps: Int32Array;
  /** Thresholds rounded down to single precision: `x <= threshold` is the same for an `x` of single precision. */
  readonly cuts: Float32Array;
  /** Where a NaN goes; null in trees of before scikit-learn 1.3. */
  readonly missingLeft: Uint8Array | null;
}

/** `sklearn.tree._tree.Tree`: nodes side by side, children after their parents. */
export class Tree {
  readonly cls: PyGlobal;
  readonly args: PyTuple;
  attrs = new PyDict<string, unknown>();
  /** Number of nodes. */
  count = 0;
  outputs = 1;
  /** Values of one output: the largest number of classes, or 1. */
  width = 1;
  features = 0;
  #nodes: Nodes | null = null;
  #table: NodeTable | null = null;
  #parents: Int32Array | null = null;

  constructor(cls: PyGlobal, args: PyTuple) {
    this.cls = cls;
    this.args = args;
  }

  get name(): string {
    return "Tree";
  }

  /** Takes the state of a pickle. `TypeError`, `RangeError` for a tree that cannot be walked. */
  restore(state: unknown): void {
    if (!(state instanceof PyDict)) throw new TypeError("the state of a Tree must be a dict");
    const nodes = state.get("nodes");
    const values = floatsOf(state.get("values"));
    if (!(nodes instanceof NDArray) || nodes.ndim !== 1 || nodes.dtype.fields === null) {
      throw new TypeError("nodes of a Tree must be an array of records");
    }
    if (values === null || values.shape.length !== 3 || values.shape[0] !== nodes.size) {
      throw new TypeError("values of a Tree must be an array of three axes, one item for each node");
    }
    const features = plain(this.args[0]);
    if (typeof features !== "number") throw new TypeError("a Tree is made of its number of features");
    checkNodes(nodes, features);
    this.attrs = state as PyDict<string, unknown>;
    this.count = nodes.size;
    this.outputs = values.shape[1] as number;
    this.width = values.shape[2] as number;
    this.features = features;
    this.#nodes = this.#table = this.#parents = null;
  }

  /** The nodes as walks want them, made at the first. */
  get nodes(): Nodes {
    if (this.#nodes !== null) return this.#nodes;
    const nodes = this.attrs.get("nodes") as NDArray;
    // Its owner may have changed it since it was read.
    checkNodes(nodes, this.features);
    const left = ints(nodes, "left_child");
    const right = ints(nodes, "right_child");
    const feature = ints(nodes, "feature");
    const thresholds = floatsOf(nodes.field("threshold"));
    if (thresholds === null) throw new TypeError("threshold of a Tree must be numbers");
    const steps = new Int32Array(3 * left.length);
    for (let i = 0; i < left.length; i++) {
      steps[3 * i] = left[i] as number;
      steps[3 * i + 1] = right[i] as number;
      steps[3 * i + 2] = feature[i] as number;
    }
    const missing = nodes.dtype.fields?.has("missing_go_to_left") ? nodes.field("missing_go_to_left") : null;
    const missingLeft = missing === null ? null : Uint8Array.from(missing.flat() as number[], Number);
    this.#nodes = { left, right, feature, steps, cuts: roundedDown(thresholds.data), missingLeft };
    return this.#nodes;
  }

  /** The nodes as the kernel wants them. */
  get table(): NodeTable {
    const { left, right, feature, cuts } = this.nodes;
    this.#table ??= nodeTable(left, right, feature, cuts);
    return this.#table;
  }

  /** Has it a place for a NaN? Trees of before scikit-learn 1.3 have none. */
  get knowsMissing(): boolean {
    return (this.attrs.get("nodes") as NDArray).dtype.fields?.has("missing_go_to_left") ?? false;
  }

  /** Values of the nodes: `outputs * width` each. */
  get value(): Float64Array {
    return (floatsOf(this.attrs.get("values")) as { data: Float64Array }).data;
  }

  /** The leaf of each row of a table that was cast to single precision; missing values may be sent right everywhere. */
  leaves(x: Float32Array, rows: number, cols: number, isMissingRight = false): Int32Array {
    const { steps, cuts } = this.nodes;
    const missingLeft = isMissingRight ? null : this.nodes.missingLeft;
    const out = new Int32Array(rows);
    for (let i = 0; i < rows; i++) {
      const at = i * cols;
      let node = 0;
      let left = steps[0] as number;
      while (left !== -1) {
        const v = x[at + (steps[node * 3 + 2] as number)] as number;
        if (v <= (cuts[node] as number)) node = left;
        else if (missingLeft !== null && missingLeft[node] === 1 && Number.isNaN(v)) node = left;
        else node = steps[node * 3 + 1] as number;
        left = steps[node * 3] as number;
      }
      out[i] = node;
    }
    return out;
  }

  /** The nodes above and at a leaf, from the root on. */
  pathTo(leaf: number): number[] {
    const { left, right } = this.nodes;
    if (this.#parents === null) {
      this.#parents = new Int32Array(this.count).fill(-1);
      for (let i = 0; i < this.count; i++) {
        if (left[i] === -1) continue;
        this.#parents[left[i] as number] = i;
        this.#parents[right[i] as number] = i;
      }
    }
    const path: number[] = [];
    // Parents stand before their children, so this ends.
    for (let at = leaf; at >= 0; at = this.#parents[at] as number) path.push(at);
    return path.reverse();
  }

  /** A field of the nodes as numbers: `n_node_samples`, `impurity`… */
  numbers(name: string): Float64Array {
    const nodes = this.attrs.get("nodes") as NDArray;
    return (floatsOf(nodes.field(name)) as { data: Float64Array }).data;
  }

  get [pyType](): string {
    return "sklearn.tree._tree.Tree";
  }
  [pyParts](): unknown[] {
    return [this.args, this.attrs];
  }
  get [pyAttrs](): PyDict {
    return this.attrs as PyDict;
  }
  [pyReduce](): Reduction {
    const { cls, args, attrs } = this;
    return attrs.size > 0 ? { func: cls, args, state: attrs } : { func: cls, args };
  }
  [pyRepr](): Parts {
    return [`<sklearn.tree._tree.Tree of ${this.count} nodes>`];
  }
  [inspect](): string {
    return inspectText(this);
  }
}

const LINKS = ["left_child", "right_child", "feature"] as const;

/**
 * Where the links of the nodes stand in the memory of the records, in words of four bytes: the first of each, and how far
 * the nodes are from each other. Null where they are not ints of eight bytes in place.
 */
function wordsOf(nodes: NDArray): { words: Int32Array; starts: readonly number[]; step: number } | null {
  const { dtype } = nodes;
  const data = nodes.data as Uint8Array;
  const base = data.byteOffset + nodes.offset;
  if (!nodes.isC || dtype.itemsize % 4 !== 0 || base % 4 !== 0 || data.buffer.byteLength % 4 !== 0) return null;
  const starts: number[] = [];
  for (const name of LINKS) {
    const field = dtype.fields?.get(name);
    if (field?.dtype.kind !== "i" || field.dtype.byteorder === ">" || field.dtype.itemsize !== 8) return null;
    if (field.offset % 4 !== 0) return null;
    starts.push((base + field.offset) / 4);
  }
  return { words: new Int32Array(data.buffer), starts, step: dtype.itemsize / 4 };
}

/**
 * Are all links as they must be? Without a branch, since whether a node is a leaf cannot be foretold: what must not be
 * below zero is gathered by its sign, and of leaves nothing.
 */
function isSound(
  words: Int32Array,
  [a, b, c]: readonly number[],
  step: number,
  count: number,
  features: number,
): boolean {
  if (!(features >= 0 && features < 2 ** 31)) return false;
  const last = count - 1;
  const most = features - 1;
  let high = 0;
  let signs = 0;
  for (let i = 0, at = 0; i < count; i++, at += step) {
    const l = words[(a as number) + at] as number;
    const r = words[(b as number) + at] as number;
    const f = words[(c as number) + at] as number;
    // The lower half of each tells all that a place can be; the other must be its sign.
    high |= (words[(a as number) + at + 1] as number) ^ (l >> 31);
    high |= (words[(b as number) + at + 1] as number) ^ (r >> 31);
    high |= (words[(c as number) + at + 1] as number) ^ (f >> 31);
    const inner = ((l + 1) | -(l + 1)) >> 31;
    signs |= inner & (l | r | f | (l - i - 1) | (r - i - 1) | (last - l) | (last - r) | (most - f));
  }
  return high === 0 && signs >= 0;
}

/** Children stand after their parent, so that every walk ends, and ask for features that there are. */
function checkNodes(nodes: NDArray, features: number): void {
  const count = nodes.size;
  const found = wordsOf(nodes);
  if (found === null) {
    const [left, right, feature] = LINKS.map((name) => ints(nodes, name)) as [Int32Array, Int32Array, Int32Array];
    for (let i = 0; i < count; i++) checkNode(i, left[i] as number, right[i] as number, feature[i] as number);
    return;
  }
  const { words, starts, step } = found;
  if (isSound(words, starts, step, count, features)) return;
  let [a, b, c] = starts as [number, number, number];
  for (let i = 0; i < count; i++, a += step, b += step, c += step) {
    const [l, r, f] = [words[a] as number, words[b] as number, words[c] as number];
    // The lower half of each tells all that a place can be; the other must be its sign.
    if (words[a + 1] !== l >> 31 || words[b + 1] !== r >> 31 || words[c + 1] !== f >> 31) {
      throw new RangeError(`node ${i} of a Tree has links that are too large`);
    }
    if (l === -1) continue;
    if (!(l > i && l < count && r > i && r < count && f >= 0 && f < features)) checkNode(i, l, r, f);
  }

  function checkNode(i: number, l: number, r: number, f: number): void {
    if (l === -1) return;
    if (!(l > i && l < count && r > i && r < count)) {
      throw new RangeError(`node ${i} of a Tree has children ${l}, ${r}`);
    }
    if (!(f >= 0 && f < features)) throw new RangeError(`node ${i} of a Tree asks for feature ${f} of ${features}`);
  }
}

/** Tells the leaves of all rows in each tree, block after block of rows, trees in their order. */
export function eachLeaves(
  trees: readonly Tree[],
  x: Matrix,
  visit: (leaves: Int32Array, tree: number, from: number) => void,
): void {
  const { rows, cols } = x;
  if (rows >= 8 && !x.hasNaN && trees.every((tree) => tree.features <= cols)) {
    const tables = trees.map((tree) => tree.table);
    if (walkTrees(x.singles, rows, cols, tables, visit)) return;
  }
  for (const [t, tree] of trees.entries()) visit(tree.leaves(x.singles, rows, cols), t, 0);
}

/** The largest numbers of single precision that are not above these. */
function roundedDown(values: Float64Array): Float32Array {
  const out = Float32Array.from(values);
  const bits = new Int32Array(out.buffer);
  for (let i = 0; i < out.length; i++) {
    if (!((out[i] as number) > (values[i] as number))) continue;
    // The next one below: one less in its bits above zero, one more below, and the smallest negative at zero.
    const own = bits[i] as number;
    bits[i] = out[i] === 0 ? -(2 ** 31) + 1 : own > 0 ? own - 1 : own + 1;
  }
  return out;
}

function ints(nodes: NDArray, name: string): Int32Array {
  const field = nodes.field(name);
  if (!/[iu]/.test(field.dtype.kind)) throw new TypeError(`${name} of a Tree must be ints`);
  const { data } = field.astype("<i4");
  return data as Int32Array;
}

export function treeEntry(module: string): GlobalEntry {
  return {
    call: (args) => new Tree(new PyGlobal(module, "Tree"), args),
    setState: (value, state) => (value as Tree).restore(state),
  };
}
