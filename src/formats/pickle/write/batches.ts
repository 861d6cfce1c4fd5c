/**
 * What stands after items and pairs: SETITEMS, APPENDS and ADDITEMS take up to a thousand at once.
 *
 * @module
 */
import type { Writer } from "./writer.ts";

/** Items written with one opcode, as CPython does. */
export const BATCH = 1000;

/** After item `i - 1` of a list of `n`. */
export function listItemDone(w: Writer, i: number, n: number): void {
  if (!w.bin || n === 1) w.op(0x61);
  else if (i === n) w.op(0x65);
  else if (i % BATCH === 0) {
    w.op(0x65);
    w.op(0x28);
  }
}

/** After the pair before half-step `at` of a dict of `n` places, `live` of them in use. */
export function pairDone(w: Writer, at: number, n: number, live: number): void {
  if (!w.bin || live === 1) w.op(0x73);
  else if (at === n * 2) {
    w.op(0x75);
    // The C pickler learns that a full batch was the last one only by writing an empty one.
    if (live % BATCH === 0) {
      w.op(0x28);
      w.op(0x75);
    }
  } else if (at % (2 * BATCH) === 0) {
    w.op(0x75);
    w.op(0x28);
  }
}

/** Between two batches of a set. */
export function setBatch(w: Writer): void {
  w.op(0x90);
  w.op(0x28);
}
