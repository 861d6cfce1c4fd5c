/**
 * Virtual datasets: views of datasets in this file and others (specification, section VII.C of the layout message).
 *
 * @module
 */
import { FormatError, LimitError, UnsupportedError } from "../../core/errors.ts";
import { type DatasetInfo, filled, gather, MOST, picked } from "./data.ts";
import { describe, isDataset } from "./describe.ts";
import { isOpen, type Picked, parsePicked, placesOf } from "./messages/hyperslab.ts";
import { resolve } from "./resolve.ts";
import type { Axis } from "./selection.ts";
import { Context } from "./storage/context.ts";
import { Cursor, utf8Text } from "./storage/cursor.ts";
import { type ObjectHeader, objectHeader } from "./storage/header.ts";
import type { Reading } from "./storage/store.ts";
import { superblock } from "./storage/superblock.ts";

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
  c.version("virtual dataset", 0);
  const count = c.length();
  if (count * 10 > c.left) throw c.bad(`${count} parts of a virtual dataset are cut short`);
  const out: Mapping[] = [];
  for (let i = 0; i < count; i++) {
    out.push({
      file: utf8Text(c.text()),
      dataset: utf8Text(c.text()),
      source: parsePicked(c),
      target: parsePicked(c),
    });
  }
  return out;
}

interface Source {
  context: Context;
  info: DatasetInfo;
}

/** Opens the dataset of a mapping; null where it is not there. */
function* sourceOf(context: Context, root: number, file: string, dataset: string): Reading<Source | null> {
  let inner = context;
  let at = root;
  if (file !== ".") {
    const store = yield* context.file(file);
    if (store === null) return null;
    const found = yield* superblock(store);
    inner = new Context(store, found.sizes);
    at = found.root;
  }
  const place = yield* resolve(inner, at, { at, path: "/" }, dataset);
  if (place === undefined || "file" in place) return null;
  const header = yield* objectHeader(inner, place.at);
  if (!isDataset(header)) return null;
  if (context.nesting > MAX_NESTING)
    throw new FormatError("virtual datasets are views of each other", { format: "hdf5" });
  context.nesting++;
  try {
    return { context: inner, info: yield* describeAny(inner, header, at) };
  } finally {
    context.nesting--;
  }
}

/** A part that can be read: places along each axis of the source, and where they go. */
interface Part {
  source: Source;
  from: Axis[];
  to: { axes: readonly number[][] };
}

/** Blocks of a name with `%b`, one after another; of others just one. */
function named(name: string, block: number): string {
  return name.replace(/%%|%b/g, (text) => (text === "%%" ? "%" : String(block)));
}

const isPattern = ({ file, dataset }: Mapping): boolean =>
  /%b/.test(file.replace(/%%/g, "") + dataset.replace(/%%/g, ""));

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
  const add = (part: Part): void => {
    part.to.axes.forEach((places, axis) => {
      const end = places.length === 0 ? 0 : (places[places.length - 1] as number) + 1;
      extent[axis] = Math.max(extent[axis] as number, end);
    });
    out.push(part);
  };
  for (const mapping of found) {
    if (mapping.target.kind !== "slab" && mapping.target.kind !== "all") {
      throw new UnsupportedError("virtual datasets", "a part of a virtual dataset is no regular box");
    }
    const target = mapping.target.kind === "slab" ? mapping.target.axes : shape.map((n) => slabOf(n));
    const openAxis = target.findIndex(isOpen);
    if (openAxis >= 0) open[openAxis] = true;
    if (openAxis >= 0 && isPattern(mapping)) {
      for (let block = 0; block < MAX_BLOCKS; block++) {
        const source = yield* sourceOf(context, root, named(mapping.file, block), named(mapping.dataset, block));
        if (source === null) break;
        const one = target.map((slab, axis) =>
          axis === openAxis ? { ...slab, start: slab.start + block * slab.stride, count: 1 } : slab,
        );
        add({
          source,
          from: axesOf(mapping.source, source),
          to: { axes: one.map((slab) => placesOf(slab, Number.MAX_SAFE_INTEGER)) },
        });
      }
      continue;
    }
    const source = yield* sourceOf(context, root, named(mapping.file, 0), named(mapping.dataset, 0));
    if (source === null) continue;
    const from = axesOf(mapping.source, source);
    // As many places along the open axis as the source has for them.
    const count = from.reduce((n, axis) => n * lengthOf(axis), 1);
    const fixed = target.reduce((n, slab, i) => (i === openAxis ? n : n * Math.max(0, slab.count) * slab.block), 1);
    const along = openAxis < 0 || fixed === 0 ? 0 : Math.floor(count / fixed);
    const axes = target.map((slab, i) => placesOf(slab, Number.MAX_SAFE_INTEGER, i === openAxis ? along : undefined));
    add({ source, from, to: { axes } });
  }
  return { parts: out, shape: shape.map((n, axis) => (open[axis] ? (extent[axis] as number) : n)) };
}

