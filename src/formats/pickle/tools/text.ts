/** Python's text decoders with Python's error words; each throws {@link Malformed}. */

/** A reason without a place; the caller knows opcode and offset. */
export class Malformed extends Error {}

const CHUNK = 8192;

/** Every byte one character (not TextDecoder's "latin1", which is windows-1252). */
export function latin1(bytes: Uint8Array): string {
  const short = shortAscii(bytes);
  if (short !== undefined) return short;
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return text;
}

/** The text of a few ASCII bytes, the common case, for which the general ways are too slow. */
function shortAscii(bytes: Uint8Array): string | undefined {
  if (bytes.length > 32) return undefined;
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte > 127) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

export function ascii(bytes: Uint8Array): string {
  const bad = bytes.findIndex((byte) => byte > 127);
  if (bad < 0) return latin1(bytes);
  throw cannotDecode("ascii", bytes, bad, 1, "ordinal not in range(128)");
}

/** Fatal, BOM kept: exactly Python's strict UTF-8. */
const STRICT: TextDecoder = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 that lets lone surrogates pass. */
export function utf8(bytes: Uint8Array): string {
  const short = shortAscii(bytes);
  if (short !== undefined) return short;
  try {
    return STRICT.decode(bytes);
  } catch {
    return slowUtf8(bytes);
  }
}

function slowUtf8(bytes: Uint8Array): string {
  const parts: string[] = [];
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at]!;
    const more = lead < 0x80 ? 0 : lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
    if (more < 0) throw cannotDecode("utf-8", bytes, at, 1, "invalid start byte");
    let code = more === 0 ? lead : lead & (0x3f >> more);
    for (let i = 1; i <= more; i++) {
      const byte = bytes[at + i];
      if (byte === undefined && !isSurrogateStart(bytes, at)) {
        throw cannotDecode("utf-8", bytes, at, i, "unexpected end of data");
      }
      if (byte === undefined || !continues(lead, i, byte)) {
        // A surrogate (ED A0..BF ..) is wrong from its second byte on for the strict decoder, which words the error.
        const valid = isSurrogateStart(bytes, at) ? 1 : i;
        throw cannotDecode("utf-8", bytes, at, valid, "invalid continuation byte");
      }
      code = (code << 6) | (byte & 0x3f);
    }
    at += more + 1;
    text += String.fromCodePoint(code);
    if (text.length >= CHUNK) {
      parts.push(text);
      text = "";
    }
  }
  parts.push(text);
  return parts.join("");
}

function isSurrogateStart(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xed && (bytes[at + 1] ?? 0) >= 0xa0;
}

/** Whether `byte` may be number `i` after `lead`: no overlong forms, nothing above U+10FFFF. */
function continues(lead: number, i: number, byte: number): boolean {
  if (byte < 0x80 || byte > 0xbf) return false;
  if (i > 1) return true;
  return !((lead === 0xe0 && byte < 0xa0) || (lead === 0xf0 && byte < 0x90) || (lead === 0xf4 && byte > 0x8f));
}

/**
 * Python's raw-unicode-escape: latin-1 with `\uXXXX` and `\UXXXXXXXX`; a backslash before any other character stands for
 * itself and shields that character.
 */
export function rawUnicodeEscape(bytes: Uint8Array): string {
  return latin1(bytes).replace(
    /\\(?:([uU])([0-9a-fA-F]{0,8})|[\s\S])/g,
    (whole, kind: string, digits: string, at: unknown) => {
      if (kind === undefined) return whole;
      const width = kind === "u" ? 4 : 8;
      const start = at as number;
      const bad = (reason: string, used: number): Malformed =>
        cannotDecode("rawunicodeescape", bytes, start, 2 + used, reason);
      if (digits.length < width) {
        throw bad(kind === "u" ? "truncated \\uXXXX escape" : "truncated \\UXXXXXXXX escape", digits.length);
      }
      const code = Number.parseInt(digits.slice(0, width), 16);
      if (code > 0x10ffff) throw bad("\\Uxxxxxxxx out of range", 8);
      return String.fromCodePoint(code) + digits.slice(width);
    },
  );
}

const ESCAPES: ReadonlyMap<number, number> = /* @__PURE__ */ new Map(
  [..."\\\\''\"\"b\bf\ft\tn\nr\rv\va\x07"].flatMap((ch, i, all) =>
    i % 2 ? [] : [[ch.charCodeAt(0), all[i + 1]!.charCodeAt(0)] as [number, number]],
  ),
);

/** Undoes the escapes of a Python 2 string literal. */
export function unescape(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(0x5c)) return bytes;
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at++]!;
    if (byte !== 0x5c) {
      out[length++] = byte;
      continue;
    }
    if (at === bytes.length) throw new Malformed("Trailing \\ in string");
    const ch = bytes[at++]!;
    const simple = ESCAPES.get(ch);
    if (simple !== undefined) {
      out[length++] = simple;
    } else if (isOctal(ch)) {
      let code = ch - 48;
      for (let i = 0; i < 2 && isOctal(bytes[at]); i++) code = code * 8 + (bytes[at++]! - 48);
      out[length++] = code;
    } else if (ch === 0x78) {
      const digits = latin1(bytes.subarray(at, at + 2));
      if (!/^[0-9a-fA-F]{2}$/.test(digits)) throw new Malformed(`invalid \\x escape at position ${at - 2}`);
      out[length++] = Number.parseInt(digits, 16);
      at += 2;
    } else {
      out[length++] = 0x5c;
      out[length++] = ch;
    }
  }
  return out.subarray(0, length);
}

function isOctal(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte < 56;
}

/** The words of a UnicodeDecodeError over `length` bytes from `at`. */
function cannotDecode(codec: string, bytes: Uint8Array, at: number, length: number, reason: string): Malformed {
  const what =
    length === 1
      ? `byte 0x${bytes[at]!.toString(16).padStart(2, "0")} in position ${at}`
      : `bytes in position ${at}-${at + length - 1}`;
  return new Malformed(`'${codec}' codec can't decode ${what}: ${reason}`);
}
