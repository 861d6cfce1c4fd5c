/**
 * Groups and datasets with promises.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import type { NDArray } from "../../core/ndarray/index.ts";
import { inspect, type Parts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { repr } from "../../core/values/repr.ts";
import { attributes, attributeValue } from "./attrs.ts";
import type { DatasetInfo } from "./data.ts";
import { DatasetHead } from "./datasethead.ts";
import { isDataset, isType, typeOf } from "./describe.ts";
import { Empty } from "./empty.ts";
import { isGroup, links } from "./links.ts";
import type { Link } from "./messages/links.ts";
import { missing } from "./missing.ts";
import { fillOf, intoTyped, readSelection, textsOf } from "./read.ts";
import { selectionOf } from "./regions.ts";
import { above, joined, linkIn, type Place, resolve } from "./resolve.ts";
import { type Selector, select } from "./selection.ts";
import type { Core } from "./shared.ts";
import { objectHeader } from "./storage/header.ts";
import type { Reading } from "./storage/store.ts";
import type { H5Type } from "./types/datatype.ts";
import { mapped } from "./types/dtypes.ts";
import { Reference } from "./types/reference.ts";
import { describeAny } from "./virtual.ts";

/** What the objects of a file that is awaited share. */
export interface AsyncShared {
  readonly core: Core;
  run<T>(reading: Reading<T>): Promise<T>;
  outside(name: string): Promise<AsyncGroup | undefined>;
  isClosed(link: Link): boolean;
  close(): Promise<void>;
}

/** What a name in a group may lead to. */
export type AsyncItem = AsyncGroup | AsyncDataset | AsyncNamedType;

/** The attributes of an object, each read with its header. */
export class AsyncAttributes {
  readonly #shared: AsyncShared;
  readonly #at: number;

  /** @internal */
  constructor(shared: AsyncShared, at: number) {
    this.#shared = shared;
    this.#at = at;
  }

  *#all(): Reading<Map<string, unknown>> {
    const { context } = this.#shared.core;
    const found = new Map<string, unknown>();
    for (const raw of yield* attributes(context, yield* objectHeader(context, this.#at))) {
      found.set(raw.name, yield* attributeValue(context, raw));
    }
    return found;
  }

  /** Names and values. */
  entries(): Promise<Map<string, unknown>> {
    return this.#shared.run(this.#all());
  }

  async keys(): Promise<string[]> {
    return [...(await this.entries()).keys()];
  }

  async has(name: string): Promise<boolean> {
    return (await this.entries()).has(name);
  }

  /** The value of an attribute; undefined where there is none. */
  async get(name: string): Promise<unknown> {
    return (await this.entries()).get(name);
  }
}

/** A named datatype. */
export class AsyncNamedType {
  readonly name: string;
  readonly attrs: AsyncAttributes;
  /** @internal */
  readonly type: H5Type;

  /** @internal */
  constructor(shared: AsyncShared, place: Place, type: H5Type) {
    this.name = place.path;
    this.attrs = new AsyncAttributes(shared, place.at);
    this.type = type;
  }

  get dtype(): ReturnType<typeof mapped>["dtype"] {
    return mapped(this.type).dtype;
  }
}

/** A dataset: its head is read, its elements are awaited. */
export class AsyncDataset extends DatasetHead implements AsyncIterable<unknown> {
  readonly attrs: AsyncAttributes;
  readonly #shared: AsyncShared;

  /** @internal */
  readonly info: DatasetInfo;

  /** @internal */
  constructor(shared: AsyncShared, place: Place, info: DatasetInfo) {
    super(place.path);
    this.#shared = shared;
    this.info = info;
    this.attrs = new AsyncAttributes(shared, place.at);
  }

