/**
 * One file of a zip, unpacked and checked.
 *
 * @module
 */

import { crc32 } from "../bytes/digest.ts";
import { roomFor } from "../bytes/memory.ts";
import type { Parse, Span } from "../bytes/parse.ts";
import { LimitError, UnsupportedError } from "../errors.ts";
import { LOCAL_SIZE, piece, viewOf, type ZipEntry, type ZipLimits, zipError } from "./directory.ts";
import { DEFLATE_ONLY, type Method, type Methods, overfull } from "./methods.ts";

const LOCAL = 0x04034b50;
/** Bytes that are given out whatever they were packed into. */
const FREE = 1 << 26;
const MAX_RATIO = 1100;
/** What a local header may hold beyond what the directory tells. */
const SLACK = 1 << 12;
/** Files so small are read with their local header by one ask. */
const SMALL = 1 << 16;

/** Names of the methods, for those who have to look elsewhere. */
const NAMES: Readonly<Record<number, string>> = {
  1: "shrink",
  6: "implode",
  9: "deflate64",
  12: "bzip2",
  14: "lzma",
  93: "zstd",
  95: "xz",
  98: "ppmd",
  99: "AES encryption",
};

/** Checks a local header; gives its length with name and extra field. */
function localSize(bytes: Uint8Array, entry: ZipEntry): number {
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== LOCAL) throw zipError("a file does not begin with PK\\3\\4", entry.offset);
  const nameEnd = LOCAL_SIZE + view.getUint16(26, true);
  const { rawName } = entry;
  let same = nameEnd === LOCAL_SIZE + rawName.length && nameEnd <= bytes.length;
  for (let i = 0; same && i < rawName.length; i++) same = bytes[LOCAL_SIZE + i] === rawName[i];
  if (!same)
    throw zipError(`the directory and the file disagree on the name ${JSON.stringify(entry.name)}`, entry.offset);
  return nameEnd + view.getUint16(28, true);
}

/** Throws for a file that cannot be read: encrypted, packed in an unknown way, or claiming too much. */
export function demandReadable(entry: ZipEntry, methods: Methods, { maxRatio = MAX_RATIO }: ZipLimits): void {
  const { flags, method, size, packedSize, offset } = entry;
  const name = JSON.stringify(entry.name);
  if (flags & 0x41) {
    throw new UnsupportedError("encryption", `${name} is encrypted: unpack the zip with its password first`, {
      offset,
      format: "zip",
    });
  }
  if (method === 0) {
    if (size !== packedSize)
      throw zipError(`${name} is stored, but claims two sizes: ${size} and ${packedSize}`, offset);
    return;
  }
  if (!methods.has(method)) {
    throw new UnsupportedError(`zip method ${method}`, `${name} is packed by ${NAMES[method] ?? `method ${method}`}`, {
      offset,
      format: "zip",
    });
  }
  if (size > FREE && size > packedSize * maxRatio) {
    throw new LimitError("maxRatio", maxRatio, Math.ceil(size / packedSize), { offset, format: "zip" });
  }
}

/** Byte of the zip at which the packed bytes of a file begin. Throws `FormatError` where the header is bad. */
export function* parseZipPlace(entry: ZipEntry): Parse<number> {
  const local = yield* piece(entry.offset, LOCAL_SIZE + entry.rawName.length, "a file's header");
  return entry.offset + localSize(local, entry);
}

/**
 * The packed bytes of a file of a zip. Throws `FormatError` for a bad header, `TruncatedError`, `UnsupportedError` for
 * encryption and unknown methods, `LimitError` for a bomb.
 */
export function* parseZipPacked(entry: ZipEntry, methods: Methods, limits: ZipLimits = {}): Parse<Uint8Array> {
  demandReadable(entry, methods, limits);
  const { offset, packedSize, name } = entry;
  const local = LOCAL_SIZE + entry.rawName.length;
  let at: number;
  if (packedSize <= SMALL) {
    const span: Span = { at: offset, size: local + SLACK + packedSize };
    const [bytes] = (yield { kind: "bytes", spans: [span] }) as [Uint8Array];
    if (bytes.length < local) throw zipError("the zip ends in a file's header", offset + bytes.length);
    const from = localSize(bytes, entry);
    at = offset + from;
    if (from + packedSize <= bytes.length) return bytes.slice(from, from + packedSize);
  } else at = yield* parseZipPlace(entry);
  return yield* piece(at, packedSize, `the bytes of ${JSON.stringify(name)}`) as Parse<Uint8Array>;
}

/** Checks the content of a file, and gives it back. Throws `FormatError` for a wrong size or sum. */
export function checkedContent(content: Uint8Array, entry: ZipEntry, sum: number = crc32(content)): Uint8Array {
  const { name, size, crc, offset } = entry;
  if (content.length !== size) {
    throw zipError(
      `${JSON.stringify(name)} has ${content.length} bytes, not the ${size} that the directory tells`,
      offset,
    );
  }
  if (crc !== null && sum !== crc) throw zipError(`bad CRC-32 of ${JSON.stringify(name)}: the zip is damaged`, offset);
  return content;
}

/** Content above this is unpacked as its bytes are read, straight into its memory: no zlib gives 4 GiB at once. */
const AT_ONCE = 1 << 30;
/** Packed bytes of such a file that are read at once, and bytes that are unpacked and summed up at once. */
const PACKED_STEP = 1 << 20;
const STEP = 1 << 18;

/** Is a file unpacked piece by piece? */
export function isLarge({ method, size }: ZipEntry, methods: Methods, { atOnce = AT_ONCE }: ZipLimits): boolean {
  return size > atOnce && methods.get(method)?.decoder !== undefined;
}

function* unpackedInSteps(entry: ZipEntry, methods: Methods, limits: ZipLimits): Parse<Uint8Array> {
  demandReadable(entry, methods, limits);
  const { name, size, packedSize } = entry;
  const start = yield* parseZipPlace(entry);
  const content = roomFor(size);
  const spare = new Uint8Array(1);
  const decoder = (methods.get(entry.method) as Method).decoder!();
  let [taken, filled, sum] = [0, 0, 0];
  try {
    while (!decoder.done) {
      const into = filled < size ? content.subarray(filled, Math.min(size, filled + STEP)) : spare;
      const count = decoder.read(into);
      if (into === spare && count > 0) throw overfull(entry);
      sum = crc32(into.subarray(0, count), sum);
      filled += count;
      if (decoder.done || count === into.length) continue;
      const packed = Math.min(PACKED_STEP, packedSize - taken);
      const next = yield* piece(start + taken, packed, `the bytes of ${JSON.stringify(name)}`) as Parse<Uint8Array>;
      taken += packed;
      decoder.push(next, taken === packedSize);
    }
  } finally {
    decoder.close?.();
  }
  return checkedContent(filled === size ? content : content.subarray(0, filled), entry, sum);
}

/**
 * The content of a file of a zip, in memory of its own unless the driver gives views. Throws as {@link parseZipPacked}
 * and {@link checkedContent}.
 */
export function* parseZipEntry(
  entry: ZipEntry,
  methods: Methods = DEFLATE_ONLY,
  limits: ZipLimits = {},
): Parse<Uint8Array> {
  if (isLarge(entry, methods, limits)) return yield* unpackedInSteps(entry, methods, limits);
  const packed = yield* parseZipPacked(entry, methods, limits) as Parse<Uint8Array>;
  return checkedContent(methods.get(entry.method)?.decode(packed, entry) ?? packed, entry);
}
