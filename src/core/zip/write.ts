/**
 * Writing zips, byte for byte as Python's zipfile does on a file.
 *
 * @module
 */
import { crc32, deflateMany, deflateRaw } from "../codecs/index.ts";

/** One file to be written. */
export interface ZipItem {
  readonly name: string;
  /** Its content, in pieces that follow each other. */
  readonly data: readonly Uint8Array[];
  /** Pack it by deflate. */
  readonly deflate?: boolean | undefined;
  /** Level of deflate (6, as Python's). */
  readonly level?: number | undefined;
  /** Sizes of 64 bits in the local header though the file is small (zipfile's `force_zip64`). */
  readonly zip64?: boolean | undefined;
  /** The content begins at a multiple of so many bytes (torch: 64). */
  readonly align?: number | undefined;
  /** MS-DOS date and time as in the header; 1980-01-01 00:00. */
  readonly time?: { readonly date: number; readonly time: number } | undefined;
}

/** Sizes and offsets beyond this are written with 64 bits; zipfile draws the line here. */
const LIMIT32 = 2 ** 31 - 1;
const MOST_32 = 0xffffffff;
/** Id of the extra field that fills up to an alignment, as torch has it. */
const PADDING = 0x4246;
const EPOCH = { date: 0x21, time: 0 };

interface Made {
  readonly item: ZipItem;
  readonly name: Uint8Array;
  readonly body: readonly Uint8Array[];
  readonly crc: number;
  readonly size: number;
  readonly packedSize: number;
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const out = new Uint8Array(sizeOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

function made(item: ZipItem, packed: readonly Uint8Array[] | null): Made {
  const body = packed ?? item.data;
  return {
    item,
    name: new TextEncoder().encode(item.name),
    body,
    crc: item.data.reduce((crc, piece) => crc32(piece, crc), 0),
    size: sizeOf(item.data),
    packedSize: sizeOf(body),
  };
}

/** The pieces of a zip; stored content is not copied. `RangeError` for a name that is too long. */
export function zipPieces(items: readonly ZipItem[]): Uint8Array[] {
  return laidOut(
    items.map((item) => made(item, item.deflate ? [deflateRaw.encode(joined(item.data), item.level ?? 6)] : null)),
  );
}

/** Content above this is packed piece by piece: no zlib takes 4 GiB at once. */
const AT_ONCE = 1 << 30;
const STEP = 1 << 24;

async function* steps(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) for (let at = 0; at < piece.length; at += STEP) yield piece.subarray(at, at + STEP);
}

async function packedInSteps({ data, level = 6 }: ZipItem): Promise<Uint8Array[]> {
  const out: Uint8Array[] = [];
  for await (const piece of deflateRaw.encodePieces(steps(data), level)) out.push(piece);
  return out;
}

/** As {@link zipPieces}, packing several files at a time where the platform can; larger ones than `atOnce` in steps. */
export async function zipPiecesAsync(items: readonly ZipItem[], atOnce: number = AT_ONCE): Promise<Uint8Array[]> {
  const packed = new Map<ZipItem, readonly Uint8Array[]>();
  const small: ZipItem[] = [];
  for (const item of items) {
    if (!item.deflate) continue;
    if (sizeOf(item.data) > atOnce) packed.set(item, await packedInSteps(item));
    else small.push(item);
  }
  const levels = new Set(small.map(({ level }) => level ?? 6));
  for (const level of levels) {
    const group = small.filter((item) => (item.level ?? 6) === level);
    const bodies = await deflateMany(
      "deflate-raw",
      group.map(({ data }) => joined(data)),
      level,
    );
    for (const [i, item] of group.entries()) packed.set(item, [bodies[i] as Uint8Array]);
  }
  return laidOut(items.map((item) => made(item, packed.get(item) ?? null)));
}

/** A record that is filled field by field. */
class Fields {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }
  u16(...values: number[]): this {
    for (const value of values) {
      this.#view.setUint16(this.#at, value, true);
      this.#at += 2;
    }
    return this;
  }
  u32(...values: number[]): this {
    for (const value of values) {
      this.#view.setUint32(this.#at, value, true);
      this.#at += 4;
    }
    return this;
  }
  u64(...values: number[]): this {
    for (const value of values) {
      this.#view.setBigUint64(this.#at, BigInt(value), true);
      this.#at += 8;
    }
    return this;
  }
  raw(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }
}

