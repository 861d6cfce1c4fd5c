/**
 * `joblib.load`.
 *
 * @module
 */
import { openPath } from "#platform";
import type { Shell } from "./boxes.ts";
import { type Compressor, codecsOf } from "./compressors.ts";
import { runSync, type Source } from "./core/bytes/parse.ts";
import { Reader, run } from "./core/bytes/reader.ts";
import { DecodeError } from "./core/bytes/text.ts";
import { type Codec, joined } from "./core/codecs/index.ts";
import { BrineError, SourceError, UnpicklingError, withPath } from "./core/errors.ts";
import type { MmapMode } from "./core/ndarray/index.ts";
import { type JoblibPackOptions, joblibPack } from "./families/joblib/index.ts";
import type { LoadAsyncOptions, LoadOptions } from "./formats/pickle/index.ts";
import { runOptions } from "./formats/pickle/load.ts";
import { finish, globalsFor } from "./formats/pickle/read/loads.ts";
import { parsePickle } from "./formats/pickle/read/parse.ts";
import { withFamilies } from "./lazy.ts";
import { looked } from "./load.ts";
import { withPacks } from "./packs.ts";
import { mayBeShell, peeled, peeledBytes, shellOf } from "./shells.ts";
import { demandPickle } from "./sniff.ts";
import { asBytes, type BytesLike, type SourceInput, toRanges, toSource } from "./sources/index.ts";

/** The files beside a file of a joblib before 0.10, by their names: `model.pkl_01.npy`. */
export type Companions<T = SourceInput> =
  | ReadonlyMap<string, T>
  | ((name: string) => T | undefined | Promise<T | undefined>);

interface Common {
  /** Turn big-endian arrays to this machine's order ("auto": unless arrays stay in their file). */
  ensureNativeByteOrder?: boolean | "auto";
  /** joblib's warnings. */
  onWarning?: (message: string) => void;
  /** Further compressors. */
  compressors?: readonly Compressor[];
}

/** Options of {@link loads}. */
export interface JoblibLoadOptions extends LoadOptions, Common {
  companions?: ReadonlyMap<string, BytesLike>;
}

/** Options of {@link load}. */
export interface JoblibLoadAsyncOptions extends LoadAsyncOptions, Common {
  /** Files beside this one; those beside a path are found without. */
  companions?: Companions;
  /**
   * Leave arrays in their file, and give `LazyNDArray`s: `r` to read, `c` with changes in memory, `r+` (and `w+`) with
   * changes written back. Only of uncompressed files that can be read by ranges; else a warning, and a plain load.
   */
  mmapMode?: MmapMode | null;
}

/** The options for the pickle, and what is said at its end. */
function readying<T extends LoadOptions & Common>(
  options: T,
  name: string,
  pack: JoblibPackOptions,
): { read: T; end(): void } {
  const { onWarning } = options;
  let old = false;
  const own = joblibPack({
    ...pack,
    onWarning,
    onOld: () => {
      old = true;
    },
  });
  const end = (): void => {
    if (old) onWarning?.(oldText(name));
  };
  return { read: withPacks({ ...options, packs: [...(options.packs ?? []), own] }), end };
}

function oldText(name: string): string {
  return (
    `The file '${name}' has been generated with a joblib version less than 0.10. Please regenerate this pickle ` +
    "file."
  );
}

function nativeOrder({ ensureNativeByteOrder = "auto" }: Common, mmapMode: MmapMode | null): boolean {
  if (ensureNativeByteOrder === "auto") return mmapMode === null;
  if (ensureNativeByteOrder && mmapMode !== null) {
    throw new RangeError(
      "Native byte ordering can only be enforced if 'mmap_mode' parameter is set to None, but got " +
        `'mmap_mode=${mmapMode}' instead.`,
    );
  }
  return ensureNativeByteOrder;
}

/** Says what to do about text that Python 2 wrote. */
function explained(e: unknown): unknown {
  if (!(e instanceof BrineError) || !(e.cause instanceof DecodeError)) return e;
  return new UnpicklingError(
    `${e.reason}. You may be trying to read with python 3 a joblib pickle generated with python 2: pass ` +
      '{ encoding: "latin1" }',
    { offset: e.offset, opcode: e.opcode, path: e.path, cause: e },
  );
}

