/**
 * Keys of dicts and sets under Python's equality, shared between dicts of one shape and indexed at the first lookup.
 *
 * @module
 */
import { LimitError } from "../errors.ts";
import { pyKey, pyType } from "./protocol.ts";
import { isTuple } from "./tuple.ts";

/** Stands where a deleted key or value was. */
export const GONE: unique symbol = Symbol("gone");

const MAX_KEY_NODES = 100_000;

/** Types that compare by content and may change, which Python does not hash; a list and a bytearray are told before. */
const UNHASHABLE: ReadonlySet<string | undefined> = /* @__PURE__ */ new Set([
  "dict",
  "set",
  "collections.OrderedDict",
  "collections.defaultdict",
  "collections.Counter",
  "collections.deque",
  "collections.ChainMap",
  "array.array",
  "types.SimpleNamespace",
  "numpy.ndarray",
]);

/** The keys of one dict or set, or of many dicts of one shape; positions are those of the values array. */
export class Keys {
  keys: unknown[];
  /** All keys are strings. */
  text: boolean;
  /** Belongs to one dict, which may change it. */
  owned: boolean;
  /** No two keys are known to be equal. */
  settled: boolean;
  /** Deleted places among `keys`. */
  gone = 0;
  /** Positions of keys that Python wrote as integral floats. */
  floats: Set<number> | null = null;
  /** The shape one more key leads to, as last seen. */
  next: Keys | null = null;
  /** For dumps: the run and memo slots of the keys. */
  run: object | null = null;
  slots: number[] | null = null;
  #index: Map<unknown, number> | null = null;
  #deep: Canon | null = null;

  constructor(keys: unknown[], text: boolean, owned: boolean, settled: boolean) {
    this.keys = keys;
    this.text = text;
    this.owned = owned;
    this.settled = settled;
  }

  /** Sets how many parts one key may be made of. */
  limit(maxKeyNodes: number): void {
    this.#deep ??= new Canon(maxKeyNodes);
  }

  /** Position of `key`, or -1; throws `TypeError` for an unhashable one. Only for settled keys. */
  find(key: unknown): number {
    if (this.text && typeof key !== "string") {
      if (typeof key !== "object" || key === null) return -1;
      this.#canon(key);
      return -1;
    }
    const keys = this.keys;
    if (this.text && keys.length <= 8) return keys.indexOf(key);
    return this.#indexed().get(typeof key === "string" ? key : this.#canon(key)) ?? -1;
  }

  /** Appends a key known to be new. */
  push(key: unknown): void {
    const position = this.keys.length;
    this.keys.push(key);
    if (typeof key !== "string") this.text = false;
    if (this.#index !== null) this.#put(key, position);
  }

  remove(position: number): void {
    const key = this.keys[position];
    this.#index?.delete(typeof key === "string" ? key : this.#canon(key));
    this.keys[position] = GONE;
    this.text = false;
    this.gone++;
    this.floats?.delete(position);
  }

  /** A copy that its dict may change. */
  own(): Keys {
    const copy = new Keys(this.keys.slice(), this.text, true, this.settled);
    copy.gone = this.gone;
    copy.#deep = this.#deep;
    if (this.floats !== null) copy.floats = new Set(this.floats);
    return copy;
  }

  /**
   * Finds keys that are equal to an earlier one; returns for each such position the first one's, or null when there
   * are none.
   */
  duplicates(): Map<number, number> | null {
    const keys = this.keys;
    let found: Map<number, number> | null = null;
    const index = new Map<unknown, number>();
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (key === GONE || Number.isNaN(key)) continue;
      const canon = typeof key === "string" ? key : this.#canon(key);
      const first = index.get(canon);
      if (first === undefined) index.set(canon, i);
      else (found ??= new Map()).set(i, first);
    }
    if (found === null) {
      this.#index = index;
      this.settled = true;
    }
    return found;
  }

  #indexed(): Map<unknown, number> {
    if (this.#index !== null) return this.#index;
    const index = (this.#index = new Map());
    const keys = this.keys;
    for (let i = 0; i < keys.length; i++) if (keys[i] !== GONE) this.#put(keys[i], i);
    return index;
  }

  #put(key: unknown, position: number): void {
    // A NaN equals nothing, so no lookup may find it.
    if (typeof key === "number" && Number.isNaN(key)) return;
    this.#index?.set(typeof key === "string" ? key : this.#canon(key), position);
  }

  #canon(key: unknown): unknown {
    if (typeof key === "number") return Number.isNaN(key) ? Symbol() : key;
    this.#deep ??= new Canon();
    return this.#deep.of(key);
  }
}

/** What is left to do for a key whose parts are keys themselves. */
interface Frame {
  readonly source: object;
  readonly parts: readonly unknown[];
  readonly texts: string[];
  readonly sorted: boolean;
}

