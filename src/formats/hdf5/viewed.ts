/**
 * Elements of views: gathered from the datasets that a virtual dataset shows.
 *
 * @module
 */
import { FormatError, LimitError, UnsupportedError } from "../../core/errors.ts";
import { type DatasetInfo, filled, gather, MOST, picked, within } from "./data.ts";
import type { Runs } from "./messages/hyperslab.ts";
import { place } from "./scatter.ts";
import { type Axis, countOf } from "./selection.ts";
import type { Context } from "./storage/context.ts";
import type { Reading } from "./storage/store.ts";
import type { H5Type } from "./types/datatype.ts";
import { elements } from "./types/decode.ts";
import { mapped } from "./types/dtypes.ts";
import { type Part, type Places, partsOf, type Source, sizeOf } from "./virtual.ts";

/** The bytes of the elements that are picked of a dataset or a view, in C order. */
export function* gatherAny(
  context: Context,
  info: DatasetInfo,
  axes: readonly Axis[],
  count: number,
): Reading<Uint8Array> {
  if (info.layout.kind !== "virtual") return yield* gather(context, info, axes, count);
  if (count * info.type.size > MOST) {
    throw new LimitError("maxBytes", MOST, count * info.type.size, { format: "hdf5" });
  }
  // First the sources, then memory for what they hold.
  const parts = yield* partsOf(context, info);
  const out = filled(info, count);
  if (count === 0) return out;
  for (const part of parts) {
    if (sizeOf(part.from) !== sizeOf(part.to)) {
      throw new FormatError("a part of a virtual dataset takes more or less than it shows", { format: "hdf5" });
    }
    if (!(yield* alongAxes(part, info, axes, out))) yield* inRuns(part, info, axes, out);
  }
  return out;
}

/** The n-th place of an axis. */
function nth(axis: Axis, n: number): number {
  return "list" in axis ? (axis.list[n] as number) : axis.start + n * axis.step;
}

/** Which place of an axis this is; -1 when it is none. */
function indexIn(axis: Axis, at: number): number {
  if (!("list" in axis)) {
    const n = (at - axis.start) / axis.step;
    return Number.isInteger(n) && n >= 0 && n < axis.count ? n : -1;
  }
  let [low, high] = [0, axis.list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((axis.list[middle] as number) < at) low = middle + 1;
    else high = middle;
  }
  return axis.list[low] === at ? low : -1;
}

/** An axis through these places. */
function axisThrough(list: readonly number[]): Axis {
  const [start] = list as [number];
  const isRun = list.every((n, i) => n === start + i);
  return isRun ? { start, step: 1, count: list.length, keep: true } : { list };
}

/** Reads a part whose axes are those of its source, but for axes of one place: only what is wanted of it. */
function* alongAxes(
  { source, from, to }: Part,
  { type }: DatasetInfo,
  wanted: readonly Axis[],
  out: Uint8Array,
): Reading<boolean> {
  if ("runs" in from || "runs" in to) return false;
  const long = (axes: readonly Axis[]): number[] => axes.flatMap((axis, i) => (countOf(axis) === 1 ? [] : [i]));
  const sources = long(from.axes);
  const targets = long(to.axes);
  if (sources.length !== targets.length) return false;
  if (sources.some((axis, i) => countOf(from.axes[axis] as Axis) !== countOf(to.axes[targets[i] as number] as Axis))) {
    return false;
  }
  const sourceAxes = from.axes.map((axis): Axis => ({ list: [nth(axis, 0)] }));
  const ranges: { from: Float64Array; to: number }[] = [];
  for (const [i, axis] of wanted.entries()) {
    const target = to.axes[i] as Axis;
    const mate = sources[targets.indexOf(i)];
    const inSource: number[] = [];
    const inOut: number[] = [];
    // Only places between the part's first and last.
    const first = nth(target, 0);
    const near = countOf(target) === 0 ? null : within(axis, first, nth(target, countOf(target) - 1) + 1);
    for (let k = 0; near !== null && k < near.from.length; k++) {
      const n = indexIn(target, first + (near.from[k] as number));
      if (n < 0) continue;
      inOut.push(near.to + k);
      if (mate !== undefined) inSource.push(nth(from.axes[mate] as Axis, n));
    }
    if (inOut.length === 0) return true;
    if (mate !== undefined) sourceAxes[mate] = axisThrough(inSource);
    ranges.push({ from: Float64Array.from(inOut), to: 0 });
  }
  const shape = ranges.map((range) => range.from.length);
  const bytes = yield* read(source, { axes: sourceAxes }, type);
  place(bytes, shape, out, wanted.map(countOf), ranges, type.size);
  return true;
}

