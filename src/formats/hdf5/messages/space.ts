/**
 * Dataspaces: how many elements there are, and in which shape (specification, section IV.A.2.b).
 *
 * @module
 */
import type { Cursor } from "../storage/cursor.ts";

/** A shape; `null` for an empty dataspace. */
export interface Space {
  readonly shape: readonly number[] | null;
  /** Lengths to which the axes may grow, `null` for no limit. */
  readonly maxshape: readonly (number | null)[];
}

/** Reads a dataspace. */
export function parseSpace(c: Cursor): Space {
  const version = c.version("dataspace", 1, 2);
  const rank = c.u8();
  const flags = c.u8();
  let isNull = false;
  if (version === 1) c.skip(5);
  else {
    const kind = c.u8();
    isNull = kind === 2;
    if (kind !== 1 && rank > 0) throw c.bad(`a dataspace without axes has ${rank}`, 1);
  }
  if (rank > 32) throw c.bad(`a dataspace of ${rank} axes: there may be 32`);
  if (isNull) return { shape: null, maxshape: [] };
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) shape.push(c.length());
  const maxshape: (number | null)[] = [];
  for (let i = 0; i < rank; i++) {
    const most = flags & 1 ? c.lengthOrNone() : (shape[i] as number);
    maxshape.push(most < 0 ? null : most);
  }
  return { shape, maxshape };
}
