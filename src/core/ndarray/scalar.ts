/**
 * NumPy's scalars: one item with its dtype.
 *
 * @module
 */
import { reprBytes, reprString } from "../values/literal.ts";
import { inspect, type Parts, pyJS, pyKey, pyRepr, pyType } from "../values/protocol.ts";
import { repr } from "../values/repr.ts";
import { PyComplex } from "../values/scalars.ts";
import { datetimeMillis, datetimeText, NAT, timedeltaText } from "./datetime.ts";
import type { DType } from "./dtype.ts";
import { constructionText } from "./dtypetext.ts";
import { complexText, floatText } from "./floats.ts";
import { readRaw, writeRaw } from "./items.ts";
import { formatOf, voidText } from "./print.ts";

/** NumPy's names of scalar types, where they are not the dtype's. */
const TYPES: Readonly<Record<string, string>> = { b: "bool", S: "bytes_", U: "str_", V: "void", O: "object_" };

/**
 * A NumPy scalar (`np.float32(0.1)`): the value as `item()` gives it, the dtype, and the item's bytes, by which it is
 * dumped exactly.
 *
 * @example
 * ```ts
 * new NumpyScalar(dtype("float32"), 0.5).value; // 0.5
 * ```
 */
export class NumpyScalar {
  readonly dtype: DType;
  readonly value: unknown;
  #bytes: Uint8Array;

  /** A scalar of a value; `TypeError` when the dtype cannot hold it. */
  constructor(dtype: DType, value: unknown, bytes?: Uint8Array) {
    this.dtype = dtype;
    if (bytes === undefined) {
      bytes = new Uint8Array(dtype.hasObject ? 0 : dtype.itemsize);
      if (!dtype.hasObject) {
        writeRaw(dtype, new DataView(bytes.buffer), 0, value);
        value = readRaw(dtype, new DataView(bytes.buffer), 0);
      }
    }
    this.value = value;
    this.#bytes = bytes;
  }

  /** A scalar of its bytes, in the dtype's order; `RangeError` when their number is wrong. */
  static fromBytes(dtype: DType, bytes: Uint8Array): NumpyScalar {
    if (dtype.hasObject) throw new TypeError("a scalar of objects is not made of bytes");
    if (bytes.length !== dtype.itemsize) {
      throw new RangeError(`a scalar of ${dtype} has ${dtype.itemsize} bytes, not ${bytes.length}`);
    }
    const own = new Uint8Array(bytes);
    return new NumpyScalar(dtype, readRaw(dtype, new DataView(own.buffer), 0), own);
  }

  /** The item's bytes in the dtype's order (a copy); empty for objects. */
  toBytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /** The JavaScript `Date` of a datetime64, rounded down to milliseconds; null for NaT and for other dtypes. */
  toDate(): Date | null {
    const { kind, unit, count } = this.dtype;
    const ms = kind === "M" ? datetimeMillis(this.value as bigint, unit, count) : null;
    return ms === null ? null : new Date(ms);
  }

  get [pyType](): string {
    if (this.dtype.record) return "numpy.record";
    const name = TYPES[this.dtype.kind] ?? this.dtype.name.replace(/\[.*/, "");
    return `numpy.${/^(float|complex)(96|128|192|256)$/.test(name) && this.dtype.itemsize > (this.dtype.kind === "c" ? 16 : 8) ? (this.dtype.kind === "c" ? "clongdouble" : "longdouble") : name}`;
  }
  [pyKey](): unknown {
    const { value, dtype } = this;
    if (dtype.kind === "M" || dtype.kind === "m") {
      return value === NAT ? undefined : `numpy:${dtype.kind}${dtype.unit}${dtype.count}:${value}`;
    }
    if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return value;
    if (value instanceof PyComplex) return value[pyKey]();
    return `numpy:${this[pyType]}:${dtype.kind === "V" ? dtype.key : ""}${repr(value)}`;
  }
  [pyJS](): unknown {
    return this.dtype.kind === "M" || this.dtype.kind === "m" ? this : this.value;
  }
  /** As NumPy 2 prints it: `np.float32(0.1)`. */
  [pyRepr](): Parts {
    const { value, dtype } = this;
    const { kind, unit, count } = dtype;
    const name = this[pyType].slice(6);
    if (kind === "b") return [`np.${value ? "True" : "False"}_`];
    if (kind === "M" || kind === "m") {
      const shown = value === NAT ? "'NaT'" : kind === "M" ? `'${this}'` : String(value);
      return [
        `np.${name}(${shown}${unit === "generic" || (kind === "M" && count === 1 && unit !== "h") ? "" : `,'${count === 1 ? "" : count}${unit}'`})`,
      ];
    }
    if (kind === "U") return [`np.str_(${reprString(value as string)})`];
    if (kind === "S") return [`np.bytes_(${reprBytes(value as Uint8Array)})`];
    if (dtype.fields !== null) {
      return [`np.${dtype.record ? "record" : "void"}(${this}, dtype=${constructionText(dtype, true, false)})`];
    }
    if (kind === "O") return [`np.object_(`, value, ")"];
    if (kind === "V") return [`np.void(${this})`];
    return [`np.${name}(${/longdouble/.test(name) ? `'${this}'` : this})`.replace("((", "(").replace("))", ")")];
  }
  [inspect](): string {
    return repr(this);
  }
  valueOf(): unknown {
    return this.value instanceof Object ? this : this.value;
  }
  toJSON(): unknown {
    return this.dtype.kind === "M" || this.dtype.kind === "m" ? String(this) : this.value;
  }
  /** As Python's `str`. */
  toString(): string {
    const { dtype, value } = this;
    return dtype.fields === null ? itemText(dtype, value) : formatOf(dtype, [value], true, true)(value);
  }
}

/** `str` of one item, as NumPy's scalar of this dtype prints it. */
export function itemText(dtype: DType, value: unknown): string {
  const { kind, itemsize, unit, count } = dtype;
  if (kind === "U") return String(value);
  if (kind === "f") return floatText(value as number, Math.min(itemsize, 8));
  if (kind === "c") return complexText((value as PyComplex).re, (value as PyComplex).im, Math.min(itemsize, 16));
  if (kind === "M") return datetimeText(value as bigint, unit, count);
  if (kind === "m") return timedeltaText(value as bigint, unit, count);
  if (kind === "V" && value instanceof Uint8Array) return voidText(value);
  return kind === "O" && typeof value === "string" ? value : repr(value);
}
