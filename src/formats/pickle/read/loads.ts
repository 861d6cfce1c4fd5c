/**
 * `loads` and the class behind it.
 *
 * @module
 */
import type { Pack } from "../../../core/pack.ts";
import { convertDicts } from "../../../core/values/convert.ts";
import type { LoadOptions } from "../options.ts";
import { stdlib } from "../stdlib.ts";
import { Globals } from "./globals.ts";
import { type Parsed, parseWhole } from "./parse.ts";

/** What may be given as bytes. */
export type BytesLike = Uint8Array | ArrayBuffer | ArrayBufferView;

/** The bytes of a buffer or view, without a copy. */
export function toBytes(data: BytesLike): Uint8Array {
  // Pieces of a Buffer are Buffers, and its `slice` copies nothing.
  if (data instanceof Uint8Array && data.constructor === Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (typeof SharedArrayBuffer !== "undefined" && (data as unknown) instanceof SharedArrayBuffer)
    return new Uint8Array(data as unknown as ArrayBuffer);
  throw new TypeError("a pickle is bytes: give a Uint8Array or an ArrayBuffer (load takes paths and streams)");
}

const DEFAULTS: LoadOptions = {};
const PACKS: readonly Pack[] = [stdlib];

/** The resolver of names for one load. */
export function globalsFor(options: LoadOptions): Globals {
  return new Globals(options, PACKS);
}

/** Applies what the options say of finished values. */
export function finish(value: unknown, options: LoadOptions): unknown {
  return options.dicts === undefined || options.dicts === "pydict" ? value : convertDicts(value, options.dicts);
}

/** A resolver of default options that has resolved nothing yet, and so may serve again. */
let fresh: Globals | null = null;

function parseDefault(bytes: Uint8Array): unknown {
  const globals = fresh ?? globalsFor(DEFAULTS);
  fresh = null;
  const { value } = parseWhole(globals, 0, bytes, false);
  if (!globals.used) fresh = globals;
  return value;
}

function parseAt(bytes: Uint8Array, at: number, options: LoadOptions): Parsed {
  const parsed = parseWhole(globalsFor(options), at, bytes, options.copy === true);
  return { value: finish(parsed.value, options), end: parsed.end };
}

/**
 * Reads one pickle from bytes (protocols 0 to 5); bytes after it are left alone.
 *
 * Byte strings are views of the input unless `copy` is set. Throws `UnpicklingError` with the offset and opcode for
 * anything Python's unpickler would refuse (Python: `pickle.loads`).
 *
 * @example
 * ```ts
 * loads(dumps([1, "a"])); // [1, "a"]
 * ```
 */
export function loads<T = unknown>(data: BytesLike, options: LoadOptions = DEFAULTS): T {
  if (options === DEFAULTS) return parseDefault(toBytes(data)) as T;
  return parseAt(toBytes(data), 0, options).value as T;
}

/** One of several pickles in a file. */
export interface Loaded<T = unknown> {
  value: T;
  /** Offset at which the pickle began. */
  start: number;
  /** Offset of the byte after its STOP. */
  end: number;
}

/**
 * Reads the pickles that stand one after another in bytes.
 *
 * @example
 * ```ts
 * for (const { value, end } of loadsAll(bytes)) console.log(value, end);
 * ```
 */
export function* loadsAll<T = unknown>(data: BytesLike, options: LoadOptions = {}): Generator<Loaded<T>> {
  const bytes = toBytes(data);
  for (let start = 0; start < bytes.length; ) {
    const { value, end } = parseAt(bytes, start, options);
    yield { value: value as T, start, end };
    start = end;
  }
}
