/**
 * Text in HDF5 files: UTF-8, and bytes that are none as h5py keeps them.
 *
 * @module
 */
import { looseUtf8 } from "#platform";

/** Bytes that are no UTF-8 become these and the 128 behind, which no text has: Python's "surrogateescape". */
const ESCAPED = 0xdc00;

/** Text of UTF-8 bytes (of which ASCII is a part); a byte that is none becomes half a surrogate pair, as in h5py. */
export function utf8Text(bytes: Uint8Array): string {
  const text = looseUtf8(bytes, 0, bytes.length);
  return text.includes("\ufffd") ? escaped(bytes) : text;
}

/** How many bytes the character has that begins here; 0 when it is no UTF-8. */
function widthAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const width = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + width > bytes.length) return 0;
  for (let i = 1; i < width; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] as number;
  // Overlong forms, surrogates, and what lies behind the last character.
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  return first === 0xf4 && second > 0x8f ? 0 : width;
}

function escaped(bytes: Uint8Array): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const width = widthAt(bytes, at);
    if (width > 0) {
      at += width;
      continue;
    }
    if (at > from) parts.push(looseUtf8(bytes, from, at));
    parts.push(String.fromCharCode(ESCAPED + (bytes[at] as number)));
    from = ++at;
  }
  if (from < bytes.length) parts.push(looseUtf8(bytes, from, bytes.length));
  return parts.join("");
}

const utf8 = /* @__PURE__ */ new TextEncoder();
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** UTF-8 of text; what {@link utf8Text} made of other bytes becomes those bytes again. */
export function encoded(text: string): Uint8Array {
  if (!LONE.test(text)) return utf8.encode(text);
  const out: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code >= ESCAPED + 0x80 && code <= ESCAPED + 0xff) out.push(code - ESCAPED);
    else out.push(...utf8.encode(character));
  }
  return Uint8Array.from(out);
}

const HIGH = /[\ud800-\uffff]/;

/** Which of two names comes first in a file: by the bytes of their UTF-8. */
export function compareText(a: string, b: string): number {
  // The order of JavaScript's units is that of the bytes but for the highest.
  if (!HIGH.test(a) || !HIGH.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [encoded(a), encoded(b)];
  const n = Math.min(x.length, y.length);
  for (let i = 0; i < n; i++) if (x[i] !== y[i]) return (x[i] as number) - (y[i] as number);
  return x.length - y.length;
}

/** Is text of ASCII alone? */
export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
