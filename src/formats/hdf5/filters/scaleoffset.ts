/**
 * Scale-offset: numbers less their minimum, in as few bits as they need (H5Zscaleoffset.c).
 *
 * @module
 */
import { FormatError, UnsupportedError } from "../../../core/errors.ts";
import { BitReader } from "./bits.ts";
import { type Filter, RARE } from "./filter.ts";

const FLOAT_DECIMAL = 0;
const INTEGER = 2;
/** Bits, length and value of the minimum, and what is kept free. */
const HEAD = 21;

/** Unpacks a chunk of `size` bytes. */
function unscale(bytes: Uint8Array, values: readonly number[], size: number): Uint8Array {
  const [kind, factor = 0, , cls, width = 0, , order, hasFill] = values;
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

/** Scale-offset. */
export const scaleoffset: Filter = { id: RARE.scaleoffset, name: "scaleoffset", decode: unscale };
