/**
 * Indexes: the labels of rows and columns, of every kind that pandas has.
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { inspect, type Parts, pyRepr } from "../../core/values/protocol.ts";
import { tupleFrom } from "../../core/values/tuple.ts";
import { categoricalColumn, columnOf, intervalColumn, periodColumn, scalarOf, zoned } from "./arrays.ts";
import { arrayColumn, Column, objectColumn } from "./column.ts";
import { quoted } from "./format.ts";
import { indexText } from "./indexprint.ts";
import { offsetName } from "./offsets.ts";
import { attr, demandArray, kindOf, num, PandasObject, printed, reading, shown } from "./recipe.ts";

/** Labels that a range is written out to; more are refused. */
const MOST = 2 ** 27;

/** Codes of a level: the place in it of each label, -1 for a missing one. */
interface Level {
  readonly labels: Index;
  readonly codes: ArrayLike<number>;
}

/**
 * An index of pandas: `Index`, `RangeIndex`, `DatetimeIndex`, `MultiIndex` (whose labels are tuples)…
 *
 * @example
 * ```ts
 * frame.index.get(0); // 0
 * frame.index.toArray(); // [0, 1, 2]
 * ```
 */
export class Index extends PandasObject {
  #column: Column | null = null;
  #levels: readonly Level[] | null = null;
  #places: Map<unknown, number> | null = null;

  /** @internal The labels of an index that is made here; what is written of some of them is plainer. */
  keep(column: Column): this {
    this.#column = column;
    return this;
  }

  /** @internal What the index is made of. */
  get given(): PyDict {
    const [, given] = this.recipe.args;
    if (!(given instanceof PyDict)) throw new TypeError("an index is made of a dict");
    return given;
  }

  /** Is it a range: start, stop and step, no labels in memory? */
  get isRange(): boolean {
    return this.className === "RangeIndex" && this.given.get("start") !== undefined;
  }
  /** Is each label a tuple, of one label per level? */
  get isMulti(): boolean {
    return this.className === "MultiIndex";
  }
  /** @internal */
  get range(): { start: number; stop: number; step: number } {
    const of = (name: string): number => num(this.given.get(name), `the ${name} of a range`);
    const step = of("step");
    if (step === 0) throw new RangeError("a range has no step of 0");
    return { start: of("start"), stop: of("stop"), step };
  }

  /** Number of labels. */
  get length(): number {
    if (this.isRange) {
      const { start, stop, step } = this.range;
      return Math.max(0, Math.ceil((stop - start) / step));
    }
    return this.isMulti ? (this.levels[0]?.codes.length ?? 0) : this.column.length;
  }
  /** @internal The frequency of instants, spans or periods, as pandas names it; null without one. */
  get freqText(): string | null {
    const { given, className } = this;
    if (className === "PeriodIndex") return this.column.freq;
    if (className !== "DatetimeIndex" && className !== "TimedeltaIndex") return null;
    const offset = given.get("freq") ?? attr(given.get("data"), "_freq", "freq") ?? null;
    return offset === null ? null : offsetName(offset);
  }
  /** The name of the index; null without one. */
  get name(): unknown {
    return scalarOf(this.isMulti ? null : (this.given.get("name") ?? null));
  }
  /** Names of the levels; of one that is no `MultiIndex`, its one name. */
  get names(): readonly unknown[] {
    if (!this.isMulti) return [this.name];
    const names = this.given.get("names");
    return this.levels.map((level, i) => (Array.isArray(names) ? scalarOf(names[i] ?? null) : level.labels.name));
  }
  get nlevels(): number {
    return this.isMulti ? this.levels.length : 1;
  }

  /** @internal */
  get levels(): readonly Level[] {
    return (this.#levels ??= reading("a MultiIndex", () => this.#readLevels()));
  }

  #readLevels(): readonly Level[] {
    const { given } = this;
    const levels = given.get("levels");
    const codes = given.get("codes") ?? given.get("labels");
    if (!Array.isArray(levels) || !Array.isArray(codes) || levels.length !== codes.length) {
      throw new TypeError("a MultiIndex has levels, and codes for each of them");
    }
    const made = levels.map((level, i): Level => {
      if (!(level instanceof Index)) throw new TypeError("a level of a MultiIndex is an index");
      const { values } = arrayColumn(demandArray(codes[i], "the codes of a level"));
      const places = values as ArrayLike<number>;
      const most = level.length;
      for (let k = 0; k < places.length; k++) {
        const code = Number(places[k]);
        if (!(code >= -1 && code < most)) throw new RangeError(`code ${code} has no label in its level of ${most}`);
      }
      return { labels: level, codes: places };
    });
    if (made.some((level) => level.codes.length !== made[0]?.codes.length)) {
      throw new RangeError("the levels of a MultiIndex have codes of different lengths");
    }
    return made;
  }

