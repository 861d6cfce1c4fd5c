/**
 * Headers as NumPy writes them for plain dtypes, read byte by byte: a small array is then read in about a microsecond.
 *
 * @module
 */
import { type DType, knownType } from "../../core/ndarray/index.ts";
import type { Header } from "./header.ts";

/** Bytes of the magic, version 1.0 and the length. */
const START = 10;
const letters = (text: string): readonly number[] => Array.from(text, (letter) => letter.charCodeAt(0));
const VERSION_1 = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
const DESCR = /* @__PURE__ */ letters("{'descr': '");
const ORDER = /* @__PURE__ */ letters("', 'fortran_order': ");
const FALSE = /* @__PURE__ */ letters("False, 'shape': (");
const TRUE = /* @__PURE__ */ letters("True, 'shape': (");
const END = /* @__PURE__ */ letters("), }");
const MOST = 2 ** 31;

function stands(text: readonly number[], bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/**
 * The header of an npy file of version 1.0, and where its items begin; null for whatever is spelled otherwise, has no
 * plain dtype or is not wholly there, which `parseHeader` takes apart.
 */
export function plainHeader(bytes: Uint8Array): (Header & { readonly byteOffset: number }) | null {
  if (!stands(VERSION_1, bytes, 0)) return null;
  const byteOffset = START + ((bytes[8] as number) | ((bytes[9] as number) << 8));
  if (byteOffset > bytes.length || !stands(DESCR, bytes, START)) return null;
  // A plain dtype is three characters, as "<f8", or four, as "<c16".
  let at = START + DESCR.length;
  let name = String.fromCharCode(bytes[at++] as number, bytes[at++] as number, bytes[at++] as number);
  if (bytes[at] !== ORDER[0]) name += String.fromCharCode(bytes[at++] as number);
  const dtype: DType | undefined = knownType(name);
  if (dtype === undefined || dtype.hasObject || !stands(ORDER, bytes, at)) return null;
  at += ORDER.length;
  const fortran = bytes[at] === TRUE[0];
  const text = fortran ? TRUE : FALSE;
  if (!stands(text, bytes, at)) return null;
  at += text.length;
  const shape: number[] = [];
  let size = 1;
  while (bytes[at] !== END[0]) {
    let n = 0;
    let digits = 0;
    for (let code = bytes[at] as number; code >= 48 && code < 58; code = bytes[++at] as number) {
      n = n * 10 + code - 48;
      digits++;
    }
    // Python has no leading zeros; a comma stands between two lengths, and behind a single one.
    if (digits === 0 || digits > 10 || (digits > 1 && n < 10 ** (digits - 1))) return null;
    if (shape.length > 0 && bytes[at] === 0x2c && bytes[at + 1] !== 0x20) return null;
    shape.push(n);
    size *= n;
    if (bytes[at] === 0x2c) at++;
    else if (shape.length === 1 || bytes[at] !== END[0]) return null;
    if (bytes[at] === 0x20) at++;
  }
  if (shape.length > 32 || size > MOST || !stands(END, bytes, at)) return null;
  at += END.length;
  while (bytes[at] === 0x20) at++;
  return at === byteOffset - 1 && bytes[at] === 0x0a ? { dtype, shape, fortran, byteOffset } : null;
}
