/**
 * Fixed and extensible arrays: the chunks of a dataset by their numbers (specification, sections VII and VIII).
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import type { Context } from "./context.ts";
import { Cursor, NOWHERE } from "./cursor.ts";
import { verify } from "./lookup3.ts";
import type { Reading } from "./store.ts";

/** Where a chunk stands; null where none was ever written. */
export type Entry = { readonly at: number; readonly size: number; readonly mask: number } | null;

function parseEntry(c: Cursor, client: number, entrySize: number, chunkBytes: number): Entry {
  const at = c.offset();
  if (client === 0) return { at, size: chunkBytes, mask: 0 };
  const size = c.uint(entrySize - c.sizes.offsets - 4);
  return { at, size, mask: c.u32() };
}

/** Entries of a fixed array. */
export function* fixedEntries(
  context: Context,
  at: number,
  numbers: readonly number[],
  chunkBytes: number,
): Reading<Entry[]> {
  const { store, sizes } = context;
  const head = yield* store.get(at, 12 + sizes.lengths + sizes.offsets);
  const c = new Cursor(head, sizes, at).signature("FAHD");
  verify("fixed array", head, at);
  c.version("fixed array", 0);
  const client = c.u8();
  const entrySize = c.u8();
  const pageBits = c.u8();
  const count = c.length();
  const block = c.offset();
  if (block === NOWHERE) return numbers.map(() => null);
  new Cursor(yield* store.get(block, 4), sizes, block).signature("FADB");
  const prefix = 6 + sizes.offsets;
  const perPage = 2 ** pageBits;
  const paged = count > perPage;
  const pages = Math.ceil(count / perPage);
  const bitmap = paged ? yield* store.get(block + prefix, (pages + 7) >> 3) : null;
  const out: Entry[] = [];
  for (const n of numbers) {
    if (n >= count) throw new FormatError(`chunk ${n} is not in a fixed array of ${count}`, { offset: at });
    let place = block + prefix + n * entrySize;
    if (bitmap !== null) {
      const page = Math.floor(n / perPage);
      if (((bitmap[page >> 3] as number) & (0x80 >> (page & 7))) === 0) {
        out.push(null);
        continue;
      }
      place = block + prefix + bitmap.length + 4 + page * (perPage * entrySize + 4) + (n - page * perPage) * entrySize;
    }
    out.push(parseEntry(new Cursor(yield* store.get(place, entrySize), sizes, place), client, entrySize, chunkBytes));
  }
  return out;
}

/** Entries of an extensible array. */
export function* extensibleEntries(
  context: Context,
  at: number,
  numbers: readonly number[],
  chunkBytes: number,
): Reading<Entry[]> {
  const { store, sizes } = context;
  const head = yield* store.get(at, 16 + 6 * sizes.lengths + sizes.offsets);
  const c = new Cursor(head, sizes, at).signature("EAHD");
  verify("extensible array", head, at);
  c.version("extensible array", 0);
  const client = c.u8();
  const entrySize = c.u8();
  const maxBits = c.u8();
  const inIndex = c.u8();
  const leastData = c.u8();
  const leastPointers = c.u8();
  const pageBits = c.u8();
  for (let i = 0; i < 6; i++) c.length();
  const indexAt = c.offset();
  if (indexAt === NOWHERE) return numbers.map(() => null);
  if (leastData === 0 || leastPointers === 0 || maxBits > 64) throw c.bad("an extensible array makes no sense");
  new Cursor(yield* store.get(indexAt, 4), sizes, indexAt).signature("EAIB");
  const first = indexAt + 6 + sizes.offsets;
  const offsetSize = (maxBits + 7) >> 3;
  const perPage = 2 ** pageBits;
  /** Super blocks whose data blocks the index block knows itself. */
  const known = 2 * Math.log2(leastPointers);
  const dataPointers = first + inIndex * entrySize;
  const superPointers = dataPointers + 2 * (leastPointers - 1) * sizes.offsets;

  const address = function* (place: number): Reading<number> {
    return new Cursor(yield* store.get(place, sizes.offsets), sizes, place).offset();
  };
  const entryAt = function* (place: number): Reading<Entry> {
    return parseEntry(new Cursor(yield* store.get(place, entrySize), sizes, place), client, entrySize, chunkBytes);
  };

  const out: Entry[] = [];
  for (const number of numbers) {
    if (number < inIndex) {
      out.push(yield* entryAt(first + number * entrySize));
      continue;
    }
    const n = number - inIndex;
    const level = Math.floor(Math.log2(Math.floor(n / leastData) + 1));
    const blocks = 2 ** Math.floor(level / 2);
    const perBlock = 2 ** Math.ceil(level / 2) * leastData;
    const rest = n - leastData * (2 ** level - 1);
    const block = Math.floor(rest / perBlock);
    const within = rest - block * perBlock;
    const paged = perBlock > perPage;
    let dataAt: number;
    let filled = true;
    if (level < known) {
      let before = 0;
      for (let l = 0; l < level; l++) before += 2 ** Math.floor(l / 2);
      dataAt = yield* address(dataPointers + (before + block) * sizes.offsets);
    } else {
      const superAt = yield* address(superPointers + (level - known) * sizes.offsets);
      if (superAt === NOWHERE) {
        out.push(null);
        continue;
      }
      new Cursor(yield* store.get(superAt, 4), sizes, superAt).signature("EASB");
      let place = superAt + 6 + sizes.offsets + offsetSize;
      if (paged) {
        const bitmap = Math.ceil(perBlock / perPage / 8);
        const page = Math.floor(within / perPage);
        const [byte] = yield* store.get(place + block * bitmap + (page >> 3), 1);
        filled = ((byte as number) & (0x80 >> (page & 7))) !== 0;
        place += blocks * bitmap;
      }
      dataAt = yield* address(place + block * sizes.offsets);
    }
    if (dataAt === NOWHERE || !filled) {
      out.push(null);
      continue;
    }
    new Cursor(yield* store.get(dataAt, 4), sizes, dataAt).signature("EADB");
    let place = dataAt + 6 + sizes.offsets + offsetSize;
    if (paged) {
      const page = Math.floor(within / perPage);
      place += 4 + page * (perPage * entrySize + 4) + (within - page * perPage) * entrySize;
    } else place += within * entrySize;
    out.push(yield* entryAt(place));
  }
  return out;
}
