/**
 * Large integers by the dozen: V8 reads and writes data of its own format in one go, faster than any arithmetic here.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deserialize, serialize } from "node:v8";

/** Integers as V8 itself writes them: format 15, an array of up to 2^14, its records, the end of an array. */
function fromRecords(records: Uint8Array, count: number): bigint[] {
  const low = (count & 127) | 128;
  const high = count >> 7;
  const wire = Buffer.allocUnsafe(records.length + 9);
  wire.set([0xff, 15, 0x41, low, high]);
  wire.set(records, 5);
  wire.set([0x24, 0, low, high], records.length + 5);
  return deserialize(wire) as bigint[];
}

/** Not every runtime that takes Node's modules has V8, nor need its format stay. */
const hasRecords = /* @__PURE__ */ (() => {
  try {
    const [read] = fromRecords(Uint8Array.of(0x5a, 21, 1, 2, 0, 0, 0, 0, 0, 0, 0, 1), 1);
    const [, , array, count, tag, size, least] = serialize([-5n]);
    const isWritten = array === 0x41 && count === 1 && tag === 0x5a && size === 17 && least === 5;
    return isWritten && read === -(2n ** 72n + 0x201n);
  } catch {
    return false;
  }
})();

/**
 * Integers of `count` records, at most 2^14: each a byte "Z", a byte of twice the size (below 64) plus 1 for a minus, and
 * the magnitude, lowest byte first; null where they must be made one by one. It is data alone, and runs nothing.
 */
export function packedBigints(records: Uint8Array, count: number): bigint[] | null {
  return hasRecords ? fromRecords(records, count) : null;
}

/**
 * The records of the integers of an array without holes, at most 2^14, as {@link packedBigints} takes them (those of 64
 * bytes and more with a longer size), something behind them; null where they must be taken apart one by one.
 */
export function bigintRecords(values: bigint[]): Uint8Array | null {
  return hasRecords ? serialize(values).subarray(values.length < 128 ? 4 : 5) : null;
}
