/**
 * Scale-offset: numbers less their minimum, in as few bits as they need (H5Zscaleoffset.c).
 *
 * @module
 */
import { FormatError, UnsupportedError } from "../../../core/errors.ts";
import { BitReader, BitWriter } from "./bits.ts";
import { type Filter, RARE } from "./filter.ts";

const FLOAT_DECIMAL = 0;
const INTEGER = 2;
/** Bits, length and value of the minimum, and what is kept free. */
const HEAD = 21;

/** Unpacks a chunk of `size` bytes. */
function unscale(bytes: Uint8Array, values: readonly number[], size: number): Uint8Array {
  const [kind, factor = 0, , cls, width = 0, , order, hasFill] = values;
  // All bits of an int are kept: then nothing is done to it.
  if (cls === 0 && factor === width * 8) return bytes;
  if (![1, 2, 4, 8].includes(width) || bytes.length < HEAD) {
    throw new FormatError("the parameters of scaleoffset make no sense", { format: "hdf5" });
  }
  const count = Math.floor(size / width);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bits = view.getUint32(0, true);
  const minimum = view.getBigUint64(5, true);
  const big = order === 1;
  if (bits > width * 8) throw new FormatError(`scaleoffset packs ${bits} bits of ${width * 8}`, { format: "hdf5" });
  if (bits === width * 8) {
    const out = bytes.slice(HEAD, HEAD + size);
    return big ? turned(out, width) : out;
  }
  const reader = new BitReader(bytes.subarray(HEAD));
  const out = new Uint8Array(size);
  const to = new DataView(out.buffer);
  const word = new Uint8Array(8);
  const packed = new DataView(word.buffer);
  const top = (1n << BigInt(bits)) - 1n;
  const fill = hasFill === 1 ? fillOf(values, width) : null;
  const isFloat = cls === 1;
  if (isFloat && kind !== FLOAT_DECIMAL) {
    throw new UnsupportedError("scaleoffset", "scaleoffset with variable exponents is not known to HDF5 itself");
  }
  if (!isFloat && kind !== INTEGER) throw new FormatError("the parameters of scaleoffset make no sense");
  packed.setBigUint64(0, minimum, true);
  const least = width === 4 ? packed.getFloat32(0, true) : packed.getFloat64(0, true);
  const scale = 10 ** (factor | 0);
  for (let i = 0; i < count; i++) {
    reader.number(bits, word);
    const number = packed.getBigUint64(0, true);
    const at = i * width;
    if (fill !== null && number === top) out.set(fill, at);
    else if (!isFloat) putInt(to, at, width, number + minimum);
    else if (width === 4) {
      const whole = Math.fround(Number(BigInt.asIntN(32, number)));
      to.setFloat32(at, Math.fround(Math.fround(whole / Math.fround(scale)) + least), true);
    } else to.setFloat64(at, Number(BigInt.asIntN(64, number)) / scale + least, true);
  }
  return big ? turned(out, width) : out;
}

function putInt(to: DataView, at: number, width: number, value: bigint): void {
  if (width === 8) to.setBigUint64(at, value, true);
  else if (width === 4) to.setUint32(at, Number(BigInt.asUintN(32, value)), true);
  else if (width === 2) to.setUint16(at, Number(BigInt.asUintN(16, value)), true);
  else to.setUint8(at, Number(BigInt.asUintN(8, value)));
}

/** The fill value stands in the parameters, from the lowest byte. */
function fillOf(values: readonly number[], width: number): Uint8Array {
  const out = new Uint8Array(8);
  const view = new DataView(out.buffer);
  view.setUint32(0, values[8] ?? 0, true);
  view.setUint32(4, values[9] ?? 0, true);
  return out.subarray(0, width);
}

