/**
 * Reads a format string into a list of fields with their offsets.
 *
 * Fields keep their repeat count, so `"1000000000b"` costs one field and nothing is allocated before the buffer's
 * length has been checked.
 */
import { StructError } from "./error.ts";

/** Machine whose native sizes `@` means: 64-bit Unix (`long` has 8 bytes) or Windows (`long` has 4). */
export type Platform = "lp64" | "win64";

export type Kind = "pad" | "char" | "bytes" | "pascal" | "bool" | "int" | "pointer" | "float";

/** One format character with its count, placed. */
export interface Field {
  readonly code: string;
  readonly kind: Kind;
  readonly signed: boolean;
  /** Bytes of one item (of the whole string for `s` and `p`). */
  readonly size: number;
  readonly offset: number;
  readonly repeat: number;
}

export interface Layout {
  readonly fields: readonly Field[];
  readonly little: boolean;
  /** `@`: native mode, where a float too large for `f` becomes an infinity, as a C cast makes it. */
  readonly native: boolean;
  /** Bytes of the whole. */
  readonly size: number;
  /** Values it packs. */
  readonly count: number;
}

interface Type {
  readonly kind: Kind;
  readonly signed: boolean;
  /** Standard size; 0 means native mode only. */
  readonly standard: number;
  readonly lp64: number;
  readonly win64: number;
}

const row = (kind: Kind, signed: boolean, standard: number, lp64 = standard, win64 = lp64): Type => ({
  kind,
  signed,
  standard,
  lp64,
  win64,
});

const TYPES: Readonly<Record<string, Type>> = {
  // @ts-expect-error a null prototype, so that no format character finds a method of Object
  __proto__: null,
  x: row("pad", false, 1),
  c: row("char", false, 1),
  s: row("bytes", false, 1),
  p: row("pascal", false, 1),
  "?": row("bool", false, 1),
  b: row("int", true, 1),
  B: row("int", false, 1),
  h: row("int", true, 2),
  H: row("int", false, 2),
  i: row("int", true, 4),
  I: row("int", false, 4),
  l: row("int", true, 4, 8, 4),
  L: row("int", false, 4, 8, 4),
  q: row("int", true, 8),
  Q: row("int", false, 8),
  n: row("int", true, 0, 8),
  N: row("int", false, 0, 8),
  P: row("pointer", false, 0, 8),
  e: row("float", true, 2),
  f: row("float", true, 4),
  d: row("float", true, 8),
};

const ORDERS = "@=<>!";

/** Python's limit is 2^63 - 1; ours is the last exact number, which no buffer reaches either. */
const MAX_SIZE = Number.MAX_SAFE_INTEGER;

export function parseFormat(format: string, platform: Platform = "lp64"): Layout {
  if (typeof format !== "string") throw new TypeError("the format must be a string");
  if (format.includes("\0")) throw new StructError("embedded null character");
  let at = 0;
  let order = "@";
  if (format !== "" && ORDERS.includes(format[0]!)) {
    order = format[0]!;
    at = 1;
  }
  const native = order === "@";
  const fields: Field[] = [];
  let size = 0;
  let count = 0;
  while (at < format.length) {
    let ch = format[at++]!;
    if (isSpace(ch)) continue;
    let repeat = 1;
    if (isDigit(ch)) {
      repeat = 0;
      while (isDigit(ch)) {
        repeat = repeat * 10 + (ch.charCodeAt(0) - 48);
        if (repeat > MAX_SIZE) throw tooLong();
        if (at === format.length) throw new StructError("repeat count given without format specifier");
        ch = format[at++]!;
      }
    }
    const type = TYPES[ch];
    const unit = type === undefined ? 0 : native ? type[platform] : type.standard;
    if (type === undefined || unit === 0) throw new StructError("bad char in struct format");
    const offset = native ? align(size, unit) : size;
    if (repeat > Math.floor((MAX_SIZE - offset) / unit)) throw tooLong();
    size = offset + repeat * unit;
    const string = type.kind === "bytes" || type.kind === "pascal";
    const items = string ? 1 : type.kind === "pad" ? 0 : repeat;
    count += items;
    if (items > 0) {
      const bytes = string ? repeat : unit;
      fields.push({ code: ch, kind: type.kind, signed: type.signed, size: bytes, offset, repeat: items });
    }
  }
  return { fields, little: order !== ">" && order !== "!", native, size, count };
}

/** Next multiple of `unit`; every native type is aligned to its own size on the platforms we know. */
function align(size: number, unit: number): number {
  const rest = size % unit;
  if (rest === 0) return size;
  if (size > MAX_SIZE - (unit - rest)) throw tooLong();
  return size + unit - rest;
}

function tooLong(): StructError {
  return new StructError("total struct size too long");
}

function isDigit(ch: string): boolean {
  return ch >= "0" && ch <= "9";
}

/** C's isspace in the ASCII range. */
function isSpace(ch: string): boolean {
  return ch === " " || (ch >= "\t" && ch <= "\r");
}
