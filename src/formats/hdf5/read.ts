/**
 * What a selection of a dataset gives: an array, or a value.
 *
 * @module
 */
import { LimitError } from "../../core/errors.ts";
import { NDArray, typedDType } from "../../core/ndarray/index.ts";
import type { DatasetInfo } from "./data.ts";
import { asAsked } from "./numbers.ts";
import { countOf, type Selection } from "./selection.ts";
import type { Context } from "./storage/context.ts";
import type { Reading } from "./storage/store.ts";
import { utf8Text } from "./storage/text.ts";
import type { H5Type, Member } from "./types/datatype.ts";
import { elements, scalar } from "./types/decode.ts";
import { gatherAny } from "./viewed.ts";

/** Reads what a selection picks, as an array, or as a value where it picks one element. */
export function* readSelection(context: Context, info: DatasetInfo, selection: Selection): Reading<unknown> {
  const { type } = info;
  const { points, shape } = selection;
  let picked: Uint8Array;
  if (points !== null) picked = yield* readPoints(context, info, points);
  else {
    const count = selection.axes.reduce((n, axis) => n * countOf(axis), 1);
    picked = yield* gatherAny(context, info, selection.axes, count);
  }
  if (selection.fields.length > 0) return asAsked(context, yield* readFields(context, type, picked, selection));
  const isValue = shape.length === 0 && selection.isArray !== true;
  return asAsked(context, yield* isValue ? scalar(context, type, picked) : elements(context, type, picked, shape));
}

/** The texts of what was read of a dataset of text. */
export function textsOf(type: H5Type, value: unknown): string[] {
  if (type.kind !== "string" && type.kind !== "vlenString") {
    throw new TypeError("asString is for datasets of text: read() gives the elements of others");
  }
  const items = value instanceof NDArray ? value.flat() : [value];
  return items.map((item) => (typeof item === "string" ? item : utf8Text(item as Uint8Array)));
}

/** Elements by their numbers, of the smallest box that holds them. */
function* readPoints(context: Context, info: DatasetInfo, points: readonly number[]): Reading<Uint8Array> {
  const { size } = info.type;
  const shape = info.space.shape ?? [];
  const rank = shape.length;
  const out = new Uint8Array(points.length * size);
  if (points.length === 0) return out;
  const low = shape.map(() => Number.MAX_SAFE_INTEGER);
  const high = shape.map(() => 0);
  const places = new Float64Array(points.length * rank);
  points.forEach((point, i) => {
    let rest = point;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const n = rest % (shape[axis] as number);
      rest = Math.floor(rest / (shape[axis] as number));
      places[i * rank + axis] = n;
      low[axis] = Math.min(low[axis] as number, n);
      high[axis] = Math.max(high[axis] as number, n);
    }
  });
  const counts = low.map((n, axis) => (high[axis] as number) - n + 1);
  const axes = low.map((start, axis) => ({ start, step: 1, count: counts[axis] as number, keep: true }));
  const box = yield* gatherAny(
    context,
    info,
    axes,
    counts.reduce((a, b) => a * b, 1),
  );
  for (let i = 0; i < points.length; i++) {
    let at = 0;
    for (let axis = 0; axis < rank; axis++) {
      at = at * (counts[axis] as number) + (places[i * rank + axis] as number) - (low[axis] as number);
    }
    out.set(box.subarray(at * size, (at + 1) * size), i * size);
  }
  return out;
}

/** Fields of a compound by their names, and the type of what they make up: that of the one, else records of them. */
export function fieldsOf(type: H5Type, names: readonly string[]): { members: Member[]; type: H5Type } {
  if (type.kind !== "compound") {
    throw new TypeError(
      `"${names[0]}" is neither a slice such as "2:10" nor the name of a field: the elements have no fields`,
    );
  }
  const members = names.map((name) => {
    const found = type.members.find((member) => member.name === name);
    if (found !== undefined) return found;
    const known = type.members.map((member) => member.name).join(", ");
    throw new RangeError(`there is no field ${JSON.stringify(name)}: the fields are ${known}`);
  });
  const [only] = members;
  if (members.length === 1) return { members, type: (only as Member).type };
  let size = 0;
  const packed = members.map((member): Member => {
    size += member.type.size;
    return { ...member, offset: size - member.type.size };
  });
  return { members, type: { kind: "compound", size, members: packed } };
}

function* readFields(context: Context, type: H5Type, bytes: Uint8Array, selection: Selection): Reading<unknown> {
  const { fields, shape, isArray } = selection;
  const { members, type: inner } = fieldsOf(type, fields);
  if (members.length === 1) {
    const field = (yield* elements(context, type, bytes, shape)).field(fields[0] as string);
    return field.ndim === 0 ? field.item() : field;
  }
  const count = shape.reduce((a, b) => a * b, 1);
  const packed = new Uint8Array(count * inner.size);
  for (let i = 0, to = 0; i < count; i++) {
    for (const { offset, type: own } of members) {
      const from = i * type.size + offset;
      packed.set(bytes.subarray(from, from + own.size), to);
      to += own.size;
    }
  }
  const isValue = shape.length === 0 && isArray !== true;
  return yield* isValue ? scalar(context, inner, packed) : elements(context, inner, packed, shape);
}

/** The value of elements that were never written. */
export function* fillOf(context: Context, { fill, type }: DatasetInfo): Reading<unknown> {
  if (fill === null && type.size > MOST_FILL) {
    throw new LimitError("maxBytes", MOST_FILL, type.size, { format: "hdf5" });
  }
  return asAsked(context, yield* scalar(context, type, fill ?? new Uint8Array(type.size)));
}

/** A single element that nobody wrote is not larger. */
const MOST_FILL = 1 << 26;

/** Reads all elements into memory of the caller's. */
export function intoTyped(array: NDArray, target: ArrayBufferView): void {
  const own = typedDType(target);
  const { kind, itemsize, byteorder } = array.dtype;
  // Bytes take anything; numbers have the order of those that stand there, and where there is no Float16Array, float16s are bits.
  if (own !== null && own.itemsize > 1 && /[iuf]/.test(kind) && itemsize > 2 && (own.kind === "f") !== (kind === "f")) {
    throw new TypeError(`elements of ${array.dtype} are not for memory of ${own}`);
  }
  const isTurned = own !== null && own.itemsize > 1 && byteorder === ">" && /[iufc]/.test(kind);
  const bytes = (isTurned ? array.astype(`<${kind}${itemsize}`) : array).toBytes();
  if (bytes.length !== target.byteLength) {
    throw new RangeError(`the data has ${bytes.length} bytes, the target ${target.byteLength}`);
  }
  new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes);
}
