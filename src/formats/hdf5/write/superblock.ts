/**
 * Superblocks on their way to a file (specification, section II).
 *
 * @module
 */

import type { Context } from "../storage/context.ts";
import { Cursor, NOWHERE } from "../storage/cursor.ts";
import { objectHeader } from "../storage/header.ts";
import type { Reading } from "../storage/store.ts";
import { EIGHT, Encoder } from "./encoder.ts";
import { RANKS, type TreeRanks } from "./symbols.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);

/** Bytes of a new superblock. */
export function superblockSize(version: 0 | 3): number {
  return version === 0 ? 96 : 48;
}

/** A new superblock; `symbols` tells of the root group when it is an old one. */
export function encodeSuperblock(
  version: 0 | 3,
  base: number,
  end: number,
  root: number,
  symbols: { tree: number; heap: number } | null,
): Uint8Array {
  const e = new Encoder(EIGHT, 96).bytes(SIGNATURE).u8(version);
  if (version === 3) {
    e.u8(8)
      .u8(8)
      .u8(0)
      .offset(base)
      .offset(-1)
      .offset(base + end)
      .offset(root);
    return e.checksum().done();
  }
  e.zeros(4).u8(8).u8(8).u8(0).u16(RANKS.leaf).u16(RANKS.internal).u32(0);
  e.offset(base)
    .offset(-1)
    .offset(base + end)
    .offset(-1);
  return rootEntry(e.offset(0).offset(root), symbols).done();
}

function rootEntry(e: Encoder, symbols: { tree: number; heap: number } | null): Encoder {
  if (symbols === null) return e.u32(0).u32(0).zeros(16);
  const from = e.at;
  e.u32(1).u32(0).offset(symbols.tree).offset(symbols.heap);
  return e.zeros(24 - (e.at - from));
}

/** What an old superblock says that a change must know, and the superblock with another end of the file. */
export class OldSuperblock {
  readonly version: number;
  readonly ranks: TreeRanks;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  private constructor(version: number, ranks: TreeRanks, bytes: Uint8Array, end: number) {
    this.version = version;
    this.ranks = ranks;
    this.#bytes = bytes;
    this.#end = end;
  }

  static *read(context: Context): Reading<OldSuperblock> {
    const { sizes, store } = context;
    const { offsets } = sizes;
    const version = (yield* store.get(8, 1))[0] as number;
    if (version < 2) {
      const fixed = version === 0 ? 24 : 28;
      const size = fixed + 5 * offsets + sizes.lengths + 24;
      const bytes = (yield* store.get(0, size)).slice();
      const c = new Cursor(bytes, sizes).skip(16);
      const leaf = c.u16() || RANKS.leaf;
      const internal = c.u16() || RANKS.internal;
      const chunk = version === 1 ? c.skip(4).u16() || RANKS.chunk : RANKS.chunk;
      return new OldSuperblock(version, { leaf, internal, chunk }, bytes, fixed + 2 * offsets);
    }
    const bytes = (yield* store.get(0, 12 + 4 * offsets + 4)).slice();
    const c = new Cursor(bytes, sizes).skip(12 + offsets);
    const extension = c.offset();
    let ranks = RANKS;
    if (extension !== NOWHERE) {
      const found = (yield* objectHeader(context, extension)).messages.find(({ kind }) => kind === 0x13);
      if (found !== undefined) {
        const k = new Cursor(found.data, sizes, found.at).skip(1);
        const chunk = k.u16();
        const internal = k.u16();
        ranks = { chunk, internal, leaf: k.u16() };
      }
    }
    return new OldSuperblock(version, ranks, bytes, 12 + 2 * offsets);
  }

  /** The superblock for a file that ends elsewhere; `symbols` when the root group has other symbols than before. */
  patched(context: Context, end: number, symbols: { tree: number; heap: number } | null): Uint8Array {
    const { sizes, store } = context;
    const { offsets } = sizes;
    const e = new Encoder(sizes, this.#bytes.length);
    const place = new Encoder(sizes).offset(store.base + end).done();
    if (this.version < 2) {
      const out = this.#bytes.slice();
      out.set(place, this.#end);
      if (symbols !== null)
        out.set(rootEntry(new Encoder(sizes), symbols).done(), this.#end + 3 * offsets + sizes.lengths);
      return out;
    }
    const head = this.#bytes.slice(0, -4);
    // Nobody is writing.
    head[11] = 0;
    head.set(place, this.#end);
    return e.bytes(head).checksum().done();
  }
}
