/**
 * The arrays of joblib's files, read from the stream or from the files beside it.
 *
 * @module
 */
import { type Parse, runSync, type Source, type Window } from "../../core/bytes/parse.ts";
import { zfile } from "../../core/codecs/index.ts";
import { FormatError, TruncatedError } from "../../core/errors.ts";
import { adoptBytes, LazyNDArray, type MmapMode, NDArray, SubclassArray, withOrder } from "../../core/ndarray/index.ts";
import type { StreamContext } from "../../core/pack.ts";
import type { PyGlobal } from "../../core/values/scalars.ts";
import { tuple } from "../../core/values/tuple.ts";
import { parseNpy, parseNpyHeader } from "../../formats/npy/index.ts";
import { arrayOfState } from "../numpy/index.ts";
import { isForeign, turnBytes } from "./order.ts";
import type { InFile, InStream, InZFile } from "./wrappers.ts";

/** What {@link joblibPack} is told. */
export interface JoblibPackOptions {
  /** Turn big-endian arrays to this machine's order, as joblib does unless arrays stay in their file (true). */
  ensureNativeByteOrder?: boolean;
  /** Python's warnings, one call each. */
  onWarning?: ((message: string) => void) | undefined;
  /** Leave arrays in their sources, and give {@link LazyNDArray}s of them. */
  lazy?: LazyArrays | undefined;
  /** Called when a file of a joblib before 0.10 is met. */
  onOld?: (() => void) | undefined;
}

/** Where arrays that stay in their files get their sources from. */
export interface LazyArrays {
  readonly mode: MmapMode;
  /** The pickle's own source, for one array more. */
  source(): Source;
  /** A file beside it was opened. */
  opened(source: Source): void;
  /** An array stays in that file, and closes it. */
  used(source: Source): void;
}

type Read = Parse<{ value: unknown; end: number }>;

const ALIGNMENT = 16;

function claims(shape: readonly number[], itemsize: number, at: number): number {
  let count = 1;
  for (const n of shape) count *= n;
  const size = count * itemsize;
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(size) || (itemsize === 0 && count > 2 ** 24)) {
    throw new FormatError(`an array claims the shape (${shape.join(", ")})`, { offset: at, format: "joblib" });
  }
  return size;
}

/** NumPy 1 gives back a matrix, and so do we; what a memory map was is an array. */
function asClass(made: NDArray, cls: PyGlobal | null): NDArray {
  if (cls === null || cls.name === "ndarray" || cls.name === "memmap") return made;
  return SubclassArray.of(made, cls);
}

/** The items of an array of 0.10 and later, from the offset behind its wrapper. */
export function* fromStream(w: InStream, at: number, context: StreamContext, options: JoblibPackOptions): Read {
  if (w.dtype.hasObject) {
    const { value, end } = yield* context.pickle(at);
    if (!(value instanceof NDArray)) {
      throw new FormatError("the pickle of an array of objects holds no array", { offset: at, format: "joblib" });
    }
    return { value, end };
  }
  let start = at;
  if (w.padded) {
    const { bytes } = (yield { kind: "more", at, need: 1, line: false }) as Window;
    if (bytes.length === 0) throw cut(at, 0, 1);
    start = at + 1 + (bytes[0] as number);
  }
  const size = claims(w.shape, w.dtype.itemsize, at);
  const end = start + size;
  if (options.lazy && w.allowMmap) return { value: lazyArray(w, start, at, options), end };
  const turned = options.ensureNativeByteOrder !== false && isForeign(w.dtype);
  const dtype = turned ? withOrder(w.dtype, "<") : w.dtype;
  if (size === 0) return { value: asClass(NDArray.fromBytes(dtype, new Uint8Array(0), w.shape), w.cls), end };
  let [bytes] = (yield { kind: "bytes", spans: [{ at: start, size }] }) as [Uint8Array];
  if (bytes.length < size) throw cut(start + bytes.length, bytes.length, size);
  if (turned) {
    if (!context.owned) bytes = bytes.slice();
    turnBytes(w.dtype, bytes);
  } else if (context.owned) {
    return { value: asClass(NDArray.over(dtype, adoptBytes(dtype, bytes), w.shape, w.order === "F"), w.cls), end };
  }
  const share = context.share || turned;
  const made = NDArray.fromBytes(dtype, bytes, w.shape, { order: w.order, share });
  return { value: asClass(made, w.cls), end };
}

