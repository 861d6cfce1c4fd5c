/**
 * Which objects are written already: a field on the library's own classes, a mark on its arrays, a map for the rest.
 *
 * @module
 */
import { PyDict } from "../../../core/values/dict.ts";
import { PyObject } from "../../../core/values/object.ts";
import { PyFrozenSet, PySet } from "../../../core/values/set.ts";
import { Mark } from "../../../core/values/tuple.ts";

const ROW = 8;
/** Stands for no object; nobody can dump it. */
const NOTHING = {};
const KEPT = 1 << 16;

/** Has the object a field for its slot? Only the library's own classes do; an `m` of the caller's is the caller's. */
function hasSlot(value: object): value is { m: number } {
  const kind = value.constructor;
  return kind === PyDict || kind === PyObject || kind === PySet || kind === PyFrozenSet;
}

/** The dumper's memo of objects; strings have one of their own. */
export class Memo {
  /** Objects by slot; a slot kept on an object counts only when the object is found in it. */
  #objects: unknown[] = [];
  #top = 0;
  /** What was found last: the same object often comes again at once. */
  last: object = NOTHING;
  lastSlot = -1;
  #row: object[] = [];
  #rowSlots: number[] = [];
  #rest: Map<object, number> | null = null;

  /** The object's slot, or -1. */
  find(value: object): number {
    if (value === this.last) return this.lastSlot;
    const slot = this.#find(value);
    if (slot >= 0) {
      this.last = value;
      this.lastSlot = slot;
    }
    return slot;
  }

  #find(value: object): number {
    if (Array.isArray(value)) {
      if (Mark.has(value)) {
        const slot = Mark.memo(value);
        return slot >= 0 && this.#objects[slot] === value ? slot : -1;
      }
    } else {
      if (hasSlot(value)) {
        const slot = value.m;
        if (slot >= 0 && this.#objects[slot] === value) return slot;
        if (!Object.isFrozen(value)) return -1;
      }
    }
    if (this.#rest !== null) return this.#rest.get(value) ?? -1;
    const at = this.#row.indexOf(value);
    return at < 0 ? -1 : (this.#rowSlots[at] as number);
  }

  add(value: object, slot: number): void {
    // Strings have slots too: the array of objects stays without holes.
    while (this.#top <= slot) this.#objects[this.#top++] = undefined;
    if (Array.isArray(value)) {
      if (Mark.has(value)) {
        Mark.setMemo(value, slot);
        this.#objects[slot] = value;
        return;
      }
    } else if (hasSlot(value) && !Object.isFrozen(value)) {
      value.m = slot;
      this.#objects[slot] = value;
      return;
    }
    if (this.#rest !== null) {
      this.#rest.set(value, slot);
      return;
    }
    this.#row.push(value);
    this.#rowSlots.push(slot);
    if (this.#row.length <= ROW) return;
    this.#rest = new Map(this.#row.map((item, i) => [item, this.#rowSlots[i] as number]));
    this.#row = [];
    this.#rowSlots = [];
  }

  clear(): void {
    // Kept at its size for the next run, unless that would hold on to much.
    if (this.#top > KEPT) this.#objects = [];
    else for (let i = 0; i < this.#top; i++) this.#objects[i] = undefined;
    this.#top = 0;
    this.#row.length = 0;
    this.#rowSlots.length = 0;
    this.#rest = null;
    this.last = NOTHING;
  }
}
