/**
 * Groups as h5py's `Group`: Maps of names and objects.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import { DType } from "../../core/ndarray/index.ts";
import { inspect, type Parts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { repr } from "../../core/values/repr.ts";
import { Attributes } from "./attributes.ts";
import { Dataset } from "./dataset.ts";
import { isDataset, isType, typeOf } from "./describe.ts";
import type { File } from "./file.ts";
import { isGroup, links } from "./links.ts";
import type { Link } from "./messages/links.ts";
import { missing } from "./missing.ts";
import { NamedType } from "./namedtype.ts";
import { joined, linkIn, type Place, resolve } from "./resolve.ts";
import type { Shared } from "./shared.ts";
import { objectHeader } from "./storage/header.ts";
import { mapped } from "./types/dtypes.ts";
import { FileType, typeOf as typeOfSpec } from "./types/filetype.ts";
import { Reference } from "./types/reference.ts";
import { copyObject } from "./write/copy.ts";
import { type CreateOptions, demandSame, type GzipLevel, makeDataset, makeVirtual } from "./write/create.ts";
import { insert, move, remove } from "./write/edit.ts";
import type { VirtualLayout } from "./write/virtuallayout.ts";

/** What a name in a group may lead to. */
export type Item = Group | Dataset | NamedType;

/**
 * A group: names, each of which leads to a group, a dataset or a named type.
 *
 * @example
 * ```ts
 * for (const [name, object] of file.group("model_weights")) console.log(name, object);
 * ```
 */
export class Group implements Iterable<[string, Item | undefined]> {
  readonly attrs: Attributes;
  /** @internal */
  readonly shared: Shared;
  readonly #place: Place;
  #found: string | null = null;

  /** @internal */
  constructor(shared: Shared, place: Place) {
    this.shared = shared;
    this.#place = place;
    this.attrs = new Attributes(shared, place.at);
  }