function slabOf(size: number): { start: number; stride: number; count: number; block: number } {
  return { start: 0, stride: 1, count: 1, block: size };
}

function lengthOf(axis: Axis): number {
  return "list" in axis ? axis.list.length : axis.count;
}

/** What a mapping takes of its source. */
function axesOf(picked: Picked, { info }: Source): Axis[] {
  const shape = info.space.shape ?? [];
  if (picked.kind === "all") return shape.map((n) => ({ start: 0, step: 1, count: n, keep: true }));
  if (picked.kind !== "slab") {
    throw new UnsupportedError("virtual datasets", "a part of a virtual dataset is no regular box");
  }
  if (picked.axes.length !== shape.length) {
    throw new FormatError("a virtual dataset and its source differ in axes", { format: "hdf5" });
  }
  return picked.axes.map((slab, i) => ({ list: placesOf(slab, shape[i] as number) }));
}

/** All elements of a virtual dataset, in C order. */
function* readVirtual(context: Context, root: number, info: DatasetInfo, blank: Uint8Array): Reading<Uint8Array> {
  const { layout, type } = info;
  if (layout.kind !== "virtual") return blank;
  const shape = info.space.shape ?? [];
  const found = yield* mappings(context, layout.heap, layout.index);
  const { parts: all } = yield* parts(context, root, found, shape);
  const { size } = type;
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, size));
  for (const { source, from, to } of all) {
    if (JSON.stringify(source.info.type) !== JSON.stringify(type)) {
      throw new UnsupportedError("virtual datasets", "a virtual dataset and its source differ in type");
    }
    const count = from.reduce((n, axis) => n * lengthOf(axis), 1);
    if (count * size > MOST) throw new LimitError("maxBytes", MOST, count * size, { format: "hdf5" });
    const bytes = yield* gatherAny(source.context, source.info, from, count);
    let at = 0;
    const visit = (axis: number, place: number): void => {
      const places = to.axes[axis];
      if (places === undefined) {
        if (at + size <= bytes.length) blank.set(bytes.subarray(at, at + size), place);
        at += size;
        return;
      }
      for (const n of places) {
        if (n < (shape[axis] as number)) visit(axis + 1, place + n * (steps[axis] as number));
      }
    };
    visit(0, 0);
  }
  return blank;
}

/** Everything a dataset's header says; the shape of a view without end is what its sources make it. */
export function* describeAny(context: Context, header: ObjectHeader, root: number): Reading<DatasetInfo> {
  const info = yield* describe(context, header, root);
  const { layout, space } = info;
  if (layout.kind !== "virtual" || space.shape === null || !space.maxshape.includes(null)) return info;
  const found = yield* mappings(context, layout.heap, layout.index);
  const { shape } = yield* parts(context, root, found, space.shape);
  return { ...info, space: { ...space, shape } };
}

/** The bytes of the elements that are picked of a dataset or a view, in C order. */
export function* gatherAny(
  context: Context,
  info: DatasetInfo,
  axes: readonly Axis[],
  count: number,
): Reading<Uint8Array> {
  if (info.layout.kind !== "virtual") return yield* gather(context, info, axes, count);
  const shape = info.space.shape ?? [];
  const { size } = info.type;
  const all = shape.reduce((a, b) => a * b, 1);
  if (all * size > MOST) throw new LimitError("maxBytes", MOST, all * size, { format: "hdf5" });
  return picked(yield* readVirtual(context, info.root, info, filled(info, all)), shape, axes, size, count);
}
