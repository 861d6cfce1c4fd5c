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

/** What the entries of an array are like. */
interface Kind {
  readonly filtered: boolean;
  readonly entrySize: number;
  readonly chunkBytes: number;
}

/** Entries that stand one behind another: those of a block or page, from number `first` on. */
interface Run {
  readonly first: number;
  readonly count: number;
  /** Null where none of them was ever written. */
  readonly c: Cursor | null;
}

function entryIn({ first, c }: Run, number: number, { filtered, entrySize, chunkBytes }: Kind): Entry {
  if (c === null) return null;
  c.at = (number - first) * entrySize;
  const at = c.offset();
  if (at === NOWHERE) return null;
  if (!filtered) return { at, size: chunkBytes, mask: 0 };
  const size = c.uint(entrySize - c.sizes.offsets - 4);
  return { at, size, mask: c.u32() };
}

/** Visits entries by their numbers; a run is found again only when a number lies in another one. */
function* visitRuns(
  numbers: Float64Array,
  kind: Kind,
  visit: (i: number, entry: NonNullable<Entry>) => void,
  find: (number: number) => Reading<Run>,
): Reading<void> {
  let run: Run = { first: 0, count: 0, c: null };
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] as number;
    if (number < run.first || number >= run.first + run.count) run = yield* find(number);
    const entry = entryIn(run, number, kind);
    if (entry !== null) visit(i, entry);
  }
}

function* runAt(context: Context, place: number, first: number, count: number, entrySize: number): Reading<Run> {
  return { first, count, c: new Cursor(yield* context.store.get(place, count * entrySize), context.sizes, place) };
}

/** Visits entries of a fixed array that are there: `visit` gets the place of the number in `numbers`. */
export function* fixedEntries(
  context: Context,
  at: number,
  numbers: Float64Array,
  chunkBytes: number,
  visit: (i: number, entry: NonNullable<Entry>) => void,
): Reading<void> {
  const { store, sizes } = context;
  const head = yield* store.get(at, 12 + sizes.lengths + sizes.offsets);
  const c = new Cursor(head, sizes, at).signature("FAHD");
  verify("fixed array", head, at);
  c.version("fixed array", 0);
  const filtered = c.u8() !== 0;
  const entrySize = c.u8();
  const pageBits = c.u8();
  const count = c.length();
  const block = c.offset();
  if (block === NOWHERE) return;
  new Cursor(yield* store.get(block, 4), sizes, block).signature("FADB");
  const prefix = 6 + sizes.offsets;
  const perPage = 2 ** pageBits;
  const paged = count > perPage;
  const pages = Math.ceil(count / perPage);
  const bitmap = paged ? yield* store.get(block + prefix, (pages + 7) >> 3) : null;
  const kind: Kind = { filtered, entrySize, chunkBytes };
  yield* visitRuns(numbers, kind, visit, function* (n) {
    if (n >= count) throw new FormatError(`chunk ${n} is not in a fixed array of ${count}`, { offset: at });
    if (bitmap === null) return yield* runAt(context, block + prefix, 0, count, entrySize);
    const page = Math.floor(n / perPage);
    const first = page * perPage;
    const inPage = Math.min(perPage, count - first);
    if (((bitmap[page >> 3] as number) & (0x80 >> (page & 7))) === 0) return { first, count: inPage, c: null };
    const place = block + prefix + bitmap.length + 4 + page * (perPage * entrySize + 4);
    return yield* runAt(context, place, first, inPage, entrySize);
  });
}

/** Visits entries of an extensible array that are there: `visit` gets the place of the number in `numbers`. */
export function* extensibleEntries(
  context: Context,
  at: number,
  numbers: Float64Array,
  chunkBytes: number,
  visit: (i: number, entry: NonNullable<Entry>) => void,
): Reading<void> {
  const { store, sizes } = context;
  const head = yield* store.get(at, 16 + 6 * sizes.lengths + sizes.offsets);
  const c = new Cursor(head, sizes, at).signature("EAHD");
  verify("extensible array", head, at);
  c.version("extensible array", 0);
  const filtered = c.u8() !== 0;
  const entrySize = c.u8();
  const maxBits = c.u8();
  const inIndex = c.u8();
  const leastData = c.u8();
  const leastPointers = c.u8();
  const pageBits = c.u8();
  for (let i = 0; i < 6; i++) c.length();
  const indexAt = c.offset();
  if (indexAt === NOWHERE) return;
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
  const kind: Kind = { filtered, entrySize, chunkBytes };
  yield* visitRuns(numbers, kind, visit, function* (number) {
    if (number < inIndex) return yield* runAt(context, first, 0, inIndex, entrySize);
    const n = number - inIndex;
    const level = Math.floor(Math.log2(Math.floor(n / leastData) + 1));
    const blocks = 2 ** Math.floor(level / 2);
    const perBlock = 2 ** Math.ceil(level / 2) * leastData;
    const rest = n - leastData * (2 ** level - 1);
    const block = Math.floor(rest / perBlock);
    const within = rest - block * perBlock;
    const begin = number - within;
    const none = (): Run => ({ first: begin, count: perBlock, c: null });
    const paged = perBlock > perPage;
    const page = paged ? Math.floor(within / perPage) : 0;
    let dataAt: number;
    if (level < known) {
      let before = 0;
      for (let l = 0; l < level; l++) before += 2 ** Math.floor(l / 2);
      dataAt = yield* address(dataPointers + (before + block) * sizes.offsets);
    } else {
      const superAt = yield* address(superPointers + (level - known) * sizes.offsets);
      if (superAt === NOWHERE) return none();
      new Cursor(yield* store.get(superAt, 4), sizes, superAt).signature("EASB");
      let place = superAt + 6 + sizes.offsets + offsetSize;
      if (paged) {
        // The bits of all blocks stand one behind another, in the room of whole bytes for each.
        const pages = perBlock / perPage;
        const bit = block * pages + page;
        const [byte] = yield* store.get(place + (bit >> 3), 1);
        if (((byte as number) & (0x80 >> (bit & 7))) === 0) {
          return { first: begin + page * perPage, count: perPage, c: null };
        }
        place += blocks * Math.ceil(pages / 8);
      }
      dataAt = yield* address(place + block * sizes.offsets);
    }
    if (dataAt === NOWHERE) return none();
    new Cursor(yield* store.get(dataAt, 4), sizes, dataAt).signature("EADB");
    const place = dataAt + 6 + sizes.offsets + offsetSize;
    if (!paged) return yield* runAt(context, place, begin, perBlock, entrySize);
    const from = place + 4 + page * (perPage * entrySize + 4);
    return yield* runAt(context, from, begin + page * perPage, perPage, entrySize);
  });
}
