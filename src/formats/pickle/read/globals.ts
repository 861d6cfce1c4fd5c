/**
 * Names in a pickle and what may be done with them: the only door between a file and the packs.
 *
 * @module
 */
import { BrineError, LimitError, UnsafeError } from "../../../core/errors.ts";
import type { GlobalEntry, Pack, PackContext } from "../../../core/pack.ts";
import { PyDict } from "../../../core/values/dict.ts";
import { PyObject } from "../../../core/values/object.ts";
import { PyFloat, PyGlobal } from "../../../core/values/scalars.ts";
import { EMPTY_TUPLE, isFloatAt, isTuple, Mark, type PyTuple, tupleFrom } from "../../../core/values/tuple.ts";
import { toPython3 } from "../compat.ts";
import type { LoadOptions } from "../options.ts";
import { addFloats } from "./build.ts";
import { MAX_DIGITS } from "./numbers.ts";
import type { State } from "./state.ts";

/** A global of one load, with its pack entry. */
class KnownGlobal extends PyGlobal {
  readonly entry: GlobalEntry | null;
  constructor(module: string, name: string, entry: GlobalEntry | null) {
    super(module, name);
    this.entry = entry;
  }
}

/** A name that a hook hands on: the packs and the policy say what it stands for. */
export class PassedName extends PyGlobal {}

/** Resolves names and rebuilds instances for one load. */
export class Globals implements PackContext {
  readonly encoding: string;
  readonly errors: string;
  readonly bigints: boolean;
  readonly maxDigits: number;
  readonly maxKeyNodes: number | undefined;
  readonly maxAlloc: number | undefined;
  protocol = 0;
  owned = false;
  #options: LoadOptions;
  #packs: readonly Pack[];
  #found: Map<string, Map<string, unknown>> | null = null;
  #entries: Map<unknown, GlobalEntry> | null = null;
  #buffers: Iterator<unknown> | null = null;

  constructor(options: LoadOptions, packs: readonly Pack[]) {
    this.#options = options;
    this.#packs =
      options.classes || options.packs ? [...(options.classes ?? []), ...(options.packs ?? []), ...packs] : packs;
    const codec = options.encoding ?? "ASCII";
    this.encoding = codec;
    this.errors = options.errors ?? "strict";
    this.bigints = options.ints === "bigint";
    this.maxDigits = options.limits?.maxDigits ?? MAX_DIGITS;
    this.maxKeyNodes = options.limits?.maxKeyNodes;
    this.maxAlloc = options.limits?.maxAlloc;
    if (options.buffers) this.#buffers = options.buffers[Symbol.iterator]();
  }

  /** Has a name been resolved? Without, the resolver is as good as new. */
  get used(): boolean {
    return this.#found !== null;
  }

  /** What a name stands for. */
  find(m: State, module: string, name: string): unknown {
    const ofModule = this.#found?.get(module);
    const old = m.proto < 3 && this.#options.fixImports !== false;
    const key = old ? `${name}\n` : name;
    const known = ofModule?.get(key);
    if (known !== undefined) return known;
    this.protocol = m.proto;
    const value = this.#resolve(m, module, name, old);
    if (ofModule) ofModule.set(key, value);
    else (this.#found ??= new Map()).set(module, new Map([[key, value]]));
    return value;
  }

  #resolve(m: State, module: string, name: string, old: boolean): unknown {
    let given: unknown;
    if (this.#options.findClass) {
      given = this.#guard(m, () => this.#options.findClass?.(module, name));
      if (given instanceof PyGlobal) ({ module, name } = given);
      else if (given !== undefined) {
        this.#registered(given);
        return given;
      }
    }
    if (old) [module, name] = toPython3(module, name);
    [module, name] = this.#renamed(module, name);
    const full = `${module}.${name}`;
    for (const pack of this.#packs) {
      const entry = pack.globals.get(full);
      if (entry === undefined) continue;
      if (entry.value === undefined) return new KnownGlobal(module, name, entry);
      (this.#entries ??= new Map()).set(entry.value, entry);
      return entry.value;
    }
    // A name of the hook's own choice is allowed by the choice.
    if (given instanceof PyGlobal && !(given instanceof PassedName)) return given;
    const policy = this.#options.globals ?? "inert";
    if (policy !== "inert" && !(Array.isArray(policy) && policy.includes(full)) && !INTERPRETED.has(full)) {
      throw new UnsafeError(full, `${full} is not allowed here`, { offset: m.base + m.pos, format: "pickle" });
    }
    return new KnownGlobal(module, name, null);
  }

  /** Looks a class or function up that a hook gave: how it is made its pack says. */
  #registered(value: unknown): void {
    for (const pack of this.#packs) {
      for (const entry of pack.globals.values()) {
        if (entry.value !== value) continue;
        (this.#entries ??= new Map()).set(value, entry);
        return;
      }
    }
  }

  #renamed(module: string, name: string): [string, string] {
    const renames = this.#options.renames;
    if (renames === undefined) return [module, name];
    const full = `${module}.${name}`;
    if (Object.hasOwn(renames, full)) {
      const to = renames[full] as string;
      const dot = to.lastIndexOf(".");
      return dot < 0 ? [module, to] : [to.slice(0, dot), to.slice(dot + 1)];
    }
    for (let end = module.length; end > 0; end = module.lastIndexOf(".", end - 1)) {
      const head = module.slice(0, end);
      if (Object.hasOwn(renames, head)) return [renames[head] + module.slice(end), name];
    }
    return [module, name];
  }

