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
import { type FloatPlaces, isFloatAt, isSubclass, Mark } from "../../../core/values/tuple.ts";
import { BATCH, listItemDone, pairDone, setBatch } from "./batches.ts";
import { leaves, listLeaves, markedLeaves, pairs } from "./leaves.ts";
import { Memo } from "./memo.ts";
import { keyPath } from "./path.ts";
import { isEndless, type Plan, type Step } from "./plan.ts";
import type { Reducers } from "./reducers.ts";
import { FRAME_TARGET, Writer } from "./writer.ts";

/** What a frame of the loop is working on. */
const LIST = 0;
const TUPLE = 1;
const DICT = 2;
const SET = 3;
const PLAN = 4;

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
  /** The float memory of a list or tuple. */
  #floats: (number | FloatPlaces)[] = [];
  /** Is the next item of the frame on top known to be none of the leaves? */
  #met = false;
  /** May leaves be written in runs? Not with a hook or in a mode that minds each. */
  #runs = false;
  depth = 0;
  /** Depth at which endless values are looked for next. */
  #deep = 1024;
  inUse: Set<unknown> | null = null;

  /** Writes one value; the caller has begun and will finish the stream. */
  dump(value: unknown): void {
    this.memo.exact = this.w.canonical;
    const { protocol, canonical } = this.w;
    this.#runs = protocol >= 2 && !canonical && !this.floatsOnly && !this.fast && this.reducers.persistentId === null;
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
    this.#met = false;
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

  /** Saves an object that was looked up in the memo just now, and not found. */
  #fresh(value: object): void {
    const w = this.w;
    if (Array.isArray(value) && (value.constructor === Array || !isSubclass(value))) {
      this.#array(value);
      return;
    }
    const kind = value.constructor;
    if (kind === PyDict) {
      const dict = value as PyDict;
      if (w.canonical && !dict.k.settled) dict.settle();
      if (w.bin) w.op(0x7d);
      else w.ascii("(d");
      this.memoize(value);
      if (dict.v.length > dict.k.gone) this.openDict(dict);
      return;
    }
    if (kind === PyFloat) {
      w.float((value as PyFloat).value);
      return;
    }
    if (kind === Uint8Array && w.protocol >= 3) {
      w.bytes(value as Uint8Array);
      if (!this.fast) this.memo.addBytes(value as Uint8Array, w.put());
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

  /** A list or tuple; a list that begins with another is gone down into at once. */
  #array(value: unknown[]): void {
    const { w, memo } = this;
    for (let list = value; ; ) {
      const { marked } = memo;
      const floats = marked ? Mark.floats(list) : 0;
      if ((marked && Mark.isTuple(list)) || (!this.frozenLists && Object.isFrozen(list))) {
        this.#openTuple(list, floats);
        return;
      }
      if (w.bin) w.op(0x5d);
      else w.ascii("(l");
      if (marked || this.fast) this.memoize(list);
      else memo.addForeign(list, w.put());
      if (list.length === 0) return;
      const first = list[0];
      if (!this.#runs || !Array.isArray(first) || first.constructor !== Array || memo.find(first) >= 0) {
        this.openList(list, floats);
        return;
      }
      if (list.length > 1) w.op(0x28);
      this.push(LIST, list, 1, floats);
      if (w.n - w.frameAt > FRAME_TARGET) w.boundary();
      list = first;
    }
  }

  /** Writes the items that a list or a reduction begins with, as far as they are leaves; what is left goes on the stack. */
  openList(list: readonly unknown[], floats: number | FloatPlaces = Mark.floats(list)): void {
    const w = this.w;
    const n = list.length;
    if (w.bin && n > 1) w.op(0x28);
    const stop = n < BATCH ? n : BATCH;
    const done = this.#runs ? listLeaves(w, this.memo, list, 0, stop, floats) : 0;
    if (done === n) listItemDone(this.w, n, n);
    else {
      this.push(LIST, list, done, floats);
      this.#met = done < stop;
    }
  }

  #openTuple(items: readonly unknown[], floats: number | FloatPlaces): void {
    const w = this.w;
    const n = items.length;
    if (n === 0) {
      if (w.bin) w.op(0x29);
      else w.ascii("(t");
      return;
    }
    if (w.protocol < 2 || n > 3) w.op(0x28);
    const done = this.#runs ? markedLeaves(w, this.memo, items, 0, n, floats) : 0;
    if (done === n) this.#closeTuple(items);
    else {
      this.push(TUPLE, items, done, floats);
      this.#met = true;
    }
  }

  /** The same for a dict that is not empty. */
  openDict(dict: PyDict): void {
    const w = this.w;
    if (dict.k.gone > 0) dict.compact();
    const n = dict.v.length;
    if (w.bin && n > 1) w.op(0x28);
    const stop = 2 * (n < BATCH ? n : BATCH);
    const done = this.#runs ? pairs(w, this.memo, dict, 0, stop, this.#slotsOf(dict)) : 0;
    if (done === n * 2) pairDone(this.w, done, n, n);
    else {
      this.push(DICT, dict, done);
      this.#met = done < stop;
    }
  }

  /** Saves what is no leaf; an object that was looked up as one (`known`) is not looked up again. */
  #rest(value: unknown, isFloat: boolean, known: boolean): void {
    if (known && typeof value === "object" && value !== null) this.#fresh(value);
    else this.save(value, isFloat);
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

  push(kind: number, item: unknown, at: number, floats: number | FloatPlaces = 0): void {
    if (this.fast) this.#enter(item);
    const top = this.depth++;
    this.#kinds[top] = kind;
    this.#items[top] = item;
    this.#at[top] = at;
    this.#floats[top] = floats;
  }

  /** Puts a row of steps on the stack, by which `value` is written. */
  plan(steps: Step[], value: unknown): void {
    if (this.depth >= this.#deep) this.#refuseEndless();
    this.push(PLAN, { steps, value } satisfies Plan, 0);
  }

  #refuseEndless(): void {
    this.#deep = this.depth * 2;
    const plans = this.#items.slice(0, this.depth).filter((_, i) => this.#kinds[i] === PLAN) as Plan[];
    if (isEndless(plans)) throw this.fail("cannot pickle a value that is made with itself as an argument");
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
    const floats = this.#floats[top] as FloatPlaces | number;
    const n = list.length;
    const runs = this.#runs;
    let i = this.#at[top] as number;
    // The item saved last is complete only now.
    if (i > 0) listItemDone(this.w, i, n);
    while (i < n) {
      if (this.#met) this.#met = false;
      else if (runs) {
        const stop = Math.min(n, i - (i % BATCH) + BATCH);
        const done = listLeaves(this.w, this.memo, list, i, stop, floats);
        if (done > i) {
          i = done;
          listItemDone(this.w, i, n);
          continue;
        }
      }
      const value = list[i];
      this.#at[top] = ++i;
      const before = this.depth;
      this.#rest(value, floats !== 0 && typeof value === "number" && isFloatAt(list, i - 1), runs);
      if (this.depth > before) return;
      listItemDone(this.w, i, n);
    }
    this.#pop();
  }

  #tuple(top: number): void {
    const items = this.#items[top] as unknown[];
    const floats = this.#floats[top] as FloatPlaces | number;
    const n = items.length;
    const runs = this.#runs;
    for (let i = this.#at[top] as number; i < n; ) {
      if (this.#met) this.#met = false;
      else if (runs) {
        i = markedLeaves(this.w, this.memo, items, i, n, floats);
        if (i === n) break;
      }
      const value = items[i++];
      this.#at[top] = i;
      const before = this.depth;
      this.#rest(value, floats !== 0 && typeof value === "number" && isFloatAt(items, i - 1), runs);
      if (this.depth > before) return;
    }
    this.#closeTuple(items);
    this.#pop();
  }

  #closeTuple(items: readonly unknown[]): void {
    const w = this.w;
    const n = items.length;
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
  }

  #dict(top: number): void {
    const w = this.w;
    const dict = this.#items[top] as PyDict;
    const { k, v } = dict;
    const live = v.length - k.gone;
    const end = v.length * 2;
    const slots = this.#slotsOf(dict);
    let at = this.#at[top] as number;
    if (at > 0 && (at & 1) === 0) pairDone(this.w, at, v.length, live);
    while (at < end) {
      if (this.#met) this.#met = false;
      else if (this.#runs) {
        const to = pairs(w, this.memo, dict, at, Math.min(end, at - (at % (2 * BATCH)) + 2 * BATCH), slots);
        if (to > at) {
          at = to;
          if ((at & 1) === 0) pairDone(this.w, at, v.length, live);
          continue;
        }
      }
      const i = at >> 1;
      const isKey = (at & 1) === 0;
      const item = isKey ? k.keys[i] : v[i];
      if (item === GONE) {
        at += 2;
        continue;
      }
      this.#at[top] = ++at;
      if (isKey && slots !== null) {
        if (w.n - w.frameAt > FRAME_TARGET) w.boundary();
        const slot = slots[i] as number;
        if (slot >= 0) w.get(slot);
        else {
          w.string(item as string);
          slots[i] = w.slot;
        }
        continue;
      }
      const isFloat = typeof item === "number" && (isKey ? k.floats?.has(i) === true : dict.f !== 0 && dict.isFloat(i));
      const before = this.depth;
      this.#rest(item, isFloat, this.#runs);
      if (this.depth > before) return;
      if (!isKey) pairDone(this.w, at, v.length, live);
    }
    this.#pop();
  }

  /** The memo slots of keys that many dicts share, or null. */
  #slotsOf({ k }: PyDict): number[] | null {
    if (k.owned || !k.text || this.fast || this.reducers.persistentId !== null) return null;
    if (k.run !== this.token) {
      k.run = this.token;
      if (k.slots === null) k.slots = new Array<number>(k.keys.length).fill(-1);
      else k.slots.fill(-1);
    }
    return k.slots;
  }

  #set(top: number): void {
    const w = this.w;
    const set = this.#items[top] as PySet;
    const { keys, floats } = set.k;
    const isSet = set.constructor === PySet;
    const runs = this.#runs && floats === null;
    let i = this.#at[top] as number;
    if (isSet && i > 0 && i % BATCH === 0) setBatch(this.w);
    while (i < keys.length) {
      if (runs) {
        const done = leaves(w, this.memo, keys, i, Math.min(keys.length, i - (i % BATCH) + BATCH));
        if (done > i) {
          i = done;
          if (isSet && i % BATCH === 0) setBatch(this.w);
          continue;
        }
      }
      const value = keys[i++];
      if (value === GONE) continue;
      this.#at[top] = i;
      const before = this.depth;
      this.#rest(value, typeof value === "number" && floats?.has(i - 1) === true, runs);
      if (this.depth > before) return;
      if (isSet && i % BATCH === 0) setBatch(this.w);
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
