/**
 * Selections as files keep them, in region references and virtual datasets (H5Sselect serialization).
 *
 * @module
 */
import type { Cursor } from "../storage/cursor.ts";

/** Blocks at even distances along one axis; `count` is -1 for no end. */
export interface Slab {
  readonly start: number;
  readonly stride: number;
  readonly count: number;
  readonly block: number;
}

/** What a selection takes. */
export type Picked =
  | { readonly kind: "all" }
  | { readonly kind: "none" }
  | { readonly kind: "slab"; readonly axes: readonly Slab[] }
  /** Boxes, each from its first to its last place. */
  | { readonly kind: "boxes"; readonly boxes: readonly (readonly [readonly number[], readonly number[]])[] }
  | { readonly kind: "points"; readonly points: readonly (readonly number[])[] };

const MAX_PARTS = 1 << 22;

/** Reads a selection. */
export function parsePicked(c: Cursor): Picked {
  const kind = c.u32();
  switch (kind) {
    case 0:
    case 3:
      c.skip(12);
      return { kind: kind === 0 ? "none" : "all" };
    case 1:
      return points(c);
    case 2:
      return slab(c);
    default:
      throw c.bad(`selections of kind ${kind} are not known`, 4);
  }
}

function rankOf(c: Cursor): number {
  const rank = c.u32();
  if (rank === 0 || rank > 32) throw c.bad(`a selection of ${rank} axes makes no sense`, 4);
  return rank;
}

function many(c: Cursor, count: number, bytes: number): number {
  if (count > MAX_PARTS || count * bytes > c.left) throw c.bad(`a selection of ${count} parts is cut short`);
  return count;
}

function points(c: Cursor): Picked {
  const version = c.u32();
  let width = 4;
  if (version === 1) c.skip(8);
  else width = c.u8();
  const rank = rankOf(c);
  const count = many(c, c.uint(width), rank * width);
  return {
    kind: "points",
    points: Array.from({ length: count }, () => Array.from({ length: rank }, () => c.uint(width))),
  };
}

function slab(c: Cursor): Picked {
  const version = c.u32();
  let width = version === 1 ? 4 : 8;
  let regular = false;
  if (version === 1) c.skip(8);
  else {
    regular = (c.u8() & 1) !== 0;
    if (version === 2) c.skip(4);
    else width = c.u8();
  }
  if (![2, 4, 8].includes(width)) throw c.bad(`numbers of ${width} bytes make no sense here`);
  const rank = rankOf(c);
  if (!regular) {
    const count = many(c, c.uint(width), 2 * rank * width);
    const place = (): number[] => Array.from({ length: rank }, () => c.uint(width));
    return { kind: "boxes", boxes: Array.from({ length: count }, () => [place(), place()] as const) };
  }
  const number = (): number => {
    // All bits set: without end.
    const open = c.bytes.subarray(c.at, c.at + width).every((byte) => byte === 0xff);
    if (!open) return c.uint(width);
    c.skip(width);
    return -1;
  };
  return {
    kind: "slab",
    axes: Array.from({ length: rank }, () => ({
      start: number(),
      stride: number(),
      count: number(),
      block: number(),
    })),
  };
}

/** Is an axis without end? */
export function isOpen({ count, block }: Slab): boolean {
  return count < 0 || block < 0;
}

/** Places along an axis below `end`, at most `most` of them. */
export function placesOf(
  { start, stride, count, block }: Slab,
  end: number,
  most = Number.POSITIVE_INFINITY,
): number[] {
  const out: number[] = [];
  const blocks = count < 0 ? Number.POSITIVE_INFINITY : count;
  for (let i = 0; i < blocks; i++) {
    const first = start + i * stride;
    if (first >= end || out.length >= most) break;
    const last = block < 0 ? end : Math.min(end, first + block);
    for (let at = first; at < last && out.length < most; at++) out.push(at);
    if (block < 0 || stride <= 0) break;
  }
  return out;
}
