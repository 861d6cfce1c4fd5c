/**
 * NumPy's masked arrays.
 *
 * @module
 */
import { equal } from "../values/equal.ts";
import { inspect, type Parts, pyJS, pyParts, pyRepr, pyType } from "../values/protocol.ts";
import { inspectText, repr } from "../values/repr.ts";
import { PyFloat, PyGlobal } from "../values/scalars.ts";
import { Mark, tupleFrom } from "../values/tuple.ts";
import { type DType, type Field, recordType, subarrayType } from "./dtype.ts";
import { type Index, isInt } from "./indexing.ts";
import { nested, writeItem } from "./items.ts";
import { NDArray, type Nested } from "./ndarray.ts";
import { type DTypeSpec, dtype as makeDType } from "./parse.ts";
import { pythonTimeText } from "./pythontimes.ts";
import { itemText } from "./scalar.ts";
import { allocate, storageOf } from "./storage.ts";
import { bracketed, isImplied, shortText } from "./text.ts";

/** The class of {@link masked}. */
export class MaskedConstant {
  get [pyType](): string {
    return "numpy.ma.core.MaskedConstant";
  }
  [pyRepr](): Parts {
    return ["masked"];
  }
  [inspect](): string {
    return "masked";
  }
  toJSON(): null {
    return null;
  }
  toString(): string {
    return "--";
  }
}

/** NumPy's `numpy.ma.masked`: what stands in the place of an item that is masked. */
export const masked: MaskedConstant = /* @__PURE__ */ Object.freeze(/* @__PURE__ */ new MaskedConstant());

/** What a masked item looks like inside an array that is printed. */
const SHOWN = /* @__PURE__ */ Object.freeze({ [pyRepr]: (): Parts => ["--"] });

const MASKED_ARRAY = /* @__PURE__ */ new PyGlobal("numpy.ma.core", "MaskedArray");
const NDARRAY = /* @__PURE__ */ new PyGlobal("numpy", "ndarray");

/** The dtype of a mask: bool for every item, or for every field of a record (`numpy.ma.make_mask_descr`). */
export function maskType(dtype: DType): DType {
  if (dtype.base !== null) return subarrayType(maskType(dtype.base), dtype.shape);
  if (dtype.fields === null) return makeDType("bool");
  const fields = new Map<string, Field>();
  let offset = 0;
  for (const [name, field] of dtype.fields) {
    const inner = maskType(field.dtype);
    fields.set(
      name,
      field.title === undefined ? { dtype: inner, offset } : { dtype: inner, offset, title: field.title },
    );
    offset += inner.itemsize;
  }
  return recordType(fields, offset, false);
}

/** NumPy's default fill value of a dtype, as an item. */
function defaultFill(dtype: DType): unknown {
  if (dtype.base !== null) {
    const one = defaultFill(dtype.base);
    return nested(dtype.shape, 0, dtype.base.kind === "f", () => one);
  }
  if (dtype.fields !== null) return tupleFrom([...dtype.fields.values()].map((field) => defaultFill(field.dtype)));
  switch (dtype.kind) {
    case "b":
      return true;
    case "f":
    case "c":
      return 1e20;
    case "i":
      return BigInt.asIntN(dtype.itemsize * 8, 999999n);
    case "u":
      return BigInt.asUintN(dtype.itemsize * 8, 999999n);
    case "M":
    case "m":
      return -(2n ** 63n);
    case "S":
      return Uint8Array.of(0x4e, 0x2f, 0x41);
    case "V":
      return Uint8Array.of(0x3f, 0x3f, 0x3f);
    case "O":
      return "?";
    default:
      return "N/A";
  }
}

/** What a masked array may be made with. */
export interface MaskedOptions {
  /** A 0-d array of the dtype, or an item; NumPy's default for the dtype unless given. */
  fillValue?: unknown;
  /** The class in Python (`numpy.ma.core.MaskedArray`) and that of its data (`numpy.ndarray`). */
  cls?: PyGlobal;
  baseClass?: PyGlobal;
  /** @internal `fillValue` is what a file says, whatever that is. */
  asRead?: boolean;
}

/**
 * A masked array: data, and a mask that is true where an item is not to be used.
 *
 * @example
 * ```ts
 * const m = new MaskedArray(array([1, 2, 3]), array([false, true, false]));
 * m.toArray(); // [1, null, 3]
 * m.filled(0).toArray(); // [1, 0, 3]
 * ```
 */
export class MaskedArray implements Iterable<unknown> {
  #data: NDArray;
  #mask: NDArray;
  /** The fill value as Python holds it: an array without axes, or null for the default. */
  #fill: unknown;
  readonly cls: PyGlobal;
  readonly baseClass: PyGlobal;

