/**
 * The bytes of an HDF5 file: whole in memory, behind a synchronous read, or behind a source that must be awaited.
 *
 * Parsers are generators that yield what they lack; over memory and synchronous reads they never have to.
 *
 * @module
 */
import type { Source, Span } from "../../../core/bytes/parse.ts";
import { SourceError, TruncatedError, UnsupportedError } from "../../../core/errors.ts";

/** What a parser may lack. */
export type Need =
  /** Ranges of a file, answered by `Uint8Array[]`. */
  | { kind: "bytes"; store: Store; spans: Span[] }
  /** Another file, of an external or virtual dataset; answered by its store, or null where it is not there. */
  | { kind: "file"; name: string }
  /** Work that can be done at once, or in parallel by who can wait; answered by its result. */
  | { kind: "work"; now: () => unknown; later: () => Promise<unknown> };

/** A parser over a store. */
// biome-ignore lint/suspicious/noExplicitAny: the answer's type belongs to the need that was yielded
export type Reading<T> = Generator<Need, T, any>;

/** Reads bytes from a place, at once; fewer only at the end of the file. */
export type ReadNow = (at: number, size: number, into?: Uint8Array) => Uint8Array;

/** Structures are read in pages; a source that must be awaited costs more for each read, and gives larger ones. */
const PAGE_NOW = 1 << 14;
const PAGE_LATER = 1 << 16;
const MAX_KEPT = 1 << 25;
/** Reads of a source that must be awaited double where they go on, up to this. */
const MOST_AHEAD = 1 << 20;

/** Where the bytes of a file come from. Addresses count from {@link Store.base}, where the superblock stands. */
export class Store {
  readonly size: number;
  readonly name: string | undefined;
  /** Where the superblock stands: behind the user block. */
  base = 0;
  readonly #bytes: Uint8Array | null;
  readonly #now: ReadNow | null;
  readonly #source: Source | null;
  #pages = new Map<number, Uint8Array>();
  readonly #page: number;
  #ahead = PAGE_LATER;
  /** First byte that is not the file's own. */
  #end: number;
  #overlay: readonly { readonly at: number; readonly bytes: Uint8Array }[] = [];

  private constructor(
    size: number,
    name: string | undefined,
    bytes: Uint8Array | null,
    now: ReadNow | null,
    source: Source | null,
  ) {
    this.size = size;
    this.name = name;
    this.#bytes = bytes;
    this.#now = now;
    this.#source = source;
    this.#end = size;
    this.#page = now === null ? PAGE_LATER : PAGE_NOW;
  }

  /** A file in memory. */
  static of(bytes: Uint8Array, name?: string): Store {
    return new Store(bytes.length, name, bytes, null, null);
  }

  /** A file that can be read at once. */
  static reading(read: ReadNow, size: number, name?: string): Store {
    return new Store(size, name, null, read, null);
  }

  /** A source with ranges. */
  static source(source: Source): Store {
    const { size } = source;
    if (size === undefined || source.read === undefined) {
      throw new SourceError("HDF5 needs a source of known size that gives ranges", { path: source.name });
    }
    return new Store(size, source.name, null, null, source);
  }

  /** Lets the file end here, counted from its first byte. Throws `TruncatedError` when it is shorter. */
  endAt(end: number): void {
    if (end > this.size) {
      throw new TruncatedError(`the file has ${this.size} bytes, and says that it has ${end}`, {
        offset: this.size,
        path: this.name,
        format: "hdf5",
      });
    }
    this.#end = end;
  }

  /** Takes structures that stand elsewhere for what is in their places. */
  overlay(pieces: readonly { readonly at: number; readonly bytes: Uint8Array }[]): void {
    this.#overlay = pieces;
  }

  /** Bytes of the file's structure. Throws `TruncatedError` beyond the end of the file. */
  *get(at: number, size: number): Reading<Uint8Array> {
    return this.ready(at, size) ?? this.#whole(at, yield* this.#paged(at, size));
  }

