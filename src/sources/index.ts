/**
 * Sources: everything bytes may be read from, seen through one small interface.
 *
 * @module
 */
import { openPath } from "#platform";
import type { Source } from "../core/bytes/parse.ts";
import { asBytes, type BytesLike } from "./bytes.ts";
import type { FileHandleLike, FileLike } from "./filelike.ts";
import { flowing } from "./flowing.ts";
import { has } from "./has.ts";
import { blobSource, inMemory } from "./memory.ts";

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
  return stored(input, signal) ?? flowing(input);
}

/** What stands somewhere whole, as a source; null for what only comes piece by piece. */
function stored(input: SourceInput, signal?: AbortSignal): Source | Promise<Source> | null {
  if (typeof input === "string") {
    // A text is a path and never leads to the network.
    if (/^https?:\/\//i.test(input)) throw new TypeError(`an address is passed as a URL: new URL("${input}")`);
    return openPath(input);
  }
  const bytes = asBytes(input);
  if (bytes !== null) return inMemory(bytes);
  if (typeof input !== "object" || input === null) return null;
  if (input instanceof URL)
    return input.protocol === "file:" ? openPath(input) : http().then((m) => m.fetched(input, signal));
  if (has<FileLike>(input, "read") && (has<FileLike>(input, "readline") || "fd" in input)) return null;
  if (has<Blob>(input, "slice") && has<Blob>(input, "arrayBuffer")) return blobSource(input as Blob);
  if (has<Response>(input, "arrayBuffer") && "status" in input)
    return http().then((m) => m.answered(input as Response));
  return null;
}

/** Addresses are spoken to by a part of its own, which pages that never do need not carry. */
function http(): Promise<typeof import("./http.ts")> {
  return import("./http.ts");
}

/**
 * A source that knows its size and reads ranges: addresses are asked for ranges alone, streams are read into memory.
 * Throws as {@link toSource}, and `LimitError` beyond `maxBytes` (2 GiB) of a stream.
 */
export async function toRanges(input: SourceInput, signal?: AbortSignal, maxBytes: number = 2 ** 31): Promise<Source> {
  if (input instanceof URL && input.protocol !== "file:") return (await http()).ranged(input, signal);
  const source = await stored(input, signal);
  if (source?.read && source.size !== undefined) return source;
  // Few pages read files of arrays from streams: what that needs is a part of its own.
  const { drained } = await import("./drained.ts");
  return drained(source ?? input, signal, maxBytes);
}
