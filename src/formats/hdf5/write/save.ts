/**
 * From a draft to a file: headers first, then groups, then elements, so that what describes stands together.
 *
 * @module
 */
import type { RawAttribute } from "../messages/attribute.ts";
import { MESSAGE } from "../storage/header.ts";
import type { Reading } from "../storage/store.ts";
import { type DenseObject, writeDense } from "./dense.ts";
import type { Draft } from "./draft.ts";
import { layoutDraft, type Writing, writeElements } from "./elements.ts";
import { GlobalHeapWriter } from "./globalheap.ts";
import { encodeContinuation, encodeFirst, encodeHeader, type HeaderStyle, isLarge, type NewMessage } from "./header.ts";
import { Image } from "./image.ts";
import {
  attributeMessage,
  externalMessage,
  fillMessage,
  infoMessage,
  linkMessage,
  pipelineMessage,
  symbolMessage,
  writeExternalNames,
} from "./messages.ts";
import type { DatasetNode, GroupNode, Node } from "./nodes.ts";
import { type OldPart, readOld } from "./old.ts";
import { type Move, refers } from "./pointers.ts";
import { encodeSuperblock, OldSuperblock, superblockSize } from "./superblock.ts";
import { isOldLink, RANKS, writeSymbols } from "./symbols.ts";
import { encodeSpace, encodeType } from "./types.ts";

/** More links or attributes than these stand in a heap. */
const MOST_COMPACT = 8;
/** The kinds of messages that are made anew when attributes change. */
const ATTRIBUTES: readonly number[] = [MESSAGE.attribute, MESSAGE.attributeInfo];
const LINKS: readonly number[] = [MESSAGE.link, MESSAGE.linkInfo, MESSAGE.symbolTable];

type Dense = { heap: number; names: number; orders: number };

/** An object on its way: what its header will say, and where it goes. */
interface Job {
  readonly node: Node;
  readonly old: OldPart | null;
  readonly links: number;
  style: HeaderStyle;
  at: number;
  size: number;
  symbols: { tree: number; heap: number } | null;
  denseLinks: Dense | null;
  denseAttrs: Dense | null;
  layout: Uint8Array | null;
  /** The heap of the names of the files in which its elements stand. */
  names: number;
}

/** Makes the whole file; `spilled` when it continues the one into which elements were spilled. */
export function* save(draft: Draft, spilled = false): Reading<Image> {
  return yield* new Saving(draft, spilled).all();
}

class Saving {
  readonly #draft: Draft;
  readonly #image: Image;
  readonly #jobs = new Map<number, Job>();
  readonly #writing: Writing;
  #superblock: OldSuperblock | null = null;

