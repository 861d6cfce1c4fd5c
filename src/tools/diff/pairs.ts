/**
 * What stands inside two values, side by side.
 *
 * @module
 */
import { array, MaskedArray, NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { pyParts, tableOf } from "../../core/values/protocol.ts";
import { isPlain, repr, typeName } from "../../core/values/repr.ts";
import { PyFrozenSet, PySet } from "../../core/values/set.ts";
import { isFloatAt, isTuple } from "../../core/values/tuple.ts";
import { Tensor } from "../../families/torch/index.ts";
import { harmless, inspectValue } from "../inspect/index.ts";

/** A value, and whether an integral number was written as a float; a side where nothing stands is null. */
export interface Side {
  readonly value: unknown;
  readonly isFloat: boolean;
}

/** Two values that stand under one step of a path. */
export interface Pair {
  readonly step: string;
  readonly a: Side | null;
  readonly b: Side | null;
}

/** What a value is compared as; values of different kinds are different. */
export type Kind = "dict" | "list" | "tuple" | "set" | "array" | "table" | "object" | "inner" | "leaf";

/** The value by which another one is compared: tensors and typed arrays are arrays, Maps and plain objects are dicts. */
export function plain(value: unknown): unknown {
  if (value instanceof Tensor) return value.toNDArray();
  if (typeof value !== "object" || value === null || value instanceof PyDict) return value;
  if (ArrayBuffer.isView(value)) return value instanceof Uint8Array || value instanceof DataView ? value : array(value);
  if (value instanceof Map) return new PyDict(value);
  return !Array.isArray(value) && isPlain(value) ? new PyDict(Object.entries(value)) : value;
}

/** The kind of a value that {@link plain} gave. */
export function kindOf(value: unknown): Kind {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return "leaf";
  if (value instanceof PyDict) return "dict";
  if (Array.isArray(value)) return isTuple(value) ? "tuple" : "list";
  if (value instanceof PySet || value instanceof PyFrozenSet || value instanceof Set) return "set";
  if (value instanceof NDArray) return "array";
  if (tableOf(value) !== null) return "table";
  if (value instanceof PyObject || value instanceof MaskedArray) return "object";
  if (inspectValue(value).hasChildren) return "object";
  return typeName(value).startsWith("pandas.") && pyParts in value ? "inner" : "leaf";
}

/** The parts of two values of one kind and class, one pair after another. */
export function pairsOf(a: object, b: object): Iterable<Pair> {
  if (a instanceof PyDict) return dictPairs(a, b as PyDict, keyStep);
  if (Array.isArray(a)) return listPairs(a, b as readonly unknown[]);
  if (kindOf(a) === "set") return setPairs(a as Set<unknown>, b as Set<unknown>);
  if (a instanceof PyObject) return objectPairs(a, b as PyObject);
  if (a instanceof MaskedArray) return maskedPairs(a, b as MaskedArray);
  if (kindOf(a) === "inner") return innerPairs(a as Inner, b as Inner);
  return namedPairs(a, b);
}

const keyStep = (key: unknown): string => `[${harmless(repr(key, { maxChars: 200 }))}]`;

/** A name as a path has it. */
function attributeStep(key: unknown): string {
  if (typeof key !== "string") return `.__dict__${keyStep(key)}`;
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(key) ? `.${key}` : `.${repr(key, { maxChars: 200 })}`;
}

function side(value: unknown, isFloat = false): Side | null {
  return value === undefined ? null : { value, isFloat };
}

/** Keys as Python compares them; of a key that both have, the first's is told. */
function* dictPairs(a: PyDict, b: PyDict, step: (key: unknown) => string): Generator<Pair> {
  const of = (dict: PyDict, key: unknown, value: unknown): Side => ({ value, isFloat: dict.isFloat(dict.k.find(key)) });
  for (const [key, value] of a) {
    const has = b.has(key);
    yield { step: step(key), a: of(a, key, value), b: has ? of(b, key, b.get(key)) : null };
  }
  for (const [key, value] of b) if (!a.has(key)) yield { step: step(key), a: null, b: of(b, key, value) };
}

function* listPairs(a: readonly unknown[], b: readonly unknown[]): Generator<Pair> {
  const most = Math.max(a.length, b.length);
  for (let i = 0; i < most; i++) {
    yield {
      step: `[${i}]`,
      a: i < a.length ? { value: a[i], isFloat: isFloatAt(a, i) } : null,
      b: i < b.length ? { value: b[i], isFloat: isFloatAt(b, i) } : null,
    };
  }
}

/** Elements have no path: those that one has alone. */
function* setPairs(a: Set<unknown>, b: Set<unknown>): Generator<Pair> {
  for (const item of a) if (!b.has(item)) yield { step: "", a: { value: item, isFloat: false }, b: null };
  for (const item of b) if (!a.has(item)) yield { step: "", a: null, b: { value: item, isFloat: false } };
}

function* objectPairs(a: PyObject, b: PyObject): Generator<Pair> {
  const none = new PyDict();
  yield { step: ".__args__", a: side(a.args), b: side(b.args) };
  yield { step: ".__kwargs__", a: side(a.kwargs ?? undefined), b: side(b.kwargs ?? undefined) };
  yield* dictPairs(a.a ?? none, b.a ?? none, attributeStep);
  yield { step: ".__state__", a: side(a.state), b: side(b.state) };
  yield* listPairs(a.items ?? [], b.items ?? []);
  yield* dictPairs(a.pairs ?? none, b.pairs ?? none, keyStep);
}

type Inner = { [pyParts](): readonly unknown[] };

/** What an index or array of pandas was made of, which has no names. */
function* innerPairs(a: Inner, b: Inner): Generator<Pair> {
  const [left, right] = [a[pyParts](), b[pyParts]()];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    yield { step: "", a: side(left[i]), b: side(right[i]) };
  }
}

function* maskedPairs(a: MaskedArray, b: MaskedArray): Generator<Pair> {
  yield { step: ".mask", a: side(a.mask), b: side(b.mask) };
  // What is masked is nobody's business.
  yield { step: ".filled()", a: side(a.filled(a.fillValue)), b: side(b.filled(a.fillValue)) };
}

/** Parts by their names in the tree; of a single column its values. Of a table its index comes first. */
function* namedPairs(a: object, b: object): Generator<Pair> {
  const [left, right] = [partsOf(a), partsOf(b)];
  const steps = [...left];
  if (tableOf(a) !== null) steps.sort(([p], [q]) => Number(q.startsWith(".")) - Number(p.startsWith(".")));
  for (const [step, mine] of steps) yield { step, a: mine, b: right.get(step) ?? null };
  for (const [step, theirs] of right) if (!left.has(step)) yield { step, a: null, b: theirs };
}

function partsOf(value: object): Map<string, Side> {
  const parts = new Map<string, Side>();
  const add = (name: string, one: Side): void => {
    let step = name;
    // Columns of one label.
    for (let i = 1; parts.has(step); i++) step = `${name}#${i}`;
    parts.set(step, one);
  };
  for (const child of inspectValue(value).children()) {
    add(child.name, { value: child.value, isFloat: child.type === "float" });
  }
  const table = tableOf(value);
  if (parts.size > 0 || table === null) return parts;
  for (const [, values] of table.arrays()) add(".values", { value: values, isFloat: false });
  for (const [name, one] of table.attributes) add(`.${name}`, { value: one, isFloat: false });
  return parts;
}
