/**
 * What drives parsers over sources: windows, ranges, and files beside them.
 *
 * @module
 */
import { openToucher } from "#platform";
import { LimitError, SourceError } from "../errors.ts";
import { roomFor } from "./memory.ts";
import { type Answer, type Ask, noCompanion, type Parse, type Source, type Span, type Window } from "./parse.ts";

/** How an asynchronous run behaves. */
export interface RunOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((read: number, total: number | undefined) => void) | undefined;
  /** Bytes that a source of unknown size may give (2 GiB). */
  maxBytes?: number | undefined;
  /** Size of a window (1 MiB). */
  window?: number | undefined;
  /** Gives the files beside a source, where it does not know them itself. */
  open?: ((name: string) => Source | Promise<Source>) | undefined;
}

/** One read of a source: large payloads come in pieces, so that none is held twice. */
const PIECE = 1 << 22;
/** Bytes of a size that a server claims for which memory is made at once. */
const CLAIMED = 1 << 30;
/** One read into the final memory, which a source may split further; between two of them aborts are seen. */
const BATCH = 1 << 28;
/** Fresh memory from this size on is made ready piece by piece, while the piece before is filled. */
const TOUCHED = 1 << 24;

/** Size of a window, unless the caller tells another; */
const WINDOW = 1 << 20;
/** and behind a payload larger than that, where another one is likely to follow soon. */
const BETWEEN = 1 << 16;

/** Reads a source window by window; keeps what was read beyond one parser's end for the next. */
export class Reader {
  readonly source: Source;
  /** Offset of `rest[0]`. */
  at = 0;
  #rest: Uint8Array = new Uint8Array(0);
  #ended = false;
  /** Offset that the source's `next` has come to. */
  #given = 0;
  /** Size of the next window. */
  #window = WINDOW;
  #options: RunOptions;

  constructor(source: Source, options: RunOptions = {}) {
    this.source = source;
    this.#options = options;
  }

