/**
 * N-bit: of each number only the bits that count (H5Znbit.c).
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import { BitReader, BitWriter } from "./bits.ts";
import { type Filter, RARE } from "./filter.ts";

const ATOMIC = 1;
const ARRAY = 2;
const COMPOUND = 3;
const WHOLE = 4;

/** One part of an element: what is packed, and where it goes. */
interface Part {
  readonly at: number;
  readonly size: number;
  readonly big: boolean;
  /** First bit that counts and how many do; all bytes as they are for -1. */
  readonly offset: number;
  readonly precision: number;
}

/** The parts of an element, its bytes, and how many elements there are. */
function planOf(values: readonly number[], size: number): { parts: Part[]; width: number; count: number } {
  const parts: Part[] = [];
  const width = parse(values, 3, 0, parts, 0).size;
  const count = values[2] ?? 0;
  if (width === 0 || count * width > size) {
    throw new FormatError("the parameters of nbit make no sense", { format: "hdf5" });
  }
  return { parts, width, count };
}

/** Packs a chunk. */
function packBits(bytes: Uint8Array, values: readonly number[]): Uint8Array | null {
  // Of sequences libhdf5 knows no bits that count, and then leaves out the filter.
  if (values.length === 0) return null;
  // Nothing to leave out.
  if (values[1] === 1) return bytes;
  const { parts, width, count } = planOf(values, bytes.length);
  const bits = parts.reduce((sum, { size, precision }) => sum + (precision < 0 ? size * 8 : precision), 0);
  // As libhdf5 has it, the byte behind the last bit is there too.
  const out = new Uint8Array(Math.floor((bits * count) / 8) + 1);
  const writer = new BitWriter(out, 0);
  for (let i = 0; i < count; i++) {
    for (const { at, size, big, offset, precision } of parts) {
      const from = i * width + at;
      if (precision < 0) {
        for (let k = 0; k < size; k++) writer.put(8, bytes[from + k] as number);
        continue;
      }
      for (let bit = offset + precision; bit > offset; ) {
        const byte = (bit - 1) >> 3;
        const low = Math.max(offset, byte * 8);
        writer.put(bit - low, (bytes[from + (big ? size - 1 - byte : byte)] as number) >> (low - byte * 8));
        bit = low;
      }
    }
  }
  return out;
}

/** Unpacks a chunk of `size` bytes. */
function unpackBits(bytes: Uint8Array, values: readonly number[], size: number): Uint8Array {
  if (values[1] === 1) return bytes;
  const { parts, width, count } = planOf(values, size);
  const reader = new BitReader(bytes);
  const out = new Uint8Array(size);
  const word = new Uint8Array(16);
  for (let i = 0; i < count; i++) {
    for (const { at, size: n, big, offset, precision } of parts) {
      const to = i * width + at;
      if (precision < 0) {
        for (let k = 0; k < n; k++) out[to + k] = reader.take(8);
        continue;
      }
      word.fill(0);
      // From the byte with the highest bit down to the one with the lowest.
      for (let bit = offset + precision; bit > offset; ) {
        const byte = (bit - 1) >> 3;
        const low = Math.max(offset, byte * 8);
        word[byte] = (reader.take(bit - low) << (low - byte * 8)) & 255;
        bit = low;
      }
      for (let k = 0; k < n; k++) out[to + (big ? n - 1 - k : k)] = word[k] as number;
    }
  }
  return out;
}

function parse(
  values: readonly number[],
  from: number,
  at: number,
  parts: Part[],
  depth: number,
): { size: number; next: number } {
  const bad = (): FormatError => new FormatError("the parameters of nbit make no sense", { format: "hdf5" });
  if (depth > 32 || parts.length > 65536) throw bad();
  const [kind, size, third, fourth, fifth] = values.slice(from, from + 5);
  if (size === undefined || size === 0) throw bad();
  switch (kind) {
    case ATOMIC: {
      if (third === undefined || fourth === undefined || fifth === undefined) throw bad();
      if (size > 16 || fourth === 0 || fourth + fifth > size * 8) throw bad();
      parts.push({ at, size, big: third === 1, precision: fourth, offset: fifth });
      return { size, next: from + 5 };
    }
    case WHOLE:
      parts.push({ at, size, big: false, precision: -1, offset: 0 });
      return { size, next: from + 2 };
    case ARRAY: {
      let place = at;
      let next = from + 2;
      while (place < at + size) {
        const base = parse(values, from + 2, place, parts, depth + 1);
        place += base.size;
        ({ next } = base);
      }
      return { size, next };
    }
    case COMPOUND: {
      let next = from + 3;
      for (let i = 0; i < (third ?? 0); i++) {
        const offset = values[next];
        if (offset === undefined) throw bad();
        ({ next } = parse(values, next + 1, at + offset, parts, depth + 1));
      }
      return { size, next };
    }
    default:
      throw bad();
  }
}

/** N-bit. */
export const nbit: Filter = { id: RARE.nbit, name: "nbit", decode: unpackBits, encode: packBits };
