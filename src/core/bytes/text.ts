/**
 * Text as Python's codecs see it: strict UTF-8 with lone surrogates kept, Latin-1, the escapes of old protocols.
 *
 * @module
 */
import { looseUtf8, writeLooseUtf8 } from "#platform";

/** Text that cannot be decoded; `position` counts bytes. */
export class DecodeError extends Error {
  readonly position: number;
  constructor(codec: string, byte: number, position: number) {
    super(`'${codec}' codec can't decode byte 0x${byte.toString(16).padStart(2, "0")} in position ${position}`);
    this.position = position;
  }
}

/** Bytes to text by UTF-8, lone surrogates allowed ("surrogatepass"), anything else wrong throws {@link DecodeError}. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number, surrogates = true): string {
  const text = looseUtf8(bytes, start, end);
  return text.includes("\ufffd") ? strictUtf8(bytes, start, end, surrogates) : text;
}

function strictUtf8(bytes: Uint8Array, start: number, end: number, surrogates: boolean): string {
  const units: string[] = [];
  let text = "";
  for (let p = start; p < end; ) {
    const b = bytes[p] as number;
    const size = b < 0x80 ? 1 : b >= 0xc2 && b < 0xe0 ? 2 : b >= 0xe0 && b < 0xf0 ? 3 : b >= 0xf0 && b < 0xf5 ? 4 : 0;
    let code = size === 1 ? b : b & (0x7f >> size);
    let good = size > 0 && p + size <= end;
    for (let i = 1; good && i < size; i++) {
      const next = bytes[p + i] as number;
      good = (next & 0xc0) === 0x80;
      code = (code << 6) | (next & 0x3f);
    }
    if (good && size === 3) good = code >= 0x800 && (surrogates || code < 0xd800 || code > 0xdfff);
    if (good && size === 4) good = code >= 0x10000 && code < 0x110000;
    if (!good) throw new DecodeError("utf-8", b, p - start);
    text += String.fromCodePoint(code);
    if (text.length > 8192) {
      units.push(text);
      text = "";
    }
    p += size;
  }
  return units.join("") + text;
}

/** Bytes to text, one character each. */
export function decodeLatin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = "";
  for (let p = start; p < end; p += 4096) {
    text += String.fromCharCode.apply(null, bytes.subarray(p, Math.min(end, p + 4096)) as unknown as number[]);
  }
  return text;
}

/** UTF-8 length of text, lone surrogates counted as three bytes. */
export function utf8Length(text: string): number {
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x80) size++;
    else if (c < 0x800) size += 2;
    else if (c >= 0xd800 && c < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      size += 4;
      i++;
    } else size += 3;
  }
  return size;
}

/** Writes text as UTF-8 (lone surrogates too) at `at`; there must be room for three bytes a character. */
export function writeUtf8(text: string, into: Uint8Array, at: number): number {
  if (!hasLone(text)) return writeLooseUtf8(text, into, at);
  const start = at;
  for (const character of text) {
    const c = character.codePointAt(0) as number;
    if (c < 0x80) into[at++] = c;
    else if (c < 0x800) {
      into[at++] = 0xc0 | (c >> 6);
      into[at++] = 0x80 | (c & 0x3f);
    } else if (c < 0x10000) {
      into[at++] = 0xe0 | (c >> 12);
      into[at++] = 0x80 | ((c >> 6) & 0x3f);
      into[at++] = 0x80 | (c & 0x3f);
    } else {
      into[at++] = 0xf0 | (c >> 18);
      into[at++] = 0x80 | ((c >> 12) & 0x3f);
      into[at++] = 0x80 | ((c >> 6) & 0x3f);
      into[at++] = 0x80 | (c & 0x3f);
    }
  }
  return at - start;
}

/** Does the text hold half a surrogate pair? */
export function hasLone(text: string): boolean {
  const native = (text as { isWellFormed?: () => boolean }).isWellFormed;
  if (native !== undefined) return !native.call(text);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0xd800 || c > 0xdfff) continue;
    if (c > 0xdbff || (text.charCodeAt(i + 1) & 0xfc00) !== 0xdc00) return true;
    i++;
  }
  return false;
}

/** Encodes text as UTF-8, lone surrogates kept. */
export function encodeUtf8(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 3);
  return out.slice(0, writeUtf8(text, out, 0));
}

