/**
 * Links: the names in a group (specification, sections IV.A.2.c, f and g).
 *
 * @module
 */
import type { Cursor } from "../storage/cursor.ts";
import { utf8Text } from "../storage/text.ts";

/** What a name in a group leads to. */
export type Link =
  | { readonly kind: "hard"; readonly at: number }
  | { readonly kind: "soft"; readonly path: string }
  | { readonly kind: "external"; readonly file: string; readonly path: string }
  | { readonly kind: "user"; readonly type: number; readonly data: Uint8Array };

/** A link with its name. */
export interface NamedLink {
  readonly name: string;
  readonly link: Link;
  /** Creation order, 0 where it is not kept. */
  readonly order: number;
}

/** Reads a link message. */
export function parseLink(c: Cursor): NamedLink {
  c.version("link", 1);
  const flags = c.u8();
  const type = flags & 8 ? c.u8() : 0;
  const order = flags & 4 ? c.u64() : 0;
  if (flags & 16) c.skip(1);
  const name = utf8Text(c.take(c.uint(1 << (flags & 3))));
  if (type === 0) return { name, order, link: { kind: "hard", at: c.offset() } };
  const data = c.take(c.u16());
  if (type === 1) return { name, order, link: { kind: "soft", path: utf8Text(data) } };
  if (type === 64) {
    const [file = "", path = ""] = utf8Text(data.subarray(1)).split("\0");
    return { name, order, link: { kind: "external", file, path } };
  }
  return { name, order, link: { kind: "user", type, data } };
}

/** Where dense links or attributes stand. */
export interface Dense {
  readonly heap: number;
  readonly names: number;
  /** Tree by creation order, or -1. */
  readonly orders: number;
  /** Is the order of creation kept? */
  readonly tracked: boolean;
}

/** Reads a link info message (`width` 8) or an attribute info message (`width` 2). */
export function parseDense(c: Cursor, width: 2 | 8): Dense {
  c.version("link or attribute info", 0);
  const flags = c.u8();
  if (flags & 1) c.skip(width);
  return { heap: c.offset(), names: c.offset(), orders: flags & 2 ? c.offset() : -1, tracked: (flags & 1) !== 0 };
}
