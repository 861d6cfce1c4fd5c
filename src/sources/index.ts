/**
 * Sources: everything bytes may be read from, seen through one small interface.
 *
 * @module
 */
import { openPath } from "#platform";
import { Reader, type Source } from "../core/bytes/parse.ts";
import { asBytes, type BytesLike } from "./bytes.ts";
import { type FileHandleLike, type FileLike, frugal, handle } from "./filelike.ts";
import { blobSource, inMemory } from "./memory.ts";
import { iterated, streamed } from "./streams.ts";

export { asBytes, type BytesLike } from "./bytes.ts";
export type { FileHandleLike, FileLike } from "./filelike.ts";
export { inMemory } from "./memory.ts";

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
  if (bytes !== null) return inMemory(bytes);
  if (typeof input === "object" && input !== null) {
    if (input instanceof URL)
      return input.protocol === "file:" ? openPath(input) : http().then((m) => m.fetched(input, signal));
    if (has<FileLike>(input, "read") && has<FileLike>(input, "readline")) return frugal(input as FileLike);
    if (has<FileHandleLike>(input, "read") && "fd" in input) return frugal(handle(input as FileHandleLike));
    if (has<Blob>(input, "slice") && has<Blob>(input, "arrayBuffer")) {
      return blobSource(input as Blob);
    }
    if (has<Response>(input, "arrayBuffer") && "status" in input)
      return http().then((m) => m.answered(input as Response));
    if (has<ReadableStream>(input, "getReader")) return streamed(input as ReadableStream<Uint8Array>);
    if (Symbol.asyncIterator in input) return iterated(input as AsyncIterable<BytesLike>);
    if (has<Source>(input, "next")) return input as Source;
  }
  throw new TypeError(
    "cannot read from this value: give bytes, a path, URL, Blob, Response, stream, or an object with read() and readline()",
  );
}

/** Addresses are spoken to by a part of its own, which pages that never do need not carry. */
function http(): Promise<typeof import("./http.ts")> {
  return import("./http.ts");
}

function has<T>(value: object, key: keyof T): boolean {
  return typeof (value as T)[key] === "function";
}

/**
 * A source that knows its size and reads ranges: addresses are asked for ranges alone, streams are read into memory.
 * Throws as {@link toSource}, and `LimitError` beyond `maxBytes` (2 GiB) of a stream.
 */
export async function toRanges(input: SourceInput, signal?: AbortSignal, maxBytes: number = 2 ** 31): Promise<Source> {
  if (input instanceof URL && input.protocol !== "file:") return (await http()).ranged(input, signal);
  return drained(await toSource(input, signal), signal, maxBytes);
}

/** The source itself where it reads ranges, else all its bytes in memory; what was read of it already is lost. */
export async function drained(source: Source, signal?: AbortSignal, maxBytes?: number): Promise<Source> {
  if (source.read && source.size !== undefined) return source;
  const reader = new Reader(source, { signal, maxBytes });
  try {
    for (let need = 1 << 20; ; need *= 2) {
      const { bytes, last } = await reader.window(0, need, false);
      if (last) return inMemory(bytes, source.name);
    }
  } finally {
    await source.close?.();
  }
}
