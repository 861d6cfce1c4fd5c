import { StructError } from "./error.ts";
import { type Layout, type Platform, parseFormat } from "./format.ts";
import { packFields } from "./pack.ts";
import { unpackFields } from "./unpack.ts";

/** Bytes to read from or write into. */
export type BytesLike = ArrayBufferView | ArrayBuffer;

/** How formats are read. */
export interface StructOptions {
  /** Native sizes behind `@`: `"lp64"` (Linux, macOS; the default) or `"win64"`, where `l` and `L` have 4 bytes. */
  readonly platform?: Platform;
  /** `"bigint"` makes every unpacked integer a bigint; otherwise only those that no number holds exactly. */
  readonly ints?: "bigint" | "auto";
}

/**
 * A compiled format, as Python's `struct.Struct` (docs.python.org, module struct).
 *
 * Throws {@link StructError} for a bad format and for values or buffers that do not fit it.
 *
 * @example
 * ```ts
 * import { Struct } from "brine/struct";
 * const point = new Struct("<2d");
 * point.size; // 16
 * point.unpack(point.pack(1.5, -2)); // [1.5, -2]
 * ```
 */
export class Struct {
  /** The format string. */
  readonly format: string;
  /** Bytes that one packed struct takes. */
  readonly size: number;
  readonly #layout: Layout;
  readonly #bigints: boolean;

  constructor(format: string, options: StructOptions = {}) {
    this.#layout = parseFormat(format, options.platform);
    this.#bigints = options.ints === "bigint";
    this.format = format;
    this.size = this.#layout.size;
  }

  /** Packs the values into new bytes; integers may be number or bigint, `c`, `s`, `p` take `Uint8Array`. */
  pack(...values: readonly unknown[]): Uint8Array {
    return packNew(this.#layout, values);
  }

  /** Packs the values into `buffer` at byte `offset` (negative: from the end), padding with zeros. */
  packInto(buffer: BytesLike, offset: number, ...values: readonly unknown[]): void {
    checkCount("pack_into", this.#layout, values.length);
    const view = viewOf(buffer);
    const at = place(offset, view.byteLength);
    const { size } = this;
    if (offset < 0 && size > -offset) throw new StructError(`no space to pack ${size} bytes at offset ${offset}`);
    if (at === undefined) throw outside(offset, view.byteLength);
    if (size > view.byteLength - at) {
      throw new StructError(tooSmall("pack_into", "packing", size, offset, view.byteLength));
    }
    packFields(this.#layout, view, at, values);
  }

  /** Unpacks a buffer of exactly `size` bytes into a frozen array, Python's tuple. */
  unpack(bytes: BytesLike): readonly unknown[] {
    const view = viewOf(bytes);
    if (view.byteLength !== this.size) throw new StructError(`unpack requires a buffer of ${this.size} bytes`);
    return unpackFields(this.#layout, view, 0, this.#bigints);
  }

  /** Unpacks from byte `offset` (negative: from the end) of a buffer that may be longer. */
  unpackFrom(buffer: BytesLike, offset = 0): readonly unknown[] {
    const view = viewOf(buffer);
    const at = place(offset, view.byteLength);
    const { size } = this;
    if (offset < 0 && size > -offset)
      throw new StructError(`not enough data to unpack ${size} bytes at offset ${offset}`);
    if (at === undefined) throw outside(offset, view.byteLength);
    if (size > view.byteLength - at) {
      throw new StructError(tooSmall("unpack_from", "unpacking", size, offset, view.byteLength));
    }
    return unpackFields(this.#layout, view, at, this.#bigints);
  }

  /** Unpacks one struct after the other from a buffer whose length is a multiple of `size`; lazily. */
  iterUnpack(bytes: BytesLike): IterableIterator<readonly unknown[]> {
    const view = viewOf(bytes);
    if (this.size === 0) throw new StructError("cannot iteratively unpack with a struct of length 0");
    if (view.byteLength % this.size !== 0) {
      throw new StructError(`iterative unpacking requires a buffer of a multiple of ${this.size} bytes`);
    }
    return unpackEach(this.#layout, view, this.#bigints);
  }
}

/** Packs into new bytes. */
export function packNew(layout: Layout, values: readonly unknown[]): Uint8Array {
  checkCount("pack", layout, values.length);
  const bytes = allocate(layout.size);
  packFields(layout, new DataView(bytes.buffer), 0, values);
  return bytes;
}

function checkCount(name: string, { count }: Layout, given: number): void {
  if (given !== count) throw new StructError(`${name} expected ${count} items for packing (got ${given})`);
}

function* unpackEach(layout: Layout, view: DataView, bigints: boolean): Generator<readonly unknown[], undefined> {
  for (let at = 0; at < view.byteLength; at += layout.size) yield unpackFields(layout, view, at, bigints);
}

function viewOf(buffer: BytesLike): DataView {
  if (ArrayBuffer.isView(buffer)) return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (buffer instanceof ArrayBuffer) return new DataView(buffer);
  throw new TypeError("a Uint8Array, another view or an ArrayBuffer is required");
}

function allocate(size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch {
    throw new StructError("byte string is too large");
  }
}

/** Where `offset` points in a buffer, counting back when negative; `undefined` before its start. */
function place(offset: number, length: number): number | undefined {
  if (!Number.isSafeInteger(offset)) throw new TypeError("offset must be an integer");
  if (offset >= 0) return offset;
  return offset + length < 0 ? undefined : offset + length;
}

function outside(offset: number, length: number): StructError {
  return new StructError(`offset ${offset} out of range for ${length}-byte buffer`);
}

function tooSmall(name: string, doing: string, size: number, offset: number, length: number): string {
  const least = BigInt(size) + BigInt(offset);
  return `${name} requires a buffer of at least ${least} bytes for ${doing} ${size} bytes at offset ${offset} (actual buffer size is ${length})`;
}
