/**
 * Which objects are written already: a field on the library's own classes, a mark on its arrays, a map for the rest.
 *
 * @module
 */
import { Mark } from "../../../core/values/tuple.ts";

const ROW = 8;

/** The dumper's memo of objects; strings have one of their own. */
export class Memo {
  /** Objects by slot; a slot kept on an object counts only when the object is found in it. */
  #objects: unknown[] = [];
  #row: object[] = [];
  #rowSlots: number[] = [];
  #rest: Map<object, number> | null = null;

  /** The object's slot, or -1. */
  find(value: object): number {
    if (Array.isArray(value)) {
      if (Mark.has(value)) {
        const slot = Mark.memo(value);
        return slot >= 0 && this.#objects[slot] === value ? slot : -1;
      }
    } else {
      const slot = (value as { m?: unknown }).m;
      if (typeof slot === "number") return slot >= 0 && this.#objects[slot] === value ? slot : -1;
    }
    if (this.#rest !== null) return this.#rest.get(value) ?? -1;
    const at = this.#row.indexOf(value);
    return at < 0 ? -1 : (this.#rowSlots[at] as number);
  }

  add(value: object, slot: number): void {
    if (Array.isArray(value)) {
      if (Mark.has(value)) {
        Mark.setMemo(value, slot);
        this.#objects[slot] = value;
        return;
      }
    } else if (typeof (value as { m?: unknown }).m === "number" && !Object.isFrozen(value)) {
      (value as { m: number }).m = slot;
      this.#objects[slot] = value;
      return;
    }
    this.#objects[slot] = undefined;
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
    this.#objects.length = 0;
    this.#row.length = 0;
    this.#rowSlots.length = 0;
    this.#rest = null;
  }
}
