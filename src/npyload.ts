/**
 * Reading npy and npz files.
 *
 * @module
 */
import { openPath } from "#platform";
import type { Source } from "./core/bytes/parse.ts";
import { Reader, run } from "./core/bytes/reader.ts";
import { FormatError, TruncatedError, UnsupportedError, withPath } from "./core/errors.ts";
import { LazyNDArray, type MmapMode, type NDArray } from "./core/ndarray/index.ts";
import { ALL_METHODS, openZip, openZipSync, type ZipOptions } from "./core/zip/index.ts";
import { numpy } from "./families/numpy/index.ts";
import { type NpyReadOptions, npyOf, parseNpy, parseNpyHeader } from "./formats/npy/index.ts";
import { NpzFile } from "./formats/npz/index.ts";
import { loads as loadsPickle } from "./formats/pickle/index.ts";
import { asBytes, type BytesLike, inMemory, type SourceInput, toRanges, toSource } from "./sources/index.ts";

/** Amounts that npy and npz files may ask for; a breach is a `LimitError`. */
export interface NpyLimits {
  /** Bytes read into memory from a source whose size is not known (2 GiB). */
  maxBytes?: number;
  /** Files in an npz (1 048 576). */
  maxEntries?: number;
  /** How many times larger than its packed bytes an array of an npz may become, beyond 64 MiB (1100). */
  maxRatio?: number;
}

/** Options of {@link loads}; NumPy's names where NumPy has them. */
export interface NpyLoadOptions {
  /** Read arrays of objects, which are pickles; nothing in them is run, but it may be anything (false). */
  allowPickle?: boolean;
  /** Codec of text in pickles of Python 2 ("ASCII"). */
  encoding?: string;
  /** Map Python 2 names to Python 3 in pickles (true). */
  fixImports?: boolean;
  /** Longest header in bytes (10000; no limit with `allowPickle`). */
  maxHeaderSize?: number;
  /** Memory to read one array into, of at least its bytes and aligned to its items; the result is a view of it. */
  into?: ArrayBufferView | ArrayBufferLike;
  /** Of `loads`: give arrays memory of their own, where they could be views of the bytes (false). */
  copy?: boolean;
  limits?: NpyLimits;
}

/** Options of {@link load}. */
export interface NpyLoadAsyncOptions extends NpyLoadOptions {
  signal?: AbortSignal;
  /** Called as bytes come in; `total` where it is known. */
  onProgress?: (read: number, total: number | undefined) => void;
}

/** What a file is by its first bytes, as `numpy.load` looks at them. */
function kindOf(head: Uint8Array): "npy" | "npz" | "other" {
  const [a, b, c, d] = head;
  if (a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6))) return "npz";
  return a === 0x93 && b === 0x4e && c === 0x55 && d === 0x4d ? "npy" : "other";
}

/** @internal How npy is read under these options. */
export function npyOptions(options: NpyLoadOptions): NpyReadOptions {
  const { allowPickle, encoding = "ASCII", fixImports = true, maxHeaderSize, into, copy = false } = options;
  const loadPickle = allowPickle
    ? (bytes: Uint8Array) => loadsPickle(bytes, { packs: [numpy], encoding, fixImports, copy: true })
    : undefined;
  return { loadPickle, maxHeaderSize, into, share: !copy };
}

/** What `numpy.load` does with bytes that are neither: a pickle, where these are allowed. */
function other(bytes: Uint8Array, read: NpyReadOptions): NDArray {
  if (bytes.length === 0) throw new TruncatedError("no data: the file is empty", { offset: 0, format: "npy" });
  if (read.loadPickle) return read.loadPickle(bytes) as NDArray;
  throw new FormatError("no npy file: the magic \\x93NUMPY is missing (for a pickle, pass { allowPickle: true })", {
    offset: 0,
    format: "npy",
  });
}

/** @internal An npz over a source that reads ranges. */
export async function openNpz(source: Source, options: NpyLoadAsyncOptions, read: NpyReadOptions): Promise<NpzFile> {
  return new NpzFile(await openZip(source, zipOptions(options)), withoutInto(read));
}

/** @internal An npz in memory. */
export function openNpzSync(bytes: Uint8Array, options: NpyLoadOptions, read: NpyReadOptions): NpzFile {
  return new NpzFile(openZipSync(bytes, inMemory(bytes), zipOptions(options)), withoutInto(read));
}

/** Memory for one array is none for several. */
function withoutInto({ into, ...read }: NpyReadOptions): NpyReadOptions {
  if (into !== undefined) throw new TypeError("into is for one array, and this is an npz of several");
  return read;
}

function zipOptions({ limits, signal }: NpyLoadAsyncOptions): ZipOptions {
  return { methods: ALL_METHODS, maxEntries: limits?.maxEntries, maxRatio: limits?.maxRatio, signal };
}

