/** Python's `int(bytes)` and `float(bytes)`, and the little-endian long of protocol 2. */
import { reprBytes } from "../../../core/values/literal.ts";
import { latin1, Malformed } from "./text.ts";

/** Python's `sys.get_int_max_str_digits()`: decimal digits an int may have on the way from or to text. */
const MAX_DIGITS = 4300;

/** `int(bytes)`, base 10: blanks around, a sign, single underscores between digits. */
export function parseInteger(bytes: Uint8Array): number | bigint {
  const text = latin1(bytes);
  const [, sign = "", digits = "", rest = ""] = /^[ \t-\r]*([+-]?)(\d+(?:_\d+)*)?([\s\S]*)$/.exec(text)!;
  const count = digits.length - (digits.match(/_/g)?.length ?? 0);
  // C strings end at a NUL, which is why one hides what is wrong behind it here.
  if (count > MAX_DIGITS && /^[ \t-\r]*(?:\0|$)/.test(rest)) {
    throw new Malformed(
      `Exceeds the limit (4300 digits) for integer string conversion: value has ${count} digits; use sys.set_int_max_str_digits() to increase the limit`,
    );
  }
  if (count === 0 || /[^ \t-\r]/.test(rest)) {
    throw new Malformed(`invalid literal for int() with base 10: ${reprBytes(bytes).slice(0, 200)}`);
  }
  const plain = digits.replaceAll("_", "");
  const value = Number(plain);
  if (Number.isSafeInteger(value)) return sign === "-" && value !== 0 ? -value : value;
  return sign === "-" ? -BigInt(plain) : BigInt(plain);
}

const FLOAT = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;

/** `float(bytes)`: like {@link parseInteger}, and `inf`, `infinity`, `nan` in any case. */
export function parseFloating(bytes: Uint8Array): number {
  const text = trimBlanks(latin1(bytes));
  const plain = /(?:^|\D)_|_(?!\d)/.test(text) ? "" : text.replaceAll("_", "");
  if (!FLOAT.test(plain)) throw new Malformed(`could not convert string to float: ${reprBytes(bytes)}`);
  const word = plain.replace(/^[+-]/, "").toLowerCase();
  const sign = plain.startsWith("-") ? -1 : 1;
  if (word.startsWith("i")) return sign * Number.POSITIVE_INFINITY;
  return word === "nan" ? Number.NaN : sign * Number(word);
}

/** Two's complement, little-endian, any length (none is 0). */
export function decodeLong(bytes: Uint8Array): number | bigint {
  if (bytes.length <= 6) {
    let value = 0;
    for (let i = bytes.length - 1; i >= 0; i--) value = value * 256 + bytes[i]!;
    return (bytes.at(-1) ?? 0) > 127 ? value - 256 ** bytes.length : value;
  }
  const digits: string[] = [];
  for (let i = bytes.length - 1; i >= 0; i--) digits.push(HEX[bytes[i]!]!);
  try {
    const value = BigInt.asIntN(bytes.length * 8, BigInt(`0x${digits.join("")}`));
    const small = Number(value);
    return Number.isSafeInteger(small) ? small : value;
  } catch {
    throw new Malformed(`a long of ${bytes.length} bytes is too large for this JavaScript engine`);
  }
}

const HEX: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));

/** Python refuses the `repr` of an int above the digit limit, and so does the disassembler. */
export function checkDigits(value: number | bigint): void {
  if (typeof value !== "bigint" || BigInt.asIntN(8192, value) === value) return; // 2466 digits at most: surely fine
  const limit = 10n ** BigInt(MAX_DIGITS);
  if (value >= limit || value <= -limit) {
    throw new Malformed(
      "Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit",
    );
  }
}

function trimBlanks(text: string): string {
  const blank = (at: number): boolean => /[ \t-\r]/.test(text[at] ?? "");
  let start = 0;
  let end = text.length;
  while (start < end && blank(start)) start++;
  while (end > start && blank(end - 1)) end--;
  return text.slice(start, end);
}
