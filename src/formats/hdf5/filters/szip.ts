/**
 * Szip: Rice coding as CCSDS 121.0-B-2 has it, in the dress that HDF5 gives it (H5Zszip.c).
 *
 * @module
 */
import { FormatError, TruncatedError } from "../../../core/errors.ts";
import { type Filter, RARE } from "./filter.ts";

const MSB_FIRST = 16;
const NEAREST_NEIGHBOUR = 32;
/** "Remainder of segment": the code for as many blocks of zeros as fit. */
const REST = 5;
const SEGMENT = 64;

class Bits {
  readonly #bytes: Uint8Array;
  #at: number;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  #bit(): number {
    if (this.#count === 0) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new TruncatedError("the szip data is cut short", { format: "hdf5" });
      this.#held = byte;
      this.#count = 8;
    }
    return (this.#held >> --this.#count) & 1;
  }

  take(count: number): number {
    let out = 0;
    for (let i = 0; i < count; i++) out = out * 2 + this.#bit();
    return out;
  }

  /** Zeros before the next one. */
  unary(): number {
    let zeros = 0;
    while (this.#bit() === 0) zeros++;
    return zeros;
  }
}

/** Unpacks a chunk of `size` bytes. */
function unszip(bytes: Uint8Array, values: readonly number[], size: number): Uint8Array {
  const [mask = 0, perBlock = 0, bits = 0, perLine = 0] = values;
  if (perBlock < 2 || perBlock > 32 || perBlock % 2 === 1 || bits < 1 || bits > 64 || perLine < 1) {
    throw new FormatError("the parameters of szip make no sense", { format: "hdf5" });
  }
  if (bytes.length < 4) throw new TruncatedError("the szip data is cut short", { format: "hdf5" });
  const stated = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  if (stated < size || stated > size + 4096) {
    throw new FormatError(`szip says ${stated} bytes for a chunk of ${size}`, { format: "hdf5" });
  }
  // Numbers of 32 and 64 bits are coded as planes of bytes.
  const planes = bits === 32 || bits === 64;
  const width = planes ? 8 : bits;
  if (width > 24) throw new FormatError(`szip of ${bits} bits is not known`, { format: "hdf5" });
  const wide = width <= 8 ? 1 : width <= 16 ? 2 : 4;
  const perInterval = Math.ceil(perLine / perBlock);
  const lines = Math.ceil(stated / wide / perLine);
  const count = lines * perLine;
  const samples = decode(new Bits(bytes, 4), {
    count,
    perLine,
    perBlock,
    perInterval,
    width,
    mapped: (mask & NEAREST_NEIGHBOUR) !== 0,
    wanted: Math.ceil(stated / wide),
  });
  const out = new Uint8Array(stated);
  const view = new DataView(out.buffer);
  const little = (mask & MSB_FIRST) === 0;
  const n = Math.floor(stated / wide);
  for (let i = 0; i < n; i++) {
    const sample = samples[i] as number;
    if (wide === 1) out[i] = sample;
    else if (wide === 2) view.setUint16(i * 2, sample, little);
    else view.setUint32(i * 4, sample, little);
  }
  if (!planes) return out;
  const whole = bits / 8;
  const items = Math.floor(stated / whole);
  const joined = new Uint8Array(stated);
  for (let plane = 0; plane < whole; plane++) {
    for (let i = 0; i < items; i++) joined[i * whole + plane] = out[plane * items + i] as number;
  }
  return joined;
}

interface Coding {
  count: number;
  perLine: number;
  perBlock: number;
  perInterval: number;
  width: number;
  mapped: boolean;
  wanted: number;
}

/** The samples; what fills up the last block of a line is left out. */
function decode(reader: Bits, coding: Coding): Uint32Array {
  const { count, perLine, perBlock, perInterval, width, mapped, wanted } = coding;
  const idBits = width > 16 ? 5 : width > 8 ? 4 : 3;
  const raw = (1 << idBits) - 1;
  const out = new Uint32Array(count);
  const line = new Uint32Array(perInterval * perBlock);
  const most = 2 ** width - 1;
  for (let done = 0; done < wanted; done += perLine) {
    let at = 0;
    while (at < line.length) {
      const first = mapped && at === 0 ? 1 : 0;
      const id = reader.take(idBits);
      if (id === raw) {
        for (let i = 0; i < perBlock; i++) line[at++] = reader.take(width);
        continue;
      }
      if (id === 0) {
        const pairs = reader.take(1) === 1;
        if (first) line[at] = reader.take(width);
        if (pairs) second(reader, line, at, perBlock, first);
        else {
          let blocks = reader.unary() + 1;
          const block = at / perBlock;
          if (blocks === REST) blocks = Math.min(perInterval - block, SEGMENT - (block % SEGMENT));
          else if (blocks > REST) blocks--;
          if (blocks > perInterval - block) {
            throw new FormatError("the szip data has more blocks than fit", { format: "hdf5" });
          }
          line.fill(0, at + first, at + blocks * perBlock);
          at += blocks * perBlock;
          if (done + at >= wanted) break;
          continue;
        }
        at += perBlock;
      } else {
        const low = id - 1;
        if (first) line[at] = reader.take(width);
        for (let i = first; i < perBlock; i++) line[at + i] = reader.unary();
        for (let i = first; i < perBlock && low > 0; i++) {
          line[at + i] = (line[at + i] as number) * 2 ** low + reader.take(low);
        }
        at += perBlock;
      }
      // Behind the last sample nothing need follow.
      if (done + at >= wanted) break;
    }
    if (mapped) unmap(line, at, most);
    out.set(line.subarray(0, Math.min(perLine, count - done)), done);
  }
  return out;
}

/** Second extension: two samples to a code. */
function second(reader: Bits, line: Uint32Array, at: number, perBlock: number, first: number): void {
  for (let i = first; i < perBlock; ) {
    const code = reader.unary();
    const sum = Math.floor((Math.sqrt(8 * code + 1) - 1) / 2);
    const one = code - (sum * (sum + 1)) / 2;
    if ((i & 1) === 0) {
      line[at + i] = sum - one;
      i++;
    }
    line[at + i] = one;
    i++;
  }
}

/** From differences to samples; the first is one already. */
function unmap(line: Uint32Array, end: number, most: number): void {
  let x = line[0] as number;
  for (let i = 1; i < end; i++) {
    const d = line[i] as number;
    const near = Math.min(x, most - x);
    if (d <= 2 * near) x += d % 2 === 0 ? d / 2 : -(d + 1) / 2;
    else x += near === x ? d - near : near - d;
    line[i] = x;
  }
}

/** Szip. */
export const szip: Filter = { id: RARE.szip, name: "szip", decode: unszip };
