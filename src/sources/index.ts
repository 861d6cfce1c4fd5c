/**
 * Sources: everything bytes may be read from, seen through one small interface.
 *
 * @module
 */
import { openPath } from "#platform";
import type { Source } from "../core/bytes/parse.ts";
import { SourceError } from "../core/errors.ts";

/** What may be given as bytes. */
export type BytesLike = Uint8Array | ArrayBuffer | ArrayBufferView;

type Maybe<T> = T | Promise<T>;

/** Python's idea of a file: `read(n)` gives up to `n` bytes, `readline()` a line with its newline; nothing at the end. */
export interface FileLike {
  read(size: number): Maybe<BytesLike | null | undefined>;
  readline(): Maybe<BytesLike | null | undefined>;
}

/** An open file as Node gives it (`fs.promises.open`); it is read on from where it stands. */
export interface FileHandleLike {
  readonly fd: number;
  read(into: Uint8Array, offset: number, length: number, position: null): Promise<{ bytesRead: number }>;
}

/** What can be read: bytes, a path (Node), `URL`, `Blob`, `Response`, stream, iterable of bytes, or a file-like object. */
export type SourceInput =
  | BytesLike
  | string
  | URL
  | Blob
  | Response
  | ReadableStream<Uint8Array>
  | AsyncIterable<BytesLike | string>
  | FileLike
  | FileHandleLike
  | Source;

const EMPTY = new Uint8Array(0);

/** The bytes of a buffer or view without a copy, or null when the value is none. */
export function asBytes(data: unknown): Uint8Array | null {
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const tag = Object.prototype.toString.call(data);
  return /ArrayBuffer\]$/.test(tag) ? new Uint8Array(data as ArrayBuffer) : null;
}

/**
 * Makes a source of anything that can be read. A file-like object and an open file are never read beyond what is
 * needed. Throws `SourceError` for a missing file or a bad HTTP status, `TypeError` for what cannot be read.
 *
 * @example
 * ```ts
 * const source = await toSource(new Blob([bytes]));
 * ```
 */
export function toSource(input: SourceInput, signal?: AbortSignal): Source | Promise<Source> {
  if (typeof input === "string") return openPath(input);
  const bytes = asBytes(input);
  if (bytes !== null) return sized(bytes.length, async (at, end) => bytes.subarray(at, end));
  if (typeof input === "object" && input !== null) {
    if (input instanceof URL) return input.protocol === "file:" ? openPath(input) : fetched(input, signal);
    if (has<FileLike>(input, "read") && has<FileLike>(input, "readline")) return frugal(input as FileLike);
    if (has<FileHandleLike>(input, "read") && "fd" in input) return frugal(handle(input as FileHandleLike));
    if (has<Blob>(input, "slice") && has<Blob>(input, "arrayBuffer")) {
      const blob = input as Blob;
      const name = (blob as { name?: string }).name;
      return sized(blob.size, async (at, end) => new Uint8Array(await blob.slice(at, end).arrayBuffer()), name);
    }
    if (has<Response>(input, "arrayBuffer") && "status" in input) return answered(input as Response);
    if (has<ReadableStream>(input, "getReader")) return streamed(input as ReadableStream<Uint8Array>);
    if (Symbol.asyncIterator in input) return iterated(input as AsyncIterable<BytesLike>);
    if (has<Source>(input, "next")) return input as Source;
  }
  throw new TypeError(
    "cannot read from this value: give bytes, a path, URL, Blob, Response, stream, or an object with read() and readline()",
  );
}

function has<T>(value: object, key: keyof T): boolean {
  return typeof (value as T)[key] === "function";
}

/** A source that knows its size and reads from anywhere. */
function sized(size: number, cut: (at: number, end: number) => Promise<Uint8Array>, name?: string): Source {
  let at = 0;
  return {
    size,
    name,
    async next(want) {
      const end = Math.min(size, at + want);
      const start = at;
      at = end;
      return start === end ? EMPTY : cut(start, end);
    },
    read: (spans) => Promise.all(spans.map((span) => cut(span.at, span.at + span.size))),
  };
}

async function fetched(url: URL, signal?: AbortSignal): Promise<Source> {
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw new SourceError("the address could not be fetched", { path: url.href, cause });
  }
  return answered(response);
}

function answered(response: Response): Source {
  const { status, headers, body, url } = response;
  const name = url || undefined;
  if (status >= 400) throw new SourceError(`the server answered ${status}`, { status, path: name });
  if (body === null) return sized(0, async () => EMPTY, name);
  const length = headers.get("content-length");
  // A compressed body has another length than the bytes that come out of it.
  const size = length === null || headers.get("content-encoding") ? undefined : Number(length);
  return { ...streamed(body), name, size };
}

function streamed(stream: ReadableStream<Uint8Array>): Source {
  const reader = stream.getReader();
  return pieces(
    () => reader.read(),
    () => reader.cancel(),
  );
}

function iterated(iterable: AsyncIterable<BytesLike>): Source {
  const iterator = iterable[Symbol.asyncIterator]();
  return pieces(
    () => iterator.next(),
    () => void iterator.return?.(),
  );
}

function pieces(
  next: () => Promise<{ done?: boolean; value?: unknown }>,
  stop: () => Promise<void> | undefined | void,
): Source {
  let ended = false;
  return {
    async next() {
      for (;;) {
        const { done, value } = await failing(next);
        if (done) {
          ended = true;
          return EMPTY;
        }
        const piece = asBytes(value);
        if (piece === null)
          throw new TypeError(`a stream of bytes gave a ${typeof value}: read it without an encoding`);
        if (piece.length > 0) return piece;
      }
    },
    async close() {
      // What a stream says to being dropped is of no interest, and a stalled one may never say it.
      if (!ended) void Promise.resolve(stop()).catch(() => undefined);
    },
  };
}

function frugal(file: FileLike): Source {
  const taken = async (read: () => Maybe<BytesLike | null | undefined>): Promise<Uint8Array> => {
    const given = await failing(async () => read());
    if (given === null || given === undefined) return EMPTY;
    const bytes = asBytes(given);
    if (bytes === null) throw new TypeError(`read() must give bytes, not a ${typeof given}`);
    return bytes;
  };
  return {
    name:
      typeof (file as { name?: unknown }).name === "string" ? (file as unknown as { name: string }).name : undefined,
    next: (size) => taken(() => file.read(size)),
    line: () => taken(() => file.readline()),
  };
}

function handle(file: FileHandleLike): FileLike {
  const read = async (size: number): Promise<Uint8Array> => {
    const into = new Uint8Array(Math.min(size, 1 << 24));
    const { bytesRead } = await file.read(into, 0, into.length, null);
    return into.subarray(0, bytesRead);
  };
  return {
    read,
    async readline() {
      const line: number[] = [];
      while (line[line.length - 1] !== 10) {
        const [byte] = await read(1);
        if (byte === undefined) break;
        line.push(byte);
      }
      return Uint8Array.from(line);
    },
  };
}

async function failing<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof SourceError || (cause as Error | undefined)?.name === "AbortError") throw cause;
    throw new SourceError(`reading failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
