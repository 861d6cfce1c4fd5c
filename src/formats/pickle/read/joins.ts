/**
 * Batches of one list or dict that follow each other, a frame's head between them perhaps.
 *
 * @module
 */
import type { State } from "./state.ts";

/** Where a further batch of the same container begins (behind its MARK), or 0. */
export function joined(bytes: Uint8Array, p: number, end: number): number {
  let q = p + 1;
  if (bytes[q] === 0x95) q += 9;
  return q < end && bytes[q] === 0x28 ? q + 1 : 0;
}

/** The end of the frame that begins behind `at`; what follows it begins at `q`. */
export function frameStop(m: State, at: number, q: number): number {
  const view = m.dataView();
  const size = Number(view.getBigUint64(at, true));
  m.pos = at - 1;
  const stop = m.base + q - 1 + size;
  if (m.last && stop > m.base + m.end) throw m.fail("pickle data was truncated: the frame is longer than the data");
  return stop;
}