/**
 * Reads what joblib wrote, from bytes; shells are taken off. Arrays share the bytes' memory where they can, unless
 * `copy` is set. Throws `UnpicklingError`, `FormatError` and `TruncatedError` for bad data, `LimitError` for a bomb,
 * `SourceError` for a companion that is missing.
 *
 * @example
 * ```ts
 * loads<NDArray>(dumps(new Float64Array([1, 2]))).toArray(); // [1, 2]
 * ```
 */
export function loads<T = unknown>(data: BytesLike, options: JoblibLoadOptions = {}): T {
  const given = asBytes(data);
  if (given === null) throw new TypeError("joblib's files are bytes: give a Uint8Array or an ArrayBuffer");
  const codecs = codecsOf(options.compressors);
  const bytes = peeledBytes(given, options.limits, codecs);
  demandPickle(bytes);
  const { read, end } = readying(options, "", { ensureNativeByteOrder: nativeOrder(options, null) });
  const open = (name: string): Uint8Array => {
    const found = asBytes(options.companions?.get(name));
    if (found === null) throw missing(name);
    return found;
  };
  try {
    if (shellOf(given)?.name === "ZFile") options.onWarning?.(oldText(""));
    const { value } = runSync(parsePickle(globalsFor(read), 0, bytes, options.copy === true), bytes, open);
    end();
    return finish(value, read) as T;
  } catch (e) {
    throw explained(e);
  }
}

function missing(name: string, path?: string): SourceError {
  return new SourceError(`the file ${name} belongs to this one, and is not at hand: pass it in companions`, { path });
}

/**
 * Reads what joblib wrote, of any version, from a path, URL, `Blob`, `Response`, stream, file-like object or bytes;
 * arrays are read straight into memory of their own (Python: `joblib.load`). A file-like object is left behind the
 * dump. Throws as {@link loads}, and `RangeError` for `ensureNativeByteOrder` with `mmapMode`.
 *
 * @example
 * ```ts
 * const model = await load("model.joblib");
 * const { weights } = await load("big.joblib", { mmapMode: "r", dicts: "object" });
 * ```
 */
export async function load<T = unknown>(input: SourceInput, options: JoblibLoadAsyncOptions = {}): Promise<T> {
  return withFamilies(input, options, (own, fresh) => loadOnce<T>(fresh, own));
}

async function loadOnce<T>(input: SourceInput, options: JoblibLoadAsyncOptions): Promise<T> {
  const { signal, onWarning, mmapMode = null } = options;
  signal?.throwIfAborted();
  const codecs = codecsOf(options.compressors);
  const ensureNativeByteOrder = nativeOrder(options, mmapMode);
  const name = nameOf(input);
  const ranges = mmapMode === null ? null : await mapped(input, mmapMode, options);
  const lazy = ranges === null ? null : new Shared(ranges);
  /** Files beside it that were opened: does an array stay there? */
  const besides = new Map<Source, boolean>();
  let source: Source | null = lazy?.source ?? null;
  try {
    if (source === null) {
      const onShell = (shell: Shell): void => {
        if (shell.name === "ZFile") onWarning?.(oldText(name));
        if (mmapMode !== null) {
          onWarning?.(
            `mmap_mode "${mmapMode}" is not compatible with compressed file ${name}. "${mmapMode}" flag will be ignored.`,
          );
        }
      };
      source = await toSource(await looked(input, options, codecs, undefined, onShell), signal);
      if (source.line) source = await peeked(source, options, codecs, onShell);
    }
    const { read, end } = readying(options, name, {
      ensureNativeByteOrder,
      lazy:
        lazy === null
          ? undefined
          : {
              mode: mmapMode as MmapMode,
              source: () => lazy.lend(),
              opened: (beside) => void besides.set(beside, false),
              used: (beside) => void besides.set(beside, true),
            },
    });
    const reader = new Reader(source, {
      ...runOptions(options),
      open: options.companions === undefined ? undefined : (other) => companion(options.companions!, other, signal),
      window: lazy === null ? undefined : 1 << 14,
    });
    const { value } = await run(parsePickle(globalsFor(read), 0, null, true), reader, signal);
    end();
    return finish(value, read) as T;
  } catch (e) {
    lazy?.drop();
    for (const beside of besides.keys()) besides.set(beside, false);
    throw explained(withPath(e, source?.name));
  } finally {
    if (lazy === null) await source?.close?.();
    else await lazy.settle();
    for (const [beside, stays] of besides) if (!stays) await beside.close?.();
  }
}

