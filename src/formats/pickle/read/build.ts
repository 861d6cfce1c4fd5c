/**
 * Lists, tuples, dicts and sets made from a range of the stack, with their float memory.
 *
 * @module
 */
import { PyDict } from "../../../core/values/dict.ts";
import { Canon, Keys } from "../../../core/values/keys.ts";
import { type FloatPlaces, Mark } from "../../../core/values/tuple.ts";

const LONGEST_SHAPE = 32;

/** Stack places of integral floats, in rising order. */
export class Notes {
  at: number[] = [];
  count = 0;

  add(place: number): void {
    this.drop(place);
    this.at[this.count++] = place;
  }

  /** Forgets all places from `place` on. */
  drop(place: number): void {
    while (this.count > 0 && (this.at[this.count - 1] as number) >= place) this.count--;
  }

  has(place: number): boolean {
    for (let i = this.count - 1; i >= 0 && (this.at[i] as number) >= place; i--) if (this.at[i] === place) return true;
    return false;
  }

  /** Index of the first note at or above `place`. */
  first(place: number): number {
    let i = this.count;
    while (i > 0 && (this.at[i - 1] as number) >= place) i--;
    return i;
  }

  /** Takes the notes from `from` on as places of a new array that begins there; 0 when there are none. */
  claim(stack: unknown[], from: number, mutable: boolean): number | FloatPlaces {
    const first = this.first(from);
    const count = this.count - first;
    if (count === 0) return 0;
    this.count = first;
    const last = (this.at[first + count - 1] as number) - from;
    if (!mutable && last < 31) {
      let mask = 0;
      for (let i = first; i < first + count; i++) mask |= 1 << ((this.at[i] as number) - from);
      return mask;
    }
    const at = count < 32 ? new Array<number>(count) : new Int32Array(count);
    const values = count < 32 ? new Array<number>(count) : new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const place = this.at[first + i] as number;
      at[i] = place - from;
      values[i] = stack[place] as number;
    }
    return { at, values };
  }
}

/** A list of the stack's items from `from` up to `to`. */
export function makeList(stack: unknown[], from: number, to: number, notes: Notes): unknown[] {
  const list = stack.slice(from, to);
  if (notes.count > 0) {
    const floats = notes.claim(stack, from, true);
    if (floats !== 0) new Mark(list, floats);
  }
  return list;
}

/** Appends the stack's items from `from` up to `to` to a list that is there already. */
export function extendList(list: unknown[], stack: unknown[], from: number, to: number, notes: Notes): void {
  const start = list.length;
  const floats = notes.count > 0 ? (notes.claim(stack, from, true) as FloatPlaces | 0) : 0;
  for (let i = from; i < to; i++) list.push(stack[i]);
  if (floats !== 0) addFloats(list, start, floats);
}

/** Adds `more` (counted from `start`) to the float memory of a list. */
export function addFloats(list: unknown[], start: number, more: FloatPlaces): void {
  const old = Mark.floats(list) as FloatPlaces | 0;
  const shifted = Array.from(more.at ?? more.values, (at, i) => (more.at === null ? i : at) + start);
  if (old === 0) {
    Mark.setFloats(list, { at: shifted, values: more.values });
    return;
  }
  // Growth by appending one piece after another must stay linear: the arrays are ours and plain, so they grow.
  const at = Array.isArray(old.at)
    ? old.at
    : Array.from(old.at ?? old.values, (place, i) => (old.at === null ? i : place));
  const values = Array.isArray(old.values) ? old.values : Array.from(old.values);
  for (let i = 0; i < shifted.length; i++) {
    at.push(shifted[i] as number);
    values.push(more.values[i] as number);
  }
  Mark.setFloats(list, { at, values });
}

/** Shapes of dicts seen in one load, so that rows share their keys. */
export class Shapes {
  #table: (Keys | null)[] = new Array<Keys | null>(256).fill(null);
  #used: number[] = [];
  #canon: Canon | null = null;
  #root: Keys | null = null;
  /** Parts that a key may be made of, where the caller set a limit. */
  maxKeyNodes: number | undefined;

