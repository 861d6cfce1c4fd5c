/**
 * `dump`: a pickle into a file, a stream or anything that can be written to.
 *
 * @module
 */
import { writePath } from "#platform";
import { SourceError } from "../../core/errors.ts";
import type { DumpOptions } from "./options.ts";
import { dumps } from "./write/dumps.ts";

const CHUNK = 1 << 20;

/** Something with `write(chunk)`: a file-like object, an open `FileHandle`, a Node stream. */
export interface WriteTarget {
  // biome-ignore lint/suspicious/noExplicitAny: what writers take and give differs
  write(chunk: Uint8Array<any>, ...rest: any[]): unknown;
}

/** Where pickles can be written: a path or `file:` URL (Node), a stream, or anything with `write`. */
export type Target = string | URL | WritableStream | WriteTarget;

/** Options of `dump`. */
export interface DumpToOptions extends DumpOptions {
  /** Leave a `WritableStream` open. */
  preventClose?: boolean;
  /** Stops between two chunks; a file at a path is then as it was. */
  signal?: AbortSignal;
}

/**
 * Writes a value as a pickle to a target (Python: `pickle.dump`).
 *
 * A path is replaced as a whole or not at all. A `WritableStream` gets chunks of at most 1 MiB as it wants them and
 * is closed, unless `preventClose` is set. Anything else with `write` is left open, so that several pickles may
 * follow. Throws `PicklingError` before the first byte, `SourceError` when the target fails.
 *
 * @example
 * ```ts
 * await dump({ a: 1 }, new CompressionStream("gzip").writable);
 * ```
 */
export async function dump(value: unknown, target: Target, options: DumpToOptions = {}): Promise<void> {
  options.signal?.throwIfAborted();
  const bytes = dumps(value, options);
  if (typeof target === "string" || target instanceof URL) return writePath(target, bytes);
  await writeTo(target, bytes, options.signal);
  if ("getWriter" in target && !options.preventClose) await failing(() => target.close());
}

/** Writes bytes in chunks, waiting for the target where it asks to. */
export function writeTo(target: WritableStream | WriteTarget, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
  if ("getWriter" in target) return toStream(target, bytes, signal);
  if (typeof target?.write !== "function") throw new TypeError("a target is a path, a WritableStream, or has write()");
  return toWriter(target, bytes, signal);
}

async function toStream(stream: WritableStream, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
  const writer = stream.getWriter();
  try {
    for (let at = 0; at < bytes.length; at += CHUNK) {
      await failing(() => writer.ready);
      signal?.throwIfAborted();
      await failing(() => writer.write(bytes.subarray(at, at + CHUNK)));
    }
  } finally {
    writer.releaseLock();
  }
}

async function toWriter(target: WriteTarget, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
  // A Node stream tells by a callback when a chunk has gone, and whether it has.
  const isStream = "once" in target && "writable" in target;
  let at = 0;
  while (at < bytes.length) {
    signal?.throwIfAborted();
    const chunk = bytes.subarray(at, at + CHUNK);
    const done = isStream
      ? await failing(() => new Promise((ok, no) => target.write(chunk, (e?: unknown) => (e ? no(e) : ok(null)))))
      : await failing(() => target.write(chunk));
    // A FileHandle may write less than it was given.
    const written = (done as { bytesWritten?: number } | null | undefined)?.bytesWritten;
    at += written === undefined ? chunk.length : written;
    if (written === 0) throw new SourceError("the target takes no more bytes");
  }
}

async function failing<T>(run: () => T): Promise<Awaited<T>> {
  try {
    return await run();
  } catch (cause) {
    throw new SourceError(`writing failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