function laidOut(files: readonly Made[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const file of files) {
    const local = localHeader(file, at);
    directory.push(centralRecord(file, at));
    pieces.push(local, ...file.body);
    at += local.length + file.packedSize;
  }
  const size = sizeOf(directory);
  return [...pieces, ...directory, endRecords(files.length, size, at)];
}

function isWide({ item, size, packedSize }: Made): boolean {
  return item.zip64 === true || size > LIMIT32 || packedSize > LIMIT32;
}

/** Version, flags, method, time: what local header and directory have in common. */
function common(file: Made, fields: Fields, central: boolean): Fields {
  const version = isWide(file) ? 45 : 20;
  const { date, time } = file.item.time ?? EPOCH;
  const flags = /[^\0-\x7f]/.test(file.item.name) ? 0x800 : 0;
  // The second byte tells the system: 3 is Unix.
  if (central) fields.u16(version | (3 << 8));
  return fields.u16(version, flags, file.item.deflate ? 8 : 0, time, date).u32(file.crc);
}

function localHeader(file: Made, at: number): Uint8Array {
  const { name, size, packedSize } = file;
  if (name.length > 0xffff) throw new RangeError(`a name in a zip has at most 65535 bytes, not ${name.length}`);
  const wide = isWide(file);
  const align = file.item.align ?? 1;
  const fixed = 30 + name.length + (wide ? 20 : 0);
  // The field that fills up has four bytes of its own.
  const gap = align > 1 && (at + fixed) % align !== 0 ? 4 + ((2 * align - 4 - ((at + fixed) % align)) % align) : 0;
  const fields = new Fields(fixed + gap).u32(0x04034b50);
  common(file, fields, false).u32(...(wide ? [MOST_32, MOST_32] : [packedSize, size]));
  fields.u16(name.length, fixed + gap - 30 - name.length).raw(name);
  if (wide) fields.u16(1, 16).u64(size, packedSize);
  if (gap > 0) fields.u16(PADDING, gap - 4).raw(new Uint8Array(gap - 4).fill(0x5a));
  return fields.bytes;
}

function centralRecord(file: Made, at: number): Uint8Array {
  const { name, size, packedSize } = file;
  const long: number[] = [];
  const isLong = size > LIMIT32 || packedSize > LIMIT32;
  if (isLong) long.push(size, packedSize);
  if (at > LIMIT32) long.push(at);
  const extra = long.length > 0 ? 4 + 8 * long.length : 0;
  const fields = new Fields(46 + name.length + extra).u32(0x02014b50);
  common(file, fields, true).u32(...(isLong ? [MOST_32, MOST_32] : [packedSize, size]));
  // Of the rest only the permissions are not zero: -rw-------.
  fields
    .u16(name.length, extra, 0, 0, 0)
    .u32((0o600 << 16) >>> 0, at > LIMIT32 ? MOST_32 : at)
    .raw(name);
  if (extra > 0) fields.u16(1, 8 * long.length).u64(...long);
  return fields.bytes;
}

function endRecords(count: number, size: number, at: number): Uint8Array {
  const wide = count > 0xffff || at > LIMIT32 || size > LIMIT32;
  const fields = new Fields(22 + (wide ? 76 : 0));
  if (wide) {
    fields.u32(0x06064b50).u64(44).u16(45, 45).u32(0, 0).u64(count, count, size, at);
    fields
      .u32(0x07064b50, 0)
      .u64(at + size)
      .u32(1);
  }
  const few = wide ? Math.min(count, 0xffff) : count;
  fields.u32(0x06054b50).u16(0, 0, few, few);
  return fields.u32(Math.min(size, MOST_32), Math.min(at, MOST_32)).u16(0).bytes;
}
