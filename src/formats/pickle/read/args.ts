/**
 * Arguments of the opcodes off the fast path: sizes, payloads and lines.
 *
 * @module
 */
import { DecodeError, decodeLatin1, decodeText, decodeUtf8 } from "../../../core/bytes/text.ts";
import { BrineError } from "../../../core/errors.ts";
import type { Globals } from "./globals.ts";
import { cString } from "./numbers.ts";
import { LONG, more, type State } from "./state.ts";

/** What an opcode returns for the machine to go on. */
export const GO_ON = -1;

export function bad(m: State, reason: string): never {
  throw m.fail(reason);
}

export function size4(m: State): number {
  const { bytes, pos } = m;
  return (
    ((bytes[pos + 1] as number) |
      ((bytes[pos + 2] as number) << 8) |
      ((bytes[pos + 3] as number) << 16) |
      ((bytes[pos + 4] as number) << 24)) >>>
    0
  );
}

export function signed4(m: State, what: string): number {
  const size = size4(m) | 0;
  if (size < 0) throw m.fail(`${what} pickle has negative byte count`);
  return size;
}

export function size8(m: State): number {
  const { bytes, pos } = m;
  let size = 0;
  for (let i = 8; i > 0; i--) size = size * 256 + (bytes[pos + i] as number);
  return size;
}

export function payload(m: State, head: number, size: number, read: (at: number, size: number) => unknown): number {
  if (size > m.end - m.pos - head) return more(m, head + size);
  if ((m.alloc += size) > m.maxAlloc) m.overdrawn(m.pos, size);
  const value = hashing(m, () => read(m.pos + head, size));
  m.stack[m.sp++] = value;
  m.pos += head + size;
  return GO_ON;
}

/** The payload of BINBYTES, BINBYTES8 and BYTEARRAY8; a long one that the window does not hold is read apart. */
export function bytesPayload(m: State, head: number, size: number, made: (bytes: Uint8Array) => unknown): number {
  if (m.last || size < APART || size <= m.end - m.pos - head)
    return payload(m, head, size, (at) => made(slice(m, at, size)));
  if ((m.alloc += size) > m.maxAlloc) m.overdrawn(m.pos, size);
  m.long = { head, size };
  return LONG;
}

/** A payload from here on is worth memory of its own. */
const APART = 1 << 16;

/** Bytes of the window: a view of the caller's input, or own memory unless they fill the better part of a window. */
export function slice(m: State, at: number, size: number): Uint8Array {
  const keep = !m.copy || (m.ours && size >= 1 << 16 && 2 * size > m.bytes.length);
  return keep ? m.bytes.subarray(at, at + size) : m.bytes.slice(at, at + size);
}

export function lineAt(m: State, skip: number): { text: string; next: number; from: number } | null {
  const { bytes, end } = m;
  const from = m.pos + skip;
  let stop = from;
  let all = 0;
  for (let b = 0; stop < end && (b = bytes[stop] as number) !== 10; stop++) all |= b;
  if (stop >= end) return null;
  const text = all < 128 ? m.strings.cut(from, stop - from) : decodeLatin1(bytes, from, stop);
  return { text, next: stop + 1, from };
}

/** Where the plain decimal of up to nine digits at `m.pos + 1` ends; 0 when the line is anything else. */
export function digitsEnd(m: State): number {
  const { bytes, end } = m;
  const from = m.pos + 1;
  let p = from;
  for (; p < end && p < from + 9; p++) {
    const digit = (bytes[p] as number) - 48;
    if (digit < 0 || digit > 9) break;
  }
  if (p === from || p >= end || bytes[p] !== 10 || (bytes[from] === 48 && p > from + 1)) return 0;
  return p;
}

export function decimal(m: State, stop: number): number {
  let value = 0;
  for (let p = m.pos + 1; p < stop; p++) value = value * 10 + (m.bytes[p] as number) - 48;
  return value;
}

