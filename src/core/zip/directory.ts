/**
 * The directory of a zip, which stands at its end.
 *
 * Source: APPNOTE.TXT 6.3 (sections 4.3.12 to 4.3.16, 4.5.3); where it leaves room, as Python's zipfile reads.
 *
 * @module
 */
import type { Parse, Span } from "../bytes/parse.ts";
import { FormatError, LimitError, TruncatedError } from "../errors.ts";

/** One file in a zip, as the directory tells of it. */
export interface ZipEntry {
  readonly name: string;
  /** Its name as it stands in the zip. */
  readonly rawName: Uint8Array;
  /** How it is packed: 0 stored, 8 deflate, 12 bzip2, 14 lzma. */
  readonly method: number;
  readonly flags: number;
  /** Sum of the content; null where the zip has none. */
  readonly crc: number | null;
  /** Bytes of the content. */
  readonly size: number;
  /** Bytes that it takes in the zip. */
  readonly packedSize: number;
  /** Byte at which its local header begins. */
  readonly offset: number;
  readonly isFolder: boolean;
}

/** Bounds of what a zip may claim. */
export interface ZipLimits {
  /** Files in a zip (1 048 576). */
  maxEntries?: number | undefined;
  /** How many times larger than its packed bytes a file may become, beyond 64 MiB (1100; deflate reaches 1032). */
  maxRatio?: number | undefined;
  /** @internal Content above this is unpacked piece by piece (1 GiB). */
  atOnce?: number | undefined;
}

const END = 0x06054b50;
const END_SIZE = 22;
const END64 = 0x06064b50;
const END64_SIZE = 56;
const LOCATOR = 0x07064b50;
const LOCATOR_SIZE = 20;
const CENTRAL = 0x02014b50;
const CENTRAL_SIZE = 46;
export const LOCAL_SIZE = 30;
const MAX_COMMENT = 0xffff;
const MAX_ENTRIES = 1 << 20;

/** IBM's code page 437 from byte 128 on: names without the UTF-8 flag. */
const CP437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

export function zipError(reason: string, offset: number): FormatError {
  return new FormatError(reason, { offset, format: "zip" });
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A 64-bit number that must be one JavaScript can count with. */
function big(view: DataView, at: number, offset: number): number {
  const n = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(n)) throw zipError(`the zip claims ${n} bytes`, offset);
  return n;
}

/** Gets one range whole. */
export function* piece(at: number, size: number, what: string): Parse<Uint8Array> {
  const span: Span = { at, size };
  const [bytes] = (yield { kind: "bytes", spans: [span] }) as [Uint8Array];
  if (bytes.length === size) return bytes;
  throw new TruncatedError(`the zip ends in ${what}`, { offset: at + bytes.length, format: "zip" });
}

interface End {
  size: number;
  offset: number;
  /** Byte at which the end records begin. */
  at: number;
}

/** Finds the end record in the last bytes of a zip. */
function findEnd(tail: Uint8Array, start: number): number {
  const view = viewOf(tail);
  for (let at = tail.length - END_SIZE; at >= 0; at--) {
    if (tail[at] !== 0x50 || view.getUint32(at, true) !== END) continue;
    // What follows the comment is no part of the zip; Python lets it stand, too.
    if (at + END_SIZE + view.getUint16(at + 20, true) <= tail.length) return at;
  }
  throw zipError("no zip: its end record is missing (a zip that was cut looks so)", start + tail.length);
}

/** Reads the directory of a zip of `total` bytes. Throws `FormatError`, `TruncatedError`, `LimitError`. */
export function* parseZip(total: number, limits: ZipLimits = {}): Parse<ZipEntry[]> {
  if (total < END_SIZE) throw zipError("no zip: it is too short", total);
  const start = Math.max(0, total - MAX_COMMENT - END_SIZE - LOCATOR_SIZE - END64_SIZE);
  const tail = yield* piece(start, total - start, "its end record");
  const place = findEnd(tail, start);
  const end = yield* ends(tail, start, place);
  const { maxEntries = MAX_ENTRIES } = limits;
  // A zip may stand behind other bytes, which its offsets do not count.
  const before = end.at - end.size - end.offset;
  if (before < 0) throw zipError("the directory lies beyond the end of the zip", end.at);
  const at = end.at - end.size;
  const directory =
    at >= start
      ? tail.subarray(at - start, end.at - start)
      : yield* piece(at, end.size, "its directory") as Parse<Uint8Array>;
  const entries: ZipEntry[] = [];
  let from = 0;
  while (from < directory.length) {
    if (entries.length === maxEntries) {
      throw new LimitError("maxEntries", maxEntries, maxEntries + 1, { offset: at + from, format: "zip" });
    }
    const [entry, next] = central(directory, from, at + from, before);
    entries.push(entry);
    from = next;
  }
  refuseOverlaps(entries, at);
  return entries;
}

