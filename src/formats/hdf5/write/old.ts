/**
 * What a change must know of the header that an object has in its file.
 *
 * @module
 */
import type { Context } from "../storage/context.ts";
import { Cursor } from "../storage/cursor.ts";
import { objectHeader } from "../storage/header.ts";
import type { Reading } from "../storage/store.ts";
import type { OldHeader } from "./header.ts";

/** An old header, and how many links lead to it. */
export interface OldPart extends OldHeader {
  readonly links: number;
}

const REFERENCE_COUNT = 0x16;

/** Reads what stands at the address of an old object. */
export function* readOld(context: Context, at: number): Reading<OldPart> {
  const { store, sizes } = context;
  const { version, messages } = yield* objectHeader(context, at);
  const head = yield* store.get(at, Math.min(34, store.size - store.base - at));
  const c = new Cursor(head, sizes, at);
  if (version === 1) {
    const links = c.skip(4).u32();
    return { version, links, size: 16 + c.u32(), flags: 0, prefix: new Uint8Array(0) };
  }
  const flags = c.skip(5).u8();
  if (flags & 0x20) c.skip(16);
  if (flags & 0x10) c.skip(4);
  const size = c.uint(1 << (flags & 3));
  const count = messages.find(({ kind }) => kind === REFERENCE_COUNT);
  const links = count === undefined ? 1 : new Cursor(count.data, sizes, count.at).skip(1).u32();
  return { version, links, size: c.at + size + 4, flags, prefix: head.slice(0, c.at) };
}
