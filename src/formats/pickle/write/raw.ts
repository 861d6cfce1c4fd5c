/**
 * Bytes that stand in a pickle between its frames: they are no part of its language.
 *
 * @module
 */
import { FRAME_TARGET, type Writer } from "./writer.ts";

/** Offset of the next byte in the stream. */
export function offsetOf(w: Writer): number {
  return w.doneBytes + w.n;
}

/** Writes bytes as they are; the frame is closed, and large ones are not copied. */
export function writeRaw(w: Writer, pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) {
    if (piece.length < FRAME_TARGET) {
      w.room(piece.length);
      w.out.set(piece, w.n);
      w.n += piece.length;
      continue;
    }
    (w.done ??= []).push(w.out.slice(0, w.n), piece);
    w.doneBytes += w.n + piece.length;
    w.n = 0;
  }
}

/** The finished pickle in pieces. */
export function finishPieces(w: Writer): Uint8Array[] {
  const last = w.finish();
  return [...(w.done ?? []), last];
}

/** The finished pickle. */
export function finishWhole(w: Writer): Uint8Array {
  const last = w.finish();
  if (w.done === null) return last;
  const all = new Uint8Array(w.doneBytes + last.length);
  let at = 0;
  for (const piece of [...w.done, last]) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