  /** `RangeError` when the mask (none: nothing is masked) has another shape, `TypeError` when it is of no bools. */
  constructor(data: NDArray, mask: NDArray | null = null, options: MaskedOptions = {}) {
    const type = maskType(data.dtype);
    if (mask === null) mask = NDArray.over(type, allocate(type, data.size), data.shape);
    if (mask.shape.join() !== data.shape.join()) {
      throw new RangeError(
        `a mask of shape (${mask.shape.join(", ")}) does not fit data of (${data.shape.join(", ")})`,
      );
    }
    if (mask.dtype.itemsize !== type.itemsize || (type.fields === null && mask.dtype.kind !== "b")) {
      throw new TypeError(`the mask must be of ${type}, not ${mask.dtype}`);
    }
    this.#data = data;
    this.#mask = mask;
    const { fillValue = null, asRead = false } = options;
    this.#fill = fillValue === null || fillValue instanceof NDArray || asRead ? fillValue : one(data.dtype, fillValue);
    this.cls = options.cls ?? MASKED_ARRAY;
    this.baseClass = options.baseClass ?? NDARRAY;
  }

  /** @internal Makes `target` what `source` is, for files that fill an array after it was referred to. */
  static become(target: MaskedArray, source: MaskedArray): void {
    target.#data = source.#data;
    target.#mask = source.#mask;
    target.#fill = source.#fill;
  }

  /** The data, masked items among it. */
  get data(): NDArray {
    return this.#data;
  }
  /** True where an item is masked; of records, field by field. */
  get mask(): NDArray {
    return this.#mask;
  }
  get dtype(): DType {
    return this.#data.dtype;
  }
  get shape(): readonly number[] {
    return this.#data.shape;
  }
  get ndim(): number {
    return this.#data.ndim;
  }
  get size(): number {
    return this.#data.size;
  }
  /** Length of the first axis; `TypeError` for an array without axes. */
  get length(): number {
    return this.#data.length;
  }
  get T(): MaskedArray {
    return this.#same(this.#data.T, this.#mask.T);
  }
  /** @internal The fill value as it was given or read. */
  get fill(): unknown {
    return this.#fill;
  }
  /** What stands for masked items in `filled()`. */
  get fillValue(): unknown {
    const fill = this.#fill;
    if (fill instanceof NDArray && fill.size === 1) return fill.item();
    // NumPy tells the whole default even where the items are shorter.
    if (fill === null && /[SU]/.test(this.dtype.kind)) return defaultFill(this.dtype);
    return fill ?? one(this.dtype, defaultFill(this.dtype)).item();
  }
  /** Number of items that are not masked (records: in no field). */
  get count(): number {
    return this.#mask.flat().filter((flag) => !isMasked(flag)).length;
  }

  /** The item at these indices, {@link masked} where it is masked; a view where indices are left out or are slices. */
  get(...indices: Index[]): unknown {
    if (indices.length !== this.ndim || !indices.every(isInt)) return this.slice(...indices);
    const flag = this.#mask.get(...indices);
    return isMasked(flag) ? masked : this.#data.get(...indices);
  }
  /** A view by Python's indices, as `NDArray.slice`. */
  slice(...indices: Index[]): MaskedArray {
    return this.#same(this.#data.slice(...indices), this.#mask.slice(...indices));
  }
  /** A plain array with the masked items replaced by `value`, or by the fill value. */
  filled(value?: unknown): NDArray {
    const out = this.#data.copy();
    const filler = value === undefined ? this.fillValue : value;
    const flags = this.#mask.flat();
    const { slots } = storageOf(out.dtype);
    const { fields } = out.dtype;
    for (let i = 0; i < flags.length; i++) {
      const flag = flags[i];
      if (fields !== null && Array.isArray(flag)) {
        const parts = NDArray.over(out.dtype, out.data, [flags.length]);
        const item = parts.get(i) as unknown[];
        const filled = item.map((part, at) => (isMasked(flag[at]) ? (filler as unknown[])[at] : part));
        writeItem(out.dtype, out.data, i * slots, tupleFrom(filled));
      } else if (flag) writeItem(out.dtype, out.data, i * slots, filler);
    }
    return out;
  }
  /** Nested arrays of the items, null where masked, as Python's `tolist()`. */
  toArray(): Nested {
    const items = this.#data.flat();
    const flags = this.#mask.flat();
    const shown = items.map((item, i) => withMask(item, flags[i], null));
    let at = 0;
    const rows = nested(this.shape, 0, false, () => shown[at++]);
    if (this.dtype.kind === "f" && this.ndim > 0) markFloats(rows as unknown[]);
    return rows;
  }

