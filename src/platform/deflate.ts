/**
 * Packing where there is no zlib: fflate.
 *
 * @module
 */
import { Deflate, deflateSync, Gzip, gzipSync, Zlib, zlibSync } from "fflate";
import type { PlatformDeflate, Shell } from "./zlib.ts";

type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** Levels as zlib has them: -1 is 6. */
function levelOf(level: number): Level {
  return (level < 0 ? 6 : level) as Level;
}

function now(shell: Shell, bytes: Uint8Array, level: number): Uint8Array {
  const options = { level: levelOf(level) };
  if (shell === "gzip") return gzipSync(bytes, { ...options, mtime: 0 });
  return shell === "zlib" ? zlibSync(bytes, options) : deflateSync(bytes, options);
}

/** Packing by fflate. */
export const deflate: PlatformDeflate = {
  now,
  aside: async (shell, bytes, level) => now(shell, bytes, level),
  async *pieces(shell, pieces, level) {
    const options = { level: levelOf(level) };
    const stream =
      shell === "gzip"
        ? new Gzip({ ...options, mtime: 0 })
        : shell === "zlib"
          ? new Zlib(options)
          : new Deflate(options);
    let out: Uint8Array[] = [];
    stream.ondata = (piece) => {
      if (piece.length > 0) out.push(piece);
    };
    for await (const piece of pieces) {
      stream.push(piece);
      yield* out;
      out = [];
    }
    stream.push(new Uint8Array(0), true);
    yield* out;
  },
};
