/**
 * What a selection of a dataset gives: an array, or a value.
 *
 * @module
 */
import { LimitError } from "../../core/errors.ts";
import type { NDArray } from "../../core/ndarray/index.ts";
import type { DatasetInfo } from "./data.ts";
import { asAsked } from "./numbers.ts";
import { countOf, type Selection } from "./selection.ts";
import type { Context } from "./storage/context.ts";
import type { Reading } from "./storage/store.ts";
import type { H5Type } from "./types/datatype.ts";
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

function* readFields(context: Context, type: H5Type, bytes: Uint8Array, selection: Selection): Reading<unknown> {
  if (type.kind !== "compound") throw new TypeError("field names are only for datasets of compounds");
  const made = yield* elements(context, type, bytes, selection.shape);
  const known = type.members.map(({ name }) => name);
  for (const name of selection.fields) {
    if (!known.includes(name)) {
      throw new RangeError(`there is no field ${JSON.stringify(name)}: the fields are ${known.join(", ")}`);
    }
  }
  const [name] = selection.fields;
  if (selection.fields.length > 1) {
    throw new TypeError("name one field; several fields of an array come one by one by its field(name)");
  }
  const field = made.field(name as string);
  return field.ndim === 0 ? field.item() : field;
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
  const bytes = array.toBytes();
  if (bytes.length !== target.byteLength) {
    throw new RangeError(`the data has ${bytes.length} bytes, the target ${target.byteLength}`);
  }
  new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes);
}
