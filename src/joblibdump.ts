/**
 * `joblib.dump`.
 *
 * @module
 */
import { writePath } from "#platform";
import { type Compress, type Compressor, chosen, codecsOf } from "./compressors.ts";
import { joined } from "./core/codecs/index.ts";
import { joblibWriter } from "./families/joblib/index.ts";
import { writeTo } from "./formats/pickle/dump.ts";
import { type DumpOptions, dumps as dumpsPickle, type Target } from "./formats/pickle/index.ts";
import { dumpsPieces } from "./formats/pickle/write/dumps.ts";
import { withPacks } from "./packs.ts";

/** Options of {@link dumps}: `compress`, and those of `brine/pickle`'s. */
export interface JoblibDumpOptions extends DumpOptions {
  /**
   * No or yes, a level of 0 to 9, a compressor's name (`zlib`, `gzip`, `bz2`, `lzma`, `xz`, `lz4`), or `[name, level]`.
   * Of a path the ending chooses (`.z`, `.gz`, `.bz2`, `.lzma`, `.xz`, `.lz4`), unless a name is given; zlib else (false).
   */
  compress?: Compress;
  /** Further compressors. */
  compressors?: readonly Compressor[];
}

/** Options of {@link dump}. */
export interface JoblibDumpToOptions extends JoblibDumpOptions {
  /** Stops between two chunks; a file at a path is then as it was. */
  signal?: AbortSignal;
  /** Leave a `WritableStream` open. */
  preventClose?: boolean;
}

/** The file's bytes before compression, large arrays as they lie in memory. */
function pieces(value: unknown, options: JoblibDumpOptions): Uint8Array[] {
  // Python's joblib writes these by the C pickler, in protocol 5.
  const objects = (array: unknown): Uint8Array =>
    dumpsPickle(array, { ...withPacks(options), protocol: 5, bufferCallback: null, canonical: true });
  const writer = joblibWriter(objects, options.packs);
  return dumpsPieces(value, withPacks({ canonical: true, ...options, packs: [writer, ...(options.packs ?? [])] }));
}

/**
 * The bytes that {@link dump} writes; protocol 4 unless told otherwise, zlib when `compress` names no other. Throws
 * `PicklingError` for what cannot be saved, `RangeError` with joblib's words for a wrong `compress`.
 *
 * @example
 * ```ts
 * dumps({ weights: new Float32Array(8) }, { compress: ["xz", 6] });
 * ```
 */
export function dumps(value: unknown, options: JoblibDumpOptions = {}): Uint8Array {
  const packing = chosen(options.compress ?? false, null, codecsOf(options.compressors));
  const all = joined(pieces(value, options));
  return packing === null ? all : packing.codec.encode(all, packing.level);
}

/**
 * Writes a value as joblib does, and gives the list of files: `[path]`, or null for anything but a path (Python:
 * `joblib.dump`).
 *
 * A path is replaced as a whole or not at all; its ending chooses the compressor. A `WritableStream` is closed unless
 * `preventClose` is set; anything else with `write` is left open, so that several dumps may follow. Throws as
 * {@link dumps}, and `SourceError` when the target fails.
 *
 * @example
 * ```ts
 * await dump({ weights: new Float32Array(8) }, "model.joblib.gz"); // ["model.joblib.gz"]
 * ```
 */
export async function dump(
  value: unknown,
  target: Target,
  options: JoblibDumpToOptions = {},
): Promise<[string] | null> {
  const { signal } = options;
  signal?.throwIfAborted();
  const path = typeof target === "string" ? target : target instanceof URL ? decodeURIComponent(target.pathname) : null;
  const isTarget = (value: unknown): boolean =>
    typeof value === "object" && value !== null && ("getWriter" in value || "write" in value);
  if (path === null && !isTarget(target)) {
    throw new TypeError(
      `Second argument should be a filename or a file-like object, ${String(target)} (type ${typeof target}) was given.`,
    );
  }
  const packing = chosen(options.compress ?? false, path, codecsOf(options.compressors));
  let out = pieces(value, options);
  if (packing !== null) {
    const packed: Uint8Array[] = [];
    for await (const piece of packing.codec.encodePieces(sliced(out, signal), packing.level)) packed.push(piece);
    out = packed;
  }
  signal?.throwIfAborted();
  if (path !== null) {
    await writePath(target as string | URL, ...out);
    return [path];
  }
  const sink = target as Exclude<Target, string | URL>;
  for (const piece of out) await writeTo(sink, piece, signal);
  if ("getWriter" in sink && !options.preventClose) await sink.close();
  return null;
}

const SLICE = 1 << 20;

/** Small enough pieces that packing may be stopped between them. */
async function* sliced(pieces: readonly Uint8Array[], signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += SLICE) {
      signal?.throwIfAborted();
      yield piece.subarray(at, at + SLICE);
    }
  }
}