  /** Its path in the file; of what a reference led to, the first that is found. */
  get name(): string {
    if (this.#place.path !== "") return this.#place.path;
    this.#found ??= this.file.pathOf(this.#place.at);
    return this.#found;
  }

  /** @internal A path below this group that leads to an object; empty where none does. */
  pathOf(at: number): string {
    if (at === this.#place.at) return this.#place.path;
    for (const [path, item] of this.walk()) if (item.attrs.owner.at === at) return joined(this.#place.path, path);
    return "";
  }

  get file(): File {
    return this.shared.file as File;
  }

  /** The object at a path (`"a/b"`, `"/from/the/root"`); undefined where there is none. Soft links are followed. */
  get(path: string): Item | undefined {
    const { core, run } = this.shared;
    const found = run(resolve(core.context, core.root, this.#place, path));
    if (found === undefined) return undefined;
    if ("file" in found) return this.shared.outside(found.file)?.get(found.path);
    return this.#object(found);
  }

  /** The group at a path. Throws `SourceError` where there is none. */
  group(path: string): Group {
    const found = this.#demand(path);
    if (found instanceof Group) return found;
    throw new TypeError(`${joined(this.name, path)} is a ${kindOf(found)}, not a group`);
  }

  /** The dataset at a path. Throws `SourceError` where there is none. */
  dataset(path: string): Dataset {
    const found = this.#demand(path);
    if (found instanceof Dataset) return found;
    throw new TypeError(`${joined(this.name, path)} is a ${kindOf(found)}, not a dataset`);
  }

  has(path: string): boolean {
    const { core, run } = this.shared;
    return run(resolve(core.context, core.root, this.#place, path)) !== undefined;
  }

  /** Number of names. */
  get size(): number {
    return this.#links().size;
  }

  keys(): IterableIterator<string> {
    return this.#links().keys();
  }

  *values(): IterableIterator<Item | undefined> {
    for (const [, item] of this.entries()) yield item;
  }

  /** Names and objects; undefined for a link that leads nowhere, or into a file that nobody said how to open. */
  *entries(): IterableIterator<[string, Item | undefined]> {
    for (const [name, link] of this.#links()) {
      if (link.kind === "hard") yield [name, this.#object({ at: link.at, path: joined(this.name, name) })];
      else yield [name, this.shared.isClosed(link) ? undefined : this.get(name)];
    }
  }

  [Symbol.iterator](): IterableIterator<[string, Item | undefined]> {
    return this.entries();
  }

  /** The link of a name itself; undefined where there is none. */
  getLink(name: string): Link | undefined {
    const { core, run } = this.shared;
    return run(linkIn(core.context, this.#place.at, name));
  }

  /** A reference to it, for datasets and attributes of {@link refDType}. */
  get ref(): Reference {
    return new Reference(this.#place.at, null);
  }

  /** Makes a group, and those above it that are not there. Throws `RangeError` when the name is taken. */
  createGroup(path: string, options: { trackOrder?: boolean } = {}): Group {
    insert(this.shared, this.#place, path, (draft) => {
      return { kind: "hard", at: draft.makeGroup(options.trackOrder ?? draft.options.trackOrder) };
    });
    return this.group(path);
  }

  /** The group of this name, made when it is not there. Throws `TypeError` when the name is of something else. */
  requireGroup(path: string): Group {
    return this.has(path) ? this.group(path) : this.createGroup(path);
  }

  /**
   * Makes a dataset, and the groups above it that are not there. Throws `TypeError` and `RangeError` for options that
   * h5py refuses, and when the name is taken.
   *
   * @example
   * ```ts
   * file.createDataset("group1/dataset1", { shape: [100], dtype: "i4" });
   * file.createDataset("images", { data: images, chunks: true, compression: "gzip", shuffle: true });
   * ```
   */
  createDataset(path: string, options: CreateOptions): Dataset {
    insert(this.shared, this.#place, path, (draft) => ({ kind: "hard", at: makeDataset(draft, options).id }));
    return this.dataset(path);
  }

  /** Makes a dataset with shape, type, chunks, filters and fill value of another, but for what the options say. */
  createDatasetLike(path: string, other: Dataset, options: CreateOptions = {}): Dataset {
    const { shape, maxshape, compression, compressionOpts, info } = other;
    const like: CreateOptions = {
      ...(shape !== null && { shape }),
      dtype: other.type,
      chunks: other.chunks,
      ...(maxshape.some((most, axis) => most !== shape?.[axis]) && { maxshape }),
      ...(compression !== null && { compression: compression as "gzip" }),
      ...(compressionOpts !== null && { compressionOpts: compressionOpts as GzipLevel }),
      shuffle: other.shuffle,
      fletcher32: other.fletcher32,
      scaleoffset: other.scaleoffset,
      ...(info.fill !== null && { fillvalue: other.fillvalue }),
    };
    return this.createDataset(path, { ...like, ...options });
  }

  /**
   * Makes a view of other datasets, as h5py's `create_virtual_dataset`; where a source is not there, `fillvalue` is
   * shown. Throws `RangeError` when the name is taken.
   */
  createVirtualDataset(path: string, layout: VirtualLayout, options: { fillvalue?: unknown } = {}): Dataset {
    insert(this.shared, this.#place, path, (draft) => ({ kind: "hard", at: makeVirtual(draft, layout, options).id }));
    return this.dataset(path);
  }

  /**
   * The dataset of this name, made when it is not there; its shape must be the one wanted, its dtype too (or, unless
   * `exact`, one that holds all values of the one wanted). Throws `TypeError` when they are not.
   */
  requireDataset(path: string, options: CreateOptions & { exact?: boolean }): Dataset {
    const { exact = false, ...wanted } = options;
    if (!this.has(path)) return this.createDataset(path, wanted);
    const found = this.dataset(path);
    demandSame(found.info, wanted, exact);
    return found;
  }

  /**
   * Puts something under a name, as `group[path] = value`: a link (`softLink(…)`), an object of this file (a further
   * hard link), a dtype (a named type), else a dataset of the value. Throws `RangeError` when the name is taken.
   */
  set(path: string, value: unknown): this {
    if (isItem(value)) {
      const { shared, at } = value.attrs.owner;
      if (shared !== this.shared)
        throw new TypeError("a hard link leads to an object of the same file: copy it instead");
      insert(this.shared, this.#place, path, () => ({ kind: "hard", at }));
    } else if (value instanceof FileType || value instanceof DType) {
      insert(this.shared, this.#place, path, (draft) => ({ kind: "hard", at: draft.makeType(typeOfSpec(value)) }));
    } else if (isLink(value)) insert(this.shared, this.#place, path, () => value);
    else this.createDataset(path, { data: value });
    return this;
  }

  /** Takes a name away; false when it is not there. What no name leads to any more is gone. */
  delete(path: string): boolean {
    return remove(this.shared, this.#place, path);
  }

  /** Gives an object another name, or another group. Throws `RangeError` when the name is taken. */
  move(source: string, target: string): void {
    move(this.shared, this.#place, source, target);
  }

  /**
   * Copies an object, of this file or another one, with all below it. References to objects are kept in the same file,
   * and null in another one.
   */
  copy(source: string | Item, target: string): void {
    const item = typeof source === "string" ? this.#demand(source) : source;
    const { shared, at } = item.attrs.owner;
    insert(this.shared, this.#place, target, (draft) => ({
      kind: "hard",
      at: shared.run(copyObject(draft, shared.core, shared.draft, at)),
    }));
  }

  /** The group above. */
  get parent(): Group {
    const up = this.name.slice(0, this.name.lastIndexOf("/")) || "/";
    const root = new Group(this.shared, { at: this.shared.core.root, path: "/" });
    return up === "/" ? root : root.group(up);
  }

  /** Visits all objects below, each once, with their paths; stops at the first result that is not undefined. */
  visitItems<T>(visit: (path: string, item: Item) => T | undefined): T | undefined {
    for (const [path, item] of this.walk()) {
      const result = visit(path, item);
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** All objects below this group, each once, with their paths; only hard links are followed. */
  *walk(): IterableIterator<[string, Item]> {
    const seen = new Set<number>([this.#place.at]);
    const todo: { group: Group; links: IterableIterator<[string, Link]>; path: string }[] = [
      { group: this, links: this.#links().entries(), path: "" },
    ];
    while (todo.length > 0) {
      const top = todo[todo.length - 1] as (typeof todo)[number];
      const { done, value } = top.links.next();
      if (done) {
        todo.pop();
        continue;
      }
      const [name, link] = value;
      if (link.kind !== "hard" || seen.has(link.at)) continue;
      seen.add(link.at);
      const path = top.path === "" ? name : `${top.path}/${name}`;
      const item = this.#object({ at: link.at, path: joined(top.group.name, name) });
      yield [path, item];
      if (item instanceof Group) todo.push({ group: item, links: item.#links().entries(), path });
    }
  }

  /** The object that a reference refers to; undefined for the null reference. */
  deref(reference: Reference): Item | undefined {
    return reference.isNull ? undefined : this.#object({ at: reference.address, path: "" });
  }

  #links(): Map<string, Link> {
    const { core, run, draft } = this.shared;
    const staged = draft?.linksOf(this.#place.at);
    if (staged) return staged;
    const header = run(objectHeader(core.context, this.#place.at));
    return new Map(run(links(core.context, header)).map(({ name, link }) => [name, link]));
  }

  #object(place: Place): Item {
    const { core, run, draft } = this.shared;
    const staged = draft?.peek(place.at);
    if (staged?.kind === "dataset") return new Dataset(this.shared, place);
    if (staged?.kind === "group") return new Group(this.shared, place);
    if (staged?.kind === "type") {
      const attrs = new Attributes(this.shared, place.at);
      return new NamedType(place.path, mapped(staged.type).dtype, staged.type, attrs);
    }
    const header = run(objectHeader(core.context, place.at));
    if (isDataset(header)) return new Dataset(this.shared, place);
    if (isGroup(header)) return new Group(this.shared, place);
    if (isType(header)) {
      const type = typeOf(core.context, header);
      return new NamedType(place.path, mapped(type).dtype, type, new Attributes(this.shared, place.at));
    }
    throw new FormatError("an object is neither a group nor a dataset nor a type", {
      offset: place.at,
      path: place.path,
      format: "hdf5",
    });
  }

  #demand(path: string): Item {
    const found = this.get(path);
    if (found !== undefined) return found;
    const { core, run } = this.shared;
    throw run(missing(core.context, core.root, this.#place, path));
  }

  get [pyType](): string {
    return "h5py._hl.group.Group";
  }
  [pyRepr](): Parts {
    return [`<HDF5 group "${this.name}" (${this.size} members)>`];
  }
  [inspect](): string {
    return repr(this);
  }
  toString(): string {
    return repr(this);
  }
}

function isItem(value: unknown): value is Item {
  return value instanceof Group || value instanceof Dataset || value instanceof NamedType;
}

function isLink(value: unknown): value is Link {
  const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
  return kind === "soft" || kind === "external";
}

function kindOf(item: Item): string {
  return item instanceof Dataset ? "dataset" : item instanceof Group ? "group" : "named type";
}
