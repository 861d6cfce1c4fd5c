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
import { type AttributeOptions, modifyAttribute, setAttribute } from "./write/attribute.ts";
import { staging } from "./write/edit.ts";

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

  /** @internal The file and the address of the object. */
  get owner(): { readonly shared: Shared; readonly at: number } {
    return { shared: this.#shared, at: this.#at };
  }

  get #all(): Map<string, RawAttribute> {
    const staged = this.#shared.draft?.attrsOf(this.#at);
    if (staged) return staged;
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

  /**
   * Makes an attribute, in place of one of its name: text as UTF-8 of any length, ints as int64, other numbers as
   * float64, arrays by their dtype. Throws `TypeError` for what HDF5 has no type for, and when the file is only read.
   *
   * @example
   * ```ts
   * file.attrs.set("version", 2).set("scale", 0.5, { dtype: "f4" });
   * ```
   */
  set(name: string, value: unknown, options: AttributeOptions = {}): this {
    setAttribute(staging(this.#shared), this.#at, name, value, options);
    return this;
  }

  /**
   * Gives an attribute another value, which is converted to the type that it has, as h5py's `modify`; makes it where
   * there is none. Throws `TypeError` for a value of another shape.
   */
  modify(name: string, value: unknown): this {
    const draft = staging(this.#shared);
    const raw = this.#all.get(name);
    if (raw === undefined) return this.set(name, value);
    modifyAttribute(draft, this.#at, raw, value);
    return this;
  }

  /** Takes an attribute away; false when there is none. */
  delete(name: string): boolean {
    const draft = staging(this.#shared);
    if (!this.has(name)) return false;
    const node = draft.edit(this.#at);
    node.attrsChanged = true;
    return node.attrs.delete(name);
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
