/**
 * Virtual datasets: views of datasets in this file and others (specification, section VII.C of the layout message).
 *
 * @module
 */
import { FormatError, UnsupportedError } from "../../core/errors.ts";
import type { DatasetInfo } from "./data.ts";
import { describe, isDataset } from "./describe.ts";
import { axisOf, isOpen, type Picked, parsePicked, type Runs, runsOf, type Slab } from "./messages/hyperslab.ts";
import { resolve } from "./resolve.ts";
import { type Axis, countOf } from "./selection.ts";
import { Core } from "./shared.ts";
import type { Context } from "./storage/context.ts";
import { Cursor } from "./storage/cursor.ts";
import { type ObjectHeader, objectHeader } from "./storage/header.ts";
import { OTHER_FILES, type Reading } from "./storage/store.ts";
import { utf8Text } from "./storage/text.ts";

/** One dataset of which a part is seen. */
interface Mapping {
  readonly file: string;
  readonly dataset: string;
  readonly source: Picked;
  readonly target: Picked;
}

/** Views of views are followed so deep. */
const MAX_NESTING = 16;
const MAX_BLOCKS = 65536;

/** Reads the mappings of a virtual layout. */
function* mappings(context: Context, heap: number, index: number): Reading<Mapping[]> {
  const data = yield* context.globalObject(heap, index);
  if (data === null) return [];
  const c = new Cursor(data, context.sizes, heap);
  const version = c.version("virtual dataset", 0, 1);
  const count = c.length();
  if (count * 8 > c.left) throw c.bad(`${count} parts of a virtual dataset are cut short`);
  const out: Mapping[] = [];
  const name = (flags: number, shared: number, own: number, known: (one: Mapping) => string): string => {
    if (flags & own) return ".";
    if (!(flags & shared)) return utf8Text(c.text());
    const one = out[c.length()];
    if (one === undefined) throw c.bad("a part of a virtual dataset refers to one that is not there yet");
    return known(one);
  };
  for (let i = 0; i < count; i++) {
    // Version 1 names a file or dataset once, and says so when it is this file.
    const flags = version === 0 ? 0 : c.u8();
    const file = name(flags, 1, 4, (one) => one.file);
    const dataset = name(flags, 2, 0, (one) => one.dataset);
    out.push({ file, dataset, source: parsePicked(c), target: parsePicked(c) });
  }
  return out;
}

/** A dataset that is seen, and the file it is in. */
export interface Source {
  readonly context: Context;
  readonly info: DatasetInfo;
}

/** Opens the dataset of a mapping; null where it is not there. */
function* sourceOf(context: Context, root: number, file: string, dataset: string): Reading<Source | null> {
  let inner = context;
  let at = root;
  if (file !== ".") {
    const store = yield* context.file(file);
    if (store === null) return null;
    const core = yield* Core.open(store, context.filters);
    inner = core.context;
    at = core.root;
  }
  const place = yield* resolve(inner, at, { at, path: "/" }, dataset);
  if (place === undefined || "file" in place) return null;
  const header = yield* objectHeader(inner, place.at);
  if (!isDataset(header)) return null;
  if (context.nesting > MAX_NESTING)
    throw new FormatError("virtual datasets are views of each other", { format: "hdf5" });
  inner.nesting = ++context.nesting;
  try {
    return { context: inner, info: yield* describeAny(inner, header, at) };
  } finally {
    context.nesting--;
    inner.nesting = context.nesting;
  }
}

/** Places of a selection: along each axis, or in runs. */
export type Places = { readonly axes: readonly Axis[] } | { readonly runs: Runs };

/** A part that can be read: places in the source, and where they go. */
export interface Part {
  readonly source: Source;
  readonly from: Places;
  readonly to: Places;
}

/** Blocks of a name with `%b`, one after another; of others just one. */
function named(name: string, block: number): string {
  return name.replace(/%%|%b/g, (text) => (text === "%%" ? "%" : String(block)));
}

const isPattern = ({ file, dataset }: Mapping): boolean =>
  /%b/.test(file.replace(/%%/g, "") + dataset.replace(/%%/g, ""));

/** How many elements places are. */
export function sizeOf(places: Places): number {
  return "runs" in places ? places.runs.count : places.axes.reduce((n, axis) => n * countOf(axis), 1);
}

function slabOf(size: number): Slab {
  return { start: 0, stride: 1, count: 1, block: size };
}

