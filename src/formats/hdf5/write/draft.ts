/**
 * A file that is being written: its objects in memory, new ones and those that were changed.
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { attributes } from "../attrs.ts";
import type { DatasetInfo } from "../data.ts";
import { isDataset, isType, typeOf } from "../describe.ts";
import { isGroup, links } from "../links.ts";
import type { Link } from "../messages/links.ts";
import { parseDense } from "../messages/links.ts";
import type { Context, Pending } from "../storage/context.ts";
import { Cursor } from "../storage/cursor.ts";
import { MESSAGE, type ObjectHeader, objectHeader } from "../storage/header.ts";
import { noFile, type OpenFile, type Reading, runNow, type Store } from "../storage/store.ts";
import { compareText } from "../storage/text.ts";
import type { H5Type } from "../types/datatype.ts";
import { describeAny } from "../virtual.ts";
import { StagedData } from "./data.ts";
import { encoderOf } from "./encode.ts";
import type { DatasetNode, GroupNode, Node } from "./nodes.ts";
import { Pointers } from "./pointers.ts";
import type { Spill } from "./spill.ts";

/** Which structures new objects have: those that every reader knows, or those of today. */
export type Libver = "earliest" | "latest";

/** What is told of a file that is being made. */
export interface DraftOptions {
  readonly libver: Libver;
  readonly trackOrder: boolean;
  readonly userblock: number;
}

/** The objects of a file that is being written. */
export class Draft implements Pending {
  readonly context: Context;
  readonly options: DraftOptions;
  readonly pointers: Pointers;
  readonly nodes = new Map<number, Node>();
  /** The root group's number. */
  readonly root: number;
  /** Is there a file underneath, or is all new? */
  readonly isNew: boolean;
  changed = false;
  closed = false;
  /** Takes large elements to disk at once, when a new file goes there. */
  spill: Spill | null = null;
  /** Opens the files in which elements stand. */
  outside: OpenFile<Store | null> = noFile;
  #next: number;

  constructor(context: Context, root: number | null, options: DraftOptions) {
    this.context = context;
    this.options = options;
    const { sizes } = context;
    if (sizes.offsets < 4) {
      throw new UnsupportedError("small addresses", `files with addresses of ${sizes.offsets} bytes can only be read`);
    }
    this.pointers = new Pointers(sizes);
    this.#next = this.pointers.first;
    this.isNew = root === null;
    this.root = root ?? this.makeGroup(options.trackOrder);
    if (root === null) this.changed = true;
    context.pending = this;
  }

  /** An object that is new or changed; undefined for one that is as the file has it. */
  peek(id: number): Node | undefined {
    return this.nodes.get(id);
  }

  /** Throws unless the file is open. */
  check(): void {
    if (this.closed) throw new TypeError("the file is closed");
  }

  /** An object, to be changed. */
  edit(id: number): Node {
    this.check();
    this.changed = true;
    const known = this.nodes.get(id);
    if (known !== undefined) return known;
    const made = runNow(loadNode(this.context, this.root, id));
    this.nodes.set(id, made);
    return made;
  }

  /** A group, to be changed. */
  group(id: number): GroupNode {
    const node = this.edit(id);
    if (node.kind !== "group") throw new TypeError("this is no group");
    return node;
  }

  /** A dataset whose elements are to be changed. */
  dataset(id: number): DatasetNode {
    const node = this.edit(id);
    if (node.kind !== "dataset") throw new TypeError("this is no dataset");
    return node;
  }

  /** The elements of a dataset, in memory. */
  elements(node: DatasetNode): StagedData {
    if (node.data === null) {
      if (node.info.layout.kind === "virtual") {
        throw new UnsupportedError("writing other files", "the elements of this dataset stand in other files");
      }
      // What cannot be packed again is refused now, not when the file is written.
      for (const spec of node.info.pipeline) encoderOf(this.context.filters, spec);
      this.stage(node, runNow(StagedData.of(this.context, node.info), this.outside));
    }
    return node.data as StagedData;
  }

  /** Gives a dataset its elements in memory. */
  stage(node: DatasetNode, data: StagedData): void {
    node.data = data;
    node.info = { ...node.info, staged: data };
  }

