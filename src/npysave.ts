/**
 * Writing npy and npz files.
 *
 * @module
 */
import { writePath } from "#platform";
import { array, NDArray, type TypedData, typedDType } from "./core/ndarray/index.ts";
import { PyDict } from "./core/values/index.ts";
import { isPlain } from "./core/values/repr.ts";
import { numpy } from "./families/numpy/index.ts";
import { type NpyWriteOptions, npyBytes, npyFlat, npyParts } from "./formats/npy/index.ts";
import { npzPieces, npzPiecesAsync } from "./formats/npz/index.ts";
import { writeTo } from "./formats/pickle/dump.ts";
import { dumps as dumpsPickle, type Target } from "./formats/pickle/index.ts";

/** Options of {@link dumps}, {@link save} and {@link savez}. */
export interface NpySaveOptions {
  /** Write arrays of objects, as pickles (true, as in NumPy). */
  allowPickle?: boolean;
  /** Use names that Python 2 knows in such pickles (true; pickles of protocol 4 have none). */
  fixImports?: boolean;
}

/** Arrays for an npz: a list (`arr_0`, `arr_1`…), or by name; typed and nested arrays are made arrays. */
export type Arrays = readonly unknown[] | ReadonlyMap<string, unknown> | PyDict | Readonly<Record<string, unknown>>;

function writeOptions({ allowPickle = true, fixImports = true }: NpySaveOptions): NpyWriteOptions {
  const dumpPickle = (objects: NDArray): Uint8Array =>
    dumpsPickle(objects, { packs: [numpy], protocol: 4, fixImports });
  return { dumpPickle: allowPickle ? dumpPickle : undefined };
}

function made(value: unknown): NDArray {
  return value instanceof NDArray ? value : array(value);
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
export function dumps(value: NDArray | unknown, options: NpySaveOptions = {}): Uint8Array {
  const dtype = typedDType(value);
  return dtype === null ? npyBytes(made(value), writeOptions(options)) : npyFlat(dtype, value as TypedData);
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
  await put(target, npyParts(made(value), writeOptions(options)));
}

function named(arrays: Arrays): Map<string, NDArray> {
  const out = new Map<string, NDArray>();
  let pairs: Iterable<readonly [unknown, unknown]>;
  if (Array.isArray(arrays)) pairs = arrays.map((item, i) => [`arr_${i}`, item] as const);
  else if (arrays instanceof Map || arrays instanceof PyDict) pairs = arrays as Iterable<readonly [unknown, unknown]>;
  else if (isPlain(arrays)) pairs = Object.entries(arrays);
  else throw new TypeError("an npz is made of a list, a Map or an object of arrays");
  for (const [name, item] of pairs) {
    if (typeof name !== "string") throw new TypeError(`the name of an array is text, not a ${typeof name}`);
    out.set(name, made(item));
  }
  return out;
}

/** Options of {@link dumpsNpz}. */
export interface NpzSaveOptions extends NpySaveOptions {
  /** Pack the arrays by deflate (false). */
  compressed?: boolean;
}

/**
 * The bytes of an npz file, as `numpy.savez` writes it. Throws as {@link dumps}.
 *
 * @example
 * ```ts
 * loads<NpzFile>(dumpsNpz({ x: [1, 2] })).files; // ["x"]
 * ```
 */
export function dumpsNpz(arrays: Arrays, options: NpzSaveOptions = {}): Uint8Array {
  const pieces = npzPieces(named(arrays), { ...writeOptions(options), compressed: options.compressed });
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/**
 * Writes arrays into an npz file that is not packed, to the targets of {@link save}. Throws as it does (numpy.savez).
 *
 * @example
 * ```ts
 * await savez("weights.npz", { w: new Float32Array(4), b: [0, 1] });
 * await savez("list.npz", [[1, 2], [3, 4]]); // arr_0, arr_1
 * ```
 */
export async function savez(target: Target, arrays: Arrays, options: NpySaveOptions = {}): Promise<void> {
  await put(target, npzPieces(named(arrays), writeOptions(options)));
}

/**
 * Writes arrays into an npz file, packed by deflate. Throws as {@link savez} (numpy.savez_compressed).
 *
 * @example
 * ```ts
 * await savezCompressed("weights.npz", { w: new Float32Array(4) });
 * ```
 */
export async function savezCompressed(target: Target, arrays: Arrays, options: NpySaveOptions = {}): Promise<void> {
  await put(target, await npzPiecesAsync(named(arrays), { ...writeOptions(options), compressed: true }));
}

async function put(target: Target, pieces: readonly Uint8Array[]): Promise<void> {
  if (typeof target === "string" || target instanceof URL) return writePath(target, ...pieces);
  for (const piece of pieces) await writeTo(target, piece);
  if ("getWriter" in target) await (target as WritableStream).close();
}
