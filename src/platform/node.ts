/**
 * What Node gives: native text conversion on byte arrays.
 *
 * @module
 */
import * as buffer from "node:buffer";
import { isAsciiRange as slowly } from "./ascii.ts";

const { Buffer } = buffer;

interface Slices {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
  utf8Write(text: string, offset: number, length: number): number;
  latin1Write(text: string, offset: number, length: number): number;
}
const native = Buffer.prototype as unknown as Slices;
const latin1Slice = native.latin1Slice;
const utf8Slice = native.utf8Slice;
const ucs2Slice = native.ucs2Slice;
const utf8Write = native.utf8Write;
const latin1Write = native.latin1Write;

/** Text of bytes, one character per byte; callers cut only ASCII from it. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  return latin1Slice.call(bytes, start, end);
}

/** Not every runtime that takes Node's modules has it. */
const isAscii = (buffer as { isAscii?: (input: Uint8Array) => boolean }).isAscii;

/** Are the bytes from `start` to `end` all below 128? */
export function isAsciiRange(bytes: Uint8Array, start: number, end: number): boolean {
  return isAscii === undefined ? slowly(bytes, start, end) : isAscii(bytes.subarray(start, end));
}

/** Text of UTF-8 bytes, U+FFFD where they are not; a byte order mark is kept. */
export function looseUtf8(bytes: Uint8Array, start: number, end: number): string {
  return utf8Slice.call(bytes, start, end);
}

/** Text of the first `count` code units, lone surrogates as they are. */
export function utf16Text(units: Uint16Array, count: number): string {
  return ucs2Slice.call(units, 0, 2 * count);
}

/** Writes well-formed text as UTF-8 and returns the bytes written; lone surrogates come out as U+FFFD. */
export function writeLooseUtf8(text: string, into: Uint8Array, at: number): number {
  return utf8Write.call(into, text, at, into.length - at);
}

/** Writes text whose characters are below 256, one byte each. */
export function writeLatin1(text: string, into: Uint8Array, at: number): number {
  return latin1Write.call(into, text, at, into.length - at);
}

/** A new byte array whose content may be anything. */
export function rawBytes(size: number): Uint8Array {
  return size < 4096 ? new Uint8Array(size) : new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
}

/** Reverses the bytes of every item of 2, 4 or 8 bytes, in place. */
export function swapItems(bytes: Uint8Array, size: number): void {
  const native = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (size === 2) native.swap16();
  else if (size === 4) native.swap32();
  else native.swap64();
}

export { bigintRecords, packedBigints } from "./bigints.ts";
export { fastCrc32 } from "./crc.ts";
export { nativeDigest } from "./digest.ts";
export { openNow } from "./filenow.ts";
export { existsNow, patchNow, writeNow, writePath } from "./files.ts";
export { makePath, openPath } from "./filesource.ts";
export { openFolder } from "./folder.ts";
export { deflate, deflateZlib, inflate } from "./inflate.ts";
export { ownPort, portOf, startKerasWorker } from "./nodeworker.ts";
export { releaseBytes } from "./release.ts";
export { type Spool, spoolNow } from "./spool.ts";
export { openToucher } from "./touch.ts";
export { codecsModule } from "./wasm/node.ts";
