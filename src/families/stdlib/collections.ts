/**
 * Python's `collections` and `types.SimpleNamespace`.
 *
 * @module
 */
import { dictParts, PyDict, shownEntries } from "../../core/values/dict.ts";
import { type Parts, pyJS, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { isFloatAt, isTuple, tuple, tupleFrom } from "../../core/values/tuple.ts";
import { append, fill, int, PyValue, pyInt, reduces, refuse, type Table } from "./table.ts";

/** The entries of `value`, a dict or a list of pairs, put into `dict`. */
export function fillFrom(dict: PyDict, value: unknown): PyDict {
  if (value instanceof PyDict) fill(dict, value);
  else if (Array.isArray(value)) {
    for (const pair of value) {
      if (!Array.isArray(pair) || pair.length !== 2) refuse("an entry of a dict", "a pair", pair);
      dict.set(pair[0], pair[1]);
      if (isFloatAt(pair, 1)) dict.setFloat(dict.k.find(pair[0]), true);
    }
  } else if (value !== undefined) refuse("the entries of a dict", "a dict or a list of pairs", value);
  return dict;
}

/** A `collections.OrderedDict`: equal to another one only in the same order. */
export class PyOrderedDict<K = unknown, V = unknown> extends PyDict<K, V> {
  /** Attributes that a program gave the dict (torch: `_metadata`); null for none. They do not count for equality. */
  attrs: PyDict<string, unknown> | null = null;

  override get [pyType](): string {
    return "collections.OrderedDict";
  }
  [pyParts](): unknown[] {
    return [[...this].flat()];
  }
  override [pyRepr](): Parts {
    return this.size ? dictParts(this, "OrderedDict({", "})") : ["OrderedDict()"];
  }
}

/** A `collections.defaultdict`; the factory is kept, never called. */
export class PyDefaultDict<K = unknown, V = unknown> extends PyDict<K, V> {
  defaultFactory: unknown;
  constructor(defaultFactory: unknown = null, entries?: Iterable<readonly [K, V]> | null) {
    super(entries);
    this.defaultFactory = defaultFactory;
  }
  override get [pyType](): string {
    return "collections.defaultdict";
  }
  override [pyRepr](): Parts {
    const parts = dictParts(this, ", {", "})");
    return ["defaultdict(", this.defaultFactory, ...parts];
  }
}

/** A `collections.Counter`: a dict of counts. */
export class PyCounter<K = unknown> extends PyDict<K, unknown> {
  override get [pyType](): string {
    return "collections.Counter";
  }
  /** Elements and counts, the most frequent first. */
  mostCommon(): [K, unknown][] {
    const count = (value: unknown): number | bigint => (typeof value === "bigint" ? value : Number(value));
    return [...this].sort(([, a], [, b]) => (count(b) > count(a) ? 1 : count(b) < count(a) ? -1 : 0));
  }
  override [pyRepr](): Parts {
    if (!this.size) return ["Counter()"];
    const sorted = new PyDict(this.mostCommon());
    const parts = dictParts(this, "Counter({", "})");
    // The parts are in dict order; the entries are printed in the order of their counts.
    const shown = new Map<unknown, unknown[]>(
      [...this.keys()].map((key, i) => [key, [parts[4 * i + 1], parts[4 * i + 3]]]),
    );
    [...sorted.keys()].forEach((key, i) => {
      [parts[4 * i + 1], parts[4 * i + 3]] = shown.get(key)!;
    });
    return parts;
  }
}

/** A `collections.deque`: `items` in order, at most `maxlen` of them (null: any number). */
export class PyDeque<T = unknown> extends PyValue {
  items: T[];
  readonly maxlen: number | null;

  constructor(items: Iterable<T> = [], maxlen: number | null = null) {
    super();
    this.items = [];
    this.maxlen = maxlen;
    this.extend(Array.isArray(items) ? items : [...items]);
  }

  /** Appends to the right; items beyond `maxlen` fall out on the left. */
  extend(items: readonly T[]): void {
    append(this.items, items);
    const extra = this.maxlen === null ? 0 : this.items.length - this.maxlen;
    if (extra <= 0) return;
    const kept: T[] = [];
    if (this.maxlen) append(kept, this.items, extra);
    this.items = kept;
  }
  [Symbol.iterator](): IterableIterator<T> {
    return this.items[Symbol.iterator]();
  }
  get [pyType](): string {
    return "collections.deque";
  }
  [pyParts](): unknown[] {
    return [this.items];
  }
  [pyRepr](): Parts {
    return ["deque(", this.items, this.maxlen === null ? ")" : `, maxlen=${this.maxlen})`];
  }
  [pyJS](): unknown {
    return this.items;
  }
}

/** A `collections.ChainMap`: the first of `maps` that has a key answers. */
export class PyChainMap extends PyValue {
  maps: unknown[];
  constructor(maps: unknown[] = [new PyDict()]) {
    super();
    this.maps = maps;
  }
  get(key: unknown): unknown {
    const found = this.maps.find((map) => map instanceof PyDict && map.has(key));
    return found === undefined ? undefined : (found as PyDict).get(key);
  }
  get [pyType](): string {
    return "collections.ChainMap";
  }
  [pyParts](): unknown[] {
    return [this.maps];
  }
  [pyRepr](): Parts {
    return [...this.maps.flatMap((map, i) => [i ? ", " : "ChainMap(", map]), this.maps.length ? ")" : "ChainMap()"];
  }
  [pyJS](): unknown {
    return this.maps;
  }
}

/** A `types.SimpleNamespace`: attributes by name. */
export class PySimpleNamespace extends PyValue {
  readonly attrs: PyDict;
  constructor(entries?: Iterable<readonly [string, unknown]>) {
    super();
    this.attrs = new PyDict<unknown>(entries);
  }
  get [pyType](): string {
    return "types.SimpleNamespace";
  }
  [pyParts](): unknown[] {
    return [this.attrs];
  }
  [pyRepr](): Parts {
    const out: Parts = [];
    for (const [name, value] of shownEntries(this.attrs))
      out.push(`${out.length ? ", " : "namespace("}${name}=`, value);
    out.push(out.length ? ")" : "namespace()");
    return out;
  }
  [pyJS](): unknown {
    return this.attrs;
  }
}

const update = (value: unknown, items: PyDict): void => fill(value as PyDict, items);
const ORDERED = new PyGlobal("collections", "OrderedDict");

export const collections: Table = {
  globals: {
    "collections.OrderedDict": {
      call: ([entries]) => fillFrom(new PyOrderedDict(), entries),
      update,
      setState(dict, state) {
        if (!(state instanceof PyDict)) return refuse("OrderedDict state", "a dict", state);
        (dict as PyOrderedDict).attrs = state as PyDict<string, unknown>;
        return undefined;
      },
    },
    "collections.defaultdict": {
      call: ([factory = null, entries]) => fillFrom(new PyDefaultDict(factory), entries),
      update,
    },
    "collections.Counter": { call: ([counts]) => fillFrom(new PyCounter(), counts), update },
    "collections.deque": {
      call([items = [], maxlen = null]) {
        if (!Array.isArray(items)) return refuse("deque() items", "a list or tuple", items);
        return new PyDeque(items, maxlen === null ? null : int(maxlen, "maxlen", 0));
      },
      extend: (deque, items) => (deque as PyDeque).extend(items),
    },
    "collections.ChainMap": {
      call: (maps) => new PyChainMap(maps.length ? [...maps] : undefined),
      setState(chain, state) {
        const maps = state instanceof PyDict ? state.get("maps") : undefined;
        if (!Array.isArray(maps) || isTuple(maps)) return refuse("ChainMap state", "a dict with a list of maps", state);
        (chain as PyChainMap).maps = maps;
        return undefined;
      },
    },
    "types.SimpleNamespace": {
      call: ([attrs]) => {
        const space = new PySimpleNamespace();
        fillFrom(space.attrs, attrs);
        return space;
      },
      setState(space, state) {
        if (!(state instanceof PyDict)) return refuse("SimpleNamespace state", "a dict", state);
        fill((space as PySimpleNamespace).attrs, state);
        return undefined;
      },
    },
  },
  reducers: [
    [
      PyOrderedDict,
      (dict: PyOrderedDict) =>
        dict.attrs === null
          ? { func: ORDERED, args: tuple(), pairs: dict }
          : { func: ORDERED, args: tuple(), pairs: dict, state: dict.attrs },
    ],
    reduces(
      PyDefaultDict,
      "collections",
      "defaultdict",
      (dict: PyDefaultDict) => (dict.defaultFactory === null ? [] : [dict.defaultFactory]),
      (dict) => ({ pairs: dict }),
    ),
    reduces(PyCounter, "collections", "Counter", (counter: PyCounter) => [PyDict.of(counter.k, counter.v, counter.f)]),
    reduces(
      PyDeque,
      "collections",
      "deque",
      (deque: PyDeque, context) => (deque.maxlen === null ? [] : [tupleFrom([]), pyInt(deque.maxlen, context)]),
      (deque) => ({ items: deque.items }),
    ),
    [
      PyChainMap,
      (chain: PyChainMap) => ({
        func: new PyGlobal("collections", "ChainMap"),
        args: tuple(),
        isNew: true,
        state: new PyDict([["maps", chain.maps]]),
      }),
    ],
    reduces(
      PySimpleNamespace,
      "types",
      "SimpleNamespace",
      () => [],
      (space: PySimpleNamespace) => ({ state: space.attrs }),
    ),
  ],
};