  /** Is everything read and given out? */
  async ended(): Promise<boolean> {
    if (this.#rest.length > 0) return false;
    if (!this.#ended) await this.#fill(1, false);
    return this.#rest.length === 0;
  }

  /** A window from `at` on of at least `need` bytes, unless the source ends before. */
  async window(at: number, need: number, line: boolean): Promise<Window> {
    this.skipTo(at);
    await this.#fill(need, line);
    return { bytes: this.#rest, last: this.#ended };
  }

  /** Moves to an offset at or behind the present one. */
  skipTo(at: number): void {
    this.#rest = this.#rest.subarray(at - this.at);
    this.at = at;
  }

  /** Ranges; from a source that only goes forward, ones that follow each other. */
  async spans(spans: readonly Span[], signal = this.#options.signal): Promise<Uint8Array[]> {
    const [first] = spans;
    const forward =
      spans.length === 1 && (first as Span).at >= this.at && (first as Span).at <= this.at + this.#rest.length;
    if (!forward && this.source.read) return this.source.read(spans, signal);
    const out: Uint8Array[] = [];
    for (const span of spans) out.push(await this.#payload(span));
    return out;
  }

  /** All of a file beside the source; only its first bytes where it is kept open, which takes one that reads ranges. */
  async companion({ name, head = 0, keep }: Extract<Ask, { kind: "open" }>): Promise<Uint8Array> {
    const { open, signal, maxBytes } = this.#options;
    const path = this.source.name;
    const source = await (open ? open(name) : this.source.beside?.(name));
    if (source === undefined) throw noCompanion(name, path);
    if (keep !== undefined && source.read !== undefined && source.size !== undefined) {
      keep(source);
      return (await source.read([{ at: 0, size: Math.min(head, source.size) }], signal))[0] as Uint8Array;
    }
    try {
      const reader = new Reader(source, { signal, maxBytes });
      const size = source.size ?? Number.MAX_SAFE_INTEGER;
      return (await reader.spans([{ at: 0, size }]))[0] as Uint8Array;
    } finally {
      await source.close?.();
    }
  }

  /** One range from here on, straight into its final memory; shorter where the source ends. */
  async #payload({ at, size, into }: Span): Promise<Uint8Array> {
    if (at < this.at) throw new SourceError("this source cannot be read by ranges", { path: this.source.name });
    const { signal, onProgress } = this.#options;
    const total = this.source.size;
    this.skipTo(at);
    const room = total === undefined ? size : Math.max(0, Math.min(size, total - at));
    // A claimed size is believed only when the source is known to hold it; else memory grows as bytes arrive.
    const held = total !== undefined && this.source.read !== undefined && !this.source.streaming;
    const first = Math.max(total === undefined ? 1 << 20 : CLAIMED, this.source.most ?? 0);
    let target = into ?? roomFor(held ? room : Math.min(room, first));
    let filled = 0;
    const grow = (need: number): void => {
      if (need <= target.length) return;
      const grown = roomFor(Math.min(room, Math.max(need, target.length * 2)));
      grown.set(target.subarray(0, filled));
      target = grown;
    };
    const put = (piece: Uint8Array): void => {
      grow(filled + piece.length);
      target.set(piece, filled);
      filled += piece.length;
    };
    put(this.#rest.subarray(0, room));
    const unpacks = this.source.fill !== undefined && total === undefined;
    const fresh = unpacks && into === undefined && target.length >= TOUCHED;
    const toucher = fresh && openToucher !== null ? await openToucher() : null;
    let touched: Promise<void> | undefined;
    let behind: Uint8Array | undefined;
    try {
      while (filled < room) {
        signal?.throwIfAborted();
        const from = at + filled;
        const byRange = this.source.read && !(this.source.streaming && from === this.#given);
        if (byRange && total !== undefined) {
          grow(Math.min(room, filled + BATCH));
          const part = target.subarray(filled, Math.min(room, filled + BATCH));
          const end = from + part.length;
          const asked: Span[] = [{ at: from, size: part.length, into: part }];
          // The window behind comes along, where one is likely to be wanted.
          if (end === at + room && room > WINDOW && end < total) {
            asked.push({ at: end, size: Math.min(BETWEEN, total - end) });
          }
          const [got, next] = await abortable(this.source.read!(asked, signal), signal);
          behind = next;
          filled += got!.length;
          if (got!.length < part.length) break;
        } else if (this.source.fill && from === this.#given) {
          const end = Math.min(room, filled + PIECE);
          grow(end);
          const part = target.subarray(filled, end);
          await touched;
          touched = toucher?.touch(target.subarray(end, end + PIECE));
          const count = await abortable(this.source.fill(part, signal), signal);
          this.#gave(count);
          filled += count;
          if (count < part.length) break;
        } else {
          const piece = await this.#next(from, Math.min(room - filled, PIECE), signal);
          if (piece.length === 0) break;
          put(piece.subarray(0, room - filled));
          // A source may give more than it was asked for.
          if (filled === room) {
            this.at = from;
            this.#rest = piece;
          }
        }
        onProgress?.(at + filled + (behind?.length ?? 0), total);
      }
    } finally {
      await touched;
      await toucher?.close();
    }
    this.skipTo(at + filled);
    if (filled > WINDOW) this.#window = BETWEEN;
    if (behind !== undefined && filled === room) {
      this.#rest = behind;
      this.#window = BETWEEN * 4;
    }
    return target.subarray(0, filled);
  }

  /** The next piece from `from` on: by `next` while that stands there. */
  async #next(from: number, size: number, signal: AbortSignal | undefined, line = false): Promise<Uint8Array> {
    const { source } = this;
    if (from !== this.#given && source.read) {
      const [piece] = await abortable(source.read([{ at: from, size }], signal), signal);
      return piece as Uint8Array;
    }
    for (;;) {
      const wanted = from > this.#given ? from - this.#given : size;
      const piece = await abortable(line && source.line ? source.line() : source.next(wanted, signal), signal);
      const skipped = from - this.#given;
      const end = this.#gave(piece.length);
      if (piece.length === 0 || end > from) return piece.subarray(Math.max(0, skipped));
    }
  }

  /** Counts what the source gave; where it stands now. */
  #gave(count: number): number {
    const { maxBytes = 2 ** 31 } = this.#options;
    const end = this.#given + count;
    if (this.source.size === undefined && end > maxBytes) {
      throw new LimitError("maxBytes", maxBytes, end, { path: this.source.name });
    }
    this.#given = end;
    return end;
  }

  async #fill(need: number, line: boolean): Promise<void> {
    const { signal, onProgress } = this.#options;
    const { size } = this.source;
    const frugal = this.source.line !== undefined;
    const have = this.#rest.length;
    if (this.#ended || (have >= need && !line)) return;
    if (size !== undefined && need > size - this.at) need = size - this.at;
    const goal = frugal ? need : Math.max(need, this.#options.window ?? this.#window);
    this.#window = Math.min(WINDOW, this.#window * 4);
    const roomy = size === undefined ? goal : Math.min(goal, size - this.at);
    // A claimed size is believed only when the source is known to hold it; else memory grows as bytes arrive: pieces of a
    // stream may be small, and each is a window of its own.
    let window = new Uint8Array(size === undefined ? Math.max(have, Math.min(roomy, SMALL)) : Math.max(have, roomy));
    window.set(this.#rest);
    let filled = have;
    while (filled < need && !this.#ended) {
      signal?.throwIfAborted();
      const wanted = Math.min(roomy - filled, PIECE) || 1;
      const piece = await this.#next(this.at + filled, wanted, signal, line && frugal);
      if (piece.length === 0) {
        this.#ended = true;
        break;
      }
      if (filled + piece.length > window.length) {
        const grown = new Uint8Array(
          Math.max(filled + piece.length, Math.min(window.length * 2, Math.max(roomy, filled + piece.length))),
        );
        grown.set(window.subarray(0, filled));
        window = grown;
      }
      window.set(piece, filled);
      filled += piece.length;
      onProgress?.(this.at + filled, size);
      if (line && frugal) break;
    }
    if (size !== undefined && this.at + filled >= size) this.#ended = true;
    this.#rest = filled === window.length ? window : window.subarray(0, filled);
  }
}

/** Room for the first piece of a stream. */
const SMALL = 1 << 12;

/** A promise that an abort ends even when what it waits for never comes. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Runs a parser over a source; `reader` keeps its place behind what the parser took. */
export async function run<T>(parse: Parse<T>, reader: Reader, signal?: AbortSignal): Promise<T> {
  let step = parse.next();
  while (!step.done) {
    const ask = step.value;
    let answer: Answer;
    try {
      if (ask.kind === "more") answer = await reader.window(ask.at, ask.need, ask.line);
      else if (ask.kind === "bytes") answer = await reader.spans(ask.spans, signal);
      else answer = [await reader.companion(ask)];
    } catch (e) {
      // The parser's `finally` gives its pooled state back.
      parse.return(undefined as never);
      throw e;
    }
    step = parse.next(answer);
  }
  return step.value;
}
