/**
 * The objects that stand for arrays in joblib's pickles, of all its generations.
 *
 * Source: joblib/numpy_pickle.py and numpy_pickle_compat.py.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import { DType } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { isTuple, type PyTuple } from "../../core/values/tuple.ts";

function refuse(what: string): FormatError {
  return new FormatError(`an array of joblib is damaged: ${what}`, { format: "joblib" });
}

/** Attributes by name; a pickle of Python 2 read with `encoding: "bytes"` has names of bytes. */
function attributes(state: unknown): Map<string, unknown> {
  if (!(state instanceof PyDict)) throw refuse("its state is no dict");
  const all = new Map<string, unknown>();
  for (const [key, value] of state) all.set(textOf(key, "a name"), value);
  return all;
}

function textOf(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return String.fromCharCode(...value.subarray(0, 4096));
  throw refuse(`${what} is no text`);
}

function lengthOf(value: unknown): number {
  const n = typeof value === "bigint" ? Number(value) : value;
  if (typeof n !== "number" || !Number.isSafeInteger(n) || n < 0) throw refuse("a length is none");
  return n;
}

function classOf(value: unknown): PyGlobal | null {
  if (value instanceof PyGlobal) return value;
  // A class that a pack knows by its JavaScript class has no name here; the array is then a plain one.
  return null;
}

/** joblib's own class, until its state is known. */
export class Wrapper {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** `NumpyArrayWrapper`, 0.10 and later: the items stand in the stream. */
export interface InStream {
  readonly cls: PyGlobal | null;
  readonly shape: readonly number[];
  readonly order: "C" | "F";
  readonly dtype: DType;
  readonly allowMmap: boolean;
  /** Does a padding stand before the items? Since 1.2. */
  readonly padded: boolean;
}

export function inStream(state: unknown): InStream {
  const all = attributes(state);
  const shape = all.get("shape");
  const dtype = all.get("dtype");
  if (!isTuple(shape)) throw refuse("its shape is no tuple");
  if (!(dtype instanceof DType)) throw refuse("its dtype is none");
  const order = textOf(all.get("order"), "its order");
  if (order !== "C" && order !== "F") throw refuse(`its order is "${order}"`);
  const alignment = all.get("numpy_array_alignment_bytes") ?? null;
  if (alignment !== null && typeof alignment !== "number" && typeof alignment !== "bigint") {
    throw refuse("its alignment is no number");
  }
  return {
    cls: classOf(all.get("subclass")),
    shape: shape.map(lengthOf),
    order,
    dtype,
    allowMmap: all.get("allow_mmap") === true,
    padded: alignment !== null,
  };
}

/** `NDArrayWrapper`, up to 0.9: the array is an npy file beside the pickle. */
export interface InFile {
  readonly name: string;
  readonly cls: PyGlobal | null;
}

/** `ZNDArrayWrapper`, up to 0.9: the items are a packed file beside the pickle. */
export interface InZFile {
  readonly name: string;
  readonly cls: PyGlobal | null;
  readonly state: PyTuple;
}

/** The name of a companion: one beside the pickle, and nowhere else. */
function nameOf(value: unknown): string {
  const name = textOf(value, "the name of its file");
  if (name === "" || name === "." || name === ".." || /[/\\:\0]/.test(name)) {
    throw refuse(`"${name}" is no name of a file beside this one`);
  }
  return name;
}

export function inFile(state: unknown): InFile {
  const all = attributes(state);
  return { name: nameOf(all.get("filename")), cls: classOf(all.get("subclass")) };
}

export function inZFile(state: unknown): InZFile {
  const all = attributes(state);
  const args = all.get("init_args");
  const inner = all.get("state");
  if (!isTuple(args) || args.length < 1 || !isTuple(inner)) throw refuse("its parts are missing");
  return { name: nameOf(all.get("filename")), cls: classOf(args[0]), state: inner };
}