function cut(at: number, there: number, wanted: number): TruncatedError {
  return new TruncatedError(`EOF: reading array data, expected ${wanted} bytes got ${there}`, {
    offset: at,
    format: "joblib",
  });
}

function lazyArray(w: InStream, start: number, at: number, { lazy, onWarning }: JoblibPackOptions): LazyNDArray {
  const { mode } = lazy as LazyArrays;
  const source = (lazy as LazyArrays).source();
  const made = new LazyNDArray(source, {
    dtype: w.dtype,
    shape: w.shape,
    order: w.order,
    byteOffset: start,
    mode: mode === "w+" ? "r+" : mode,
  });
  if (!w.padded && at % ALIGNMENT !== 0) {
    onWarning?.(
      `The memmapped array ${made} loaded from the file ${source.name} is not byte aligned. This may cause segmentation ` +
        "faults if this memmapped array is used in some libraries like BLAS or PyTorch. To get rid of this warning, " +
        "regenerate your pickle file with joblib >= 1.2.0. See https://github.com/joblib/joblib/issues/563 for more " +
        "details",
    );
  }
  return made;
}

/** An array of up to 0.9 in an npy file of its own. */
export function* fromFile(w: InFile, at: number, context: StreamContext, options: JoblibPackOptions): Read {
  options.onOld?.();
  if (options.lazy) {
    const made = yield* inItsFile(w, options.lazy);
    if (made !== null) return { value: made, end: at };
  }
  const [bytes] = (yield { kind: "open", name: w.name }) as [Uint8Array];
  const loadPickle = (pickle: Uint8Array): unknown => context.loads(pickle);
  const made = named(w.name, () => runSync(parseNpy({ loadPickle, share: true }), bytes));
  return { value: asClass(native(made, options), w.cls), end: at };
}

/** Longest header that is looked for: NumPy's limit, and what stands before it. */
const HEAD = 10012;

/** The array of an npy file that stays there; null for one of objects, and where the file cannot be read by ranges. */
function* inItsFile({ name }: InFile, lazy: LazyArrays): Parse<LazyNDArray | null> {
  let source: Source | undefined;
  const keep = (opened: Source): void => {
    source = opened;
    lazy.opened(opened);
  };
  const [head] = (yield { kind: "open", name, head: HEAD, keep }) as [Uint8Array];
  if (source === undefined) return null;
  const from: Source = source;
  return named(name, () => {
    const { dtype, shape, order, byteOffset } = runSync(parseNpyHeader(), head);
    if (dtype.hasObject) return null;
    const { mode } = lazy;
    const made = new LazyNDArray(from, { dtype, shape, order, byteOffset, mode: mode === "w+" ? "r+" : mode });
    lazy.used(from);
    return made;
  });
}

/** An array of up to 0.9 whose items are packed in a file of their own. */
export function* fromZFile(w: InZFile, at: number, _: StreamContext, options: JoblibPackOptions): Read {
  options.onOld?.();
  const [bytes] = (yield { kind: "open", name: w.name }) as [Uint8Array];
  const made = named(w.name, () => arrayOfState(tuple(...w.state, zfile.decode(bytes))));
  return { value: asClass(native(made, options), w.cls), end: at };
}

/** Errors of a companion name it, not the pickle. */
function named<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(`${name}: ${reason}`, { format: "joblib", cause });
  }
}

function native(made: NDArray, { ensureNativeByteOrder = true }: JoblibPackOptions): NDArray {
  const { dtype, shape } = made;
  if (!ensureNativeByteOrder || dtype.hasObject || !isForeign(dtype)) return made;
  const order = !made.isC && made.isF ? "F" : "C";
  const bytes = made.rawBytes(order).slice();
  turnBytes(dtype, bytes);
  const turned = withOrder(dtype, "<");
  return NDArray.over(turned, adoptBytes(turned, bytes), shape, order === "F");
}
