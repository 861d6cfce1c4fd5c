/**
 * `dtype(…)`: from what people and files write to a {@link DType}.
 *
 * @module
 */
import {
  type ByteOrder,
  DType,
  type Field,
  type Kind,
  knownType,
  recordType,
  simpleType,
  subarrayType,
  textType,
  timeType,
} from "./dtype.ts";

/** A record by its parts, as NumPy's dict form. */
export interface RecordSpec {
  names: readonly string[];
  formats: readonly DTypeSpec[];
  offsets?: readonly number[];
  titles?: readonly (string | null)[];
  itemsize?: number;
  aligned?: boolean;
}

/** What `dtype` takes: text, a dtype, `[[name, spec, shape?], …]`, `[base, shape]`, or a {@link RecordSpec}. */
export type DTypeSpec = string | DType | readonly unknown[] | RecordSpec;

/** C's and Python's names, and NumPy's one-letter codes. */
const NAMED: Readonly<Record<string, string>> = {
  "?": "b1",
  bool: "b1",
  bool_: "b1",
  bool8: "b1",
  b: "i1",
  B: "u1",
  h: "i2",
  H: "u2",
  i: "i4",
  I: "u4",
  l: "i8",
  L: "u8",
  q: "i8",
  Q: "u8",
  p: "i8",
  P: "u8",
  n: "i8",
  N: "u8",
  e: "f2",
  f: "f4",
  d: "f8",
  g: "f16",
  F: "c8",
  D: "c16",
  G: "c32",
  byte: "i1",
  ubyte: "u1",
  short: "i2",
  ushort: "u2",
  intc: "i4",
  uintc: "u4",
  int: "i8",
  int_: "i8",
  uint: "u8",
  long: "i8",
  ulong: "u8",
  longlong: "i8",
  ulonglong: "u8",
  intp: "i8",
  uintp: "u8",
  half: "f2",
  single: "f4",
  double: "f8",
  float: "f8",
  float_: "f8",
  longdouble: "f16",
  csingle: "c8",
  cdouble: "c16",
  complex: "c16",
  complex_: "c16",
  clongdouble: "c32",
  c: "S1",
  S: "S0",
  a: "S0",
  bytes: "S0",
  bytes_: "S0",
  U: "U0",
  str: "U0",
  str_: "U0",
  V: "V0",
  void: "V0",
  O: "O8",
  object: "O8",
  object_: "O8",
  O4: "O8",
  M: "M8",
  datetime64: "M8",
  m: "m8",
  timedelta64: "m8",
};

/** Spellings of `numpy.dtypes.StringDType()`. */
const TEXT: ReadonlySet<string> = new Set(["T", "StringDType", "StringDType()"]);

const BITS = /^(u?int|float|complex|str|bytes|void)(\d+)$/;
const UNIT = /^\[(\d*)(Y|M|W|D|h|m|s|ms|us|μs|ns|ps|fs|as|generic)(?:\/(\d+))?\]$/;

/** Units into which `[D/24]` may divide one, from the largest on, and how many of each it is. */
const PARTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Y: { M: 12, W: 52, D: 365 },
  M: { W: 4, D: 30, h: 720 },
  W: { D: 7, h: 168, m: 10080, s: 604800 },
  D: { h: 24, m: 1440, s: 86400 },
  h: { m: 60, s: 3600 },
  m: { s: 60, ms: 60000 },
  s: { ms: 1e3, us: 1e6 },
  ms: { us: 1e3, ns: 1e6 },
  us: { ns: 1e3, ps: 1e6 },
  ns: { ps: 1e3, fs: 1e6 },
  ps: { fs: 1e3, as: 1e6 },
  fs: { as: 1e3 },
};

/**
 * Makes a dtype. `TypeError` for what NumPy would not understand, `RangeError` for sizes that cannot be.
 *
 * @example
 * ```ts
 * dtype("<f8").name; // "float64"
 * dtype([["x", "<i4"], ["t", "<f8", [2]]]).itemsize; // 20
 * ```
 */
