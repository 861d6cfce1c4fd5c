/**
 * Arrays of Arrow in pickles of pyarrow: `_restore_array((type, length, nulls, offset, buffers, children, dictionary))`.
 *
 * Buffers are read where they lie; layouts by the Arrow columnar format, section "Physical Memory Layout".
 *
 * @module
 */
import { array, NDArray, type TypedData } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { PickleBuffer, PyGlobal } from "../../core/values/scalars.ts";
import { tuple } from "../../core/values/tuple.ts";
import { PyDecimal, PyTime } from "../stdlib/index.ts";
import { type ArrowType, decimalOf, fieldsOf, sizeOf, typeOf, typeText } from "./arrowtypes.ts";
import { Column, type ColumnParts } from "./column.ts";
import { argsOf, num } from "./recipe.ts";
import { Zone } from "./zone.ts";

const utf8 = /* @__PURE__ */ new TextDecoder();

function bufferOf(value: unknown): Uint8Array | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return value;
  if (value instanceof PickleBuffer) return value.bytes;
  const [first] = argsOf(value);
  if (first instanceof Uint8Array) return first;
  if (first instanceof PickleBuffer) return first.bytes;
  throw new TypeError("a buffer of Arrow is made of bytes");
}

/** One byte per item of a bitmap; null where there is none. */
function bits(buffer: Uint8Array | null, offset: number, length: number): Uint8Array | null {
  if (buffer === null) return null;
  if (buffer.length * 8 < offset + length) throw new RangeError("a bitmap of Arrow is too short");
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) out[i] = ((buffer[(offset + i) >> 3] as number) >> ((offset + i) & 7)) & 1;
  return out;
}

type Numbers = { new (b: ArrayBufferLike, at: number, n: number): TypedData; readonly BYTES_PER_ELEMENT: number };
const NUMBERS: ReadonlyMap<string, Numbers> = new Map<string, Numbers>([
  ["int8", Int8Array],
  ["uint8", Uint8Array],
  ["int16", Int16Array],
  ["uint16", Uint16Array],
  ["int32", Int32Array],
  ["uint32", Uint32Array],
  ["int64", BigInt64Array],
  ["uint64", BigUint64Array],
  ["float", Float32Array],
  ["float32", Float32Array],
  ["double", Float64Array],
  ["float64", Float64Array],
  ["date32[day]", Int32Array],
  ["date32", Int32Array],
] as unknown as [string, Numbers][]);

function numbers(make: Numbers, buffer: Uint8Array | null, offset: number, length: number): TypedData {
  const size = make.BYTES_PER_ELEMENT;
  const all = buffer ?? new Uint8Array(0);
  if (all.length < (offset + length) * size) throw new RangeError("a buffer of Arrow is too short");
  const start = all.byteOffset + offset * size;
  if (start % size === 0) return new make(all.buffer, start, length);
  const copy = all.slice(offset * size, (offset + length) * size);
  return new make(copy.buffer, 0, length);
}