  /** Items (of one axis) or views (of more), along the first axis. */
  *[Symbol.iterator](): IterableIterator<unknown> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }
  /** Are shape, masks and the items that are not masked equal? */
  equal(other: unknown): boolean {
    return other instanceof MaskedArray && equal(this.mask, other.mask) && equal(this.toArray(), other.toArray());
  }

  #same(data: NDArray, mask: NDArray): MaskedArray {
    const { cls, baseClass } = this;
    return new MaskedArray(data, mask, { fillValue: this.#fill, cls, baseClass, asRead: true });
  }
  get [pyType](): string {
    return `${this.cls.module}.${this.cls.name}`;
  }
  [pyParts](): unknown[] {
    return [tupleFrom([...this.shape]), this.#mask, this.toArray()];
  }
  [pyJS](): unknown {
    return this;
  }
  [pyRepr](): Parts {
    const { dtype, size } = this;
    if (this.cls.name === "mvoid") return [String(this)];
    const base = this.baseClass.name === "ndarray" ? "array" : this.baseClass.name;
    const keys = ["data", "mask", "fill_value"];
    const all = size > 0 && this.count === 0;
    if (!isImplied(dtype) || all || size === 0) keys.push("dtype");
    const oneRow = this.shape.slice(0, -1).every((n) => n === 1);
    const first = `masked_${base}(`;
    const indents = keys.map((key, i) =>
      oneRow ? (i === 0 ? first : " ".repeat(Math.max(2, first.length + 4 - key.length))) : "  ",
    );
    const shown = [
      () => bracketed(this.#shown(), ", ", `${indents[0]}data=`, ","),
      () => bracketed(this.#mask, ", ", `${indents[1]}mask=`, ","),
      () => (this.#fill instanceof NDArray || this.#fill === null ? fillText(dtype, this.fillValue) : repr(this.#fill)),
      () => shortText(dtype),
    ];
    const lines = keys.map((key, i) => `${indents[i]}${key}=${(shown[i] as () => string)()}`);
    return [`${oneRow ? "" : `${first}\n`}${lines.join(",\n")})`];
  }
  [inspect](): string {
    return inspectText(this);
  }
  toJSON(): unknown {
    return this.toArray();
  }
  /** As NumPy's `str`: `--` where masked. */
  toString(): string {
    return bracketed(this.#shown(), " ", "", "");
  }

  /** An array of what is printed, item by item, as Python prints its own values. */
  #shown(): NDArray {
    const { dtype } = this;
    const flags = this.#mask.flat();
    const items = this.#data.flat().map((item, i) => printed(dtype, item, flags[i]));
    return NDArray.over(makeDType("O" satisfies DTypeSpec), items, this.shape);
  }
}

/** An array without axes of one item. `TypeError` when the dtype cannot hold it. */
function one(dtype: DType, item: unknown): NDArray {
  const memory = allocate(dtype, 1);
  writeItem(dtype, memory, 0, item);
  return NDArray.over(dtype, memory, []);
}

/** Notes that the numbers of the innermost lists are floats of Python's, and stay such in a dump. */
function markFloats(rows: unknown[]): void {
  if (Array.isArray(rows[0])) {
    for (const row of rows) markFloats(row as unknown[]);
    return;
  }
  const at = rows.flatMap((item, i) => (typeof item === "number" ? [i] : []));
  Mark.setFloats(rows, { at, values: at.map((i) => rows[i] as number) });
}

/** Is an item masked as a whole? */
function isMasked(flag: unknown): boolean {
  return Array.isArray(flag) ? flag.length > 0 && flag.every(isMasked) : flag === true;
}

/** A record's fields, each by its own mask; other items as they are. */
function withMask(item: unknown, flag: unknown, stand: unknown): unknown {
  if (!Array.isArray(flag)) return flag ? stand : item;
  return tupleFrom(flag.map((one, i) => withMask((item as unknown[])[i], one, stand)));
}

function printed(dtype: DType, item: unknown, flag: unknown): unknown {
  if (dtype.fields !== null && Array.isArray(flag)) {
    const inner = [...dtype.fields.values()];
    return tupleFrom(flag.map((one, i) => printed(inner[i]!.dtype, (item as unknown[])[i], one)));
  }
  if (flag === true) return SHOWN;
  if (typeof item === "number" && dtype.kind === "f") return new PyFloat(item);
  if (dtype.kind === "M" || dtype.kind === "m")
    return { [pyRepr]: (): Parts => [pythonTimeText(dtype, item as bigint)] };
  return item;
}

function fillText(dtype: DType, fill: unknown): string {
  if (dtype.fields !== null) return repr(printed(dtype, fill, tupleFrom([...dtype.fields].map(() => false))));
  return typeof fill === "string" || fill instanceof Uint8Array ? repr(fill) : itemText(dtype, fill);
}
