/**
 * Where the elements of a dataset stand (specification, section IV.A.2.i).
 *
 * @module
 */
import { type Cursor, NOWHERE } from "../storage/cursor.ts";

/** How chunks are found. */
export type ChunkIndex =
  | { readonly kind: "btree1" | "btree2" | "implicit" | "fixed" | "extensible"; readonly at: number }
  | { readonly kind: "single"; readonly at: number; readonly size: number | null; readonly mask: number };

/** Where the elements stand. */
export type Layout =
  | { readonly kind: "compact"; readonly data: Uint8Array }
  | { readonly kind: "contiguous"; readonly at: number; readonly size: number }
  | { readonly kind: "chunked"; readonly chunks: readonly number[]; readonly index: ChunkIndex; readonly flags: number }
  | { readonly kind: "virtual"; readonly heap: number; readonly index: number };

const INDEXES = ["", "single", "implicit", "fixed", "extensible", "btree2"] as const;

/** Reads a layout message. */
export function parseLayout(c: Cursor): Layout {
  const version = c.version("data layout", 1, 2, 3, 4, 5);
  if (version < 3) return oldLayout(c);
  const cls = c.u8();
  switch (cls) {
    case 0:
      return { kind: "compact", data: c.take(c.u16()) };
    case 1:
      return { kind: "contiguous", at: c.offset(), size: c.length() };
    case 2:
      return version === 3 ? chunked3(c) : chunked4(c);
    case 3:
      return { kind: "virtual", heap: c.offset(), index: c.u32() };
    default:
      throw c.bad(`layouts of class ${cls} are not known`, 1);
  }
}

function chunked3(c: Cursor): Layout {
  const rank = c.u8();
  const at = c.offset();
  return { kind: "chunked", chunks: dims(c, rank, 4), index: { kind: "btree1", at }, flags: 0 };
}

/** Lengths of a chunk; the last number is the size of an element. */
function dims(c: Cursor, rank: number, size: number): number[] {
  if (rank < 2 || rank > 33) throw c.bad(`chunks of ${rank - 1} axes make no sense`);
  const out: number[] = [];
  for (let i = 0; i < rank; i++) out.push(c.uint(size));
  out.pop();
  if (out.includes(0)) throw c.bad("a chunk has no elements");
  return out;
}

function chunked4(c: Cursor): Layout {
  const flags = c.u8();
  const rank = c.u8();
  const width = c.u8();
  if (width < 1 || width > 8) throw c.bad(`lengths of ${width} bytes make no sense`, 1);
  const chunks = dims(c, rank, width);
  const kind = INDEXES[c.u8()];
  switch (kind) {
    case "single": {
      const filtered = (flags & 2) !== 0;
      const size = filtered ? c.length() : null;
      const mask = filtered ? c.u32() : 0;
      return { kind: "chunked", chunks, index: { kind, at: c.offset(), size, mask }, flags };
    }
    case "implicit":
      break;
    case "fixed":
      c.skip(1);
      break;
    case "extensible":
      c.skip(5);
      break;
    case "btree2":
      c.skip(6);
      break;
    default:
      throw c.bad("an index of chunks is of an unknown kind", 1);
  }
  return { kind: "chunked", chunks, index: { kind, at: c.offset() }, flags };
}

function oldLayout(c: Cursor): Layout {
  const rank = c.u8();
  const cls = c.u8();
  c.skip(5);
  const at = cls === 0 ? NOWHERE : c.offset();
  if (cls === 2) return { kind: "chunked", chunks: dims(c, rank, 4), index: { kind: "btree1", at }, flags: 0 };
  const lengths: number[] = [];
  if (rank > 33 || rank === 0) throw c.bad(`a layout of ${rank} axes: there may be 33`);
  for (let i = 0; i < rank; i++) lengths.push(c.u32());
  if (cls === 0) return { kind: "compact", data: c.take(c.u32()) };
  if (cls !== 1) throw c.bad(`layouts of class ${cls} are not known`);
  // Its size follows from the dataspace and the datatype.
  return { kind: "contiguous", at, size: -1 };
}
