/**
 * Frames: columns of their own dtypes under labels, rows under an index.
 *
 * @module
 */
import { PyDict } from "../../core/values/dict.ts";
import { inspect, type Parts, pyRepr, pyTable, type TableView } from "../../core/values/protocol.ts";
import { isTuple } from "../../core/values/tuple.ts";
import { arrowTable, columnsOfArrow } from "./arrowtable.ts";
import { Blocks, managerOf } from "./blocks.ts";
import type { Column } from "./column.ts";
import { type CSVOptions, csvText } from "./csv.ts";
import { thing } from "./format.ts";
import { type ColumnInput, columnFrom } from "./from.ts";
import { Index } from "./labels.ts";
import { indexOfColumn, makeFrame, makeRange, sliceIndex } from "./make.ts";
import { frameText, type PrintOptions } from "./print.ts";
import { attr, PandasObject, printed, reading, shown, tabular } from "./recipe.ts";
import { Series } from "./series.ts";

/** Is it an array of names with what their columns are made of? An object is none. */
function isPairs(columns: object): boolean {
  return Array.isArray(columns) && columns.every((pair) => Array.isArray(pair) && pair.length === 2);
}

/** Options of `DataFrame.fromColumns`. */
export interface FromColumnsOptions {
  /** Labels of the rows: an index, or what a column is made of; else 0, 1, 2… */
  index?: Index | ColumnInput;
  /** dtypes by column, as pandas names them: `"Int64"`, `"category"`, `"datetime64[ns, Europe/Berlin]"`… */
  dtypes?: Readonly<Record<string, string>>;
  /** Notes, which pandas keeps in `attrs`. */
  attrs?: PyDict;
}

/**
 * A `pandas.DataFrame`.
 *
 * @example
 * ```ts
 * const frame = DataFrame.fromColumns({ a: [1, 2], b: ["x", null] });
 * frame.shape; // [2, 2]
 * frame.column("a").dtype; // "int64"
 * ```
 */
export class DataFrame extends PandasObject {
  #blocks: Blocks | null = null;
  #columns: readonly Column[] = [];
  #table: TableView | null | undefined;

  /**
   * A frame of columns: typed arrays, arrays of NumPy, or items, whose dtype is found as pandas does. `RangeError` for
   * columns of different lengths, `TypeError` for items that do not fit their dtype.
   */
  static fromColumns(
    columns: Readonly<Record<string, ColumnInput>> | Iterable<readonly [string, ColumnInput]>,
    options: FromColumnsOptions = {},
  ): DataFrame {
    if (typeof columns !== "object" || columns === null || Array.isArray(columns) !== isPairs(columns)) {
      throw new TypeError('fromColumns takes columns by their names, as { a: [1, 2] } or [["a", [1, 2]]]');
    }
    const entries =
      Symbol.iterator in columns ? [...(columns as Iterable<readonly [string, ColumnInput]>)] : Object.entries(columns);
    const { dtypes = {} } = options;
    const made = entries.map(([name, input]) =>
      columnFrom(input, Object.hasOwn(dtypes, name) ? dtypes[name] : undefined),
    );
    for (const name of Object.keys(dtypes)) {
      if (entries.some(([own]) => own === name)) continue;
      const some = entries.slice(0, 20).map(([own]) => own);
      throw new RangeError(`dtypes has ${name}, which is no column; there are ${some.join(", ")}`);
    }
    const labels = indexOfColumn(
      columnFrom(
        entries.map(([name]) => name),
        "object",
      ),
    );
    const rows = made[0]?.length ?? 0;
    const { index } = options;
    const own =
      index instanceof Index ? index : index === undefined ? makeRange(rows) : indexOfColumn(columnFrom(index));
    return DataFrame.of(made, labels, own, options.attrs);
  }

  /** A frame of an Arrow table of `@uwdata/flechette` or `apache-arrow`. `TypeError` for what is none. */
  static fromArrow(table: unknown): DataFrame {
    return DataFrame.fromColumns(columnsOfArrow(table));
  }

  /** @internal */
  static of(columns: readonly Column[], labels: Index, index: Index, attrs?: PyDict): DataFrame {
    for (const [i, column] of columns.entries()) {
      if (column.length !== index.length) {
        throw new RangeError(`column ${thing(labels.get(i))} has ${column.length} items for ${index.length} rows`);
      }
    }
    const [recipe, state] = makeFrame(columns, labels, index, attrs);
    const made = new DataFrame(recipe, state);
    // As they are: what is written of some of them is plainer.
    made.#columns = columns;
    return made;
  }

