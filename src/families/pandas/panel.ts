/**
 * Panels, which pandas had until 0.24: frames of the same rows and columns behind each other.
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import { inspect, type Parts, pyRepr } from "../../core/values/protocol.ts";
import { Blocks, managerOf } from "./blocks.ts";
import { arrayColumn } from "./column.ts";
import { thing } from "./format.ts";
import { DataFrame } from "./frame.ts";
import type { Index } from "./labels.ts";
import { PandasObject, printed, reading, shown } from "./recipe.ts";

/**
 * A `pandas.Panel`: items, each of them a frame over the same rows (`major`) and columns (`minor`).
 *
 * @example
 * ```ts
 * const panel = await load<Panel>("old.pkl");
 * panel.frame("2011").column("price").toArray();
 * ```
 */
export class Panel extends PandasObject {
  #blocks: Blocks | null = null;

  /** @internal */
  get blocks(): Blocks {
    return (this.#blocks ??= reading("the blocks of a panel", () => new Blocks(managerOf(this), 3)));
  }

  /** Labels of the frames. */
  get items(): Index {
    return this.blocks.axes[0] as Index;
  }
  /** Labels of the rows of each frame. */
  get major(): Index {
    return this.blocks.axes[1] as Index;
  }
  /** Labels of the columns of each frame. */
  get minor(): Index {
    return this.blocks.axes[2] as Index;
  }
  /** Items, rows, columns. */
  get shape(): readonly [number, number, number] {
    return [this.items.length, this.major.length, this.minor.length];
  }

  /** The frame of an item; `RangeError` when there is none of this label. */
  frame(label: unknown): DataFrame {
    const at = this.items.indexOf(label);
    if (at < 0) throw new RangeError(`there is no item ${thing(label)}`);
    return this.frameAt(at);
  }
  /** A frame by its place, from 0; `RangeError` beyond the last. */
  frameAt(i: number): DataFrame {
    const { values, row } = this.blocks.rowOf(i);
    const [, rows, columns] = this.shape;
    return reading(`item ${i}`, () => {
      if (
        !(values instanceof NDArray) ||
        values.ndim !== 3 ||
        values.shape[1] !== rows ||
        values.shape[2] !== columns
      ) {
        throw new TypeError(`a block of a panel is an array of items by ${rows} by ${columns}`);
      }
      const made = Array.from({ length: columns }, (_, j) => arrayColumn(values.slice(row, ":", j)));
      return DataFrame.of(made, this.minor, this.major);
    });
  }

  toJSON(): unknown {
    return this.items.toArray().map((label, i) => [label, this.frameAt(i)]);
  }
  [pyRepr](): Parts {
    return [shown(this)];
  }
  [inspect](): string {
    return shown(this);
  }
  /** As pandas prints it: its axes alone. */
  override toString(): string {
    return printed(this, () => this.#text());
  }

  #text(): string {
    const axes = [
      ["items", this.items],
      ["major_axis", this.major],
      ["minor_axis", this.minor],
    ] as const;
    const sizes = axes.map(([name, { length }]) => `${length} (${name})`).join(" x ");
    const ends = axes.map(([name, own]) => {
      const first = own.length === 0 ? "None" : `${thing(own.get(0))} to ${thing(own.get(own.length - 1))}`;
      return `${name[0]?.toUpperCase()}${name.slice(1)} axis: ${first}`;
    });
    return [`<class 'pandas.core.panel.Panel'>`, `Dimensions: ${sizes}`, ...ends].join("\n");
  }
}
