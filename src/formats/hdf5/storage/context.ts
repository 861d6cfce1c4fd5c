/**
 * What all parsers of one open file share: its store, its sizes, and what was read of it before.
 *
 * @module
 */
import { FormatError, UnsupportedError } from "../../../core/errors.ts";
import type { Filter } from "../filters/filter.ts";
import type { Link } from "../messages/links.ts";
import { type H5Type, parseType } from "../types/datatype.ts";
import type { ChunkNode } from "./btree1.ts";
import { btree2Records, type TreeNode } from "./btree2.ts";
import { Cursor, NOWHERE, type Sizes } from "./cursor.ts";
import { FractalHeap } from "./fractal.ts";
import type { ObjectHeader } from "./header.ts";
import type { Reading, Store } from "./store.ts";

const MAX_HEADERS = 4096;
/** Global heaps that are kept. */
const MAX_HEAP_BYTES = 1 << 24;
/** As much as libhdf5 keeps. */
const MAX_CHUNK_BYTES = 1 << 23;
const MAX_TYPES = 256;
const MAX_NODE_RECORDS = 1 << 17;
const MAX_KNOWN_TYPE = 64;

/** What a file that is being written has in memory. */
export interface Pending {
  /** Address of a heap of sequences, which no file has. */
  readonly heap: number;
  blob(index: number): Uint8Array;
  /** Links of a group, null for what is none; undefined for an object that is as the file has it. */
  childrenOf(at: number): ReadonlyMap<string, Link> | null | undefined;
}

/** A global heap: its objects by their numbers. */
export interface GlobalHeap {
  /** Bytes in the file. */
  readonly size: number;
  readonly objects: ReadonlyMap<number, Uint8Array>;
}

/** One open file. */
export class Context {
  readonly store: Store;
  readonly sizes: Sizes;
  /** Filters that are at hand; those that are fetched join them. */
  readonly filters: Map<number, Filter>;
  readonly headers = new Map<number, ObjectHeader>();
  /** Are 64-bit integers read as numbers? */
  numbers = false;
  /** How deep shared messages refer to each other just now. */
  nesting = 0;
  /** Address of the table of shared messages, once it was looked for. */
  sharedTable = NOWHERE;
  /** Were structures taken from a cache image? */
  hasImage = false;
  readonly #files = new Map<string, Store | null>();
  /** What is in memory of a file that is being written. */
  pending: Pending | null = null;
  readonly #types = new Map<string, H5Type>();
  /** Nodes of version 2 B-trees that were read and checked, and how many records they have. */
  readonly #nodes = new Map<number, TreeNode>();
  #nodeRecords = 0;
  /** Nodes of trees of chunks that were read, and how many children they have. */
  readonly #chunkNodes = new Map<number, ChunkNode>();
  #chunkNodeChildren = 0;
  readonly #chunks = new Map<number, Uint8Array>();
  #chunkBytes = 0;
  readonly #heaps = new Map<number, GlobalHeap>();
  #heapBytes = 0;

  constructor(store: Store, sizes: Sizes, filters: Map<number, Filter>) {
    this.store = store;
    this.sizes = sizes;
    this.filters = filters;
  }

  /** The store of another file; null where it is not there. */
  *file(name: string): Reading<Store | null> {
    let found = this.#files.get(name);
    if (found === undefined) {
      found = (yield { kind: "file", name }) as Store | null;
      this.#files.set(name, found);
    }
    return found;
  }

