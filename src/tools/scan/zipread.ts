/**
 * Zips as every reader may see them: by each directory, and by the heads that stand before the files.
 *
 * Python's zipfile, torch's reader and unzip do not look at the same fields. Nothing is left out here because one of them
 * would refuse it.
 *
 * Source: APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16.
 *
 * @module
 */
import { decodeLatin1 } from "../../core/bytes/text.ts";

/** One record: of a directory, or the head before a file. */
export interface Head {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Byte of the record itself. */
  readonly at: number;
}

/** A head before a file, and where the file begins. */
export interface Local extends Head {
  readonly start: number;
}

/** A record of a directory, and the places at which readers look for its file. */
export interface Central extends Head {
  readonly places: readonly number[];
}

/** A directory. */
export interface Directory {
  readonly entries: readonly Central[];
  /** Byte at which its end record begins. */
  readonly end: number;
  readonly begin: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCATOR = 0x07064b50;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Sizes and places that do not fit 32 bits, from the extra field of zip64. */
function wide(view: DataView, from: number, to: number, values: number[]): number[] {
  for (let at = from; at + 4 <= to; ) {
    const end = Math.min(to, at + 4 + view.getUint16(at + 2, true));
    if (view.getUint16(at, true) === 1) {
      let place = at + 4;
      return values.map((value) => {
        if (value !== 0xffffffff || place + 8 > end) return value;
        place += 8;
        return Number(view.getBigUint64(place - 8, true));
      });
    }
    at = end;
  }
  return values;
}

/** The head at a place; null where none stands. */
export function localAt(bytes: Uint8Array, at: number): Local | null {
  if (!(at >= 0 && at + 30 <= bytes.length)) return null;
  const view = viewOf(bytes);
  if (view.getUint32(at, true) !== LOCAL) return null;
  const names = at + 30;
  const extras = names + view.getUint16(at + 26, true);
  const start = extras + view.getUint16(at + 28, true);
  if (start > bytes.length) return null;
  const [size, packed] = wide(view, extras, start, [view.getUint32(at + 22, true), view.getUint32(at + 18, true)]);
  return {
    name: nameOf(bytes.subarray(names, extras)),
    flags: view.getUint16(at + 6, true),
    method: view.getUint16(at + 8, true),
    crc: view.getUint32(at + 14, true),
    packed: packed as number,
    size: size as number,
    at,
    start,
  };
}

/** Names are compared, not used: bytes that are no UTF-8 stay what they are. */
function nameOf(raw: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    return decodeLatin1(raw);
  }
}

function centralAt(bytes: Uint8Array, at: number, before: number): { entry: Central; next: number } | null {
  if (!(at >= 0 && at + 46 <= bytes.length)) return null;
  const view = viewOf(bytes);
  if (view.getUint32(at, true) !== CENTRAL) return null;
  const names = at + 46;
  const extras = names + view.getUint16(at + 28, true);
  const comment = extras + view.getUint16(at + 30, true);
  const next = comment + view.getUint16(at + 32, true);
  if (comment > bytes.length) return null;
  const told = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  const [size, packed, offset] = wide(view, extras, comment, told) as [number, number, number];
  const entry: Central = {
    name: nameOf(bytes.subarray(names, extras)),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packed,
    size,
    at,
    places: before === 0 ? [offset] : [offset + before, offset],
  };
  return { entry, next };
}

/** Bytes at the end in which an end record is looked for, besides its comment. */
const TAIL = 65_535 + 22;
const MOST_DIRECTORIES = 16;

/** All directories that an end record in the last bytes leads to, the last first. */
export function directories(bytes: Uint8Array, maxEntries: number): Directory[] {
  const view = viewOf(bytes);
  const found: Directory[] = [];
  const least = Math.max(0, bytes.length - TAIL);
  // Bytes of files: the end of a zip within one of them is none that a reader comes to.
  const taken = new Uint8Array(bytes.length - least);
  for (let at = bytes.length - 22; at >= least && found.length < MOST_DIRECTORIES; at--) {
    if (bytes[at] !== 0x50 || view.getUint32(at, true) !== END) continue;
    const before = found.length;
    if (taken[at - least] === 1) continue;
    for (const [begin, shift] of beginnings(view, bytes, at)) {
      if (found.slice(before).some((one) => one.begin === begin)) continue;
      const entries: Central[] = [];
      for (let next = centralAt(bytes, begin, shift); next !== null && entries.length <= maxEntries; ) {
        entries.push(next.entry);
        next = centralAt(bytes, next.next, shift);
      }
      const isEmpty = view.getUint16(at + 10, true) === 0 && view.getUint32(at + 12, true) === 0;
      if (entries.length > 0 || isEmpty) found.push({ entries, begin, end: at });
    }
    for (const { entries } of found.slice(before)) take(bytes, entries, least, taken);
  }
  return found;
}

/** Marks the bytes of files from `least` on. */
function take(bytes: Uint8Array, entries: readonly Central[], least: number, taken: Uint8Array): void {
  const ranges: [number, number][] = [];
  for (const { places, packed } of entries) {
    for (const place of places) {
      const start = localAt(bytes, place)?.start;
      if (start !== undefined && start + packed > least) ranges.push([Math.max(place + 1, least), start + packed]);
    }
  }
  ranges.sort((a, b) => a[0] - b[0]);
  let done = least;
  for (const [begin, end] of ranges) {
    if (end > done) taken.fill(1, Math.max(begin, done) - least, end - least);
    done = Math.max(done, end);
  }
}

/** Where the directory of an end record may begin, and how far its offsets are to be shifted. */
function beginnings(view: DataView, bytes: Uint8Array, at: number): [number, number][] {
  const size = view.getUint32(at + 12, true);
  const offset = view.getUint32(at + 16, true);
  const out: [number, number][] = [];
  const take = (size: number, offset: number, end: number): void => {
    // As Python counts: right before its end record, whatever stands before the zip.
    const begin = end - size;
    if (begin >= 0) out.push([begin, begin - offset]);
    if (offset < bytes.length && offset !== begin) out.push([offset, 0]);
  };
  take(size, offset, at);
  const locator = at - 20;
  if (locator >= 0 && view.getUint32(locator, true) === LOCATOR) {
    for (const record of [locator - 56, Number(view.getBigUint64(locator + 8, true))]) {
      if (!(record >= 0 && record + 56 <= bytes.length) || view.getUint32(record, true) !== 0x06064b50) continue;
      take(Number(view.getBigUint64(record + 40, true)), Number(view.getBigUint64(record + 48, true)), record);
    }
  }
  return out;
}

/** Heads outside of the ranges that are known, each range a beginning and an end, sorted. */
export function strays(bytes: Uint8Array, known: readonly (readonly [number, number])[], most: number): Local[] {
  const found: Local[] = [];
  let range = 0;
  for (let at = bytes.indexOf(0x50); at >= 0 && found.length < most; at = bytes.indexOf(0x50, at + 1)) {
    while (range < known.length && (known[range] as readonly [number, number])[1] <= at) range++;
    const [begin, end] = known[range] ?? [bytes.length, bytes.length];
    if (at >= begin) {
      at = Math.max(at, end - 1);
      continue;
    }
    if (bytes[at + 1] !== 0x4b || bytes[at + 2] !== 3 || bytes[at + 3] !== 4) continue;
    const local = localAt(bytes, at);
    if (local === null) continue;
    found.push(local);
    // What a file without a directory holds is told by its head alone.
    if (local.packed > 0 && local.start + local.packed <= bytes.length) at = local.start + local.packed - 1;
  }
  return found;
}
