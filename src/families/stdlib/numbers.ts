/**
 * Python's exact numbers: `decimal.Decimal`, `fractions.Fraction`, `uuid.UUID`, and `range`, `slice`, `complex`.
 *
 * @module
 */
import { type Parts, pyJS, pyKey, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { PyComplex, PyFloat, PyGlobal } from "../../core/values/scalars.ts";
import { isFloatAt, tupleFrom } from "../../core/values/tuple.ts";
import { isInt, PyValue, pyInt, reduces, refuse, type Table, text } from "./table.ts";

function gcd(a: bigint, b: bigint): bigint {
  while (b) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
}

/** The key of `n / d`: a number where a float64 holds it exactly, so that it equals that float. */
function ratioKey(n: bigint, d: bigint): unknown {
  const factor = gcd(n, d) || 1n;
  n /= factor;
  d /= factor;
  if (d === 1n) return n;
  const size = n < 0n ? -n : n;
  if (size <= 2n ** 53n && (d & (d - 1n)) === 0n && d < 2n ** 1000n) return Number(n) / Number(d);
  return `fraction:${n}/${d}`;
}

const DECIMAL = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;
const SPECIAL = /^([+-]?)(?:(inf(?:inity)?)|(s?)nan(\d*))$/i;

/** The text that Python's `str(Decimal(text))` gives; throws `RangeError` for what is no number. */
function decimalText(given: string): string {
  const text = given.trim().replaceAll("_", "");
  const special = SPECIAL.exec(text);
  if (special !== null) {
    const [, sign, infinity, signalling, digits = ""] = special;
    const minus = sign === "-" ? "-" : "";
    return infinity ? `${minus}Infinity` : `${minus}${signalling ? "s" : ""}NaN${digits.replace(/^0+/, "")}`;
  }
  const parts = DECIMAL.exec(text);
  if (parts === null) throw new RangeError(`invalid Decimal: ${text}`);
  const [, sign, whole = "", fraction = "", power = "0"] = parts;
  const digits = (whole + fraction).replace(/^0+(?=.)/, "");
  const exponent = Number(power) - fraction.length;
  // To scientific string of the General Decimal Arithmetic specification.
  const left = exponent + digits.length;
  const scientific = exponent > 0 || left <= -6;
  const point = scientific ? 1 : left;
  const body =
    point <= 0
      ? `0.${"0".repeat(-point)}${digits}`
      : point < digits.length
        ? `${digits.slice(0, point)}.${digits.slice(point)}`
        : digits;
  const shown = scientific && left !== 1 ? `E${left > 1 ? "+" : ""}${left - 1}` : "";
  return `${sign === "-" ? "-" : ""}${body}${shown}`;
}

/**
 * A Python `decimal.Decimal`, kept exactly as text; `valueOf` gives the nearest float64.
 *
 * @example
 * ```ts
 * new PyDecimal("1.50").toString(); // "1.50"
 * ```
 */
export class PyDecimal extends PyValue {
  readonly text: string;

  constructor(value: string | number | bigint) {
    super();
    this.text = decimalText(String(value));
  }

  get [pyType](): string {
    return "decimal.Decimal";
  }
  [pyKey](): unknown {
    const parts = DECIMAL.exec(this.text);
    if (parts === null) return /nan/i.test(this.text) ? undefined : this.valueOf();
    const [, sign, whole = "", fraction = "", power = "0"] = parts;
    const trimmed = (whole + fraction).replace(/0+$/, "");
    const exponent = Number(power) + whole.length - trimmed.length;
    if (/^0*$/.test(trimmed)) return 0;
    if (Math.abs(exponent) > 400) return `decimal:${sign}${trimmed.replace(/^0+/, "")}e${exponent}`;
    const digits = BigInt(trimmed) * (sign === "-" ? -1n : 1n);
    const scale = 10n ** BigInt(Math.abs(exponent));
    return exponent < 0 ? ratioKey(digits, scale) : digits * scale;
  }
  [pyRepr](): Parts {
    return [`Decimal('${this.text}')`];
  }
  override toString(): string {
    return this.text;
  }
  override valueOf(): number {
    return Number(this.text.replace(/inf.*/i, "Infinity"));
  }
  toJSON(): string {
    return this.text;
  }
}

/** A Python `fractions.Fraction`, in lowest terms. */
export class PyFraction extends PyValue {
  readonly numerator: bigint;
  readonly denominator: bigint;

  constructor(numerator: number | bigint, denominator: number | bigint = 1n) {
    super();
    let n = BigInt(numerator);
    let d = BigInt(denominator);
    if (d === 0n) throw new RangeError(`Fraction(${n}, 0)`);
    const factor = d < 0n ? -gcd(n, d) : gcd(n, d);
    n /= factor;
    d /= factor;
    this.numerator = n;
    this.denominator = d;
  }

  get [pyType](): string {
    return "fractions.Fraction";
  }
  [pyKey](): unknown {
    return ratioKey(this.numerator, this.denominator);
  }
  [pyRepr](): Parts {
    return [`Fraction(${this.numerator}, ${this.denominator})`];
  }
  override toString(): string {
    return this.denominator === 1n ? String(this.numerator) : `${this.numerator}/${this.denominator}`;
  }
  override valueOf(): number {
    return Number(this.numerator) / Number(this.denominator);
  }
  toJSON(): string {
    return this.toString();
  }
}

/** A Python `uuid.UUID`: 128 bits. */
export class PyUUID extends PyValue {
  int: bigint;
  /** What Python knows of its uniqueness, where it knows it. */
  safe: unknown;

  constructor(value: bigint | string = 0n, safe?: unknown) {
    super();
    this.int = typeof value === "string" ? BigInt(`0x${value.replace(/^urn:uuid:|[-{}]/g, "")}`) : value;
    this.safe = safe;
    if (this.int < 0n || this.int >> 128n) throw new RangeError("a UUID has 128 bits");
  }

  get [pyType](): string {
    return "uuid.UUID";
  }
  [pyKey](): unknown {
    return `uuid:${this.int}`;
  }
  [pyRepr](): Parts {
    return [`UUID('${this}')`];
  }
  override toString(): string {
    return this.int
      .toString(16)
      .padStart(32, "0")
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }
  toJSON(): string {
    return this.toString();
  }
}

/** A Python `range`; iterates over what Python's would. */
export class PyRange extends PyValue {
  readonly start: number | bigint;
  readonly stop: number | bigint;
  readonly step: number | bigint;

  constructor(start: number | bigint, stop: number | bigint, step: number | bigint = 1) {
    super();
    if (!Number(step)) throw new RangeError("range() arg 3 must not be zero");
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  #count(): bigint {
    const [start, stop, step] = [BigInt(this.start), BigInt(this.stop), BigInt(this.step)];
    const count = step > 0n ? (stop - start + step - 1n) / step : (start - stop - step - 1n) / -step;
    return count > 0n ? count : 0n;
  }
  get length(): number {
    return Number(this.#count());
  }
  *[Symbol.iterator](): IterableIterator<number | bigint> {
    const wide = [this.start, this.stop, this.step].some((n) => typeof n === "bigint");
    const [start, step] = [BigInt(this.start), BigInt(this.step)];
    for (let i = 0n, n = this.#count(); i < n; i++) {
      const value = start + i * step;
      yield wide ? value : Number(value);
    }
  }
  get [pyType](): string {
    return "range";
  }
  [pyKey](): unknown {
    const count = this.#count();
    return `range:${count}${count ? `,${this.start}` : ""}${count > 1n ? `,${this.step}` : ""}`;
  }
  [pyRepr](): Parts {
    return [`range(${this.start}, ${this.stop}${Number(this.step) === 1 ? "" : `, ${this.step}`})`];
  }
}

/** A Python `slice`. */
export class PySlice extends PyValue {
  readonly start: unknown;
  readonly stop: unknown;
  readonly step: unknown;

  constructor(start: unknown, stop: unknown, step: unknown = null) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  get [pyType](): string {
    return "slice";
  }
  [pyParts](): unknown[] {
    return [this.start, this.stop, this.step];
  }
  [pyRepr](): Parts {
    return ["slice(", this.start, ", ", this.stop, ", ", this.step, ")"];
  }
  [pyJS](): unknown {
    return this;
  }
}

function bound(value: unknown): number | bigint {
  return isInt(value) ? value : refuse("range() argument", "an int", value);
}

function part(value: unknown): number {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  return refuse("complex() argument", "a number", value);
}

export const numbers: Table = {
  globals: {
    "decimal.Decimal": {
      call([value = "0"]) {
        return new PyDecimal(isInt(value) ? value : text(value, "Decimal() argument"));
      },
    },
    "fractions.Fraction": {
      call([n = 0, d = 1]) {
        if (isInt(n) && isInt(d)) return new PyFraction(n, d);
        const parts = /^\s*([+-]?\d+)(?:\/(\d+))?\s*$/.exec(text(n, "Fraction() argument"));
        if (parts === null) throw new RangeError(`invalid Fraction: ${JSON.stringify(n)}`);
        return new PyFraction(BigInt(parts[1]!), BigInt(parts[2] ?? 1));
      },
    },
    "uuid.UUID": {
      create: () => new PyUUID(),
      call: ([hex]) => new PyUUID(text(hex, "hex")),
      setState(uuid, state) {
        const read = (name: string): unknown => (state as { get?(name: string): unknown } | null)?.get?.(name);
        const value = read("int");
        if (!isInt(value)) return refuse("UUID state", "a dict with an int", state);
        Object.assign(uuid as PyUUID, new PyUUID(BigInt(value), read("is_safe")));
        return undefined;
      },
    },
    "builtins.range": {
      call(args) {
        const [a, b, step] = args;
        if (args.length > 3) throw new TypeError(`range takes at most 3 arguments, not ${args.length}`);
        return b === undefined
          ? new PyRange(0, bound(a))
          : new PyRange(bound(a), bound(b), step === undefined ? 1 : bound(step));
      },
    },
    "builtins.slice": {
      call(args) {
        // A slice has no place beside its parts to remember which of them is a float.
        const [start, ...rest] = args.map((part, i) => (isFloatAt(args, i) ? new PyFloat(part as number) : part));
        if (start === undefined || rest.length > 2) throw new TypeError("slice takes 1 to 3 arguments");
        return rest.length ? new PySlice(start, rest[0], rest[1]) : new PySlice(null, start);
      },
    },
    "builtins.complex": {
      call(args) {
        const [re = 0, im = 0] = args;
        if (args.length > 2) throw new TypeError(`complex takes at most 2 arguments, not ${args.length}`);
        return new PyComplex(part(re), part(im));
      },
    },
  },
  reducers: [
    reduces(PyDecimal, "decimal", "Decimal", (d: PyDecimal) => [d.text]),
    reduces(PyFraction, "fractions", "Fraction", (f: PyFraction, context) =>
      [f.numerator, f.denominator].map((n) => pyInt(n, context)),
    ),
    [
      PyUUID,
      (uuid: PyUUID, context) => {
        const state: Record<string, unknown> = { int: pyInt(uuid.int, context) };
        if (uuid.safe !== undefined) state["is_safe"] = uuid.safe;
        return { func: UUID, args: tupleFrom([]), isNew: true, state };
      },
    ],
    reduces(PyRange, "builtins", "range", (r: PyRange, context) =>
      [r.start, r.stop, r.step].map((n) => pyInt(n, context)),
    ),
    reduces(PySlice, "builtins", "slice", (s: PySlice) => [s.start, s.stop, s.step]),
    reduces(PyComplex, "builtins", "complex", (c: PyComplex) => tupleFrom([c.re, c.im], 3)),
  ],
};

const UUID = new PyGlobal("uuid", "UUID");