/** The parts of a column of an array's data. */
function partsOf(data: unknown, depth = 0): ColumnParts {
  if (!Array.isArray(data) || data.length < 5 || depth > 32) throw new TypeError("an array of Arrow is a tuple of 7");
  const type = typeOf(data[0]);
  const length = num(data[1], "the length");
  const offset = num(data[3], "the offset");
  if (length < 0 || offset < 0) throw new RangeError("an array of Arrow has no negative length");
  const buffers = Array.isArray(data[4]) ? data[4].map(bufferOf) : [];
  const children: unknown[] = Array.isArray(data[5]) ? data[5] : [];
  const validity = bits(buffers[0] ?? null, offset, length);
  const { name } = type;
  const make = NUMBERS.get(name);
  const base = { validity, missing: "<NA>" as const };
  if (make !== undefined) {
    const values = numbers(make, buffers[1] ?? null, offset, length);
    if (name.startsWith("date32")) {
      const days = BigInt64Array.from(values as Int32Array, (day) => BigInt(day) * 86400n);
      return { ...base, kind: "datetime", dtype: name, values: days, unit: "s", isDate: true };
    }
    return { ...base, kind: "number", dtype: name, values };
  }
  if (name === "bool") {
    const values = bits(buffers[1] ?? new Uint8Array(0), offset, length) as Uint8Array;
    return { ...base, kind: "bool", dtype: "bool", values };
  }
  if (/^(large_)?(string|utf8|binary)$/.test(name) && sizeOf(type) === null)
    return texts(name, buffers, offset, length, validity);
  const [, time = "", unit = "", zone] =
    /^(timestamp|duration|time64|time32|date64)(?:\[(\w+)(?:, tz=(.+))?\])?$/.exec(name) ?? [];
  if (time === "timestamp" || time === "duration" || time === "date64") {
    const values = numbers(BigInt64Array as unknown as Numbers, buffers[1] ?? null, offset, length);
    const [first, second] = type.args;
    const text = unit || (time === "date64" ? "ms" : String(first));
    const tz = zone ?? (typeof second === "string" ? second : null);
    const shown = `${time}[${text}${tz === null ? "" : `, tz=${tz}`}]`;
    const kind = time === "duration" ? "timedelta" : "datetime";
    const isDate = time === "date64";
    return { ...base, kind, dtype: shown, values, unit: text, zone: tz === null ? null : new Zone(tz), isDate };
  }
  if (name === "dictionary" || name.startsWith("dictionary")) {
    const [index] = type.args;
    const codes = numbers(
      NUMBERS.get(typeOf(index).name) ?? (Int32Array as unknown as Numbers),
      buffers[1] ?? null,
      offset,
      length,
    );
    const categories = new Column(partsOf(data[6], depth + 1));
    const chosen = Array.from(codes as ArrayLike<number | bigint>, (code, i) =>
      validity && !validity[i] ? null : categories.get(Number(code)),
    );
    return { ...base, kind: "object", dtype: typeText(data[0]), values: chosen };
  }
  const items = { offset, length, validity, children, depth };
  if (/^(halffloat|float16)$/.test(name)) {
    const halves = numbers(Uint16Array as unknown as Numbers, buffers[1] ?? null, offset, length);
    const bytes = new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength);
    const values = NDArray.fromBytes("<f2", bytes, [length]).astype("<f4").data as TypedData;
    return { ...base, kind: "number", dtype: name, values };
  }
  const made = fixed(type, buffers[1] ?? null, items) ?? nested(type, buffers[1] ?? null, items);
  if (made !== null) return { ...base, kind: "object", dtype: typeText(data[0]), values: made };
  if (name === "string_view" || name === "binary_view") return views(name, buffers, offset, length, validity);
  if (/^(large_)?list(_)?/.test(name) && children[0] !== undefined) {
    const Offsets = (name.startsWith("large") ? BigInt64Array : Int32Array) as unknown as Numbers;
    const ends = numbers(Offsets, buffers[1] ?? null, offset, length + 1);
    const inner = new Column(partsOf(children[0], depth + 1));
    const lists: unknown[] = [];
    for (let i = 0; i < length; i++) {
      const [start, stop] = [Number(ends[i]), Number(ends[i + 1])];
      if (start < 0 || stop < start || stop > inner.length)
        throw new RangeError("a list of Arrow lies outside of its items");
      lists.push(validity && !validity[i] ? null : listOf(inner.slice(start, stop)));
    }
    return { ...base, kind: "object", dtype: typeText(data[0]), values: lists };
  }
  if (name === "null") {
    if (length > 2 ** 24) throw new RangeError(`${length} nulls are too many`);
    return {
      ...base,
      kind: "object",
      dtype: "null",
      values: new Array(length).fill(null),
      validity: new Uint8Array(length),
    };
  }
  throw new TypeError(`arrays of Arrow's ${name} are not read yet: convert the column (astype) before you pickle it`);
}

/** What is needed of an array besides its buffers. */
interface Items {
  readonly offset: number;
  readonly length: number;
  readonly validity: Uint8Array | null;
  readonly children: readonly unknown[];
  readonly depth: number;
}

function each(items: Items, of: (i: number) => unknown): unknown[] {
  const { length, validity } = items;
  return Array.from({ length }, (_, i) => (validity !== null && validity[i] === 0 ? null : of(i)));
}

/** Bytes of an item, from a buffer that holds so many. */
function pieces(buffer: Uint8Array | null, size: number, { offset, length }: Items): (i: number) => Uint8Array {
  const all = buffer ?? new Uint8Array(0);
  if (all.length < (offset + length) * size) throw new RangeError("a buffer of Arrow is too short");
  return (i) => all.subarray((offset + i) * size, (offset + i + 1) * size);
}