  extension(m: State, code: number): unknown {
    if (code <= 0) throw m.fail("EXT specifies code <= 0");
    const table = this.#options.extensions;
    const named =
      table instanceof Map ? table.get(code) : table && (table as Record<number, readonly [string, string]>)[code];
    if (!named) throw m.fail(`unregistered extension code ${code}: pass it in the extensions option`);
    return this.find(m, named[0], named[1]);
  }

  persistent(m: State, id: unknown): unknown {
    const resolve = this.#options.persistentLoad;
    if (!resolve) throw m.fail("a persistent id was met: pass the persistentLoad option");
    return this.#guard(m, () => resolve(id)) ?? null;
  }

  nextBuffer(m: State): unknown {
    if (this.#buffers === null) throw m.fail("the pickle refers to out-of-band data: pass the buffers option");
    const { done, value } = this.#buffers.next();
    if (done) throw m.fail("not enough out-of-band buffers");
    return value;
  }

  /** REDUCE. */
  reduce(m: State, func: unknown, args: unknown): unknown {
    if (!isTuple(args)) throw m.fail("argument list must be a tuple");
    this.protocol = m.proto;
    if (func instanceof PyGlobal) {
      if (func.module === "copyreg") {
        const made = this.#copyreg(m, func.name, args);
        if (made !== undefined) return made;
      }
      const entry = func instanceof KnownGlobal ? func.entry : this.#entries?.get(func);
      if (entry) return this.#called(m, func, entry, args);
      return new PyObject(func, args, "call");
    }
    if (func instanceof PyObject) return new PyObject(func, args, "call");
    const entry = this.#entries?.get(func);
    if (entry) return this.#called(m, func, entry, args);
    const operator = (typeof func === "object" ? func : null) as { callOperator?: (args: PyTuple) => unknown } | null;
    const bound = operator?.callOperator && this.#guard(m, () => operator.callOperator?.(args));
    if (bound !== undefined) return bound;
    const partial = newFromPartial(func);
    if (partial !== null) return this.make(m, partial.cls, partial.args, partial.kwargs);
    // What a partial or an operator would give only Python knows; nothing else that is no name can be called.
    if (operator?.callOperator === undefined) throw m.fail(notCalled(func, "the object to be called is not callable"));
    return new PyObject(func as PyObject, args, "call");
  }

  /** NEWOBJ and NEWOBJ_EX. */
  make(m: State, cls: unknown, args: unknown, kwargs: PyDict | null): unknown {
    if (!isTuple(args)) throw m.fail(`${kwargs ? "NEWOBJ_EX" : "NEWOBJ"} expected an arg tuple`);
    this.protocol = m.proto;
    const entry = cls instanceof KnownGlobal ? cls.entry : this.#entries?.get(cls);
    if (entry?.create || entry?.call) {
      const value = this.#guard(m, () => (entry.create ? entry.create(args, kwargs, this) : entry.call?.(args, this)));
      if (value !== undefined) return this.#remember(entry, value);
    }
    // What a call gave may be a class; an instance is none.
    if (!(cls instanceof PyGlobal) && !(cls instanceof PyObject && cls.how === "call"))
      throw m.fail(notCalled(cls, "NEWOBJ class argument must be a type"));
    const made = new PyObject(cls, args, "new");
    if (kwargs !== null && kwargs.size > 0) made.rare = { kwargs };
    return made;
  }

  /** INST and OBJ: a class of Python 2 without arguments is made, with arguments called. */
  instantiate(m: State, cls: unknown, args: PyTuple): unknown {
    if (args.length > 0 || !(cls instanceof KnownGlobal) || cls.entry !== null) return this.reduce(m, cls, args);
    const made = this.make(m, cls, args, null);
    if (made instanceof PyObject) made.rare = { by: "instance" };
    return made;
  }

  /** BUILD; returns the instance, or what takes its place. */
  build(m: State, target: unknown, state: unknown, isFloat: boolean): unknown {
    this.protocol = m.proto;
    if (target instanceof PyObject) {
      setState(target, isFloat ? new PyFloat(state as number) : state);
      return target;
    }
    const entry = this.#entryOf(target);
    const setter = entry?.setState;
    if (setter === undefined) {
      // What a caller's hook made is the caller's; null stands for a state that says nothing.
      if (state === null) return target;
      throw m.fail(`cannot set the state of ${typeof target === "object" ? "this value" : typeof target}`);
    }
    const given = this.#guard(m, () => setter(target, state, this));
    return given === undefined ? target : given;
  }

  /**
   * POP of a call whose result nobody wants: `setter(instance, state)`, by which a six-part reduction sets the state.
   */
  discard(result: unknown): void {
    if (!(result instanceof PyObject) || result.how !== "call" || result.args.length !== 2) return;
    const [target, state] = result.args;
    if (!(target instanceof PyObject) || target.rare?.setter !== undefined) return;
    const rare = (target.rare ??= {});
    rare.setter = result.cls;
    rare.state = isFloatAt(result.args, 1) ? new PyFloat(state as number) : state;
  }

  extend(m: State, target: unknown, items: unknown[]): void {
    if (target instanceof PyObject) {
      const rare = (target.rare ??= {});
      if (rare.items === undefined) rare.items = items;
      else {
        const floats = Mark.floats(items);
        if (typeof floats === "object") addFloats(rare.items, rare.items.length, floats);
        for (const item of items) rare.items.push(item);
      }
      return;
    }
    const extend = this.#entryOf(target)?.extend;
    if (extend === undefined) throw m.fail("items are appended to a value that takes none");
    this.#guard(m, () => extend(target, items));
  }

  update(m: State, target: unknown, pairs: PyDict): void {
    if (target instanceof PyObject) {
      const rare = (target.rare ??= {});
      if (rare.pairs === undefined) rare.pairs = pairs;
      else merge(rare.pairs, pairs);
      return;
    }
    const update = this.#entryOf(target)?.update;
    if (update) this.#guard(m, () => update(target, pairs));
    else if (target instanceof PyDict) merge(target, pairs);
    else throw m.fail("items are set on a value that takes none");
  }

  #copyreg(m: State, name: string, args: PyTuple): unknown {
    const cls = args[0];
    if (name === "__newobj__") {
      if (args.length === 0) throw m.fail("copyreg.__newobj__ takes a class");
      return this.make(m, cls, rest(args, 1), null);
    }
    if (name === "__newobj_ex__") {
      if (args.length !== 3) throw m.fail(`copyreg.__newobj_ex__ takes 3 arguments, not ${args.length}`);
      if (!(args[2] instanceof PyDict)) throw m.fail("__newobj_ex__ expected a dict of keyword arguments");
      return this.make(m, cls, args[1], args[2]);
    }
    if (name !== "_reconstructor") return undefined;
    if (args.length !== 3) throw m.fail(`copyreg._reconstructor takes 3 arguments, not ${args.length}`);
    const base = args[1];
    if (!(base instanceof PyGlobal)) return undefined;
    const state = args[2];
    const builtin = base.module === "builtins" || base.module === "__builtin__" ? base.name : "";
    const isList = builtin === "list" && Array.isArray(state);
    const isDict = builtin === "dict" && state instanceof PyDict;
    const made = this.make(m, cls, builtin === "object" || isList || isDict ? EMPTY_TUPLE : rest(args, 2), null);
    if (isList && state.length > 0) this.extend(m, made, state);
    if (isDict && state.size > 0) this.update(m, made, state);
    if (made instanceof PyObject) (made.rare ??= {}).by = base;
    return made;
  }