  /** A datatype; those of one file are mostly the same few, which are read once. */
  typeOf(c: Cursor): H5Type {
    const { bytes } = c;
    if (bytes.length > MAX_KNOWN_TYPE) return parseType(c);
    let key = "";
    for (let i = 0; i < bytes.length; i++) key += String.fromCharCode(bytes[i] as number);
    let type = this.#types.get(key);
    if (type === undefined) {
      type = parseType(c);
      if (this.#types.size < MAX_TYPES) this.#types.set(key, type);
    }
    return type;
  }

  /** A node of a tree that was read before. */
  node(at: number): TreeNode | undefined {
    return this.#nodes.get(at);
  }

  /** Keeps a node of a tree, for searches of other names; the oldest go. */
  keepNode(at: number, made: TreeNode): void {
    this.#nodes.set(at, made);
    this.#nodeRecords += made.records.length;
    for (const [old, { records }] of this.#nodes) {
      if (this.#nodeRecords <= MAX_NODE_RECORDS) break;
      this.#nodes.delete(old);
      this.#nodeRecords -= records.length;
    }
  }

  /** A node of a tree of chunks that was read before. */
  chunkNode(at: number): ChunkNode | undefined {
    return this.#chunkNodes.get(at);
  }

  /** Keeps a node of a tree of chunks, for other parts of the dataset; the oldest go. */
  keepChunkNode(at: number, made: ChunkNode): void {
    this.#chunkNodes.set(at, made);
    this.#chunkNodeChildren += made.children.length;
    for (const [old, { children }] of this.#chunkNodes) {
      if (this.#chunkNodeChildren <= MAX_NODE_RECORDS) break;
      this.#chunkNodes.delete(old);
      this.#chunkNodeChildren -= children.length;
    }
  }

  /** A chunk that was unpacked before. */
  unpacked(at: number): Uint8Array | undefined {
    return this.#chunks.get(at);
  }

  /** Keeps an unpacked chunk, for reads of its neighbours; the oldest go. */
  keepUnpacked(at: number, bytes: Uint8Array): void {
    this.#chunks.set(at, bytes);
    this.#chunkBytes += bytes.length;
    for (const [old, chunk] of this.#chunks) {
      if (this.#chunkBytes <= MAX_CHUNK_BYTES) break;
      this.#chunks.delete(old);
      this.#chunkBytes -= chunk.length;
    }
  }

  keep(header: ObjectHeader): void {
    if (this.headers.size >= MAX_HEADERS) this.headers.delete(this.headers.keys().next().value as number);
    this.headers.set(header.at, header);
  }

  /** An object of a global heap (specification, section III.E); null for the null object. */
  *globalObject(at: number, index: number): Reading<Uint8Array | null> {
    if (index === 0 || at === 0 || at === NOWHERE) return null;
    if (at === this.pending?.heap) return this.pending.blob(index);
    const found = (yield* this.heap(at)).objects.get(index);
    if (found === undefined) {
      throw new FormatError(`the global heap has no object ${index}`, { offset: at, format: "hdf5" });
    }
    return found;
  }

  /** The objects of a global heap. */
  *heap(at: number): Reading<GlobalHeap> {
    let heap = this.#heaps.get(at);
    if (heap === undefined) {
      heap = yield* this.#collection(at);
      this.#heaps.set(at, heap);
      this.#heapBytes += heap.size;
      for (const [old, { size }] of this.#heaps) {
        if (this.#heapBytes <= MAX_HEAP_BYTES || old === at) break;
        this.#heaps.delete(old);
        this.#heapBytes -= size;
      }
    }
    return heap;
  }

  *#collection(at: number): Reading<GlobalHeap> {
    const head = new Cursor(yield* this.store.get(at, 8 + this.sizes.lengths), this.sizes, at).signature("GCOL");
    head.version("global heap", 1);
    const size = head.skip(3).length();
    const c = new Cursor(yield* this.store.get(at, size), this.sizes, at);
    const objects = new Map<number, Uint8Array>();
    // Heads and objects are aligned to eight bytes from the collection's beginning on (H5HGpkg.h).
    const headSize = Math.ceil((8 + this.sizes.lengths) / 8) * 8;
    for (let from = headSize; from + headSize <= size; ) {
      c.at = from;
      const index = c.u16();
      const length = c.skip(6).length();
      if (index === 0) break;
      objects.set(index, c.skip(from + headSize - c.at).take(length));
      from += headSize + Math.ceil(length / 8) * 8;
    }
    return { size, objects };
  }

  /** A shared message of the file's own heap (specification, section IV.A.2.p). */
  *sharedMessage(kind: number, id: Uint8Array): Reading<Uint8Array> {
    if (this.sharedTable === NOWHERE) {
      throw new UnsupportedError("shared messages", "a message stands in a table of shared messages that is not there");
    }
    const at = this.sharedTable;
    const { sizes, store } = this;
    const entry = 14 + 2 * sizes.offsets;
    const head = yield* store.get(at, Math.min(4 + 8 * entry, store.size - store.base - at));
    const c = new Cursor(head, sizes, at).signature("SMTB");
    while (c.left >= entry) {
      c.skip(2);
      const flags = c.u16();
      c.skip(10);
      c.offset();
      const heap = c.offset();
      if (flags & (1 << kind) && heap !== NOWHERE) {
        return yield* (yield* FractalHeap.open(this, heap)).object(id);
      }
    }
    throw new FormatError("a shared message is of a kind that is not shared in this file", { offset: at });
  }

  /** All records of a version 2 B-tree. */
  records(at: number): Reading<Uint8Array[]> {
    return btree2Records(this, at);
  }
}