  #add(node: Node): number {
    this.nodes.set(node.id, node);
    this.changed = true;
    return node.id;
  }

  #common(tracked: boolean): Pick<Node, "id" | "origin" | "links" | "attrs" | "attrsChanged" | "tracked"> {
    return { id: this.#next++, origin: null, links: 0, attrs: new Map(), attrsChanged: true, tracked };
  }

  makeGroup(tracked: boolean): number {
    return this.#add({ ...this.#common(tracked), kind: "group", children: new Map(), childrenChanged: true });
  }

  makeType(type: H5Type): number {
    return this.#add({ ...this.#common(false), kind: "type", type });
  }

  makeDataset(
    info: Omit<DatasetInfo, "root" | "external">,
    tracked: boolean,
    external: DatasetInfo["external"] = [],
  ): DatasetNode {
    const whole: DatasetInfo = { ...info, external, root: this.root };
    const node: DatasetNode = {
      ...this.#common(tracked),
      kind: "dataset",
      info: whole,
      data: null,
      resized: true,
    };
    // What stands in other files is held once it is changed.
    if (info.layout.kind !== "virtual" && external.length === 0) {
      this.stage(node, new StagedData(this.context, whole));
    }
    this.#add(node);
    return node;
  }

  /** Puts a link into a group; a name that is there already is an error for the caller to find before. */
  link(group: GroupNode, name: string, link: Link): void {
    this.check();
    this.changed = true;
    group.children.set(name, link);
    group.childrenChanged = true;
    if (link.kind === "hard") this.edit(link.at).links++;
  }

  /** Takes a link out of a group. */
  unlink(group: GroupNode, name: string): void {
    this.check();
    const link = group.children.get(name);
    if (link === undefined) return;
    this.changed = true;
    group.children.delete(name);
    group.childrenChanged = true;
    if (link.kind === "hard") this.edit(link.at).links--;
  }

  /** Address of the sequences in memory. */
  get heap(): number {
    return this.pointers.heap;
  }

  /** A sequence in memory. */
  blob(index: number): Uint8Array {
    return this.pointers.blob(index);
  }

  /** Links of a group, null for what is none; undefined for an object that is as the file has it. */
  childrenOf(id: number): ReadonlyMap<string, Link> | null | undefined {
    const node = this.nodes.get(id);
    return node === undefined ? undefined : node.kind === "group" ? node.children : null;
  }

  /** Links of a group in h5py's order; null for a group that is as the file has it. */
  linksOf(id: number): Map<string, Link> | null {
    const node = this.nodes.get(id);
    if (node?.kind !== "group") return null;
    return node.tracked ? node.children : sorted(node.children);
  }

  /** Attributes of an object in h5py's order; null for one that is as the file has it. */
  attrsOf(id: number): Node["attrs"] | null {
    const node = this.nodes.get(id);
    if (node === undefined) return null;
    return node.tracked ? node.attrs : sorted(node.attrs);
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...map].sort(([a], [b]) => compareText(a, b)));
}

/** Does a group keep the order in which links are made? */
function isTracked(context: Context, header: ObjectHeader): boolean {
  const info = header.messages.find((message) => message.kind === MESSAGE.linkInfo);
  return info !== undefined && parseDense(new Cursor(info.data, context.sizes, info.at), 8).tracked;
}

/** An object as its file has it. */
export function* loadNode(context: Context, root: number, id: number): Reading<Node> {
  const origin = yield* objectHeader(context, id);
  const attrs = new Map((yield* attributes(context, origin)).map((raw) => [raw.name, raw]));
  const common = { id, origin, links: 0, attrs, attrsChanged: false };
  if (isDataset(origin)) {
    const info = yield* describeAny(context, origin, root);
    const tracked = origin.ordered === true;
    return { ...common, kind: "dataset", info, data: null, resized: false, tracked };
  }
  if (isGroup(origin)) {
    const children = new Map((yield* links(context, origin)).map(({ name, link }) => [name, link]));
    const tracked = isTracked(context, origin);
    return { ...common, kind: "group", children, childrenChanged: false, tracked };
  }
  if (isType(origin)) {
    const tracked = origin.ordered === true;
    return { ...common, kind: "type", type: typeOf(context, origin), tracked };
  }
  throw new UnsupportedError("unknown objects", "an object of an unknown kind cannot be changed");
}
