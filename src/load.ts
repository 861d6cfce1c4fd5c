/**
 * `load` and `loads` of any file that brine reads: the format is found by the first bytes.
 *
 * @module
 */
import type { Source } from "./core/bytes/parse.ts";
import { withPath } from "./core/errors.ts";
import {
  type AllOf,
  type LoadAsyncOptions,
  type Loaded,
  type LoadOptions,
  loadAll as loadAllPickles,
  load as loadPickle,
  loads as loadsPickle,
  type SchemaOption,
} from "./formats/pickle/index.ts";
import { demandPickle, HEAD } from "./sniff.ts";
import { asBytes, type BytesLike, type SourceInput, toSource } from "./sources/index.ts";

/**
 * Reads one value from bytes, whatever format they are in (now: pickle). Throws `UnsupportedError` naming the format
 * of bytes that are something else, and as `loads` of `brine/pickle`.
 *
 * @example
 * ```ts
 * loads(dumps([1, "a"])); // [1, "a"]
 * ```
 */
export function loads<T = unknown>(data: BytesLike, options?: LoadOptions): T {
  const bytes = asBytes(data);
  if (bytes !== null) demandPickle(bytes);
  return loadsPickle<T>(data, options);
}

/**
 * Reads one value from a path, URL, `Blob`, `Response`, stream, file-like object or bytes. Throws `UnsupportedError`
 * naming the format of what is no pickle, and as `load` of `brine/pickle`. File-like objects are not looked into.
 *
 * @example
 * ```ts
 * const value = await load("cache.pkl");
 * ```
 */
export async function load<T>(source: SourceInput, options: LoadAsyncOptions & SchemaOption<T>): Promise<T>;
export async function load<T = unknown>(source: SourceInput, options?: LoadAsyncOptions): Promise<T>;
export async function load<T>(input: SourceInput, options: LoadAsyncOptions = {}): Promise<T> {
  return loadPickle<T>(await looked(input, options), options);
}

/**
 * Reads the values that stand one after another in a source. Throws as {@link load}.
 *
 * @example
 * ```ts
 * for await (const { value, end } of loadAll("log.pkl")) console.log(value, end);
 * ```
 */
export async function* loadAll<T = unknown>(
  input: SourceInput,
  options: LoadAsyncOptions = {},
): AsyncGenerator<Loaded<T>> {
  const all = loadAllPickles<T>(await looked(input, options), options) as AllOf<T, string>;
  yield* all;
}

/** The input, looked at; a stream's first bytes are given out again. */
async function looked(input: SourceInput, { signal }: LoadAsyncOptions): Promise<SourceInput> {
  signal?.throwIfAborted();
  const bytes = asBytes(input);
  if (bytes !== null) {
    demandPickle(bytes);
    return input;
  }
  const source = await toSource(input, signal);
  if (source.line) return source;
  try {
    let head: Uint8Array | null = await source.next(HEAD, signal);
    demandPickle(head, source.name);
    const again: Source = {
      size: source.size,
      name: source.name,
      next(size, signal) {
        const first = head;
        head = null;
        return first === null ? source.next(size, signal) : Promise.resolve(first);
      },
      close: () => source.close?.(),
    };
    if (source.read) again.read = (spans, signal) => source.read!(spans, signal);
    return again;
  } catch (e) {
    await source.close?.();
    throw withPath(e, source.name);
  }
}