export function dtype(spec: DTypeSpec, options: { align?: boolean } = {}): DType {
  const known = typeof spec === "string" ? knownType(spec) : undefined;
  return known ?? parse(spec, options.align ?? false, 0);
}

function parse(spec: unknown, align: boolean, depth: number): DType {
  if (depth > 64) throw new RangeError("a dtype has at most 64 levels");
  if (spec instanceof DType) return spec;
  if (typeof spec === "string") return fromText(spec, align);
  if (Array.isArray(spec)) {
    if (spec.length === 2 && (spec[0] instanceof DType || typeof spec[0] === "string" || isSubarray(spec))) {
      return subarrayType(parse(spec[0], align, depth + 1), shapeOf(spec[1]));
    }
    return fromList(spec, align, depth);
  }
  if (typeof spec === "object" && spec !== null && "names" in spec && "formats" in spec) {
    return fromRecord(spec as RecordSpec, align, depth);
  }
  throw new TypeError("data type not understood");
}

/** `[[fields…], shape]`: a subarray of records. */
function isSubarray([base, shape]: readonly unknown[]): boolean {
  return Array.isArray(base) && Array.isArray(base[0]) && isShape(shape);
}

function isShape(value: unknown): boolean {
  return typeof value === "number" || (Array.isArray(value) && value.every((n) => typeof n === "number"));
}

function shapeOf(value: unknown): readonly number[] {
  if (!isShape(value)) throw new TypeError("the shape of a subarray must be an int or ints");
  return typeof value === "number" ? (value === 1 ? [] : [value]) : (value as number[]);
}

