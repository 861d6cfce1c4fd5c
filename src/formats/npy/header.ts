/**
 * Headers of npy files: `\x93NUMPY`, version, length, and a Python dict of `descr`, `fortran_order` and `shape`.
 *
 * Source: numpy/lib/format.py ("Format Version 1.0" to "3.0").
 *
 * @module
 */
import { rawBytes } from "#platform";
import { decodeLatin1 } from "../../core/bytes/text.ts";
import { FormatError } from "../../core/errors.ts";
import { type DType, dtype, recordType, sizeOf, subarrayType } from "../../core/ndarray/index.ts";
import { repr } from "../../core/values/repr.ts";
import { isTuple } from "../../core/values/tuple.ts";
import { parseLiteral } from "./literal.ts";

/** What a header says. */
export interface Header {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly fortran: boolean;
}

/** Bytes of the magic and the version. */
export const MAGIC = 8;
const MAGIC_BYTES = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Multiple at which data begin. */
const ALIGN = 64;
/** Digits that the growing axis has room for (21 in all), so that a header can be rewritten in place. */
const GROWTH = 21;
const ORDER = ", 'fortran_order': False, 'shape': (";
const FORTRAN = ", 'fortran_order': True, 'shape': (";

function fail(reason: string, offset: number, cause?: unknown): FormatError {
  return new FormatError(reason, { offset, format: "npy", cause });
}

/** Checks the magic; gives the bytes of the length field. */
export function lengthSize(head: Uint8Array): 2 | 4 {
  for (let i = 0; i < MAGIC_BYTES.length; i++) {
    if (head[i] !== MAGIC_BYTES[i]) throw fail("no npy file: the magic \\x93NUMPY is missing", i);
  }
  const [major, minor] = [head[6] as number, head[7] as number];
  if (major < 1 || major > 3 || minor !== 0) throw fail(`npy version ${major}.${minor} is none of 1.0, 2.0, 3.0`, 6);
  return major === 1 ? 2 : 4;
}

/** Reads the dict of a header that begins at `offset`. */
export function parseHeader(bytes: Uint8Array, version: number, offset: number): Header {
  let text: string;
  if (version < 3) text = decodeLatin1(bytes);
  else {
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (e) {
      throw fail("the header is not UTF-8", offset, e);
    }
  }
  const dict = parseLiteral(text, offset);
  if (!(dict instanceof Map)) throw fail("the header is no dict", offset);
  const keys = [...dict.keys()].map(String).sort().join(" ");
  if (keys !== "descr fortran_order shape") {
    throw fail(`the header has the keys "${keys}", not descr, fortran_order and shape`, offset);
  }
  const shape: unknown = dict.get("shape");
  const fortran: unknown = dict.get("fortran_order");
  if (!isTuple(shape) || shape.some((n) => typeof n !== "number" || n < 0)) {
    throw fail(`shape is not valid: ${repr(shape)}`, offset);
  }
  if (typeof fortran !== "boolean") throw fail(`fortran_order is not a valid bool: ${repr(fortran)}`, offset);
  try {
    sizeOf(shape as readonly number[]);
    return { dtype: dtypeOf(dict.get("descr")), shape: shape as readonly number[], fortran };
  } catch (e) {
    if (e instanceof FormatError) throw e;
    throw fail(`descr or shape is not valid: ${(e as Error).message}`, offset, e);
  }
}

