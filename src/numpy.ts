/**
 * The face of `brine/numpy`: npy files, arrays, dtypes, and the pack for NumPy's pickles.
 *
 * ```ts
 * import { array, load, save } from "brine/numpy";
 * const x = await load("x.npy");
 * await save("y.npy", array([[1, 2], [3, 4]]));
 * ```
 *
 * @module
 */
import { writePath } from "#platform";
import { Reader, type RunOptions, run, runSync } from "./core/bytes/parse.ts";
import { UnsupportedError, withPath } from "./core/errors.ts";
import { array, NDArray } from "./core/ndarray/index.ts";
import { numpy } from "./families/numpy/index.ts";
import { type NpyReadOptions, npyBytes, parseNpy } from "./formats/npy/index.ts";
import { writeTo } from "./formats/pickle/dump.ts";
import { dumps as dumpsPickle, loads as loadsPickle, type Target } from "./formats/pickle/index.ts";
import { asBytes, type BytesLike, type SourceInput, toSource } from "./sources/index.ts";

export { BrineError, FormatError, isBrineError, LimitError, TruncatedError, UnsupportedError } from "./core/errors.ts";
export {
  type ArrayData,
  type ArrayOptions,
  array,
  DType,
  type DTypeSpec,
  dtype,
  type Field,
  type Index,
  MaskedArray,
  type MaskedOptions,
  masked,
  NDArray,
  NumpyScalar,
  type RecordSpec,
  type SliceLike,
  SubclassArray,
  type TypedData,
} from "./core/ndarray/index.ts";
export {
  type ArrayClassSpec,
  defineArrayClass,
  NumpyRandom,
  numpy,
  numpyFor,
  Poly1d,
  type RandomKind,
} from "./families/numpy/index.ts";

/** Options of {@link loads}; NumPy's names where NumPy has them. */
export interface NpyLoadOptions {
  /** Read arrays of objects, which are pickles; nothing in them is run, but it may be anything (false). */
  allowPickle?: boolean;
  /** Codec of text in pickles of Python 2 ("ASCII"). */
  encoding?: string;
  /** Longest header in bytes (10000; no limit with `allowPickle`). */
  maxHeaderSize?: number;
}

/** Options of {@link load}. */
export interface NpyLoadAsyncOptions extends NpyLoadOptions {
  signal?: AbortSignal;
  /** Called as bytes come in; `total` where it is known. */
  onProgress?: (read: number, total: number | undefined) => void;
}

/** Options of {@link dumps} and {@link save}. */
export interface NpySaveOptions {
  /** Write arrays of objects, as pickles (true, as in NumPy). */
  allowPickle?: boolean;
}

function readOptions({ allowPickle, encoding = "ASCII", maxHeaderSize }: NpyLoadOptions): NpyReadOptions {
  const loadPickle = allowPickle
    ? (bytes: Uint8Array) => loadsPickle(bytes, { packs: [numpy], encoding, copy: true })
    : undefined;
  return { loadPickle, maxHeaderSize };
}

/** Says what to do with an archive, which is no single array. */
function refuseZip(head: Uint8Array): void {
  if (head[0] === 0x50 && head[1] === 0x4b) {
    throw new UnsupportedError("npz", "this is a zip of arrays (npz), which brine cannot read yet", { format: "npz" });
  }
}

/**
 * Reads an npy file from bytes, into memory of its own. Throws `FormatError` for a bad header, `TruncatedError` where
 * bytes are missing, `UnsupportedError` for objects without `allowPickle` (numpy.load).
 *
 * @example
 * ```ts
 * loads(dumps(array([1, 2, 3]))).shape; // [3]
 * ```
 */
export function loads(data: BytesLike, options: NpyLoadOptions = {}): NDArray {
  const bytes = asBytes(data);
  if (bytes === null) throw new TypeError("an npy file is bytes: give a Uint8Array or an ArrayBuffer");
  refuseZip(bytes);
  return runSync(parseNpy(readOptions(options)), bytes);
}

/**
 * Reads an npy file from a path, URL, `Blob`, `Response`, stream or bytes. Throws as {@link loads}, and `SourceError`
 * when the source fails (numpy.load).
 *
 * @example
 * ```ts
 * const weights = await load("weights.npy");
 * ```
 */
export async function load(input: SourceInput, options: NpyLoadAsyncOptions = {}): Promise<NDArray> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const source = await toSource(input, signal);
  try {
    const reading: RunOptions = { signal, onProgress };
    const reader = new Reader(source, reading);
    refuseZip((await reader.window(0, 2, false)).bytes);
    return await run(parseNpy(readOptions(options)), reader, signal);
  } catch (e) {
    throw withPath(e, source.name);
  } finally {
    await source.close?.();
  }
}

/**
 * The bytes of an npy file, as NumPy writes it; typed and nested arrays are made arrays first. Throws `TypeError` for
 * what cannot be an array (numpy.save).
 *
 * @example
 * ```ts
 * dumps(new Float32Array(4)).length; // 144
 * ```
 */
export function dumps(value: NDArray | unknown, { allowPickle = true }: NpySaveOptions = {}): Uint8Array {
  const made = value instanceof NDArray ? value : array(value);
  const dumpPickle = (objects: NDArray): Uint8Array => dumpsPickle(objects, { packs: [numpy], protocol: 4 });
  return npyBytes(made, { dumpPickle: allowPickle ? dumpPickle : undefined });
}

/**
 * Writes an npy file to a path (which is replaced as a whole or not at all), a `WritableStream`, which is closed, or
 * anything with `write`. Throws as {@link dumps}, and `SourceError` when the target fails (numpy.save).
 *
 * @example
 * ```ts
 * await save("x.npy", array([[1, 2], [3, 4]]));
 * ```
 */
export async function save(target: Target, value: NDArray | unknown, options: NpySaveOptions = {}): Promise<void> {
  const bytes = dumps(value, options);
  if (typeof target === "string" || target instanceof URL) return writePath(target, bytes);
  await writeTo(target, bytes);
  if ("getWriter" in target) await (target as WritableStream).close();
}
