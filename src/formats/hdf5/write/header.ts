/**
 * Object headers on their way to a file (specification, section IV.A.1), new and in the place of old ones.
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import type { Sizes } from "../storage/cursor.ts";
import { MESSAGE } from "../storage/header.ts";
import { Encoder } from "./encoder.ts";

/** A message that is to be written. */
export interface NewMessage {
  readonly kind: number;
  readonly flags: number;
  readonly data: Uint8Array;
  /** Creation order, of an attribute. */
  readonly order?: number;
}

/** What a header of version 2 says of itself. */
export interface HeaderStyle {
  readonly version: 1 | 2;
  /** Is the order kept in which attributes were made? */
  readonly tracked: boolean;
}

/** One message holds less. */
const MOST = 65528;
const REFERENCE_COUNT = 0x16;

/** Is a message too large for a header? */
export function isLarge(bytes: Uint8Array): boolean {
  return bytes.length >= MOST;
}

function body(e: Encoder, { version, tracked }: HeaderStyle, messages: readonly NewMessage[]): void {
  for (const { kind, flags, data, order } of messages) {
    if (isLarge(data)) {
      throw new UnsupportedError("large messages", `object header message is too large: ${data.length} bytes`, {
        format: "hdf5",
      });
    }
    if (version === 1) {
      const room = (data.length + 7) & ~7;
      e.u16(kind)
        .u16(room)
        .u8(flags)
        .zeros(3)
        .bytes(data)
        .zeros(room - data.length);
    } else {
      e.u8(kind).u16(data.length).u8(flags);
      if (tracked) e.u16((order ?? 0) & 0xffff);
      e.bytes(data);
    }
  }
}

/** Version 2 counts links in a message, when there is not just one. */
function counted(style: HeaderStyle, messages: readonly NewMessage[], links: number): readonly NewMessage[] {
  const own = messages.filter(({ kind }) => kind !== REFERENCE_COUNT);
  if (style.version === 1 || links === 1) return own;
  const data = new Uint8Array(5);
  new DataView(data.buffer).setUint32(1, links, true);
  return [...own, { kind: REFERENCE_COUNT, flags: 0, data }];
}

/** Flags of a version 2 header: how its size is said, and whether attributes are kept in order (and by order). */
function flagsOf(tracked: boolean, width: number): number {
  return Math.log2(width) | (tracked ? 0x0c : 0);
}

/** A whole new header. */
export function encodeHeader(
  sizes: Sizes,
  style: HeaderStyle,
  messages: readonly NewMessage[],
  links: number,
): Uint8Array {
  const all = counted(style, messages, links);
  const inner = new Encoder(sizes, 256);
  body(inner, style, all);
  const e = new Encoder(sizes, inner.at + 32);
  if (style.version === 1) {
    if (all.length > 0xffff) throw new RangeError("an object has too many attributes");
    return e.u8(1).u8(0).u16(all.length).u32(links).u32(inner.at).zeros(4).bytes(inner.done()).done();
  }
  const width = inner.at < 256 ? 1 : inner.at < 65536 ? 2 : 4;
  e.signature("OHDR").u8(2).u8(flagsOf(style.tracked, width)).uint(inner.at, width);
  return e.bytes(inner.done()).checksum().done();
}

/** An old header: where its first part ends, so that it may be written anew. */
export interface OldHeader {
  readonly version: number;
  /** All bytes of the header's first part. */
  readonly size: number;
  /** Flags of version 2. */
  readonly flags: number;
  /** Bytes of version 2 before the messages. */
  readonly prefix: Uint8Array;
}

/** The messages of an old header as a block that continues it. */
export function encodeContinuation(
  sizes: Sizes,
  style: HeaderStyle,
  messages: readonly NewMessage[],
  links: number,
): { bytes: Uint8Array; count: number } {
  const all = counted(style, messages, links);
  const e = new Encoder(sizes, 256);
  if (style.version === 2) e.signature("OCHK");
  body(e, style, all);
  if (style.version === 2) e.checksum();
  return { bytes: e.done(), count: all.length };
}

/** An old header's first part, which now only leads to the block that continues it. */
export function encodeFirst(
  sizes: Sizes,
  style: HeaderStyle,
  old: OldHeader,
  block: { at: number; size: number; count: number },
  links: number,
): Uint8Array {
  const target = new Encoder(sizes).offset(block.at).length(block.size).done();
  const e = new Encoder(sizes, old.size);
  if (style.version === 1) {
    const room = old.size - 16;
    const length = (target.length + 7) & ~7;
    const rest = room - 8 - length;
    demand(rest);
    const count = block.count + 1 + (rest >= 8 ? 1 : 0);
    if (count > 0xffff) throw new RangeError("an object has too many attributes");
    e.u8(1).u8(0).u16(count).u32(links).u32(room).zeros(4);
    e.u16(MESSAGE.continuation)
      .u16(length)
      .u8(0)
      .zeros(3)
      .bytes(target)
      .zeros(length - target.length);
    if (rest >= 8)
      e.u16(0)
        .u16(rest - 8)
        .u8(0)
        .zeros(rest - 5);
    return e.done();
  }
  if (old.version === 2) e.bytes(old.prefix);
  else {
    // A header of version 1 becomes one of version 2 in the same place.
    const width = old.size - 12 < 65536 ? 2 : 4;
    e.signature("OHDR")
      .u8(2)
      .u8(flagsOf(style.tracked, width))
      .uint(old.size - 10 - width, width);
  }
  const start = style.tracked ? 6 : 4;
  const rest = old.size - 4 - e.at - start - target.length;
  demand(rest);
  e.u8(MESSAGE.continuation).u16(target.length).u8(0);
  if (style.tracked) e.u16(0);
  e.bytes(target);
  // What is too short for a message stays a gap.
  if (rest >= start) {
    e.u8(0)
      .u16(rest - start)
      .zeros(rest - 3);
  } else e.zeros(rest);
  return e.checksum().done();
}

function demand(rest: number): void {
  if (rest < 0) {
    throw new UnsupportedError("a small header", "the header of this object has no room for a change: copy the object");
  }
}