  /** @internal */
  get blocks(): Blocks {
    return (this.#blocks ??= reading("the blocks of a frame", () => new Blocks(managerOf(this), 2)));
  }

  /** Labels of the columns, as an index. */
  get columnIndex(): Index {
    return this.blocks.axes[0] as Index;
  }
  /** Labels of the columns; tuples where they have levels. */
  get columns(): unknown[] {
    return this.columnIndex.toArray();
  }
  /** Labels of the rows. */
  get index(): Index {
    return this.blocks.axes[1] as Index;
  }
  /** Rows and columns. */
  get shape(): readonly [number, number] {
    return [this.index.length, this.columnIndex.length];
  }
  /** Number of rows. */
  get length(): number {
    return this.index.length;
  }
  /** dtypes by column. */
  get dtypes(): ReadonlyMap<unknown, string> {
    return new Map(this.columns.map((label, i) => [label, this.columnAt(i).dtype]));
  }
  /** What the program noted of the frame. */
  get attrs(): PyDict {
    const own = attr(this, "attrs");
    return own instanceof PyDict ? own : new PyDict();
  }

  /** Is there a column of this label? */
  has(label: unknown): boolean {
    return this.columnIndex.indexOf(label) >= 0;
  }
  /** The first column of a label; `RangeError` when there is none. */
  column(label: unknown): Column {
    const at = this.columnIndex.indexOf(label);
    if (at < 0) {
      const some = this.columns
        .slice(0, 20)
        .map((label) => thing(label))
        .join(", ");
      throw new RangeError(`there is no column ${thing(label)}; there are ${some}`);
    }
    return this.columnAt(at);
  }
  /** A column by its place, from 0; `RangeError` beyond the last. */
  columnAt(i: number): Column {
    return this.#columns[i] ?? this.blocks.column(i);
  }
  /** A column with the frame's index. Throws as {@link column}. */
  series(label: unknown): Series {
    return Series.of(this.column(label), this.index, label);
  }

  /** Rows from `start` to before `stop` (negative ones count from the end). */
  slice(start: number, stop: number = this.length): DataFrame {
    const { length } = this;
    const place = (n: number): number => Math.min(length, Math.max(0, n < 0 ? n + length : n));
    const from = place(start);
    const to = Math.max(from, place(stop));
    const columns = this.columnIndex.toArray().map((_, i) => this.columnAt(i).slice(from, to));
    return DataFrame.of(columns, this.columnIndex, sliceIndex(this.index, from, to), this.attrs);
  }
  /** The first `n` rows; all but the last `-n` for a negative one. */
  head(n = 5): DataFrame {
    return this.slice(0, n);
  }
  /** The last `n` rows. */
  tail(n = 5): DataFrame {
    return this.slice(n === 0 ? this.length : Math.max(0, this.length - n));
  }

  /** One object per row, its values by the columns' labels as text; items as `Column.get` gives them. */
  toRecords(): Record<string, unknown>[] {
    const names = this.#names();
    const columns = names.map((_, i) => this.columnAt(i).toArray());
    return Array.from({ length: this.length }, (_, row) => {
      // Labels come from the file: an object without a prototype has no name that means something.
      const record: Record<string, unknown> = Object.create(null);
      for (let i = 0; i < names.length; i++) record[names[i] as string] = (columns[i] as unknown[])[row];
      return record;
    });
  }

  /** Items of each column by its label as text: typed arrays for numbers that have no mask, else as `Column.toArray`. */
  toColumns(): Record<string, Column["values"]> {
    const made: Record<string, Column["values"]> = Object.create(null);
    for (const [i, name] of this.#names().entries()) {
      const column = this.columnAt(i);
      made[name] = column.parts.kind === "number" && !column.validity ? column.values : column.toArray();
    }
    return made;
  }

  #names(): string[] {
    return this.columns.map((label) => (isTuple(label) ? label.map((part) => thing(part)).join("_") : thing(label)));
  }

  /** CSV as `to_csv` writes it. */
  toCSV(options?: CSVOptions): string {
    return csvText(this.columnIndex, this.index, (i) => this.columnAt(i), options);
  }

  /**
   * An Arrow table, made by the library that is handed in: `@uwdata/flechette` or `apache-arrow`. Row labels are left
   * out, unless `index` names a column for them. `TypeError` for another library.
   */
  toArrow<T = unknown>(lib: object, options: { index?: string } = {}): T {
    const columns: [string, Column][] = this.#names().map((name, i) => [name, this.columnAt(i)]);
    if (options.index !== undefined) columns.unshift([options.index, this.index.column]);
    return arrowTable(lib, columns) as T;
  }

  toJSON(): unknown {
    return this.toRecords();
  }
  get [pyTable](): TableView | null {
    if (this.#table === undefined) this.#table = tabular(() => this.#asTable());
    return this.#table;
  }
  #asTable(): TableView {
    const { shape, index, columnIndex } = this;
    const labels = this.columns;
    return {
      shape,
      details: `(${shape.join(", ")})`,
      preview: labels
        .slice(0, 20)
        .map((label) => thing(label))
        .join(", "),
      columns: labels.map((label, i) => [label, Series.of(this.columnAt(i), index, label)] as const),
      attributes: [
        ["index", index],
        ["columns", columnIndex],
      ],
      item: (label) => (this.has(label) ? this.series(label) : undefined),
      slice: (start, stop) => this.slice(start, stop),
      csv: () => this.toCSV(),
      arrays: () => Object.entries(this.toColumns()),
    };
  }
  [pyRepr](): Parts {
    return [shown(this)];
  }
  [inspect](): string {
    return shown(this);
  }
  /** As pandas prints it: of more than 60 rows the first and last five; `maxRows: 0` leaves nothing out. */
  override toString(options?: PrintOptions): string {
    const { columnIndex: labels, index } = this;
    const parts = { labels, index, column: (i: number) => this.columnAt(i) };
    return printed(this, () => frameText(parts, options));
  }
}
