/**
 * Attributes as h5py's `attrs`: a Map of names and values.
 *
 * @module
 */
import { inspect, type Parts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { repr } from "../../core/values/repr.ts";
import { attributes, attributeValue } from "./attrs.ts";
import type { RawAttribute } from "./messages/attribute.ts";
import type { Shared } from "./shared.ts";
import { objectHeader } from "./storage/header.ts";

/** The attributes of an object. Strings come as text, other scalars as values, the rest as arrays. */
export class Attributes implements Iterable<[string, unknown]> {
  readonly #shared: Shared;
  readonly #at: number;
  #raw: Map<string, RawAttribute> | null = null;

  /** @internal */
  constructor(shared: Shared, at: number) {
    this.#shared = shared;
    this.#at = at;
  }

  get #all(): Map<string, RawAttribute> {
    if (this.#raw === null) {
      const { core, run } = this.#shared;
      const header = run(objectHeader(core.context, this.#at));
      this.#raw = new Map(run(attributes(core.context, header)).map((raw) => [raw.name, raw]));
    }
    return this.#raw;
  }

  get size(): number {
    return this.#all.size;
  }

  has(name: string): boolean {
    return this.#all.has(name);
  }

  /** The value of an attribute; undefined where there is none. */
  get(name: string): unknown {
    const raw = this.#all.get(name);
    return raw === undefined ? undefined : this.#shared.run(attributeValue(this.#shared.core.context, raw));
  }

  keys(): IterableIterator<string> {
    return this.#all.keys();
  }

  *values(): IterableIterator<unknown> {
    for (const name of this.keys()) yield this.get(name);
  }

  *entries(): IterableIterator<[string, unknown]> {
    for (const name of this.keys()) yield [name, this.get(name)];
  }

  [Symbol.iterator](): IterableIterator<[string, unknown]> {
    return this.entries();
  }

  get [pyType](): string {
    return "h5py._hl.attrs.AttributeManager";
  }
  [pyRepr](): Parts {
    return [`<Attributes of HDF5 object, ${this.size} members>`];
  }
  [inspect](): string {
    return repr(this);
  }
}
