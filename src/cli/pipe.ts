/**
 * A file or pipe that is written to at once.
 *
 * @module
 */
import { writeSync } from "node:fs";
import type { Sink } from "./io.ts";

/** Milliseconds until a pipe that is full is tried again. */
const PAUSE = 2;

/** A sink over a descriptor. Writing throws as the system does: `EPIPE` where nobody reads on. */
export function pipe(descriptor: number): Sink {
  const encoder = new TextEncoder();
  const clock = new Int32Array(new SharedArrayBuffer(4));
  return {
    write(data) {
      const bytes = typeof data === "string" ? encoder.encode(data) : data;
      for (let at = 0; at < bytes.length; ) {
        try {
          at += writeSync(descriptor, bytes, at);
        } catch (e) {
          if ((e as { code?: string }).code !== "EAGAIN") throw e;
          Atomics.wait(clock, 0, 0, PAUSE);
        }
      }
    },
  };
}
