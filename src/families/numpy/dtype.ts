/**
 * `numpy.dtype`: `dtype("f8", False, True)` and then a state of order, parts, sizes and flags
 * (numpy/_core/src/multiarray/descriptor.c, `arraydescr_reduce`, `arraydescr_setstate`).
 *
 * @module
 */

import {
  type ByteOrder,
  DType,
  dtype,
  type Field,
  recordType,
  subarrayType,
  textType,
  timeType,
} from "../../core/ndarray/index.ts";
import { type PackContext, type Reduction, StaticGlobal } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyFloat, PyGlobal } from "../../core/values/scalars.ts";
import { isFloatAt, isTuple, type PyTuple, tuple, tupleFrom } from "../../core/values/tuple.ts";
import { int, ints, isNamed, pyInt, refuse, shapeOf, type Table, text } from "./table.ts";

const DTYPE = /* @__PURE__ */ new StaticGlobal("numpy", "dtype");

const RECORD = /* @__PURE__ */ new PyGlobal("numpy", "record");
/** NumPy 2's `StringDType(coerce[, na_object])`. */
const TEXT = /* @__PURE__ */ new PyGlobal("numpy._core._internal", "_convert_to_stringdtype_kwargs");

/** `NPY_ALIGNED_STRUCT`. */
const ALIGNED = 0x80;
/** Flags that a record takes over from its fields. */
const FROM_FIELDS = 0x1b;

/** A dtype of its own, which a state to come may replace wherever it was referred to. */
function fresh(made: DType, record = false): DType {
  const { kind, itemsize, byteorder, alignment, unit, count } = made;
  return new DType({ kind, itemsize, byteorder, alignment, unit, count, record });
}

/** The values that numpy has known in the state since version 1 (7 items), with flags (8) and metadata (9). */
function restore(target: DType, state: unknown): DType {
  if (!isTuple(state) || state.length < 7 || state.length > 9)
    return refuse("the state of a dtype", "a tuple of 7 to 9", state);
  const [version, order, sub, names, fields, size, , flags = 0, metadata] = state;
  if (int(version, "the version of a dtype") > 4)
    throw new RangeError(`dtype state of version ${version} is not known`);
  if (sub !== null) {
    if (!isTuple(sub) || sub.length !== 2 || !(sub[0] instanceof DType))
      return refuse("subdtype", "(dtype, shape)", sub);
    return subarrayType(sub[0], typeof sub[1] === "number" ? [sub[1]] : shapeOf(sub[1], "the shape of a subarray"));
  }
  if (names !== null && fields !== null) {
    return record(names, fields, int(size, "itemsize"), int(flags, "flags"), target.record);
  }
  const sign = text(order, "byte order");
  const byteorder = sign === ">" ? ">" : "<";
  if (target.kind === "M" || target.kind === "m") return time(target.kind, byteorder, metadata);
  const width = /[SUV]/.test(target.kind) ? Math.max(0, int(size, "itemsize")) : target.itemsize;
  if (target.kind === "U" && width % 4 !== 0) throw new RangeError(`itemsize ${width} of text is no multiple of 4`);
  return dtype(`${byteorder}${target.kind}${target.kind === "U" ? width / 4 : width}`);
}

function record(names: unknown, fields: unknown, itemsize: number, flags: number, isRecord: boolean): DType {
  if (!isTuple(names)) return refuse("names of fields", "a tuple", names);
  if (!(fields instanceof PyDict)) return refuse("fields", "a dict", fields);
  const byName = new Map([...fields].map(([name, field]) => [text(name, "the name of a field"), field]));
  const made = new Map<string, Field>();
  for (const raw of names) {
    const name = text(raw, "the name of a field");
    const field = byName.get(name);
    if (!isTuple(field) || field.length < 2 || !(field[0] instanceof DType)) {
      return refuse(`field ${JSON.stringify(name)}`, "(dtype, offset)", field ?? null);
    }
    const [inner, offset, title] = field as readonly [DType, unknown, unknown];
    const row: Field = { dtype: inner, offset: int(offset, "offset") };
    made.set(name, title === undefined || title === null ? row : { ...row, title: text(title, "title") });
  }
  return recordType(made, itemsize, (flags & ALIGNED) !== 0, isRecord);
}

