/**
 * Packs: how classes come back, and how they are written.
 *
 * A file's name reaches only the tables of packs; nothing named in a file is ever looked up anywhere else or called.
 *
 * @module
 */
import type { Parse } from "./bytes/parse.ts";
import type { PyDict } from "./values/dict.ts";
import { PyGlobal } from "./values/scalars.ts";
import type { PyTuple } from "./values/tuple.ts";

/** What a pack may ask while it rebuilds or reduces a value. */
export interface PackContext {
  /** Protocol of the stream (0 to 5). */
  readonly protocol: number;
  /** The `ints` option: every int is a bigint. */
  readonly bigints: boolean;
  /** The `limits.maxKeyNodes` option, when there is one. */
  readonly maxKeyNodes?: number | undefined;
  /** Bytes in the stream are memory of the values' own, no views of what the caller gave. */
  readonly owned?: boolean | undefined;
}

/**
 * How one Python name is rebuilt. Entries check what they are given: any `Error` they throw becomes an
 * `UnpicklingError` with the offset.
 */
export interface GlobalEntry {
  /** What the name itself stands for, where that is not a plain `PyGlobal` (a constant, a registered class). */
  value?: unknown;
  /** Under which name a dump refers to the value; for a class inside a class, whose module the dots do not tell. */
  name?: PyGlobal;
  /** `name(*args)`: REDUCE, INST, OBJ. Falls back to `create`. */
  call?(args: PyTuple, context: PackContext): unknown;
  /** `name.__new__(name, *args, **kwargs)`: NEWOBJ, NEWOBJ_EX and `copyreg` forms. Falls back to `call`. */
  create?(args: PyTuple, kwargs: PyDict | null, context: PackContext): unknown;
  /** `value.__setstate__(state)`: BUILD. A value that is returned takes the instance's place. */
  setState?(value: unknown, state: unknown, context: PackContext): unknown;
  /** `value.extend(items)`: APPEND, APPENDS; `items` carries its float memory. */
  extend?(value: unknown, items: unknown[]): void;
  /** `value[key] = item` for each: SETITEM, SETITEMS. */
  update?(value: unknown, items: PyDict): void;
}

/** The name of a class that is made in C: Python makes its text anew, so it shares no memo slot with equal text. */
export class StaticGlobal extends PyGlobal {}

/** What a {@link StreamValue} may use while it is read. */
export interface StreamContext extends PackContext {
  /** The bytes that are asked for come in memory of their own. */
  readonly owned: boolean;
  /** Or they are views of the caller's input, which the value may keep but not change. */
  readonly share: boolean;
  /** Reads the pickle that begins at an offset, under the same policy. */
  pickle(at: number): Parse<{ value: unknown; end: number }>;
  /** Reads a pickle in bytes of their own. */
  loads(bytes: Uint8Array): unknown;
}

/**
 * A value that `setState` gives when its bytes stand in the stream right behind the pickle's opcode, outside of the
 * pickle's own language. `parse` begins at the offset behind the opcode, and ends in the value and the offset at which
 * the pickle goes on.
 */
export class StreamValue {
  readonly parse: (at: number, context: StreamContext) => Parse<{ value: unknown; end: number }>;
  constructor(parse: StreamValue["parse"]) {
    this.parse = parse;
  }
}

/** What Python's `__reduce_ex__` would return for a value. */
export interface Reduction {
  /** The callable: a name, or a value that is dumped by reference. */
  func: PyGlobal | unknown;
  args: PyTuple;
  /** `func` is a class to be made by `__new__(*args)` (NEWOBJ), not called. */
  isNew?: boolean;
  kwargs?: PyDict;
  state?: unknown;
  items?: readonly unknown[];
  pairs?: PyDict;
  stateSetter?: unknown;
  /**
   * Bytes that stand in the stream right behind the opcode that sets the state, outside of frames: what a
   * {@link StreamValue} reads. `at` is the offset at which they begin. Such a value is written again wherever it is met.
   */
  stream?: (at: number) => readonly Uint8Array[];
}

/** Reduces a value: a reduction, or a name under which the value is found in Python. */
export type Reducer<T = never> = (value: T, context: PackContext) => Reduction | PyGlobal;

/** One family of classes, both directions. */
export interface Pack {
  readonly name: string;
  /** `"module.name"` (a qualified name may hold dots) to how it is rebuilt. */
  readonly globals: ReadonlyMap<string, GlobalEntry>;
  /** JavaScript classes (as constructors) to how they are reduced; exact class, no inheritance. */
  readonly reducers: ReadonlyMap<unknown, Reducer>;
}

/** The forms in which a pack may be written down. */
export interface PackSpec {
  name: string;
  globals?: Readonly<Record<string, GlobalEntry>> | ReadonlyMap<string, GlobalEntry>;
  // biome-ignore lint/suspicious/noExplicitAny: a table of reducers of different classes
  reducers?: Iterable<readonly [unknown, Reducer<any>]>;
}

/**
 * Makes a pack from tables of names and reducers.
 *
 * @example
 * ```ts
 * const colors = definePack({
 *   name: "colors",
 *   globals: { "app.Color": { create: ([name]) => new Color(String(name)) } },
 *   reducers: [[Color, (c: Color) => ({ func: new PyGlobal("app", "Color"), args: tuple(c.name), isNew: true })]],
 * });
 * loads(bytes, { packs: [colors] });
 * ```
 */
export function definePack(spec: PackSpec): Pack {
  const globals = spec.globals instanceof Map ? spec.globals : new Map(Object.entries(spec.globals ?? {}));
  return { name: spec.name, globals, reducers: new Map(spec.reducers ?? []) as Map<unknown, Reducer> };
}
