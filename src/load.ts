/**
 * `load` and `loads` of any file that brine reads: the format is found by the first bytes.
 *
 * @module
 */
import { type ArrayHead, arraysFrom, arraysNow, mayBecomeArrays, mayHoldArrays } from "./arrays.ts";
import { boxFrom, boxOf, mayBeBox, type Shell } from "./boxes.ts";
import type { Source } from "./core/bytes/parse.ts";
import { type Codec, joined } from "./core/codecs/index.ts";
import { LimitError, withPath } from "./core/errors.ts";
import {
  type AllOf,
  type Limits,
  type LoadAsyncOptions,
  type Loaded,
  type LoadOptions,
  loadAll as loadAllPickles,
  load as loadPickle,
  loads as loadsPickle,
  type SchemaOption,
} from "./formats/pickle/index.ts";
import { checked } from "./formats/pickle/schema.ts";
import { eachWithFamilies, withFamilies } from "./lazy.ts";
import { withPacks } from "./packs.ts";
import { MAX_NESTING, mayBeShell, peeled, peeledBytes, shellOf } from "./shells.ts";
import { demandPickle, HEAD, isHdf5, isTorch } from "./sniff.ts";
import { asBytes, type BytesLike, inMemory, type SourceInput, toSource } from "./sources/index.ts";

/**
 * Reads one value from bytes, whatever format they are in: pickle, joblib, npy (an array) and npz (the dict of its
 * arrays), also packed by gzip, zlib, bz2, xz, lzma, lz4 or zstd. Throws `UnsupportedError` naming the format of bytes that are something else, `LimitError` for a bomb,
 * and as `loads` of `brine/pickle`.
 *
 * @example
 * ```ts
 * loads(dumps([1, "a"])); // [1, "a"]
 * ```
 */
export function loads<T = unknown>(data: BytesLike, options: LoadOptions = {}): T {
  let bytes = asBytes(data);
  if (bytes === null) return loadsPickle<T>(data, withPacks(options));
  bytes = peeledBytes(bytes, options.limits, [], [], boxOf);
  if (mayHoldArrays(bytes)) return arraysNow(bytes, options) as T;
  demandPickle(bytes);
  return loadsPickle<T>(bytes, withPacks(options));
}

/**
 * Reads one value from a path, URL, `Blob`, `Response`, stream, file-like object or bytes: pickle, joblib, npy (an
 * array), npz (the dict of its arrays; `brine/numpy` reads them one by one) and skops (an estimator); gzip, zlib, bz2, xz, lzma, lz4 and zstd are
 * unpacked on the way; HDF5 comes as an open file (`AsyncFile` of `brine/hdf5`), read when asked. Throws `UnsupportedError` naming the format of what is none of these, `LimitError` for a bomb,
 * and as `load` of `brine/pickle`. File-like objects are not looked into. Estimators of scikit-learn come back able to
 * predict: their code is fetched when the file holds some, as is that of pandas' frames. A file of torch.save gives its value, with
 * all tensors (`open` of `brine/torch` reads them one by one).
 *
 * @example
 * ```ts
 * const value = await load("cache.pkl");
 * ```
 */
export async function load<T>(
  source: SourceInput,
  options: LoadAsyncOptions & SchemaOption<T>,
): Promise<Exclude<T, undefined>>;
export async function load<T = unknown>(source: SourceInput, options?: LoadAsyncOptions): Promise<T>;
export async function load<T>(input: SourceInput, options: LoadAsyncOptions = {}): Promise<T> {
  return withFamilies(input, options, (own, fresh) => loadOnce<T>(fresh, own));
}

async function loadOnce<T>(input: SourceInput, options: LoadAsyncOptions): Promise<T> {
  const seen: Seen = { arrays: null, hdf5: false, torch: false, boxFrom };
  const found = await looked(input, options, [], seen);
  if (seen.hdf5) return (await openedHdf5(found, options)) as T;
  if (seen.torch) return loadedTorch<T>(found, options);
  if (seen.arrays === null) return loadPickle<T>(found, withPacks(options));
  const value = await arraysFrom(found, seen.arrays, options);
  const { schema } = options as Partial<SchemaOption<T>>;
  return schema === undefined ? (value as T) : checked(await schema["~standard"].validate(value));
}

/**
 * Reads the values that stand one after another in a source; offsets count what came out of a shell. An npy or npz file
 * has one. Throws as {@link load}.
 *
 * @example
 * ```ts
 * for await (const { value, end } of loadAll("log.pkl")) console.log(value, end);
 * ```
 */
export function loadAll<T = unknown>(input: SourceInput, options: LoadAsyncOptions = {}): AsyncGenerator<Loaded<T>> {
  return eachWithFamilies(input, options, (own, fresh) => loadEach<T>(fresh, own));
}