function fromText(text: string, align: boolean): DType {
  if (TEXT.has(text)) return textType();
  const match = /^([<>=|!]?)(.*)$/s.exec(text) as RegExpExecArray;
  const order: ByteOrder = match[1] === ">" || match[1] === "!" ? ">" : "<";
  const rest = match[2] as string;
  const whole = fromWord(rest, order);
  if (whole !== null) return whole;
  const refuse = (): never => {
    throw new TypeError(`data type ${JSON.stringify(text)} not understood`);
  };
  const parts = /^.?[(\d]|,/s.test(text) ? commaParts(text) : refuse();
  if (parts.length > 1 && (parts[parts.length - 1] as string).trim() === "") parts.pop();
  else if (parts.length === 1 && !/^\s*[<>=|!]?\s*[(\d]/.test(text)) refuse();
  const dtypes = parts.map((part) => {
    const match = /^\s*([<>=|!]?)\s*(\([\d,\s]*\)|\d*)\s*([<>=|!]?[^\s\d(,]\S*)\s*$/.exec(part);
    if (match === null) return refuse();
    const [, before = "", count = "", word = ""] = match;
    const inner = fromText(/^[<>=|!]/.test(word) ? word : before + word, align);
    const shape = count.match(/\d+/g)?.map(Number) ?? [];
    // One in brackets alone is an int to Python; commas stand one by one.
    if (/,\s*,|\(\s*,|\d\s+\d/.test(count) || (parts.length === 1 && /^\(\s*\d+\s*\)/.test(count))) return refuse();
    // Of text and bytes without a length, a number is the length.
    if (/^\d/.test(count) && /[SUV]/.test(inner.kind) && inner.itemsize === 0) return fromText(word + count, align);
    if (inner.text !== null && shape.length > 0) throw new TypeError("StringDType is not supported within subarrays");
    return subarrayType(inner, shape);
  });
  if (parts.length === 1 && !/,\s*$/.test(text)) return dtypes[0] as DType;
  return build(
    dtypes.map((inner, i) => ({ name: `f${i}`, inner })),
    align,
  );
}

/** A text at its commas, but for those of shapes. */
function commaParts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const ch = text[i];
    if (ch === "(") depth++;
    else if (ch === ")") depth--;
    else if (ch === "," && depth <= 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function fromWord(word: string, order: ByteOrder): DType | null {
  const bits = BITS.exec(word);
  if (bits !== null) {
    const kind = bits[1] === "uint" ? "u" : bits[1] === "str" ? "U" : bits[1] === "bytes" ? "S" : bits[1]![0]!;
    const size = Number(bits[2]) / 8;
    return simpleType((kind === "v" ? "V" : kind) as Kind, kind === "U" ? size / 4 : size, order);
  }
  const bracket = word.indexOf("[");
  const plain = bracket < 0 ? word : word.slice(0, bracket);
  const code = Object.hasOwn(NAMED, plain) ? (NAMED[plain] as string) : plain;
  const match = /^([biufcSaUVOMm])(\d+)$/.exec(code);
  if (match === null) return null;
  const kind = (match[1] === "a" ? "S" : match[1]) as Kind;
  const size = Number(match[2]);
  if (bracket < 0) return simpleType(kind, size, order);
  const unit = UNIT.exec(word.slice(bracket));
  if ((kind !== "M" && kind !== "m") || size !== 8 || unit === null) return null;
  const [, times, letters = "", divisor] = unit;
  const name = letters === "μs" ? "us" : letters;
  const count = Number(times || 1);
  if (divisor === undefined || divisor === "1") return timeType(kind, name, count, order);
  const part = Object.entries(PARTS[name] ?? {}).find(([, n]) => n % Number(divisor) === 0);
  return part === undefined ? null : timeType(kind, part[0], (count * part[1]) / Number(divisor), order);
}

interface Item {
  name: string;
  inner: DType;
  title?: string | undefined;
  offset?: number | undefined;
}

function fromList(list: readonly unknown[], align: boolean, depth: number): DType {
  const items = list.map((item, i): Item => {
    if (!Array.isArray(item) || item.length < 2 || item.length > 3) {
      throw new TypeError("a field must be [name, dtype] or [name, dtype, shape]");
    }
    const [key, what, shape] = item as unknown[];
    const [title, name] = Array.isArray(key) && key.length === 2 ? key : [undefined, key];
    if (typeof name !== "string" || (title !== undefined && typeof title !== "string")) {
      throw new TypeError("a field's name must be text, or [title, name]");
    }
    const base = parse(what, align, depth + 1);
    return {
      name: name === "" ? `f${i}` : name,
      inner: shape === undefined ? base : subarrayType(base, shapeOf(shape)),
      title,
    };
  });
  return build(items, align);
}

function fromRecord(spec: RecordSpec, align: boolean, depth: number): DType {
  const { names, formats, offsets, titles, itemsize } = spec;
  if (names.length !== formats.length || (offsets && offsets.length !== names.length)) {
    throw new TypeError("names, formats and offsets must be of one length");
  }
  const aligned = spec.aligned ?? align;
  const items = names.map((name, i): Item => {
    if (typeof name !== "string") throw new TypeError("a field's name must be text");
    const inner = parse(formats[i], aligned, depth + 1);
    return { name, inner, title: titles?.[i] ?? undefined, offset: offsets?.[i] };
  });
  return build(items, aligned, itemsize);
}

function build(items: readonly Item[], aligned: boolean, itemsize?: number): DType {
  const fields = new Map<string, Field>();
  const names = new Set(items.map(({ name }) => name));
  let end = 0;
  let widest = 1;
  for (const { name, inner, title, offset } of items) {
    if (aligned) widest = Math.max(widest, inner.alignment);
    const at = offset ?? (aligned ? Math.ceil(end / inner.alignment) * inner.alignment : end);
    if (fields.has(name)) throw new TypeError(`field ${JSON.stringify(name)} occurs more than once`);
    if (title !== undefined) {
      if (names.has(title)) throw new TypeError(`title ${JSON.stringify(title)} is a name or title already`);
      names.add(title);
    }
    fields.set(name, title === undefined ? { dtype: inner, offset: at } : { dtype: inner, offset: at, title });
    end = Math.max(end, at + inner.itemsize);
  }
  return recordType(fields, itemsize ?? Math.ceil(end / widest) * widest, aligned);
}