  #called(m: State, func: unknown, entry: GlobalEntry, args: PyTuple): unknown {
    if (entry.call) {
      const call = entry.call;
      const made = this.#guard(m, () => call(args, this));
      // An entry that cannot make sense of its arguments leaves the call inert.
      if (made === undefined) return new PyObject(func as PyGlobal, args, "call");
      // getattr gives a name, and names are known by their packs.
      if (made instanceof PyGlobal && !(made instanceof KnownGlobal))
        return this.#resolve(m, made.module, made.name, false);
      return this.#remember(entry, made);
    }
    if (entry.create) {
      const create = entry.create;
      const value = this.#guard(m, () => create(args, null, this));
      if (value !== undefined) return this.#remember(entry, value);
    }
    return new PyObject(func as PyGlobal, args, "call");
  }

  #remember(entry: GlobalEntry, made: unknown): unknown {
    if (typeof made === "object" && made !== null) {
      const kind = kindOf(made);
      if (kind !== undefined && (entry.setState || entry.extend || entry.update))
        (this.#entries ??= new Map()).set(kind, entry);
    }
    return made;
  }

  #entryOf(target: unknown): GlobalEntry | undefined {
    if (typeof target !== "object" || target === null) return undefined;
    return this.#entries?.get(kindOf(target));
  }

  #guard<T>(m: State, run: () => T): T {
    try {
      return run();
    } catch (e) {
      if (e instanceof LimitError || (e instanceof BrineError && e.offset !== undefined)) throw e;
      throw m.fail(e instanceof Error ? e.message : String(e), e);
    }
  }
}

