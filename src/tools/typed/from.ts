/**
 * From typed JSON back to the value.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import { type LoadOptions, loads, PyFloat } from "../../formats/pickle/index.ts";
import { Writer } from "../../formats/pickle/write/writer.ts";
import { withPacks } from "../../packs.ts";

/** How classes of the caller's are rebuilt, as for `loads`. */
export type FromTypedOptions = Pick<LoadOptions, "packs" | "classes" | "findClass" | "renames" | "globals" | "limits">;

type Json = Record<string, unknown>;

/**
 * Makes the value again that `toTypedJSON` wrote. As in `loads`, nothing that is named in the JSON is ever run. Throws
 * `FormatError` for a node that makes no sense and `UnpicklingError` for what `loads` would refuse.
 *
 * @example
 * ```ts
 * fromTypedJSON({ $type: "set", items: [1, 2] }); // PySet {1, 2}
 * ```
 */
export function fromTypedJSON<T = unknown>(json: unknown, options: FromTypedOptions = {}): T {
  if (typeOf(json) === "float") {
    const value = floatOf((json as Json)["value"]);
    // A bare float has no container to be remembered by.
    if (Number.isInteger(value) && !Object.is(value, -0)) return new PyFloat(value) as T;
  }
  return loads<T>(new Emitter(json).bytes(), withPacks(options));
}

/** Writes JSON nodes as a pickle, each as Python's pickler would write the value. */
class Emitter {
  #w = new Writer();
  #root: unknown;
  #ids: Map<unknown, object>;
  /** Memo slots of the nodes that are there. */
  #memo = new Map<object, number>();
  /** Nodes begun and not there yet, and how large the memo was then. */
  #open = new Map<object, number>();

  constructor(root: unknown) {
    this.#root = root;
    this.#ids = idsOf(root);
  }

  bytes(): Uint8Array {
    this.#w.begin(5, false);
    const stack = this.#save(this.#root);
    for (let work = stack.at(-1); work !== undefined; work = stack.at(-1)) {
      const { done, value } = work.next();
      if (done) stack.pop();
      else stack.push(...this.#save(value));
    }
    return this.#w.finish();
  }

  /** Writes a leaf or a reference; else gives the work that is to be done. */
  #save(json: unknown): Generator<unknown, void>[] {
    const w = this.#w;
    if (json === null) w.op(0x4e);
    else if (typeof json === "string") w.string(json);
    else if (typeof json === "boolean") w.op(json ? 0x88 : 0x89);
    else if (typeof json === "number") {
      if (Number.isSafeInteger(json) && !Object.is(json, -0)) w.int(json);
      else w.float(json);
    } else if (typeof json === "object") return this.#node(json);
    else throw new FormatError(`typed JSON has no ${typeof json}`);
    return [];
  }

  #node(json: object): Generator<unknown, void>[] {
    const w = this.#w;
    const ref = Array.isArray(json) ? undefined : (json as Json)["$ref"];
    if (ref !== undefined) {
      const target = this.#ids.get(ref);
      if (target === undefined) throw new FormatError(`typed JSON: no node has the $id ${String(ref)}`);
      json = target;
    }
    const slot = this.#memo.get(json);
    if (slot !== undefined) {
      w.get(slot);
      return [];
    }
    const type = typeOf(json);
    const { value } = json as Json;
    if (type === "float") {
      w.float(floatOf(value));
      const { bits } = json as Json;
      if (bits !== undefined) w.view.setBigUint64(w.n - 8, nanOf(bits));
    } else if (type === "int") w.long(intOf(value));
    else {
      // What cannot be made before its parts is written again inside them, until they are there.
      if (this.#open.get(json) === this.#memo.size) throw new FormatError(`typed JSON: a ${type} holds itself`);
      this.#open.set(json, this.#memo.size);
      return [this.#emit(json as Json, type)];
    }
    return [];
  }

  *#emit(json: Json, type: string): Generator<unknown, void> {
    const w = this.#w;
    switch (type) {
      case "list":
        this.#begin(json, 0x5d);
        yield* this.#marked(Array.isArray(json) ? json : arrayOf(json, "items"), 0x65);
        return;
      case "set":
        this.#begin(json, 0x8f);
        yield* this.#marked(arrayOf(json, "items"), 0x90);
        return;
      case "dict":
        this.#begin(json, 0x7d);
        yield* this.#marked(
          "$type" in json ? arrayOf(json, "items").flatMap(pairOf) : Object.entries(json).flat(),
          0x75,
        );
        return;
      case "tuple":
      case "frozenset": {
        const items = arrayOf(json, "items");
        if (items.length === 0 && type === "tuple") {
          w.op(0x29);
          return;
        }
        w.op(0x28);
        for (const item of items) yield item;
        if (!this.#known(json, 0x31)) this.#begin(json, type === "tuple" ? 0x74 : 0x91);
        return;
      }
      case "bytes":
        w.bytes(bytesOf(json["base64"]));
        this.#memo.set(json, w.put());
        return;
      case "bytearray":
        w.byteArray(bytesOf(json["base64"]));
        this.#memo.set(json, w.put());
        return;
      case "global":
        w.string(textOf(json, "module"));
        w.string(textOf(json, "name"));
        this.#begin(json, 0x93);
        return;
      case "new":
      case "call":
        yield* this.#instance(json, type);
        return;
      case "instance":
        w.op(0x28);
        yield* this.#instance(json, type);
        return;
      default:
        throw new FormatError(`typed JSON: unknown $type ${JSON.stringify(type)}`);
    }
  }

