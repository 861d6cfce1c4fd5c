/**
 * Python's `struct` module: C-like binary records to values and back.
 *
 * ```ts
 * import { pack, unpack } from "brine/struct";
 * pack(">IH", 1, 2); // Uint8Array [0, 0, 0, 1, 0, 2]
 * unpack("<hxb", new Uint8Array([1, 0, 0, 255])); // [1, -1]
 * ```
 *
 * Every order (`@ = < > !`) and character (`x c b B ? h H i I l L q Q n N e f d s p P`), counts, white space and `@`
 * alignment follow CPython 3.13, with its error messages. Native mode is little-endian, 64 bits. Integers come as
 * number while that is exact and as bigint beyond. Two differences: a total size above 2^53 - 1 is refused (Python:
 * 2^63 - 1), and a NaN keeps no payload.
 *
 * @module
 */

import { parseFormat } from "./format.ts";
import { type BytesLike, packNew, Struct, type StructOptions } from "./struct.ts";

export { StructError } from "./error.ts";
export type { Platform } from "./format.ts";
export { type BytesLike, Struct, type StructOptions } from "./struct.ts";

/**
 * Packs values by a format into new bytes; for another platform's sizes use {@link Struct}.
 *
 * Throws {@link StructError} for a bad format or value. Source: Python's `struct.pack`.
 *
 * @example
 * ```ts
 * pack("<bh", 1, 2); // Uint8Array [1, 2, 0]
 * ```
 */
export function pack(format: string, ...values: readonly unknown[]): Uint8Array {
  return packNew(parseFormat(format), values);
}

/**
 * Packs values into `buffer` from byte `offset` (negative: from the end).
 *
 * Throws {@link StructError} when there is no room. Source: Python's `struct.pack_into`.
 *
 * @example
 * ```ts
 * const page = new Uint8Array(4);
 * packInto(">H", page, 2, 258); // page is [0, 0, 1, 2]
 * ```
 */
export function packInto(format: string, buffer: BytesLike, offset: number, ...values: readonly unknown[]): void {
  new Struct(format).packInto(buffer, offset, ...values);
}

/**
 * Unpacks a buffer of exactly `calcsize(format)` bytes into a frozen array.
 *
 * Throws {@link StructError} for a bad format or length. Source: Python's `struct.unpack`.
 *
 * @example
 * ```ts
 * unpack("<Q", new Uint8Array(8).fill(255)); // [18446744073709551615n]
 * ```
 */
export function unpack(format: string, bytes: BytesLike, options?: StructOptions): readonly unknown[] {
  return new Struct(format, options).unpack(bytes);
}

/**
 * Unpacks from byte `offset` (negative: from the end) of a longer buffer into a frozen array.
 *
 * Throws {@link StructError} when the buffer ends too early. Source: Python's `struct.unpack_from`.
 *
 * @example
 * ```ts
 * unpackFrom("<H", new Uint8Array([9, 9, 1, 2]), 2); // [513]
 * ```
 */
export function unpackFrom(format: string, buffer: BytesLike, offset = 0, options?: StructOptions): readonly unknown[] {
  return new Struct(format, options).unpackFrom(buffer, offset);
}

/**
 * Iterates over the structs of a buffer whose length is a multiple of the struct's size.
 *
 * Throws {@link StructError} at once when it is not. Source: Python's `struct.iter_unpack`.
 *
 * @example
 * ```ts
 * [...iterUnpack("<H", new Uint8Array([1, 0, 2, 0]))]; // [[1], [2]]
 * ```
 */
export function iterUnpack(
  format: string,
  bytes: BytesLike,
  options?: StructOptions,
): IterableIterator<readonly unknown[]> {
  return new Struct(format, options).iterUnpack(bytes);
}

/**
 * Tells how many bytes a format takes.
 *
 * Throws {@link StructError} for a bad format. Source: Python's `struct.calcsize`.
 *
 * @example
 * ```ts
 * calcsize("bq"); // 16
 * calcsize("=bq"); // 9
 * calcsize("l", { platform: "win64" }); // 4
 * ```
 */
export function calcsize(format: string, options?: StructOptions): number {
  return new Struct(format, options).size;
}
