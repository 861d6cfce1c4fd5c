/**
 * Pages of a file: read when they are touched, kept while there is room, changed in memory until they are written.
 *
 * @module
 */
import type { Source, Span } from "../bytes/parse.ts";
import { SourceError } from "../errors.ts";
import { type Groups, groupsOf, RunCursor, type Runs } from "./lazyruns.ts";

/** Bytes of a page. */
export const PAGE: number = 1 << 20;
/** Pages that are kept without need. */
const KEPT = 32;
/** Pages that one step of a walk over runs needs at once. */
const STEP = 16;
/** Runs at least so long are read where they are to go, past the pages. */
const DIRECT = 1 << 17;
/** Bytes between groups of runs from which on these are read by themselves: of files, and where every ask is dear. */
const FAR = 1 << 16;
const FARTHER = PAGE;
/** Spans, and bytes, of one ask. */
const SPANS = 256;
const BYTES = 1 << 28;

/** What the walks below ask for; answered by the bytes of the spans. */
export type Walk<T> = Generator<Span[], T, Uint8Array[]>;

/** The pages of one array in a file. */
export class Pages {
  readonly #base: number;
  readonly #size: number;
  readonly #source: Source;
  /** Least recently used first. */
  readonly #clean: Map<number, Uint8Array> = new Map();
  readonly #dirty: Map<number, Uint8Array> = new Map();
  /** Being written. */
  #flushing: Map<number, Uint8Array> = new Map();
  #writing: Promise<void> = Promise.resolve();

  /** `size` bytes of a source from `base` on. */
  constructor(source: Source, base: number, size: number) {
    this.#source = source;
    this.#base = base;
    this.#size = size;
  }

  /** Pages that have changed and are not written. */
  get changed(): number {
    return this.#dirty.size;
  }

  #lengthOf(page: number): number {
    return Math.min(PAGE, this.#size - page * PAGE);
  }

