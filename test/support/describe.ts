/**
 * The neutral description of a brine value: the TypeScript twin of `fixtures/make/describe.py`, which is the contract.
 */
import type { Reducer, Reduction } from "../../src/core/pack.ts";
import { PyDict } from "../../src/core/values/dict.ts";
import { GONE } from "../../src/core/values/keys.ts";
import { PyObject } from "../../src/core/values/object.ts";
import { PickleBuffer, PyByteArray, PyComplex, PyFloat, PyGlobal } from "../../src/core/values/scalars.ts";
import { PyFrozenSet, PySet } from "../../src/core/values/set.ts";
import { isFloatAt, isTuple } from "../../src/core/values/tuple.ts";
import * as std from "../../src/families/stdlib/index.ts";
import { reduceObject } from "../../src/formats/pickle/write/reducers.ts";
import { type Description, type Form, type FormPair, formText, type Node } from "./describe-types.ts";

/** Stands for what a persistent id resolves to in the fixtures. */
export class Pers {
  readonly id: unknown;
  constructor(id: unknown) {
    this.id = id;
  }
}

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");

function bits(value: number): string {
  if (Number.isNaN(value)) return "nan";
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return hex(bytes);
}

const TYPES: Record<string, string> = {
  None: "builtins.NoneType",
  Ellipsis: "builtins.ellipsis",
  NotImplemented: "builtins.NotImplementedType",
};

const context = { protocol: 2, bigints: false };

