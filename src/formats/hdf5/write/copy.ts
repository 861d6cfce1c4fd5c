/**
 * Copies of objects, from the same file or another one.
 *
 * @module
 */
import { FormatError, UnsupportedError } from "../../../core/errors.ts";
import { gather } from "../data.ts";
import type { Link } from "../messages/links.ts";
import type { Core } from "../shared.ts";
import type { Context } from "../storage/context.ts";
import { Cursor, NOWHERE } from "../storage/cursor.ts";
import type { Reading } from "../storage/store.ts";
import type { H5Type } from "../types/datatype.ts";
import { Reference } from "../types/reference.ts";
import { virtualLayout } from "./create.ts";
import { product, StagedData, wholeAxes } from "./data.ts";
import { type Draft, loadNode } from "./draft.ts";
import type { DatasetNode, Node } from "./nodes.ts";
import { refers } from "./pointers.ts";

/** What a copy needs: where it goes, where it comes from, and the copies of objects that were copied. */
interface Copying {
  readonly target: Draft;
  readonly context: Context;
  readonly copies: ReadonlyMap<number, number>;
  /** Is it a whole file, which must lose nothing? */
  readonly isWhole: boolean;
}

/**
 * Copies an object and all below it into a draft; gives the number of the copy. What is copied of a group goes `into`
 * one that is there already, when it is named.
 */
export function* copyObject(
  target: Draft,
  core: Core,
  from: Draft | null,
  at: number,
  into: number | null = null,
): Reading<number> {
  const { context, root } = core;
  const copies = new Map<number, number>();
  const sources: { source: Node; copy: Node }[] = [];
  const take = function* (id: number, place: number | null): Reading<number> {
    const known = copies.get(id);
    if (known !== undefined) return known;
    const source: Node = from?.peek(id) ?? (yield* loadNode(context, root, id));
    const made = place ?? (yield* makeCopy(context, target, source));
    copies.set(id, made);
    sources.push({ source, copy: target.edit(made) });
    return made;
  };
  const first = yield* take(at, into);
  // Groups first, so that references find the copies of what they refer to.
  for (let i = 0; i < sources.length; i++) {
    const { source, copy } = sources[i] as (typeof sources)[number];
    if (source.kind !== "group" || copy.kind !== "group") continue;
    for (const [name, link] of source.children) {
      const inner: Link = link.kind === "hard" ? { kind: "hard", at: yield* take(link.at, null) } : link;
      target.link(copy, name, inner);
    }
  }
  const copying: Copying = { target, context, copies, isWhole: into !== null };
  for (const { source, copy } of sources) {
    for (const raw of source.attrs.values()) {
      copy.attrs.set(raw.name, { ...raw, data: yield* copyElements(copying, raw.type, raw.data) });
    }
    if (source.kind === "dataset") yield* copyData(copying, source, copy as DatasetNode);
  }
  return first;
}

/** An object without its content. */
function* makeCopy(context: Context, target: Draft, source: Node): Reading<number> {
  if (source.kind === "group") return target.makeGroup(source.tracked);
  if (source.kind === "type") return target.makeType(source.type);
  const { type, space, layout, pipeline, external, isUnfilled = false } = source.info;
  if (layout.kind === "virtual") {
    if (context.sizes.lengths !== target.context.sizes.lengths) {
      throw new UnsupportedError("copying between files", "the files have lengths of different sizes");
    }
    // The names of files stay as they are, as in h5py.
    const told = yield* context.globalObject(layout.heap, layout.index);
    const view = virtualLayout(target, told?.slice() ?? null);
    return target.makeDataset({ type, space, layout: view, pipeline, fill: null }, source.tracked).id;
  }
  const plain =
    layout.kind === "chunked"
      ? { ...layout, index: { kind: "btree1" as const, at: -1 }, flags: 0 }
      : { kind: "contiguous" as const, at: -1, size: product(space.shape ?? []) * type.size };
  return target.makeDataset({ type, space, layout: plain, pipeline, fill: null, isUnfilled }, source.tracked, external)
    .id;
}