  #find(page: number): Uint8Array | undefined {
    const changed = this.#dirty.get(page) ?? this.#flushing.get(page);
    if (changed !== undefined) return changed;
    const clean = this.#clean.get(page);
    if (clean !== undefined) {
      this.#clean.delete(page);
      this.#clean.set(page, clean);
    }
    return clean;
  }

  #keep(page: number, bytes: Uint8Array): void {
    this.#clean.set(page, bytes);
    if (this.#clean.size > KEPT) this.#clean.delete(this.#clean.keys().next().value as number);
  }

  /** Gets pages, each into memory of its own, so that one does not keep its neighbours alive. */
  *#fetch(pages: readonly number[]): Walk<Map<number, Uint8Array>> {
    const found = new Map<number, Uint8Array>();
    const lacking: number[] = [];
    for (const page of pages) {
      const here = this.#find(page);
      if (here === undefined) lacking.push(page);
      else found.set(page, here);
    }
    if (lacking.length === 0) return found;
    const spans = lacking.map((page) => ({ at: this.#base + page * PAGE, size: this.#lengthOf(page) }));
    const answers = yield spans;
    for (const [i, page] of lacking.entries()) {
      const bytes = this.#whole(answers[i] as Uint8Array, spans[i] as Span);
      // It may have been changed meanwhile.
      const now = this.#dirty.get(page) ?? this.#flushing.get(page);
      if (now === undefined) this.#keep(page, bytes);
      found.set(page, now ?? bytes);
    }
    return found;
  }

  #whole(bytes: Uint8Array, { at, size }: Span): Uint8Array {
    if (bytes.length === size) return bytes;
    throw new SourceError("the file became shorter while it was read", {
      offset: at + bytes.length,
      path: this.#source.name,
    });
  }

  /** Reads runs into `out`, one after another. */
  *read(runs: Runs, out: Uint8Array): Walk<void> {
    const groups = groupsOf(runs, this.#source.readSync ? FAR : FARTHER, PAGE);
    if (runs.size >= DIRECT || (groups !== null && groups.inner.count === 1)) yield* this.#readDirect(runs, out);
    else if (groups !== null) yield* this.#readGroups(groups, out);
    else yield* this.#eachPart(runs, (page, from, to, at) => out.set(page.subarray(from, to), at));
  }

  *#readDirect(runs: Runs, out: Uint8Array): Walk<void> {
    const cursor = new RunCursor(runs);
    let at = 0;
    while (cursor.left > 0) {
      const spans: Span[] = [];
      const first = at;
      for (let bytes = 0; cursor.left > 0 && spans.length < SPANS && bytes < BYTES; cursor.next()) {
        spans.push({ at: this.#base + cursor.at, size: runs.size, into: out.subarray(at, at + runs.size) });
        at += runs.size;
        bytes += runs.size;
      }
      const answers = yield spans;
      for (const [i, span] of spans.entries()) {
        this.#whole(answers[i] as Uint8Array, span);
        for (const changes of [this.#flushing, this.#dirty]) {
          this.#patch(changes, span.at - this.#base, out.subarray(first + i * runs.size, first + (i + 1) * runs.size));
        }
      }
    }
  }

  /** Reads groups of runs whole, and takes the runs out. */
  *#readGroups({ outer, inner }: Groups, out: Uint8Array): Walk<void> {
    const cursor = new RunCursor(outer);
    let at = 0;
    while (cursor.left > 0) {
      const count = Math.min(cursor.left, SPANS, Math.max(1, Math.floor(BYTES / 16 / outer.size)));
      const block = new Uint8Array(count * outer.size);
      const spans: Span[] = [];
      for (let i = 0; i < count; i++, cursor.next()) {
        const into = block.subarray(i * outer.size, (i + 1) * outer.size);
        spans.push({ at: this.#base + cursor.at, size: outer.size, into });
      }
      const answers = yield spans;
      for (const [i, span] of spans.entries()) {
        this.#whole(answers[i] as Uint8Array, span);
        const from = i * outer.size;
        const group = block.subarray(from, from + outer.size);
        for (const changes of [this.#flushing, this.#dirty]) this.#patch(changes, span.at - this.#base, group);
        for (const run = new RunCursor(inner); run.left > 0; run.next()) {
          out.set(group.subarray(run.at, run.at + inner.size), at);
          at += inner.size;
        }
      }
    }
  }

  /** Puts changed pages over bytes that were read past them. */
  #patch(changes: ReadonlyMap<number, Uint8Array>, start: number, out: Uint8Array): void {
    for (const [page, bytes] of changes) {
      const from = Math.max(start, page * PAGE);
      const to = Math.min(start + out.length, page * PAGE + bytes.length);
      if (from < to) out.set(bytes.subarray(from - page * PAGE, to - page * PAGE), from - start);
    }
  }

  /** Writes bytes over runs, in memory. */
  *write(runs: Runs, bytes: Uint8Array): Walk<void> {
    yield* this.#eachPart(
      runs,
      (page, from, to, at) => page.set(bytes.subarray(at, at + to - from), from),
      (page, bytes) => this.#own(page, bytes),
    );
  }

  /** The page as one that may be changed. */
  #own(page: number, bytes: Uint8Array): Uint8Array {
    const dirty = this.#dirty.get(page);
    if (dirty !== undefined) return dirty;
    // What is being written must stay as it is; what sources give may be a view of somebody's bytes.
    const own = (this.#flushing.get(page) ?? bytes).slice();
    this.#clean.delete(page);
    this.#dirty.set(page, own);
    return own;
  }

  /** Visits the parts of runs page by page: page, from and to within it, offset in all runs' bytes. */
  *#eachPart(
    runs: Runs,
    visit: (page: Uint8Array, from: number, to: number, at: number) => void,
    owned?: (page: number, bytes: Uint8Array) => Uint8Array,
  ): Walk<void> {
    if (runs.count === 0 || runs.size === 0) return;
    const cursor = new RunCursor(runs);
    let at = 0;
    // How much of the present run is done.
    let done = 0;
    while (cursor.left > 0) {
      // The pages of one step: found by walking a cursor of the same place ahead.
      const ahead = cursor.copy();
      const pages: number[] = [];
      let skip = done;
      collect: while (ahead.left > 0) {
        const last = Math.floor((ahead.at + runs.size - 1) / PAGE);
        for (let page = Math.floor((ahead.at + skip) / PAGE); page <= last; page++) {
          if (pages.at(-1) === page) continue;
          if (pages.length === STEP) break collect;
          pages.push(page);
        }
        skip = 0;
        ahead.next();
      }
      const found = yield* this.#fetch(pages);
      if (owned) for (const page of pages) found.set(page, owned(page, found.get(page) as Uint8Array));
      const end = ((pages.at(-1) as number) + 1) * PAGE;
      while (cursor.left > 0 && cursor.at + done < end) {
        const place = cursor.at + done;
        const page = Math.floor(place / PAGE);
        const bytes = found.get(page);
        if (bytes === undefined) break;
        const from = place - page * PAGE;
        const to = Math.min(bytes.length, from + runs.size - done);
        visit(bytes, from, to, at);
        at += to - from;
        done += to - from;
        if (done === runs.size) {
          done = 0;
          cursor.next();
        }
      }
    }
  }

  /** Writes changed pages to the source, neighbours at once. Nothing is lost when that fails. */
  flush(): Promise<void> {
    const before = this.#writing;
    this.#writing = before.catch(() => undefined).then(() => this.#flushNow());
    return this.#writing;
  }

  async #flushNow(): Promise<void> {
    const { write } = this.#source;
    if (write === undefined || this.#dirty.size === 0) return;
    const writing = new Map([...this.#dirty].sort(([a], [b]) => a - b));
    this.#flushing = writing;
    this.#dirty.clear();
    try {
      for (const [page, bytes] of writing) {
        await write.call(this.#source, this.#base + page * PAGE, bytes);
        writing.delete(page);
        if (!this.#dirty.has(page)) this.#keep(page, bytes);
      }
    } finally {
      for (const [page, bytes] of writing) if (!this.#dirty.has(page)) this.#dirty.set(page, bytes);
      this.#flushing = new Map();
    }
  }

  /** Runs a walk, waiting for the source. */
  async run<T>(walk: Walk<T>, signal?: AbortSignal): Promise<T> {
    let step = walk.next();
    while (!step.done) {
      signal?.throwIfAborted();
      step = walk.next(await this.#source.read!(step.value, signal));
    }
    return step.value;
  }

  /** Runs a walk at once. */
  runSync<T>(walk: Walk<T>): T {
    const { readSync } = this.#source;
    if (readSync === undefined) {
      throw new SourceError("this source cannot be read at once: wait for load or slice", { path: this.#source.name });
    }
    let step = walk.next();
    while (!step.done) step = walk.next(readSync.call(this.#source, step.value));
    return step.value;
  }
}