export function describe(root: unknown, bigints = false): Description {
  const nodes: Node[] = [];
  const seen = new Map<unknown, number>();

  const number = (value: number, isFloat: boolean): Form =>
    isFloat || bigints || !Number.isSafeInteger(value) || Object.is(value, -0)
      ? { f: bits(value) }
      : { i: String(value) };
  const list = (items: readonly unknown[]): Form[] => items.map((item, i) => form(item, isFloatAt(items, i)));
  const pairs = (dict: PyDict): FormPair[] => {
    if (!dict.k.settled) dict.settle();
    const out: FormPair[] = [];
    dict.k.keys.forEach((key, i) => {
      if (key !== GONE) out.push([form(key, dict.k.floats?.has(i) ?? false), form(dict.v[i], dict.isFloat(i))]);
    });
    return out;
  };
  const pairsOrNull = (dict: PyDict | null | undefined): FormPair[] | null =>
    dict && dict.size > 0 ? pairs(dict) : null;
  const delta = (d: { days: number; seconds: number; microseconds: number }): [number, number, number] => [
    d.days,
    d.seconds,
    d.microseconds,
  ];
  const two = (n: number, size = 2): string => String(n).padStart(size, "0");
  const clock = (t: { hour: number; minute: number; second: number; microsecond: number }): string =>
    `${two(t.hour)}:${two(t.minute)}:${two(t.second)}.${two(t.microsecond, 6)}`;
  const day = (d: { year: number; month: number; day: number }): string =>
    `${two(d.year, 4)}-${two(d.month)}-${two(d.day)}`;

  function form(value: unknown, isFloat = false): Form {
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "number") return number(value, isFloat);
    if (typeof value === "bigint") return { i: String(value) };
    if (typeof value === "string") return { s: value };
    if (value instanceof PyFloat) return { f: bits(value.value) };
    if (value instanceof PyComplex) return { c: [bits(value.re), bits(value.im)] };
    if (value === std.Ellipsis) return { x: "Ellipsis" };
    if (value === std.NotImplemented) return { x: "NotImplemented" };
    if (value instanceof std.PyConstantType)
      return { g: TYPES[value.of === null ? "None" : (value.of as std.PyConstant).name] as string };
    if (value instanceof PyGlobal)
      return { g: `${value.module === "pathlib._local" ? "pathlib" : value.module}.${value.name}` };
    if (value instanceof std.PyDate) return { date: day(value) };
    if (value instanceof std.PyTime) return { time: clock(value), fold: value.fold, tz: form(value.tzinfo) };
    if (value instanceof std.PyDateTime)
      return { datetime: `${day(value)}T${clock(value)}`, fold: value.fold, tz: form(value.tzinfo) };
    if (value instanceof std.PyTimeDelta) return { timedelta: delta(value) };
    if (value instanceof std.PyTimeZone) return { timezone: delta(value.offset), name: value.name };
    if (value instanceof std.PyZoneInfo) return { zoneinfo: value.key };
    if (value instanceof std.PyDecimal) return { decimal: value.text };
    if (value instanceof std.PyFraction) return { fraction: [String(value.numerator), String(value.denominator)] };
    if (value instanceof std.PyUUID) return { uuid: value.int.toString(16).padStart(32, "0") };
    if (value instanceof std.PyRange) return { range: [String(value.start), String(value.stop), String(value.step)] };
    if (value instanceof std.PySlice) return { slice: [form(value.start), form(value.stop), form(value.step)] };
    if (value instanceof std.PyPath) return { path: [value.kind, String(value)] };
    if (value instanceof std.PyIP) return { ip: [value.kind, String(value)] };
    if (value instanceof std.PyPattern) {
      return {
        pattern: form(value.pattern),
        flags: typeof value.pattern === "string" ? value.flags & ~32 : value.flags,
      };
    }
    if (value instanceof Uint8Array && !(value instanceof PyByteArray)) return { b: hex(value) };
    if (Array.isArray(value) && isTuple(value) && value.length === 0) return { t0: 1 };
    const known = seen.get(value);
    if (known !== undefined) return { r: known };
    const at = nodes.length;
    seen.set(value, at);
    nodes.push(null as unknown as Node);
    nodes[at] = node(value as object);
    return { r: at };
  }

  function node(value: object): Node {
    if (Array.isArray(value)) return { t: isTuple(value) ? "tuple" : "list", v: list(value) };
    if (value instanceof PySet || value instanceof PyFrozenSet) {
      value.settle();
      const keys = value.k.keys;
      const order = keys
        .flatMap((key, i) => (key === GONE ? [] : [{ key, isFloat: value.k.floats?.has(i) ?? false, text: "" }]))
        .map((entry) => ({ ...entry, text: free(entry.key, entry.isFloat, value) }))
        .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
      return {
        t: value instanceof PySet ? "set" : "frozenset",
        v: order.map(({ key, isFloat }) => form(key, isFloat)),
      };
    }
    if (value instanceof std.PyOrderedDict) return { t: "OrderedDict", v: pairs(value) };
    if (value instanceof std.PyCounter) return { t: "Counter", v: pairs(value as PyDict) };
    if (value instanceof std.PyDefaultDict) {
      return { t: "defaultdict", factory: form(value.defaultFactory), v: pairs(value) };
    }
    if (value instanceof PyDict) return { t: "dict", v: pairs(value) };
    if (value instanceof PyByteArray) return { t: "bytearray", v: hex(value) };
    if (value instanceof PickleBuffer) return { t: "buffer", v: hex(value.bytes), readonly: value.readonly };
    if (value instanceof Pers) return { t: "pers", v: form(value.id) };
    if (value instanceof std.PyDeque) return { t: "deque", maxlen: value.maxlen, v: list(value.items) };
    if (value instanceof std.PyChainMap) return { t: "ChainMap", v: list(value.maps) };
    if (value instanceof std.PySimpleNamespace) return { t: "SimpleNamespace", v: pairs(value.attrs) };
    if (value instanceof std.PyArray) return arrayNode(value);
    if (value instanceof std.PyPartial) {
      return {
        t: "partial",
        func: form(value.func),
        args: list(value.args),
        kwargs: pairs(value.kwargs),
        attrs: value.attrs ? pairs(value.attrs) : [],
      };
    }
    if (value instanceof std.PyOperator) {
      if (value.kind !== "methodcaller") return { t: value.kind, v: list(value.args) };
      return {
        t: "methodcaller",
        name: form(value.args[0]),
        args: list(value.args.slice(1)),
        kwargs: value.kwargs ? pairs(value.kwargs) : [],
      };
    }
    if (value instanceof std.PyBytesIO) return { t: "BytesIO", v: form(value.value), pos: value.position };
    if (value instanceof std.PyStringIO) return { t: "StringIO", v: form(value.value), pos: value.position };
    if (value instanceof PyObject) return instance(reduceObject(value));
    const reducer = std.stdlib.reducers.get(value.constructor) as Reducer<unknown> | undefined;
    if (reducer === undefined) return { t: "opaque", v: value.constructor.name };
    return instance(reducer(value, context) as Reduction);
  }

  function instance(r: Reduction): Node {
    const cls = form(r.func);
    const named = cls !== null && typeof cls === "object" && "g" in cls ? cls.g : formText(cls);
    const args = list(r.args);
    let kwargs: FormPair[] | null = null;
    let state: Form = null;
    kwargs = pairsOrNull(r.kwargs);
    const emptyState = r.state === null || r.state === undefined || (r.state instanceof PyDict && r.state.size === 0);
    if (!emptyState) state = form(r.state);
    const items = r.items && r.items.length > 0 ? list(r.items) : null;
    const entries = pairsOrNull(r.pairs);
    return {
      t: "obj",
      cls: named,
      new: r.isNew ? args : null,
      call: r.isNew ? null : args,
      kwargs,
      state,
      items,
      pairs: entries,
    };
  }

  function free(value: unknown, isFloat: boolean, set: object): string {
    // A description of its own, then every reference replaced by its node.
    const inner = describeWithin(value, isFloat, set, bigints);
    const open = (part: unknown, path: number[]): unknown => {
      if (Array.isArray(part)) return part.map((item) => open(item, path));
      if (typeof part !== "object" || part === null) return part;
      if ("r" in part && typeof part.r === "number") {
        if (part.r === 0 || path.includes(part.r)) return { rec: 1 };
        return open(inner.nodes[part.r], [...path, part.r]);
      }
      return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, open(item, path)]));
    };
    return formText(open(inner.root, []));
  }

  function run(): Description {
    return { root: form(root), nodes };
  }
  return run();
}