/** Maps hashable values to primitives that are the same exactly when Python calls the values equal. */
export class Canon {
  #ids = new Map<string, number>();
  #seen = new WeakMap<object, string>();
  #objects = new WeakMap<object, number>();
  #count = 0;
  readonly #maxNodes: number;

  constructor(maxNodes: number = MAX_KEY_NODES) {
    this.#maxNodes = maxNodes;
  }

  /** The primitive of `key`; throws `TypeError` when Python could not hash it. */
  of(key: unknown): unknown {
    const simple = this.#simple(key);
    return simple === undefined ? `\0${this.#composite(key as object)}` : simple;
  }

  /** The primitive of a key without parts; undefined for tuples and frozensets. */
  #simple(key: unknown): unknown {
    switch (typeof key) {
      case "string":
        return key;
      case "number":
        return key;
      case "boolean":
        return key ? 1 : 0;
      case "bigint":
        return Number.isSafeInteger(Number(key)) || BigInt(Number(key)) === key ? Number(key) : key;
      case "object":
        break;
      default:
        return key;
    }
    if (key === null) return key;
    if (key instanceof Uint8Array) {
      if (pyTypeOf(key) === "bytearray") throw new TypeError("unhashable type: 'bytearray'");
      let text = "\0b";
      for (let i = 0; i < key.length; i += 4096) text += String.fromCharCode(...key.subarray(i, i + 4096));
      return text;
    }
    if (Array.isArray(key)) {
      if (!isTuple(key)) throw new TypeError("unhashable type: 'list'");
      return undefined;
    }
    const method = (key as { [pyKey]?: () => unknown })[pyKey];
    if (typeof method !== "function") {
      const type = pyTypeOf(key) ?? nativeType(key);
      if (UNHASHABLE.has(type)) throw new TypeError(`unhashable type: '${type}'`);
      const id = this.#objects.get(key) ?? ++this.#count;
      this.#objects.set(key, id);
      return `\0o${id}`;
    }
    const inner = method.call(key);
    if (inner === undefined) {
      const id = this.#objects.get(key) ?? ++this.#count;
      this.#objects.set(key, id);
      return `\0o${id}`;
    }
    if (typeof inner === "string") return `\0k${inner}`;
    if (typeof inner === "object") return undefined;
    return this.#simple(inner);
  }

  /** Hash-consing: every distinct content gets a number, so shared parts are read once. */
  #composite(root: object): string {
    const frames: Frame[] = [this.#frame(root)];
    // Few frames are looked through one by one; a set of many keeps deep keys linear.
    let open: Set<object> | null = null;
    let nodes = 0;
    for (;;) {
      const frame = frames[frames.length - 1] as Frame;
      if (frame.texts.length === frame.parts.length) {
        frames.pop();
        if (frame.sorted) frame.texts.sort();
        const content = `${frame.sorted ? "f" : "t"}${frame.texts.join(",")}`;
        let id = this.#ids.get(content);
        if (id === undefined) this.#ids.set(content, (id = this.#ids.size));
        const text = `#${id}`;
        this.#seen.set(frame.source, text);
        open?.delete(frame.source);
        const parent = frames[frames.length - 1];
        if (parent === undefined) return text;
        parent.texts.push(text);
        continue;
      }
      if (++nodes > this.#maxNodes) throw new LimitError("maxKeyNodes", this.#maxNodes, nodes);
      const part = frame.parts[frame.texts.length];
      const simple = this.#simple(part);
      if (simple !== undefined) {
        frame.texts.push(
          typeof simple === "string" ? `s${simple.length}:${simple}` : `${typeof simple}${String(simple)}`,
        );
        continue;
      }
      const seen = this.#seen.get(part as object);
      if (seen !== undefined) frame.texts.push(seen);
      else if (open === null ? frames.some((f) => f.source === part) : open.has(part as object)) {
        throw new TypeError("unhashable: a tuple that holds itself");
      } else {
        frames.push(this.#frame(part as object));
        if (open !== null) open.add(part as object);
        else if (frames.length > 16) open = new Set(frames.map((f) => f.source));
      }
    }
  }

  #frame(source: object): Frame {
    const sorted = !Array.isArray(source);
    const parts = sorted ? (source as { [pyKey](): readonly unknown[] })[pyKey]() : (source as readonly unknown[]);
    return { source, parts, texts: [], sorted };
  }
}

/** What Python calls JavaScript's own containers. */
function nativeType(value: object): string | undefined {
  const base = Object.getPrototypeOf(value) as object | null;
  if (value instanceof Map || base === Object.prototype || base === null) return "dict";
  return value instanceof Set ? "set" : undefined;
}

function pyTypeOf(value: object): string | undefined {
  return (value as { [pyType]?: string })[pyType];
}
