/**
 * Python's `array.array`.
 *
 * Machine formats are those of Modules/arraymodule.c (`enum machine_format_code`): unsigned and signed bytes 0 and 1,
 * then little and big endian pairs, 2 to 17, and UTF-16 and UTF-32 text, 18 to 21.
 *
 * @module
 */
import { type Parts, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { Mark, tuple } from "../../core/values/tuple.ts";
import { bytes, int, isInt, PyValue, pyInt, refuse, type Table, text } from "./table.ts";

/** The typed arrays that hold an `array.array`; text (`u`, `w`) is held as code units or code points. */
export type ArrayData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

const CLASSES = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  BigUint64Array,
  BigInt64Array,
  Float32Array,
  Float64Array,
  Uint16Array,
  Uint32Array,
] as const;

/** Type codes and the class each has on the usual 64-bit machine; `c` is Python 2's. */
const TYPES: Readonly<Record<string, number>> = {
  b: 1,
  B: 0,
  c: 0,
  h: 3,
  H: 2,
  i: 5,
  I: 4,
  l: 7,
  L: 6,
  q: 7,
  Q: 6,
  f: 8,
  d: 9,
  u: 11,
  w: 11,
};

const isText = (typecode: string): boolean => typecode === "u" || typecode === "w";
const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * A Python `array.array`: a typed array and Python's type code for it.
 *
 * @example
 * ```ts
 * new PyArray("d", Float64Array.of(1, 2)); // array('d', [1.0, 2.0])
 * ```
 */
export class PyArray extends PyValue {
  readonly typecode: string;
  readonly data: ArrayData;

  constructor(typecode: string, data: ArrayData) {
    super();
    if (!Object.hasOwn(TYPES, typecode)) throw new RangeError(`bad typecode ${JSON.stringify(typecode)}`);
    this.typecode = typecode;
    this.data = data;
  }
  get length(): number {
    return this.data.length;
  }
  [Symbol.iterator](): IterableIterator<number | bigint> {
    return this.data[Symbol.iterator]() as IterableIterator<number | bigint>;
  }
  /** The items as Python's `tolist` gives them: a text array has characters. */
  toList(): unknown[] {
    if (isText(this.typecode) || this.typecode === "c")
      return Array.from(this.data as Uint32Array, (code) => String.fromCodePoint(code));
    const list: unknown[] = Array.from(this.data as ArrayLike<unknown>);
    if (isFloat(this.data)) Mark.setFloats(list, { at: null, values: this.data });
    return list;
  }
  get [pyType](): string {
    return "array.array";
  }
  [pyParts](): unknown[] {
    return [isText(this.typecode), this.toList()];
  }
  [pyRepr](): Parts {
    const head = `array('${this.typecode}'`;
    if (this.length === 0) return [`${head})`];
    return [`${head}, `, /[cuw]/.test(this.typecode) ? this.toList().join("") : this.toList(), ")"];
  }
}

function isFloat(data: ArrayData): data is Float32Array | Float64Array {
  return data instanceof Float32Array || data instanceof Float64Array;
}

function typeOf(code: unknown): { typecode: string; at: number } {
  const typecode = text(code, "typecode");
  const at = Object.hasOwn(TYPES, typecode) ? TYPES[typecode] : undefined;
  if (at === undefined) throw new RangeError(`bad typecode ${JSON.stringify(typecode)}`);
  return { typecode, at };
}

/** A typed array over a copy of `source`, turned to this machine's byte order. */
function decode(source: Uint8Array, at: number, little: boolean): ArrayData {
  const Class = CLASSES[at]!;
  const size = Class.BYTES_PER_ELEMENT;
  if (source.length % size) throw new RangeError(`bytes length ${source.length} not a multiple of item size ${size}`);
  // A Node Buffer's own slice would share memory.
  const copy = new Uint8Array(source);
  if (little !== LITTLE) for (let i = 0; i < copy.length; i += size) copy.subarray(i, i + size).reverse();
  return new Class(copy.buffer);
}

/** Checks the values of items that are put in one by one. */
function fromList(typecode: string, at: number, list: readonly unknown[]): ArrayData {
  const data = new CLASSES[at]!(list.length);
  for (let i = 0; i < list.length; i++) {
    // A bool is an int to Python, but no text.
    const item = typeof list[i] === "boolean" && at < 10 ? Number(list[i]) : list[i];
    if (at >= 10 || typecode === "c") {
      data[i] = text(item, "array item").codePointAt(0) ?? refuse("array item", "a character", item);
    } else if (isFloat(data)) {
      if (typeof item !== "number" && typeof item !== "bigint") return refuse("array item", "a number", item);
      data[i] = Number(item);
    } else {
      if (!isInt(item)) return refuse("array item", "an int", item);
      (data as { [i: number]: unknown })[i] = at === 6 || at === 7 ? BigInt(item) : Number(item);
      // biome-ignore lint/suspicious/noDoubleEquals: a bigint may stand beside a number
      if (data[i] != item) throw new RangeError(`${item} is out of range for typecode '${typecode}'`);
    }
  }
  return data;
}

const ARRAY = new PyGlobal("array", "array");
const RECONSTRUCTOR = new PyGlobal("array", "_array_reconstructor");

export const arrays: Table = {
  globals: {
    "array.array": {
      call(args) {
        const [code, source = []] = args;
        if (args.length > 2) throw new TypeError(`array takes at most 2 arguments, not ${args.length}`);
        const { typecode, at } = typeOf(code);
        if (Array.isArray(source)) return new PyArray(typecode, fromList(typecode, at, source));
        if (isText(typecode)) return new PyArray(typecode, fromList(typecode, at, [...text(source, "array items")]));
        return new PyArray(typecode, decode(bytes(source, "array items"), at, true));
      },
    },
    "array._array_reconstructor": {
      call([cls, code, format, data]) {
        if (!(cls instanceof PyGlobal) || cls.toString() !== ARRAY.toString())
          refuse("first argument", "array.array", cls);
        const { typecode, at } = typeOf(code);
        const machine = int(format, "machine format code", 0, 21);
        const stored = machine < 2 ? machine : (machine >> 1) + 1;
        const kind = (n: number): number => (n >= 10 ? 2 : n >= 8 ? 1 : 0);
        if (kind(stored) !== kind(at))
          throw new TypeError(`machine format ${machine} does not fit typecode '${typecode}'`);
        return new PyArray(typecode, decode(bytes(data, "array data"), stored, machine < 2 || machine % 2 === 0));
      },
    },
  },
  reducers: [
    [
      PyArray,
      (array: PyArray, context) => {
        const { typecode, data } = array;
        if (typecode === "c") return { func: ARRAY, args: tuple(typecode, data) };
        if (context.protocol < 3) {
          const list = array.toList();
          return {
            func: ARRAY,
            args: tuple(
              typecode,
              isInt(list[0]) && !isFloat(data) ? list.map((n) => pyInt(n as number, context)) : list,
            ),
          };
        }
        const at = isText(typecode)
          ? data.BYTES_PER_ELEMENT === 2
            ? 10
            : 11
          : CLASSES.findIndex((c) => data instanceof c);
        const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        const machine = pyInt(at < 2 ? at : 2 * at - 2 + (LITTLE ? 0 : 1), context);
        return { func: RECONSTRUCTOR, args: tuple(ARRAY, typecode, machine, raw) };
      },
    ],
  ],
};
