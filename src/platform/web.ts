/**
 * What browsers give: native text conversion on byte arrays.
 *
 * @module
 */
import type { Source } from "../core/bytes/parse.ts";
import { FormatError, SourceError, UnsupportedError } from "../core/errors.ts";

const single = /* @__PURE__ */ new TextDecoder("latin1");
const utf8 = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = /* @__PURE__ */ new TextEncoder();

/** Text of bytes, one character per byte; callers cut only ASCII from it. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  return single.decode(bytes.subarray(start, end));
}

/** Text of UTF-8 bytes, U+FFFD where they are not; a byte order mark is kept. */
export function looseUtf8(bytes: Uint8Array, start: number, end: number): string {
  return utf8.decode(bytes.subarray(start, end));
}

/** Writes well-formed text as UTF-8 and returns the bytes written; lone surrogates come out as U+FFFD. */
export function writeLooseUtf8(text: string, into: Uint8Array, at: number): number {
  return encoder.encodeInto(text, into.subarray(at)).written;
}

/** Writes text whose characters are below 256, one byte each. */
export function writeLatin1(text: string, into: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) into[at + i] = text.charCodeAt(i);
  return text.length;
}

/** A new byte array. */
export function rawBytes(size: number): Uint8Array {
  return new Uint8Array(size);
}

/** Browsers have no paths. */
export async function openPath(path: string | URL): Promise<Source> {
  throw new SourceError("paths cannot be opened here: pass a Blob, a File or a URL", { path: String(path) });
}

/** Browsers have no paths. */
export async function writePath(path: string | URL, _bytes: Uint8Array): Promise<void> {
  throw new SourceError("paths cannot be written here: pass a WritableStream", { path: String(path) });
}

/** Browsers unpack only while one waits. */
export function inflateNow(shell: "gzip" | "zlib", _bytes: Uint8Array, _most: number): Uint8Array | null {
  throw new UnsupportedError(shell, `${shell} cannot be unpacked at once in a browser: use load, which waits`);
}

/** Unpacks pieces as they come. The browser refuses what follows the first member of a gzip file. */
export async function* inflatePieces(
  shell: "gzip" | "zlib",
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream(shell === "gzip" ? "gzip" : "deflate");
  const writer = writable.getWriter();
  let failure: { readonly cause: unknown } | null = null;
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces;
    } catch (cause) {
      failure = { cause };
      throw cause;
    }
  }
  const feed = async (): Promise<void> => {
    try {
      for await (const piece of watched()) await writer.write(piece as Uint8Array<ArrayBuffer>);
      await writer.close();
    } catch (e) {
      await writer.abort(e);
    }
  };
  feed().catch(() => undefined);
  const reader = readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    if (failure !== null) throw (failure as { cause: unknown }).cause;
    throw new FormatError(`the ${shell} data is damaged or truncated: ${String(cause)}`, { format: shell, cause });
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
