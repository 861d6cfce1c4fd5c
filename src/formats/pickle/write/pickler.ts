/**
 * The pickling machine: one loop over a stack of containers, so that depth is bounded by memory alone.
 *
 * @module
 */
import { PicklingError } from "../../../core/errors.ts";
import { PyDict } from "../../../core/values/dict.ts";
import { GONE } from "../../../core/values/keys.ts";
import { PyObject } from "../../../core/values/object.ts";
import { PyByteArray, PyFloat, PyGlobal } from "../../../core/values/scalars.ts";
import { PyFrozenSet, PySet } from "../../../core/values/set.ts";
import { type FloatPlaces, isFloatAt, Mark } from "../../../core/values/tuple.ts";
import { Memo } from "./memo.ts";
import { keyPath } from "./path.ts";
import type { Reducers } from "./reducers.ts";
import { FRAME_TARGET, Writer } from "./writer.ts";

const BATCH = 1000;

/** What a frame of the loop is working on. */
const LIST = 0;
const TUPLE = 1;
const DICT = 2;
const SET = 3;
const PLAN = 4;

/** A step of a plan: a value is saved, an instruction done. */
export type Step = Instruction | { save: unknown };
/** Work between the values of a reduction. */
export type Instruction = (p: Pickling) => void;

/** One run of the machine over one value, or several that share a memo. */
export class Pickling {
  readonly w: Writer = new Writer();
  readonly memo: Memo = new Memo();
  reducers!: Reducers;
  /** Every number is a float. */
  floatsOnly = false;
  fast = false;
  frozenLists = false;
  /** Marks which key slots belong to this run. */
  token: object = {};

  #kinds: number[] = [];
  #items: unknown[] = [];
  #at: number[] = [];
  /** Cursor into the float places of a list. */
  #cursor: number[] = [];
  depth = 0;
  /** Depth at which endless values are looked for next. */
  #deep = 1024;
  inUse: Set<unknown> | null = null;

  /** Writes one value; the caller has begun and will finish the stream. */
  dump(value: unknown): void {
    this.save(value, false);
    while (this.depth > 0) {
      const top = this.depth - 1;
      switch (this.#kinds[top]) {
        case LIST:
          this.#list(top);
          break;
        case TUPLE:
          this.#tuple(top);
          break;
        case DICT:
          this.#dict(top);
          break;
        case SET:
          this.#set(top);
          break;
        default:
          this.#plan(top);
      }
    }
  }

  /** Forgets what a failed run left behind. */
  reset(): void {
    for (let i = 0; i < this.depth; i++) this.#items[i] = undefined;
    this.depth = 0;
    this.#deep = 1024;
    this.inUse = null;
  }

