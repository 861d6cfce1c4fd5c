/**
 * Files that were written in several parts, put together: by the family driver, which cuts a file into pieces of one
 * size, and by the multi driver (and its split form), which keeps structures and elements apart (specification, section
 * II.B; H5FDfamily.c, H5FDmulti.c).
 *
 * @module
 */
import type { Source, Span } from "../../../core/bytes/parse.ts";
import { FormatError, UnsupportedError } from "../../../core/errors.ts";
import { Cursor, NOWHERE, type Sizes } from "./cursor.ts";
import { type Reading, Store } from "./store.ts";
import type { Superblock } from "./superblock.ts";

const FAMILY = "NCSAfami";
const MULTI = "NCSAmult";
/** Kinds of data of which the multi driver may keep each in a part. */
const KINDS = 6;
const MOST_MEMBERS = 1 << 16;

/** What the superblock says of the driver. */
interface Driver {
  readonly name: string;
  readonly data: Cursor;
}

/** A part of a file: where it stands among all parts together. */
interface Member {
  readonly store: Store;
  readonly at: number;
}

/** The driver information block of an old superblock. */
function* driverOf(store: Store, { driver, sizes }: Superblock): Reading<Driver | null> {
  if (driver === NOWHERE) return null;
  const c = new Cursor(yield* store.get(driver, 16), sizes, driver);
  c.version("driver information block", 0);
  const size = c.skip(3).u32();
  const name = String.fromCharCode(...c.take(8));
  return { name, data: new Cursor(yield* store.get(driver + 16, size), sizes, driver + 16) };
}

/** Says that a driver's parts must be handed in, when a file is one of them. */
export function demandWhole(name: Uint8Array): void {
  const text = String.fromCharCode(...name);
  if (text !== FAMILY && text !== MULTI) return;
  const driver = text === FAMILY ? "family" : "multi";
  const which = text === FAMILY ? 'those behind it by their numbers, "1", "2", …' : "the others by names like %s-r.h5";
  throw new UnsupportedError(
    `the ${driver} driver`,
    `this is one part of a file that the ${driver} driver wrote: pass { members } which gives ${which}`,
    { format: "hdf5" },
  );
}

/**
 * The file that a part belongs to, and how its addresses are read; the part itself for a file that is whole. `asks` is
 * set when the caller knows how to open the other parts.
 */
export function* wholeOf(store: Store, found: Superblock, asks: boolean): Reading<{ store: Store; sizes: Sizes }> {
  const driver = yield* driverOf(store, found);
  if (driver?.name === MULTI) {
    if (!asks) demandWhole(new TextEncoder().encode(MULTI));
    return yield* multi(store, driver.data, found.sizes);
  }
  if (driver?.name === FAMILY && !asks) demandWhole(new TextEncoder().encode(FAMILY));
  if (!asks) return { store, sizes: found.sizes };
  return { store: yield* family(store, found.end), sizes: found.sizes };
}

/** Pieces one behind the other: all but the last have the size of the first. */
function* family(first: Store, end: number): Reading<Store> {
  const members: Member[] = [{ store: first, at: 0 }];
  let total = first.size;
  for (let i = 1; total < end && i < MOST_MEMBERS; i++) {
    const next = (yield { kind: "file", name: String(i) }) as Store | null;
    if (next === null) break;
    if (next.size > first.size) {
      throw new FormatError(`part ${i} of the file has ${next.size} bytes, the first ${first.size}`, {
        format: "hdf5",
      });
    }
    members.push({ store: next, at: total });
    total += next.size;
    if (next.size < first.size) break;
  }
  return members.length === 1 ? first : joined(members, total, first);
}

/** Parts for kinds of data; each begins at an address of its own, mostly so high that no number can hold it. */
function* multi(first: Store, c: Cursor, sizes: Sizes): Reading<{ store: Store; sizes: Sizes }> {
  const kinds = c.take(KINDS);
  c.skip(2);
  const own = [...new Set(kinds)];
  if (own.some((kind) => kind < 1 || kind > KINDS)) throw c.bad("the parts of a file have unknown kinds");
  const starts = own.map(() => {
    const start = bigOf(c.take(8));
    c.skip(8);
    return start;
  });
  const names = own.map(() => {
    const from = c.at;
    const name = new TextDecoder().decode(c.text());
    c.align(8, from);
    return name;
  });
  const members: (Member & { readonly start: bigint })[] = [];
  let total = 0;
  for (const [i, kind] of own.entries()) {
    const start = starts[i] as bigint;
    const store = kind === kinds[0] ? first : ((yield { kind: "file", name: names[i] as string }) as Store | null);
    if (store === null) continue;
    members.push({ store, at: total, start });
    total += store.size;
  }
  members.sort((a, b) => (a.start < b.start ? -1 : 1));
  if (members[0]?.store !== first || members[0].start !== 0n)
    throw c.bad("the superblock is not in the first part of a file");
  const place = (bytes: Uint8Array, offset: number): number => {
    if (bytes.every((byte) => byte === 0xff)) return NOWHERE;
    const address = bigOf(bytes);
    // The first begins at 0.
    const member = members.findLast(({ start }) => start <= address) as (typeof members)[number];
    const within = Number(address - member.start);
    if (within > member.store.size) {
      throw new FormatError("an address leads behind its part of the file", { offset, format: "hdf5" });
    }
    return member.at + within;
  };
  // The first part stands first, so that its addresses stay as they are.
  return { store: joined(members, total, first), sizes: { ...sizes, place } };
}

function bigOf(bytes: Uint8Array): bigint {
  let out = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) out = out * 256n + BigInt(bytes[i] as number);
  return out;
}

/** Parts as one file. */
function joined(members: readonly Member[], size: number, first: Store): Store {
  const places = [...members].sort((a, b) => a.at - b.at).filter(({ store }) => store.size > 0);
  const cut = function* (at: number, count: number): Generator<{ store: Store; span: Span; to: number }> {
    for (const member of places) {
      const from = Math.max(at, member.at);
      const end = Math.min(at + count, member.at + member.store.size);
      if (from < end) yield { store: member.store, span: { at: from - member.at, size: end - from }, to: from - at };
    }
  };
  const made = members.every(({ store }) => store.isAtHand)
    ? Store.reading(
        (at, count, into = new Uint8Array(count)) => {
          for (const { store, span, to } of cut(at, count)) into.set(store.whole(span.at, span.size), to);
          return into;
        },
        size,
        first.name,
      )
    : Store.source(sourceOf(cut, size, first.name));
  made.base = first.base;
  return made;
}

function sourceOf(
  cut: (at: number, count: number) => Iterable<{ store: Store; span: Span; to: number }>,
  size: number,
  name: string | undefined,
): Source {
  const one = async ({ at, size: count, into }: Span, signal?: AbortSignal): Promise<Uint8Array> => {
    const out = into ?? new Uint8Array(count);
    const pieces = [...cut(at, count)];
    await Promise.all(
      pieces.map(async ({ store, span, to }) => {
        if (store.isAtHand) out.set(store.whole(span.at, span.size), to);
        else out.set((await store.fetch([span], signal))[0] as Uint8Array, to);
      }),
    );
    return out;
  };
  return {
    size,
    name,
    next: async () => new Uint8Array(0),
    read: (spans, signal) => Promise.all(spans.map((span) => one(span, signal))),
  };
}