/** Python's `bytes.decode(encoding, errors)` for the codecs a Python 2 `str` may need; throws {@link DecodeError}. */
export function decodeText(bytes: Uint8Array, encoding: string, errors: string): string {
  const codec = encoding.toLowerCase().replace(/[-_ ]/g, "");
  if (/^(latin1|iso88591|l1|8859|(cp|ibm)819|isoir100)$/.test(codec)) return decodeLatin1(bytes);
  if (/^(us)?ascii$|^646$|^ansix3/.test(codec)) {
    if (bytes.every((b) => b < 0x80)) return decodeLatin1(bytes);
    return repaired("ascii", bytes, errors, (b) => (b < 0x80 ? String.fromCharCode(b) : undefined));
  }
  if (codec === "utf8" || codec === "u8") {
    try {
      return decodeUtf8(bytes, 0, bytes.length, errors === "surrogatepass");
    } catch (e) {
      if (!(e instanceof DecodeError) || errors === "strict" || errors === "surrogatepass") throw e;
      if (errors === "replace") return looseUtf8(bytes, 0, bytes.length);
      let text = "";
      let rest = bytes;
      for (;;) {
        try {
          return text + decodeUtf8(rest, 0, rest.length, false);
        } catch (bad) {
          if (!(bad instanceof DecodeError)) throw bad;
          const at = bad.position;
          text += decodeUtf8(rest, 0, at, false) + repair("utf-8", rest[at] as number, at, errors);
          rest = rest.subarray(at + 1);
        }
      }
    }
  }
  const label = codec
    .replace(/^cp(?=125\d$|874$)/, "windows-")
    .replace(/^(iso8859)(?=\d)/, "iso-8859-")
    .replace(/^koi8(?=[ru]$)/, "koi8-")
    .replace(/^utf16(?=[lb]e$)/, "utf-16")
    .replace(/^latin9$/, "iso-8859-15")
    .replace(/^macroman$/, "macintosh")
    .replace(/^maccyrillic$/, "x-mac-cyrillic");
  let decoder: TextDecoder;
  try {
    decoder = strictDecoder(label) ?? new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  } catch (cause) {
    throw new RangeError(`unknown encoding: ${encoding}`, { cause });
  }
  if (/^(windows|iso-8859|koi8|ibm|mac|x-mac)/.test(decoder.encoding)) {
    return repaired(encoding, bytes, errors, byBytes(decoder, codec));
  }
  try {
    return decoder.decode(bytes);
  } catch {
    return byPieces(decoder, bytes, encoding, errors);
  }
}

function strictDecoder(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true });
  } catch {
    return undefined;
  }
}

/** One byte by a codec of single bytes; what the web's tables fill up with control characters Python leaves undefined. */
function byBytes(decoder: TextDecoder, codec: string): (b: number) => string | undefined {
  const known: (string | undefined)[] = [];
  const windows = decoder.encoding.startsWith("windows");
  const own = windows && /^(cp|windows)/.test(codec);
  const decode = (b: number): string | undefined => {
    if (decoder.encoding === "windows-1252") return b < 0xa0 ? CP1252[b - 0x80] : String.fromCharCode(b);
    // The web takes ISO 8859-9 and 11 for the code pages that fill their gap.
    if (windows && !own && b < 0xa0) return String.fromCharCode(b);
    try {
      const text = decoder.decode(Uint8Array.of(b));
      // Node fills gaps above by its private area.
      return (own && text < "\xa0") || (windows && /[\ue000-\uf8ff]/.test(text)) ? undefined : text;
    } catch {
      return undefined;
    }
  };
  return (b) => (b < 0x80 ? String.fromCharCode(b) : b in known ? known[b] : (known[b] = decode(b)));
}

/**
 * Text with wrong bytes in it by a codec of several bytes: the shortest pieces that can be read, the rest repaired. A
 * decoder that throws takes microseconds each time, so most is asked of one that puts U+FFFD for what is wrong.
 */
function byPieces(decoder: TextDecoder, bytes: Uint8Array, encoding: string, errors: string): string {
  const loose = new TextDecoder(decoder.encoding, { ignoreBOM: true });
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    let piece = "";
    let size = 0;
    while (piece === "" && size < 4 && at + size < bytes.length) {
      size++;
      const found = loose.decode(bytes.subarray(at, at + size));
      // The character itself may stand there.
      const isOwn = found === "\ufffd" && size > 1 && decodes(decoder, bytes.subarray(at, at + size));
      if (isOwn || !found.includes("\ufffd")) piece = found;
    }
    if (piece === "") {
      piece = repair(encoding, bytes[at] as number, at, errors);
      size = 1;
    }
    text += piece;
    at += size;
  }
  return text;
}

function decodes(decoder: TextDecoder, bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** 0x80 to 0x9f of windows-1252; Node's decoder takes them for control characters. */
const CP1252: (string | undefined)[] = [..."€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ"].map((c) =>
  c === "\0" ? undefined : c,
);

function repaired(codec: string, bytes: Uint8Array, errors: string, one: (b: number) => string | undefined): string {
  let text = "";
  bytes.forEach((b, i) => {
    text += one(b) ?? repair(codec, b, i, errors);
  });
  return text;
}

function repair(codec: string, byte: number, position: number, errors: string): string {
  switch (errors) {
    case "ignore":
      return "";
    case "replace":
      return "\ufffd";
    case "surrogateescape":
      if (byte < 0x80) throw new DecodeError(codec, byte, position);
      return String.fromCharCode(0xdc00 + byte);
    case "backslashreplace":
      return `\\x${byte.toString(16).padStart(2, "0")}`;
    default:
      throw new DecodeError(codec, byte, position);
  }
}