  constructor(draft: Draft, spilled: boolean) {
    this.#draft = draft;
    const { context, pointers, options } = draft;
    const { sizes, store } = context;
    this.#image = new Image(sizes, draft.isNew ? (spilled ? (draft.spill?.end ?? 0) : 0) : store.size - store.base);
    const heap = new GlobalHeapWriter(this.#image);
    const move: Move = {
      keep: (blob) => heap.keep(blob),
      // An object that was deleted is referred to by the null reference.
      find: (id) => (this.#jobs.has(id) ? this.#addressOf(id) : 0),
    };
    const { libver } = options;
    const { filters } = context;
    this.#writing = { image: this.#image, ranks: RANKS, libver, filters, pointers, heap, move, spilled };
  }

  #addressOf(id: number): number {
    return this.#draft.pointers.isNew(id) ? (this.#jobs.get(id) as Job).at : id;
  }

  *all(): Reading<Image> {
    const draft = this.#draft;
    const image = this.#image;
    let w = this.#writing;
    const version = draft.options.libver === "latest" ? 3 : 0;
    if (draft.isNew) image.alloc(superblockSize(version));
    else {
      this.#superblock = yield* OldSuperblock.read(draft.context);
      w = { ...w, ranks: this.#superblock.ranks };
    }
    yield* this.#collect();
    for (const job of this.#jobs.values()) this.#reserve(job);
    for (const job of this.#jobs.values()) this.#writeLinks(job, w);
    for (const job of this.#jobs.values()) this.#writeAttributes(job);
    for (const job of this.#jobs.values()) {
      if (!this.#writesData(job.node)) continue;
      const node = job.node as DatasetNode;
      job.layout = yield* writeElements(node, w);
      if (node.origin === null && node.info.external.length > 0)
        job.names = writeExternalNames(image, node.info.external);
    }
    for (const job of this.#jobs.values()) this.#writeHeader(job);
    w.heap.finish();
    const root = this.#jobs.get(draft.root);
    const symbols = root?.symbols ?? null;
    if (this.#superblock !== null) image.put(0, this.#superblock.patched(draft.context, image.end, symbols));
    else {
      const { userblock } = draft.options;
      image.put(0, encodeSuperblock(version, userblock, image.end, this.#addressOf(draft.root), symbols));
    }
    return image;
  }

  /** The objects to write: old ones that were changed, new ones to which links lead. */
  *#collect(): Reading<void> {
    const draft = this.#draft;
    const { pointers, nodes } = draft;
    const counts = new Map<number, number>();
    const todo: Node[] = [];
    for (const node of nodes.values()) if (!pointers.isNew(node.id) || node.id === draft.root) todo.push(node);
    const order: Node[] = [];
    for (let i = 0; i < todo.length; i++) {
      const node = todo[i] as Node;
      order.push(node);
      if (node.kind !== "group") continue;
      for (const link of node.children.values()) {
        if (link.kind !== "hard" || !pointers.isNew(link.at)) continue;
        const count = counts.get(link.at) ?? 0;
        counts.set(link.at, count + 1);
        if (count === 0) todo.push(nodes.get(link.at) as Node);
      }
    }
    for (const node of order) {
      const old = node.origin === null ? null : yield* readOld(draft.context, node.id);
      // The root is counted once, for the superblock.
      const own = counts.get(node.id) ?? 0;
      const links =
        old === null
          ? Math.max(1, own + (node.id === draft.root && own > 0 ? 1 : 0))
          : Math.max(0, old.links + node.links);
      const style = this.#styleOf(node, old);
      this.#jobs.set(node.id, {
        node,
        old,
        links,
        style,
        at: -1,
        size: 0,
        symbols: null,
        denseLinks: null,
        denseAttrs: null,
        layout: null,
        names: -1,
      });
    }
  }

  #styleOf(node: Node, old: OldPart | null): HeaderStyle {
    const { sizes } = this.#image;
    if (old !== null && old.version === 2) return { version: 2, tracked: (old.flags & 4) !== 0 };
    const large =
      node.attrsChanged && [...node.attrs.values()].some((raw) => isLarge(attributeMessage(raw, raw.data, sizes, 1)));
    const isNew = old === null && (node.tracked || this.#draft.options.libver === "latest");
    return { version: isNew || large ? 2 : 1, tracked: old === null && node.tracked };
  }

  #writesData(node: Node): boolean {
    return node.kind === "dataset" && (node.origin === null || node.data !== null);
  }

  /** Is a group's new content for an old symbol table? */
  #isOldStyle({ node, style }: Job): boolean {
    if (node.kind !== "group") return false;
    for (const link of node.children.values()) if (!isOldLink(link)) return false;
    if (node.origin !== null) return node.origin.messages.some(({ kind }) => kind === MESSAGE.symbolTable);
    return style.version === 1 || (!node.tracked && this.#draft.options.libver === "earliest");
  }

  #denseLinks(job: Job): boolean {
    const { node } = job;
    return node.kind === "group" && node.childrenChanged && !this.#isOldStyle(job) && node.children.size > MOST_COMPACT;
  }

  #denseAttrs({ node, style }: Job): boolean {
    if (style.version === 1 || !node.attrsChanged) return false;
    if (node.attrs.size > MOST_COMPACT) return true;
    return [...node.attrs.values()].some((raw) => isLarge(this.#attribute(raw, raw.data, 2)));
  }

  #attribute(raw: RawAttribute, data: Uint8Array, version: 1 | 2): Uint8Array {
    return attributeMessage(raw, data, this.#image.sizes, version);
  }

  /** Finds out how large a header is, and gives it its place. */
  #reserve(job: Job): void {
    const dummy = { heap: -1, names: -1, orders: -1 };
    const { sizes } = this.#image;
    if (this.#isOldStyle(job)) job.symbols = { tree: -1, heap: -1 };
    if (this.#denseLinks(job)) job.denseLinks = dummy;
    if (this.#denseAttrs(job)) job.denseAttrs = dummy;
    if (this.#writesData(job.node)) job.layout = layoutDraft(job.node as DatasetNode, this.#writing);
    const messages = this.#messages(job, false);
    const bytes =
      job.old === null
        ? encodeHeader(sizes, job.style, messages, job.links)
        : encodeContinuation(sizes, job.style, messages, job.links).bytes;
    job.size = bytes.length;
    job.at = this.#image.alloc(bytes.length);
  }

  #writeLinks(job: Job, w: Writing): void {
    const { node } = job;
    if (node.kind !== "group" || !node.childrenChanged) return;
    const find = (id: number): number => this.#addressOf(id);
    if (job.symbols !== null) job.symbols = writeSymbols(this.#image, w.ranks, node.children, find);
    if (job.denseLinks !== null) {
      const objects = this.#linkMessages(node).map(([name, bytes], order): DenseObject => ({ name, bytes, order }));
      job.denseLinks = writeDense(this.#image, "links", objects);
    }
  }

  #linkMessages(node: GroupNode): [string, Uint8Array][] {
    const { sizes } = this.#image;
    return [...node.children].map(([name, link], i) => {
      const at = link.kind === "hard" ? this.#addressOf(link.at) : -1;
      return [name, linkMessage(name, link, node.tracked ? i : null, at, sizes)];
    });
  }

  #writeAttributes(job: Job): void {
    if (job.denseAttrs === null) return;
    const objects = [...job.node.attrs.values()].map((raw, order): DenseObject => {
      return { name: raw.name, bytes: this.#attribute(raw, this.#moved(raw), 2), order };
    });
    job.denseAttrs = writeDense(this.#image, "attributes", objects);
  }

  #moved({ type, data }: RawAttribute): Uint8Array {
    const { pointers, move } = this.#writing;
    return refers(type) ? pointers.moved(type, data, move) : data;
  }

  /** The messages of an object; `real` when what they refer to has its place. */
  #messages(job: Job, real: boolean): NewMessage[] {
    const { node } = job;
    const out: NewMessage[] = [];
    const replaced: number[] = [];
    const fresh = this.#own(job, replaced, real);
    const attributes = this.#attributeMessages(job, real);
    if (node.origin !== null) {
      for (const { kind, flags, data, order, stored } of node.origin.messages) {
        if (replaced.includes(kind) || (node.attrsChanged && ATTRIBUTES.includes(kind))) continue;
        out.push(
          stored === undefined ? { kind, flags, data, order } : { kind, flags: stored.flags, data: stored.data, order },
        );
      }
    }
    return [...out, ...fresh, ...attributes];
  }

  /** Messages of an object itself; `replaced` gets the kinds that are not taken from the old header. */
  #own(job: Job, replaced: number[], real: boolean): NewMessage[] {
    const { node } = job;
    const { sizes } = this.#image;
    const isNew = node.origin === null;
    const out: NewMessage[] = [];
    const add = (kind: number, data: Uint8Array, flags = 0): void => {
      replaced.push(kind);
      out.push({ kind, flags, data });
    };
    if (node.kind === "type") {
      if (isNew) add(MESSAGE.datatype, encodeType(node.type, sizes), 1);
      return out;
    }
    if (node.kind === "group") {
      if (!node.childrenChanged) return out;
      replaced.push(...LINKS);
      if (job.symbols !== null) {
        add(MESSAGE.symbolTable, symbolMessage(job.symbols, sizes));
        return out;
      }
      add(MESSAGE.linkInfo, infoMessage(8, node.tracked ? node.children.size : null, job.denseLinks, sizes));
      const hasInfo = node.origin?.messages.some(({ kind }) => kind === MESSAGE.groupInfo) ?? false;
      if (!hasInfo) add(MESSAGE.groupInfo, new Uint8Array(2));
      if (job.denseLinks === null) {
        for (const [, data] of this.#linkMessages(node)) add(MESSAGE.link, data);
      }
      return out;
    }
    const { type, space, layout, pipeline, fill, isUnfilled, external } = node.info;
    if (node.resized) add(MESSAGE.dataspace, encodeSpace(space, sizes, layout.kind === "chunked"));
    if (isNew) {
      add(MESSAGE.datatype, encodeType(type, sizes), 1);
      const value = fill === null || !refers(type) || !real ? fill : this.#moved({ type, data: fill } as RawAttribute);
      // At once where elements are sequences, else if there is a value.
      const time = refers(type, true) ? "alloc" : isUnfilled ? "never" : "ifset";
      add(MESSAGE.fill, fillMessage(value, layout.kind, time, sizes), 1);
      if (pipeline.length > 0) add(MESSAGE.filters, pipelineMessage(pipeline, sizes), 1);
    }
    if (isNew && external.length > 0) add(MESSAGE.external, externalMessage(job.names, external, sizes));
    if (job.layout !== null) add(MESSAGE.layout, job.layout);
    return out;
  }

  #attributeMessages(job: Job, real: boolean): NewMessage[] {
    const { node, style } = job;
    if (!node.attrsChanged) return [];
    const out: NewMessage[] = [];
    const raws = [...node.attrs.values()];
    if (style.version === 2 && (raws.length > 0 || style.tracked)) {
      const data = infoMessage(2, style.tracked ? raws.length : null, job.denseAttrs, this.#image.sizes);
      out.push({ kind: MESSAGE.attributeInfo, flags: 4, data });
    }
    if (job.denseAttrs !== null) return out;
    for (const [order, raw] of raws.entries()) {
      const data = this.#attribute(raw, real ? this.#moved(raw) : raw.data, style.version);
      out.push({ kind: MESSAGE.attribute, flags: 0, data, order });
    }
    return out;
  }

  #writeHeader(job: Job): void {
    const image = this.#image;
    const { sizes } = image;
    const { style, links, old, node } = job;
    const messages = this.#messages(job, true);
    if (old === null) {
      image.put(job.at, encodeHeader(sizes, style, messages, links));
      return;
    }
    const { bytes, count } = encodeContinuation(sizes, style, messages, links);
    image.put(job.at, bytes);
    image.put(node.id, encodeFirst(sizes, style, old, { at: job.at, size: bytes.length, count }, links));
  }
}
