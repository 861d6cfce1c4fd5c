/**
 * What browsers give: native text conversion on byte arrays.
 *
 * @module
 */
import type { Source } from "../core/bytes/parse.ts";
import type { Store } from "../core/bytes/store.ts";
import { SourceError } from "../core/errors.ts";
import type { Spool } from "./spool.ts";
import type { Toucher } from "./touch.ts";
import type { PlatformInflate } from "./zlib.ts";

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

/** Text of the first `count` code units, lone surrogates as they are. */
export function utf16Text(units: Uint16Array, count: number): string {
  return String.fromCharCode.apply(null, units.subarray(0, count) as unknown as number[]);
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

/** Pages have no CRC-32. */
/** Pages have no say in how memory is made. */
export const openToucher: (() => Promise<Toucher | null>) | null = null;

export const fastCrc32: ((bytes: Uint8Array, before: number) => number) | null = null;

/** A new byte array. */
export function rawBytes(size: number): Uint8Array {
  return new Uint8Array(size);
}

/** Pages leave memory to the collector. */
export function releaseBytes(_bytes: Uint8Array): void {}

/** Browsers have no paths. */
export async function openPath(path: string | URL, _mode?: "r" | "r+" | "w+"): Promise<Source> {
  throw new SourceError("paths cannot be opened here: pass a Blob, a File or a URL", { path: String(path) });
}

/** Browsers have no paths. */
export function openNow(path: string | URL): {
  size: number;
  read(at: number, size: number, into?: Uint8Array): Uint8Array;
  close(): void;
} {
  throw new SourceError("paths cannot be opened here: pass bytes, or open a Blob or URL with open(source)", {
    path: String(path),
  });
}

/** Browsers have no paths. */
export function existsNow(path: string | URL): boolean {
  throw new SourceError("paths cannot be written here: make a file in memory and take its bytes", {
    path: String(path),
  });
}

/** Browsers have no paths. */
export function patchNow(
  path: string | URL,
  _lists: Iterable<Iterable<{ at: number; bytes: Uint8Array }>>,
  _create?: boolean,
): void {
  existsNow(path);
}

/** Browsers have no paths. */
export function writeNow(path: string | URL, _pieces: Iterable<Uint8Array>): void {
  existsNow(path);
}

export type { Spool } from "./spool.ts";

/** Browsers have no paths. */
export function spoolNow(_path: string | URL): Spool | null {
  return null;
}

/** Browsers have no paths. */
export async function makePath(path: string | URL, _head: Uint8Array, _size: number): Promise<Source> {
  throw new SourceError("files cannot be made here", { path: String(path) });
}

/** Browsers digest only while one waits, and have no MD5. */
export function nativeDigest(
  _name: "md5" | "sha1",
): { update(bytes: Uint8Array): unknown; digest(encoding: "hex"): string } | null {
  return null;
}

/** Browsers have no folders. */
export function openFolder(path: string | URL): Store {
  throw new SourceError("folders cannot be used here: pass a store, such as memoryStore()", { path: String(path) });
}

/** Browsers have no paths. */
export async function writePath(path: string | URL, ..._pieces: Uint8Array[]): Promise<void> {
  throw new SourceError("paths cannot be written here: pass a WritableStream", { path: String(path) });
}

/** Pages have no zlib that answers at once, or that reads on after a first member: the codecs bring their own. */
export const inflate: PlatformInflate | null = null;

export { isAsciiRange } from "./ascii.ts";
export { deflate } from "./deflate.ts";
export { deflateZlib } from "./deflatezlib.ts";
export { swapItems } from "./swap.ts";
export { codecsModule } from "./wasm/later.ts";
export { ownPort, portOf, startKerasWorker } from "./webworker.ts";

/** Pages make large integers one by one. */
export function packedBigints(_records: Uint8Array, _count: number): bigint[] | null {
  return null;
}

/** Nor does a page take them apart together. */
export function bigintRecords(_values: bigint[]): Uint8Array | null {
  return null;
}
