/**
 * Reading npy files.
 *
 * @module
 */
import { type Ask, type Parse, runSync, type Span, type Window } from "../../core/bytes/parse.ts";
import { FormatError, LimitError, TruncatedError, UnsupportedError } from "../../core/errors.ts";
import { adoptBytes, bytesInto, type DType, flattened, fromBytes, NDArray, sizeOf } from "../../core/ndarray/index.ts";
import { lengthSize, MAGIC, parseHeader } from "./header.ts";
import { plainHeader } from "./plain.ts";

/** Options of {@link parseNpy}. */
export interface NpyReadOptions {
  /** Reads the pickle of an array of objects; without it such arrays are refused. */
  loadPickle?: ((bytes: Uint8Array) => unknown) | undefined;
  /** Use the input's memory where alignment and byte order allow it. */
  share?: boolean | undefined;
  /** The driver gives items in memory of their own, as {@link run} does. */
  owned?: boolean | undefined;
  /** Memory for the items, of at least their size. */
  into?: ArrayBufferView | ArrayBufferLike | undefined;
  /** Longest header (10000, as NumPy); no limit where pickles are allowed. */
  maxHeaderSize?: number | undefined;
}

/** As in NumPy. */
const MAX_HEADER = 10000;

function more(at: number, need: number): Ask {
  return { kind: "more", at, need, line: false };
}

function* take(at: number, need: number, what: string): Generator<Ask, Uint8Array, unknown> {
  if (need === 0) return new Uint8Array(0);
  const { bytes } = (yield more(at, need)) as Window;
  if (bytes.length < need) {
    throw new TruncatedError(`the file ends in its ${what}: ${bytes.length} of ${need} bytes are there`, {
      offset: at + bytes.length,
      format: "npy",
    });
  }
  return bytes.subarray(0, need);
}

/** Where an array lies in its file. */
export interface NpyPlace {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly order: "C" | "F";
  /** Byte at which the items begin. */
  readonly byteOffset: number;
  /** Bytes of the items; 0 for objects, which are a pickle. */
  readonly nbytes: number;
}

/**
 * Reads the header of an npy file. Throws `FormatError` for a bad one, `TruncatedError` where it is cut, `LimitError`
 * when it is too long.
 */
export function* parseNpyHeader(options: NpyReadOptions = {}): Parse<NpyPlace> {
  const head = yield* take(0, MAGIC, "magic") as Parse<Uint8Array>;
  const wide = lengthSize(head);
  const version = head[6] as number;
  const field = yield* take(MAGIC, wide, "header") as Parse<Uint8Array>;
  const view = new DataView(field.buffer, field.byteOffset, wide);
  const length = wide === 2 ? view.getUint16(0, true) : view.getUint32(0, true);
  const limit = options.maxHeaderSize ?? (options.loadPickle ? Number.POSITIVE_INFINITY : MAX_HEADER);
  if (length > limit) throw new LimitError("maxHeaderSize", limit, length, { offset: MAGIC, format: "npy" });
  const start = MAGIC + wide;
  const text = yield* take(start, length, "header") as Parse<Uint8Array>;
  const header = parseHeader(text, version, start);
  const byteOffset = start + length;
  const order = header.fortran ? "F" : "C";
  const [dtype, shape] = flattened(header.dtype, header.shape);
  if (dtype.hasObject) return { dtype, shape: header.shape, order, byteOffset, nbytes: 0 };
  const count = sizeOf(shape);
  if (dtype.itemsize === 0 && count > 2 ** 24) {
    throw new FormatError(`the shape claims ${count} items without bytes`, { offset: start, format: "npy" });
  }
  const nbytes = count * dtype.itemsize;
  if (!Number.isSafeInteger(nbytes)) {
    throw new FormatError(`the shape claims ${nbytes} bytes`, { offset: start, format: "npy" });
  }
  return { dtype, shape, order, byteOffset, nbytes };
}

/**
 * Reads one npy file. Throws as {@link parseNpyHeader}, `TruncatedError` where the bytes are fewer than the shape says,
 * `UnsupportedError` for objects without `loadPickle`, `RangeError` when `into` is too small or not aligned.
 */
export function* parseNpy(options: NpyReadOptions = {}): Parse<NDArray> {
  const place = yield* parseNpyHeader(options);
  const { dtype, shape, order, byteOffset, nbytes } = place;
  if (dtype.hasObject) return yield* objects(byteOffset, options);
  const into = options.into === undefined ? undefined : bytesInto(options.into, nbytes);
  // Says at once whether the memory is aligned, before anything is read.
  if (into !== undefined) adoptBytes(dtype, into.subarray(0, 0));
  const span: Span = into === undefined ? { at: byteOffset, size: nbytes } : { at: byteOffset, size: nbytes, into };
  const [bytes] = nbytes === 0 ? [new Uint8Array(0)] : ((yield { kind: "bytes", spans: [span] }) as [Uint8Array]);
  if (bytes.length < nbytes) {
    throw new TruncatedError(`the file ends in its items: ${bytes.length} of ${nbytes} bytes are there`, {
      offset: byteOffset + bytes.length,
      format: "npy",
    });
  }
  if (into === undefined && !options.owned) {
    return NDArray.fromBytes(dtype, bytes, shape, { order, share: options.share ?? false });
  }
  return NDArray.over(dtype, adoptBytes(dtype, bytes), shape, order === "F");
}

/** Reads one npy file from memory. Throws as {@link parseNpy}. */
export function npyOf(bytes: Uint8Array, options: NpyReadOptions = {}): NDArray {
  const header = options.into === undefined ? plainHeader(bytes) : null;
  if (header !== null && header.byteOffset <= (options.maxHeaderSize ?? MAX_HEADER)) {
    const { dtype, shape, fortran, byteOffset } = header;
    const end = byteOffset + sizeOf(shape) * dtype.itemsize;
    if (end <= bytes.length) {
      const items = fromBytes(dtype, bytes.subarray(byteOffset, end), options.share ?? false);
      return NDArray.over(dtype, items, shape, fortran);
    }
  }
  return runSync(parseNpy(options), bytes);
}

function* objects(at: number, { loadPickle }: NpyReadOptions): Parse<NDArray> {
  if (!loadPickle) {
    throw new UnsupportedError("allowPickle", "this array holds Python objects: pass { allowPickle: true }", {
      offset: at,
      format: "npy",
    });
  }
  let window = (yield more(at, 1 << 20)) as Window;
  while (!window.last) window = (yield more(at, window.bytes.length * 2)) as Window;
  const value = loadPickle(window.bytes);
  // The pickle's shape is the array's, whatever the header says: NumPy wrote wrong ones, and reads them.
  if (!(value instanceof NDArray)) throw new FormatError("the pickle holds no array", { offset: at, format: "npy" });
  return value;
}