  /** The path from the root to what is being written. */
  path(): string {
    let path = "value";
    for (let i = 0; i < this.depth; i++) {
      const item = this.#items[i];
      const at = (this.#at[i] as number) - 1;
      if (this.#kinds[i] === LIST || this.#kinds[i] === TUPLE) path += `[${at}]`;
      else if (this.#kinds[i] === DICT) path += keyPath((item as PyDict).k.keys[at >> 1]);
    }
    return path;
  }

  fail(reason: string, cause?: unknown): PicklingError {
    return new PicklingError(reason, { path: this.path(), cause });
  }

  /** Saves one value: writes it, or leaves a frame on the stack. */
  save(value: unknown, isFloat: boolean): void {
    const w = this.w;
    if (w.n - w.frameAt > FRAME_TARGET) w.boundary();
    if (this.reducers.persistentId !== null && this.reducers.persist(this, value)) return;
    switch (typeof value) {
      case "number":
        if (!isFloat && !this.floatsOnly && Number.isSafeInteger(value) && !Object.is(value, -0)) w.int(value);
        else w.float(value);
        return;
      case "string":
        w.string(value);
        if (this.fast) w.forgetStrings();
        return;
      case "boolean":
        if (w.protocol >= 2) w.op(value ? 0x88 : 0x89);
        else w.ascii(value ? "I01\n" : "I00\n");
        return;
      case "bigint":
        w.long(value);
        return;
      case "object":
        if (value === null) {
          w.op(0x4e);
          return;
        }
        if (!this.#known(value)) this.#fresh(value);
        return;
      default:
        this.reducers.save(this, value as object);
    }
  }

  /** Saves an object that the memo does not know. */
  #fresh(value: object): void {
    const w = this.w;
    if (Array.isArray(value) && (value.constructor === Array || !isSubclass(value))) {
      const frozen = Mark.isTuple(value) || (!this.frozenLists && Object.isFrozen(value));
      if (frozen && value.length === 0) {
        if (w.bin) w.op(0x29);
        else w.ascii("(t");
        return;
      }
      if (frozen) {
        if (w.protocol < 2 || value.length > 3) w.op(0x28);
        this.push(TUPLE, value, 0);
        return;
      }
      if (w.bin) w.op(0x5d);
      else w.ascii("(l");
      this.memoize(value);
      if (value.length > 0) {
        if (w.bin && value.length > 1) w.op(0x28);
        this.push(LIST, value, 0);
      }
      return;
    }
    const kind = value.constructor;
    if (kind === PyDict) {
      const dict = value as PyDict;
      if (w.canonical && !dict.k.settled) dict.settle();
      if (w.bin) w.op(0x7d);
      else w.ascii("(d");
      this.memoize(value);
      const live = dict.v.length - dict.k.gone;
      if (live > 0) {
        if (w.bin && live > 1) w.op(0x28);
        this.push(DICT, value, 0);
      }
      return;
    }
    if (kind === PyFloat) {
      w.float((value as PyFloat).value);
      return;
    }
    if (kind === Uint8Array && w.protocol >= 3) {
      w.bytes(value as Uint8Array);
      this.memoize(value);
      return;
    }
    if (kind === PyByteArray && w.protocol >= 5) {
      w.byteArray(value as Uint8Array);
      this.memoize(value);
      return;
    }
    if ((kind === PySet || kind === PyFrozenSet) && w.protocol >= 4) {
      const set = value as PySet;
      set.settle();
      if (kind === PySet) {
        w.op(0x8f);
        this.memoize(value);
        if (set.size === 0) {
          return;
        }
      }
      w.op(0x28);
      this.push(SET, value, 0);
      return;
    }
    if (value instanceof PyGlobal) this.reducers.global(this, value, value);
    else if (value instanceof PyObject && value.constructor === PyObject) this.reducers.instance(this, value);
    else this.reducers.save(this, value);
  }

  /** Writes a value without parts, or a reference to the object met last; false for all others. */
  #leaf(value: unknown, isFloat: boolean): boolean {
    const w = this.w;
    if (w.n - w.frameAt > FRAME_TARGET) w.boundary();
    if (typeof value === "number") {
      if (!isFloat && value === (value | 0) && (value !== 0 || 1 / value > 0)) w.int(value);
      else if (!isFloat && value !== 0 && Number.isSafeInteger(value)) w.int(value);
      else w.float(value);
    } else if (typeof value === "string") w.string(value);
    else if (value === null) w.op(0x4e);
    else if (value === true && w.protocol >= 2) w.op(0x88);
    else if (value === false && w.protocol >= 2) w.op(0x89);
    else if (typeof value === "object") {
      const slot = this.memo.find(value);
      if (slot < 0) return false;
      w.get(slot);
    } else return false;
    return true;
  }

  /** Saves what is no leaf; an object that was looked up as one (`simple`) is not looked up again. */
  #rest(value: unknown, isFloat: boolean, simple: boolean): void {
    if (simple && typeof value === "object" && value !== null) this.#fresh(value);
    else this.save(value, isFloat);
  }

  /** May leaves be written without asking a hook or minding a mode? */
  get #plain(): boolean {
    return !this.floatsOnly && !this.fast && this.reducers.persistentId === null;
  }