function* copyData(copying: Copying, source: DatasetNode, made: DatasetNode): Reading<void> {
  const { context, target } = copying;
  const { type, space, fill } = source.info;
  if (fill !== null) {
    made.info = { ...made.info, fill: yield* copyElements(copying, type, fill) };
    if (made.data !== null) target.stage(made, new StagedData(target.context, made.info));
  }
  const { data } = made;
  if (data === null) return;
  const shape = space.shape ?? [];
  if (space.shape === null || shape.includes(0)) return;
  const isUnwritten = source.data === null ? isNowhere(source.info.layout) : source.data.whole === null;
  if (data.chunks === null && isUnwritten) return;
  if (data.chunks === null || refers(type)) {
    const bytes = yield* gather(context, source.info, wholeAxes(shape), product(shape));
    data.fillAll(yield* copyElements(copying, type, bytes));
    return;
  }
  // Chunks go over as they are.
  const chunks = (source.data ?? (yield* StagedData.of(context, source.info))).chunks ?? new Map();
  for (const [key, held] of chunks) {
    let { packed } = held;
    if (held.raw === null && packed === null && held.old !== null) {
      const { at, size, mask } = held.old;
      const [bytes] = yield* context.store.payload([{ at, size }]);
      packed = { bytes: (bytes as Uint8Array).slice(), mask };
    }
    data.chunks.set(key, { grid: held.grid, raw: held.raw?.slice() ?? null, old: null, packed });
  }
}

function isNowhere(layout: DatasetNode["info"]["layout"]): boolean {
  return layout.kind === "contiguous" && layout.at === NOWHERE;
}

/**
 * Elements with copies of the sequences they refer to. References to objects stay as they are in their own file, and
 * lead to the copies in another one: nowhere, when the object was not copied.
 */
function* copyElements(copying: Copying, type: H5Type, bytes: Uint8Array): Reading<Uint8Array> {
  const { context, target } = copying;
  if (!refers(type)) return bytes.slice();
  if (context.sizes.offsets !== target.context.sizes.offsets) {
    throw new UnsupportedError("copying between files", "the files have addresses of different sizes");
  }
  const out = bytes.slice();
  for (let at = 0; at + type.size <= out.length; at += type.size) yield* copyElement(copying, type, out, at);
  return out;
}

/** A reference to a region leads to that of the copy, or nowhere. */
function* copyRegion({ context, target, copies }: Copying, out: Uint8Array, at: number): Reading<void> {
  const c = new Cursor(out, context.sizes).skip(at);
  const blob = (yield* regionAt(context, c.offset(), c.u32()))?.slice() ?? null;
  const made = blob === null ? undefined : copies.get(new Cursor(blob, context.sizes).offset());
  if (blob === null || made === undefined) target.pointers.putRegion(out, at, null);
  else {
    target.pointers.putAddress(blob, 0, made);
    target.pointers.putRegion(out, at, new Reference(made, blob));
  }
}

/** The region that a heap holds; null for none, and for what nobody wrote. */
function* regionAt(context: Context, heap: number, index: number): Reading<Uint8Array | null> {
  if (index === 0) return null;
  try {
    return yield* context.globalObject(heap, index);
  } catch (e) {
    if (e instanceof FormatError) return null;
    throw e;
  }
}

function* copyElement(copying: Copying, type: H5Type, out: Uint8Array, at: number): Reading<void> {
  const { context, target, copies } = copying;
  switch (type.kind) {
    case "reference":
      if (context === target.context) return;
      if (type.of === "region") yield* copyRegion(copying, out, at);
      else if (type.of === "object") {
        target.pointers.putAddress(out, at, copies.get(new Cursor(out, context.sizes).skip(at).offset()) ?? 0);
      } else {
        if (copying.isWhole && out.subarray(at, at + type.size).some((byte) => byte !== 0)) {
          throw new UnsupportedError("references of HDF5 1.12", "references of this kind are only read");
        }
        out.fill(0, at, at + type.size);
      }
      return;
    case "compound":
      for (const { type: inner, offset } of type.members) {
        if (refers(inner)) yield* copyElement(copying, inner, out, at + offset);
      }
      return;
    case "array":
      for (let i = 0; i < type.size; i += type.base.size) yield* copyElement(copying, type.base, out, at + i);
      return;
    case "vlen":
    case "vlenString": {
      const c = new Cursor(out, context.sizes).skip(at);
      const count = c.u32();
      const blob = count === 0 ? null : yield* context.globalObject(c.offset(), c.u32());
      const size = type.kind === "vlen" ? count * type.base.size : count;
      let own = blob === null ? new Uint8Array(0) : blob.slice(0, size);
      if (type.kind === "vlen")
        own = yield* copyElements(copying, type.base, own) as Generator<never, Uint8Array<ArrayBuffer>>;
      target.pointers.putSequence(out, at, own, own.length === 0 ? 0 : count);
      return;
    }
    default:
  }
}