/**
 * Reads an npy or npz file from bytes; an array is a view of them where their alignment and order allow it, else (or with
 * `copy`) it gets memory of its own. Of an npz it gives an `NpzFile`, whose arrays
 * are read when they are asked for. With `allowPickle` it gives the value of a pickle, too. Throws `FormatError` for
 * bad data, `TruncatedError` where bytes are missing, `UnsupportedError` for objects without `allowPickle`,
 * `RangeError` when `into` is too small (numpy.load).
 *
 * @example
 * ```ts
 * loads(dumps(array([1, 2, 3]))).shape; // [3]
 * loads<NpzFile>(npzBytes).getSync("x");
 * ```
 */
export function loads<T extends NDArray | NpzFile = NDArray>(data: BytesLike, options: NpyLoadOptions = {}): T {
  const bytes = asBytes(data);
  if (bytes === null) throw new TypeError("an npy file is bytes: give a Uint8Array or an ArrayBuffer");
  const kind = kindOf(bytes);
  if (kind === "npy") return npyOf(bytes, npyOptions(options)) as T;
  return (kind === "npz" ? openNpzSync(bytes, options, npyOptions(options)) : other(bytes, npyOptions(options))) as T;
}

/** Options of {@link load} that leave the array in its file. */
export interface NpyMmapOptions extends NpyLoadAsyncOptions {
  mmapMode: MmapMode;
}

/**
 * Reads an npy or npz file from a path, URL, `Blob`, `Response`, stream or bytes, straight into the array's memory. Of
 * an npz it gives an `NpzFile`, which reads its arrays by ranges when they are asked for, and holds the file open until
 * its `close()`. With `mmapMode` it gives a `LazyNDArray`. Throws as {@link loads}, and `SourceError` when the source
 * fails (numpy.load).
 *
 * @example
 * ```ts
 * const weights = await load("weights.npy");
 * const same = await load("weights.npy", { into: new Float32Array(1000) });
 * const lazy = await load("big.npy", { mmapMode: "r" });
 * ```
 */
export async function load(input: SourceInput, options: NpyMmapOptions): Promise<LazyNDArray>;
export async function load<T extends NDArray | NpzFile = NDArray>(
  input: SourceInput,
  options?: NpyLoadAsyncOptions,
): Promise<T>;
export async function load(
  input: SourceInput,
  options: NpyLoadAsyncOptions & { mmapMode?: MmapMode } = {},
): Promise<NDArray | NpzFile | LazyNDArray> {
  const { signal, mmapMode } = options;
  signal?.throwIfAborted();
  if (mmapMode !== undefined) return lazyArray(input, mmapMode, options);
  const source = await toSource(input, signal);
  let open = false;
  try {
    const found = await readArrays(source, options);
    open = found instanceof NpzFile;
    return found;
  } catch (e) {
    throw withPath(e, source.name);
  } finally {
    if (!open) await source.close?.();
  }
}

/** @internal The array of an npy, the open npz over the source, or (where allowed) the value of a pickle. */
export async function readArrays(
  source: Source,
  options: NpyLoadAsyncOptions,
  read: NpyReadOptions = npyOptions(options),
): Promise<NDArray | NpzFile> {
  const { signal, onProgress, limits } = options;
  const reader = new Reader(source, { signal, onProgress, maxBytes: limits?.maxBytes });
  const kind = kindOf((await reader.window(0, 4, false)).bytes);
  if (kind === "npy") return run(parseNpy({ ...read, owned: true }), reader, signal);
  if (kind === "npz" && source.read && source.size !== undefined) return openNpz(source, options, read);
  const bytes = await rest(reader);
  if (kind === "other") return other(bytes, read);
  await source.close?.();
  return openNpz(inMemory(bytes, source.name), options, read);
}

/** Everything that a reader at its beginning has still to give. */
async function rest(reader: Reader): Promise<Uint8Array> {
  for (let need = 1 << 20; ; need *= 2) {
    const { bytes, last } = await reader.window(0, need, false);
    if (last) return bytes;
  }
}

/** @internal A lazy array of the npy file in `input`. */
export async function lazyArray(
  input: SourceInput,
  mode: MmapMode,
  options: NpyLoadAsyncOptions,
): Promise<LazyNDArray> {
  const { signal, limits } = options;
  const source = await rangesFor(input, mode, signal, limits?.maxBytes);
  try {
    const reader = new Reader({ ...source, streaming: false }, { signal, window: 1 << 12 });
    const { dtype, shape, order, byteOffset } = await run(parseNpyHeader(npyOptions(options)), reader, signal);
    if (dtype.hasObject) {
      throw new UnsupportedError("mmapMode", "Array can't be memory-mapped: Python objects in dtype.", {
        format: "npy",
      });
    }
    return new LazyNDArray(source, { dtype, shape, order, byteOffset, mode: mode === "w+" ? "r+" : mode });
  } catch (e) {
    await source.close?.();
    throw withPath(e, source.name);
  }
}

async function rangesFor(
  input: SourceInput,
  mode: MmapMode,
  signal: AbortSignal | undefined,
  maxBytes: number | undefined,
): Promise<Source> {
  const isPath = typeof input === "string" || (input instanceof URL && input.protocol === "file:");
  if (!mode.endsWith("+")) return toRanges(input, signal, maxBytes);
  if (!isPath) throw new TypeError(`mode ${mode} needs the path of a file`);
  return openPath(input as string | URL, "r+");
}
