/**
 * Large integers that stand one behind another, taken apart together.
 *
 * @module
 */
import { bigintRecords } from "#platform";
import type { Writer } from "./writer.ts";

/** Fewer are written one by one. */
export const LEAST = 32;
const MOST = 1000;
/** From so many bytes on a record's size takes more than one byte. */
const LONG = 64;

/** Writes the run of bigints that begins at `i` and ends before `to`, and gives the index behind it, or `i` for none. */
export function longs(w: Writer, items: readonly unknown[], i: number, to: number): number {
  // An array without holes, whatever the items stand in.
  const values: bigint[] = [];
  const most = Math.min(to - i, MOST);
  for (let item: unknown; values.length < most && typeof (item = items[i + values.length]) === "bigint"; )
    values.push(item);
  const stop = i + values.length;
  const records = values.length < LEAST ? null : bigintRecords(values);
  if (records === null) return i;
  for (let at = 0; i < stop; i++) {
    const head = records[at + 1] as number;
    const size = head >> 1;
    let top = at + 1 + size;
    while (top > at + 1 && records[top] === 0) top--;
    if (head >= 2 * LONG) return i;
    if (top < at + 6) {
      // Perhaps a BININT.
      w.boundary();
      w.long(items[i] as bigint);
    } else put(w, records, at + 2, top + 1, (head & 1) === 1);
    at += 2 + size;
  }
  return i;
}

/** A LONG1 of the magnitude from `from` to `to`. */
function put(w: Writer, bytes: Uint8Array, from: number, to: number, negative: boolean): void {
  w.ready();
  w.room(LONG + 4);
  const { out } = w;
  const start = w.n;
  let n = start + 2;
  if (negative) {
    let carry = 1;
    for (let i = from; i < to; i++) {
      carry += 255 - (bytes[i] as number);
      out[n++] = carry;
      carry >>= 8;
    }
  } else for (let i = from; i < to; i++) out[n++] = bytes[i] as number;
  // The uppermost bit is the sign.
  if ((out[n - 1] as number) > 127 !== negative) out[n++] = negative ? 255 : 0;
  out[start] = 0x8a;
  out[start + 1] = n - start - 2;
  w.n = n;
}