/** A file-like object, out of its shell: only as many bytes are looked at as tell one. */
async function peeked(
  file: Source,
  { signal, limits }: JoblibLoadAsyncOptions,
  codecs: readonly Codec[],
  onShell: (shell: Shell) => void,
): Promise<Source> {
  let head = await file.next(1, signal);
  while (head.length > 0 && shellOf(head, codecs) === null && mayBeShell(head, codecs)) {
    const next = await file.next(1, signal);
    if (next.length === 0) break;
    head = joined([head, next]);
  }
  const again: Source = {
    name: file.name,
    async next(size, from) {
      if (head.length === 0) return file.next(size, from);
      const given = head.subarray(0, size);
      head = head.subarray(given.length);
      return given;
    },
    async line() {
      const given = head;
      head = new Uint8Array(0);
      const end = given.indexOf(10);
      if (end < 0) return joined([given, await file.line!()]);
      head = given.subarray(end + 1);
      return given.subarray(0, end + 1);
    },
    close: () => file.close?.(),
  };
  const shell = shellOf(head, codecs);
  if (shell === null) return again;
  onShell(shell);
  return peeled(again, shell, limits);
}

function nameOf(input: SourceInput): string {
  if (typeof input === "string") return input;
  if (input instanceof URL) return input.href;
  const { name } = input as { name?: unknown };
  return typeof name === "string" ? name : "";
}

async function companion(from: Companions, name: string, signal: AbortSignal | undefined): Promise<Source> {
  const found = typeof from === "function" ? await from(name) : from.get(name);
  if (found === undefined) throw missing(name);
  return toSource(found, signal);
}

/** The source that arrays may stay in; null, and a warning, where there is none. */
async function mapped(input: SourceInput, mode: MmapMode, options: JoblibLoadAsyncOptions): Promise<Source | null> {
  const { onWarning, signal, limits } = options;
  const ignored = `mmap_mode "${mode}" flag will be ignored.`;
  if (asBytes(input) !== null) {
    onWarning?.(
      `In memory persistence is not compatible with mmap_mode "${mode}" flag passed. mmap_mode option will be ignored.`,
    );
    return null;
  }
  const isPath = typeof input === "string" || (input instanceof URL && input.protocol === "file:");
  if (mode.endsWith("+") && !isPath) throw new TypeError(`mmapMode ${mode} needs the path of a file`);
  const isRanged = isPath || input instanceof URL || (typeof Blob !== "undefined" && input instanceof Blob);
  if (!isRanged) {
    onWarning?.(`"${nameOf(input) || typeof input}" is not a raw file, ${ignored}`);
    return null;
  }
  const source = mode.endsWith("+")
    ? await openPath(input as string | URL, "r+")
    : await toRanges(input, signal, limits?.maxBytes);
  const [head] = await source.read!([{ at: 0, size: 512 }], signal);
  if (shellOf(head as Uint8Array, codecsOf(options.compressors)) === null) {
    demandPickle(head as Uint8Array, source.name);
    return source;
  }
  // Loaded plainly, with a warning.
  await source.close?.();
  return null;
}

/** A source that several arrays hold: it is closed when all of them are. */
class Shared {
  readonly source: Source;
  #holders = 1;

  constructor(source: Source) {
    this.source = { ...source, streaming: false };
  }

  /** The source for one array more. */
  lend(): Source {
    this.#holders++;
    let open = true;
    return {
      ...this.source,
      close: async () => {
        if (open) await this.#release();
        open = false;
      },
    };
  }

  async #release(): Promise<void> {
    if (--this.#holders === 0) await this.source.close?.();
  }

  /** The load has failed: nobody holds anything. */
  drop(): void {
    this.#holders = 1;
  }

  /** The load is done. */
  settle(): Promise<void> {
    return this.#release();
  }
}
