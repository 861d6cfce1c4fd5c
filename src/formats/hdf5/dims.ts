/**
 * Dimension scales: the names of a dataset's axes, and the datasets that give their places (H5DS).
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import { tuple } from "../../core/values/tuple.ts";
import type { Attributes } from "./attributes.ts";
import { compoundDType, FileType, refDType, stringDType, vlenDType } from "./types/filetype.ts";
import type { Reference } from "./types/reference.ts";

/** What a dimension needs of a dataset. */
export interface Scaled {
  readonly shape: readonly number[] | null;
  readonly attrs: Attributes;
  readonly ref: Reference;
}

const LIST = "DIMENSION_LIST";
const LABELS = "DIMENSION_LABELS";
const BACK = "REFERENCE_LIST";
const CLASS = "CLASS";
const SCALE = "DIMENSION_SCALE";

/** The record of a scale that tells who uses it: as libhdf5 has it, 16 bytes. */
function backType(): FileType {
  const { type } = compoundDType([
    ["dataset", refDType],
    ["dimension", "i4"],
  ]);
  return new FileType({ ...type, size: Math.max(16, type.size) } as typeof type);
}

function fixed(text: string): { dtype: FileType } {
  const { type } = stringDType({ encoding: "ascii", length: text.length + 1 });
  return { dtype: new FileType({ ...type, padding: 0 } as typeof type) };
}

function items(value: unknown): unknown[] {
  return value instanceof NDArray ? value.flat() : Array.isArray(value) ? value : [];
}

/** Is a dataset a scale of others? */
export function isScale({ attrs }: Scaled): boolean {
  return attrs.get(CLASS) === SCALE;
}

/** Makes a dataset a scale, as h5py's `make_scale`. */
export function makeScale({ attrs }: Scaled, name: string): void {
  if (attrs.has(LIST)) throw new TypeError("a dataset that has scales cannot be one");
  attrs.set(CLASS, SCALE, fixed(SCALE));
  if (name !== "") attrs.set("NAME", name, fixed(name));
}

/** The scales of each axis, as references. */
function listed({ attrs, shape }: Scaled): Reference[][] {
  const found = items(attrs.get(LIST));
  return (shape ?? []).map((_, i) => items(found[i]) as Reference[]);
}

function put({ attrs }: Scaled, lists: readonly (readonly Reference[])[]): void {
  if (lists.every((list) => list.length === 0)) attrs.delete(LIST);
  else attrs.set(LIST, lists, { dtype: vlenDType(refDType), shape: [lists.length] });
}

/** Who uses a scale: datasets and axes. */
function users({ attrs }: Scaled): [Reference, number][] {
  return items(attrs.get(BACK)) as [Reference, number][];
}

function putUsers({ attrs }: Scaled, list: readonly (readonly [Reference, number])[]): void {
  if (list.length === 0) attrs.delete(BACK);
  else
    attrs.set(
      BACK,
      list.map(([ref, axis]) => tuple(ref, axis)),
      { dtype: backType(), shape: [list.length] },
    );
}

/**
 * One axis of a dataset, as one of h5py's `ds.dims`: its label, and the scales that give its places.
 *
 * @example
 * ```ts
 * file.dataset("x").makeScale("x of the cells");
 * ds.dims[0].label = "x";
 * ds.dims[0].attachScale(file.dataset("x"));
 * ```
 */
export class Dimension<D extends Scaled> {
  readonly #owner: D;
  readonly #axis: number;
  readonly #find: (reference: Reference) => D;

  /** @internal */
  constructor(owner: D, axis: number, find: (reference: Reference) => D) {
    this.#owner = owner;
    this.#axis = axis;
    this.#find = find;
  }

  /** The name of the axis; empty where it has none. */
  get label(): string {
    const label = items(this.#owner.attrs.get(LABELS))[this.#axis];
    return typeof label === "string" ? label : "";
  }

  set label(text: string) {
    const { attrs, shape } = this.#owner;
    const old = items(attrs.get(LABELS));
    const labels = (shape ?? []).map((_, i) => (i === this.#axis ? text : (old[i] ?? "")));
    attrs.set(LABELS, labels, { dtype: stringDType({ encoding: "ascii" }), shape: [labels.length] });
  }

  /** The datasets that are scales of this axis. */
  get scales(): D[] {
    return (listed(this.#owner)[this.#axis] ?? []).map(this.#find);
  }

  /** Names of the scales, as h5py's `keys`. */
  keys(): string[] {
    return this.scales.map(({ attrs }) => {
      const name = attrs.get("NAME");
      return typeof name === "string" ? name : "";
    });
  }

  /** A scale by its name or number; undefined where there is none. */
  get(key: string | number): D | undefined {
    return this.scales[typeof key === "number" ? key : this.keys().indexOf(key)];
  }

  /** Lets a dataset give the places of this axis; it becomes a scale. Throws `TypeError` for the dataset itself. */
  attachScale(scale: D): void {
    const { ref } = scale;
    const own = this.#owner.ref;
    if (ref.address === own.address) throw new TypeError("a dataset is no scale of itself");
    if (!isScale(scale)) makeScale(scale, "");
    const lists = listed(this.#owner);
    const mine = lists[this.#axis] as Reference[];
    if (mine.some(({ address }) => address === ref.address)) return;
    mine.push(ref);
    put(this.#owner, lists);
    putUsers(scale, [...users(scale), [own, this.#axis]]);
  }

  /** Takes a scale from this axis; false when it was none of it. */
  detachScale(scale: D): boolean {
    const { address } = scale.ref;
    const lists = listed(this.#owner);
    const mine = lists[this.#axis] as Reference[];
    const kept = mine.filter((ref) => ref.address !== address);
    if (kept.length === mine.length) return false;
    lists[this.#axis] = kept;
    put(this.#owner, lists);
    const own = this.#owner.ref.address;
    putUsers(
      scale,
      users(scale).filter(([ref, axis]) => ref.address !== own || Number(axis) !== this.#axis),
    );
    return true;
  }
}