/** Items of a size that is no number's: decimals, times of day, bytes. Null for another type. */
function fixed(type: ArrowType, buffer: Uint8Array | null, items: Items): unknown[] | null {
  const decimal = decimalOf(type);
  if (decimal !== null) {
    const piece = pieces(buffer, decimal.bits / 8, items);
    return each(items, (i) => new PyDecimal(decimalText(piece(i), decimal.scale)));
  }
  const unit = /^time(?:32|64)(?:\[(\w+)\])?$/.exec(type.name);
  if (unit !== null) {
    const size = type.name.startsWith("time32") ? 4 : 8;
    const ticks = PER_SECOND.get(unit[1] ?? String(type.args[0]));
    if (ticks === undefined) throw new TypeError(`times of Arrow have no unit ${unit[1]}`);
    const piece = pieces(buffer, size, items);
    return each(items, (i) => timeOf(signed(piece(i)), ticks));
  }
  const size = type.name === "binary" ? sizeOf(type) : null;
  if (size === null) return null;
  return each(items, pieces(buffer, size, items));
}

/** An int of little-endian bytes, the last of which has the sign. */
function signed(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
  return BigInt.asIntN(bytes.length * 8, value);
}

function decimalText(bytes: Uint8Array, scale: number): string {
  const value = signed(bytes);
  if (scale <= 0) return scale === 0 ? String(value) : `${value}E+${-scale}`;
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const PER_SECOND: ReadonlyMap<string, bigint> = new Map([
  ["s", 1n],
  ["ms", 1000n],
  ["us", 1_000_000n],
  ["ns", 1_000_000_000n],
]);

function timeOf(ticks: bigint, perSecond: bigint): PyTime {
  const seconds = Number(ticks / perSecond);
  if (ticks < 0n || seconds >= 86400) throw new RangeError("a time of day of Arrow is beyond the day");
  const micros = Number(((ticks % perSecond) * 1_000_000n) / perSecond);
  return new PyTime(Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, micros);
}

/** Structs as dicts, maps as lists of pairs, lists of one size. Null for another type. */
function nested(type: ArrowType, buffer: Uint8Array | null, items: Items): unknown[] | null {
  const { offset, length, children, depth } = items;
  const childOf = (at: number): Column => new Column(partsOf(children[at], depth + 1));
  if (type.name === "struct") {
    const fields = fieldsOf(type).map(({ name }, at) => ({ name, column: childOf(at) }));
    for (const { column } of fields) {
      if (column.length < offset + length) throw new RangeError("a struct of Arrow is longer than its fields");
    }
    return each(items, (i) => {
      const made = new PyDict<string, unknown>();
      for (const { name, column } of fields) {
        const value = column.get(offset + i);
        made.set(name, value);
        const isFloat = column.values instanceof Float64Array || column.values instanceof Float32Array;
        if (isFloat && Number.isInteger(value)) made.setFloat(made.k.find(name), true);
      }
      return made;
    });
  }
  if (type.name === "map_") {
    const ends = length === 0 ? [0] : numbers(Int32Array as unknown as Numbers, buffer, offset, length + 1);
    const pairs = children[0];
    if (!Array.isArray(pairs) || !Array.isArray(pairs[5])) throw new TypeError("a map of Arrow has pairs");
    const from = num(pairs[3], "the offset");
    const [keys, values] = pairs[5].map((one) => new Column(partsOf(one, depth + 1))) as [Column, Column];
    const most = Math.min(keys?.length ?? 0, values?.length ?? 0);
    return each(items, (i) => {
      const [start, stop] = [Number(ends[i]) + from, Number(ends[i + 1]) + from];
      if (!(start >= 0 && stop >= start && stop <= most))
        throw new RangeError("a map of Arrow lies outside of its pairs");
      return Array.from({ length: stop - start }, (_, k) => tuple(keys.get(start + k), values.get(start + k)));
    });
  }
  const size = type.name === "list_" ? sizeOf(type) : null;
  if (size === null) return null;
  const inner = childOf(0);
  if (inner.length < (offset + length) * size) throw new RangeError("a list of Arrow lies outside of its items");
  return each(items, (i) => listOf(inner.slice((offset + i) * size, (offset + i + 1) * size)));
}

/** Views of text or bytes: 16 bytes each, short ones within, long ones in a buffer of their own. */
function views(
  name: string,
  buffers: readonly (Uint8Array | null)[],
  offset: number,
  length: number,
  validity: Uint8Array | null,
): ColumnParts {
  const all = { offset, length, validity, children: [], depth: 0 };
  const piece = pieces(buffers[1] ?? null, 16, all);
  const isText = name.startsWith("string");
  const values = each(all, (i) => {
    const own = piece(i);
    const view = new DataView(own.buffer, own.byteOffset, 16);
    const size = view.getInt32(0, true);
    let bytes = own.subarray(4, 4 + Math.min(size, 12));
    if (size > 12) {
      const [at, start] = [view.getInt32(8, true), view.getInt32(12, true)];
      const held = at >= 0 ? (buffers[2 + at] ?? null) : null;
      if (held === null || start < 0 || start + size > held.length) {
        throw new RangeError("a view of Arrow lies outside of its buffers");
      }
      bytes = held.subarray(start, start + size);
    } else if (size < 0) throw new RangeError("a view of Arrow has no negative length");
    return isText ? utf8.decode(bytes) : bytes;
  });
  return { kind: isText ? "string" : "object", dtype: name, values, validity, missing: "<NA>" };
}

/** Items of a list: an array of NumPy where they are numbers, as pandas gives them. */
function listOf(items: Column): unknown {
  return items.parts.kind === "number" && !items.validity?.includes(0) ? array(items.values) : items.toArray();
}

function texts(
  name: string,
  buffers: readonly (Uint8Array | null)[],
  offset: number,
  length: number,
  validity: Uint8Array | null,
): ColumnParts {
  const large = name.startsWith("large");
  const Offsets = (large ? BigInt64Array : Int32Array) as unknown as Numbers;
  // An empty array may leave its offsets out.
  const ends = length === 0 ? new Int32Array(1) : numbers(Offsets, buffers[1] ?? null, offset, length + 1);
  const bytes = buffers[2] ?? new Uint8Array(0);
  const isText = !name.endsWith("binary");
  const values = new Array<unknown>(length);
  for (let i = 0; i < length; i++) {
    const [start, stop] = [Number(ends[i]), Number(ends[i + 1])];
    if (start < 0 || stop < start || stop > bytes.length)
      throw new RangeError("a text of Arrow lies outside of its bytes");
    const part = bytes.subarray(start, stop);
    values[i] = validity && !validity[i] ? null : isText ? utf8.decode(part) : part;
  }
  return { kind: isText ? "string" : "object", dtype: name, values, validity, missing: "<NA>" };
}

function dataOf(value: unknown): unknown {
  const [first] = argsOf(value);
  return first;
}

/** The column of a pickled `pyarrow.Array` or `ChunkedArray`. */
export function arrowColumn(value: unknown): Column {
  if (!(value instanceof PyObject) || !(value.cls instanceof PyGlobal)) throw new TypeError("no array of Arrow");
  const { name } = value.cls;
  if (name === "_restore_array") return new Column(partsOf(dataOf(value)));
  if (name !== "chunked_array") throw new TypeError(`arrays of ${name} are not read`);
  const [chunks] = value.args;
  if (!Array.isArray(chunks)) throw new TypeError("a chunked array has a list of chunks");
  const columns = chunks.map((chunk) => new Column(partsOf(dataOf(chunk))));
  const [first] = columns;
  if (first === undefined)
    return new Column({ kind: "object", dtype: "null", values: [], validity: new Uint8Array(0) });
  return columns.length === 1 ? first : joined(columns);
}

/** Columns of one type behind each other. */
function joined(columns: readonly Column[]): Column {
  const first = columns[0] as Column;
  const length = columns.reduce((n, column) => n + column.length, 0);
  const validity = columns.some((column) => column.validity !== null) ? new Uint8Array(length).fill(1) : null;
  const typed = !Array.isArray(first.values);
  const values = typed
    ? new (first.values.constructor as new (n: number) => TypedData)(length)
    : new Array<unknown>(length);
  let at = 0;
  for (const column of columns) {
    if (column.validity) validity?.set(column.validity, at);
    if (!Array.isArray(values)) (values as Uint8Array).set(column.values as Uint8Array, at);
    else for (let i = 0; i < column.length; i++) values[at + i] = column.values[i];
    at += column.length;
  }
  return new Column({ ...first.parts, values, validity });
}
