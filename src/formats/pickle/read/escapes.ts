/**
 * The backslash escapes of protocol 0.
 *
 * @module
 */

const SIMPLE: Record<string, number> = { "\\": 92, "'": 39, '"': 34, b: 8, f: 12, t: 9, n: 10, r: 13, v: 11, a: 7 };

/** Python's `codecs.escape_decode` of Latin-1 text; undefined for a broken `\x`. */
export function escapeDecode(text: string): Uint8Array | undefined {
  const out: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c !== 92) {
      out.push(c);
      continue;
    }
    const next = text[++i];
    if (next === undefined) return undefined;
    const octal = /^[0-7]{1,3}/.exec(text.slice(i, i + 3));
    if (octal !== null) {
      out.push(Number.parseInt(octal[0], 8) & 255);
      i += octal[0].length - 1;
    } else if (next === "x") {
      const hex = /^[0-9a-fA-F]{2}/.exec(text.slice(i + 1, i + 3));
      if (hex === null) return undefined;
      out.push(Number.parseInt(hex[0], 16));
      i += 2;
    } else if (next === "\n") continue;
    else if (Object.hasOwn(SIMPLE, next)) out.push(SIMPLE[next] as number);
    else out.push(92, next.charCodeAt(0));
  }
  return Uint8Array.from(out);
}

/** Python's raw-unicode-escape of Latin-1 text: only `\uXXXX` and `\UXXXXXXXX`; undefined when one is cut short. */
export function rawUnicodeEscape(text: string): string | undefined {
  if (!text.includes("\\")) return text;
  let good = true;
  const out = text.replace(
    /(\\+)(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[uU])?/g,
    (whole, slashes: string, escape?: string) => {
      // An escape needs an odd run of backslashes before it.
      if (escape === undefined || slashes.length % 2 === 0) return whole;
      const code = escape.length > 1 ? Number.parseInt(escape.slice(1), 16) : Number.POSITIVE_INFINITY;
      if (code > 0x10ffff) {
        good = false;
        return "";
      }
      return slashes.slice(1) + String.fromCodePoint(code);
    },
  );
  return good ? out : undefined;
}
