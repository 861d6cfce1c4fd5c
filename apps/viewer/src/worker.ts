/**
 * The worker: holds the open file, and answers the page.
 *
 * @module
 */
import { BrineError } from "../../../src/core/errors.ts";
import { tableOf } from "../../../src/core/values/protocol.ts";
import { type Arrayish, Items } from "./item.ts";
import { cellsOf, histogramOf, isNumeric, linesOf, pictureOf, planeOf } from "./numbers.ts";
import { Listing } from "./opcodes.ts";
import { type OpenFile, openFile } from "./opening.ts";
import type { Answer, Calls, Found, Problem, Request } from "./protocol.ts";
import { safetyOf } from "./safety.ts";
import { saved, savesOf } from "./saves.ts";
import { tableCells } from "./tables.ts";

/** Values that a search looks at, and those it gives. */
const LOOKED_AT = 200_000;
const FOUND = 200;

/** One file and all that the page asks of it. */
class Session implements Calls {
  #file: OpenFile | null = null;
  #items: Items | null = null;
  #listing: Listing | null = null;

  get #open(): { file: OpenFile; items: Items } {
    if (this.#file === null || this.#items === null) throw new RangeError("no file is open");
    return { file: this.#file, items: this.#items };
  }

  #array(id: number): Arrayish {
    const { array } = this.#open.items.item(id);
    if (array === null) throw new RangeError("this is no array");
    return array;
  }

  #found(id: number): Found {
    const { items } = this.#open;
    return { entry: items.entry(id), trail: items.trail(id) };
  }

  open: Calls["open"] = async (input) => {
    const file = await openFile(input, (read, total) => answer({ progress: [read, total] }));
    this.#file = file;
    this.#items = new Items(file.root);
    this.#listing = null;
    const { format, size, rest, bytes } = file;
    return { root: this.#items.entry(0), format, size, rest, hasOpcodes: bytes !== null };
  };

  children: Calls["children"] = async (id, from, count) => {
    const { items } = this.#open;
    const { ids, more } = await items.children(id, from, count);
    return { entries: ids.map((kid) => items.entry(kid)), more };
  };

  show: Calls["show"] = async (id) => {
    const item = this.#open.items.item(id);
    const { array, look } = item;
    const table = look === "table" ? tableOf(await item.value()) : null;
    return {
      look,
      shape: array?.shape ?? table?.shape ?? [],
      dtype: array?.dtype ?? "",
      isNumeric: array !== null && isNumeric(array),
      attributes: await item.attributes(),
      saves: savesOf(item),
    };
  };

  text: Calls["text"] = async (id) => this.#open.items.item(id).text();

  cells: Calls["cells"] = async (id, slice, rows, columns) => {
    const item = this.#open.items.item(id);
    if (item.look !== "table") return cellsOf(this.#array(id), slice, rows, columns);
    const table = tableOf(await item.value());
    if (table === null) throw new RangeError("this is no table");
    return tableCells(table, rows, columns);
  };

  plane: Calls["plane"] = async (id, slice) => planeOf(this.#array(id), slice);
  lines: Calls["lines"] = async (id, slice, count) => linesOf(this.#array(id), slice, count);
  histogram: Calls["histogram"] = async (id, slice, bins) => histogramOf(this.#array(id), slice, bins);
  picture: Calls["picture"] = async (id, slice) => pictureOf(this.#array(id), slice);

  find: Calls["find"] = async (text) => {
    const { items } = this.#open;
    const wanted = text.toLowerCase();
    const found: Found[] = [];
    let looked = 0;
    for await (const id of items.walk(LOOKED_AT)) {
      looked++;
      const { name, type, preview, hasChildren } = items.entry(id);
      // A container's preview repeats what its parts hold.
      const texts = hasChildren ? [name, type] : [name, type, preview];
      if (id === 0 || !texts.some((part) => part.toLowerCase().includes(wanted))) continue;
      found.push(this.#found(id));
      if (found.length === FOUND) return { found, isWhole: false };
    }
    return { found, isWhole: looked < LOOKED_AT };
  };

  locate: Calls["locate"] = async (path) => {
    const { items } = this.#open;
    let id = 0;
    for (;;) {
      if (items.entry(id).path === path) return this.#found(id);
      const next = await this.#childOn(id, path);
      if (next === null) return null;
      id = next;
    }
  };

  /** The child that a path leads through. */
  async #childOn(id: number, path: string): Promise<number | null> {
    const { items } = this.#open;
    for (let from = 0; ; from += 100) {
      const { ids, more } = await items.children(id, from, 100);
      for (const kid of ids) {
        const { path: own } = items.entry(kid);
        if (own === path || (path.startsWith(own) && /^[[./]/.test(path.slice(own.length)))) return kid;
      }
      if (!more) return null;
    }
  }

  #opcodes(): Listing {
    const { bytes } = this.#open.file;
    if (bytes === null) throw new RangeError("this file is no small pickle: brine dis lists its opcodes");
    this.#listing ??= new Listing(bytes);
    return this.#listing;
  }

  opcodes: Calls["opcodes"] = async (from, count) => {
    const { lines, problem } = this.#opcodes();
    return { lines: lines.slice(from, from + count), total: lines.length, problem };
  };

  opcodeAt: Calls["opcodeAt"] = async (offset) => this.#opcodes().lineAt(offset);

  valueAt: Calls["valueAt"] = async (offset) => {
    const { items } = this.#open;
    let best = -1;
    let nearest = -1;
    for await (const id of items.walk(LOOKED_AT)) {
      const at = items.entry(id).offset;
      if (at !== undefined && at <= offset && at >= nearest) [best, nearest] = [id, at];
    }
    return best < 0 ? null : this.#found(best);
  };

  safety: Calls["safety"] = async () => safetyOf(this.#open.file.source, this.#open.items.item(0).name);

  save: Calls["save"] = async (id, format) => saved(this.#open.items.item(id), format);
}

/** Memory of numbers and pixels, which were made for the page and go to it without a copy. */
function memoryOf(result: unknown): Transferable[] {
  if (typeof result !== "object" || result === null) return [];
  const parts = [...Object.values(result), ...((result as { lines?: unknown[] }).lines ?? [])];
  const buffers = parts
    .filter((part) => part instanceof Float64Array || part instanceof Uint8ClampedArray)
    .map(({ buffer }) => buffer as ArrayBuffer);
  return [...new Set(buffers)];
}

function answer(message: Answer, transfer: Transferable[] = []): void {
  (self as unknown as { postMessage(message: Answer, transfer: Transferable[]): void }).postMessage(message, transfer);
}

function problemOf(e: unknown): Problem {
  if (e instanceof BrineError) return { message: e.message, code: e.code, offset: e.offset };
  return { message: e instanceof Error ? e.message : String(e), code: undefined, offset: undefined };
}

const session = new Session();

self.addEventListener("message", ({ data }: MessageEvent<Request>) => {
  const { call, name, args } = data;
  const run = session[name] as (...args: readonly unknown[]) => Promise<unknown>;
  run(...args).then(
    (result) => answer({ call, result }, memoryOf(result)),
    (e) => answer({ call, problem: problemOf(e) }),
  );
});