  *#instance(json: Json, type: "new" | "call" | "instance"): Generator<unknown, void> {
    const w = this.#w;
    const { args = [], kwargs, items, pairs, setter, state } = json;
    yield json[type === "call" ? "func" : "class"];
    if (type === "instance") w.op(0x6f);
    else if (!Array.isArray(args)) yield args;
    else if (args.length === 0) w.op(0x29);
    else {
      w.op(0x28);
      for (const arg of args) yield arg;
      w.op(0x74);
    }
    if (type !== "instance") {
      if (kwargs !== undefined) yield kwargs;
      w.op(type === "call" ? 0x52 : kwargs === undefined ? 0x81 : 0x92);
    }
    if (!this.#known(json, 0x30)) this.#memo.set(json, w.put());
    if (items !== undefined) yield* this.#marked(arrayOf(json, "items"), 0x65);
    if (pairs !== undefined) yield* this.#marked(arrayOf(json, "pairs").flatMap(pairOf), 0x75);
    if (state === undefined) return;
    if (setter === undefined) {
      yield state;
      w.op(0x62);
    } else {
      yield setter;
      yield json;
      yield state;
      for (const op of [0x86, 0x52, 0x30]) w.op(op);
    }
  }

  *#marked(items: readonly unknown[], op: number): Generator<unknown, void> {
    if (items.length === 0) return;
    this.#w.op(0x28);
    for (const item of items) yield item;
    this.#w.op(op);
  }

  /** Makes a node's value and remembers it. */
  #begin(json: object, op: number): void {
    this.#w.op(op);
    this.#memo.set(json, this.#w.put());
  }

  /** Was the node made while its parts were? Then it is dropped here and that one taken. */
  #known(json: object, drop: number): boolean {
    const slot = this.#memo.get(json);
    if (slot === undefined) return false;
    this.#w.op(drop);
    this.#w.get(slot);
    return true;
  }
}

/** `$type`, "list" for an array, "dict" for an object without one, "" for everything else. */
function typeOf(json: unknown): string {
  if (typeof json !== "object" || json === null) return "";
  if (Array.isArray(json)) return "list";
  const { $type: type } = json as Json;
  return type === undefined ? "dict" : String(type);
}

/** All nodes by their `$id`. */
function idsOf(root: unknown): Map<unknown, object> {
  const ids = new Map<unknown, object>();
  const seen = new Set<object>();
  const todo = [root];
  while (todo.length > 0) {
    const node = todo.pop();
    if (typeof node !== "object" || node === null || seen.has(node)) continue;
    seen.add(node);
    const { $id: id } = node as Json;
    if (id !== undefined && !Array.isArray(node)) {
      if (ids.has(id)) throw new FormatError(`typed JSON: two nodes have the $id ${String(id)}`);
      ids.set(id, node);
    }
    for (const value of Object.values(node)) if (typeof value === "object") todo.push(value);
  }
  return ids;
}

function arrayOf(json: Json, key: string): unknown[] {
  const found = json[key];
  if (!Array.isArray(found)) throw new FormatError(`typed JSON: ${key} of a ${typeOf(json)} must be an array`);
  return found;
}

function pairOf(pair: unknown): unknown[] {
  if (!Array.isArray(pair) || pair.length !== 2) throw new FormatError("typed JSON: a pair is [key, value]");
  return pair;
}

function textOf(json: Json, key: string): string {
  const found = json[key];
  if (typeof found !== "string") throw new FormatError(`typed JSON: ${key} of a ${typeOf(json)} must be a string`);
  return found;
}

function intOf(text: unknown): bigint {
  if (typeof text !== "string" || !/^-?\d{1,1000000}$/.test(text)) throw new FormatError("typed JSON: a bad int");
  return BigInt(text);
}

function floatOf(text: unknown): number {
  if (typeof text === "string") {
    const special = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY }[text];
    if (special !== undefined) return special;
    if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) return Number(text);
  }
  throw new FormatError("typed JSON: a bad float");
}

/** The bits of a NaN. */
function nanOf(bits: unknown): bigint {
  if (typeof bits === "string" && /^[7f]ff[0-9a-f]{13}$/.test(bits)) return BigInt(`0x${bits}`);
  throw new FormatError("typed JSON: bad bits of a float");
}

function bytesOf(text: unknown): Uint8Array {
  try {
    if (typeof text === "string") return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    // What is no base64 is told below.
  }
  throw new FormatError("typed JSON: bad base64");
}