/** The end record, and the larger one of zip64 where there is one. */
function* ends(tail: Uint8Array, start: number, place: number): Parse<End> {
  const view = viewOf(tail);
  const end: End = {
    size: view.getUint32(place + 12, true),
    offset: view.getUint32(place + 16, true),
    at: start + place,
  };
  if (view.getUint16(place + 4, true) !== 0 && view.getUint16(place + 4, true) !== 0xffff) {
    throw zipError("a zip of several disks cannot be read", start + place);
  }
  const locator = place - LOCATOR_SIZE;
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR) return end;
  // Python, too, looks for the larger record right before its locator.
  const at = start + locator - END64_SIZE;
  if (at < 0) throw zipError("the zip64 end record is missing", start + locator);
  const record =
    at >= start
      ? tail.subarray(at - start, at - start + END64_SIZE)
      : yield* piece(at, END64_SIZE, "its end record") as Parse<Uint8Array>;
  const wide = viewOf(record);
  if (wide.getUint32(0, true) !== END64) throw zipError("the zip64 end record is missing", at);
  return { size: big(wide, 40, at), offset: big(wide, 48, at), at };
}

/** One record of the directory, and where the next begins. */
function central(bytes: Uint8Array, from: number, offset: number, before: number): [ZipEntry, number] {
  const view = viewOf(bytes);
  if (from + CENTRAL_SIZE > bytes.length || view.getUint32(from, true) !== CENTRAL) {
    throw zipError("the directory is damaged: an entry does not begin with PK\\1\\2", offset);
  }
  const names = from + CENTRAL_SIZE;
  const extras = names + view.getUint16(from + 28, true);
  const comment = extras + view.getUint16(from + 30, true);
  const next = comment + view.getUint16(from + 32, true);
  if (next > bytes.length) throw zipError("the directory is damaged: an entry goes beyond its end", offset);
  const rawName = bytes.slice(names, extras);
  const flags = view.getUint16(from + 8, true);
  const found = {
    size: view.getUint32(from + 24, true),
    packedSize: view.getUint32(from + 20, true),
    offset: view.getUint32(from + 42, true),
  };
  widen(found, viewOf(bytes.subarray(extras, comment)), offset);
  const name = nameOf(rawName, flags, offset);
  const entry: ZipEntry = {
    name,
    rawName,
    method: view.getUint16(from + 10, true),
    flags,
    crc: view.getUint32(from + 16, true),
    size: found.size,
    packedSize: found.packedSize,
    offset: found.offset + before,
    isFolder: name.endsWith("/"),
  };
  return [entry, next];
}

/** Takes sizes that do not fit 32 bits from the extra field of zip64. */
function widen(found: { size: number; packedSize: number; offset: number }, extra: DataView, offset: number): void {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const id = extra.getUint16(at, true);
    const end = at + 4 + extra.getUint16(at + 2, true);
    if (end > extra.byteLength) throw zipError(`extra field ${id} goes beyond its end`, offset);
    if (id === 1) {
      let place = at + 4;
      for (const key of ["size", "packedSize", "offset"] as const) {
        if (found[key] !== 0xffffffff) continue;
        if (place + 8 > end) throw zipError("the zip64 field is too short", offset);
        found[key] = big(extra, place, offset);
        place += 8;
      }
    }
    at = end;
  }
}

function nameOf(raw: Uint8Array, flags: number, offset: number): string {
  if ((flags & 0x800) === 0) {
    let text = "";
    for (const byte of raw) text += byte < 128 ? String.fromCharCode(byte) : CP437[byte - 128];
    return text;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw zipError("a name is not UTF-8", offset);
  }
}

/** Entries that share bytes are how a small zip becomes a huge one. */
function refuseOverlaps(entries: readonly ZipEntry[], end: number): void {
  const order = [...entries].sort((a, b) => a.offset - b.offset);
  for (const [i, entry] of order.entries()) {
    const next = order[i + 1]?.offset ?? end;
    if (entry.offset + LOCAL_SIZE + entry.rawName.length + entry.packedSize > next) {
      throw zipError(`entries overlap: ${JSON.stringify(entry.name)} goes beyond byte ${next}`, entry.offset);
    }
  }
}
