/**
 * Large integers that stand one behind another, made together.
 *
 * @module
 */
import { packedBigints } from "#platform";
import type { State } from "./state.ts";

const LONG1 = 0x8a;
/** Fewer are made one by one. */
const LEAST = 32;
const MOST = 1000;
/** Sizes that are worth it, and of which one byte tells sign and size. */
const FROM = 8;
const TO = 63;

/**
 * At a LONG1: puts it and those that follow on the stack, and moves behind them, when they are many and none may be a
 * safe number; gives the place up to which it need not be tried again.
 */
export function longRun(m: State): number {
  const { bytes, end } = m;
  const start = m.pos;
  let p = start;
  let count = 0;
  for (; count < MOST && p + 2 < end && bytes[p] === LONG1; count++) {
    const size = bytes[p + 1] as number;
    const next = p + 2 + size;
    if (size < FROM || size > TO || next > end) break;
    // The shortest form of eight bytes and more is beyond 2^55.
    const top = bytes[next - 1] as number;
    if ((top === 0 || top === 255) && (((bytes[next - 2] as number) ^ top) & 0x80) === 0) break;
    p = next;
  }
  if (count < LEAST) return p + 1;
  const packed = bytes.slice(start, p);
  for (let at = 0; at < packed.length; ) {
    const size = packed[at + 1] as number;
    const next = at + 2 + size;
    const negative = (packed[next - 1] as number) > 127;
    if (negative) negate(packed, at + 2, next);
    packed[at] = TAG;
    packed[at + 1] = 2 * size + (negative ? 1 : 0);
    at = next;
  }
  const values = packedBigints(packed, count);
  if (values === null) return p;
  const { stack } = m;
  for (let i = 0; i < count; i++) stack[m.sp++] = values[i];
  m.pos = p;
  return p;
}

/** What `packedBigints` wants before sign and size. */
const TAG = 0x5a;

/** Two's complement, in place. */
function negate(bytes: Uint8Array, from: number, to: number): void {
  let carry = 1;
  for (let i = from; i < to; i++) {
    carry += 255 - (bytes[i] as number);
    bytes[i] = carry;
    carry >>= 8;
  }
}
