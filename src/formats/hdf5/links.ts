/**
 * The links of a group, old and new.
 *
 * @module
 */

import { FormatError } from "../../core/errors.ts";
import { type Link, type NamedLink, parseDense, parseLink } from "./messages/links.ts";
import { leaves, node, overlapping } from "./storage/btree1.ts";
import { btree2Find, btree2Records } from "./storage/btree2.ts";
import type { Context } from "./storage/context.ts";
import { Cursor, NOWHERE } from "./storage/cursor.ts";
import { FractalHeap } from "./storage/fractal.ts";
import { MESSAGE, type Message, type ObjectHeader } from "./storage/header.ts";
import { heapText, type LocalHeap, localHeap, textIn } from "./storage/localheap.ts";
import { lookup3 } from "./storage/lookup3.ts";
import type { Reading } from "./storage/store.ts";
import { compareText, encoded, utf8Text } from "./storage/text.ts";

/** Is an object a group? */
export function isGroup(header: ObjectHeader): boolean {
  return header.messages.some(({ kind }) => kind === MESSAGE.symbolTable || kind === MESSAGE.linkInfo) || bare(header);
}

/** A new group without links may have neither; it has a group info message, or nothing of a dataset. */
function bare(header: ObjectHeader): boolean {
  return (
    header.messages.some(({ kind }) => kind === MESSAGE.groupInfo || kind === MESSAGE.link) &&
    !header.messages.some(({ kind }) => kind === MESSAGE.dataspace)
  );
}

const cursor = (context: Context, { data, at }: Message): Cursor => new Cursor(data, context.sizes, at);

const find = (header: ObjectHeader, kind: number): Message | undefined =>
  header.messages.find((message) => message.kind === kind);

/** All links, in h5py's order: as they were made where that is kept, else by name. */
export function* links(context: Context, header: ObjectHeader): Reading<NamedLink[]> {
  const old = find(header, MESSAGE.symbolTable);
  if (old !== undefined) return yield* oldLinks(context, cursor(context, old));
  const out = header.messages
    .filter(({ kind }) => kind === MESSAGE.link)
    .map((message) => parseLink(cursor(context, message)));
  const info = find(header, MESSAGE.linkInfo);
  const dense = info === undefined ? null : parseDense(cursor(context, info), 8);
  if (dense !== null && dense.heap !== NOWHERE) {
    const heap = yield* FractalHeap.open(context, dense.heap);
    for (const record of yield* btree2Records(context, dense.names)) {
      out.push(parseLink(new Cursor(yield* heap.object(record.subarray(4)), context.sizes, dense.heap)));
    }
  }
  return dense?.tracked ? out.sort((a, b) => a.order - b.order) : out.sort(byName);
}

const byName = (a: NamedLink, b: NamedLink): number => compareText(a.name, b.name);

/** One link, found without listing the others; undefined where there is none. */
export function* findLink(context: Context, header: ObjectHeader, name: string): Reading<Link | undefined> {
  const old = find(header, MESSAGE.symbolTable);
  if (old !== undefined) return yield* oldLink(context, cursor(context, old), name);
  for (const message of header.messages) {
    if (message.kind !== MESSAGE.link) continue;
    const found = parseLink(cursor(context, message));
    if (found.name === name) return found.link;
  }
  const info = find(header, MESSAGE.linkInfo);
  const dense = info === undefined ? null : parseDense(cursor(context, info), 8);
  if (dense === null || dense.heap === NOWHERE) return undefined;
  const heap = yield* FractalHeap.open(context, dense.heap);
  const wanted = lookup3(encoded(name));
  const records = yield* btree2Find(
    context,
    dense.names,
    (record) => new DataView(record.buffer, record.byteOffset, 4).getUint32(0, true) - wanted,
  );
  for (const record of records) {
    const found = parseLink(new Cursor(yield* heap.object(record.subarray(4)), context.sizes, dense.heap));
    if (found.name === name) return found.link;
  }
  return undefined;
}

