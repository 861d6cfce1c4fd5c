/**
 * `load` and `loadAll`: pickles from any source, window by window.
 *
 * @module
 */
import { runSync, type Source } from "../../core/bytes/parse.ts";
import { Reader, type RunOptions, run } from "../../core/bytes/reader.ts";
import { withPath } from "../../core/errors.ts";
import { asBytes, type BytesLike, type SourceInput, toSource } from "../../sources/index.ts";
import type { LoadAsyncOptions, LoadOptions } from "./options.ts";
import { finish, globalsFor, type Loaded, loadsAll } from "./read/loads.ts";
import { type Parsed, parsePickle } from "./read/parse.ts";
import { checked, type Schema } from "./schema.ts";

/** Options of `load` and `loadAll` with a schema that checks and types what is read. */
export interface SchemaOption<T> {
  /** A Standard Schema (Zod, Valibot, ArkType…); most want plain objects: `dicts: "object"`. */
  schema: Schema<T>;
}

/** How a source is read under these options. */
export function runOptions(options: LoadAsyncOptions): RunOptions {
  const { signal, onProgress, limits } = options;
  return { signal, onProgress, maxBytes: limits?.maxBytes };
}

/** Reads the pickle at the reader's place and moves behind it. */
export async function readNext(reader: Reader, options: LoadAsyncOptions): Promise<Parsed> {
  const parsed = await run(parsePickle(globalsFor(options), reader.at, null, true), reader, options.signal);
  reader.skipTo(parsed.end);
  return { value: finish(parsed.value, options), end: parsed.end };
}

async function validated<T>(value: unknown, options: LoadAsyncOptions, name?: string): Promise<T> {
  const { schema } = options as Partial<SchemaOption<T>>;
  return schema === undefined ? (value as T) : checked(await schema["~standard"].validate(value), name);
}

/**
 * Reads one pickle from a path, URL, `Blob`, `Response`, stream, iterable of bytes, file-like object or bytes
 * (Python: `pickle.load`). The values own their memory.
 *
 * A file-like object (`read(n)` and `readline()`) is left right behind the pickle, so that the next call gives the
 * next one; everything else is closed. Throws `UnpicklingError` for bad data, `SourceError` for what cannot be read,
 * `LimitError`, `FormatError` when `schema` refuses, and the signal's reason when aborted.
 *
 * @example
 * ```ts
 * const value = await load(new Blob([dumps([1, 2])])); // [1, 2]
 * ```
 */
export async function load<T>(
  source: SourceInput,
  options: LoadAsyncOptions & SchemaOption<T>,
): Promise<Exclude<T, undefined>>;
export async function load<T = unknown>(source: SourceInput, options?: LoadAsyncOptions): Promise<T>;
export async function load<T>(input: SourceInput, options: LoadAsyncOptions = {}): Promise<T> {
  options.signal?.throwIfAborted();
  const bytes = asBytes(input);
  if (bytes !== null) {
    const { value, end } = runSync(parsePickle(globalsFor(options), 0, bytes, true), bytes);
    options.onProgress?.(end, bytes.length);
    return validated(finish(value, options), options);
  }
  const source = await toSource(input, options.signal);
  try {
    const { value } = await readNext(new Reader(source, runOptions(options)), options);
    return await validated(value, options, source.name);
  } catch (e) {
    throw withPath(e, source.name);
  } finally {
    await source.close?.();
  }
}

/** Pickles one after another; over bytes they can be had without waiting, too. */
export type AllOf<T, I> = AsyncIterable<Loaded<T>> & (I extends BytesLike ? Iterable<Loaded<T>> : unknown);

/**
 * Reads the pickles that stand one after another in a source, each with the offsets where it began and ended. Bytes
 * can be read by a plain `for`, everything else by `for await`. Throws as {@link load} does.
 *
 * @example
 * ```ts
 * for (const { value, end } of loadAll(bytes)) console.log(value, end);
 * for await (const { value } of loadAll("log.pkl")) console.log(value);
 * ```
 */
export function loadAll<T, I extends SourceInput = SourceInput>(
  source: I,
  options: LoadAsyncOptions & SchemaOption<T>,
): AllOf<Exclude<T, undefined>, I>;
export function loadAll<T = unknown>(source: BytesLike, options?: LoadAsyncOptions): AllOf<T, BytesLike>;
export function loadAll<T = unknown>(source: SourceInput, options?: LoadAsyncOptions): AllOf<T, string>;
export function loadAll<T>(input: SourceInput, options: LoadAsyncOptions = {}): AllOf<T, SourceInput> {
  const all = { [Symbol.asyncIterator]: () => allAsync<T>(input, options) };
  const bytes = asBytes(input);
  if (bytes === null) return all;
  return Object.assign(all, { [Symbol.iterator]: () => allSync<T>(bytes, options) });
}

async function* allAsync<T>(input: SourceInput, options: LoadAsyncOptions): AsyncGenerator<Loaded<T>> {
  options.signal?.throwIfAborted();
  let source: Source | undefined;
  try {
    source = await toSource(input, options.signal);
    const reader = new Reader(source, runOptions(options));
    while (!(await reader.ended())) {
      const start = reader.at;
      const { value, end } = await readNext(reader, options);
      yield { value: await validated<T>(value, options, source.name), start, end };
    }
  } catch (e) {
    throw withPath(e, source?.name);
  } finally {
    await source?.close?.();
  }
}

function* allSync<T>(bytes: Uint8Array, options: LoadOptions): Generator<Loaded<T>> {
  const { schema } = options as Partial<SchemaOption<T>>;
  for (const { value, start, end } of loadsAll(bytes, options)) {
    const result = schema?.["~standard"].validate(value);
    if (result instanceof Promise) throw new TypeError("this schema is asynchronous: use for await");
    yield { value: result === undefined ? (value as T) : checked(result), start, end };
  }
}
