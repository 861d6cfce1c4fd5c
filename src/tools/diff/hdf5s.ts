/**
 * Two HDF5 files, compared object by object and attribute by attribute; datasets are read block by block.
 *
 * @module
 */
import type { NDArray } from "../../core/ndarray/index.ts";
import { equal } from "../../core/values/equal.ts";
import { Dataset, Empty, type File, Group, type Item, Reference, slice } from "../../formats/hdf5/index.ts";
import { harmless, preview, shapeText } from "../inspect/index.ts";
import { Elements } from "./elements.ts";
import type { Difference, DiffOptions, Judged, JudgedOptions } from "./types.ts";
import { judged as diff } from "./values.ts";

/** Bytes of a dataset that are read at a time. */
const AT_ONCE = 1 << 23;

/** What a name leads to: an object and its address, or what its link says. */
interface Found {
  readonly item: Item | null;
  readonly at: number;
  readonly told: string;
}

/** A name in two groups. */
interface Named {
  readonly path: string;
  readonly a: Found | null;
  readonly b: Found | null;
}

/**
 * What differs between two open HDF5 files: objects, links, attributes, dtypes, shapes, elements. How elements are
 * packed does not count; links are compared, not followed. Throws as reading does.
 *
 * @example
 * ```ts
 * for (const { kind, path } of diffHdf5(new File("a.h5"), new File("b.h5"))) console.log(kind, path);
 * ```
 */
export function* diffHdf5(a: File, b: File, how: DiffOptions = {}): Generator<Difference> {
  const options: JudgedOptions = { ...how, judge: judgeOf(a, b) };
  const seen = new Set<string>();
  const root = (file: File): Found => ({ item: file, at: file.shared.core.root, told: "Group" });
  const stack: Iterator<Named>[] = [[{ path: "/", a: root(a), b: root(b) }][Symbol.iterator]()];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { done, value } = top.next();
    if (done) {
      stack.pop();
      continue;
    }
    const { path, a: left, b: right } = value as Named;
    if (left === null || right === null) {
      if (left !== null) yield { kind: "removed", path, a: left.told };
      if (right !== null) yield { kind: "added", path, b: right.told };
      continue;
    }
    const [x, y] = [left.item, right.item];
    if (x === null || y === null) {
      if (left.told !== right.told) yield { kind: "link", path, a: left.told, b: right.told };
      continue;
    }
    // Hard links may lead back, and to what was compared under another name.
    const pair = `${left.at} ${right.at}`;
    if (seen.has(pair)) continue;
    seen.add(pair);
    if (x.constructor !== y.constructor && !(x instanceof Group && y instanceof Group)) {
      yield { kind: "changed", path, a: left.told, b: right.told };
      continue;
    }
    if (x instanceof Group) stack.push(namesOf(x, y as Group, path));
    else if (x instanceof Dataset) yield* datasets(x, y as Dataset, path, options);
    else if (left.told !== right.told) yield { kind: "dtype", path, a: left.told, b: right.told };
    yield* attributes(x, y, path, options);
  }
}

/** Tells references by the paths that they lead to in their files, and what is empty by its type. */
function judgeOf(a: File, b: File): (x: unknown, y: unknown) => Judged | null {
  const [left, right] = [pathsOf(a), pathsOf(b)];
  return (x, y) => {
    if (x instanceof Empty && y instanceof Empty) {
      const [p, q] = [preview(x), preview(y)];
      return { same: p === q, a: p, b: q };
    }
    if (!(x instanceof Reference) || !(y instanceof Reference)) return null;
    const [p, q] = [left(x), right(y)];
    return { same: p === q && equal(x.region, y.region), a: p, b: q };
  };
}

/** The words for a reference of a file; its objects are gone through once, when there is a first one. */
function pathsOf(file: File): (reference: Reference) => string {
  let paths: Map<number, string> | null = null;
  return (reference) => {
    const text = preview(reference);
    if (reference.isNull || reference.broken !== null) return text;
    if (paths === null) {
      paths = new Map([[file.shared.core.root, "/"]]);
      for (const [path, item] of file.walk()) paths.set(item.attrs.owner.at, `/${path}`);
    }
    return `${text.slice(0, -1)} to ${harmless(paths.get(reference.address) ?? "an object without a name")}>`;
  };
}