/** Reads a part element by element: the whole view is made, and what is wanted taken of it. */
function* inRuns(
  { source, from, to }: Part,
  info: DatasetInfo,
  wanted: readonly Axis[],
  out: Uint8Array,
): Reading<void> {
  const shape = info.space.shape ?? [];
  const { size } = info.type;
  const all = shape.reduce((a, b) => a * b, 1);
  if (2 * all * size > MOST) throw new LimitError("maxBytes", MOST, 2 * all * size, { format: "hdf5" });
  const bytes = yield* read(source, from, info.type);
  const whole = new Uint8Array(all * size);
  const marks = new Uint8Array(all);
  let at = 0;
  for (const [start, n] of runsIn(to, shape)) {
    whole.set(bytes.subarray(at * size, (at + n) * size), start * size);
    marks.fill(1, start, start + n);
    at += n;
  }
  const count = wanted.reduce((n, axis) => n * countOf(axis), 1);
  const shown = picked(marks, shape, wanted, 1, count);
  const values = picked(whole, shape, wanted, size, count);
  for (let i = 0; i < count; i++) {
    if (shown[i] === 1) out.set(values.subarray(i * size, (i + 1) * size), i * size);
  }
}

/** Places as runs: where each begins, and how many elements it has. */
function* runsIn(places: Places, shape: readonly number[]): Generator<readonly [number, number]> {
  if ("runs" in places) {
    const { starts, sizes } = places.runs;
    for (let i = 0; i < starts.length; i++) yield [starts[i] as number, sizes[i] as number];
    return;
  }
  const { axes } = places;
  if (axes.some((axis) => countOf(axis) === 0)) return;
  const index = axes.map(() => 0);
  for (let axis = 0; axis >= 0; ) {
    let start = 0;
    let isInside = true;
    for (const [i, one] of axes.entries()) {
      const at = nth(one, index[i] as number);
      isInside &&= at < (shape[i] as number);
      start = start * (shape[i] as number) + at;
    }
    if (!isInside) throw new FormatError("a part of a virtual dataset lies beyond it", { format: "hdf5" });
    yield [start, 1];
    for (axis = axes.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < countOf(axes[axis] as Axis)) break;
      index[axis] = 0;
    }
  }
}

/** Elements of a source, as the view has them. */
function* read({ context, info }: Source, places: Places, type: H5Type): Reading<Uint8Array> {
  const count = sizeOf(places);
  let bytes: Uint8Array;
  if ("axes" in places) bytes = yield* gatherAny(context, info, places.axes, count);
  else bytes = packed(yield* wholeOf(context, info), places.runs, info.type.size);
  if (JSON.stringify(info.type) === JSON.stringify(type)) return bytes;
  const [have, want] = [mapped(info.type), mapped(type)];
  if (have.dtype.hasObject || !want.raw || want.dtype.base !== null || want.dtype.fields !== null) {
    throw new UnsupportedError("virtual datasets", "a virtual dataset and its source differ in type");
  }
  return (yield* elements(context, info.type, bytes.slice(), [count])).astype(want.dtype).toBytes();
}

function* wholeOf(context: Context, info: DatasetInfo): Reading<Uint8Array> {
  const shape = info.space.shape ?? [];
  const axes = shape.map((count): Axis => ({ start: 0, step: 1, count, keep: true }));
  const count = shape.reduce((a, b) => a * b, 1);
  return yield* gatherAny(context, info, axes, count);
}

/** Runs of elements, one behind the other. */
export function packed(all: Uint8Array, { starts, sizes, count }: Runs, size: number): Uint8Array {
  const out = new Uint8Array(count * size);
  let at = 0;
  for (let i = 0; i < starts.length; i++) {
    const from = (starts[i] as number) * size;
    const n = (sizes[i] as number) * size;
    out.set(all.subarray(from, from + n), at);
    at += n;
  }
  return out;
}
