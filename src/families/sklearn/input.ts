/**
 * What callers give to models: arrays, nested arrays, sparse matrices, records, columns by name.
 *
 * @module
 */
import { type DType, NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { SparseMatrix } from "../scipy/index.ts";
import { check } from "./check.ts";
import type { Estimator } from "./estimator.ts";
import { floatsOf, labelsOf, plain } from "./fields.ts";
import { asTruth, Matrix } from "./matrix.ts";

/** A column's values. */
export type Column = ArrayLike<unknown> | NDArray;

/** What gives its columns by name, as the frames of `brine/pandas` do; those give them by place as well. */
export interface Frame {
  toColumns(): Readonly<Record<string, Column>>;
  /** Labels of the columns. */
  readonly columns?: readonly unknown[];
  columnAt?(place: number): Placed;
}

/** A column of a frame. */
export interface Placed {
  readonly dtype: string;
  readonly values: ArrayLike<unknown>;
  readonly validity: unknown;
  toArray(): unknown[];
}

/** What gives its items, as the series of `brine/pandas` do. */
export interface Items {
  toArray(): unknown[];
}

/** Anything that stands for a table, or (for texts and labels) a list. */
export type Input =
  | NDArray
  | SparseMatrix
  | ArrayLike<unknown>
  | Readonly<Record<string, Column>>
  | ReadonlyMap<string, Column>
  | PyDict<string, Column>
  | Frame
  | Items
  | Matrix;

/** The table that an input stands for, checked against what the estimator was fitted with. */
export function matrixOf(est: Estimator | null, input: unknown): Matrix {
  if (est === null) return input instanceof Matrix ? input : tableOf(input, null);
  let owner = est;
  while (owner.model.front !== undefined) owner = owner.model.front;
  const { model } = owner;
  if (model.raw) return input instanceof Matrix ? input : listOf(input);
  const names = owner.featureNames;
  const made = model.vector
    ? listOrTable(input)
    : input instanceof Matrix
      ? input
      : tableOf(input, model.loose || model.any ? null : names);
  const x = names !== null && made.names !== null && !model.loose && !model.any ? inOrder(made, names) : made;
  check(owner, model, x);
  return x;
}

/** A list as the one column of a table, or the table that the input is. */
export function listOrTable(input: unknown): Matrix {
  if (input instanceof Matrix || input instanceof SparseMatrix) return matrixOf(null, input);
  const isList =
    input instanceof NDArray
      ? input.ndim === 1
      : ArrayBuffer.isView(input) ||
        isSeries(input) ||
        (Array.isArray(input) && !Array.isArray(input[0]) && !ArrayBuffer.isView(input[0]));
  return isList ? listOf(input) : matrixOf(null, input);
}

function listOf(input: unknown): Matrix {
  if (input instanceof NDArray) {
    const items = input.ndim === 2 && input.shape[1] !== 1 ? (input.toArray() as unknown[]) : input.flat().map(plain);
    return Matrix.columns([items], items.length);
  }
  if (typeof input === "string") throw new TypeError("a list of texts is expected, not one text");
  const items = Array.isArray(input)
    ? input.map(plain)
    : ArrayBuffer.isView(input)
      ? Array.from(input as unknown as ArrayLike<number>)
      : isSeries(input)
        ? input.toArray().map(plain)
        : null;
  if (items === null) throw new TypeError("a list is expected");
  return Matrix.columns([items], items.length);
}

/** What scikit-learn says of columns under other names than those it was fitted to. */
function otherNames(unseen: readonly string[], missing: readonly string[]): TypeError {
  const listed = (title: string, names: readonly string[]): string =>
    names.length === 0
      ? ""
      : `\n${title}:${names
          .slice(0, 5)
          .map((name) => `\n- ${name}`)
          .join("")}${names.length > 5 ? "\n- ..." : ""}`;
  return new TypeError(
    `The feature names should match those that were passed during fit.${listed("Feature names unseen at fit time", unseen)}${listed("Feature names seen at fit time, yet now missing", missing)}`,
  );
}

/** Columns of the fitted names in their order. A pipeline's first step decides about further ones. */
function inOrder(made: Matrix, names: readonly string[]): Matrix {
  const given = made.names as readonly string[];
  if (given.length === names.length && given.every((name, i) => name === names[i])) return made;
  const places = new Map(given.map((name, i) => [name, i]));
  const missing = names.filter((name) => !places.has(name)).sort();
  const unseen = given.filter((name) => !names.includes(name)).sort();
  if (missing.length > 0 || unseen.length > 0) throw otherNames(unseen, missing);
  return made.take(names.map((name) => places.get(name) as number));
}

function isRecord(value: unknown): value is Record<string, unknown> | Map<string, unknown> | PyDict<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  if (value instanceof Map || value instanceof PyDict) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** A frame of `brine/pandas`, of which no more than its columns is needed here. */
function isFrame(value: unknown): value is Frame {
  return typeof (value as Partial<Frame> | null)?.toColumns === "function";
}

function isSeries(value: unknown): value is Items {
  return !Array.isArray(value) && !isFrame(value) && typeof (value as Partial<Items> | null)?.toArray === "function";
}

function entriesOf(record: unknown): [string, unknown][] {
  return record instanceof Map || record instanceof PyDict
    ? ([...record.entries()] as [string, unknown][])
    : Object.entries(record as object);
}

function tableOf(input: unknown, names: readonly string[] | null): Matrix {
  if (input instanceof NDArray) return ofArray(input);
  if (input instanceof SparseMatrix) return ofSparse(input);
  if (isRecord(input)) return ofColumns(entriesOf(input));
  if (isFrame(input)) return ofFrame(input);
  if (!Array.isArray(input)) {
    if (ArrayBuffer.isView(input)) throw oneAxis();
    throw new TypeError("X must be an array of two axes, nested arrays, records, a frame or columns by name");
  }
  const [first] = input;
  if (isRecord(first)) return ofRecords(input, names);
  if (!Array.isArray(first) && !ArrayBuffer.isView(first)) {
    if (input.length === 0) throw new TypeError("Found array with 0 sample(s) while a minimum of 1 is required");
    throw oneAxis();
  }
  return ofRows(input as ArrayLike<unknown>[]);
}

function oneAxis(): TypeError {
  return new TypeError("Expected 2D array, got 1D array instead: one sample is a row of its own, [[...]]");
}

function ofArray(array: NDArray): Matrix {
  if (array.ndim === 1) {
    if (array.dtype.fields === null) throw oneAxis();
    return ofColumns([...array.dtype.fields.keys()].map((name) => [name, array.field(name)]));
  }
  if (array.ndim !== 2) throw new TypeError(`Found array with dim ${array.ndim}, while dim <= 2 is required`);
  const [rows, cols] = array.shape as [number, number];
  const numbers = /[biuf]/.test(array.dtype.kind) ? floatsOf(array) : null;
  if (numbers !== null) {
    const made = Matrix.dense(numbers.data, rows, cols).asSingle(isSingle(array));
    made.held = heldBy(array.dtype);
    return made;
  }
  const items = array.flat();
  const made = Matrix.columns(
    Array.from({ length: cols }, (_, j) => tidy(Array.from({ length: rows }, (_, i) => plain(items[i * cols + j])))),
    rows,
  );
  made.hasNone = array.dtype.kind === "O";
  return made;
}

/** What a dtype of ints or bools makes of a number that is put into it, as C has it; null for floats. */
function heldBy({ kind, itemsize }: DType): ((v: number) => number) | null {
  if (kind === "f") return null;
  if (kind === "b") return asTruth;
  const wide = 2 ** (8 * itemsize);
  if (itemsize > 4) return Math.trunc;
  return (v) => {
    const cut = ((Math.trunc(v) % wide) + wide) % wide;
    return kind === "i" && cut >= wide / 2 ? cut - wide : cut;
  };
}

/** Float64 where a column holds numbers alone. */
export function tidy(column: ArrayLike<unknown>): ArrayLike<unknown> {
  return Array.from(column).every((value) => typeof value === "number")
    ? Float64Array.from(column as number[])
    : column;
}

function ofRows(rows: ArrayLike<unknown>[]): Matrix {
  const cols = rows[0]?.length ?? 0;
  let isNumeric = true;
  for (const row of rows) {
    if (typeof row !== "object" || row === null || row.length !== cols) {
      throw new TypeError("the rows of X must be of one length");
    }
    if (!ArrayBuffer.isView(row)) for (let j = 0; j < cols && isNumeric; j++) isNumeric = typeof row[j] === "number";
  }
  if (isNumeric) {
    const out = new Float64Array(rows.length * cols);
    for (const [i, row] of rows.entries()) out.set(row as ArrayLike<number>, i * cols);
    return Matrix.dense(out, rows.length, cols).asSingle(rows.every((row) => row instanceof Float32Array));
  }
  return Matrix.columns(
    Array.from({ length: cols }, (_, j) => tidy(rows.map((row) => plain(row[j])))),
    rows.length,
  );
}

function isSingle(column: unknown): boolean {
  return (
    column instanceof Float32Array ||
    (column instanceof NDArray && column.dtype.kind === "f" && column.dtype.itemsize === 4)
  );
}

function ofColumns(entries: readonly (readonly [string, unknown])[]): Matrix {
  const columns = entries.map(([name, column]): ArrayLike<unknown> => {
    if (column instanceof NDArray && column.ndim === 1) {
      return (/[biuf]/.test(column.dtype.kind) ? floatsOf(column)?.data : null) ?? tidy(column.flat().map(plain));
    }
    if (Array.isArray(column)) return tidy(column.map(plain));
    if (ArrayBuffer.isView(column)) return Float64Array.from(column as unknown as ArrayLike<number>, Number);
    throw new TypeError(`column ${JSON.stringify(name)} must be an array`);
  });
  const rows = columns[0]?.length ?? 0;
  if (columns.some((column) => column.length !== rows)) throw new TypeError("the columns of X must be of one length");
  return Matrix.columns(
    columns,
    rows,
    entries.map(([name]) => name),
  ).asSingle(entries.length > 0 && entries.every(([, column]) => isSingle(column)));
}

/** Labels are names where all of them are text, as scikit-learn has it. */
function ofFrame(frame: Frame): Matrix {
  const { columns: labels } = frame;
  if (labels === undefined || frame.columnAt === undefined) return ofColumns(Object.entries(frame.toColumns()));
  const made = ofColumns(
    labels.map((label, i) => {
      const column = frame.columnAt?.(i) as Placed;
      const isPlain = /^(u?int|float)\d+$/.test(column.dtype) && (column.validity ?? null) === null;
      if (isPlain) return [String(label), column.values] as const;
      // What a column of objects has is None, what others lack is a NaN.
      const items = column.toArray();
      return [String(label), column.dtype === "object" ? items : items.map((item) => item ?? Number.NaN)] as const;
    }),
  );
  made.hasNone = true;
  return labels.every((label) => typeof label === "string") ? made : made.withNames(null);
}

function ofRecords(records: readonly unknown[], fitted: readonly string[] | null): Matrix {
  const names = fitted ?? entriesOf(records[0]).map(([name]) => name);
  const columns = names.map((): unknown[] => new Array(records.length).fill(Number.NaN));
  const places = new Map(names.map((name, i) => [name, i]));
  const seen = new Set<string>();
  for (const [i, record] of records.entries()) {
    if (!isRecord(record)) throw new TypeError("X mixes records with something else");
    for (const [name, value] of entriesOf(record)) {
      const place = places.get(name);
      if (place === undefined) throw new TypeError(`feature names unseen at fit time: ${name}`);
      seen.add(name);
      (columns[place] as unknown[])[i] = plain(value);
    }
  }
  const missing = names.filter((name) => !seen.has(name));
  if (missing.length > 0) {
    throw new TypeError(`feature names seen at fit time, yet now missing: ${missing.slice(0, 5).join(", ")}`);
  }
  return Matrix.columns(columns.map(tidy), records.length, names);
}

function ofSparse(sparse: SparseMatrix): Matrix {
  const [rows, cols] = sparse.shape as [number, number];
  if (sparse.ndim !== 2) throw oneAxis();
  const { coords, data } = sparse.entries();
  const [row, col] = coords as [ArrayLike<number>, ArrayLike<number>];
  const indptr = new Int32Array(rows + 1);
  for (let e = 0; e < data.length; e++) {
    const at = (row[e] as number) + 1;
    indptr[at] = (indptr[at] as number) + 1;
  }
  for (let i = 0; i < rows; i++) indptr[i + 1] = (indptr[i + 1] as number) + (indptr[i] as number);
  const next = indptr.slice();
  const indices = new Int32Array(data.length);
  const values = new Float64Array(data.length);
  for (let e = 0; e < data.length; e++) {
    const at = next[row[e] as number] as number;
    next[row[e] as number] = at + 1;
    indices[at] = col[e] as number;
    values[at] = Number(data[e]);
  }
  return Matrix.sparse({ rows, cols, indptr, indices, data: values }).asSingle(data instanceof Float32Array);
}

/** Labels or numbers for each row; rows of them where there are two axes. */
export function labelsIn(y: unknown): ArrayLike<unknown> {
  if (y instanceof NDArray && y.ndim === 2) return y.toArray() as unknown[];
  if (isFrame(y)) {
    const made = ofFrame(y);
    const given = Array.from({ length: made.cols }, (_, j) => made.column(j));
    return Array.from({ length: made.rows }, (_, i) => given.map((column) => column[i]));
  }
  const items = labelsOf(y);
  if (items !== null) return items;
  if (ArrayBuffer.isView(y)) return y as unknown as ArrayLike<unknown>;
  return isSeries(y) ? y.toArray().map(plain) : fail();
}

function fail(): never {
  throw new TypeError("y must be an array");
}
