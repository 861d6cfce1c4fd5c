/**
 * Compressed files: what is in a gzip or zlib shell, within limits.
 *
 * @module
 */
import type { Source } from "./core/bytes/parse.ts";
import { type Codec, gzip, zlib } from "./core/codecs/index.ts";
import { LimitError } from "./core/errors.ts";
import type { Limits } from "./formats/pickle/index.ts";
import { sniff } from "./sniff.ts";

/** A shell that can be taken off. */
export type Shell = "gzip" | "zlib";

const CODECS: Readonly<Record<Shell, Codec>> = { gzip, zlib };

/** Bytes that are given out whatever they were packed into. */
const FREE = 1 << 26;
const MAX_RATIO = 1000;
const MAX_BYTES = 2 ** 31;
/** Shells in shells that are opened. */
export const MAX_NESTING = 4;

/** The shell that a file begins with, or null. */
export function shellOf(head: Uint8Array): Shell | null {
  const { format } = sniff(head);
  return format === "gzip" || format === "zlib" ? format : null;
}

/** Could these few first bytes be those of a shell? No pickle begins so. */
export function mayBeShell(head: Uint8Array): boolean {
  return head[0] === 0x1f || head[0] === 0x78;
}

/** Bytes without their shells. Throws `LimitError` for a bomb, `FormatError` for damaged data. */
export function peeledBytes(bytes: Uint8Array, limits: Limits = {}): Uint8Array {
  const { maxBytes = MAX_BYTES, maxRatio = MAX_RATIO } = limits;
  for (let depth = 0; ; depth++) {
    const shell = shellOf(bytes);
    if (shell === null) return bytes;
    if (depth === MAX_NESTING) throw new LimitError("maxNesting", MAX_NESTING, depth + 1, { format: shell });
    const byRatio = Math.max(FREE, Math.floor(bytes.length * maxRatio));
    const most = Math.min(maxBytes, byRatio);
    const inside = unpacked(shell, bytes, most);
    if (inside === null) {
      if (most === maxBytes) throw new LimitError("maxBytes", maxBytes, maxBytes + 1, { format: shell });
      throw new LimitError("maxRatio", maxRatio, Math.ceil((most + 1) / bytes.length), { format: shell });
    }
    bytes = inside;
  }
}

/** Unpacked bytes; null when there are more than `most`. */
function unpacked(shell: Shell, bytes: Uint8Array, most: number): Uint8Array | null {
  try {
    return CODECS[shell].decode(bytes, { maxOutput: most });
  } catch (e) {
    if (e instanceof LimitError) return null;
    throw e;
  }
}

/** A source without its outer shell; what reads it holds it to `maxBytes`. */
export function peeled(source: Source, shell: Shell, limits: Limits = {}): Source {
  const { maxRatio = MAX_RATIO } = limits;
  const { name } = source;
  let taken = 0;
  let given = 0;
  let asked: AbortSignal | undefined;
  async function* packed(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = await source.next(1 << 16, asked);
      if (piece.length === 0) return;
      taken += piece.length;
      yield piece;
    }
  }
  const pieces = CODECS[shell].decodePieces(packed());
  return {
    name,
    async next(_, signal) {
      asked = signal;
      for (;;) {
        const { done, value } = await pieces.next();
        if (done) return new Uint8Array(0);
        given += value.length;
        if (given > FREE && given > taken * maxRatio) {
          throw new LimitError("maxRatio", maxRatio, Math.ceil(given / taken), { path: name, format: shell });
        }
        if (value.length > 0) return value;
      }
    },
    async close() {
      // A generator that waits for a stalled source would let this wait as well.
      void pieces.return(undefined).catch(() => undefined);
      await source.close?.();
    },
  };
}