/** What a selection takes of a shape. */
function placesIn(picked: Picked, shape: readonly number[]): Places {
  switch (picked.kind) {
    case "none":
      return { axes: shape.map(() => axisOf(slabOf(0), 0)) };
    case "all":
      return { axes: shape.map((n) => axisOf(slabOf(n), n)) };
    case "slab":
      if (picked.axes.length !== shape.length) {
        throw new FormatError("a virtual dataset and its source differ in axes", { format: "hdf5" });
      }
      return { axes: picked.axes.map((slab, i) => axisOf(slab, shape[i] as number)) };
    default:
      return { runs: runsOf(picked, shape) };
  }
}

/** All parts of a virtual dataset, and the shape they make. */
function* parts(
  context: Context,
  root: number,
  found: readonly Mapping[],
  shape: readonly number[],
): Reading<{ parts: Part[]; shape: number[] }> {
  const out: Part[] = [];
  const extent = shape.map(() => 0);
  const open = shape.map(() => false);
  // Many parts show the same dataset: it is opened once.
  const known = new Map<string, Source | null>();
  const opened = function* (file: string, dataset: string): Reading<Source | null> {
    const key = `${file}\0${dataset}`;
    let source = known.get(key);
    if (source === undefined) {
      source = yield* sourceOf(context, root, file, dataset);
      known.set(key, source);
    }
    return source;
  };
  const add = (source: Source, from: Places, axes: readonly Axis[]): void => {
    axes.forEach((axis, i) => {
      const n = countOf(axis);
      const end = n === 0 ? 0 : ("list" in axis ? (axis.list[n - 1] as number) : axis.start + (n - 1) * axis.step) + 1;
      extent[i] = Math.max(extent[i] as number, end);
    });
    out.push({ source, from, to: { axes } });
  };
  for (const mapping of found) {
    const { target } = mapping;
    const openAxis = target.kind === "slab" ? target.axes.findIndex(isOpen) : -1;
    if (target.kind !== "slab" || openAxis < 0) {
      const source = yield* opened(named(mapping.file, 0), named(mapping.dataset, 0));
      if (source === null) continue;
      const from = placesIn(mapping.source, source.info.space.shape ?? []);
      const to = placesIn(
        target,
        shape.map((n, i) => (open[i] ? Number.MAX_SAFE_INTEGER : n)),
      );
      if ("axes" in to) add(source, from, to.axes);
      else out.push({ source, from, to });
      continue;
    }
    open[openAxis] = true;
    const axesOf = (slab: Slab, most?: number): Axis[] =>
      target.axes.map((one, i) =>
        i === openAxis ? axisOf(slab, Number.MAX_SAFE_INTEGER, most) : axisOf(one, shape[i] as number),
      );
    const slab = target.axes[openAxis] as Slab;
    if (isPattern(mapping)) {
      for (let block = 0; block < MAX_BLOCKS; block++) {
        const source = yield* opened(named(mapping.file, block), named(mapping.dataset, block));
        if (source === null) break;
        const from = placesIn(mapping.source, source.info.space.shape ?? []);
        add(source, from, axesOf({ ...slab, start: slab.start + block * slab.stride, count: 1 }));
      }
      continue;
    }
    const source = yield* opened(named(mapping.file, 0), named(mapping.dataset, 0));
    if (source === null) continue;
    const from = placesIn(mapping.source, source.info.space.shape ?? []);
    // As many places along the open axis as the source has for them.
    const fixed = target.axes.reduce((n, one, i) => (i === openAxis ? n : n * Math.max(0, one.count) * one.block), 1);
    add(source, from, axesOf(slab, fixed === 0 ? 0 : Math.floor(sizeOf(from) / fixed)));
  }
  return { parts: out, shape: shape.map((n, axis) => (open[axis] ? (extent[axis] as number) : n)) };
}

/** The parts of a view. */
export function* partsOf(context: Context, { layout, space, root }: DatasetInfo): Reading<Part[]> {
  if (layout.kind !== "virtual") return [];
  const found = yield* mappings(context, layout.heap, layout.index);
  return (yield* parts(context, root, found, space.shape ?? [])).parts;
}

/** Everything a dataset's header says; the shape of a view without end is what its sources make it. */
export function* describeAny(context: Context, header: ObjectHeader, root: number): Reading<DatasetInfo> {
  const info = yield* describe(context, header, root);
  const { layout, space } = info;
  if (layout.kind !== "virtual" || space.shape === null || !space.maxshape.includes(null)) return info;
  const found = yield* mappings(context, layout.heap, layout.index);
  try {
    const { shape } = yield* parts(context, root, found, space.shape);
    return { ...info, space: { ...space, shape } };
  } catch (e) {
    // Nobody said how to open other files: reading is refused, not looking.
    if (e instanceof UnsupportedError && e.feature === OTHER_FILES) return info;
    throw e;
  }
}
