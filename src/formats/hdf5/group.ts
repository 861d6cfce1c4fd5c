/**
 * Groups as h5py's `Group`: Maps of names and objects.
 *
 * @module
 */
import { FormatError, SourceError } from "../../core/errors.ts";
import { inspect, type Parts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { repr } from "../../core/values/repr.ts";
import { Attributes } from "./attributes.ts";
import { Dataset } from "./dataset.ts";
import { isDataset, isType, typeOf } from "./describe.ts";
import { isGroup, links } from "./links.ts";
import type { Link } from "./messages/links.ts";
import { NamedType } from "./namedtype.ts";
import { joined, type Place, resolve } from "./resolve.ts";
import type { Shared } from "./shared.ts";
import { objectHeader } from "./storage/header.ts";
import { mapped } from "./types/dtypes.ts";
import type { Reference } from "./types/reference.ts";

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
  /** Its path in the file. */
  readonly name: string;
  readonly attrs: Attributes;
  /** @internal */
  readonly shared: Shared;
  readonly #place: Place;

  /** @internal */
  constructor(shared: Shared, place: Place) {
    this.shared = shared;
    this.#place = place;
    this.name = place.path;
    this.attrs = new Attributes(shared, place.at);
  }

  /** The object at a path (`"a/b"`, `"/from/the/root"`); undefined where there is none. Soft links are followed. */
  get(path: string): Item | undefined {
    const { core, run } = this.shared;
    const found = run(resolve(core.context, core.root, this.#place, path));
    if (found === undefined) return undefined;
    if ("file" in found) return this.shared.outside(found.file).get(found.path);
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

  /** Names and objects; undefined for a link that leads nowhere. */
  *entries(): IterableIterator<[string, Item | undefined]> {
    for (const [name, link] of this.#links()) {
      if (link.kind === "hard") yield [name, this.#object({ at: link.at, path: joined(this.name, name) })];
      else yield [name, this.get(name)];
    }
  }

  [Symbol.iterator](): IterableIterator<[string, Item | undefined]> {
    return this.entries();
  }

  /** The link of a name itself; undefined where there is none. */
  getLink(name: string): Link | undefined {
    return this.#links().get(name);
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
    const { core, run } = this.shared;
    const header = run(objectHeader(core.context, this.#place.at));
    return new Map(run(links(core.context, header)).map(({ name, link }) => [name, link]));
  }

  #object(place: Place): Item {
    const { core, run } = this.shared;
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
    // What is there, as far as the path leads.
    let last: Item = path.startsWith("/") ? new Group(this.shared, { at: this.shared.core.root, path: "/" }) : this;
    for (const name of path.split("/").filter((part) => part !== "")) {
      const next: Item | undefined = last instanceof Group ? last.get(name) : undefined;
      if (next === undefined) break;
      last = next;
    }
    const names = last instanceof Group ? [...last.keys()].slice(0, 10) : [];
    const there = names.length === 0 ? "holds nothing" : `holds ${names.join(", ")}`;
    throw new SourceError(`there is no ${JSON.stringify(path)}: ${last.name} ${there}`, { format: "hdf5" });
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
}

function kindOf(item: Item): string {
  return item instanceof Dataset ? "dataset" : item instanceof Group ? "group" : "named type";
}