  /** The group it is in. Rejects with `TypeError` for what a reference led to. */
  get parent(): Promise<AsyncGroup> {
    return parentOf(this.#shared, this.name);
  }

  /** What stands where nothing was written. */
  get fillvalue(): Promise<unknown> {
    return this.#shared.run(fillOf(this.#shared.core.context, this.info));
  }

  /** Everything, as `ds[()]`. */
  read(): Promise<unknown> {
    return this.get();
  }

  /** What indices pick, as `ds[…]`: only the bytes that are needed are fetched. */
  async get(...selectors: Selector[]): Promise<unknown> {
    const { shape } = this.info.space;
    if (shape === null) {
      if (selectors.length > 0) throw new TypeError("a dataset without elements has nothing to index");
      return new Empty(this.dtype);
    }
    const { context } = this.#shared.core;
    const [only] = selectors;
    const isRegion = selectors.length === 1 && only instanceof Reference;
    const selection = isRegion ? selectionOf(only, context.sizes, shape) : select(shape, selectors);
    return this.#shared.run(readSelection(context, this.info, selection));
  }

  /** The texts that indices pick, in C order. Rejects with `TypeError` for a dataset that is not of text. */
  async asString(...selectors: Selector[]): Promise<string[]> {
    return textsOf(this.info.type, await this.get(...selectors));
  }

  /** Reads into memory of the caller's; what is picked must have its size to the byte. */
  async readInto(target: ArrayBufferView, ...selectors: Selector[]): Promise<void> {
    intoTyped((await this.get(...selectors)) as NDArray, target);
  }

  /** Rows along the first axis. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<unknown> {
    for (let i = 0; i < this.length; i++) yield await this.get(i);
  }
}

/** A group: names, each of which leads to a group, a dataset or a named type. */
export class AsyncGroup {
  /** Its path in the file. */
  readonly name: string;
  readonly attrs: AsyncAttributes;
  /** @internal */
  readonly shared: AsyncShared;
  readonly #place: Place;

  /** @internal */
  constructor(shared: AsyncShared, place: Place) {
    this.shared = shared;
    this.#place = place;
    this.name = place.path;
    this.attrs = new AsyncAttributes(shared, place.at);
  }

  /** The group above in its path; the root's is itself. Rejects with `TypeError` for what a reference led to. */
  get parent(): Promise<AsyncGroup> {
    return parentOf(this.shared, this.name);
  }

  /** The object at a path; undefined where there is none. Soft links are followed. */
  async get(path: string): Promise<AsyncItem | undefined> {
    const { core } = this.shared;
    const found = await this.shared.run(resolve(core.context, core.root, this.#place, path));
    if (found === undefined) return undefined;
    if ("file" in found) return (await this.shared.outside(found.file))?.get(found.path);
    return this.#object(found);
  }

  /** The group at a path. Throws `SourceError` where there is none. */
  async group(path: string): Promise<AsyncGroup> {
    const found = await this.#demand(path);
    if (found instanceof AsyncGroup) return found;
    throw new TypeError(`${joined(this.name, path)} is not a group`);
  }

  /** The dataset at a path. Throws `SourceError` where there is none. */
  async dataset(path: string): Promise<AsyncDataset> {
    const found = await this.#demand(path);
    if (found instanceof AsyncDataset) return found;
    throw new TypeError(`${joined(this.name, path)} is not a dataset`);
  }

  async has(path: string): Promise<boolean> {
    const { core } = this.shared;
    return (await this.shared.run(resolve(core.context, core.root, this.#place, path))) !== undefined;
  }

  async keys(): Promise<string[]> {
    return [...(await this.#links()).keys()];
  }

  /** Names and objects; undefined for a link that leads nowhere, or into a file that nobody said how to open. */
  async *entries(): AsyncIterableIterator<[string, AsyncItem | undefined]> {
    for (const [name, link] of await this.#links()) {
      if (link.kind === "hard") yield [name, await this.#object({ at: link.at, path: joined(this.name, name) })];
      else yield [name, this.shared.isClosed(link) ? undefined : await this.get(name)];
    }
  }

  async *values(): AsyncIterableIterator<AsyncItem | undefined> {
    for await (const [, item] of this.entries()) yield item;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<[string, AsyncItem | undefined]> {
    return this.entries();
  }

  /** The link of a name itself; undefined where there is none. */
  async getLink(name: string): Promise<Link | undefined> {
    return this.shared.run(linkIn(this.shared.core.context, this.#place.at, name));
  }

  /** All objects below this group, each once, with their paths; only hard links are followed. */
  async *walk(): AsyncIterableIterator<[string, AsyncItem]> {
    const seen = new Set<number>([this.#place.at]);
    const todo: { group: AsyncGroup; links: IterableIterator<[string, Link]>; path: string }[] = [
      { group: this, links: (await this.#links()).entries(), path: "" },
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
      const item = await this.#object({ at: link.at, path: joined(top.group.name, name) });
      yield [path, item];
      if (item instanceof AsyncGroup) todo.push({ group: item, links: (await item.#links()).entries(), path });
    }
  }

  /** The object that a reference refers to; undefined for the null reference. */
  async deref(reference: Reference): Promise<AsyncItem | undefined> {
    return reference.isNull ? undefined : this.#object({ at: reference.address, path: "" });
  }

  async #links(): Promise<Map<string, Link>> {
    const { context } = this.shared.core;
    const at = this.#place.at;
    const found = await this.shared.run(
      (function* () {
        return yield* links(context, yield* objectHeader(context, at));
      })(),
    );
    return new Map(found.map(({ name, link }) => [name, link]));
  }

  async #object(place: Place): Promise<AsyncItem> {
    const { context, root } = this.shared.core;
    const header = await this.shared.run(objectHeader(context, place.at));
    if (isDataset(header)) {
      return new AsyncDataset(this.shared, place, await this.shared.run(describeAny(context, header, root)));
    }
    if (isGroup(header)) return new AsyncGroup(this.shared, place);
    if (isType(header)) return new AsyncNamedType(this.shared, place, typeOf(context, header));
    throw new FormatError("an object is neither a group nor a dataset nor a type", {
      offset: place.at,
      path: place.path,
      format: "hdf5",
    });
  }

  async #demand(path: string): Promise<AsyncItem> {
    const found = await this.get(path);
    if (found !== undefined) return found;
    const { core } = this.shared;
    throw await this.shared.run(missing(core.context, core.root, this.#place, path));
  }

  get [pyType](): string {
    return "h5py._hl.group.Group";
  }
  [pyRepr](): Parts {
    // How many members it has would have to be read.
    return [`<HDF5 group "${this.name}">`];
  }
  [inspect](): string {
    return repr(this);
  }
  toString(): string {
    return repr(this);
  }
}

async function parentOf(shared: AsyncShared, path: string): Promise<AsyncGroup> {
  return new AsyncGroup(shared, { at: shared.core.root, path: "/" }).group(above(path));
}
