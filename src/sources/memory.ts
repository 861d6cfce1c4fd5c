/**
 * Bytes in memory, and blobs, as sources.
 *
 * @module
 */
import { cut } from "../core/bytes/cut.ts";
import type { Source } from "../core/bytes/parse.ts";

export const EMPTY: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** Bytes as a source: ranges are views of them. */
export function inMemory(bytes: Uint8Array, name?: string): Source {
  let at = 0;
  const source: Source = {
    size: bytes.length,
    name,
    async next(want) {
      const start = at;
      at = Math.min(bytes.length, at + want);
      return bytes.subarray(start, at);
    },
    read: async (spans) => cut(bytes, spans),
    readSync: (spans) => cut(bytes, spans),
  };
  // Not for those who take this source apart and read otherwise.
  return Object.defineProperty(source, "memory", { value: bytes });
}

/** A `Blob` or `File` as a source. */
export function blobSource(blob: Blob): Source {
  let place = 0;
  const part = async (at: number, end: number, into?: Uint8Array): Promise<Uint8Array> => {
    const bytes = new Uint8Array(await blob.slice(at, end).arrayBuffer());
    if (into === undefined) return bytes;
    into.set(bytes);
    return into.subarray(0, bytes.length);
  };
  return {
    size: blob.size,
    name: (blob as { name?: string }).name,
    async next(want) {
      const start = place;
      place = Math.min(blob.size, place + want);
      return start === place ? EMPTY : part(start, place);
    },
    read: (spans) => Promise.all(spans.map(({ at, size, into }) => part(at, at + size, into))),
  };
}
