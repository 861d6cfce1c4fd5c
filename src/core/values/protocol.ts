/**
 * The small protocol by which the walkers (repr, equal, dict keys, plain JS) see a value without knowing its class.
 *
 * A class of this library takes part by methods under these symbols; a file's data never can, since symbols do not
 * come from files.
 *
 * @module
 */

/** Text and values in turn: `parts[0]` is text, `parts[1]` a value, `parts[2]` text… */
export type Parts = unknown[];

/** `() => Parts`: how Python's `repr` prints the value; the values inside are printed by the walker. */
export const pyRepr: unique symbol = Symbol.for("brine.repr");

/** Text: the value's name, printed in its place where a long text has it already. */
export const pyShort: unique symbol = Symbol.for("brine.short");

/**
 * `() => unknown`: the key under which an immutable value equals others, or `undefined` for identity. A number,
 * bigint or boolean key equals Python numbers; a string key must begin with the class's own prefix.
 */
export const pyKey: unique symbol = Symbol.for("brine.key");

/** `() => readonly unknown[]`: parts that must be equal for two instances of one class to be equal. */
export const pyParts: unique symbol = Symbol.for("brine.parts");

/**
 * `(other: object) => [mine, theirs] | null`: what must be equal, pair by pair, for a container that has no order to
 * equal another object; null when they differ already.
 */
export const pyPairs: unique symbol = Symbol.for("brine.pairs");

/** `() => unknown`: the value one step closer to plain JavaScript (its parts are converted by the walker). */
export const pyJS: unique symbol = Symbol.for("brine.js");

/**
 * `(context) => Reduction`: how the value is written, for classes of families that are loaded only when a file wants
 * them, so that no pack need be passed to write them again.
 */
export const pyReduce: unique symbol = Symbol.for("brine.reduce");

/** A `PyDict` of attributes by their Python names, which trees show and paths lead to. */
export const pyAttrs: unique symbol = Symbol.for("brine.attrs");

/** What a table (a frame, a series) tells trees, paths, and files of other formats, which know no class of its family. */
export interface TableView {
  readonly shape: readonly number[];
  /** dtype and shape on one line. */
  readonly details: string;
  /** What it holds, in a short line. */
  readonly preview: string;
  /** Columns by their labels; none where it is one itself. */
  readonly columns: Iterable<readonly [label: unknown, column: unknown]>;
  /** Attributes by their Python names. */
  readonly attributes: Iterable<readonly [name: string, value: unknown]>;
  /** What stands under a label; undefined for one that is not there. */
  item(label: unknown): unknown;
  /** The rows from `start` to before `stop`. */
  slice(start: number, stop: number): unknown;
  /** All of it as CSV. */
  csv(): string;
  /** Columns of names and values, for files of arrays. */
  arrays(): Iterable<readonly [name: string, values: unknown]>;
}

/** A {@link TableView}. */
export const pyTable: unique symbol = Symbol.for("brine.table");

/** The {@link TableView} of a table; null for everything else. */
export function tableOf(value: unknown): TableView | null {
  return (typeof value === "object" && value !== null && (value as { [pyTable]?: TableView | null })[pyTable]) || null;
}

/** The Python type's name, as messages and trees show it (`"dict"`, `"datetime.date"`). */
export const pyType: unique symbol = Symbol.for("brine.type");

/** Node's hook of `util.inspect` and `console.log`. */
export const inspect: unique symbol = Symbol.for("nodejs.util.inspect.custom");
