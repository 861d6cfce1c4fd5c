/** Reads the argument of an opcode, each kind as pickletools does and with its error words. */
import { reprByteArray, reprBytes, reprFloat, reprInt, reprString } from "../../../core/values/literal.ts";
import type { ArgKind } from "../opcodes.ts";
import { checkDigits, decodeLong, parseFloating, parseInteger } from "./numbers.ts";
import { ascii, latin1, Malformed, rawUnicodeEscape, unescape, utf8 } from "./text.ts";

/** A decoded argument: ints are bigint only when they must be; bytes are views of the input. */
export type Arg = number | bigint | boolean | string | Uint8Array | null;

/** A place in a stream. */
export interface Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

const MAX_SIZE = 2n ** 63n - 1n;

/** Moves over `size` bytes and returns where they start. */
function take(c: Cursor, size: number, kind: string): number {
  const at = c.at;
  if (c.bytes.length - at < size) throw new Malformed(`not enough data in stream to read ${kind}`);
  c.at = at + size;
  return at;
}

const uint1 = (c: Cursor): number => c.view.getUint8(take(c, 1, "uint1"));
const uint2 = (c: Cursor): number => c.view.getUint16(take(c, 2, "uint2"), true);
const int4 = (c: Cursor): number => c.view.getInt32(take(c, 4, "int4"), true);
const uint4 = (c: Cursor): number => c.view.getUint32(take(c, 4, "uint4"), true);
const uint8 = (c: Cursor): number | bigint => {
  const value = c.view.getBigUint64(take(c, 8, "uint8"), true);
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
};

/** The counted bytes behind a length that has been read. */
function counted(c: Cursor, size: number | bigint, kind: string): Uint8Array {
  if (size < 0) throw new Malformed(`${kind} byte count < 0: ${size}`);
  if (size > MAX_SIZE) throw new Malformed(`${kind} byte count > sys.maxsize: ${size}`);
  const left = c.bytes.length - c.at;
  if (size > left) {
    const long = kind.startsWith("long");
    throw new Malformed(
      long
        ? `not enough data in stream to read ${kind}`
        : `expected ${size} bytes in a ${kind}, but only ${left} remain`,
    );
  }
  const at = c.at;
  c.at += Number(size);
  return c.bytes.subarray(at, c.at);
}

function line(c: Cursor, kind: string): Uint8Array {
  const end = c.bytes.indexOf(0x0a, c.at);
  if (end < 0) throw new Malformed(`no newline found when trying to read ${kind}`);
  const at = c.at;
  c.at = end + 1;
  return c.bytes.subarray(at, end);
}

function quoted(c: Cursor): string {
  const text = line(c, "stringnl");
  const q = text[0];
  if (q !== 0x22 && q !== 0x27) throw new Malformed(`no string quotes around ${reprBytes(text)}`);
  if (text.at(-1) !== q) {
    throw new Malformed(`strinq quote ${reprBytes(text.subarray(0, 1))} not found at both ends of ${reprBytes(text)}`);
  }
  return ascii(unescape(text.subarray(1, Math.max(1, text.length - 1)))); // a lone quote is both ends of nothing
}

const name = (c: Cursor): string => ascii(unescape(line(c, "stringnl")));

function shortDecimal(c: Cursor): number | bigint | boolean {
  const digits = line(c, "stringnl");
  // Python 2.3's bools, which older unpicklers take for ints.
  if (digits.length === 2 && digits[0] === 0x30 && (digits[1] === 0x30 || digits[1] === 0x31))
    return digits[1] === 0x31;
  return parseInteger(digits);
}

function longDecimal(c: Cursor): number | bigint {
  const digits = line(c, "stringnl");
  return parseInteger(digits.at(-1) === 0x4c ? digits.subarray(0, -1) : digits);
}

const READERS: Readonly<Record<ArgKind, (c: Cursor) => Arg>> = {
  uint1,
  uint2,
  int4,
  uint4,
  uint8,
  decimalnl_short: shortDecimal,
  decimalnl_long: longDecimal,
  floatnl: (c) => parseFloating(line(c, "stringnl")),
  float8: (c) => c.view.getFloat64(take(c, 8, "float8")),
  long1: (c) => decodeLong(counted(c, uint1(c), "long1")),
  long4: (c) => decodeLong(counted(c, int4(c), "long4")),
  stringnl: quoted,
  stringnl_noescape: name,
  stringnl_noescape_pair: (c) => `${name(c)} ${name(c)}`,
  string1: (c) => latin1(counted(c, uint1(c), "string1")),
  string4: (c) => latin1(counted(c, int4(c), "string4")),
  bytes1: (c) => counted(c, uint1(c), "bytes1"),
  bytes4: (c) => counted(c, uint4(c), "bytes4"),
  bytes8: (c) => counted(c, uint8(c), "bytes8"),
  bytearray8: (c) => counted(c, uint8(c), "bytearray8"),
  unicodestringnl: (c) => rawUnicodeEscape(line(c, "unicodestringnl")),
  unicodestring1: (c) => utf8(counted(c, uint1(c), "unicodestring1")),
  unicodestring4: (c) => utf8(counted(c, uint4(c), "unicodestring4")),
  unicodestring8: (c) => utf8(counted(c, uint8(c), "unicodestring8")),
};

/** Reads one argument and moves behind it; throws {@link Malformed}. */
export function readArg(kind: ArgKind, cursor: Cursor): Arg {
  return READERS[kind](cursor);
}

/** Python's repr of an argument of that kind. */
export function reprArg(kind: ArgKind | null, arg: Arg): string {
  if (arg === null) return "None";
  if (typeof arg === "boolean") return arg ? "True" : "False";
  if (typeof arg === "string") return reprString(arg);
  if (arg instanceof Uint8Array) return kind === "bytearray8" ? reprByteArray(arg) : reprBytes(arg);
  if (kind === "floatnl" || kind === "float8") return reprFloat(Number(arg));
  checkDigits(arg);
  return reprInt(arg);
}
