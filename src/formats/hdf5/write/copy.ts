/**
 * Copies of objects, from the same file or another one.
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { gather } from "../data.ts";
import type { RawAttribute } from "../messages/attribute.ts";
import type { Core } from "../shared.ts";
import type { Context } from "../storage/context.ts";
import { Cursor } from "../storage/cursor.ts";
import type { Reading } from "../storage/store.ts";
import type { H5Type } from "../types/datatype.ts";
import { product, StagedData, wholeAxes } from "./data.ts";
import { type Draft, loadNode } from "./draft.ts";
import type { DatasetNode, GroupNode, Node } from "./nodes.ts";
import { refers } from "./pointers.ts";

/** Copies an object and all below it into a draft; gives the number of the copy. */
export function* copyObject(target: Draft, core: Core, from: Draft | null, at: number): Reading<number> {
  const { context, root } = core;
  const seen = new Map<number, number>();
  const todo: { source: GroupNode; copy: GroupNode }[] = [];
  const take = function* (id: number): Reading<number> {
    const known = seen.get(id);
    if (known !== undefined) return known;
    const source: Node = from?.peek(id) ?? (yield* loadNode(context, root, id));
    let made: number;
    if (source.kind === "group") {
      made = target.makeGroup(source.tracked);
      todo.push({ source, copy: target.group(made) });
    } else if (source.kind === "type") made = target.makeType(source.type);
    else made = yield* copyDataset(target, context, source);
    seen.set(id, made);
    const { attrs } = target.edit(made);
    for (const raw of source.attrs.values()) attrs.set(raw.name, yield* copyAttribute(target, context, raw));
    return made;
  };
  const copy = yield* take(at);
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    for (const [name, link] of next.source.children) {
      target.link(next.copy, name, link.kind === "hard" ? { kind: "hard", at: yield* take(link.at) } : link);
    }
  }
  return copy;
}

function* copyAttribute(target: Draft, context: Context, raw: RawAttribute): Reading<RawAttribute> {
  return { ...raw, data: yield* copyElements(target, context, raw.type, raw.data) };
}

function* copyDataset(target: Draft, context: Context, source: DatasetNode): Reading<number> {
  const { info } = source;
  const { type, space, layout, pipeline } = info;
  if (layout.kind === "virtual" || info.external.length > 0) {
    throw new UnsupportedError("copying other files", "the elements of this dataset stand in other files");
  }
  const fill = info.fill === null ? null : yield* copyElements(target, context, type, info.fill);
  const shape = space.shape ?? [];
  const plain =
    layout.kind === "chunked"
      ? { ...layout, index: { kind: "btree1" as const, at: -1 }, flags: 0 }
      : { kind: "contiguous" as const, at: -1, size: product(shape) * type.size };
  const made = target.makeDataset({ type, space, layout: plain, pipeline, fill }, source.tracked);
  const data = made.data as StagedData;
  if (space.shape === null || shape.includes(0)) return made.id;
  if (data.chunks === null || refers(type)) {
    const axes = wholeAxes(shape);
    const bytes = yield* gather(context, info, axes, product(shape));
    data.fillAll(yield* copyElements(target, context, type, bytes));
    return made.id;
  }
  // Chunks go over as they are.
  const chunks = (source.data ?? (yield* StagedData.of(context, info))).chunks ?? new Map();
  for (const [key, held] of chunks) {
    let { packed } = held;
    if (held.raw === null && packed === null && held.old !== null) {
      const { at, size, mask } = held.old;
      const [bytes] = yield* context.store.payload([{ at, size }]);
      packed = { bytes: (bytes as Uint8Array).slice(), mask };
    }
    data.chunks.set(key, { grid: held.grid, raw: held.raw?.slice() ?? null, old: null, packed });
  }
  return made.id;
}

/** Elements with copies of the sequences they refer to; references to objects stay good only in their own file. */
function* copyElements(target: Draft, context: Context, type: H5Type, bytes: Uint8Array): Reading<Uint8Array> {
  if (!refers(type)) return bytes.slice();
  if (context.sizes.offsets !== target.context.sizes.offsets) {
    throw new UnsupportedError("copying between files", "the files have addresses of different sizes");
  }
  const out = bytes.slice();
  for (let at = 0; at + type.size <= out.length; at += type.size) yield* copyElement(target, context, type, out, at);
  return out;
}

function* copyElement(target: Draft, context: Context, type: H5Type, out: Uint8Array, at: number): Reading<void> {
  switch (type.kind) {
    case "reference":
      if (context !== target.context) out.fill(0, at, at + type.size);
      return;
    case "compound":
      for (const { type: inner, offset } of type.members) {
        if (refers(inner)) yield* copyElement(target, context, inner, out, at + offset);
      }
      return;
    case "array":
      for (let i = 0; i < type.size; i += type.base.size) yield* copyElement(target, context, type.base, out, at + i);
      return;
    case "vlen":
    case "vlenString": {
      const c = new Cursor(out, context.sizes).skip(at);
      const count = c.u32();
      const blob = count === 0 ? null : yield* context.globalObject(c.offset(), c.u32());
      const size = type.kind === "vlen" ? count * type.base.size : count;
      let own = blob === null ? new Uint8Array(0) : blob.slice(0, size);
      if (type.kind === "vlen")
        own = yield* copyElements(target, context, type.base, own) as Generator<never, Uint8Array<ArrayBuffer>>;
      target.pointers.putSequence(out, at, own, own.length === 0 ? 0 : count);
      return;
    }
    default:
  }
}