function turned(bytes: Uint8Array, width: number): Uint8Array {
  for (let at = 0; at + width <= bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  return bytes;
}

/** What is packed: each number less the least one, in so many bits. Null stands for all bits, as they are. */
interface Scaled {
  readonly bits: number;
  readonly least: bigint;
  /** The lower and upper 32 bits. */
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

/** Packs a chunk. */
function scale(bytes: Uint8Array, values: readonly number[]): Uint8Array {
  const [, factor = 0, , cls, width = 4, , order] = values;
  if (cls === 0 && factor === width * 8) return bytes;
  const plain = order === 1 ? turned(bytes.slice(), width) : bytes.slice();
  const scaled = cls === 1 ? scaledFloats(plain, values) : scaledInts(plain, values);
  const bits = scaled?.bits ?? width * 8;
  const count = plain.length / width;
  const size = scaled === null ? plain.length : Math.floor((count * bits) / 8) + 1;
  const out = new Uint8Array(HEAD + size);
  const view = new DataView(out.buffer);
  view.setUint32(0, bits, true);
  out[4] = 8;
  if (scaled === null) {
    out.set(plain, HEAD);
    return out;
  }
  view.setBigUint64(5, BigInt.asUintN(64, scaled.least), true);
  const { low, high } = scaled;
  const writer = new BitWriter(out, HEAD);
  for (let i = 0; i < count; i++) {
    if (bits > 32) writer.put(bits - 32, high[i] as number);
    writer.put(Math.min(bits, 32), low[i] as number);
  }
  return out;
}

/** Bits that numbers up to one below `count` need. */
function bitsFor(count: bigint): number {
  return count <= 1n ? 0 : (count - 1n).toString(2).length;
}

/** All bits set, the mark of the fill value. */
function markOf(bits: number): [low: number, high: number] {
  return [bits >= 32 ? 0xffffffff : 2 ** bits - 1, bits > 32 ? 2 ** (bits - 32) - 1 : 0];
}

function scaledInts(plain: Uint8Array, values: readonly number[]): Scaled | null {
  const [, factor = 0, , , width = 4, sign, , hasFill] = values;
  if (width === 8) return scaledLongs(plain, values);
  const read = (bytes: Uint8Array): ArrayLike<number> => {
    const { buffer } = bytes;
    if (width === 4) return sign === 1 ? new Int32Array(buffer) : new Uint32Array(buffer);
    if (width === 2) return sign === 1 ? new Int16Array(buffer) : new Uint16Array(buffer);
    return sign === 1 ? new Int8Array(buffer) : new Uint8Array(buffer);
  };
  const numbers = read(plain);
  const fill = hasFill === 1 ? (read(fillOf(values, width).slice())[0] as number) : null;
  const count = numbers.length;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const n = numbers[i] as number;
    if (n === fill) continue;
    if (n < least) least = n;
    if (n > most) most = n;
  }
  if (least > most) least = most = 0;
  const bits = factor || bitsFor(BigInt(most - least + (fill === null ? 1 : 2)));
  if (bits >= width * 8) return null;
  const low = new Uint32Array(count);
  const [mark] = markOf(bits);
  for (let i = 0; i < count; i++) low[i] = numbers[i] === fill ? mark : (numbers[i] as number) - least;
  return { bits, least: BigInt(least), low, high: low };
}

function scaledLongs(plain: Uint8Array, values: readonly number[]): Scaled | null {
  const [, factor = 0, , , , sign, , hasFill] = values;
  const read = ({ buffer }: Uint8Array): ArrayLike<bigint> =>
    sign === 1 ? new BigInt64Array(buffer) : new BigUint64Array(buffer);
  const numbers = read(plain);
  const fill = hasFill === 1 ? (read(fillOf(values, 8).slice())[0] as bigint) : null;
  const count = numbers.length;
  let least: bigint | null = null;
  let most = 0n;
  for (let i = 0; i < count; i++) {
    const n = numbers[i] as bigint;
    if (n === fill) continue;
    if (least === null) least = most = n;
    else if (n < least) least = n;
    else if (n > most) most = n;
  }
  least ??= 0n;
  const bits = factor || bitsFor(most - least + (fill === null ? 1n : 2n));
  if (bits >= 64) return null;
  const low = new Uint32Array(count);
  const high = new Uint32Array(count);
  const [markLow, markHigh] = markOf(bits);
  for (let i = 0; i < count; i++) {
    const n = numbers[i] as bigint;
    const d = n - least;
    low[i] = n === fill ? markLow : Number(d & 0xffffffffn);
    high[i] = n === fill ? markHigh : Number((d >> 32n) & 0xffffffffn);
  }
  return { bits, least, low, high };
}

function scaledFloats(plain: Uint8Array, values: readonly number[]): Scaled | null {
  const [, factor = 0, , , width = 4, , , hasFill] = values;
  const single = width === 4;
  const numbers = single ? new Float32Array(plain.buffer) : new Float64Array(plain.buffer);
  // Floats of four bytes are reckoned with as such, so that the same numbers come out as of libhdf5.
  const round = single ? Math.fround : (x: number): number => x;
  const power = round(10 ** (factor | 0));
  const near = round(10 ** -(factor | 0));
  let fill = Number.NaN;
  if (hasFill === 1) {
    const bytes = fillOf(values, width).slice();
    fill = (single ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer))[0] as number;
  }
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const x of numbers) {
    // What is no number cannot be told by its distance from the least.
    if (!Number.isFinite(x)) return null;
    if (Math.abs(round(x - fill)) < near) continue;
    if (x < least) least = x;
    if (x > most) most = x;
  }
  if (least > most) least = most = 0;
  const base = round(least * power);
  const extent = round(round(most * power) - base);
  if (!(extent <= 2 ** (width * 8 - 1))) return null;
  const bits = bitsFor(wholeOf(extent) + 1n + (hasFill === 1 ? 1n : 0n));
  if (bits >= width * 8) return null;
  const count = numbers.length;
  const low = new Uint32Array(count);
  const high = new Uint32Array(count);
  const [markLow, markHigh] = markOf(bits);
  for (let i = 0; i < count; i++) {
    const x = numbers[i] as number;
    if (Math.abs(round(x - fill)) < near) {
      low[i] = markLow;
      high[i] = markHigh;
      continue;
    }
    const d = round(round(x * power) - base);
    if (d < 2 ** 31) low[i] = Math.floor(d + 0.5);
    else {
      const whole = wholeOf(d);
      low[i] = Number(whole & 0xffffffffn);
      high[i] = Number(whole >> 32n);
    }
  }
  const word = new DataView(new ArrayBuffer(8));
  if (single) word.setFloat32(0, least, true);
  else word.setFloat64(0, least, true);
  return { bits, least: word.getBigUint64(0, true), low, high };
}

/** A number that is not below 0, rounded to a whole one. */
function wholeOf(x: number): bigint {
  return BigInt(Math.floor(x) === x ? x : Math.floor(x + 0.5));
}

/** Scale-offset. */
export const scaleoffset: Filter = { id: RARE.scaleoffset, name: "scaleoffset", decode: unscale, encode: scale };
