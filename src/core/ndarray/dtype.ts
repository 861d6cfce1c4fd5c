/**
 * NumPy's dtypes: what one item of an array is, to the byte.
 *
 * @module
 */
import { inspect, type Parts, pyKey, pyRepr, pyType } from "../values/protocol.ts";
import { repr } from "../values/repr.ts";
import { constructionText, dtypeDescr, dtypeName } from "./dtypetext.ts";

/**
 * Kinds of items: `b` bool, `i` and `u` ints, `f` float, `c` complex, `S` bytes, `U` text, `V` raw bytes and records,
 * `O` any object, `M` datetime64, `m` timedelta64, `T` text of any length (`StringDType`).
 */
export type Kind = "b" | "i" | "u" | "f" | "c" | "S" | "U" | "V" | "O" | "M" | "m" | "T";

/** `<` little-endian, `>` big-endian, `|` where order means nothing. */
export type ByteOrder = "<" | ">" | "|";

/** One field of a record. */
export interface Field {
  readonly dtype: DType;
  /** Bytes from the record's beginning. */
  readonly offset: number;
  readonly title?: string | undefined;
}

/** Everything that makes a dtype; the rest follows from it. */
export interface DTypeParts {
  kind: Kind;
  itemsize: number;
  byteorder: ByteOrder;
  alignment?: number;
  fields?: ReadonlyMap<string, Field> | null;
  base?: DType | null;
  shape?: readonly number[];
  unit?: string;
  count?: number;
  aligned?: boolean;
  record?: boolean;
  text?: TextRule;
}

/** What a `StringDType` says of its items. */
export interface TextRule {
  /** Does it make text of what is none? */
  readonly coerce: boolean;
  /** What stands for a missing item (`None`, NaN, any object); undefined where nothing does. */
  readonly naObject?: unknown;
}

/** Levels of records in records; NumPy's files hold a handful. */
const MAX_DEPTH = 64;
const MAX_ITEMSIZE = 2 ** 31 - 1;

/**
 * A NumPy dtype: frozen; simple ones are one object each, any two compare by {@link DType.equals}. Made by `dtype(…)`.
 */
export class DType {
  readonly kind: Kind;
  /** Bytes of one item. */
  readonly itemsize: number;
  readonly byteorder: ByteOrder;
  /** Bytes at whose multiples a C compiler would place an item. */
  readonly alignment: number;
  /** Fields of a record by name, in order; null when the items are no records. */
  readonly fields: ReadonlyMap<string, Field> | null;
  /** Of a subarray `(base, shape)`: the dtype of its items; else null. */
  readonly base: DType | null;
  /** Of a subarray: its shape; else empty. */
  readonly shape: readonly number[];
  /** Unit of a datetime64 or timedelta64 (`"ns"`, `"generic"`); else empty. */
  readonly unit: string;
  /** How many units one tick is (`25` in `"<M8[25us]"`). */
  readonly count: number;
  /** Was the record laid out with C's alignment (`align=True`)? */
  readonly aligned: boolean;
  /** Are single items `numpy.record`, as in a `recarray`, instead of `numpy.void`? */
  readonly record: boolean;
  /** Of a `StringDType`: its rules; else null. */
  readonly text: TextRule | null;
  /** Do items hold Python objects? */
  readonly hasObject: boolean;
  /** @internal levels of nesting */
  readonly depth: number;
  #key = "";

  /** @internal */
  constructor(parts: DTypeParts) {
    this.kind = parts.kind;
    this.itemsize = parts.itemsize;
    this.byteorder = parts.byteorder;
    this.fields = parts.fields ?? null;
    this.base = parts.base ?? null;
    this.shape = Object.freeze([...(parts.shape ?? [])]);
    this.unit = parts.unit ?? "";
    this.count = parts.count ?? 1;
    this.aligned = parts.aligned ?? false;
    this.record = parts.record ?? false;
    this.text = parts.text ?? null;
    const inner = this.base ? [this.base] : [...(this.fields?.values() ?? [])].map((field) => field.dtype);
    this.alignment = parts.alignment ?? 1;
    this.hasObject = this.kind === "O" || this.kind === "T" || inner.some((d) => d.hasObject);
    this.depth = 1 + Math.max(0, ...inner.map((d) => d.depth));
    if (this.depth > MAX_DEPTH) throw new RangeError(`a dtype has at most ${MAX_DEPTH} levels`);
    if (!Number.isSafeInteger(this.itemsize) || this.itemsize < 0 || this.itemsize > MAX_ITEMSIZE) {
      throw new RangeError(`itemsize ${this.itemsize} is not in 0..${MAX_ITEMSIZE}`);
    }
    Object.freeze(this);
  }

