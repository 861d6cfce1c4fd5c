/**
 * Calls of layers, as configurations of Keras 2 and 3 have them.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import type { Config } from "./layer.ts";
import type { Tensor } from "./tensor.ts";

/** A tensor in the graph: an output of one of a layer's calls. */
export interface Ref {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
}

/** Where a tensor stands among the arguments of a call: the index of its reference. */
export class Place {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
}

/** `start:stop:step` in the arguments of a call. */
export class Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number | null;
  constructor(config: Config) {
    const part = (name: string): number | null => {
      const value = config[name];
      return typeof value === "number" ? value : null;
    };
    this.start = part("start");
    this.stop = part("stop");
    this.step = part("step");
  }
}

/** `...` in the arguments of a call. */
export const ELLIPSIS: unique symbol = Symbol("ellipsis");

/** One call of a layer. */
export interface Call {
  /** All tensors that it takes. */
  readonly refs: readonly Ref[];
  /** Arguments by place and by name, tensors as {@link Place}. */
  readonly args: readonly unknown[];
  readonly kwargs: readonly (readonly [string, unknown])[];
  /** The tensors that a layer takes as its inputs, in the order of its signature. */
  readonly inputs: readonly number[];
  /** Tensors that it takes by name besides, masks: name and index. */
  readonly named: readonly (readonly [string, number])[];
  /** What else it takes by name. */
  readonly options: Config;
}

const MAX_DEPTH = 64;

export function bad(reason: string): FormatError {
  return new FormatError(reason, { format: "keras" });
}

export function isRef(value: unknown): value is [string, number, number] {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number" && value.length >= 3;
}

export function refOf(item: readonly unknown[]): Ref {
  if (!isRef(item)) throw bad("an input of a layer is no reference");
  return { layer: item[0], node: Number(item[1]), tensor: Number(item[2]) };
}

/** References of a model's inputs or outputs with the names under which it takes or gives them. */
export function refsOf(value: unknown, depth = 0): { name: string | null; ref: Ref }[] {
  if (depth > MAX_DEPTH) throw bad("references of a model are nested too deeply");
  if (isRef(value)) return [{ name: null, ref: refOf(value) }];
  if (Array.isArray(value)) return value.flatMap((item) => refsOf(item, depth + 1));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    refsOf(item, depth + 1).map((one) => ({ name: one.name ?? name, ref: one.ref })),
  );
}

/** Arguments with tensors as places; the references go into `refs`. */
function placed(value: unknown, refs: Ref[], known: ReadonlySet<string> | null, depth = 0): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) throw bad("arguments of a layer are nested too deeply");
  const add = (ref: Ref): Place => new Place(refs.push(ref) - 1);
  if (Array.isArray(value)) {
    if (known !== null && isRef(value) && known.has(value[0])) return add(refOf(value));
    return value.map((item) => placed(item, refs, known, depth + 1));
  }
  const { class_name: className, config } = value as { class_name?: unknown; config?: Config | null };
  if (typeof className === "string" && typeof config === "object" && config !== null) {
    if (className === "__keras_tensor__") return add(refOf((config["keras_history"] ?? []) as unknown[]));
    if (className === "__slice__") return new Slice(config);
    if (className === "__ellipsis__") return ELLIPSIS;
    if (className === "__tensor__" || className === "__numpy__") return config["value"];
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, placed(item, refs, known, depth + 1)] as const),
  );
}

/** All places in a tree of arguments, in order. */
export function placesIn(value: unknown, into: number[] = []): number[] {
  if (value instanceof Place) into.push(value.index);
  else if (Array.isArray(value)) for (const item of value) placesIn(item, into);
  else if (typeof value === "object" && value !== null && !(value instanceof Slice)) {
    for (const item of Object.values(value)) placesIn(item, into);
  }
  return into;
}

/** A tree of arguments with the tensors themselves. */
export function resolved(value: unknown, tensors: readonly Tensor[]): unknown {
  if (value instanceof Place) return tensors[value.index];
  if (Array.isArray(value)) return value.map((item) => resolved(item, tensors));
  if (typeof value !== "object" || value === null || value instanceof Slice) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, tensors)] as const));
}

/** Names of tensors in the order of the signatures that take them. */
const ORDER = ["inputs", "query", "value", "key", "initial_state"];

function made(refs: Ref[], args: unknown[], kwargs: [string, unknown][], names: readonly string[]): Call {
  const inputs: number[] = [];
  const named: [string, number][] = [];
  const options: [string, unknown][] = [];
  const [first] = args;
  const isRecord = typeof first === "object" && first !== null && !Array.isArray(first) && !(first instanceof Place);
  if (isRecord && names.length > 0) {
    // A model inside takes its inputs by name.
    const items = new Map(Object.entries(first));
    for (const name of names) placesIn(items.get(name), inputs);
  } else placesIn(args, inputs);
  const rank = ([key]: readonly [string, unknown]): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);
  for (const [key, value] of [...kwargs].sort((a, b) => rank(a) - rank(b))) {
    const places = placesIn(value);
    if (places.length === 0) options.push([key, value]);
    else if (/mask$/.test(key)) {
      if (value instanceof Place) named.push([key, value.index]);
    } else inputs.push(...places);
  }
  return { refs, args, kwargs, inputs, named, options: Object.fromEntries(options) };
}

/** A call of Keras 3: `{ args, kwargs }`. `names` are those of a model's inputs. */
export function modernCall(node: unknown, names: readonly string[]): Call {
  const { args, kwargs } = (node ?? {}) as { args?: unknown; kwargs?: unknown };
  const refs: Ref[] = [];
  const list = placed(Array.isArray(args) ? args : [], refs, null) as unknown[];
  const entries =
    typeof kwargs === "object" && kwargs !== null
      ? Object.entries(kwargs).map(([key, value]): [string, unknown] => [key, placed(value, refs, null)])
      : [];
  return made(refs, list, entries, names);
}

/** A call of Keras 2: `[["layer", 0, 0, { … }], …]`, by name for a model that takes its inputs so. */
export function legacyCall(node: unknown, known: ReadonlySet<string>, names: readonly string[]): Call {
  const refs: Ref[] = [];
  const kwargs = new Map<string, unknown>();
  const one = (item: unknown, depth = 0): unknown => {
    if (depth > MAX_DEPTH) throw bad("arguments of a layer are nested too deeply");
    if (Array.isArray(item) && typeof item[0] === "string" && item.length >= 3) {
      const own = item[0] === "_CONSTANT_VALUE" ? item[2] : new Place(refs.push(refOf(item)) - 1);
      const more = item[3];
      if (typeof more === "object" && more !== null) {
        for (const [key, value] of Object.entries(more)) kwargs.set(key, placed(value, refs, known));
      }
      return own;
    }
    if (Array.isArray(item)) return item.map((inner) => one(inner, depth + 1));
    if (typeof item !== "object" || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, one(inner, depth + 1)] as const));
  };
  const isOne = Array.isArray(node) && typeof node[0] === "string";
  const list = isOne || !Array.isArray(node) ? [one(node)] : node.map((item) => one(item));
  // One tensor stands alone, several are a list.
  const first = list.length === 1 ? list[0] : list;
  return made(refs, [first], [...kwargs], names);
}