  /** Writes a reference when the object is in the memo. */
  #known(value: object): boolean {
    const slot = this.memo.find(value);
    if (slot >= 0) this.w.get(slot);
    return slot >= 0;
  }

  memoize(value: object): void {
    if (this.fast) return;
    this.memo.add(value, this.w.put());
  }

  push(kind: number, item: unknown, at: number): void {
    if (this.fast) this.#enter(item);
    if (kind === DICT && (item as PyDict).k.gone > 0) (item as PyDict).compact();
    const top = this.depth++;
    this.#kinds[top] = kind;
    this.#items[top] = item;
    this.#at[top] = at;
    this.#cursor[top] = 0;
  }

  /** Puts a row of steps on the stack, by which `value` is written. */
  plan(steps: Step[], value: unknown): void {
    if (this.depth >= this.#deep) this.#refuseEndless();
    this.push(PLAN, { steps, value } satisfies Plan, 0);
  }

  /** What is made with itself as an argument is met again before the memo knows it, without end. */
  #refuseEndless(): void {
    this.#deep = this.depth * 2;
    const open = new Set<unknown>();
    for (let i = 0; i < this.depth; i++) {
      if (this.#kinds[i] !== PLAN) continue;
      const { value } = this.#items[i] as Plan;
      if (open.has(value)) throw this.fail("cannot pickle a value that is made with itself as an argument");
      open.add(value);
    }
  }

  #pop(): void {
    const top = --this.depth;
    if (this.fast) this.inUse?.delete(this.#items[top]);
    this.#items[top] = undefined;
  }

  /** Without a memo a cycle would never end. */
  #enter(item: unknown): void {
    this.inUse ??= new Set();
    if (this.inUse.has(item)) throw this.fail("fast mode: cannot pickle a value that holds itself");
    this.inUse.add(item);
  }

  #list(top: number): void {
    const list = this.#items[top] as unknown[];
    const places = Mark.floats(list) as FloatPlaces | 0;
    const n = list.length;
    const simple = this.#plain;
    let i = this.#at[top] as number;
    let cursor = this.#cursor[top] as number;
    // The item saved last is complete only now.
    if (i > 0) this.#listItemDone(i, n);
    while (i < n) {
      const value = list[i];
      let isFloat = false;
      if (places !== 0 && typeof value === "number") {
        const { at, values } = places;
        if (at === null) isFloat = i < values.length && values[i] === value;
        else {
          while (cursor < at.length && (at[cursor] as number) < i) cursor++;
          isFloat = at[cursor] === i && values[cursor] === value;
        }
      }
      if (!simple || !this.#leaf(value, isFloat)) {
        const before = this.depth;
        this.#at[top] = i + 1;
        this.#cursor[top] = cursor;
        this.#rest(value, isFloat, simple);
        if (this.depth > before) return;
      }
      i++;
      this.#listItemDone(i, n);
    }
    this.#pop();
  }

  #listItemDone(i: number, n: number): void {
    const w = this.w;
    if (!w.bin || n === 1) w.op(0x61);
    else if (i === n) w.op(0x65);
    else if (i % BATCH === 0) {
      w.op(0x65);
      w.op(0x28);
    }
  }

  #tuple(top: number): void {
    const w = this.w;
    const items = this.#items[top] as unknown[];
    const floats = Mark.floats(items);
    const n = items.length;
    const simple = this.#plain;
    for (let i = this.#at[top] as number; i < n; ) {
      const value = items[i++];
      const isFloat = typeof value === "number" && floats !== 0 && isFloatAt(items, i - 1);
      if (simple && this.#leaf(value, isFloat)) continue;
      this.#at[top] = i;
      const before = this.depth;
      this.#rest(value, isFloat, simple);
      if (this.depth > before) return;
    }
    const slot = this.memo.find(items);
    const short = n <= 3 && w.protocol >= 2;
    if (slot >= 0) {
      // The tuple holds itself, and was written on the way.
      if (short) for (let i = 0; i < n; i++) w.op(0x30);
      else if (w.bin) w.op(0x31);
      else for (let i = 0; i <= n; i++) w.op(0x30);
      w.get(slot);
    } else {
      w.op(short ? 0x84 + n : 0x74);
      this.memoize(items);
    }
    this.#pop();
  }

  #dict(top: number): void {
    const w = this.w;
    const dict = this.#items[top] as PyDict;
    const { k, v } = dict;
    const keys = k.keys;
    const live = v.length - k.gone;
    const shared = !k.owned && k.text && !this.fast && this.reducers.persistentId === null;
    if (shared && k.run !== this.token) {
      k.run = this.token;
      if (k.slots === null) k.slots = new Array<number>(keys.length).fill(-1);
      else k.slots.fill(-1);
    }
    const slots = shared ? (k.slots as number[]) : null;
    const simple = this.#plain;
    let at = this.#at[top] as number;
    if (at > 0 && (at & 1) === 0) this.#pairDone(at, v.length, live);
    while (at < v.length * 2) {
      const i = at >> 1;
      const key = keys[i];
      if (key === GONE) {
        at += 2;
        continue;
      }
      if ((at & 1) === 0) {
        at++;
        if (slots !== null) {
          if (w.n - w.frameAt > FRAME_TARGET) w.boundary();
          const slot = slots[i] as number;
          if (slot >= 0) w.get(slot);
          else {
            w.string(key as string);
            slots[i] = w.slot;
          }
        } else {
          const isFloat = typeof key === "number" && k.floats?.has(i) === true;
          if (!simple || !this.#leaf(key, isFloat)) {
            this.#at[top] = at;
            const before = this.depth;
            this.#rest(key, isFloat, simple);
            if (this.depth > before) return;
          }
        }
      }
      at++;
      const value = v[i];
      const isFloat = typeof value === "number" && dict.f !== 0 && dict.isFloat(i);
      if (!simple || !this.#leaf(value, isFloat)) {
        this.#at[top] = at;
        const before = this.depth;
        this.#rest(value, isFloat, simple);
        if (this.depth > before) return;
      }
      this.#pairDone(at, v.length, live);
    }
    this.#pop();
  }

  #pairDone(at: number, n: number, live: number): void {
    const w = this.w;
    if (!w.bin || live === 1) w.op(0x73);
    else if (at === n * 2) {
      w.op(0x75);
      // The C pickler learns that a full batch was the last one only by writing an empty one.
      if (live % BATCH === 0) {
        w.op(0x28);
        w.op(0x75);
      }
    } else if (at % (2 * BATCH) === 0) {
      w.op(0x75);
      w.op(0x28);
    }
  }

  #set(top: number): void {
    const w = this.w;
    const set = this.#items[top] as PySet;
    const { keys, floats } = set.k;
    const isSet = set.constructor === PySet;
    const simple = this.#plain;
    let i = this.#at[top] as number;
    if (isSet && i > 0 && i % BATCH === 0) this.#setBatch();
    while (i < keys.length) {
      const value = keys[i++];
      if (value === GONE) continue;
      const isFloat = typeof value === "number" && floats?.has(i - 1) === true;
      if (!simple || !this.#leaf(value, isFloat)) {
        this.#at[top] = i;
        const before = this.depth;
        this.#rest(value, isFloat, simple);
        if (this.depth > before) return;
      }
      if (isSet && i % BATCH === 0) this.#setBatch();
    }
    if (isSet) w.op(0x90);
    else {
      const slot = this.memo.find(set);
      if (slot >= 0) {
        w.op(0x31);
        w.get(slot);
      } else {
        w.op(0x91);
        this.memoize(set);
      }
    }
    this.#pop();
  }

  #setBatch(): void {
    this.w.op(0x90);
    this.w.op(0x28);
  }

  #plan(top: number): void {
    const plan = this.#items[top] as Plan;
    while ((this.#at[top] as number) < plan.steps.length) {
      const at = this.#at[top] as number;
      this.#at[top] = at + 1;
      const step = plan.steps[at] as Step;
      const before = this.depth;
      if (typeof step === "function") step(this);
      else this.save(step.save, false);
      if (this.depth > before) return;
    }
    this.#pop();
  }
}

/** Is an array of a class of its own? An array of another realm is none. */
function isSubclass(value: object): boolean {
  let depth = 0;
  for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) depth++;
  return depth > 2;
}

interface Plan {
  steps: Step[];
  value: unknown;
}
