/**
 * Values of an open file, known to the page by numbers.
 *
 * @module
 */
import { LazyNDArray, NDArray } from "../../../src/core/ndarray/index.ts";
import { tableOf } from "../../../src/core/values/protocol.ts";
import { repr } from "../../../src/core/values/repr.ts";
import { type Node, shapeText } from "../../../src/tools/inspect/index.ts";
import type { Entry, Look } from "./protocol.ts";

/** What a dataset in a file and an array in memory have in common. */
export interface Arrayish {
  readonly shape: readonly number[];
  /** One letter, as in NumPy. */
  readonly kind: string;
  readonly dtype: string;
  /** What indices pick, as in NumPy. */
  part(indices: readonly (number | string)[]): Promise<NDArray>;
}

/** A value, and how it is looked into. */
export interface Item extends Omit<Entry, "id"> {
  readonly look: Look;
  readonly array: Arrayish | null;
  children(): AsyncIterable<Item> | Iterable<Item>;
  attributes(): Promise<[string, string][]>;
  /** The value itself, read whole. */
  value(): Promise<unknown>;
  text(): Promise<string>;
}

/** Characters of a text that the page is given. */
const MAX_TEXT = 400_000;

/** A value as the text that is shown of it. */
export function textOf(value: unknown): string {
  const text =
    typeof value === "string"
      ? value
      : value instanceof NDArray || tableOf(value) !== null
        ? String(value)
        : repr(value, { maxChars: MAX_TEXT });
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}\n… ${text.length - MAX_TEXT} characters more` : text;
}

/** An array in memory. */
export function inMemory(array: NDArray): Arrayish {
  return {
    shape: array.shape,
    kind: array.dtype.fields === null ? array.dtype.kind : "V",
    dtype: String(array.dtype),
    part: async (indices) => array.slice(...indices),
  };
}

/** An array that stays in its file. */
export function inFile(array: LazyNDArray): Arrayish {
  const { dtype, shape } = array;
  return {
    shape,
    kind: dtype.fields === null ? dtype.kind : "V",
    dtype: String(dtype),
    part: (indices) => array.slice(...indices),
  };
}

/** Elements of an array in a file that are read for its text, or for a file of another format. */
const MAX_READ = 50_000_000;

/** All of an array that stays in its file. Throws `RangeError` for one that is too large. */
export async function wholeOf(array: LazyNDArray): Promise<NDArray> {
  if (array.size <= MAX_READ) return array.load();
  throw new RangeError(`${array.size} elements are too many to be read at once: take a part of them in a program`);
}

function arrayOf(value: unknown): Arrayish | null {
  if (value instanceof NDArray) return value.ndim > 0 ? inMemory(value) : null;
  return value instanceof LazyNDArray && value.ndim > 0 ? inFile(value) : null;
}

/**
 * A value of a pickle, a joblib file, an array, a frame: what `inspect` of brine gives. `variable` stands for the root in
 * Python, `prefix` before the paths where the root is itself a part of the file.
 */
export function nodeItem(node: Node, variable = "x", prefix = ""): Item {
  const { value } = node;
  const table = tableOf(value);
  const lazy = value instanceof LazyNDArray ? value : null;
  const array = arrayOf(value);
  return {
    name: node.name,
    path: prefix + node.path,
    python: variable + node.path,
    type: node.type,
    details: lazy === null ? detailsOf(node) : `${lazy.dtype} ${shapeText(lazy.shape)}`,
    preview: lazy === null ? node.preview : "",
    offset: node.offset,
    hasChildren: lazy === null && node.hasChildren,
    look:
      array !== null
        ? "array"
        : table !== null
          ? "table"
          : typeof value === "string"
            ? "text"
            : value instanceof Uint8Array
              ? "bytes"
              : "value",
    array,
    *children() {
      for (const child of node.children()) yield nodeItem(child, variable, prefix);
    },
    attributes: async () => [],
    value: async () => (lazy === null ? value : wholeOf(lazy)),
    text: async () => textOf(lazy === null ? value : await wholeOf(lazy)),
  };
}

function detailsOf({ details, length }: Node): string {
  return details ?? (length === undefined ? "" : `(${length})`);
}

/** How many children are looked at in search of one place. */
const PAGE = 100;

/** All items of a file that were asked for, with their parents. */
export class Items {
  readonly #all: Held[] = [];

  constructor(root: Item) {
    this.#add(root, -1, 0);
  }

  #add(item: Item, parent: number, index: number): number {
    this.#all.push({ item, parent, index, kids: [], rest: null });
    return this.#all.length - 1;
  }

  #of(id: number): Held {
    const found = this.#all[id];
    if (found === undefined) throw new RangeError(`there is no value ${id}`);
    return found;
  }

  item(id: number): Item {
    return this.#of(id).item;
  }

  entry(id: number): Entry {
    const { name, path, python, type, details, preview, offset, hasChildren } = this.item(id);
    return { id, name, path, python, type, details, preview, offset, hasChildren };
  }

  /** Places of a value and its parents among their siblings, from the top. */
  trail(id: number): number[] {
    const out: number[] = [];
    for (let at = id; this.#of(at).parent >= 0; at = this.#of(at).parent) out.unshift(this.#of(at).index);
    return out;
  }

  /** Children by their places; fewer where there are no more. */
  async children(id: number, from: number, count: number): Promise<{ ids: number[]; more: boolean }> {
    const own = this.#of(id);
    if (own.rest === null) {
      const list = own.item.children();
      own.rest = {
        next: Symbol.asyncIterator in list ? list[Symbol.asyncIterator]() : list[Symbol.iterator](),
        done: false,
      };
    }
    const { rest } = own;
    // One more than was asked for tells whether there are more.
    while (!rest.done && own.kids.length <= from + count) {
      const { done, value } = await rest.next.next();
      if (done) rest.done = true;
      else own.kids.push(this.#add(value, id, own.kids.length));
    }
    return { ids: own.kids.slice(from, from + count), more: own.kids.length > from + count };
  }

  /** All values from the top, level by level, up to so many. */
  async *walk(limit: number): AsyncIterableIterator<number> {
    const todo = [0];
    for (let at = 0; at < todo.length && at < limit; at++) {
      const id = todo[at] as number;
      yield id;
      if (!this.item(id).hasChildren) continue;
      for (let from = 0; todo.length < limit; from += PAGE) {
        const { ids, more } = await this.children(id, from, PAGE);
        todo.push(...ids);
        if (!more) break;
      }
    }
  }
}

/** An item, its place among its siblings, and the children that were asked for so far. */
interface Held {
  readonly item: Item;
  readonly parent: number;
  readonly index: number;
  readonly kids: number[];
  rest: Rest | null;
}

interface Rest {
  readonly next: AsyncIterator<Item> | Iterator<Item>;
  done: boolean;
}