  /** Names of the fields, or null. */
  get names(): readonly string[] | null {
    return this.fields === null ? null : [...this.fields.keys()];
  }

  /** NumPy's array-protocol text: `"<f8"`, `"|S5"`, `"<M8[ns]"`, `"|V24"`. */
  get str(): string {
    if (this.kind === "O") return "|O";
    if (this.text !== null) return repr(this);
    const size = this.kind === "U" ? this.itemsize / 4 : this.itemsize;
    const unit =
      this.unit === "" || this.unit === "generic" ? "" : `[${this.count === 1 ? "" : this.count}${this.unit}]`;
    return `${this.byteorder}${this.kind}${size}${unit}`;
  }

  /** NumPy's `dtype.name`: `"float64"`, `"datetime64[ns]"`, `"str96"`. */
  get name(): string {
    return dtypeName(this);
  }

  /** NumPy's `dtype.descr`, as headers of npy files hold it; `TypeError` when fields overlap. */
  get descr(): unknown {
    return dtypeDescr(this);
  }

  /** Is the order of bytes this machine's (little-endian), or without meaning, all through? */
  get isNative(): boolean {
    if (this.base !== null) return this.base.isNative;
    if (this.fields === null) return this.byteorder !== ">";
    for (const field of this.fields.values()) if (!field.dtype.isNative) return false;
    return true;
  }

  /** Are two dtypes the same, to the byte and the name of every field? */
  equals(other: unknown): boolean {
    return other === this || (other instanceof DType && other.key === this.key);
  }

