/**
 * What the pickle room's functions can be told.
 *
 * @module
 */
import type { Pack } from "../../core/pack.ts";
import type { PickleBuffer, PyGlobal } from "../../core/values/scalars.ts";

/** Amounts a pickle may ask for; a breach is a `LimitError`. */
export interface Limits {
  /** Bytes read into memory from a source whose size is not known, and bytes that a compressed file unpacks to (2 GiB). */
  maxBytes?: number;
  /** How many times larger than its file a compressed one may become, beyond 64 MiB (1000). */
  maxRatio?: number;
  /** Digits of an int that is written as text, in protocols 0 and 1 (1 000 000); nine always may be. */
  maxDigits?: number;
  /** Tuples and frozensets, counted with all inside, that one key of a dict or set is made of (100 000). */
  maxKeyNodes?: number;
  /** Bytes, roughly, of all values made from one pickle (1 GiB, or 64 times the bytes read when that is more). */
  maxAlloc?: number;
}

/** Options of everything that reads pickles; Python's names where Python has them. */
export interface LoadOptions {
  /** Codec of Python 2 `str` ("ASCII" as in Python); "bytes" keeps them as bytes. */
  encoding?: string;
  /** What to do with bytes the codec cannot read: "strict", "ignore", "replace", "surrogateescape"… */
  errors?: string;
  /** Map Python 2 names to Python 3 below protocol 3 (true). */
  fixImports?: boolean;
  /** Out-of-band buffers, in the order in which they were written. */
  buffers?: Iterable<Uint8Array | PickleBuffer> | null;
  /** "auto": int is a number when safe, else a bigint; "bigint": every int is a bigint, every number a float. */
  ints?: "auto" | "bigint";
  /** What a dict becomes: `PyDict`, a `Map`, or a null-prototype object (which refuses keys that are not text). */
  dicts?: "pydict" | "map" | "object";
  /** Give byte strings their own memory instead of views of the input. */
  copy?: boolean;
  /** Resolves persistent ids. */
  persistentLoad?: (id: unknown) => unknown;
  /** Sees every global first: gives a registered class, another name as a `PyGlobal`, or any value; undefined leaves it to the packs. */
  findClass?: (module: string, name: string) => unknown;
  /** Extension codes (copyreg.add_extension): code to `[module, name]`. */
  extensions?: ReadonlyMap<number, readonly [string, string]> | Readonly<Record<number, readonly [string, string]>>;
  /** Further packs; earlier ones win. */
  packs?: readonly Pack[];
  /** Registered classes and functions (`defineClass`, `defineFunction`). */
  classes?: readonly Pack[];
  /** Names that moved: a module, or `module.name`, to its new place. */
  renames?: Readonly<Record<string, string>>;
  /** Unknown names: inert stand-ins, an `UnsafeError`, or one for all that is not listed (`module.name`). */
  globals?: "inert" | "error" | readonly string[];
  limits?: Limits;
}

/** Options of `load`. */
export interface LoadAsyncOptions extends LoadOptions {
  signal?: AbortSignal;
  /** Called as bytes come in; `total` where it is known. */
  onProgress?: (read: number, total: number | undefined) => void;
}

/** Options of everything that writes pickles. */
export interface DumpOptions {
  /** 0 to 5; negative means the highest (4). */
  protocol?: number;
  /** Map Python 3 names to Python 2 below protocol 3 (true). */
  fixImports?: boolean;
  /** Takes buffers out of the stream (protocol 5); true keeps the buffer in. */
  bufferCallback?: ((buffer: PickleBuffer) => unknown) | null;
  /** A persistent id of a value, or undefined. */
  persistentId?: (value: unknown) => unknown;
  /** Reducers by JavaScript class, before all others. */
  // biome-ignore lint/suspicious/noExplicitAny: a table of reducers of different classes
  dispatchTable?: ReadonlyMap<unknown, (value: any) => unknown>;
  /** Sees every value that is no basic one; undefined leaves it to the rest. */
  reducerOverride?: (value: unknown) => unknown;
  packs?: readonly Pack[];
  classes?: readonly Pack[];
  /** `(module, name) => code` by table `module.name`. */
  extensions?: ReadonlyMap<number, readonly [string, string]> | Readonly<Record<number, readonly [string, string]>>;
  /** Exactly the bytes of CPython's C pickler. */
  canonical?: boolean;
  /** What a frozen array is: a tuple, or (for programs that freeze their data) a list. */
  frozen?: "tuple" | "list";
  /** What `undefined` is: an error, or None. */
  undefinedAs?: "error" | "none";
  /** Every number is a float and every bigint an int, as `ints: "bigint"` reads them. */
  ints?: "auto" | "bigint";
  /** No memo: faster, but shared values are written again and cycles refused. */
  fast?: boolean;
}

/** A class or function by name, or what stands for it. */
export type GlobalValue = PyGlobal | unknown;
