/**
 * A program's own classes and functions, in both directions.
 *
 * @module
 */
import { definePack, type GlobalEntry, type Pack, type PackContext, type Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { EMPTY_TUPLE, isFloatAt, isTuple, Mark, type PyTuple, tuple } from "../../core/values/tuple.ts";
import { addFloats } from "./read/build.ts";

// biome-ignore lint/suspicious/noExplicitAny: constructors are never called, so what they take is of no interest
type Constructed<T> = abstract new (...args: any[]) => T;

/** A class whose instances come back; its constructor is not run. */
export type JSClass<T = unknown> = Constructed<T> & {
  /** Makes an instance of what Python gives to `__new__`, instead of an empty one. */
  // biome-ignore lint/suspicious/noExplicitAny: what the class makes of the arguments is its own
  fromPython?: (args: PyTuple, kwargs: PyDict | null) => any;
};

/** What {@link defineClass} is told. */
export interface ClassSpec<T> {
  /** `"module.Name"`, or a `PyGlobal` for a class inside a class. */
  python: string | PyGlobal;
  js: JSClass<T>;
  /** Further names under which old pickles know the class. */
  aliases?: readonly string[];
  /** What Python's `__getstate__` would give; own enumerable properties unless given. */
  getState?: (instance: T) => unknown;
  /** What Python's `__getnewargs__` would give; the arguments that were loaded unless given. */
  getArgs?: (instance: T) => PyTuple;
  /** What Python's `__setstate__` would do; attributes become own properties unless given. */
  setState?: (instance: T, state: unknown) => void;
  /** JavaScript property to Python attribute, where the names differ. */
  fields?: Readonly<Record<string, string>>;
}

/** What an instance's pickle said that its properties cannot. */
interface Memory {
  args: PyTuple;
  kwargs: PyDict | null;
  called: boolean;
  /** Properties that were integral floats, and their values then. */
  floats: Map<string, number> | null;
  slots: Set<string> | null;
  hadDict: boolean;
}

const RECONSTRUCTOR = /* @__PURE__ */ new PyGlobal("copyreg", "_reconstructor");

/** `"module.name"` as a global. */
function nameOf(python: string | PyGlobal): PyGlobal {
  if (python instanceof PyGlobal) return python;
  const dot = python.lastIndexOf(".");
  if (dot < 1) throw new TypeError(`expected "module.name", got ${JSON.stringify(python)}`);
  return new PyGlobal(python.slice(0, dot), python.slice(dot + 1));
}

/**
 * Teaches `loads` and `dumps` a class: instances come back with the class's prototype and their attributes as own
 * properties, without the constructor running (so fields with `#` are missing: give the class a static `fromPython`).
 *
 * A class that extends `Array`, `Map` or `PyDict` takes the items of a Python `list` or `dict` subclass. Throws
 * `TypeError` for a name without a module.
 *
 * @example
 * ```ts
 * const person = defineClass({ python: "app.Person", js: Person, aliases: ["old.Person"] });
 * loads(bytes, { classes: [person] }) instanceof Person; // true
 * dumps(new Person("Ada"), { classes: [person] });
 * ```
 */
export function defineClass<T extends object>(spec: ClassSpec<T>): Pack {
  const { js, getArgs, getState, setState, fields = {} } = spec;
  const name = nameOf(spec.python);
  const memories = new WeakMap<object, Memory>();
  const toJS = new Map(Object.entries(fields).map(([property, attribute]) => [attribute, property]));
  const toPython = new Map(Object.entries(fields));
  const proto = js.prototype as object;
  // biome-ignore lint/suspicious/useIsArray: the prototype of an array class is no array itself
  const isList = proto instanceof Array;
  const isMap = proto instanceof Map;
  const isDict = proto instanceof PyDict;
  const own = new Set(isDict ? Object.keys(new PyDict()) : []);

  const make = (args: PyTuple, kwargs: PyDict | null, called: boolean): object => {
    const empty = isList ? [] : isMap ? new Map() : isDict ? new PyDict() : {};
    const made = js.fromPython ? (js.fromPython(args, kwargs) as object) : Object.setPrototypeOf(empty, proto);
    if (typeof made === "object" && made !== null) {
      memories.set(made, { args, kwargs, called, floats: null, slots: null, hadDict: false });
    }
    return made;
  };

  const assign = (target: object, attributes: PyDict, memory: Memory | undefined, slots: boolean): void => {
    let position = 0;
    for (const [attribute, value] of attributes) {
      if (typeof attribute !== "string") throw new TypeError("an attribute's name is no string");
      const key = toJS.get(attribute) ?? attribute;
      if (own.has(key) || (isList && /^(\d+|length)$/.test(key))) {
        throw new TypeError(`attribute ${key} has no place on this class: rename it by fields, or give setState`);
      }
      // Defined, never assigned: neither a setter nor `__proto__` may see what a file says.
      Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
      if (memory) {
        if (attributes.isFloat(position)) (memory.floats ??= new Map()).set(key, value as number);
        if (slots) (memory.slots ??= new Set()).add(key);
        else memory.hadDict = true;
      }
      position++;
    }
  };

  const entry: GlobalEntry = {
    value: js,
    name,
    create: (args, kwargs) => make(args, kwargs, false),
    call: (args) => make(args, null, true),
    setState(target, state) {
      const instance = target as T;
      const memory = memories.get(instance);
      if (setState) setState(instance, state);
      else if (state instanceof PyDict) assign(instance, state, memory, false);
      else if (isTuple(state) && state.length === 2 && state.every((part) => part === null || part instanceof PyDict)) {
        const [dict, slots] = state as readonly (PyDict | null)[];
        if (dict) assign(instance, dict, memory, false);
        if (slots) assign(instance, slots, memory, true);
      } else if (state !== null) throw new TypeError("the state is no dict of attributes: give defineClass a setState");
      return undefined;
    },
  };
  if (isList) entry.extend = (target, items) => extend(target as unknown[], items);
  if (isMap || isDict) entry.update = (target, pairs) => update(target as PyDict, pairs);

  const stateOf = (instance: T, memory: Memory | undefined): unknown => {
    if (getState) return getState(instance);
    const dict = new PyDict();
    const slots = new PyDict();
    for (const key of Object.keys(instance)) {
      if (own.has(key) || (isList && /^\d+$/.test(key))) continue;
      const value = (instance as Record<string, unknown>)[key];
      const into = memory?.slots?.has(key) ? slots : dict;
      into.set(toPython.get(key) ?? key, value);
      if (typeof value === "number" && Object.is(memory?.floats?.get(key), value))
        into.setFloat(into.v.length - 1, true);
    }
    if (slots.size > 0) return tuple(dict.size > 0 || memory?.hadDict ? dict : null, slots);
    return dict.size > 0 ? dict : undefined;
  };

  const reduce = (instance: T, context: PackContext): Reduction => {
    const memory = memories.get(instance);
    const reduction: Reduction = {
      func: js,
      args: getArgs?.(instance) ?? memory?.args ?? EMPTY_TUPLE,
      isNew: !memory?.called,
    };
    if (memory?.kwargs) reduction.kwargs = memory.kwargs;
    const state = stateOf(instance, memory);
    if (state !== undefined) reduction.state = state;
    if (isList) reduction.items = plainList(instance as unknown as unknown[]);
    if (isDict) reduction.pairs = instance as unknown as PyDict;
    if (isMap) reduction.pairs = new PyDict(instance as unknown as Map<unknown, unknown>);
    if ((isList || isDict || isMap) && reduction.isNew && context.protocol < 2) {
      // `object.__new__` refuses a list or dict: before protocol 2 the base is named and given its items.
      const dict = new PyDict();
      if (reduction.pairs) update(dict, reduction.pairs);
      const base = new PyGlobal("builtins", isList ? "list" : "dict");
      const { items = dict, state: rest } = reduction;
      const plain: Reduction = { func: RECONSTRUCTOR, args: tuple(js, base, items) };
      return rest === undefined ? plain : { ...plain, state: rest };
    }
    return reduction;
  };

  const names = [`${name.module}.${name.name}`, ...(spec.aliases ?? [])];
  return definePack({
    name: names[0] as string,
    globals: new Map(names.map((full) => [full, entry])),
    reducers: [[js, reduce]],
  });
}

/** What {@link defineFunction} is told. */
export interface FunctionSpec {
  /** `"module.name"`, or a `PyGlobal` for a method of a class. */
  python: string | PyGlobal;
  // biome-ignore lint/suspicious/noExplicitAny: any function
  js: (...args: any[]) => unknown;
  aliases?: readonly string[];
}

/**
 * Teaches `loads` and `dumps` a function by name: a reference to it comes back as `js` and is dumped as its name. A
 * file never calls it; a call in a pickle stays an inert `PyObject`.
 *
 * @example
 * ```ts
 * loads(bytes, { classes: [defineFunction({ python: "app.relu", js: relu })] });
 * ```
 */
export function defineFunction({ python, js, aliases = [] }: FunctionSpec): Pack {
  const global = nameOf(python);
  const entry: GlobalEntry = { value: js, name: global, call: (args) => new PyObject(global, args, "call") };
  const full = `${global.module}.${global.name}`;
  return definePack({ name: full, globals: new Map([full, ...aliases].map((known) => [known, entry])) });
}

/** Appends items with what is remembered of their floats. */
function extend(list: unknown[], items: readonly unknown[]): void {
  const floats = Mark.floats(items);
  const start = list.length;
  for (const item of items) list.push(item);
  if (typeof floats === "object") addFloats(list, start, floats);
}

/** A plain list of the items, with what is remembered of their floats. */
function plainList(source: readonly unknown[]): unknown[] {
  const list = Array.from(source);
  const at = list.flatMap((_, i) => (isFloatAt(source, i) ? [i] : []));
  if (at.length) Mark.setFloats(list, { at, values: at.map((i) => list[i] as number) });
  return list;
}

function update(target: PyDict, pairs: PyDict): void {
  let position = 0;
  for (const [key, value] of pairs) {
    target.set(key, value);
    if (target instanceof PyDict && pairs.isFloat(position)) target.setFloat(target.k.find(key), true);
    position++;
  }
}
