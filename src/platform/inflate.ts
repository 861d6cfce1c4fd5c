/**
 * gzip and zlib by Node's own zlib.
 *
 * @module
 */
import { pipeline, Readable } from "node:stream";
import { createGunzip, createInflate, gunzipSync, inflateSync } from "node:zlib";
import { FormatError, TruncatedError } from "../core/errors.ts";

/** Unpacks bytes at once; null when that gives more than `most` bytes. */
export function inflateNow(shell: "gzip" | "zlib", bytes: Uint8Array, most: number): Uint8Array | null {
  try {
    const out = (shell === "gzip" ? gunzipSync : inflateSync)(bytes, { maxOutputLength: most });
    return new Uint8Array(out.buffer, out.byteOffset, out.length);
  } catch (e) {
    if ((e as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") return null;
    throw shellError(shell, e);
  }
}

/** Unpacks pieces as they come. */
export async function* inflatePieces(
  shell: "gzip" | "zlib",
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const stream = shell === "gzip" ? createGunzip({ chunkSize: 1 << 16 }) : createInflate({ chunkSize: 1 << 16 });
  // Errors reach the reader below; the callback only keeps them from being thrown a second time.
  pipeline(Readable.from(pieces), stream, () => undefined);
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      yield new Uint8Array(piece.buffer, piece.byteOffset, piece.length);
    }
  } catch (e) {
    throw shellError(shell, e);
  }
}

/** What zlib says, as an error of ours; everything else as it is. */
function shellError(shell: string, cause: unknown): unknown {
  const { code, message } = cause as { code?: string; message?: string };
  if (code === "Z_BUF_ERROR") return new TruncatedError(`the ${shell} data was truncated`, { format: shell, cause });
  if (code?.startsWith("Z_")) {
    return new FormatError(`the ${shell} data is damaged: ${message}`, { format: shell, cause });
  }
  return cause;
}