interface Table {
  readonly tree: number;
  readonly heap: LocalHeap;
}

function* table(context: Context, c: Cursor): Reading<Table> {
  const tree = c.offset();
  return { tree, heap: yield* localHeap(context, c.offset()) };
}

/** A link as a symbol table node has it: places of its name and path in the heap. */
interface Symbol {
  readonly name: number;
  readonly at: number;
  /** Place of a soft link's path; -1 for hard links. */
  readonly path: number;
}

/**
 * The entries of a symbol table node (specification, section III.B; places in heaps are as wide as lengths, as
 * H5Gent.c has it).
 */
function* symbols(context: Context, at: number): Reading<Symbol[]> {
  const { store, sizes } = context;
  const c = new Cursor(yield* store.get(at, 8), sizes, at).signature("SNOD");
  c.version("symbol table node", 1);
  const count = c.skip(1).u16();
  const body = new Cursor(yield* store.get(at + 8, count * (sizes.lengths + sizes.offsets + 24)), sizes, at + 8);
  const out: Symbol[] = [];
  for (let i = 0; i < count; i++) {
    const name = body.length();
    const header = body.offset();
    const type = body.u32();
    const place = body.skip(4).u32();
    body.skip(12);
    out.push({ name, at: header, path: type === 2 ? place : -1 });
  }
  return out;
}

/** Bytes that a link takes in a symbol table node, at least. */
const SYMBOL = 28;

function* oldLinks(context: Context, c: Cursor): Reading<NamedLink[]> {
  const { tree, heap } = yield* table(context, c);
  const names = yield* context.store.get(heap.at, heap.size);
  const nodes: number[] = [];
  if (tree !== NOWHERE) {
    yield* leaves(context, tree, 0, context.sizes.lengths, (child) => {
      nodes.push(child);
    });
  }
  const out: NamedLink[] = [];
  for (const at of nodes) {
    for (const symbol of yield* symbols(context, at)) {
      const name = utf8Text(heapText(names, symbol.name, context));
      const link: Link =
        symbol.path < 0
          ? { kind: "hard", at: symbol.at }
          : { kind: "soft", path: utf8Text(heapText(names, symbol.path, context)) };
      out.push({ name, link, order: out.length });
    }
    // Nodes of their own bytes have no more links than the file has room for.
    if (out.length > context.store.size / SYMBOL) throw overlapping(at);
  }
  return out;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = (a[i] as number) - (b[i] as number);
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

function* oldLink(context: Context, c: Cursor, name: string): Reading<Link | undefined> {
  const { tree, heap } = yield* table(context, c);
  if (tree === NOWHERE) return undefined;
  const wanted = encoded(name);
  let at = tree;
  for (let above = 64; ; ) {
    const { level, keys, children } = yield* node(context, at, 0, context.sizes.lengths, above);
    // A child holds the names behind the key before it, up to the key after it.
    let low = 0;
    let high = children.length;
    while (low < high) {
      const i = (low + high) >> 1;
      const upper = yield* textIn(context, heap, new Cursor(keys[i + 1] as Uint8Array, context.sizes).length());
      if (compare(wanted, upper) <= 0) high = i;
      else low = i + 1;
    }
    const child = children[low];
    if (child === undefined) return undefined;
    if (level === 0) {
      for (const symbol of yield* symbols(context, child)) {
        if (compare(yield* textIn(context, heap, symbol.name), wanted) !== 0) continue;
        if (symbol.path < 0) return { kind: "hard", at: symbol.at };
        return { kind: "soft", path: utf8Text(yield* textIn(context, heap, symbol.path)) };
      }
      return undefined;
    }
    at = child;
    above = level;
    if (above < 0) throw new FormatError("a B-tree leads in a circle", { offset: at, format: "hdf5" });
  }
}
