/**
 * Streams and iterables as sources: pieces as they come.
 *
 * @module
 */
import type { Source } from "../core/bytes/parse.ts";
import { asBytes, type BytesLike } from "./bytes.ts";
import { failing } from "./failing.ts";
import { EMPTY } from "./memory.ts";

/** A stream of bytes. */
export function streamed(stream: ReadableStream<Uint8Array>): Source {
  const reader = stream.getReader();
  return pieces(
    () => reader.read(),
    () => reader.cancel(),
  );
}

/** An iterable of bytes. */
export function iterated(iterable: AsyncIterable<BytesLike>): Source {
  const iterator = iterable[Symbol.asyncIterator]();
  return pieces(
    () => iterator.next(),
    () => void iterator.return?.(),
  );
}

function pieces(
  next: () => Promise<{ done?: boolean; value?: unknown }>,
  stop: () => Promise<void> | undefined | void,
): Source {
  let ended = false;
  return {
    async next() {
      for (;;) {
        const { done, value } = await failing(next);
        if (done) {
          ended = true;
          return EMPTY;
        }
        const piece = asBytes(value);
        if (piece === null)
          throw new TypeError(`a stream of bytes gave a ${typeof value}: read it without an encoding`);
        if (piece.length > 0) return piece;
      }
    },
    async close() {
      // What a stream says to being dropped is of no interest, and a stalled one may never say it.
      if (!ended) void Promise.resolve(stop()).catch(() => undefined);
    },
  };
}