  /** The labels as a column. `TypeError` or `RangeError` when they do not add up. */
  get column(): Column {
    return (this.#column ??= reading("an index", () => this.#read()));
  }
  get dtype(): string {
    return this.isRange ? "int64" : this.column.dtype;
  }

  #read(): Column {
    const { given, className } = this;
    if (this.isRange) {
      const { length } = this;
      if (length > MOST) throw new RangeError(`a range of ${length} labels is not written out`);
      const { start, step } = this.range;
      const values = new BigInt64Array(length);
      for (let i = 0; i < length; i++) values[i] = BigInt(start + i * step);
      return new Column({ kind: "number", dtype: "int64", values });
    }
    if (this.isMulti) {
      const levels = this.levels.map(({ labels, codes }) => labels.column.take(codes));
      const items = new Array<unknown>(this.length);
      for (let i = 0; i < items.length; i++) items[i] = tupleFrom(levels.map((level) => level[i]));
      return objectColumn(items);
    }
    if (className === "IntervalIndex" && given.get("data") === undefined) {
      return intervalColumn(columnOf(given.get("left")), columnOf(given.get("right")), given.get("closed"));
    }
    const data = given.get("data");
    if (Array.isArray(data)) return objectColumn(data);
    if (className === "PeriodIndex" && data instanceof NDArray) {
      return data.dtype.kind === "O" ? arrayColumn(data) : periodColumn(data, given.get("freq"));
    }
    if (className === "CategoricalIndex" && data instanceof NDArray) {
      return categoricalColumn(data, columnOf(given.get("categories")), given.get("ordered") === true);
    }
    const column = columnOf(data);
    if (className === "DatetimeIndex" && column.tz === null && column.parts.kind === "datetime") {
      return zoned(column, given.get("tz"));
    }
    return column;
  }

  /** The label at a place; `RangeError` beyond the end. */
  get(i: number): unknown {
    if (!(Number.isInteger(i) && i >= 0 && i < this.length)) throw new RangeError(`there is no label ${i}`);
    if (this.isRange) return this.range.start + i * this.range.step;
    if (this.isMulti) {
      return tupleFrom(
        this.levels.map(({ labels, codes }) => ((codes[i] as number) < 0 ? null : labels.get(Number(codes[i])))),
      );
    }
    return this.column.get(i);
  }
  /** All labels. */
  toArray(): unknown[] {
    return this.column.toArray();
  }
  /** Labels of one level. */
  level(i: number): unknown[] {
    const level = this.isMulti ? this.levels[i] : undefined;
    return level === undefined ? this.toArray() : level.labels.column.take(level.codes);
  }

  /** The first place of a label; -1 where it is none. Tuples are found by their text. */
  indexOf(label: unknown): number {
    if (this.#places === null) {
      const places = new Map<unknown, number>();
      const { length } = this;
      for (let i = 0; i < length; i++) {
        const key = keyOf(this.get(i));
        if (!places.has(key)) places.set(key, i);
      }
      this.#places = places;
    }
    return this.#places.get(keyOf(label)) ?? -1;
  }

  *[Symbol.iterator](): IterableIterator<unknown> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }
  toJSON(): unknown {
    return this.toArray();
  }
  [pyRepr](): Parts {
    return [shown(this)];
  }
  [inspect](): string {
    return shown(this);
  }
  /** As pandas 3.1 prints it: labels, dtype, name, frequency, categories. */
  override toString(): string {
    return printed(this, () => this.#text());
  }

  #text(): string {
    if (this.isRange) {
      const { start, stop, step } = this.range;
      const name = this.name === null ? "" : `, name=${quoted(this.name)}`;
      return `RangeIndex(start=${start}, stop=${stop}, step=${step}${name})`;
    }
    return indexText(this);
  }
}

/** What labels are compared by: numbers by value, instants and tuples by their text. */
export function keyOf(label: unknown): unknown {
  if (typeof label === "bigint") return Number(label);
  if (Array.isArray(label)) return `(${label.map((part) => `${typeof part}:${String(part)}`).join(",")})`;
  return typeof label === "object" && label !== null ? `${kindOf(label)}:${String(label)}` : label;
}
