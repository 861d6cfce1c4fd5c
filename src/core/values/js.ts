/**
 * From Python's values to ordinary JavaScript.
 *
 * @module
 */
import { PyDict } from "./dict.ts";
import { PyObject } from "./object.ts";
import { pyJS, pyType } from "./protocol.ts";
import { PyByteArray, PyFloat } from "./scalars.ts";
import { PyFrozenSet, PySet } from "./set.ts";

/** Options of {@link toJS}. */
export interface ToJSOptions {
  /** What a bigint becomes (default: stays one). */
  bigint?: "bigint" | "number" | "string";
}

/** Under this symbol an object made by {@link toJS} keeps the name of its Python class. */
export const pythonClass: unique symbol = Symbol.for("brine.class");

/** Under this symbol it keeps what was no attribute: `{ args, kwargs, state, items, pairs }`, as far as there. */
export const pythonParts: unique symbol = Symbol.for("brine.parts.js");

type Fill = () => void;

/**
 * Converts a value to ordinary JavaScript: dicts to objects without prototype (to a `Map` when a key is no string),
 * tuples to arrays, sets to `Set`, instances to objects of their attributes, within plain objects and Maps, too. Shared
 * and cyclic parts stay so.
 *
 * @example
 * ```ts
 * toJS(new PyDict([["a", tuple(1, 2)]])); // { a: [1, 2] }
 * ```
 */
export function toJS(value: unknown, options: ToJSOptions = {}): unknown {
  const { bigint = "bigint" } = options;
  const made = new Map<object, unknown>();
  const todo: Fill[] = [];

  function convert(source: unknown): unknown {
    if (typeof source === "bigint") {
      return bigint === "number" ? Number(source) : bigint === "string" ? String(source) : source;
    }
    if (typeof source !== "object" || source === null) return source;
    if (source instanceof PyFloat) return source.value;
    if (source instanceof PyByteArray) return new Uint8Array(source.buffer, source.byteOffset, source.length);
    const known = made.get(source);
    if (known !== undefined) return known;
    const target = shell(source);
    made.set(source, target);
    return target;
  }

  function shell(source: object): unknown {
    if (Array.isArray(source)) {
      const out: unknown[] = [];
      todo.push(() => {
        for (const item of source) out.push(convert(item));
      });
      return out;
    }
    if (source instanceof PyDict) return dictShell(source);
    const base = Object.getPrototypeOf(source) as object | null;
    if (source instanceof PySet || source instanceof PyFrozenSet || base === Set.prototype) {
      const out = new Set<unknown>();
      todo.push(() => {
        for (const item of source as Iterable<unknown>) out.add(convert(item));
      });
      return out;
    }
    if (source instanceof PyObject) {
      const out = source.a === null ? Object.create(null) : dictShell(source.a, true);
      Object.defineProperty(out, pythonClass, { value: source[pyType] });
      const { slots: _, by: __, ...parts }: Record<string, unknown> = { ...source.rare };
      if (source.args.length) parts["args"] = source.args;
      if (Object.keys(parts).length) {
        todo.push(() => {
          for (const name of Object.keys(parts)) parts[name] = convert(parts[name]);
        });
        Object.defineProperty(out, pythonParts, { value: parts });
      }
      return out;
    }
    if (base === Object.prototype || base === null) {
      const out = Object.create(null) as Record<PropertyKey, unknown>;
      for (const symbol of [pythonClass, pythonParts]) {
        if (Object.hasOwn(source, symbol))
          Object.defineProperty(out, symbol, { value: (source as typeof out)[symbol] });
      }
      todo.push(() => {
        for (const [key, item] of Object.entries(source)) out[key] = convert(item);
      });
      return out;
    }
    if (base === Map.prototype) {
      const out = new Map<unknown, unknown>();
      todo.push(() => {
        for (const [key, item] of source as Map<unknown, unknown>) out.set(convert(key), convert(item));
      });
      return out;
    }
    const method = (source as { [pyJS]?: () => unknown })[pyJS];
    const closer = typeof method === "function" ? method.call(source) : source;
    return closer === source ? source : convert(closer);
  }

  function dictShell(source: PyDict, asObject = [...source.keys()].every((key) => typeof key === "string")): object {
    const out = asObject ? Object.create(null) : new Map<unknown, unknown>();
    todo.push(() => {
      for (const [key, item] of source) {
        if (asObject) out[String(key)] = convert(item);
        else out.set(convert(key), convert(item));
      }
    });
    return out;
  }

  const result = convert(value);
  for (let fill = todo.pop(); fill !== undefined; fill = todo.pop()) fill();
  return result;
}
