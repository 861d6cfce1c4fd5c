/**
 * Two values, compared path by path.
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { equal } from "../../core/values/equal.ts";
import { PyObject } from "../../core/values/object.ts";
import { tableOf } from "../../core/values/protocol.ts";
import { typeName } from "../../core/values/repr.ts";
import { Tensor } from "../../families/torch/index.ts";
import { preview, shapeText } from "../inspect/index.ts";
import { Elements } from "./elements.ts";
import { changedText, isNear, typeOf } from "./leaves.ts";
import { kindOf, type Pair, pairsOf, plain, type Side } from "./pairs.ts";
import type { Difference, DiffOptions, JudgedOptions } from "./types.ts";

/** The parts of two values that are being gone through. */
interface Frame {
  readonly path: string;
  readonly pairs: Iterator<Pair>;
  readonly options: JudgedOptions;
}

/** Parts of a pair that are compared before what stands inside: what is found at once, and the parts. */
interface Opened {
  readonly found: Difference[];
  readonly pairs: Iterable<Pair> | null;
  readonly isInner?: boolean;
}

/**
 * What differs between two values, by Python's equality, path by path; `path` is that of both. Lists are compared item
 * by item, dicts key by key, arrays element by element; cycles are followed once.
 *
 * @example
 * ```ts
 * [...diff(new PyDict([["a", [1, 2]]]), new PyDict([["a", [1, 3]]]))]; // [{ kind: "changed", path: "['a'][1]", a: "2", b: "3" }]
 * ```
 */
export function* diff(a: unknown, b: unknown, options: DiffOptions = {}, path = ""): Generator<Difference> {
  yield* judged(a, b, options, path);
}

/** As {@link diff}, with a judge. */
export function* judged(a: unknown, b: unknown, options: JudgedOptions, path: string): Generator<Difference> {
  const seen = new Map<object, Set<object>>();
  const root: Pair = { step: "", a: { value: a, isFloat: false }, b: { value: b, isFloat: false } };
  const stack: Frame[] = [{ path, pairs: [root][Symbol.iterator](), options }];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const { done, value: pair } = frame.pairs.next();
    if (done) {
      stack.pop();
      continue;
    }
    const { step, a: left, b: right } = pair;
    const here = frame.path + step;
    if (left === null || right === null) {
      if (left !== null) yield { kind: "removed", path: here, a: preview(left.value, left.isFloat) };
      if (right !== null) yield { kind: "added", path: here, b: preview(right.value, right.isFloat) };
      continue;
    }
    if (wasSeen(left.value, right.value, seen)) continue;
    const { found, pairs, isInner = false } = opened(left, right, here, frame.options);
    yield* found;
    if (pairs === null) continue;
    // Inside of pandas a NaN stands for what is missing, and equals another one as `equals` has it.
    const inside = isInner ? { ...frame.options, equalNaN: true } : frame.options;
    stack.push({ path: here, pairs: pairs[Symbol.iterator](), options: inside });
  }
}

/** Was this pair of objects compared, or is it being compared further up? */
function wasSeen(a: unknown, b: unknown, seen: Map<object, Set<object>>): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a === b) return true;
  let partners = seen.get(a);
  if (partners === undefined) seen.set(a, (partners = new Set()));
  if (partners.has(b)) return true;
  partners.add(b);
  return false;
}