/** The bool of an INT at `m.pos` that is written `00` or `01`. */
export function truthAt({ bytes, pos, end }: State): boolean | undefined {
  if (pos + 3 >= end || bytes[pos + 1] !== 48 || bytes[pos + 3] !== 10) return undefined;
  const digit = (bytes[pos + 2] as number) - 48;
  return digit === 0 || digit === 1 ? digit === 1 : undefined;
}

/** Powers of ten, all exact. */
const TENS: readonly number[] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/**
 * Puts the float of the line at `m.pos + 1` on the stack when it is plain decimals with a point, fifteen at most, which
 * one division gives exactly; its end, or 0 when it is anything else.
 */
export function plainFloat(m: State): number {
  const { bytes, end } = m;
  const minus = bytes[m.pos + 1] === 45;
  const from = m.pos + (minus ? 2 : 1);
  let digits = 0;
  let point = 0;
  let p = from;
  for (; p < end && p < from + 16; p++) {
    const digit = (bytes[p] as number) - 48;
    if (digit === -2 && point === 0 && p > from) point = p;
    else if (digit < 0 || digit > 9) break;
    else digits = digits * 10 + digit;
  }
  if (point === 0 || p === point + 1 || p >= end || bytes[p] !== 10) return 0;
  const size = digits / (TENS[p - point - 1] as number);
  const value = minus ? -size : size;
  if (value - Math.floor(value) === 0 && (value !== 0 || !minus)) m.notes.add(m.sp);
  m.stack[m.sp++] = value;
  return p;
}

export function line(m: State, read: (text: string) => unknown): number {
  const found = lineAt(m, 1);
  if (found === null) return more(m, m.end - m.pos + 1, true);
  const value = hashing(m, () => read(found.text));
  m.stack[m.sp++] = value;
  m.pos = found.next;
  return GO_ON;
}

export function lines(m: State, read: (module: string, name: string) => unknown): number {
  const first = lineAt(m, 1);
  const second = first && lineAt(m, first.next - m.pos);
  if (!first || !second) return more(m, m.end - m.pos + 1, true);
  if (first.text === "" || second.text === "") throw m.fail("pickle data was truncated: an empty name");
  const value = hashing(m, () =>
    read(
      decodeUtf8(m.bytes, first.from, first.next - 1, false),
      decodeUtf8(m.bytes, second.from, second.next - 1, false),
    ),
  );
  m.stack[m.sp++] = value;
  m.pos = second.next;
  return GO_ON;
}

export function slotOf(m: State, text: string): number {
  const digits = cString(text);
  if (!/^[\t-\r ]*[+-]?\d+(_\d+)*[\t-\r ]*$/.test(digits)) throw m.fail(`invalid memo index '${text}'`);
  const slot = Number(digits.replaceAll("_", ""));
  if (slot < 0 || !Number.isSafeInteger(slot)) throw m.fail(`memo index ${text} is out of range`);
  return slot;
}

/** Runs what may find an unhashable key or undecodable text. */
export function hashing<T>(m: State, run: () => T): T {
  try {
    return run();
  } catch (e) {
    if (e instanceof BrineError) throw e;
    if (e instanceof TypeError || e instanceof DecodeError || e instanceof RangeError) throw m.fail(e.message, e);
    throw e;
  }
}

export function oldString(m: State, bytes: Uint8Array): unknown {
  const { encoding, errors } = m.globals as Globals;
  if (encoding === "bytes") return m.copy ? bytes.slice() : bytes;
  try {
    return decodeText(bytes, encoding, errors);
  } catch (e) {
    if (!(e instanceof DecodeError)) throw e;
    throw m.fail(`${e.message}: pass encoding: "latin1", "utf-8" or "bytes" for a Python 2 pickle`, e);
  }
}

/** A string of the window; text that cannot be decoded is bad data. */
export function cut(m: State, strings: State["strings"], at: number, size: number): string {
  try {
    return strings.cut(at, size);
  } catch (e) {
    if (e instanceof DecodeError) throw m.fail(e.message, e);
    throw e;
  }
}
