/**
 * Version 2 B-trees (specification, section III.A.2): records of dense links and attributes, and of chunks.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import type { Context } from "./context.ts";
import { Cursor, NOWHERE } from "./cursor.ts";
import { verify } from "./lookup3.ts";
import type { Reading } from "./store.ts";

/** A tree's head and what follows from it. */
export interface Btree2 {
  readonly at: number;
  readonly type: number;
  readonly recordSize: number;
  readonly nodeSize: number;
  readonly depth: number;
  readonly root: number;
  readonly rootCount: number;
  readonly total: number;
  /** Bytes of a child's count of records, and of the total below it, by depth. */
  readonly countSize: number;
  readonly totalSizes: readonly number[];
}

const PREFIX = 10;
const MAX_DEPTH = 32;

/** Bytes that numbers up to `most` take. */
export function bytesFor(most: number): number {
  return Math.floor(Math.log2(Math.max(1, most)) / 8) + 1;
}

/** Reads the head of a tree. */
export function* btree2(context: Context, at: number): Reading<Btree2> {
  const { store, sizes } = context;
  const head = yield* store.get(at, 22 + sizes.offsets + sizes.lengths);
  const c = new Cursor(head, sizes, at).signature("BTHD");
  c.version("B-tree", 0);
  verify("B-tree", head, at);
  const type = c.u8();
  const nodeSize = c.u32();
  const recordSize = c.u16();
  const depth = c.u16();
  c.skip(2);
  const root = c.offset();
  const rootCount = c.u16();
  const total = c.length();
  if (recordSize === 0 || nodeSize <= PREFIX || depth > MAX_DEPTH) throw c.bad("the head of a B-tree makes no sense");
  const leaf = Math.floor((nodeSize - PREFIX) / recordSize);
  const countSize = bytesFor(leaf);
  const totalSizes = [0];
  let most = leaf;
  for (let d = 1; d <= depth; d++) {
    const pointer = sizes.offsets + countSize + (totalSizes[d - 1] as number);
    const count = Math.floor((nodeSize - PREFIX - pointer) / (recordSize + pointer));
    most = (count + 1) * most + count;
    totalSizes.push(Math.min(8, bytesFor(most)));
  }
  return { at, type, recordSize, nodeSize, depth, root, rootCount, total, countSize, totalSizes };
}

/** A node: its records, and what stands below it. */
export interface TreeNode {
  readonly type: number;
  readonly depth: number;
  readonly recordSize: number;
  readonly records: readonly Uint8Array[];
  readonly children: readonly { readonly at: number; readonly count: number }[];
}

function* readNode(context: Context, tree: Btree2, at: number, count: number, depth: number): Reading<TreeNode> {
  const known = context.node(at);
  if (
    known?.type === tree.type &&
    known.depth === depth &&
    known.recordSize === tree.recordSize &&
    known.records.length === count
  ) {
    return known;
  }
  const { store, sizes } = context;
  const pointer = sizes.offsets + tree.countSize + (tree.totalSizes[depth - 1] ?? 0);
  const size = 6 + count * tree.recordSize + (depth > 0 ? (count + 1) * pointer : 0);
  if (size + 4 > tree.nodeSize) {
    throw new FormatError(`a B-tree node of ${tree.nodeSize} bytes cannot hold ${count} records`, { offset: at });
  }
  const bytes = yield* store.get(at, size + 4);
  const c = new Cursor(bytes, sizes, at).signature(depth > 0 ? "BTIN" : "BTLF");
  verify("B-tree node", bytes, at);
  c.version("B-tree node", 0);
  if (c.u8() !== tree.type) throw c.bad("a B-tree node is of another kind than its tree", 1);
  const records: Uint8Array[] = [];
  for (let i = 0; i < count; i++) records.push(c.take(tree.recordSize));
  const children: { at: number; count: number }[] = [];
  if (depth > 0) {
    for (let i = 0; i <= count; i++) {
      const child = c.offset();
      const below = c.uint(tree.countSize);
      c.skip(tree.totalSizes[depth - 1] as number);
      children.push({ at: child, count: below });
    }
  }
  const made: TreeNode = { type: tree.type, depth, recordSize: tree.recordSize, records, children };
  if (known === undefined) context.keepNode(at, made);
  return made;
}

/** Records of their own bytes are no more than the file has room for. */
function overlapping(offset: number): FormatError {
  return new FormatError("the nodes of a B-tree overlap", { offset, format: "hdf5" });
}

/** All records, in order. */
export function* btree2Records(context: Context, at: number): Reading<Uint8Array[]> {
  const tree = yield* btree2(context, at);
  const out: Uint8Array[] = [];
  if (tree.root === NOWHERE || tree.total === 0) return out;
  const most = context.store.size / tree.recordSize;
  const seen = new Set<number>();
  const visit = function* (place: number, count: number, depth: number): Reading<void> {
    if (seen.has(place)) throw new FormatError("a B-tree leads in a circle", { offset: place, format: "hdf5" });
    seen.add(place);
    const { records, children } = yield* readNode(context, tree, place, count, depth);
    if (out.length > most) throw overlapping(place);
    for (let i = 0; i <= records.length; i++) {
      const child = children[i];
      if (child !== undefined) yield* visit(child.at, child.count, depth - 1);
      const record = records[i];
      if (record !== undefined) out.push(record);
    }
  };
  yield* visit(tree.root, tree.rootCount, tree.depth);
  return out;
}

/**
 * The records for which `order` gives 0; it tells where a record stands: below 0 before what is sought, above 0 behind.
 */
export function* btree2Find(
  context: Context,
  at: number,
  order: (record: Uint8Array) => number,
): Reading<Uint8Array[]> {
  const tree = yield* btree2(context, at);
  const out: Uint8Array[] = [];
  if (tree.root === NOWHERE || tree.total === 0) return out;
  const todo = [{ at: tree.root, count: tree.rootCount, depth: tree.depth }];
  const most = context.store.size / tree.recordSize;
  const seen = new Set<number>();
  let met = 0;
  while (todo.length > 0) {
    const next = todo.pop() as { at: number; count: number; depth: number };
    if (seen.has(next.at)) throw new FormatError("a B-tree leads in a circle", { offset: next.at, format: "hdf5" });
    seen.add(next.at);
    const { records, children } = yield* readNode(context, tree, next.at, next.count, next.depth);
    met += records.length;
    if (met > most) throw overlapping(next.at);
    // The first record that is not before what is sought, and the first behind it.
    const first = firstFrom(records, (record) => order(record) >= 0);
    const end = firstFrom(records, (record) => order(record) > 0);
    for (let i = first; i < end; i++) out.push(records[i] as Uint8Array);
    for (const child of children.slice(first, end + 1)) todo.push({ ...child, depth: next.depth - 1 });
  }
  return out;
}

/** Where the records begin for which something is so that is so for all behind them. */
function firstFrom(records: readonly Uint8Array[], isSo: (record: Uint8Array) => boolean): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(records[middle] as Uint8Array)) high = middle;
    else low = middle + 1;
  }
  return low;
}
