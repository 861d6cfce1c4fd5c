/**
 * How values that are no basic ones are written: names, instances, JavaScript's own classes, and what packs and hooks
 * reduce.
 *
 * @module
 */

import { decodeLatin1 } from "../../../core/bytes/text.ts";
import { BrineError } from "../../../core/errors.ts";
import { type Pack, type PackContext, type Reducer, type Reduction, StaticGlobal } from "../../../core/pack.ts";
import { PyDict } from "../../../core/values/dict.ts";
import { PyObject } from "../../../core/values/object.ts";
import { pyReduce } from "../../../core/values/protocol.ts";
import { PickleBuffer, PyByteArray, PyGlobal } from "../../../core/values/scalars.ts";
import { PyFrozenSet, PySet } from "../../../core/values/set.ts";
import { EMPTY_TUPLE, isFloatAt, isTuple, Mark, type PyTuple, tuple, tupleFrom } from "../../../core/values/tuple.ts";
import { toPython2 } from "../compat.ts";
import type { DumpOptions } from "../options.ts";
import type { Pickling } from "./pickler.ts";
import type { Step } from "./plan.ts";
import { offsetOf, writeRaw } from "./raw.ts";

const BYTES = /* @__PURE__ */ new PyGlobal("builtins", "bytes");
const BYTEARRAY = /* @__PURE__ */ new PyGlobal("builtins", "bytearray");
const ENCODE = /* @__PURE__ */ new PyGlobal("_codecs", "encode");
const SET = /* @__PURE__ */ new PyGlobal("builtins", "set");
const FROZENSET = /* @__PURE__ */ new PyGlobal("builtins", "frozenset");
const GETATTR = /* @__PURE__ */ new PyGlobal("builtins", "getattr");
const PARTIAL = /* @__PURE__ */ new PyGlobal("functools", "partial");
const RECONSTRUCTOR = /* @__PURE__ */ new PyGlobal("copyreg", "_reconstructor");
const NEWOBJ = /* @__PURE__ */ new PyGlobal("copyreg", "__newobj__");

/** Hooks, packs and tables of one dump. */
export class Reducers implements PackContext {
  readonly protocol: number;
  readonly bigints: boolean;
  readonly persistentId: ((value: unknown) => unknown) | null;
  readonly options: DumpOptions;
  #packs: readonly Pack[];
  #byReference: Map<unknown, PyGlobal> | null = null;
  #globals: Map<string, PyGlobal> | null = null;
  #codes: Map<string, number> | null = null;

  constructor(options: DumpOptions, protocol: number, packs: readonly Pack[]) {
    this.options = options;
    this.protocol = protocol;
    this.bigints = options.ints === "bigint";
    this.persistentId = options.persistentId ?? null;
    this.#packs =
      options.classes || options.packs ? [...(options.classes ?? []), ...(options.packs ?? []), ...packs] : packs;
    if (options.extensions) {
      const rows =
        options.extensions instanceof Map ? options.extensions.entries() : Object.entries(options.extensions);
      this.#codes = new Map();
      for (const [code, [module, name]] of rows) this.#codes.set(`${module}.${name}`, Number(code));
    }
  }

  /** Has anything been found by this run that a next one must not know? */
  get used(): boolean {
    return this.#globals !== null || this.#byReference !== null;
  }

  /** Asks the persistentId hook; true when it took the value. */
  persist(p: Pickling, value: unknown): boolean {
    const hook = this.persistentId;
    if (hook === null) return false;
    const id = hook(value);
    if (id === undefined || id === null) return false;
    if (p.w.bin) {
      // The id itself is saved without being asked about again.
      (this as { persistentId: unknown }).persistentId = null;
      p.plan(
        [
          { save: id },
          () => {
            p.w.op(0x51);
            (this as { persistentId: unknown }).persistentId = hook;
          },
        ],
        id,
      );
    } else {
      const text = String(id);
      if (!/^[\x20-\x7e]*$/.test(text)) throw p.fail("persistent IDs in protocol 0 must be ASCII strings");
      p.w.ascii(`P${text}\n`);
    }
    return true;
  }

