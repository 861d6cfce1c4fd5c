/**
 * Version 1 B-trees (specification, section III.A.1): the links of old groups, the chunks of old datasets.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import type { Context } from "./context.ts";
import { Cursor, NOWHERE } from "./cursor.ts";
import type { Reading } from "./store.ts";

/** A node: its keys (one more than children) as bytes, and the children's addresses. */
export interface Node {
  readonly level: number;
  readonly keys: readonly Uint8Array[];
  readonly children: readonly number[];
}

const MAX_LEVEL = 64;

/** Reads one node; `kind` 0 for groups, 1 for chunks. */
export function* node(context: Context, at: number, kind: 0 | 1, keySize: number, above = MAX_LEVEL): Reading<Node> {
  const { store, sizes } = context;
  const head = 8 + 2 * sizes.offsets;
  const c = new Cursor(yield* store.get(at, head), sizes, at).signature("TREE");
  if (c.u8() !== kind) throw c.bad("a B-tree node is of the wrong kind", 1);
  const level = c.u8();
  if (level >= above) throw c.bad("the levels of a B-tree do not descend", 1);
  const count = c.u16();
  const body = new Cursor(yield* store.get(at + head, count * (keySize + sizes.offsets) + keySize), sizes, at + head);
  const keys: Uint8Array[] = [];
  const children: number[] = [];
  for (let i = 0; i < count; i++) {
    keys.push(body.take(keySize));
    const child = body.offset();
    if (child === NOWHERE) throw body.bad("a B-tree node has a child without an address", sizes.offsets);
    children.push(child);
  }
  keys.push(body.take(keySize));
  return { level, keys, children };
}

/** A node of a tree of chunks, its keys read. */
export interface ChunkNode {
  readonly level: number;
  /** Bytes of its keys. */
  readonly bytes: number;
  /** Lengths of a chunk. */
  readonly dims: readonly number[];
  /** Places of the keys in the grid of chunks, one more than there are children. */
  readonly places: Float64Array;
  /** Bytes in the file, and the mask of filters that were left out, of each chunk. */
  readonly sizes: Uint32Array;
  readonly masks: Uint32Array;
  readonly children: readonly number[];
}

/** Reads one node of a tree of chunks, or takes it as it was read before. */
export function* chunkNode(context: Context, at: number, dims: readonly number[], above: number): Reading<ChunkNode> {
  const known = context.chunkNode(at);
  if (known !== undefined && known.level < above && known.dims.every((n, i) => n === dims[i])) return known;
  const rank = dims.length;
  const keySize = 8 + 8 * (rank + 1);
  const { level, keys, children } = yield* node(context, at, 1, keySize, above);
  const places = new Float64Array(keys.length * rank);
  const sizes = new Uint32Array(keys.length);
  const masks = new Uint32Array(keys.length);
  for (const [k, key] of keys.entries()) {
    const view = new DataView(key.buffer, key.byteOffset, keySize);
    sizes[k] = view.getUint32(0, true);
    masks[k] = view.getUint32(4, true);
    for (let i = 0; i < rank; i++) {
      const place = view.getUint32(8 + 8 * i, true) + view.getUint32(12 + 8 * i, true) * 2 ** 32;
      // The last key only ends the node.
      if (!Number.isSafeInteger(place) && k < children.length) {
        throw new FormatError("the place of a chunk is too large", { offset: at, format: "hdf5" });
      }
      places[k * rank + i] = Math.floor(place / (dims[i] as number));
    }
  }
  const made: ChunkNode = { level, bytes: children.length * keySize, dims, places, sizes, masks, children };
  if (known === undefined) context.keepChunkNode(at, made);
  return made;
}

/** Nodes of their own bytes have no more keys than the file has room for. */
export function overlapping(offset: number): FormatError {
  return new FormatError("the nodes of a B-tree overlap", { offset, format: "hdf5" });
}

/** Visits the leaves' children of a tree in order, with the key before each; a node met twice is an error. */
export function* leaves(
  context: Context,
  at: number,
  kind: 0 | 1,
  keySize: number,
  visit: (child: number, key: Uint8Array) => void,
): Reading<void> {
  const todo: { at: number; above: number }[] = [{ at, above: MAX_LEVEL }];
  const seen = new Set<number>();
  let bytes = 0;
  while (todo.length > 0) {
    const next = todo.pop() as { at: number; above: number };
    if (seen.has(next.at)) throw new FormatError("a B-tree leads in a circle", { offset: next.at, format: "hdf5" });
    seen.add(next.at);
    const { level, keys, children } = yield* node(context, next.at, kind, keySize, next.above);
    bytes += children.length * keySize;
    if (bytes > context.store.size) throw overlapping(next.at);
    if (level === 0) for (const [i, child] of children.entries()) visit(child, keys[i] as Uint8Array);
    else for (let i = children.length - 1; i >= 0; i--) todo.push({ at: children[i] as number, above: level });
  }
}
