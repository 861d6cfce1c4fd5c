/**
 * Writing into datasets: `ds[…] = value`, and `resize`.
 *
 * @module
 */
import { NDArray } from "../../../core/ndarray/index.ts";
import { fieldsOf } from "../read.ts";
import type { Selection } from "../selection.ts";
import { countOf, type Selector } from "../selection.ts";
import { runNow } from "../storage/store.ts";
import type { H5Type } from "../types/datatype.ts";
import { shared, stored } from "./convert.ts";
import { fillFrom } from "./create.ts";
import type { Draft } from "./draft.ts";
import type { DatasetNode } from "./nodes.ts";
import { broadcast, encodeValues } from "./values.ts";

/** Writes a value where indices pick. */
export function setElements(
  draft: Draft,
  id: number,
  selectors: readonly Selector[],
  value: unknown,
  pick: (shape: readonly number[], selectors: readonly Selector[]) => Selection,
): void {
  const node = draft.dataset(id);
  const { type, space } = node.info;
  if (space.shape === null) throw new TypeError("Empty datasets cannot be indexed");
  const selection = pick(space.shape, selectors);
  const data = draft.elements(node);
  const named = selection.fields.length > 0 ? null : shared(value, type);
  if (selection.fields.length > 0 || named !== null) {
    const only = named?.length === 1 ? (value as NDArray).field(named[0] as string) : value;
    setField(draft, node, named === null ? selection : { ...selection, fields: named }, only);
    return;
  }
  const rank = type.kind === "vlen" ? rankOf(type.base, value, selection.shape.length) : null;
  const made = encodeValues(type, stored(type, value), draft.pointers, rank);
  const bytes = broadcast(made, selection.shape, type.size);
  const own = bytes === made.bytes;
  if (selection.points !== null) runNow(data.putPoints(selection.points, bytes));
  else if (own && selectors.length === 0) fillFrom(data, made, draft);
  else runNow(data.put(selection.axes, bytes));
}

/** A single sequence for all, or a sequence for each element: along an array's last axis. */
function rankOf(base: H5Type, value: unknown, rank: number): number {
  if (value instanceof NDArray) {
    if (value.dtype.kind === "O") return Math.min(rank, value.ndim);
    const axes = Math.max(0, value.ndim - 1 - (base.kind === "array" ? base.shape.length : 0));
    return base.kind === "vlen" ? Math.min(rank, axes) : axes;
  }
  const first = Array.isArray(value) ? value[0] : null;
  const isNested = Array.isArray(first) || ArrayBuffer.isView(first) || (typeof first === "object" && first !== null);
  return isNested ? rank : 0;
}

/** Writes fields of records. */
function setField(draft: Draft, node: DatasetNode, { axes, shape, fields, points }: Selection, value: unknown): void {
  const { type } = node.info;
  const { members, type: inner } = fieldsOf(type, fields);
  const made = encodeValues(inner, stored(inner, value), draft.pointers, inner.kind === "vlen" ? shape.length : null);
  const part = broadcast(made, shape, inner.size);
  const data = draft.elements(node);
  const count = axes.reduce((n, axis) => n * countOf(axis), 1);
  const all = runNow(data.gather(axes, count));
  const places = points ?? Array.from({ length: count }, (_, i) => i);
  places.forEach((place, i) => {
    let from = i * inner.size;
    for (const { offset, type: own } of members) {
      all.set(part.subarray(from, from + own.size), place * type.size + offset);
      from += own.size;
    }
  });
  runNow(data.put(axes, all));
}

/** Gives a dataset another shape. */
export function resizeDataset(draft: Draft, id: number, wanted: readonly number[] | number, axis?: number): void {
  const node = draft.dataset(id);
  const { space, layout } = node.info;
  if (layout.kind !== "chunked" || space.shape === null) throw new TypeError("Only chunked datasets can be resized");
  let shape: number[];
  if (axis !== undefined) {
    if (typeof wanted !== "number") throw new TypeError("with an axis, resize takes the new length of that axis");
    if (!(axis >= 0 && axis < space.shape.length)) {
      throw new RangeError(`Invalid axis (0 to ${space.shape.length - 1} allowed)`);
    }
    shape = [...space.shape];
    shape[axis] = wanted;
  } else shape = typeof wanted === "number" ? [wanted] : [...wanted];
  if (shape.length !== space.shape.length) {
    throw new RangeError(`a dataset of ${space.shape.length} axes cannot get ${shape.length}`);
  }
  shape.forEach((n, i) => {
    if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`${n} is no length of an axis`);
    const most = space.maxshape[i] as number | null;
    if (most !== null && n > most) throw new RangeError(`unable to grow axis ${i} to ${n}: maxshape is ${most}`);
  });
  const data = draft.elements(node);
  const info = { ...node.info, space: { shape, maxshape: space.maxshape } };
  runNow(data.resize(info));
  node.info = info;
  node.resized = true;
}
