/**
 * Tables as CSV: arrays of one or two axes, records, dicts of columns, lists of rows.
 *
 * Source: RFC 4180, with a line feed at the end of lines, as pandas writes.
 *
 * @module
 */
import { decodeLatin1 } from "../../core/bytes/text.ts";
import { UnsupportedError } from "../../core/errors.ts";
import { NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/index.ts";
import { reprFloat } from "../../core/values/literal.ts";
import { tableOf } from "../../core/values/protocol.ts";
import { isPlain, repr, typeName } from "../../core/values/repr.ts";
import { PyFloat } from "../../core/values/scalars.ts";
import { isFloatAt } from "../../core/values/tuple.ts";

/** A table: names of its columns where it has any, and its rows of cells as text. */
interface Table {
  readonly names: readonly string[] | null;
  readonly rows: Iterable<readonly string[]>;
}

function refuse(what: string): never {
  throw new UnsupportedError("csv", `a table cannot be made of ${what}`, { format: "csv" });
}

/** A value as the text of a cell: as Python's `str`, None as nothing. */
function cell(value: unknown, isFloat: boolean): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") return isFloat ? reprFloat(value) : repr(value);
  if (value instanceof PyFloat) return reprFloat(value.value);
  if (value instanceof Uint8Array) return decodeLatin1(value);
  return repr(value);
}

/** The items of an array as cells, in C order. */
function arrayCells(array: NDArray): string[] {
  const { dtype } = array;
  if (dtype.kind === "M" || dtype.kind === "m") {
    // Times are shown as dates, which their scalars know.
    const line = array.reshape(array.size);
    return Array.from({ length: array.size }, (_, i) => String(line.scalar(i)));
  }
  const items = array.flat();
  return items.map((item, i) => cell(item, dtype.kind === "f" || isFloatAt(items, i)));
}

function ofArray(array: NDArray): Table {
  const { fields } = array.dtype;
  if (fields !== null) {
    if (array.ndim > 1) return refuse("records of more than one axis");
    const names = [...fields.keys()];
    const columns = names.map((name) => columnOf(array.reshape(array.size).field(name), `the field ${name}`));
    return { names, rows: turned(columns) };
  }
  if (array.ndim > 2) return refuse(`an array of ${array.ndim} axes: take one part of it, by --key or in a program`);
  const cells = arrayCells(array);
  const wide = array.ndim === 2 ? (array.shape[1] as number) : 1;
  return { names: null, rows: cut(cells, wide, array.ndim === 2 ? (array.shape[0] as number) : array.size) };
}

function* cut(cells: readonly string[], wide: number, rows: number): Generator<readonly string[]> {
  for (let row = 0; row < rows; row++) yield cells.slice(row * wide, (row + 1) * wide);
}

function columnOf(value: unknown, what: string): string[] {
  if (value instanceof NDArray) {
    return value.ndim === 1 && value.dtype.fields === null ? arrayCells(value) : refuse(`${what}, which is no column`);
  }
  if (!Array.isArray(value)) return refuse(`${what}, which is a ${typeName(value)}`);
  return value.map((item, i) => cell(item, isFloatAt(value, i)));
}

function* turned(columns: readonly (readonly string[])[]): Generator<readonly string[]> {
  for (let i = 0; i < (columns[0]?.length ?? 0); i++) yield columns.map((column) => column[i] as string);
}

function ofColumns(pairs: readonly (readonly [unknown, unknown])[]): Table {
  const columns = pairs.map(([name, column]) => columnOf(column, `the column ${repr(name, { maxChars: 40 })}`));
  if (columns.some(({ length }) => length !== columns[0]?.length)) return refuse("columns of different lengths");
  return { names: pairs.map(([name]) => cell(name, false)), rows: turned(columns) };
}

function ofList(list: readonly unknown[]): Table {
  const [first] = list;
  if (first instanceof PyDict || first instanceof Map) {
    const names = new Map<unknown, number>();
    for (const row of list) {
      if (!(row instanceof PyDict || row instanceof Map)) return refuse("a list of dicts and other values");
      for (const key of row.keys()) names.set(key, names.size);
    }
    const keys = [...names.keys()];
    const rows = (list as readonly Map<unknown, unknown>[]).map((row) =>
      keys.map((key) => (row.has(key) ? cell(row.get(key), false) : "")),
    );
    return { names: keys.map((key) => cell(key, false)), rows };
  }
  if (!Array.isArray(first)) return { names: null, rows: columnOf(list, "a list").map((text) => [text]) };
  return { names: null, rows: list.map((row) => columnOf(row, "a list of rows and other values")) };
}

function tableFrom(value: unknown): Table {
  if (value instanceof NDArray) return ofArray(value);
  if (value instanceof PyDict || value instanceof Map) return ofColumns([...value]);
  if (Array.isArray(value)) return ofList(value);
  if (typeof value === "object" && value !== null && isPlain(value)) return ofColumns(Object.entries(value));
  return refuse(`a ${typeName(value)}`);
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The lines of a table as CSV: an array of one or two axes or of records, a dict of columns, a list of rows, dicts or
 * items. `UnsupportedError` for what is no table.
 *
 * @example
 * ```ts
 * [...csvLines(new PyDict([["a", [1, 2]]]))]; // ["a", "1", "2"]
 * ```
 */
export function* csvLines(value: unknown): Generator<string> {
  const table = tableOf(value);
  if (table !== null) {
    yield* table
      .csv()
      .replace(/\r?\n$/, "")
      .split("\n");
    return;
  }
  const { names, rows } = tableFrom(value);
  if (names !== null) yield names.map(quoted).join(",");
  for (const row of rows) yield row.map(quoted).join(",");
}
