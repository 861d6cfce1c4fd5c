/**
 * Instances of classes that brine does not know: inert, complete, dumped back to an equal pickle.
 *
 * @module
 */
import { PyDict, shownEntries } from "./dict.ts";
import type { Pairs } from "./equal.ts";
import { inspect, type Parts, pyPairs, pyRepr, pyShort, pyType } from "./protocol.ts";
import { inspectText, MOST_CHARS, repr } from "./repr.ts";
import type { PyGlobal } from "./scalars.ts";
import { EMPTY_TUPLE, type PyTuple } from "./tuple.ts";

/** Parts of an instance that few have. */
export interface RareParts {
  kwargs?: PyDict;
  state?: unknown;
  items?: unknown[];
  pairs?: PyDict;
  setter?: unknown;
  /**
   * How protocols 0 and 1 made it: by `copyreg._reconstructor` from this base, or (`"instance"`) as an instance of
   * Python 2's classes without a base. Is not shown, and says nothing of what it is.
   */
  by?: PyGlobal | "instance";
  /** Attributes that came as `__slots__` (null for all), and whether a `__dict__` came beside them. */
  slots?: { dict: boolean; names: Set<unknown> | null };
}

/**
 * An instance of a Python class that nobody registered. Its attributes are in `attrs`, never JavaScript properties.
 *
 * @example
 * ```ts
 * person.cls.name; // "Person"
 * person.attrs.get("name"); // "Ada"
 * ```
 */
export class PyObject {
  /** The class (or, when `how` is `"call"`, the function that made it). */
  readonly cls: PyGlobal | PyObject;
  readonly args: PyTuple;
  /** @internal */
  a: PyDict | null;
  /** @internal */
  rare: RareParts | null;
  /** How it is rebuilt: `cls.__new__(cls, *args)` or `cls(*args)`. */
  readonly how: "new" | "call";
  /** @internal slot in a dumper's memo */
  m: number;

  constructor(cls: PyGlobal | PyObject, args: PyTuple = EMPTY_TUPLE, how: "new" | "call" = "new") {
    this.cls = cls;
    this.args = args;
    this.a = null;
    this.rare = null;
    this.how = how;
    this.m = -1;
  }

  get [pyType](): string {
    return className(this.cls);
  }

  /** Attributes by name (an empty dict when the pickle gave none). */
  get attrs(): PyDict<string, unknown> {
    return (this.a ??= new PyDict()) as PyDict<string, unknown>;
  }

  /** Keyword arguments of `__new__`, or null. */
  get kwargs(): PyDict | null {
    return this.rare?.kwargs ?? null;
  }

  /** What `__setstate__` was to be given when that is no dict of attributes; undefined when there was none. */
  get state(): unknown {
    return this.rare?.state;
  }

  /** Items of a list, set or deque subclass, or null. */
  get items(): unknown[] | null {
    return this.rare?.items ?? null;
  }

  /** Entries of a dict subclass, or null. */
  get pairs(): PyDict | null {
    return this.rare?.pairs ?? null;
  }

  [pyPairs](other: object): Pairs {
    return other instanceof PyObject ? [comparedParts(this), comparedParts(other)] : null;
  }
  get [pyShort](): string {
    return `<${className(this.cls)} …>`;
  }
  [pyRepr](): Parts {
    const parts: Parts = [];
    let text = `<${className(this.cls)}`;
    const add = (label: string, value: unknown): void => {
      parts.push(`${text} ${label}`, value);
      text = "";
    };
    if (this.args.length) add(this.how === "call" ? "args=" : "new=", this.args);
    if (this.a !== null) {
      for (const [key, value] of shownEntries(this.a)) {
        if (typeof key === "string") add(`${key}=`, value);
        else {
          // Python 2's names, read as bytes.
          parts.push(`${text} `, key, "=", value);
          text = "";
        }
      }
    }
    for (const label of ["kwargs", "state", "items", "pairs"] as const) {
      const value = this.rare?.[label];
      if (value !== undefined) add(`${label}=`, value);
    }
    parts.push(`${text}>`);
    return parts;
  }
  [inspect](): string {
    return inspectText(this);
  }
  /** As Python prints it; a million characters at most. */
  toString(): string {
    return repr(this, { maxChars: MOST_CHARS });
  }
}

function comparedParts({ cls, how, args, a, rare }: PyObject): unknown[] {
  return [cls, how, args, a?.size ? a : null, rare?.kwargs, rare?.state, rare?.items, rare?.pairs, rare?.setter];
}

/** `module.name` of a class, also of one that was itself made by a call. */
export function className(cls: PyGlobal | PyObject): string {
  let at = cls;
  while (at instanceof PyObject) at = at.cls;
  return `${at.module}.${at.name}${at === cls ? "" : "()"}`;
}