  /** @internal */
  get key(): string {
    if (this.#key === "") this.#key = constructionText(this, true, true);
    return this.#key;
  }

  get [pyType](): string {
    return "numpy.dtype";
  }
  [pyKey](): unknown {
    return `dtype:${this.key}`;
  }
  [pyRepr](): Parts {
    if (this.text !== null) return textParts(this.text);
    const inside = constructionText(this, false, false);
    return [`dtype(${this.record ? `(numpy.record, ${inside})` : inside}${this.aligned ? ", align=True" : ""})`];
  }
  [inspect](): string {
    return repr(this);
  }
  toJSON(): unknown {
    return this.toString();
  }
  /** As NumPy's `str(dtype)`: `"float64"`, `">i4"`, `"[('x', '<i4')]"`. */
  toString(): string {
    if (this.text !== null) return repr(this);
    if (this.record) return `(numpy.record, ${constructionText(this, true, false)})`;
    if (this.fields !== null) return constructionText(this, true, false);
    if (this.base !== null) return constructionText(this, false, true);
    return /[SUV]/.test(this.kind) || !this.isNative ? this.str : this.name;
  }
}

const ALIGNMENT: Readonly<Record<number, number>> = { 1: 1, 2: 2, 4: 4, 8: 8, 16: 16, 12: 4, 32: 16, 24: 4 };

/** The items that have a fixed size: kind and sizes. */
const SIZES: Readonly<Record<string, readonly number[]>> = {
  b: [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8, 12, 16],
  c: [8, 16, 24, 32],
  O: [8],
};

function simpleTypes(): ReadonlyMap<string, DType> {
  const table = new Map<string, DType>();
  for (const [kind, sizes] of Object.entries(SIZES) as [Kind, readonly number[]][]) {
    for (const itemsize of sizes) {
      const whole = ALIGNMENT[itemsize] ?? 1;
      const alignment = kind === "c" && itemsize <= 16 ? itemsize / 2 : whole;
      for (const byteorder of (itemsize === 1 || kind === "O" ? ["|"] : ["<", ">"]) as ByteOrder[]) {
        table.set(byteorder + kind + itemsize, new DType({ kind, itemsize, byteorder, alignment }));
      }
    }
  }
  return table;
}

const SIMPLE = /* @__PURE__ */ simpleTypes();

/** The dtype of a text as NumPy writes it, where that has no parts nor a size of choice: `"<f8"`, `"|b1"`, `"<c16"`. */
export function knownType(text: string): DType | undefined {
  return SIMPLE.get(text);
}

/** A dtype without parts: the one object for it where its size is fixed; null for sizes that NumPy does not have. */
export function simpleType(kind: Kind, size: number, order: ByteOrder = "<"): DType | null {
  if (kind === "S" || kind === "V") return new DType({ kind, itemsize: size, byteorder: "|" });
  if (kind === "U") {
    return new DType({ kind, itemsize: size * 4, byteorder: order === ">" ? ">" : "<", alignment: 4 });
  }
  if (kind === "M" || kind === "m") return size === 8 ? timeType(kind, "generic", 1, order) : null;
  const found = SIMPLE.get((size === 1 || kind === "O" ? "|" : order === ">" ? ">" : "<") + kind + size);
  return found ?? null;
}

/** `datetime64` or `timedelta64` of a unit. */
export function timeType(kind: "M" | "m", unit: string, count: number, order: ByteOrder = "<"): DType {
  return new DType({ kind, itemsize: 8, byteorder: order === ">" ? ">" : "<", alignment: 8, unit, count });
}

/** A subarray; one without a shape is its base. Subarrays of subarrays stay nested, as NumPy keeps them. */
export function subarrayType(base: DType, shape: readonly number[]): DType {
  if (shape.length === 0) return base;
  for (const n of shape) if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`${n} is no length of an axis`);
  const itemsize = shape.reduce((a, b) => a * b, base.itemsize);
  return new DType({ kind: "V", itemsize, byteorder: "|", alignment: base.alignment, base, shape });
}

/** A record of named fields. */
export function recordType(
  fields: ReadonlyMap<string, Field>,
  itemsize: number,
  aligned: boolean,
  record = false,
): DType {
  for (const [name, { dtype, offset }] of fields) {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + dtype.itemsize > itemsize) {
      throw new RangeError(`field ${JSON.stringify(name)} does not lie in the record's ${itemsize} bytes`);
    }
  }
  const alignment = aligned ? Math.max(1, ...[...fields.values()].map((f) => f.dtype.alignment)) : 1;
  return new DType({ kind: "V", itemsize, byteorder: "|", alignment, fields, aligned, record });
}

/** NumPy 2's `StringDType`. */
export function textType(rule: TextRule = { coerce: true }): DType {
  return new DType({ kind: "T", itemsize: 16, byteorder: "|", alignment: 8, text: rule });
}

function textParts({ coerce, naObject }: TextRule): Parts {
  const end = coerce ? ")" : `${naObject === undefined ? "" : ", "}coerce=False)`;
  return naObject === undefined ? [`StringDType(${end}`] : ["StringDType(na_object=", naObject, end];
}

/** The same dtype in another order of bytes, fields and all. */
export function withOrder(dtype: DType, order: "<" | ">"): DType {
  if (dtype.base !== null) return subarrayType(withOrder(dtype.base, order), dtype.shape);
  if (dtype.fields !== null) {
    const fields = [...dtype.fields].map(([name, f]) => [name, { ...f, dtype: withOrder(f.dtype, order) }] as const);
    return recordType(new Map(fields), dtype.itemsize, dtype.aligned, dtype.record);
  }
  if (dtype.byteorder === "|" || dtype.byteorder === order) return dtype;
  if (dtype.kind === "M" || dtype.kind === "m") return timeType(dtype.kind, dtype.unit, dtype.count, order);
  return simpleType(dtype.kind, dtype.kind === "U" ? dtype.itemsize / 4 : dtype.itemsize, order) ?? dtype;
}
