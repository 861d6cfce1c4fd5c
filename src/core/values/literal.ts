/**
 * Python's `repr` of the four literal types: str, bytes, float, int.
 *
 * @module
 */

/** What `str.isprintable` refuses (docs.python.org, stdtypes), and what repr always escapes. */
const ESCAPED = /[\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const PLAIN = /^[ !#-&(-[\]-~]*$/;

const SHORT: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const hex = (code: number, width: number): string => code.toString(16).padStart(width, "0");

/**
 * Writes a string as Python's `repr` does: quotes chosen, unprintable characters and lone surrogates escaped.
 *
 * Which characters are printable depends on the Unicode version of the JavaScript engine, as it does on Python's.
 *
 * @example
 * ```ts
 * reprString("it's\n"); // "\"it's\\n\""
 * ```
 */
export function reprString(text: string): string {
  if (PLAIN.test(text)) return `'${text}'`;
  const escaped = text.replace(ESCAPED, (ch) => {
    const short = SHORT[ch];
    if (short !== undefined) return short;
    const code = ch.codePointAt(0)!;
    return code < 256 ? `\\x${hex(code, 2)}` : code < 65536 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  });
  return quote(escaped, text.includes("'"), text.includes('"'));
}

/**
 * Writes bytes as Python's `repr` does: printable ASCII as it is, the rest escaped.
 *
 * @example
 * ```ts
 * reprBytes(new Uint8Array([97, 0])); // "b'a\\x00'"
 * ```
 */
export function reprBytes(bytes: Uint8Array): string {
  return `b${quote(escapedBytes(bytes), bytes.includes(0x27), bytes.includes(0x22))}`;
}

/**
 * Writes a bytearray as Python's `repr` does, which escapes single quotes between double ones, too.
 *
 * @example
 * ```ts
 * reprByteArray(new Uint8Array([39])); // "bytearray(b\"\\'\")"
 * ```
 */
export function reprByteArray(bytes: Uint8Array): string {
  const mark = bytes.includes(0x27) && !bytes.includes(0x22) ? '"' : "'";
  return `bytearray(b${mark}${escapedBytes(bytes).replaceAll("'", "\\'")}${mark})`;
}

function escapedBytes(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x20 && byte < 0x7f && byte !== 0x5c) text += String.fromCharCode(byte);
    else text += SHORT[String.fromCharCode(byte)] ?? `\\x${hex(byte, 2)}`;
  }
  return text;
}

/** Double quotes only where they save escaping. */
function quote(escaped: string, single: boolean, double: boolean): string {
  if (!single) return `'${escaped}'`;
  return double ? `'${escaped.replaceAll("'", "\\'")}'` : `"${escaped}"`;
}

/**
 * Writes a float as Python's `repr` does: the shortest digits that read back equal, and always a mark of a float.
 *
 * @example
 * ```ts
 * [1, 1e16, 1e-5, -0].map(reprFloat); // ["1.0", "1e+16", "1e-05", "-0.0"]
 * ```
 */
export function reprFloat(x: number): string {
  if (Number.isNaN(x)) return "nan";
  const size = Math.abs(x);
  if (size === Number.POSITIVE_INFINITY) return x < 0 ? "-inf" : "inf";
  if (x === 0) return Object.is(x, -0) ? "-0.0" : "0.0";
  if (size >= 1e-4 && size < 1e16) {
    const text = String(x);
    return text.includes(".") ? text : `${text}.0`;
  }
  const [digits, exponent] = x.toExponential().split("e") as [string, string];
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

/**
 * Writes an int as Python's `repr` does.
 *
 * @example
 * ```ts
 * reprInt(2n ** 64n); // "18446744073709551616"
 * ```
 */
export function reprInt(x: number | bigint): string {
  return typeof x === "bigint" || Number.isSafeInteger(x) ? String(x) : String(BigInt(x));
}
