/**
 * Deflate in its three shells by Node's own zlib.
 *
 * @module
 */
import { pipeline, Readable, type Transform } from "node:stream";
import * as zlib from "node:zlib";
import { FormatError, TruncatedError } from "../core/errors.ts";
import type { PlatformDeflate, PlatformInflate, PlatformZlib, Shell } from "./zlib.ts";

type Callback = (error: Error | null, out: Buffer) => void;
const UNPACK = {
  gzip: [zlib.gunzipSync, zlib.gunzip, zlib.createGunzip],
  zlib: [zlib.inflateSync, zlib.inflate, zlib.createInflate],
  "deflate-raw": [zlib.inflateRawSync, zlib.inflateRaw, zlib.createInflateRaw],
} as const;
const PACK = {
  gzip: [zlib.gzipSync, zlib.gzip, zlib.createGzip],
  zlib: [zlib.deflateSync, zlib.deflate, zlib.createDeflate],
  "deflate-raw": [zlib.deflateRawSync, zlib.deflateRaw, zlib.createDeflateRaw],
} as const;

const CHUNK = 1 << 18;

function plain(out: Buffer): Uint8Array {
  return new Uint8Array(out.buffer, out.byteOffset, out.length);
}

/** zlib refuses limits beyond what one buffer can hold. */
function capped(most: number): number {
  return Math.min(Math.max(most, 1), 2 ** 32);
}

/**
 * Memory that zlib fills at once: all that is expected, and a byte, so that it sees the end; no more than deflate can
 * give, whatever is claimed.
 */
function chunkFor(size: number | undefined, packed: Uint8Array): number {
  return size === undefined ? CHUNK : Math.max(64, Math.min(size + 1, packed.length * 1032 + 64, 2 ** 31 - 1));
}

function tooLarge(e: unknown): boolean {
  return (e as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
}

/** Nothing may come out: whether nothing does, Node's limit of one byte cannot tell. */
function fits(out: Uint8Array, most: number): Uint8Array | null {
  return out.length <= most ? out : null;
}

/** Unpacking by Node's zlib. */
export const inflate: PlatformInflate | null = {
  now(shell, bytes, most, size) {
    try {
      return fits(
        plain(UNPACK[shell][0](bytes, { maxOutputLength: capped(most), chunkSize: chunkFor(size, bytes) })),
        most,
      );
    } catch (e) {
      if (tooLarge(e)) return null;
      throw shellError(shell, e);
    }
  },
  aside: (shell, bytes, most, size) =>
    new Promise((resolve, reject) => {
      const done: Callback = (e, out) => {
        if (e === null) resolve(fits(plain(out), most));
        else if (tooLarge(e)) resolve(null);
        else reject(shellError(shell, e));
      };
      UNPACK[shell][1](bytes, { maxOutputLength: capped(most), chunkSize: chunkFor(size, bytes) }, done);
    }),
  pieces: (shell, pieces) => through(shell, pieces, UNPACK[shell][2]({ chunkSize: CHUNK })),
};

/** Packing by Node's zlib. */
export const deflate: PlatformDeflate = {
  now: (shell, bytes, level) => stamped(shell, plain(PACK[shell][0](bytes, { level }))),
  aside: (shell, bytes, level) =>
    new Promise((resolve, reject) => {
      const done: Callback = (e, out) => (e === null ? resolve(stamped(shell, plain(out))) : reject(e));
      PACK[shell][1](bytes, { level }, done);
    }),
  async *pieces(shell, pieces, level) {
    let first = true;
    for await (const piece of through(shell, pieces, PACK[shell][2]({ level, chunkSize: CHUNK }))) {
      yield first ? stamped(shell, piece) : piece;
      first = false;
    }
  },
};

/** Packing in zlib's shell alone. */
export const deflateZlib: PlatformZlib = {
  now: (bytes, level) => deflate.now("zlib", bytes, level),
  aside: (bytes, level) => deflate.aside("zlib", bytes, level),
};

/** Node names the system it runs on in gzip's header; Python and everybody else say 3. */
function stamped(shell: Shell, out: Uint8Array): Uint8Array {
  if (shell === "gzip" && out.length > 9) out[9] = 3;
  return out;
}

async function* through(
  shell: Shell,
  pieces: AsyncIterable<Uint8Array>,
  stream: Transform,
): AsyncGenerator<Uint8Array> {
  // Errors reach the reader below; the callback only keeps them from being thrown a second time.
  pipeline(Readable.from(pieces), stream, () => undefined);
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) yield plain(piece);
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
