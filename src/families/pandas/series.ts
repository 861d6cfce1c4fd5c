/**
 * Series: a column with an index and a name.
 *
 * @module
 */
import { PyDict } from "../../core/values/dict.ts";
import { inspect, type Parts, pyRepr, pyTable, type TableView } from "../../core/values/protocol.ts";
import { isTuple } from "../../core/values/tuple.ts";
import { scalarOf } from "./arrays.ts";
import { Blocks, managerOf } from "./blocks.ts";
import type { Column } from "./column.ts";
import { type CSVOptions, csvText } from "./csv.ts";
import { cells, thing } from "./format.ts";
import { type ColumnInput, columnFrom } from "./from.ts";
import { Index } from "./labels.ts";
import { indexOfColumn, makeLevels, makeRange, makeSeries, sliceIndex } from "./make.ts";
import { type PrintOptions, seriesText } from "./print.ts";
import { attr, PandasObject, printed, reading, shown, tabular } from "./recipe.ts";

/** Options of `Series.from`. */
export interface SeriesOptions {
  name?: string | null;
  /** As pandas names it: `"Int64"`, `"category"`… */
  dtype?: string;
  /** Labels of the items: an index, or what a column is made of; else 0, 1, 2… */
  index?: Index | ColumnInput;
}

/**
 * A `pandas.Series`.
 *
 * @example
 * ```ts
 * const s = Series.from([1, 2, null], { name: "n" });
 * s.dtype; // "float64"
 * ```
 */
export class Series extends PandasObject {
  #blocks: Blocks | null = null;
  #column: Column | null = null;

  /** A series of values, as `DataFrame.fromColumns` takes them. Throws as that does. */
  static from(values: ColumnInput, options: SeriesOptions = {}): Series {
    const column = columnFrom(values, options.dtype);
    const { index } = options;
    const own = index === undefined || index instanceof Index ? index : indexOfColumn(columnFrom(index));
    return Series.of(column, own ?? makeRange(column.length), options.name ?? null);
  }

  /** @internal */
  static of(column: Column, index: Index, name: unknown): Series {
    if (index.length !== column.length) throw new RangeError(`${index.length} labels for ${column.length} items`);
    const [recipe, state] = makeSeries(column, index, name);
    const made = new Series(recipe, state);
    made.#column = column;
    return made;
  }

  /** @internal */
  get blocks(): Blocks {
    return (this.#blocks ??= reading("the block of a series", () => new Blocks(managerOf(this), 1)));
  }

  get index(): Index {
    return this.blocks.axes[0] as Index;
  }
  /** The values. */
  get column(): Column {
    return this.#column ?? this.blocks.column(0);
  }
  /** As {@link Column.values}. */
  get values(): Column["values"] {
    return this.column.values;
  }
  get name(): unknown {
    return scalarOf(attr(this, "_name", "name") ?? null);
  }
  get dtype(): string {
    return this.column.dtype;
  }
  get length(): number {
    return this.index.length;
  }
  get shape(): readonly [number] {
    return [this.length];
  }
  /** What the program noted of the series. */
  get attrs(): PyDict {
    const own = attr(this, "attrs");
    return own instanceof PyDict ? own : new PyDict();
  }

  /** The item at a place, as `Column.get`; `RangeError` beyond the end. */
  get(i: number): unknown {
    return this.column.get(i);
  }
  /** The item of a label; undefined for one that is not there. */
  at(label: unknown): unknown {
    const i = this.index.indexOf(label);
    return i < 0 ? undefined : this.get(i);
  }
  toArray(): unknown[] {
    return this.column.toArray();
  }
  /** The first `n` items. */
  head(n = 5): Series {
    const count = Math.min(Math.max(0, n), this.length);
    return Series.of(this.column.slice(0, count), sliceIndex(this.index, 0, count), this.name);
  }
  *[Symbol.iterator](): IterableIterator<unknown> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }
  toJSON(): unknown {
    return this.toArray();
  }
  /** CSV as `to_csv` writes it. */
  toCSV(options?: CSVOptions): string {
    // A tuple names the levels of a column.
    const { name } = this;
    const labels = isTuple(name) && name.length > 1 ? makeLevels(name) : indexOfColumn(columnFrom([name ?? "0"]));
    return csvText(labels, this.index, () => this.column, options);
  }
  get [pyTable](): TableView | null {
    return tabular(() => this.#asTable());
  }
  #asTable(): TableView {
    const { column, index, name, length } = this;
    const first = cells(column.slice(0, Math.min(length, 12)), "").map((text) => text.trim());
    return {
      shape: [length],
      details: `${column.dtype} (${length},)`,
      preview: `[${first.join(", ")}${length > first.length ? ", …" : ""}]`,
      columns: [],
      attributes: [
        ["index", index],
        ["name", name],
      ],
      item: (label) => this.at(label),
      slice: (start, stop) => Series.of(column.slice(start, stop), sliceIndex(index, start, stop), name),
      csv: () => this.toCSV(),
      arrays: () => [
        [
          name === null ? "values" : thing(name),
          column.parts.kind === "number" && !column.validity ? column.values : column.toArray(),
        ],
      ],
    };
  }
  [pyRepr](): Parts {
    return [shown(this)];
  }
  [inspect](): string {
    return shown(this);
  }
  /** As pandas prints it; `maxRows: 0` leaves nothing out. */
  override toString(options?: PrintOptions): string {
    return printed(this, () => seriesText(this.column, this.index, this.name, options));
  }
}