  /** Saves a value that is not of the basic kinds. */
  save(p: Pickling, value: object | undefined): void {
    if (value === undefined) {
      if (this.options.undefinedAs === "none") {
        p.w.op(0x4e);
        return;
      }
      throw p.fail('undefined cannot be saved: use null, or the option undefinedAs: "none"');
    }
    const override = this.options.reducerOverride?.(value);
    if (override !== undefined) return this.#given(p, value, override);
    const own = this.options.dispatchTable?.get(value.constructor);
    if (own) return this.#given(p, value, own(value));
    if (typeof value === "function" || typeof value === "symbol") return this.#function(p, value);
    const kind = (Object.getPrototypeOf(value) as object | null)?.constructor;
    if (kind === PySet || kind === PyFrozenSet) {
      const set = value as PySet;
      const items = [...set.values()];
      // Sets that are loaded have no gaps, so places among the keys are places among the items.
      const at = [...(set.k.gone === 0 ? (set.k.floats ?? []) : [])].sort((a, b) => a - b);
      if (at.length > 0) Mark.setFloats(items, { at, values: at.map((i) => items[i] as number) });
      return this.reduce(p, value, { func: kind === PySet ? SET : FROZENSET, args: tuple(items) });
    }
    for (const pack of this.#packs) {
      const reducer = pack.reducers.get(kind) as Reducer<unknown> | undefined;
      if (reducer === undefined) continue;
      let reduced: Reduction | PyGlobal;
      try {
        reduced = reducer(value, this);
      } catch (e) {
        if (e instanceof BrineError) throw e;
        throw p.fail(e instanceof Error ? e.message : String(e), e);
      }
      return reduced instanceof PyGlobal ? this.global(p, reduced, value) : this.reduce(p, value, reduced);
    }
    const itself = (value as { [pyReduce]?: (context: PackContext) => Reduction | PyGlobal })[pyReduce];
    if (typeof itself === "function") {
      const given = itself.call(value, this);
      return given instanceof PyGlobal ? this.global(p, given, value) : this.reduce(p, value, given);
    }
    this.#native(p, value, kind);
  }