  /** The same at once, or null when they would have to be awaited; saves hot places a generator. */
  ready(at: number, size: number): Uint8Array | null {
    const bytes = this.#view(at, size);
    return bytes === null ? null : this.#whole(at, bytes);
  }

  #whole(at: number, bytes: Uint8Array): Uint8Array {
    return this.#overlay.length === 0 ? bytes : this.#overlaid(at, bytes);
  }

  #overlaid(at: number, bytes: Uint8Array): Uint8Array {
    let out = bytes;
    for (const piece of this.#overlay) {
      const from = piece.at - at;
      if (from >= bytes.length || from + piece.bytes.length <= 0) continue;
      if (out === bytes) out = bytes.slice();
      const skip = Math.max(0, -from);
      out.set(piece.bytes.subarray(skip, Math.max(skip, bytes.length - from)), Math.max(0, from));
    }
    return out;
  }

  /** Bytes at once, or null when they would have to be awaited. */
  #view(at: number, size: number): Uint8Array | null {
    at = this.#place(at, size);
    if (this.#bytes !== null) return this.#bytes.subarray(at, at + size);
    const first = Math.floor(at / this.#page);
    if (at + size <= (first + 1) * this.#page) {
      const page = this.#pages.get(first) ?? this.#load(first);
      if (page !== null) return page.subarray(at - first * this.#page, at - first * this.#page + size);
    } else if (this.#now !== null) return this.#exact(this.#now(at, size), size, at);
    return null;
  }

  /** Bytes from a place in the file itself, at once; only for files that answer at once. */
  whole(at: number, size: number): Uint8Array {
    if (this.#bytes !== null) return this.#bytes.subarray(at, at + size);
    if (this.#now === null) throw new SourceError("this file can only be read by who awaits", { path: this.name });
    return this.#exact(this.#now(at, size), size, at);
  }

  /** Ranges of data, which are kept nowhere; each goes `into` its place where it has one. */
  *payload(spans: readonly Span[]): Reading<Uint8Array[]> {
    const wanted = spans.map((span) => ({ ...span, at: this.#place(span.at, span.size) }));
    if (this.#bytes !== null) {
      return wanted.map(({ at, size, into }) => {
        const part = (this.#bytes as Uint8Array).subarray(at, at + size);
        into?.set(part);
        return into ?? part;
      });
    }
    if (this.#now !== null) {
      return wanted.map(({ at, size, into }) => this.#exact((this.#now as ReadNow)(at, size, into), size, at));
    }
    const got = (yield { kind: "bytes", store: this, spans: wanted }) as Uint8Array[];
    for (const [i, { at, size }] of wanted.entries()) this.#exact(got[i] as Uint8Array, size, at);
    return got;
  }

  /** Asks the source that must be awaited. */
  async fetch(spans: Span[], signal?: AbortSignal): Promise<Uint8Array[]> {
    const source = this.#source as Source;
    return (source.read as NonNullable<Source["read"]>).call(source, spans, signal);
  }

  /** Can it be read without waiting? */
  get isAtHand(): boolean {
    return this.#source === null;
  }

  /** Is it all in memory, so that data are views of it? */
  get isInMemory(): boolean {
    return this.#bytes !== null;
  }

  /** Throws `TruncatedError` when a range does not lie in the file. */
  check(at: number, size: number): void {
    this.#place(at, size);
  }

  async close(): Promise<void> {
    this.#pages.clear();
    await this.#source?.close?.();
  }

  /** The place in the file, checked. */
  #place(at: number, size: number): number {
    const place = at + this.base;
    if (!(at >= 0 && size >= 0 && place + size <= this.#end)) {
      throw new TruncatedError(`the file ends at byte ${this.#end}, but ${size} bytes are wanted behind it`, {
        offset: place,
        path: this.name,
        format: "hdf5",
      });
    }
    return place;
  }

  #exact(bytes: Uint8Array, size: number, at: number): Uint8Array {
    if (bytes.length === size) return bytes;
    throw new TruncatedError("the file is shorter than it was when it was opened", {
      offset: at + bytes.length,
      path: this.name,
      format: "hdf5",
    });
  }

  #load(page: number): Uint8Array | null {
    if (this.#now === null) return null;
    const at = page * this.#page;
    return this.#keep(page, this.#now(at, Math.min(this.#page, this.size - at)));
  }

  #keep(page: number, bytes: Uint8Array): Uint8Array {
    if (this.#pages.size >= MAX_KEPT / this.#page) this.#pages.delete(this.#pages.keys().next().value as number);
    this.#pages.set(page, bytes);
    return bytes;
  }

  *#paged(at: number, size: number): Reading<Uint8Array> {
    at = this.#place(at, size);
    const first = Math.floor(at / this.#page);
    const last = Math.floor((at + size - 1) / this.#page);
    const missing: number[] = [];
    for (let page = first; page <= last; page++) if (!this.#pages.has(page)) missing.push(page);
    if (missing.length > 0) {
      // One range from the first page that lacks to the last.
      const from = (missing[0] as number) * this.#page;
      const goesOn = this.#pages.has((missing[0] as number) - 1);
      this.#ahead = goesOn ? Math.min(MOST_AHEAD, 2 * this.#ahead) : this.#page;
      const wide = this.#ahead;
      const to = Math.min(this.size, Math.max(from + wide, ((missing[missing.length - 1] as number) + 1) * this.#page));
      const [bytes] = (yield {
        kind: "bytes",
        store: this,
        spans: [{ at: from, size: to - from }],
      }) as Uint8Array[];
      this.#exact(bytes as Uint8Array, to - from, from);
      for (let cut = 0; cut < to - from; cut += this.#page) {
        this.#keep((from + cut) / this.#page, (bytes as Uint8Array).subarray(cut, cut + this.#page));
      }
    }
    if (first === last) return this.#part(first, at, size);
    const out = new Uint8Array(size);
    for (let page = first; page <= last; page++) {
      const start = Math.max(at, page * this.#page);
      const end = Math.min(at + size, (page + 1) * this.#page);
      out.set(this.#part(page, start, end - start), start - at);
    }
    return out;
  }

  #part(page: number, at: number, size: number): Uint8Array {
    const bytes = this.#pages.get(page);
    if (bytes === undefined) throw new SourceError("too many pages at once", { path: this.name, format: "hdf5" });
    return bytes.subarray(at - page * this.#page, at - page * this.#page + size);
  }
}

/** Finds the store of another file by its name; null where there is none. */
export type OpenFile<T> = (name: string) => T;

/** Runs a parser over stores that answer at once. */
export function runNow<T>(reading: Reading<T>, open: OpenFile<Store | null> = noFile): T {
  let step = reading.next();
  while (!step.done) {
    const need = step.value;
    let answer: unknown;
    try {
      if (need.kind === "bytes") {
        throw new SourceError("this file can only be read by who awaits: use open(source)", { format: "hdf5" });
      }
      answer = need.kind === "file" ? open(need.name) : need.now();
    } catch (e) {
      step = reading.throw(e);
      continue;
    }
    step = reading.next(answer);
  }
  return step.value;
}

/** Runs a parser over any stores. */
export async function runLater<T>(
  reading: Reading<T>,
  open: OpenFile<Store | null | Promise<Store | null>> = noFile,
  signal?: AbortSignal,
): Promise<T> {
  let step = reading.next();
  while (!step.done) {
    signal?.throwIfAborted();
    const need = step.value;
    let answer: unknown;
    try {
      if (need.kind === "bytes") answer = await need.store.fetch(need.spans, signal);
      else answer = await (need.kind === "file" ? open(need.name) : need.later());
    } catch (e) {
      step = reading.throw(e);
      continue;
    }
    step = reading.next(answer);
  }
  return step.value;
}

/** The feature that is named when nobody said how to open other files. */
export const OTHER_FILES = "other files";

/** Other files are opened only when the caller says how. */
export function noFile(name: string): never {
  throw new UnsupportedError(OTHER_FILES, `the data stand in the file ${name}: pass { external } to open it`, {
    format: "hdf5",
  });
}