/** NumPy's `descr_to_dtype`: nameless `|V` fields are padding. */
function dtypeOf(descr: unknown): DType {
  if (typeof descr === "string") return dtype(descr);
  if (isTuple(descr)) {
    if (descr.length !== 2) throw new TypeError(`${repr(descr)} is no dtype`);
    return subarrayType(dtypeOf(descr[0]), shapeOf(descr[1]));
  }
  if (!Array.isArray(descr)) throw new TypeError(`${repr(descr)} is no dtype`);
  const fields = new Map<string, { dtype: DType; offset: number; title?: string }>();
  const names = new Set<string>();
  let at = 0;
  for (const field of descr as unknown[]) {
    if (!Array.isArray(field) || field.length < 2 || field.length > 3)
      throw new TypeError(`${repr(field)} is no field`);
    const base = dtypeOf(field[1]);
    const inner = field.length === 3 ? subarrayType(base, shapeOf(field[2])) : base;
    const [title, name] = isTuple(field[0]) && field[0].length === 2 ? field[0] : [undefined, field[0]];
    if (typeof name !== "string") throw new TypeError(`${repr(name)} is no name of a field`);
    const isPadding = name === "" && inner.kind === "V" && inner.fields === null && inner.base === null;
    if (!isPadding) {
      if (fields.has(name)) throw new TypeError(`field ${repr(name)} occurs more than once`);
      if (typeof title === "string") {
        if (names.has(title)) throw new TypeError(`title ${repr(title)} is taken already`);
        names.add(title);
      }
      fields.set(name, { dtype: inner, offset: at, ...(typeof title === "string" ? { title } : {}) });
    }
    at += inner.itemsize;
  }
  for (const title of names) if (fields.has(title)) throw new TypeError(`title ${repr(title)} is taken already`);
  return recordType(fields, at, false);
}

function shapeOf(value: unknown): readonly number[] {
  if (typeof value === "number") return [value];
  if (!isTuple(value) || value.some((n) => typeof n !== "number")) throw new TypeError(`${repr(value)} is no shape`);
  return value as readonly number[];
}

/**
 * A whole header, byte for byte as NumPy writes it, and `room` bytes behind it, whatever is in them; the lowest version that holds it, unless
 * one is asked for: `RangeError` when that cannot hold it.
 */
export function writeHeader(
  { dtype, shape, fortran }: Header,
  version?: readonly [number, number],
  room = 0,
): Uint8Array {
  const descr = dtype.hasObject && dtype.fields === null ? "|O" : dtype.descr;
  const plain = typeof descr === "string";
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const inner = plain ? `'${descr}'` : repr(descr);
  const growing = shape[fortran ? shape.length - 1 : 0];
  const blanks = growing === undefined ? 0 : Math.max(0, GROWTH - String(growing).length);
  // Written piece by piece: to join them first takes longer.
  const pieces = ["{'descr': ", inner, fortran ? FORTRAN : ORDER, lengths, "), }"];
  const wide = !plain && /[^\0-\xff]/.test(inner);
  const major = version?.[0];
  if (version && (version[1] !== 0 || ![1, 2, 3].includes(version[0]))) {
    throw new RangeError(`npy version ${version.join(".")} is none of 1.0, 2.0, 3.0`);
  }
  const encoded = wide || major === 3 ? new TextEncoder().encode(pieces.join("")) : null;
  let size = 0;
  if (encoded !== null) size = encoded.length;
  else for (const piece of pieces) size += piece.length;
  const wrap = (number: number): Uint8Array => {
    const start = MAGIC + (number === 1 ? 2 : 4);
    const used = start + size + blanks + 1;
    const end = used + ALIGN - (used % ALIGN);
    const out = rawBytes(end + room);
    let at = 0;
    while (at < MAGIC_BYTES.length) out[at] = MAGIC_BYTES[at++] as number;
    out[at++] = number;
    // The memory may hold anything.
    out[at] = 0;
    for (at = MAGIC; at < start; at++) out[at] = (end - start) >>> (8 * (at - MAGIC));
    if (encoded !== null) out.set(encoded, start);
    else for (const piece of pieces) for (let i = 0; i < piece.length; i++) out[at++] = piece.charCodeAt(i);
    for (at = start + size; at < end - 1; at++) out[at] = 0x20;
    out[at] = 0x0a;
    return out;
  };
  if (wide && major !== undefined && major < 3) throw new RangeError("names beyond latin-1 need npy version 3.0");
  if (wide || major === 3) return wrap(3);
  if (major === 2) return wrap(2);
  const first = wrap(1);
  if (first.length - room - MAGIC - 2 < 65536) return first;
  if (major === 1) throw new RangeError("the header is too long for npy version 1.0");
  return wrap(2);
}
