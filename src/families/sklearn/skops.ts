/**
 * Files of skops (`skops.io.dump`): a zip of a schema, which tells classes and values, and of the arrays in it. They are
 * turned into a pickle, which is read as every other: nothing in them is run.
 *
 * @module
 */
import { FormatError, LimitError, UnsupportedError } from "../../core/errors.ts";
import { dtype, NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { PyByteArray, PyFloat, PyGlobal } from "../../core/values/scalars.ts";
import { PySet } from "../../core/values/set.ts";
import { EMPTY_TUPLE, isTuple, type PyTuple, tuple, tupleFrom } from "../../core/values/tuple.ts";
import { openZipSync, type ZipFile } from "../../core/zip/index.ts";
import { npyOf } from "../../formats/npy/index.ts";
import { dumps } from "../../formats/pickle/index.ts";
import { inMemory } from "../../sources/index.ts";
import { numpy } from "../numpy/index.ts";
import { PySlice } from "../stdlib/index.ts";

/** The file that tells what a skops file holds. */
export const SCHEMA = "schema.json";

/** Levels of a schema; the objects of scikit-learn have some twenty. */
const MOST_DEPTH = 500;

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bad(what: string): FormatError {
  return new FormatError(`the schema of the skops file does not add up: ${what}`, { format: "skops" });
}

/** The keys of a schema's dict are text; what they were stands beside them. */
function keyOf(text: string, type: unknown): unknown {
  const name = isNode(type) ? type["__class__"] : "str";
  if (name === "int") return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
  if (name === "float") return new PyFloat(numberOf(text));
  if (name === "bool") return text === "True" || text === "true";
  if (name === "NoneType") return null;
  return text;
}

function numberOf(text: string): number {
  if (text === "NaN") return Number.NaN;
  return Number(text);
}

/** What a `JsonNode` holds: text, an int, a float, a bool or None. */
function plainOf(content: unknown): unknown {
  if (typeof content !== "string") throw bad("a JsonNode holds no text");
  if (content === "null") return null;
  if (content === "true" || content === "false") return content === "true";
  if (/^-?\d+$/.test(content)) return Number.isSafeInteger(Number(content)) ? Number(content) : BigInt(content);
  if (/^-?(\d+(\.\d+)?([eE][+-]?\d+)?|Infinity)$|^NaN$/.test(content)) return new PyFloat(numberOf(content));
  const value = parsed(content);
  if (typeof value !== "string") throw bad(`a JsonNode holds ${content.slice(0, 40)}`);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (e) {
    if (e instanceof SyntaxError || e instanceof RangeError) throw bad(e.message);
    throw e;
  }
}

class Builder {
  readonly #zip: ZipFile;
  /** Objects that are met again, by the number that Python gave them. */
  readonly #made = new Map<unknown, unknown>();
  #depth = 0;

  constructor(zip: ZipFile) {
    this.#zip = zip;
  }

  build(node: unknown): unknown {
    if (!isNode(node)) throw bad("a node is no object");
    const id = node["__id__"];
    if (node["__loader__"] === "CachedNode") {
      if (!this.#made.has(id)) throw bad(`object ${String(id)} is referred to before it is there`);
      return this.#made.get(id);
    }
    if (++this.#depth > MOST_DEPTH) throw new LimitError("maxDepth", MOST_DEPTH, this.#depth);
    const made = this.#make(node);
    this.#depth--;
    if (id !== undefined) this.#made.set(id, made);
    return made;
  }

  #list(value: unknown): unknown[] {
    if (!Array.isArray(value)) throw bad("a list of nodes is expected");
    return value.map((one) => this.build(one));
  }

  #part(node: Node, name: string): unknown {
    const { content } = node;
    if (!isNode(content)) throw bad(`${String(node["__loader__"])} has no ${name}`);
    return this.build(content[name]);
  }

  #file(node: Node): Uint8Array {
    const { file } = node;
    if (typeof file !== "string" || !this.#zip.entries.has(file)) throw bad(`there is no file ${String(file)}`);
    return this.#zip.readSync(file);
  }

  #make(node: Node): unknown {
    const { content } = node;
    const cls = new PyGlobal(String(node["__module__"]), String(node["__class__"]));
    const loader = String(node["__loader__"]);
    switch (loader) {
      case "JsonNode":
        return plainOf(content);
      case "DictNode":
        return this.#dict(node);
      case "DefaultDictNode":
      case "_DictWithDeprecatedKeysNode":
        return this.#part(node, "main");
      case "ListNode":
        return this.#list(content);
      case "TupleNode":
        return tupleFrom(this.#list(content));
      case "SetNode":
        return new PySet(this.#list(content));
      case "NdArrayNode":
        return node["type"] === "json" ? this.#objects(node) : npyOf(this.#file(node));
      case "MaskedArrayNode":
        // The values that are not masked are what scikit-learn keeps them for.
        return this.#part(node, "data");
      case "SparseMatrixNode":
        return this.#sparse(cls, this.#file(node));
      case "DTypeNode": {
        const array = this.build(content);
        if (!(array instanceof NDArray)) throw bad("a dtype is that of an array");
        return array.dtype;
      }
      case "RandomStateNode":
        return stateful(
          new PyGlobal("numpy.random._pickle", "__randomstate_ctor"),
          tuple("MT19937"),
          this.build(content),
        );
      case "FunctionNode":
      case "TypeNode":
        return isNode(content) && typeof content["function"] === "string"
          ? new PyGlobal(String(content["module_path"]), content["function"])
          : cls;
      case "SliceNode":
        return isNode(content)
          ? new PySlice(content["start"] ?? null, content["stop"] ?? null, content["step"] ?? null)
          : this.build(content);
      case "PartialNode": {
        const func = this.#part(node, "func");
        const state = tuple(func, this.#part(node, "args"), this.#part(node, "kwds"), this.#part(node, "namespace"));
        return stateful(new PyGlobal("functools", "partial"), tuple(func), state);
      }
      case "BytesNode":
        return this.#file(node);
      case "BytearrayNode":
        return new PyByteArray(this.#file(node));
      case "ConstructorFromReduceNode":
        return new PyObject(cls, this.#args(this.build(content)), "call");
      default:
        return this.#object(cls, node, loader);
    }
  }

  #dict(node: Node): PyDict {
    const { content, key_types: types } = node;
    if (!isNode(content)) throw bad("a DictNode has no content");
    const kinds = isNode(types) && Array.isArray(types["content"]) ? (types["content"] as unknown[]) : [];
    const seen: unknown[] = [];
    // A type that is met again stands as a reference.
    const known = new Map<unknown, unknown>();
    for (const kind of kinds) {
      if (!isNode(kind)) throw bad("the type of a key is no node");
      if (kind["__loader__"] === "CachedNode") seen.push(known.get(kind["__id__"]) ?? this.#typeOf(kind));
      else {
        known.set(kind["__id__"], kind);
        this.build(kind);
        seen.push(kind);
      }
    }
    const made = new PyDict();
    for (const [i, [key, value]] of Object.entries(content).entries()) made.set(keyOf(key, seen[i]), this.build(value));
    return made;
  }

  #typeOf(kind: Node): Node {
    const found = this.#made.get(kind["__id__"]);
    return { __class__: found instanceof PyGlobal ? found.name : "str" };
  }

  #args(value: unknown): PyTuple {
    if (!isTuple(value)) throw bad("an object is made of a tuple");
    return value;
  }

  /** An array of objects: nested lists, and its shape. */
  #objects(node: Node): NDArray {
    const shape = this.build(node["shape"]);
    if (!isTuple(shape) || !shape.every((n) => typeof n === "number")) throw bad("an array has a shape");
    let items = this.#list(node["content"]);
    for (let axis = 1; axis < shape.length; axis++) {
      items = items.flatMap((one) => (Array.isArray(one) ? one : [one]));
    }
    try {
      return NDArray.over(dtype("O"), items, shape as readonly number[]);
    } catch (e) {
      if (e instanceof RangeError) throw bad(e.message);
      throw e;
    }
  }

  /** A matrix as `scipy.sparse.save_npz` writes it. */
  #sparse(cls: PyGlobal, bytes: Uint8Array): PyObject {
    const zip = openZipSync(bytes, inMemory(bytes));
    const part = (name: string): NDArray => {
      if (!zip.entries.has(`${name}.npy`)) throw bad(`a sparse matrix has no ${name}`);
      return npyOf(zip.readSync(`${name}.npy`));
    };
    const shape = tupleFrom((part("shape").flat() as unknown[]).map(Number));
    const names = zip.entries.has("row.npy") ? ["row", "col", "data"] : ["indices", "indptr", "data"];
    if (zip.entries.has("offsets.npy")) names.splice(0, 2, "offsets");
    const made = new PyObject(cls, EMPTY_TUPLE, "new");
    made.a = new PyDict<unknown, unknown>([
      ["_shape", shape],
      ["maxprint", 50],
      ...names.map((name) => [name, part(name)] as const),
    ]);
    return made;
  }

  #object(cls: PyGlobal, node: Node, loader: string): PyObject {
    const reduced = node["__reduce__"];
    if (!/^(ObjectNode|TreeNode|LossNode|SGDNode|ReduceNode|RandomGeneratorNode)$/.test(loader)) {
      throw new UnsupportedError(loader, `a ${loader} of skops (${cls.module}.${cls.name}) is not read`);
    }
    if (loader === "RandomGeneratorNode") return new PyObject(cls);
    const state = node["content"] === null || node["content"] === undefined ? undefined : this.build(node["content"]);
    if (isNode(reduced)) return stateful(cls, this.#args(this.build(reduced["args"])), state);
    // Trees of points are made by a function, and then filled.
    if (/^(KDTree|BallTree)(64|32)?$/.test(cls.name))
      return stateful(new PyGlobal(cls.module, "newObj"), tuple(cls), state);
    const made = new PyObject(cls, EMPTY_TUPLE, "new");
    return withState(made, state);
  }
}

function withState(made: PyObject, state: unknown): PyObject {
  if (state instanceof PyDict) made.a = state;
  else if (state !== undefined) made.rare = { state };
  return made;
}

/** An object that a function makes, and that is given a state. */
function stateful(func: PyGlobal, args: PyTuple, state: unknown): PyObject {
  return withState(new PyObject(func, args, "call"), state);
}

/** The pickle of what a skops file holds. Throws `FormatError`, `UnsupportedError` for nodes that are not known. */
export function skopsPickle(bytes: Uint8Array): Uint8Array {
  const zip = openZipSync(bytes, inMemory(bytes));
  if (!zip.entries.has(SCHEMA)) throw new FormatError(`there is no ${SCHEMA} in the zip`, { format: "skops" });
  const schema = parsed(new TextDecoder().decode(zip.readSync(SCHEMA)));
  return dumps(new Builder(zip).build(schema), { packs: [numpy], protocol: 5 });
}
