/**
 * Parsers do no I/O, they ask: a parser is a generator that yields what it lacks and ends in a value.
 *
 * One text per format serves two drivers: {@link runSync} on bytes in memory, `run` of reader.ts on any source.
 *
 * @module
 */
import { SourceError } from "../errors.ts";
import { cut } from "./cut.ts";

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
  | { kind: "bytes"; spans: Span[] }
  /**
   * The bytes of a file beside this one; answered by a `Uint8Array[]` of one. With `keep` only its first `head` bytes:
   * the file stays open for whoever is given its source, where the driver has one.
   */
  | { kind: "open"; name: string; head?: number; keep?: (source: Source) => void };

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
  /** The same from its beginning, where it can be read once more. */
  again?(): Source;
  /** A name for messages. */
  readonly name?: string | undefined;
  /** All of it, where it is in memory. */
  readonly memory?: Uint8Array | undefined;
  /** The next bytes: about `size` of them, at least one unless the source has ended. */
  next(size: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Fills memory with the next bytes, where that saves a copy; less than all of it only where the source ends. */
  fill?(into: Uint8Array, signal?: AbortSignal): Promise<number>;
  /** The rest of a line, newline and all; only sources that must not be read beyond what is needed have it. */
  line?(): Promise<Uint8Array>;
  /** Ranges, for sources that can; spans with `into` are read there. */
  read?(spans: readonly Span[], signal?: AbortSignal): Promise<Uint8Array[]>;
  /** Ranges at once, for files and bytes. */
  readSync?(spans: readonly Span[]): Uint8Array[];
  /** Writes in place; only files that were opened for it have it. */
  write?(at: number, bytes: Uint8Array): Promise<void>;
  /** A file beside this one. */
  beside?(name: string): Promise<Source>;
  /** Most bytes that a source of unknown size can give: room for a claimed amount up to this may be made at once. */
  readonly most?: number | undefined;
  /** `next` is cheaper than `read` while one reads on: the body of a response. */
  readonly streaming?: boolean | undefined;
  close?(): Promise<void> | void;
}

/** Runs a parser over bytes in memory; `open` gives the bytes of files beside them. */
export function runSync<T>(parse: Parse<T>, bytes: Uint8Array, open?: (name: string) => Uint8Array): T {
  let step = parse.next();
  while (!step.done) {
    const ask = step.value;
    if (ask.kind === "more") step = parse.next({ bytes: bytes.subarray(ask.at), last: true });
    else if (ask.kind === "bytes") step = parse.next(cut(bytes, ask.spans));
    else {
      if (open === undefined) throw noCompanion(ask.name);
      step = parse.next([open(ask.name)]);
    }
  }
  return step.value;
}

/** @internal */
export function noCompanion(name: string, path?: string): SourceError {
  return new SourceError(`the file ${name} belongs to this one, and is not at hand: pass it in companions`, { path });
}
