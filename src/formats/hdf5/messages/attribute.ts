/**
 * Attribute messages (specification, section IV.A.2.m).
 *
 * @module
 */

import type { Context } from "../storage/context.ts";
import { Cursor } from "../storage/cursor.ts";
import { MESSAGE, shared } from "../storage/header.ts";
import type { Reading } from "../storage/store.ts";
import { utf8Text } from "../storage/text.ts";
import { type H5Type, parseType } from "../types/datatype.ts";
import { parseSpace, type Space } from "./space.ts";

/** An attribute as it stands in the file. */
export interface RawAttribute {
  readonly name: string;
  readonly type: H5Type;
  readonly space: Space;
  readonly data: Uint8Array;
  readonly order: number;
}

/** Reads an attribute message. */
export function* parseAttribute(context: Context, data: Uint8Array, at: number, order: number): Reading<RawAttribute> {
  const c = new Cursor(data, context.sizes, at);
  const version = c.version("attribute", 1, 2, 3);
  const flags = c.u8();
  const nameSize = c.u16();
  const typeSize = c.u16();
  const spaceSize = c.u16();
  if (version === 3) c.skip(1);
  const pad = (size: number): number => (version === 1 ? (size + 7) & ~7 : size);
  const text = c.take(pad(nameSize));
  const end = text.indexOf(0);
  const name = utf8Text(end < 0 ? text.subarray(0, nameSize) : text.subarray(0, end));
  const type = parseType(
    yield* part(context, c.part(pad(typeSize)), MESSAGE.datatype, version > 1 && (flags & 1) !== 0),
  );
  const space = parseSpace(
    yield* part(context, c.part(pad(spaceSize)), MESSAGE.dataspace, version > 1 && (flags & 2) !== 0),
  );
  return { name, type, space, data: c.take(c.left), order };
}

function* part(context: Context, c: Cursor, kind: number, isShared: boolean): Reading<Cursor> {
  if (!isShared) return c;
  const found = yield* shared(context, { kind, flags: 2, data: c.bytes, at: c.origin, order: 0 });
  return new Cursor(found.data, context.sizes, found.at);
}