/** The class of an instance, whatever an attribute `constructor` says. */
function kindOf(value: object): unknown {
  return (Object.getPrototypeOf(value) as object | null)?.constructor;
}

/** Names that are interpreted, not called, and so pass every policy. */
const INTERPRETED: ReadonlySet<string> = new Set([
  "copyreg._reconstructor",
  "copyreg.__newobj__",
  "copyreg.__newobj_ex__",
  "builtins.object",
]);

function rest(args: PyTuple, from: number): PyTuple {
  const items = args.slice(from);
  const floats = Mark.floats(args);
  if (typeof floats === "number") return tupleFrom(items, floats >> from);
  const at = items.flatMap((_, i) => (isFloatAt(args, i + from) ? [i] : []));
  return tupleFrom(items, { at, values: at.map((i) => items[i] as number) });
}

function merge(target: PyDict, pairs: PyDict): void {
  let position = 0;
  for (const [key, value] of pairs) {
    target.set(key, value);
    if (pairs.isFloat(position++)) target.setFloat(target.k.find(key), true);
  }
}

/** `functools.partial(cls.__new__, cls, *args, **kwargs)`, by which protocols 2 and 3 write NEWOBJ_EX. */
function newFromPartial(func: unknown): { cls: PyGlobal; args: PyTuple; kwargs: PyDict | null } | null {
  const { func: inner, args, kwargs } = (func ?? {}) as { func?: unknown; args?: unknown; kwargs?: unknown };
  if (!(inner instanceof PyGlobal) || !isTuple(args) || !inner.name.endsWith(".__new__")) return null;
  const cls = args[0];
  // `__new__` may be a base's: what counts is the class it is to make.
  if (!(cls instanceof PyGlobal)) return null;
  return { cls, args: rest(args, 1), kwargs: kwargs instanceof PyDict && kwargs.size > 0 ? kwargs : null };
}

/** Every attribute is a slot; one object serves all such instances. */
const ALL_SLOTS = { dict: false, names: null };

/** State of an unknown class: a dict of attributes, `(dict, slots)`, or anything for a `__setstate__` of its own. */
function setState(target: PyObject, state: unknown): void {
  if (state instanceof PyDict && state.constructor === PyDict) {
    if (target.a === null) target.a = state;
    else if (target.a !== state) merge(target.a, state);
    return;
  }
  if (
    isTuple(state) &&
    state.length === 2 &&
    state[1] instanceof PyDict &&
    (state[0] === null || state[0] instanceof PyDict)
  ) {
    const [dict, slots] = state as [PyDict | null, PyDict];
    const before = target.rare?.slots;
    if (target.a === null && dict === null && before === undefined) {
      target.a = slots;
      if (target.rare === null) target.rare = { slots: ALL_SLOTS };
      else target.rare.slots = ALL_SLOTS;
      return;
    }
    const names = new Set<unknown>(before?.names ?? (before && target.a ? [...target.a.keys()] : []));
    for (const key of slots.keys()) names.add(key);
    (target.rare ??= {}).slots = { dict: dict !== null || before?.dict === true, names };
    target.a ??= new PyDict();
    if (dict !== null) merge(target.a, dict);
    merge(target.a, slots);
    return;
  }
  (target.rare ??= {}).state = state;
}

/** Why a value is not called; a function of JavaScript can only come from a hook. */
function notCalled(value: unknown, reason: string): string {
  if (typeof value !== "function") return reason;
  return `findClass gave ${value.name || "a function"}, which is not registered: pass it by defineClass or defineFunction`;
}
