/**
 * What a superblock says beside the root: its extension (specification, section II.C).
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import type { Context } from "./context.ts";
import { Cursor, NOWHERE } from "./cursor.ts";
import { MESSAGE, objectHeader } from "./header.ts";
import { verify } from "./lookup3.ts";
import { demandWhole } from "./members.ts";
import type { Reading } from "./store.ts";

const SPACE_INFO = 0x17;
const CACHE_IMAGE = 0x18;
const DRIVER_INFO = 0x14;
const WAS_UNKNOWN = 0x20;

/** Kinds of free space that a file may keep lists of, in the two versions of the message. */
const KINDS = [6, 12] as const;

/** Reads the superblock's extension into the context; `isWhole` when its parts were put together. */
export function* readExtension(context: Context, at: number, isWhole: boolean): Reading<void> {
  if (at === NOWHERE) return;
  const { sizes } = context;
  for (const { kind, flags, data, at: place } of (yield* objectHeader(context, at)).messages) {
    const c = new Cursor(data, sizes, place);
    if (kind === MESSAGE.sharedTable) context.sharedTable = c.skip(1).offset();
    else if (kind === DRIVER_INFO && !isWhole) demandWhole(c.skip(1).take(8));
    // One that a library did not know when it changed the file is out of date.
    else if (kind === SPACE_INFO && !(flags & WAS_UNKNOWN)) checkSpaceInfo(c);
    else if (kind === CACHE_IMAGE) yield* readImage(context, c);
  }
  // What stood in the file before its image may have been kept.
  if (context.hasImage) context.headers.clear();
}

/** Nothing in it matters to who reads, but it must be whole. */
function checkSpaceInfo(c: Cursor): void {
  const version = c.version("file space message", 0, 1);
  const strategy = c.u8();
  const persists = version === 0 ? strategy === 1 : c.u8() !== 0;
  c.length();
  if (version === 1) {
    c.length();
    c.skip(2);
    c.offset();
  }
  if (persists) for (let i = 0; i < KINDS[version as 0 | 1]; i++) c.offset();
}

/**
 * A cache image: structures as they were in memory when the file was closed, which their places in the file may lack
 * (H5Cimage.c).
 */
function* readImage(context: Context, message: Cursor): Reading<void> {
  message.version("cache image message", 0);
  const at = message.offset();
  const size = message.length();
  if (at === NOWHERE || size === 0) return;
  const { store, sizes } = context;
  const bytes = (yield* store.get(at, size)).slice();
  const c = new Cursor(bytes, sizes, at).signature("MDCI");
  c.version("cache image", 0);
  c.skip(1);
  if (c.length() !== size) throw c.bad("a cache image has another size than its message says", sizes.lengths);
  verify("cache image", bytes, at);
  const count = c.u32();
  const least = 16 + sizes.offsets + sizes.lengths;
  if (count * least > c.left) throw c.bad(`a cache image of ${count} entries is cut short`, 4);
  const pieces: { at: number; bytes: Uint8Array }[] = [];
  for (let i = 0; i < count; i++) {
    // Type, flags, ring and age; counts of the entries that must be written before; place in the cache's own list.
    c.skip(8);
    const parents = c.u16();
    c.skip(4);
    const place = c.offset();
    const length = c.length();
    c.skip(parents * sizes.offsets);
    if (place === NOWHERE) throw new FormatError("an entry of a cache image has no place", { offset: at });
    pieces.push({ at: place, bytes: c.take(length) });
  }
  context.hasImage = true;
  store.overlay(pieces);
}
