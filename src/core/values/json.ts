/**
 * From Python's values to what `JSON.stringify` takes.
 *
 * @module
 */
import { PyDict } from "./dict.ts";
import { PyObject } from "./object.ts";
import { pyJS, pyType } from "./protocol.ts";
import { inspectText, isPlain, repr } from "./repr.ts";
import { PyFloat, PyGlobal } from "./scalars.ts";
import { PyFrozenSet, PySet } from "./set.ts";

/** A container on its way: what it becomes, and where that stands. */
interface Node {
  readonly out: object;
  readonly entries: (readonly [string | number, unknown])[];
  readonly parent: Node | null;
  readonly key: string | number;
  /** Entries done; beyond the last one the container is closed. */
  at: number;
}

/**
 * Converts a value to plain JSON: tuples and sets to arrays, bytes to base64, ints beyond 2**53 and `nan`, `inf` to
 * strings, keys that are no strings to their `repr`, instances to objects with `$class`, a container inside itself to
 * `{ $ref: "#/path" }`. Never throws; shared parts are one object, so that the result is no larger than the value.
 *
 * @example
 * ```ts
 * toJSON(new PyDict([[1, tuple(2n ** 64n)]])); // { "1": ["18446744073709551616"] }
 * ```
 */
export function toJSON(value: unknown): unknown {
  const made = new Map<object, Node>();
  const stack: Node[] = [];

  function convert(source: unknown, parent: Node | null, key: string | number): unknown {
    if (source instanceof PyFloat) source = source.value;
    if (source === null || typeof source === "string" || typeof source === "boolean") return source;
    if (typeof source === "number") return Number.isFinite(source) ? source : repr(source);
    if (typeof source === "bigint") return Number.isSafeInteger(Number(source)) ? Number(source) : String(source);
    if (typeof source !== "object") return inspectText(source);
    const known = made.get(source);
    if (known !== undefined) return known.at <= known.entries.length ? { $ref: pathOf(known) } : known.out;
    if (source instanceof Uint8Array) return base64(source);
    const closer = closerOf(source);
    if (closer !== source) return convert(closer, parent, key);
    const entries = entriesOf(source);
    if (entries === null) return inspectText(source);
    const node: Node = { out: isList(source) ? [] : Object.create(null), entries, parent, key, at: 0 };
    made.set(source, node);
    stack.push(node);
    return node.out;
  }

  const result = convert(value, null, "");
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    const entry = node.entries[node.at++];
    if (entry === undefined) stack.pop();
    else (node.out as Record<string | number, unknown>)[entry[0]] = convert(entry[1], node, entry[0]);
  }
  return result;
}

function isList(source: object): boolean {
  return Array.isArray(source) || source instanceof PySet || source instanceof PyFrozenSet || source instanceof Set;
}

/** The value that a class of another room stands for, where it has one. */
function closerOf(source: object): unknown {
  if (source instanceof PyDict || source instanceof PyGlobal) return source;
  const { [pyJS]: method, toJSON: text } = source as { [pyJS]?: unknown; toJSON?: unknown };
  try {
    if (typeof method === "function") {
      const closer: unknown = method.call(source);
      if (closer !== source) return closer;
    }
    if (typeof text === "function" && !isPlain(source)) return text.call(source);
  } catch {
    // What cannot be converted is printed.
  }
  return source;
}

/** What is in a container, under its JSON keys; null for a value without parts. */
function entriesOf(source: object): [string | number, unknown][] | null {
  if (isList(source)) return [...(source as Iterable<unknown>)].map((item, i) => [i, item]);
  if (source instanceof PyDict || source instanceof Map) return named(source);
  if (source instanceof PyObject) {
    const { slots: _, by: __, ...rare } = source.rare ?? {};
    const rest = Object.entries({ ...(source.args.length ? { args: source.args } : {}), ...rare });
    const head: [string, unknown][] = [["$class", source[pyType]]];
    return [...head, ...rest.map(([name, part]): [string, unknown] => [`$${name}`, part]), ...named(source.a ?? [])];
  }
  return isPlain(source) ? Object.entries(source) : null;
}

/** Entries under strings; keys that print alike get a mark, so that none is lost. */
function named(entries: Iterable<readonly [unknown, unknown]>): [string, unknown][] {
  const taken = new Set<string>();
  return [...entries].map(([key, value]) => {
    let name = typeof key === "string" ? key : inspectText(key);
    while (taken.has(name)) name += "'";
    taken.add(name);
    return [name, value];
  });
}

function pathOf(node: Node): string {
  const keys: string[] = [];
  for (let at = node; at.parent !== null; at = at.parent) {
    keys.push(String(at.key).replaceAll("~", "~0").replaceAll("/", "~1"));
  }
  return ["#", ...keys.reverse()].join("/");
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}