function* namesOf(a: Group, b: Group, path: string): Generator<Named> {
  const under = (name: string): string => `${path === "/" ? "" : path}/${harmless(name)}`;
  const theirs = new Set(b.keys());
  for (const name of a.keys()) {
    yield { path: under(name), a: found(a, name), b: theirs.delete(name) ? found(b, name) : null };
  }
  for (const name of theirs) yield { path: under(name), a: null, b: found(b, name) };
}

function found(group: Group, name: string): Found {
  const link = group.getLink(name);
  if (link?.kind === "soft") return { item: null, at: -1, told: `Soft Link {${link.path}}` };
  if (link?.kind === "external") return { item: null, at: -1, told: `External Link {${link.file}/${link.path}}` };
  const item = link?.kind === "hard" ? (group.get(name) ?? null) : null;
  return { item, at: link?.kind === "hard" ? link.at : -1, told: item === null ? "Link" : told(item) };
}

function told(item: Item): string {
  if (item instanceof Group) return `Group (${item.size})`;
  if (!(item instanceof Dataset)) return `Type ${item.dtype}`;
  return `Dataset ${shapeOf(item)} ${typeOf(item)}`;
}

function shapeOf({ shape }: Dataset): string {
  return shape === null ? "NULL" : shapeText(shape);
}

/** The dtype; of texts, references and lists, which have none of NumPy's, what they are. */
function typeOf({ dtype, info }: Dataset): string {
  return dtype.kind === "O" ? (info.type.kind === "vlenString" ? "str" : info.type.kind) : String(dtype);
}

function* attributes(a: Item, b: Item, path: string, options: JudgedOptions): Generator<Difference> {
  for (const name of a.attrs.keys()) {
    const at = `${path}@${harmless(name)}`;
    if (b.attrs.has(name)) yield* diff(a.attrs.get(name), b.attrs.get(name), options, at);
    else yield { kind: "removed", path: at, a: preview(a.attrs.get(name)) };
  }
  for (const name of b.attrs.keys()) {
    if (!a.attrs.has(name)) yield { kind: "added", path: `${path}@${harmless(name)}`, b: preview(b.attrs.get(name)) };
  }
}

function* datasets(a: Dataset, b: Dataset, path: string, options: JudgedOptions): Generator<Difference> {
  const [p, q] = [typeOf(a), typeOf(b)];
  if (p !== q) yield { kind: "dtype", path, a: p, b: q };
  const [x, y] = [shapeOf(a), shapeOf(b)];
  if (x !== y) yield { kind: "shape", path, a: x, b: y };
  else if (a.shape !== null && a.shape.length === 0) yield* diff(a.read(), b.read(), options, path);
  else if (a.shape !== null && a.size > 0) yield* blocks(a, b, a.shape, path, options);
}

/** Elements of two datasets of one shape, so many rows at a time as fit in memory with ease. */
function* blocks(
  a: Dataset,
  b: Dataset,
  shape: readonly number[],
  path: string,
  options: JudgedOptions,
): Generator<Difference> {
  const rows = shape[0] as number;
  const perRow = a.size / rows;
  const chunk = Math.max(a.chunks?.[0] ?? 1, b.chunks?.[0] ?? 1);
  const wanted = Math.max(1, Math.floor(AT_ONCE / Math.max(1, a.nbytes / rows)));
  const step = Math.ceil(wanted / chunk) * chunk;
  const elements = new Elements(shape, options);
  for (let from = 0; from < rows; from += step) {
    const part = slice(from, Math.min(rows, from + step));
    const [x, y] = [a.get(part), b.get(part)] as [NDArray, NDArray];
    // Records and objects are compared by their parts, whose places are those in the block.
    if (x.dtype.fields !== null || x.dtype.hasObject || y.dtype.fields !== null || y.dtype.hasObject) {
      const at = rows <= step ? path : `${path}[${from}:]`;
      for (const one of diff(x, y, options, at)) if (one.kind !== "dtype") yield one;
    } else elements.add(x, y, from * perRow);
  }
  const made = elements.found(path);
  if (made !== null) yield made;
}