  #given(p: Pickling, value: object, given: unknown): void {
    if (typeof given === "string") return this.global(p, new PyGlobal("__main__", given), value);
    if (given instanceof PyGlobal) return this.global(p, given, value);
    if (Array.isArray(given)) {
      if (given.length < 2 || given.length > 6) throw p.fail("a reduction has 2 to 6 parts");
      const [func, args, state, items, pairs, stateSetter] = given as unknown[];
      if (!isTuple(args)) throw p.fail("the second part of a reduction must be a tuple of arguments");
      const reduction: Reduction = { func, args };
      if (state !== undefined && state !== null) reduction.state = state;
      if (items) reduction.items = [...(items as Iterable<unknown>)];
      if (pairs) reduction.pairs = pairs instanceof PyDict ? pairs : new PyDict(pairs as Iterable<[unknown, unknown]>);
      if (stateSetter) reduction.stateSetter = stateSetter;
      return this.reduce(p, value, reduction);
    }
    if (typeof given === "object" && given !== null && "func" in given)
      return this.reduce(p, value, given as Reduction);
    throw p.fail("a reducer must give a name, a PyGlobal, a reduction, or an array of its parts");
  }

  /** JavaScript's own classes that Python has too. */
  #native(p: Pickling, value: object, kind: unknown): void {
    const w = p.w;
    if (value instanceof PickleBuffer) return this.#buffer(p, value);
    if (value instanceof PyByteArray) {
      const args = value.length === 0 ? EMPTY_TUPLE : tuple(value.slice() as Uint8Array);
      return this.reduce(p, value, { func: BYTEARRAY, args: args.length ? tuple(new Uint8Array(value)) : args });
    }
    if (value instanceof Uint8Array || value instanceof ArrayBuffer) {
      const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : (value as Uint8Array);
      if (w.protocol >= 3) {
        w.bytes(bytes);
        p.memoize(value);
        return;
      }
      return this.reduce(
        p,
        value,
        bytes.length === 0
          ? { func: BYTES, args: EMPTY_TUPLE }
          : { func: ENCODE, args: tuple(decodeLatin1(bytes), "latin1") },
      );
    }
    if (isPlain(value, kind)) return this.#mapping(p, value, Object.entries(value));
    if (kind === Map) return this.#mapping(p, value, value as Map<unknown, unknown>);
    if (kind === Set) {
      const set = hashed(p, () => new PySet(value as Set<unknown>));
      p.save(set, false);
      return;
    }
    throw p.fail(unsaved(value));
  }

  #mapping(p: Pickling, value: object, entries: Iterable<readonly [unknown, unknown]>): void {
    const w = p.w;
    if (w.bin) w.op(0x7d);
    else w.ascii("(d");
    p.memoize(value);
    const dict = hashed(p, () => new PyDict(entries));
    if (dict.size > 0) p.openDict(dict);
  }

  #buffer(p: Pickling, value: PickleBuffer): void {
    const w = p.w;
    if (w.protocol < 5) throw p.fail("PickleBuffer can only be pickled with protocol >= 5");
    const callback = this.options.bufferCallback;
    if (callback && !callback(value)) {
      w.op(0x97);
      if (value.readonly) w.op(0x98);
      return;
    }
    if (value.readonly) w.bytes(value.bytes);
    else w.byteArray(value.bytes);
    p.memoize(value);
  }

  #function(p: Pickling, value: object | symbol): void {
    if (this.#byReference === null) {
      this.#byReference = new Map();
      for (const pack of this.#packs) {
        for (const [full, entry] of pack.globals) {
          if (typeof entry.value !== "function" || this.#byReference.has(entry.value)) continue;
          const dot = full.lastIndexOf(".");
          const name = entry.name ?? new PyGlobal(full.slice(0, dot), full.slice(dot + 1));
          this.#byReference.set(entry.value, name);
        }
      }
    }
    const named = this.#byReference.get(value);
    if (named === undefined) throw p.fail(unsaved(value));
    const slot = p.memo.find(value as object);
    if (slot >= 0) p.w.get(slot);
    else this.global(p, named, value as object);
  }

  /** Writes a name; `value` is what is memoized for it. */
  global(p: Pickling, name: PyGlobal, value: object): void {
    const w = p.w;
    const { module, name: full } = name;
    // One name is one object, however many PyGlobals say it.
    const key = `${module}\n${full}`;
    const same = this.#globals?.get(key);
    if (same !== undefined && same !== value) {
      const slot = p.memo.find(same);
      if (slot >= 0) {
        w.get(slot);
        return;
      }
    }
    if (value instanceof PyGlobal) (this.#globals ??= new Map()).set(key, value);
    else {
      const stand = new PyGlobal(module, full);
      (this.#globals ??= new Map()).set(key, stand);
    }
    const code = w.protocol >= 2 ? this.#codes?.get(`${module}.${full}`) : undefined;
    if (code !== undefined) {
      if (code < 256) {
        w.op(0x82);
        w.out[w.n++] = code;
      } else if (code < 65536) {
        w.op(0x83);
        w.out[w.n++] = code & 255;
        w.out[w.n++] = code >> 8;
      } else {
        w.op(0x84);
        w.view.setUint32(w.n, code, true);
        w.n += 4;
      }
      return;
    }
    if (w.protocol >= 4) {
      p.save(module, false);
      if (name instanceof StaticGlobal) w.own(full);
      else p.save(full, false);
      w.op(0x93);
    } else {
      const dot = full.lastIndexOf(".");
      if (dot > 0) {
        const parent = new PyGlobal(module, full.slice(0, dot));
        this.reduce(p, value, {
          func: GETATTR,
          args: tuple(this.#globals?.get(`${module}\n${parent.name}`) ?? parent, full.slice(dot + 1)),
        });
        return;
      }
      this.#nameLines(p, 0x63, name);
    }
    if (!p.fast) {
      const slot = w.put();
      p.memo.add(value, slot);
      const stand = this.#globals?.get(key);
      if (stand !== undefined && stand !== value) p.memo.add(stand, slot);
    }
  }

  /** Writes an opcode that two lines follow: module and name, as the Python that reads the protocol knows them. */
  #nameLines(p: Pickling, op: number, { module, name }: PyGlobal): void {
    const w = p.w;
    const [place, local] =
      w.protocol < 3 && this.options.fixImports !== false ? toPython2(module, name) : [module, name];
    if (w.protocol < 3 && /[^\x00-\x7f]/.test(place + local))
      throw p.fail(`can't pickle global identifier '${module}.${name}' using pickle protocol ${w.protocol}`);
    w.op(op);
    const text = new TextEncoder().encode(`${place}\n${local}\n`);
    w.room(text.length);
    w.out.set(text, w.n);
    w.n += text.length;
  }

  /** Writes an instance of an unknown class as it was read. */
  instance(p: Pickling, value: PyObject): void {
    const r = reduceObject(value);
    const by = value.rare?.by;
    if (by === "instance") this.reduce(p, value, r, true);
    else this.reduce(p, value, by === undefined ? r : reconstruction(r, by, p.w.protocol));
  }

  /** Writes what `__reduce_ex__` would give, and memoizes `value` for it. */
  reduce(p: Pickling, value: object, r: Reduction, asInstance = false): void {
    const w = p.w;
    const steps: Step[] = [];
    const { stream } = r;
    // The memo would give what stands for the value, not the value.
    if (stream !== undefined) value = {};
    const op =
      (code: number): Step =>
      () =>
        w.op(code);
    if (asInstance) {
      steps.push(op(0x28));
      if (w.protocol > 0) steps.push({ save: r.func }, op(0x6f));
      else steps.push(() => this.#nameLines(p, 0x69, r.func as PyGlobal));
    } else if (r.isNew && r.kwargs && r.kwargs.size > 0) {
      if (w.protocol >= 4) steps.push({ save: r.func }, { save: r.args }, { save: r.kwargs }, op(0x92));
      else steps.push({ save: this.#partial(r) }, { save: EMPTY_TUPLE }, op(0x52));
    } else if (r.isNew && w.protocol >= 2) steps.push({ save: r.func }, { save: r.args }, op(0x81));
    else if (r.isNew && r.args.length === 0 && !(value instanceof PyObject)) {
      // As object.__reduce_ex__ does below protocol 2; of a class nobody knows, the base is not known either.
      const base = r.items ? "list" : r.pairs ? "dict" : "object";
      const content = r.items ?? r.pairs ?? null;
      steps.push({ save: RECONSTRUCTOR }, { save: tuple(r.func, new PyGlobal("builtins", base), content) }, op(0x52));
      const { items: _, pairs: __, ...rest } = r;
      r = rest;
    } else if (r.isNew) steps.push({ save: NEWOBJ }, { save: withFirst(r.func, r.args) }, op(0x52));
    else steps.push({ save: r.func }, { save: r.args }, op(0x52));
    steps.push(() => {
      const slot = p.memo.find(value);
      if (slot >= 0) {
        w.op(0x30);
        w.get(slot);
      } else p.memoize(value);
    });
    if (r.items && r.items.length > 0) {
      const items = r.items;
      steps.push(() => p.openList(items));
    }
    if (r.pairs && r.pairs.size > 0) {
      const pairs = r.pairs;
      steps.push(() => p.openDict(pairs));
    }
    if (r.state !== undefined) {
      if (r.stateSetter !== undefined) {
        steps.push({ save: r.stateSetter }, { save: value }, { save: r.state }, op(0x86), op(0x52), op(0x30));
      } else steps.push({ save: r.state }, op(0x62));
    }
    if (stream !== undefined) {
      steps.push(() => {
        w.closeFrame();
        writeRaw(w, stream(offsetOf(w)));
      });
    }
    p.plan(steps, value);
  }

  /** `functools.partial(cls.__new__, cls, *args, **kwargs)`: keyword arguments before protocol 4. */
  #partial(r: Reduction): PyObject {
    const cls = r.func as PyGlobal;
    const maker = new PyGlobal(cls.module, `${cls.name}.__new__`);
    const partial = new PyObject(PARTIAL, tuple(maker), "call");
    partial.rare = { state: tuple(maker, withFirst(cls, r.args), r.kwargs, null) };
    return partial;
  }
}

/** The reduction of an instance of an unknown class: what it was read from, its attributes as they are now. */
export function reduceObject(value: PyObject): Reduction {
  const { rare, a } = value;
  let state = rare?.state;
  if (state === undefined && a !== null) {
    const names = rare?.slots?.names;
    if (names === null) state = tuple(null, a);
    else if (rare?.slots) {
      const dict = new PyDict();
      const slots = new PyDict();
      let i = 0;
      for (const [key, item] of a) {
        const target = names?.has(key) ? slots : dict;
        target.set(key, item);
        if (a.isFloat(i++)) target.setFloat(target.k.find(key), true);
      }
      state = tuple(rare.slots.dict || dict.size > 0 ? dict : null, slots);
    } else if (a.size > 0) state = a;
  }
  const reduction: Reduction = { func: value.cls, args: value.args, isNew: value.how === "new" };
  if (rare?.kwargs) reduction.kwargs = rare.kwargs;
  if (state !== undefined) reduction.state = state;
  if (rare?.setter !== undefined) reduction.stateSetter = rare.setter;
  if (rare?.items) reduction.items = rare.items;
  if (rare?.pairs) reduction.pairs = rare.pairs;
  return reduction;
}

/** An instance as `copyreg._reconstructor(cls, base, content)` makes it. */
function reconstruction(r: Reduction, base: PyGlobal, protocol: number): Reduction {
  const { func, args, items, pairs, isNew: _, ...rest } = r;
  const builtin = args.length === 0 && /^(builtins|__builtin__)$/.test(base.module) ? base.name : "";
  // Lists and dicts may hold themselves, and be filled when they are made, from protocol 2 on.
  if (protocol >= 2 && (builtin === "list" || builtin === "dict")) return r;
  const made: Reduction = { ...rest, func: RECONSTRUCTOR, args: withFirst(func, withFirst(base, args)) };
  if (builtin === "list") return { ...made, args: tuple(func, base, items ?? []) };
  if (builtin === "dict") return { ...made, args: tuple(func, base, pairs ?? new PyDict()) };
  if (args.length === 0) made.args = tuple(func, base, null);
  if (items) made.items = items;
  if (pairs) made.pairs = pairs;
  return made;
}

/** `(first, *rest)`, the float memory of `rest` moved along. */
function withFirst(first: unknown, rest: PyTuple): PyTuple {
  const items = [first, ...rest];
  const at = rest.flatMap((_, i) => (isFloatAt(rest, i) ? [i + 1] : []));
  return tupleFrom(items, at.length > 0 ? { at, values: at.map((i) => items[i] as number) } : 0);
}

/** A plain object: neither an iterator nor a namespace such as `Math`, which have `Object` as a constructor, too. */
function isPlain(value: object, kind: unknown): boolean {
  if (kind !== Object) return Object.getPrototypeOf(value) === null;
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** A dict or set of keys that JavaScript may have and Python not. */
function hashed<T>(p: Pickling, make: () => T): T {
  try {
    return make();
  } catch (e) {
    if (e instanceof TypeError) throw p.fail(`${e.message}: no key of a dict or set in Python, a tuple may be`, e);
    throw e;
  }
}

/** Why a value cannot be saved, and what to do about it. */
function unsaved(value: object | symbol): string {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  const name = typeof value === "object" ? value.constructor?.name : "";
  const kind = typeof value === "object" ? (name === "" || name === "Object" ? tag : (name ?? "object")) : typeof value;
  if (kind === "function") {
    const { name } = value as unknown as { name?: string };
    if (/^class\b/.test(String(value))) {
      return `cannot pickle the class ${name || "(anonymous)"}: register it by defineClass, or drop the field`;
    }
    return `cannot pickle the function ${name || "(anonymous)"}: register it by defineFunction, or drop the field`;
  }
  if (kind === "symbol") return "cannot pickle a symbol: drop the field";
  if (kind === "Promise") return "cannot pickle a Promise: await it first, or drop the field";
  if (/^Weak(Map|Set|Ref)$/.test(kind)) return `cannot pickle a ${kind}: nobody holds what it names; drop the field`;
  if (/Iterator|Generator/.test(kind))
    return `cannot pickle ${/^[AEIOU]/.test(kind) ? "an" : "a"} ${kind}: gather what it gives in an array`;
  if (ArrayBuffer.isView(value)) {
    return `cannot pickle a ${kind}: take dumps of "brine", or the pack of "brine/numpy", for which it is an ndarray`;
  }
  if (/Socket|Server|Stream|Handle|Client|Connection|Pool|Worker/.test(kind)) {
    return `cannot pickle a ${kind}: it lives only in this process; drop the field and reconnect after load, or give a reducer`;
  }
  return `cannot pickle an instance of ${kind}: register the class by defineClass, or give a reducer (dispatchTable, reducerOverride)`;
}