  clear(): void {
    if (this.#used.length > 64) this.#table.fill(null);
    else for (const slot of this.#used) this.#table[slot] = null;
    this.#used.length = 0;
    this.#canon = null;
    this.#root = null;
  }

  /** An empty dict, at the root of the shapes that grow key by key. */
  emptyDict(): PyDict {
    return PyDict.of((this.#root ??= this.limited(new Keys([], true, false, true))), [], 0);
  }

  /** A dict of the stack's keys and values from `from` up to `to`; throws `TypeError` for an unhashable key. */
  makeDict(stack: unknown[], from: number, to: number, notes: Notes): PyDict {
    const n = (to - from) >> 1;
    if (n === 0) return this.emptyDict();
    let keyFloats: Set<number> | null = null;
    let floats: number | Uint8Array = 0;
    if (notes.count > 0) {
      for (let i = notes.first(from); i < notes.count; i++) {
        const place = (notes.at[i] as number) - from;
        if ((place & 1) === 0) (keyFloats ??= new Set()).add(place >> 1);
        else if (n < 31) floats = (floats as number) | (1 << (place >> 1));
        else {
          if (floats === 0) floats = new Uint8Array(n);
          (floats as Uint8Array)[place >> 1] = 1;
        }
      }
      notes.drop(from);
    }
    const keys = n <= LONGEST_SHAPE && keyFloats === null ? this.#shape(stack, from, n) : this.#owned(stack, from, n);
    keys.floats = keyFloats ?? keys.floats;
    return PyDict.of(keys, values(stack, from + 1, n), floats);
  }

  #shape(stack: unknown[], from: number, n: number): Keys {
    const first = stack[from];
    const last = stack[from + n + n - 2];
    let slot: number;
    if (typeof first === "string" && typeof last === "string") {
      slot = n * 37 + first.length * 5 + last.length * 11 + first.charCodeAt(0) + last.charCodeAt(last.length - 1) * 3;
    } else if (typeof first === "number" && typeof last === "number") slot = n * 37 + first * 31 + last;
    else return this.#owned(stack, from, n);
    slot &= 255;
    const known = this.#table[slot];
    if (known !== null && known !== undefined && known.keys.length === n) {
      const keys = known.keys;
      let i = 0;
      // 0 and -0 are the same to ===, but not to Python's repr.
      for (let at = from; i < n && (known.text ? keys[i] === stack[at] : Object.is(keys[i], stack[at])); i++) at += 2;
      if (i === n) return known;
    }
    const keys = new Array<unknown>(n);
    const kind = typeof first;
    for (let i = 0; i < n; i++) {
      const key = stack[from + i + i];
      if (typeof key !== kind) return this.#owned(stack, from, n);
      keys[i] = key;
    }
    const made = new Keys(keys, kind === "string", false, n === 1 || new Set(keys).size === n);
    this.#table[slot] = made;
    if (this.#used.length <= 64) this.#used.push(slot);
    return made;
  }

  #owned(stack: unknown[], from: number, n: number): Keys {
    const keys = new Array<unknown>(n);
    let text = true;
    for (let i = 0; i < n; i++) {
      const key = stack[from + i + i];
      keys[i] = key;
      if (typeof key !== "string") {
        text = false;
        if (typeof key === "object" && key !== null) this.check(key);
      }
    }
    return this.limited(new Keys(keys, text, true, n === 1));
  }

  /** Keys whose lookups are held to the caller's limit as well. */
  limited(keys: Keys): Keys {
    if (this.maxKeyNodes !== undefined) keys.limit(this.maxKeyNodes);
    return keys;
  }

  /** Throws `TypeError` when Python could not hash `key`. */
  check(key: object): void {
    (this.#canon ??= new Canon(this.maxKeyNodes)).of(key);
  }
}

/** Every second item; literals of a fixed size are the fastest exact arrays. */
function values(s: unknown[], a: number, n: number): unknown[] {
  switch (n) {
    case 1:
      return [s[a]];
    case 2:
      return [s[a], s[a + 2]];
    case 3:
      return [s[a], s[a + 2], s[a + 4]];
    case 4:
      return [s[a], s[a + 2], s[a + 4], s[a + 6]];
    case 5:
      return [s[a], s[a + 2], s[a + 4], s[a + 6], s[a + 8]];
    case 6:
      return [s[a], s[a + 2], s[a + 4], s[a + 6], s[a + 8], s[a + 10]];
    case 7:
      return [s[a], s[a + 2], s[a + 4], s[a + 6], s[a + 8], s[a + 10], s[a + 12]];
    case 8:
      return [s[a], s[a + 2], s[a + 4], s[a + 6], s[a + 8], s[a + 10], s[a + 12], s[a + 14]];
    default: {
      const out = new Array<unknown>(n);
      for (let i = 0; i < n; i++) out[i] = s[a + i + i];
      return out;
    }
  }
}
