/**
 * Block managers: where the columns of a frame lie, in every form since pandas 0.13.
 *
 * - `BlockManager` given `(axes, values, items, {"0.14.1": {axes, blocks: [{values, mgr_locs}]}})` (0.14 to 1.2; series
 *   to this day), or three of these before.
 * - `BlockManager(blocks, axes)` with `_unpickle_block(values, placement, ndim)` (1.3 on).
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { typeName } from "../../core/values/repr.ts";
import { isTuple } from "../../core/values/tuple.ts";
import { PySlice } from "../stdlib/index.ts";
import { rowColumn } from "./arrays.ts";
import { arrayColumn, type Column } from "./column.ts";
import { Index, keyOf } from "./labels.ts";
import { indexIn } from "./oldindex.ts";
import { argsOf, attr, kindOf, num, reading, stateOf } from "./recipe.ts";

/** A block: values of one dtype, a row of them for each of its items. */
interface Block {
  readonly values: unknown;
  /** Places of its rows among the items; null for all of them. */
  readonly places: ArrayLike<number> | null;
}

/** A manager: axes (items first), and for each item its block and the row in it. */
export class Blocks {
  readonly axes: readonly Index[];
  readonly #block: readonly Block[];
  readonly #of: Int32Array;
  readonly #row: Int32Array;
  readonly #columns = new Map<number, Column>();

  constructor(manager: unknown, ndim: 1 | 2 | 3) {
    const { axes, blocks } = read(manager, ndim);
    this.axes = axes;
    this.#block = blocks;
    const items = ndim === 1 ? 1 : (axes[0] as Index).length;
    const total = blocks.reduce((n, block) => n + (block.places?.length ?? items), 0);
    // Counted before anything is made of a claimed length.
    if (total !== items) throw new RangeError(`the blocks have ${total} rows for ${items} items`);
    this.#of = new Int32Array(items).fill(-1);
    this.#row = new Int32Array(items);
    for (const [b, { places }] of blocks.entries()) {
      const count = places?.length ?? items;
      for (let row = 0; row < count; row++) {
        const item = ndim === 1 ? 0 : places === null ? row : (places[row] as number);
        if (!(item >= 0 && item < items)) throw new RangeError(`a block has a row for item ${item} of ${items}`);
        if (this.#of[item] !== -1) throw new RangeError(`item ${item} lies in two blocks`);
        this.#of[item] = b;
        this.#row[item] = row;
      }
    }
  }

  /** The block of an item, and its row in it. */
  rowOf(item: number): { values: unknown; row: number } {
    const block = this.#block[this.#of[item] ?? -1];
    if (block === undefined) throw new RangeError(`there is no item ${item}`);
    return { values: block.values, row: this.#row[item] as number };
  }

  /** The column of an item; its length is that of the axis. */
  column(item: number): Column {
    const known = this.#columns.get(item);
    if (known !== undefined) return known;
    const block = this.rowOf(item);
    const { length } = this.axes.at(-1) as Index;
    const column = reading(`column ${item}`, () => {
      const read = rowColumn(block.values, block.row);
      if (read.length !== length) throw new RangeError(`it has ${read.length} items for ${length} rows`);
      return read;
    });
    this.#columns.set(item, column);
    return column;
  }
}

/** The manager of a frame or series: an attribute, or (before 0.17) all of the state. */
export function managerOf(value: unknown): unknown {
  const state = stateOf(value);
  return kindOf(state).endsWith("BlockManager") ? state : attr(value, "_mgr", "_data");
}

/** Is this a manager of pandas 0.14.1 or later? */
export function isKnownManager(manager: unknown): boolean {
  const state = stateOf(manager);
  if (isTuple(state)) {
    // Before 0.15 an index was an array of NumPy.
    const [axes] = state;
    const isNew = state.length >= 4 && state[3] instanceof PyDict && state[3].has("0.14.1");
    return isNew && Array.isArray(axes) && axes.every((axis) => axis instanceof Index);
  }
  return argsOf(manager).length >= 2;
}

function read(manager: unknown, ndim: 1 | 2 | 3): { axes: Index[]; blocks: Block[] } {
  const state = stateOf(manager);
  if (isTuple(state) && state.length >= 4 && state[3] instanceof PyDict) {
    const whole = state[3].get("0.14.1");
    if (whole instanceof PyDict) {
      const list = whole.get("blocks");
      if (!Array.isArray(list)) throw new TypeError("the blocks of a frame are a list");
      const blocks = list.map((one): Block => {
        if (!(one instanceof PyDict)) throw new TypeError("a block is a dict of its values and places");
        return { values: one.get("values"), places: ndim === 1 ? [0] : placesOf(one.get("mgr_locs")) };
      });
      return { axes: axesOf(whole.get("axes"), ndim), blocks };
    }
  }
  if (isTuple(state) && state.length >= 3) return readOld(state, ndim);
  const [first, second] = argsOf(manager);
  if (Array.isArray(first) && Array.isArray(second)) {
    const blocks = first.map((one): Block => {
      const [values, placement] = argsOf(one);
      return { values, places: ndim === 1 ? [0] : placesOf(placement) };
    });
    return { axes: axesOf(second, ndim), blocks };
  }
  throw new TypeError(`a ${kindOf(manager) || typeName(manager)} holds no blocks that are known`);
}

/** Before 0.14: labels of each block, to be found among the items. */
function readOld(state: readonly unknown[], ndim: 1 | 2 | 3): { axes: Index[]; blocks: Block[] } {
  const [axes, values, items] = state;
  const read = axesOf(axes, ndim);
  if (!Array.isArray(values) || !Array.isArray(items))
    throw new TypeError("blocks are a list of values and one of items");
  // Of labels that come twice each is taken once, in their order.
  const free = new Map<unknown, number[]>();
  if (ndim !== 1) {
    for (const [place, label] of (read[0] as Index).toArray().entries()) {
      const known = free.get(keyOf(label));
      if (known === undefined) free.set(keyOf(label), [place]);
      else known.push(place);
    }
    for (const places of free.values()) places.reverse();
  }
  const blocks = values.map((one, i): Block => {
    if (ndim === 1) return { values: one, places: [0] };
    const labels = indexIn(items[i]).toArray();
    return {
      values: one,
      places: labels.map((label) => free.get(keyOf(label))?.pop() ?? -1),
    };
  });
  return { axes: read, blocks };
}

function axesOf(value: unknown, ndim: number): Index[] {
  if (!Array.isArray(value) || value.length !== ndim) throw new TypeError(`a manager has ${ndim} axes`);
  return value.map(indexIn);
}

/** Places as a slice, an array, or a `BlockPlacement` of either. */
function placesOf(value: unknown): ArrayLike<number> {
  if (value instanceof PySlice) {
    const start = num(value.start ?? 0, "the start of a block");
    const stop = num(value.stop, "the stop of a block");
    const step = num(value.step ?? 1, "the step of a block");
    const count = step === 0 ? 0 : Math.max(0, Math.ceil((stop - start) / step));
    if (count > 2 ** 24) throw new RangeError(`a block has no ${count} rows`);
    return Int32Array.from({ length: count }, (_, i) => start + i * step);
  }
  if (value instanceof NDArray) return Int32Array.from(arrayColumn(value).values as ArrayLike<number>, Number);
  if (Array.isArray(value)) return value.map((place) => num(place, "the place of a row"));
  if (value instanceof PyObject && kindOf(value) === "BlockPlacement") return placesOf(value.args[0]);
  return [num(value, "the place of a block")];
}
