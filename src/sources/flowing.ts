/**
 * Inputs that come piece by piece, as sources: streams, iterables, open files, file-like objects.
 *
 * @module
 */
import type { Source } from "../core/bytes/parse.ts";
import type { BytesLike } from "./bytes.ts";
import { type FileHandleLike, type FileLike, frugal, handle } from "./filelike.ts";
import { has } from "./has.ts";
import { iterated, streamed } from "./streams.ts";

/** The source of such an input, or the input itself where it is a source. Throws `TypeError` for everything else. */
export function flowing(input: unknown): Source {
  if (typeof input === "object" && input !== null) {
    if (has<FileLike>(input, "read") && has<FileLike>(input, "readline")) return frugal(input as FileLike);
    if (has<FileHandleLike>(input, "read") && "fd" in input) return frugal(handle(input as unknown as FileHandleLike));
    if (has<ReadableStream>(input, "getReader")) return streamed(input as ReadableStream<Uint8Array>);
    if (Symbol.asyncIterator in input) return iterated(input as AsyncIterable<BytesLike>);
    if (has<Source>(input, "next")) return input as Source;
  }
  throw new TypeError(
    "cannot read from this value: give bytes, a path, URL, Blob, Response, stream, or an object with read() and readline()",
  );
}