function opened(left: Side, right: Side, path: string, options: JudgedOptions): Opened {
  const [a, b] = [plain(left.value), plain(right.value)];
  const kind = kindOf(a);
  const changed = (): Opened => ({ found: [{ kind: "changed", path, ...changedText(left, right) }], pairs: null });
  if (kind !== kindOf(b) || kind === "leaf") {
    const told = options.judge?.(a, b) ?? null;
    if (told !== null) {
      return { found: told.same ? [] : [{ kind: "changed", path, a: told.a, b: told.b }], pairs: null };
    }
    if (!isNear(a, b, options)) return changed();
    return { found: typesDiffer(left, right, path, options), pairs: null };
  }
  if ((kind === "object" || kind === "inner") && !sameClass(a, b)) return changed();
  if (kind === "inner")
    return { found: [], pairs: equal(a, b) ? null : pairsOf(a as object, b as object), isInner: true };
  const found = kind === "object" ? [] : typesDiffer(left, right, path, options);
  if (a instanceof NDArray && b instanceof NDArray) {
    const [p, q] = [left.value, right.value].map((value) => (value instanceof Tensor ? `torch.${value.dtype}` : null));
    return arrays(a, b, p ?? String(a.dtype), q ?? String(b.dtype), path, options);
  }
  const [p, q] = [tableOf(a), tableOf(b)];
  if (p !== null && q !== null && p.details !== q.details) {
    found.push({ kind: "shape", path, a: p.details, b: q.details });
  }
  // An OrderedDict equals another one only in the same order, which nothing of its parts tells.
  if (a instanceof PyDict && b instanceof PyDict && [a, b].every((one) => /OrderedDict$/.test(typeName(one)))) {
    const [x, y] = [[...a.keys()], [...b.keys()]];
    if (x.length === y.length && x.every((key) => b.has(key)) && !equal(x, y)) {
      found.push({ kind: "order", path, a: preview(x), b: preview(y) });
    }
  }
  return { found, pairs: pairsOf(a as object, b as object) };
}

/** Are two objects of one class, made in one way? */
function sameClass(a: unknown, b: unknown): boolean {
  if (a instanceof PyObject && b instanceof PyObject && (a.how !== b.how || !equal(a.cls, b.cls))) return false;
  return typeName(a) === typeName(b);
}

/** Types of equal values, where they are asked for. */
function typesDiffer(left: Side, right: Side, path: string, { types = false }: DiffOptions): Difference[] {
  if (!types) return [];
  const [p, q] = [typeOf(left), typeOf(right)];
  if (p === q) return [];
  return [
    {
      kind: "type",
      path,
      a: `${p} ${preview(left.value, left.isFloat)}`,
      b: `${q} ${preview(right.value, right.isFloat)}`,
    },
  ];
}

function arrays(a: NDArray, b: NDArray, p: string, q: string, path: string, options: DiffOptions): Opened {
  const found: Difference[] = p === q ? [] : [{ kind: "dtype", path, a: p, b: q }];
  const shapes = [shapeText(a.shape), shapeText(b.shape)] as const;
  if (shapes[0] !== shapes[1]) {
    return { found: [...found, { kind: "shape", path, a: shapes[0], b: shapes[1] }], pairs: null };
  }
  const [mine, theirs] = [a.dtype.fields, b.dtype.fields];
  if (mine !== null && theirs !== null) return { found, pairs: fieldPairs(a, b) };
  if (a.dtype.hasObject && b.dtype.hasObject) return { found, pairs: itemPairs(a, b) };
  const elements = new Elements(a.shape, options);
  elements.add(a, b);
  const differ = elements.found(path);
  return { found: differ === null ? found : [...found, differ], pairs: null };
}

/** Fields of records, as arrays. */
function* fieldPairs(a: NDArray, b: NDArray): Generator<Pair> {
  const [mine, theirs] = [a.dtype.fields, b.dtype.fields] as [
    ReadonlyMap<string, unknown>,
    ReadonlyMap<string, unknown>,
  ];
  const of = (array: NDArray, name: string): Side => ({ value: array.field(name), isFloat: false });
  for (const name of mine.keys()) {
    yield { step: `['${name}']`, a: of(a, name), b: theirs.has(name) ? of(b, name) : null };
  }
  for (const name of theirs.keys()) if (!mine.has(name)) yield { step: `['${name}']`, a: null, b: of(b, name) };
}

/** Items of arrays of objects, by their places. */
function* itemPairs(a: NDArray, b: NDArray): Generator<Pair> {
  const [x, y] = [a.flat(), b.flat()];
  const steps = new Array<number>(a.ndim).fill(0);
  for (let i = 0; i < x.length; i++) {
    yield { step: `[${steps.join(", ")}]`, a: { value: x[i], isFloat: false }, b: { value: y[i], isFloat: false } };
    for (let axis = steps.length - 1; axis >= 0; axis--) {
      steps[axis] = (steps[axis] as number) + 1;
      if ((steps[axis] as number) < (a.shape[axis] as number)) break;
      steps[axis] = 0;
    }
  }
}