/** Unit and count: `({}, (b"ns", 1, 1, 1))`. */
function time(kind: "M" | "m", order: ByteOrder, metadata: unknown): DType {
  if (metadata === undefined || metadata === null) return timeType(kind, "generic", 1, order);
  const parts = isTuple(metadata) ? metadata[1] : undefined;
  if (!isTuple(parts) || parts.length < 2) return refuse("the unit of a time", "(unit, count, 1, 1)", parts ?? null);
  const unit = text(parts[0], "unit");
  const count = int(parts[1], "count of units");
  return dtype(`${order}${kind}8${unit === "generic" ? "" : `[${count}${unit}]`}`);
}

function flagsOf(made: DType): number {
  if (made.base !== null) return flagsOf(made.base) & FROM_FIELDS;
  if (made.kind === "O") return 63;
  if (made.kind === "U") return 8;
  if (made.fields === null) return 0;
  let flags = 16 | (made.aligned ? ALIGNED : 0);
  for (const field of made.fields.values()) flags |= flagsOf(field.dtype) & FROM_FIELDS;
  // NumPy 1 takes a signed byte alone; NumPy 2 takes it, too, but forgets the alignment: numpyFor(2) writes it for that one.
  return flags > 127 ? flags - 256 : flags;
}

function reduce(made: DType, context: PackContext): Reduction {
  const { kind, itemsize, byteorder, alignment, base, fields, unit } = made;
  const n = (value: number): number | bigint => pyInt(value, context);
  const { text: rule } = made;
  if (rule !== null) {
    const coerce = n(rule.coerce ? 1 : 0);
    return { func: TEXT, args: rule.naObject === undefined ? tuple(coerce) : tuple(coerce, rule.naObject) };
  }
  const args = made.record
    ? tuple(RECORD, false, true)
    : tuple(`${kind}${kind === "U" ? itemsize / 4 : itemsize}`, false, true);
  const sizes = /[SUV]/.test(kind) ? [n(itemsize), n(alignment)] : [n(-1), n(-1)];
  const sub = base === null ? null : tuple(base, ints(made.shape, context));
  let names: unknown = null;
  let table: PyDict | null = null;
  if (fields !== null) {
    names = tupleFrom([...fields.keys()]);
    table = new PyDict();
    for (const [name, { dtype: inner, offset, title }] of fields) {
      const row = title === undefined ? tuple(inner, n(offset)) : tuple(inner, n(offset), title);
      table.set(name, row);
      if (title !== undefined) table.set(title, row);
    }
  }
  const state = [n(unit === "" ? 3 : 4), byteorder, sub, names, table, ...sizes, n(flagsOf(made))];
  if (unit !== "") {
    const name = Uint8Array.from(unit, (ch) => ch.charCodeAt(0));
    state.push(tuple(new PyDict(), tuple(name, n(made.count), n(1), n(1))));
  }
  return { func: DTYPE, args, state: tupleFrom(state) };
}

/** `(coerce[, na_object])`; a float that is integral stays one. */
const textual = {
  call(args: PyTuple): DType {
    const [coerce, naObject] = args;
    const rule = { coerce: coerce !== 0 && coerce !== 0n && coerce !== false };
    if (args.length < 2) return textType(rule);
    return textType({ ...rule, naObject: isFloatAt(args, 1) ? new PyFloat(naObject as number) : naObject });
  },
};

export const dtypes: Table = {
  globals: {
    "numpy._core._internal._convert_to_stringdtype_kwargs": textual,
    "numpy.dtypes.StringDType": { call: (args: PyTuple) => (args.length === 0 ? textType() : undefined) },
    "numpy.dtype": {
      call([what, align]) {
        if (isNamed(what, "record") || isNamed(what, "void")) return fresh(dtype("V"), isNamed(what, "record"));
        if (what instanceof PyGlobal) return what.module === "numpy" ? fresh(dtype(what.name)) : undefined;
        return fresh(dtype(text(what, "dtype() argument"), { align: align === true }));
      },
      setState: (target, state) => restore(target as DType, state),
    },
  },
  reducers: [[DType, reduce]],
};
