/**
 * Parsers do no I/O, they ask: a parser is a generator that yields what it lacks and ends in a value.
 *
 * One text per format serves two drivers: {@link runSync} on bytes in memory, {@link run} on any source.
 *
 * @module
 */
import { LimitError, SourceError } from "../errors.ts";

/** A range of the source. */
export interface Span {
  at: number;
  size: number;
  /** Where the bytes are to go; a fresh array when absent. */
  into?: Uint8Array;
}

/** What a parser may lack. */
export type Ask =
  /** More of the window: at least `need` bytes from offset `at` on (`line`: up to the next newline). */
  | { kind: "more"; at: number; need: number; line: boolean }
  /** Ranges of the source, many at once; answered by `Uint8Array[]`. */
  | { kind: "bytes"; spans: Span[] };

/** A parser: yields what it lacks, ends in a value. */
export type Parse<T> = Generator<Ask, T, Answer>;

/** The answer to "more": a window that begins at the offset asked for. */
export interface Window {
  bytes: Uint8Array;
  /** Nothing follows it. */
  last: boolean;
}

export type Answer = Window | Uint8Array[];

/** Where bytes come from. `read` may give fewer bytes than asked for only at the end. */
export interface Source {
  /** Size in bytes, when it is known. */
  readonly size?: number | undefined;
  /** A name for messages. */
  readonly name?: string | undefined;
  /** The next bytes: about `size` of them, at least one unless the source has ended. */
  next(size: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** The rest of a line, newline and all; only sources that must not be read beyond what is needed have it. */
  line?(): Promise<Uint8Array>;
  /** Ranges, for sources that can. */
  read?(spans: readonly Span[], signal?: AbortSignal): Promise<Uint8Array[]>;
  close?(): Promise<void> | void;
}

/** Runs a parser over bytes in memory. */
export function runSync<T>(parse: Parse<T>, bytes: Uint8Array): T {
  let step = parse.next();
  while (!step.done) {
    const ask = step.value;
    step = parse.next(
      ask.kind === "more"
        ? { bytes: bytes.subarray(ask.at), last: true }
        : ask.spans.map(({ at, size }) => bytes.subarray(at, at + size)),
    );
  }
  return step.value;
}

/** How an asynchronous run behaves. */
export interface RunOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((read: number, total: number | undefined) => void) | undefined;
  /** Bytes that a source of unknown size may give (2 GiB). */
  maxBytes?: number | undefined;
  /** Size of a window (1 MiB). */
  window?: number | undefined;
}

/** One read of a source: large payloads come in pieces, so that none is held twice. */
const PIECE = 1 << 22;

/** Reads a source window by window; keeps what was read beyond one parser's end for the next. */
export class Reader {
  readonly source: Source;
  /** Offset of `rest[0]`. */
  at = 0;
  #rest: Uint8Array = new Uint8Array(0);
  #ended = false;
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

  async #fill(need: number, line: boolean): Promise<void> {
    const { signal, onProgress, maxBytes = 2 ** 31 } = this.#options;
    const { size } = this.source;
    const frugal = this.source.line !== undefined;
    const have = this.#rest.length;
    if (this.#ended || (have >= need && !line)) return;
    if (size !== undefined && need > size - this.at) need = size - this.at;
    const goal = frugal ? need : Math.max(need, this.#options.window ?? 1 << 20);
    const roomy = size === undefined ? goal : Math.min(goal, size - this.at);
    // A claimed size is believed only when the source is known to hold it; else memory grows as bytes arrive.
    let window = new Uint8Array(size === undefined ? Math.max(have, Math.min(roomy, 1 << 20)) : Math.max(have, roomy));
    window.set(this.#rest);
    let filled = have;
    while (filled < need && !this.#ended) {
      signal?.throwIfAborted();
      const piece = await abortable(
        line && frugal && this.source.line
          ? this.source.line()
          : this.source.next(Math.min(roomy - filled, PIECE) || 1, signal),
        signal,
      );
      if (piece.length === 0) {
        this.#ended = true;
        break;
      }
      if (size === undefined && this.at + filled + piece.length > maxBytes) {
        throw new LimitError("maxBytes", maxBytes, this.at + filled + piece.length, { path: this.source.name });
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
      else {
        if (!reader.source.read) throw new SourceError("this source cannot be read by ranges");
        answer = await reader.source.read(ask.spans, signal);
      }
    } catch (e) {
      // The parser's `finally` gives its pooled state back.
      parse.return(undefined as never);
      throw e;
    }
    step = parse.next(answer);
  }
  return step.value;
}