/** @internal As {@link loadAll}, with the packs of the options alone. */
export async function* loadEach<T = unknown>(
  input: SourceInput,
  options: LoadAsyncOptions = {},
): AsyncGenerator<Loaded<T>> {
  const seen: Seen = { arrays: null, hdf5: false, torch: false, boxFrom };
  const found = await looked(input, options, [], seen);
  if (seen.hdf5) {
    yield { value: (await openedHdf5(found, options)) as T, start: 0, end: sizeOf(found) };
    return;
  }
  if (seen.torch) {
    yield { value: await loadedTorch<T>(found, options), start: 0, end: sizeOf(found) };
    return;
  }
  if (seen.arrays === null) yield* loadAllPickles<T>(found, withPacks(options)) as AllOf<T, string>;
  else {
    yield { value: (await arraysFrom(found, seen.arrays, options)) as T, start: 0, end: sizeOf(found) };
  }
}

function sizeOf(input: SourceInput): number {
  return asBytes(input)?.length ?? (input as Source).size ?? 0;
}

/** An HDF5 file, open: its parts are read when they are asked for. */
async function openedHdf5(input: SourceInput, { signal }: LoadAsyncOptions): Promise<unknown> {
  const { open } = await import("./formats/hdf5/index.ts");
  return open(input, signal === undefined ? {} : { signal });
}

/** What was saved in a file of torch, its tensors in memory. */
async function loadedTorch<T>(input: SourceInput, options: LoadAsyncOptions): Promise<T> {
  const { load } = await import("./torch.ts");
  return load<T>(input, options);
}

/** What a look found, beside a pickle. */
interface Seen {
  arrays: ArrayHead | null;
  hdf5: boolean;
  torch: boolean;
  /** Takes files out of archives. */
  readonly boxFrom: typeof boxFrom;
}

/** Takes note of arrays where these are wanted; refuses everything else that is no pickle. */
function take(head: Uint8Array, path: string | undefined, seen: Seen | undefined): void {
  if (seen !== undefined && isHdf5(head)) seen.hdf5 = true;
  else if (seen !== undefined && isTorch(head)) seen.torch = true;
  else if (seen !== undefined && mayHoldArrays(head)) seen.arrays = { head };
  else demandPickle(head, path);
}

/** The input, looked at: a pickle, taken out of its shells; a stream's first bytes are given out again. */
export async function looked(
  input: SourceInput,
  { signal, limits }: LoadAsyncOptions,
  more: readonly Codec[] = [],
  seen?: Seen,
  onShell?: (shell: Shell) => void,
): Promise<SourceInput> {
  signal?.throwIfAborted();
  const bytes = asBytes(input);
  if (bytes !== null && shellOf(bytes, more) === null && !(seen && mayBeBox(bytes))) {
    take(bytes, undefined, seen);
    return input;
  }
  const source = await toSource(input, signal);
  return source.line ? source : opened(source, signal, limits, more, seen, onShell);
}

/** A source taken out of its shells; closed where that fails. */
export async function opened(
  outer: Source,
  signal: AbortSignal | undefined,
  limits: Limits | undefined,
  more: readonly Codec[],
  seen?: Seen,
  onShell?: (shell: Shell) => void,
): Promise<Source> {
  let source = outer;
  try {
    for (let depth = 0; ; depth++) {
      const head = await headOf(source, signal, more);
      source = again(source, head);
      const shell = shellOf(head, more);
      const boxed = shell === null && mayBeBox(head) ? seen?.boxFrom : undefined;
      const within = (await boxed?.(source, head, limits, signal)) ?? null;
      if (within !== null) source = within.source;
      const found = shell ?? within?.box?.shell ?? null;
      if (found === null) {
        take(head, source.name, seen);
        return source;
      }
      if (depth === MAX_NESTING) throw new LimitError("maxNesting", MAX_NESTING, depth + 1, { format: found.name });
      onShell?.(found);
      if (shell !== null) source = peeled(source, shell, limits);
      else if (within?.box) {
        await source.close?.();
        source = inMemory(within.box.content, source.name);
      }
    }
  } catch (e) {
    await source.close?.();
    throw withPath(e, source.name);
  }
}

/** The first bytes: as many as come at once, since a pickle may be short and what follows it late. */
async function headOf(source: Source, signal: AbortSignal | undefined, more: readonly Codec[]): Promise<Uint8Array> {
  let head = await source.next(HEAD, signal);
  while (mayBeShell(head, more) || mayBecomeArrays(head)) {
    const next = await source.next(HEAD, signal);
    if (next.length === 0) break;
    head = joined([head, next]);
  }
  return head;
}

/** The source with its first bytes put back. */
function again(source: Source, first: Uint8Array): Source {
  let head: Uint8Array | null = first;
  const whole: Source = {
    size: source.size,
    name: source.name,
    most: source.most,
    streaming: source.streaming,
    next(size, signal) {
      const given = head;
      head = null;
      return given === null ? source.next(size, signal) : Promise.resolve(given);
    },
    close: () => source.close?.(),
  };
  if (source.fill) {
    whole.fill = async (into, signal) => {
      if (head === null) return source.fill!(into, signal);
      const given = head.subarray(0, into.length);
      head = given.length < head.length ? head.subarray(given.length) : null;
      into.set(given);
      return given.length + (given.length < into.length ? await source.fill!(into.subarray(given.length), signal) : 0);
    };
  }
  if (source.read) whole.read = (spans, signal) => source.read!(spans, signal);
  if (source.beside) whole.beside = (name) => source.beside!(name);
  return whole;
}
