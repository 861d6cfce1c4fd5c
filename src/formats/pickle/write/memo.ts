/**
 * Which objects are written already: a field on the library's own classes, a mark on its arrays, a map for the rest.
 *
 * @module
 */
import { PyDict } from "../../../core/values/dict.ts";
import { PyObject } from "../../../core/values/object.ts";
import { PyFrozenSet, PySet } from "../../../core/values/set.ts";
import { Mark } from "../../../core/values/tuple.ts";

/** Up to so many objects stand in a row, which is searched; when one is found behind the first few, a map is made. */
const ROW = 32;
const FEW = 8;
/** Stands for no object; nobody can dump it. */
const NOTHING = {};
const KEPT = 1 << 16;

/** Has the object a field for its slot? Only the library's own classes do; an `m` of the caller's is the caller's. */
function hasSlot(value: object): value is { m: number } {
  const kind = value.constructor;
  return kind === PyDict || kind === PyObject || kind === PySet || kind === PyFrozenSet;
}

/** Short `bytes` are remembered as strings are: the latest of those that share a place. */
const SHORT = 64;
const PLACES = 4096;

/** The dumper's memo of objects; strings have one of their own. */
export class Memo {
  /** Objects by slot; a slot kept on an object counts only when the object is found in it. */
  #objects: unknown[] = [];
  #top = 0;
  /** What was found last: the same object often comes again at once. */
  last: object = NOTHING;
  lastSlot = -1;
  /** Objects without a field, in the order of their slots; `undefined` behind the last. */
  #row: (object | undefined)[] = [];
  #rowSlots: number[] = [];
  #count = 0;
  /** Places in the row, once it is long. */
  #places: Map<object, number> | null = null;
  /** The place after the one found last: references often come in the order in which they were written first. */
  #next = 0;
  #short: (Uint8Array | undefined)[] = [];
  #shortSlots: number[] = [];
  #used: number[] = [];
  /** Has the array that was not found last a mark? */
  marked = false;
  /** Is every object remembered, short bytes too? */
  exact = false;

  /** The object's slot, or -1. */
  find(value: object): number {
    if (value === this.last) return this.lastSlot;
    const next = this.#next;
    if (value === this.#row[next]) {
      this.#next = next + 1;
      this.last = value;
      this.lastSlot = this.#rowSlots[next] as number;
      return this.lastSlot;
    }
    const slot = this.#find(value);
    if (slot >= 0) {
      this.last = value;
      this.lastSlot = slot;
    }
    return slot;
  }

  #find(value: object): number {
    if (Array.isArray(value)) {
      this.marked = Mark.has(value);
      if (this.marked) {
        const slot = Mark.memo(value);
        return slot >= 0 && this.#objects[slot] === value ? slot : -1;
      }
    } else {
      if (hasSlot(value)) {
        const slot = value.m;
        if (slot >= 0 && this.#objects[slot] === value) return slot;
        if (!Object.isFrozen(value)) return -1;
      } else if (value.constructor === Uint8Array && (value as Uint8Array).length < SHORT && !this.exact) {
        const place = placeOf(value as Uint8Array);
        return this.#short[place] === value ? (this.#shortSlots[place] as number) : -1;
      }
    }
    return this.#foreign(value);
  }

  #foreign(value: object): number {
    if (this.#places === null) {
      let at = this.#count - 1;
      while (at >= 0 && this.#row[at] !== value) at--;
      if (at < 0) return -1;
      if (at >= FEW) this.#spread();
      this.#next = at + 1;
      return this.#rowSlots[at] as number;
    }
    const at = this.#places.get(value);
    if (at === undefined) return -1;
    this.#next = at + 1;
    return this.#rowSlots[at] as number;
  }

  add(value: object, slot: number): void {
    if (Array.isArray(value)) {
      if (!Mark.has(value)) {
        this.addForeign(value, slot);
        return;
      }
      this.#place(value, slot);
      Mark.setMemo(value, slot);
    } else if (hasSlot(value) && !Object.isFrozen(value)) {
      this.#place(value, slot);
      value.m = slot;
    } else this.addForeign(value, slot);
  }

  #place(value: object, slot: number): void {
    // Strings have slots too: the array of objects stays without holes.
    while (this.#top < slot) this.#objects[this.#top++] = undefined;
    this.#objects[slot] = value;
    if (this.#top === slot) this.#top++;
  }

  /** Adds `bytes`. */
  addBytes(value: Uint8Array, slot: number): void {
    if (value.length >= SHORT || this.exact) {
      this.addForeign(value, slot);
      return;
    }
    if (this.#short.length === 0) {
      this.#short = new Array<Uint8Array | undefined>(PLACES).fill(undefined);
      this.#shortSlots = new Array<number>(PLACES).fill(0);
    }
    const place = placeOf(value);
    this.#short[place] = value;
    this.#shortSlots[place] = slot;
    if (this.#used.length < SHORT) this.#used.push(place);
  }

  /** Adds an object that has no field for its slot. */
  addForeign(value: object, slot: number): void {
    const at = this.#count++;
    this.#row[at] = value;
    this.#rowSlots[at] = slot;
    if (this.#places !== null) this.#places.set(value, at);
    else if (at >= ROW) this.#spread();
  }

  #spread(): void {
    const places = new Map<object, number>();
    for (let at = 0; at < this.#count; at++) places.set(this.#row[at] as object, at);
    this.#places = places;
  }

  clear(): void {
    // Kept at its size for the next run, unless that would hold on to much.
    if (this.#top > KEPT) this.#objects = [];
    else for (let i = 0; i < this.#top; i++) this.#objects[i] = undefined;
    this.#top = 0;
    if (this.#count > KEPT) this.#row = [];
    else for (let i = 0; i < this.#count; i++) this.#row[i] = undefined;
    if (this.#count > KEPT) this.#rowSlots = [];
    this.#count = 0;
    this.#places = null;
    this.#next = 0;
    if (this.#used.length === SHORT) this.#short.fill(undefined);
    else for (const place of this.#used) this.#short[place] = undefined;
    this.#used.length = 0;
    this.last = NOTHING;
  }
}

/** Arrays of their own all begin at 0: their bytes tell them apart then. */
function placeOf(bytes: Uint8Array): number {
  const ends =
    ((bytes[0] as number) << 16) ^ ((bytes[bytes.length - 1] as number) << 8) ^ (bytes[bytes.length >> 1] as number);
  return Math.imul(bytes.byteOffset ^ ends ^ (bytes.length << 24), 0x9e3779b1) >>> 20;
}
