/**
 * Reading npy files.
 *
 * @module
 */
import type { Ask, Parse, Window } from "../../core/bytes/parse.ts";
import { FormatError, LimitError, TruncatedError, UnsupportedError } from "../../core/errors.ts";
import { flattened, NDArray, sizeOf } from "../../core/ndarray/index.ts";
import { lengthSize, MAGIC, parseHeader } from "./header.ts";

/** Options of {@link parseNpy}. */
export interface NpyReadOptions {
  /** Reads the pickle of an array of objects; without it such arrays are refused. */
  loadPickle?: ((bytes: Uint8Array) => unknown) | undefined;
  /** Use the input's memory where alignment and byte order allow it. */
  share?: boolean | undefined;
  /** Longest header (10000, as NumPy); no limit where pickles are allowed. */
  maxHeaderSize?: number | undefined;
}

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

/**
 * Reads one npy file. Throws `FormatError` for a bad header, `TruncatedError` where the bytes are fewer than the shape
 * says, `UnsupportedError` for objects without `loadPickle`, `LimitError` for a header that is too long.
 */
export function* parseNpy(options: NpyReadOptions = {}): Parse<NDArray> {
  const head = yield* take(0, MAGIC, "magic") as Parse<Uint8Array>;
  const wide = lengthSize(head);
  const version = head[6] as number;
  const field = yield* take(MAGIC, wide, "header") as Parse<Uint8Array>;
  const view = new DataView(field.buffer, field.byteOffset, wide);
  const length = wide === 2 ? view.getUint16(0, true) : view.getUint32(0, true);
  const limit = options.maxHeaderSize ?? (options.loadPickle ? Number.POSITIVE_INFINITY : 10000);
  if (length > limit) throw new LimitError("maxHeaderSize", limit, length, { offset: MAGIC, format: "npy" });
  const start = MAGIC + wide;
  const text = yield* take(start, length, "header") as Parse<Uint8Array>;
  const header = parseHeader(text, version, start);
  const at = start + length;
  const [dtype, shape] = flattened(header.dtype, header.shape);
  if (dtype.hasObject) return yield* objects(at, header.shape, options);
  const count = sizeOf(shape);
  if (dtype.itemsize === 0 && count > 2 ** 24) {
    throw new FormatError(`the shape claims ${count} items without bytes`, { offset: start, format: "npy" });
  }
  const need = count * dtype.itemsize;
  if (!Number.isSafeInteger(need)) {
    throw new FormatError(`the shape claims ${need} bytes`, { offset: start, format: "npy" });
  }
  const bytes = yield* take(at, need, "items") as Parse<Uint8Array>;
  return NDArray.fromBytes(dtype, bytes, shape, { order: header.fortran ? "F" : "C", share: options.share ?? false });
}

function* objects(at: number, shape: readonly number[], { loadPickle }: NpyReadOptions): Parse<NDArray> {
  if (!loadPickle) {
    throw new UnsupportedError("allowPickle", "this array holds Python objects: pass { allowPickle: true }", {
      offset: at,
      format: "npy",
    });
  }
  let window = (yield more(at, 1 << 20)) as Window;
  while (!window.last) window = (yield more(at, window.bytes.length * 2)) as Window;
  const value = loadPickle(window.bytes);
  const fits =
    value instanceof NDArray && value.shape.length === shape.length && shape.every((n, i) => n === value.shape[i]);
  if (!fits) throw new FormatError("the pickle holds no array of the header's shape", { offset: at, format: "npy" });
  return value;
}