/** Describes a member of a set, the set itself being node 0. */
function describeWithin(value: unknown, isFloat: boolean, set: object, bigints: boolean): Description {
  const holder: unknown[] = [value];
  if (isFloat) holder[0] = new PyFloat(value as number);
  const whole = describeFrom(holder, set, bigints);
  return whole;
}

function describeFrom(holder: unknown[], set: object, bigints: boolean): Description {
  if (typeof holder[0] !== "object" || holder[0] === null || !reaches(holder[0], set, new Set())) {
    const inner = describe(holder[0], bigints);
    // Node 0 is kept for the set, so the numbers move by one.
    const shift = (part: unknown): unknown => {
      if (Array.isArray(part)) return part.map(shift);
      if (typeof part !== "object" || part === null) return part;
      if ("r" in part && typeof part.r === "number") return { r: part.r + 1 };
      return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, shift(item)]));
    };
    return { root: shift(inner.root) as Form, nodes: [null as unknown as Node, ...(shift(inner.nodes) as Node[])] };
  }
  // Members that lead back to the set: their text only has to be the same on both sides when there are several.
  return { root: { s: "recursive" }, nodes: [] };
}

function reaches(value: unknown, set: object, visited: Set<unknown>): boolean {
  if (value === set) return true;
  if (typeof value !== "object" || value === null || visited.has(value)) return false;
  visited.add(value);
  if (Array.isArray(value)) return value.some((item) => reaches(item, set, visited));
  if (value instanceof PyDict)
    return [...value.entries()].some(([k, v]) => reaches(k, set, visited) || reaches(v, set, visited));
  if (value instanceof PySet || value instanceof PyFrozenSet)
    return [...value.k.keys].some((item) => reaches(item, set, visited));
  if (value instanceof PyObject)
    return [...value.args, value.a, value.rare?.state].some((item) => reaches(item, set, visited));
  return false;
}

function arrayNode(value: std.PyArray): Node {
  const data = value.data as unknown;
  if (ArrayBuffer.isView(data))
    return {
      t: "array",
      typecode: value.typecode,
      v: hex(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    };
  return { t: "array", typecode: value.typecode, v: String(data) };
}
