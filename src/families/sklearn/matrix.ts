/**
 * What models are given and what they give: a table of two axes, dense numbers, sparse numbers, or columns of anything.
 *
 * @module
 */
import { dtype, NDArray, NumpyScalar } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyFloat } from "../../core/values/scalars.ts";
import { tuple } from "../../core/values/tuple.ts";
import { argmax, type Csr } from "../../math/index.ts";
import { SparseMatrix } from "../scipy/index.ts";

/** What is left of a number in an array of bools. */
export const asTruth = (v: number): number => Number(v !== 0);

/** What of numbers is not finite. */
export interface Odd {
  readonly first: "NaN" | "infinity" | null;
  readonly hasInfinity: boolean;
}

function oddOf(data: ArrayLike<number>): Odd {
  // A sum tells most tables from those with something to find; of four that run side by side none waits for another.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = data.length - (data.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += data[i] as number;
    b += data[i + 1] as number;
    c += data[i + 2] as number;
    d += data[i + 3] as number;
  }
  for (let i = whole; i < data.length; i++) a += data[i] as number;
  let first: Odd["first"] = null;
  let hasInfinity = false;
  if (Number.isFinite(a + b + c + d)) return { first, hasInfinity };
  for (let i = 0; i < data.length && !hasInfinity; i++) {
    const v = data[i] as number;
    if (Number.isFinite(v)) continue;
    hasInfinity = !Number.isNaN(v);
    first ??= hasInfinity ? "infinity" : "NaN";
  }
  return { first, hasInfinity };
}

/** A table of rows and columns in whichever form it came; each form is made from another when it is first wanted. */
export class Matrix {
  readonly rows: number;
  readonly cols: number;
  /** Names of the columns, where they are known. */
  readonly names: readonly string[] | null;
  #dense: Float64Array | null;
  #singles: Float32Array | null = null;
  #hasNaN: boolean | null = null;
  readonly #odd: Map<string, Odd> = new Map();
  #csr: Csr | null;
  #columns: readonly ArrayLike<unknown>[] | null;
  /** Is it stored sparse? */
  readonly isSparse: boolean;
  /** Was it one axis, or is it to be given back as one? */
  readonly isFlat: boolean;
  /** The shape in which it is given back where that is neither one axis nor two. */
  shape: readonly number[] | null = null;
  /** Is it given back as an array of bools? */
  isBool = false;
  /** Are the entries of each row, where it is sparse, given back from the last to the first? */
  isBackward = false;
  /** What is left of a number in an array of the dtype it came in, where that is one of ints or bools; else null. */
  held: ((v: number) => number) | null = null;
  /** Is null Python's None, and not what stands for a missing value in JavaScript? */
  hasNone = false;
  /** Did it come in single precision, or is it given back in it? Its numbers are rounded to it then. */
  isSingle = false;

  private constructor(
    rows: number,
    cols: number,
    parts: {
      dense?: Float64Array;
      csr?: Csr;
      columns?: readonly ArrayLike<unknown>[];
      names?: readonly string[] | null;
      flat?: boolean;
    },
  ) {
    this.rows = rows;
    this.cols = cols;
    this.names = parts.names ?? null;
    this.#dense = parts.dense ?? null;
    this.#csr = parts.csr ?? null;
    this.#columns = parts.columns ?? null;
    this.isSparse = parts.csr !== undefined;
    this.isFlat = parts.flat ?? false;
  }

  static dense(data: Float64Array, rows: number, cols: number, names: readonly string[] | null = null): Matrix {
    return new Matrix(rows, cols, { dense: data, names });
  }
  /** One number for each row. */
  static flat(data: Float64Array): Matrix {
    return new Matrix(data.length, 1, { dense: data, flat: true });
  }
  static sparse(csr: Csr): Matrix {
    return new Matrix(csr.rows, csr.cols, { csr });
  }
  static columns(columns: readonly ArrayLike<unknown>[], rows: number, names: readonly string[] | null = null): Matrix {
    return new Matrix(rows, columns.length, { columns, names });
  }

  /** Does it hold anything but numbers? */
  get isMixed(): boolean {
    return this.#columns?.some((column) => !(column instanceof Float64Array)) ?? false;
  }

  /** The numbers in C order; `TypeError` for text that is no number, as NumPy has it. */
  get data(): Float64Array {
    if (this.#dense !== null) return this.#dense;
    const { rows, cols } = this;
    const out = new Float64Array(rows * cols);
    if (this.#csr !== null) {
      const { indptr, indices, data } = this.#csr;
      for (let i = 0; i < rows; i++) {
        for (let e = indptr[i] as number; e < (indptr[i + 1] as number); e++) {
          const at = i * cols + (indices[e] as number);
          out[at] = (out[at] as number) + (data[e] as number);
        }
      }
    } else {
      for (const [j, column] of (this.#columns ?? []).entries()) {
        if (column instanceof Float64Array) for (let i = 0; i < rows; i++) out[i * cols + j] = column[i] as number;
        else for (let i = 0; i < rows; i++) out[i * cols + j] = numberOf(column[i]);
      }
    }
    this.#dense = out;
    return out;
  }

  /** The numbers in single precision, as trees compare them. */
  get singles(): Float32Array {
    this.#singles ??= new Float32Array(this.data);
    return this.#singles;
  }

  /** Is one of the numbers a NaN? */
  get hasNaN(): boolean {
    if (this.#hasNaN === null) {
      const { data } = this;
      let at = 0;
      while (at < data.length && !Number.isNaN(data[at])) at++;
      this.#hasNaN = at < data.length;
    }
    return this.#hasNaN;
  }

  /**
   * The first of the numbers that is not finite, and whether one is infinite: of all, of all in single precision, or of
   * those columns that hold numbers.
   */
  odd(where: "data" | "singles" | "columns"): Odd {
    const known = this.#odd.get(where);
    if (known !== undefined) return known;
    const parts =
      where === "columns" && this.isMixed
        ? (this.#columns ?? []).filter((column) => column instanceof Float64Array)
        : [
            where === "singles"
              ? this.singles
              : this.#dense === null && this.#csr !== null
                ? this.#csr.data
                : this.data,
          ];
    const found = parts.map((part) => oddOf(part as ArrayLike<number>));
    const made = {
      first: found.find(({ first }) => first !== null)?.first ?? null,
      hasInfinity: found.some(({ hasInfinity }) => hasInfinity),
    };
    this.#odd.set(where, made);
    return made;
  }

  /** The entries by rows: those that are stored, or of a dense table those that are not zero. */
  get csr(): Csr {
    if (this.#csr !== null) return this.#csr;
    const { rows, cols, data } = this;
    const indptr = new Int32Array(rows + 1);
    const indices: number[] = [];
    const values: number[] = [];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) {
        const v = data[i * cols + j] as number;
        if (v === 0) continue;
        indices.push(j);
        values.push(v);
      }
      indptr[i + 1] = indices.length;
    }
    this.#csr = { rows, cols, indptr, indices, data: values };
    return this.#csr;
  }

  /** One column, as it came. */
  column(j: number): ArrayLike<unknown> {
    if (this.#columns !== null) return this.#columns[j] as ArrayLike<unknown>;
    const { rows, cols, data } = this;
    const out = new Float64Array(rows);
    for (let i = 0; i < rows; i++) out[i] = data[i * cols + j] as number;
    return out;
  }

  /** The same table marked as one of single precision, whose numbers are so already. */
  asSingle(isSingle = true): Matrix {
    this.isSingle = isSingle;
    return this;
  }

  /** The numbers rounded to single precision; a table of anything else stays as it is. */
  rounded(): Matrix {
    if (this.isSingle || this.isBool || this.isMixed) return this;
    const { rows, cols, names, isFlat: flat } = this;
    const made =
      this.isSparse && this.#csr !== null
        ? Matrix.sparse({ ...this.#csr, data: Float32Array.from(this.#csr.data) })
        : new Matrix(rows, cols, { dense: Float64Array.from(Float32Array.from(this.data)), names, flat });
    made.shape = this.shape;
    return made.asSingle();
  }

  /** The columns at these places. */
  take(places: readonly number[]): Matrix {
    const made = this.#taken(places);
    if (made === this) return made;
    made.hasNone = this.hasNone;
    return made.asSingle(this.isSingle);
  }

  #taken(places: readonly number[]): Matrix {
    const { rows, cols, names } = this;
    if (places.length === cols && places.every((place, i) => place === i)) return this;
    const named = names === null ? null : places.map((place) => names[place] as string);
    for (const place of places) {
      if (!(place >= 0 && place < cols)) throw new RangeError(`column ${place} of ${cols} does not exist`);
    }
    if (this.#csr !== null && this.#dense === null) return Matrix.sparse(takenCsr(this.#csr, places));
    if (this.#columns !== null) {
      return Matrix.columns(
        places.map((place) => this.column(place)),
        rows,
        named,
      );
    }
    const { data } = this;
    const k = places.length;
    const out = new Float64Array(rows * k);
    for (let j = 0; j < k; j++) {
      const from = places[j] as number;
      for (let i = 0; i < rows; i++) out[i * k + j] = data[i * cols + from] as number;
    }
    return Matrix.dense(out, rows, k, named);
  }

  /** The same numbers under other names of columns. */
  withNames(names: readonly string[] | null): Matrix {
    if (this.#csr !== null) return this;
    const made =
      this.#columns === null
        ? Matrix.dense(this.data, this.rows, this.cols, names)
        : Matrix.columns(this.#columns, this.rows, names);
    made.hasNone = this.hasNone;
    return made.asSingle(this.isSingle);
  }

  /** As a caller gets it: an array of one or two axes, or a sparse matrix. */
  output(): NDArray | SparseMatrix {
    const { rows, cols } = this;
    if (this.isSparse) return sparseOutput(this.isBackward ? backward(this.csr) : this.csr, this.isSingle);
    if (this.#columns !== null && this.isMixed) {
      const items: unknown[] = new Array(rows * cols);
      for (let j = 0; j < cols; j++) {
        const column = this.column(j);
        for (let i = 0; i < rows; i++) items[i * cols + j] = column[i];
      }
      return NDArray.over(dtype("O"), items, [rows, cols]);
    }
    if (this.isBool) return NDArray.fromBytes("bool", Uint8Array.from(this.data), [rows, cols], { share: true });
    const shape = this.shape ?? (this.isFlat ? [rows] : [rows, cols]);
    return this.isSingle ? singleArray(Float32Array.from(this.data), shape) : floatArray(this.data, shape);
  }
}

function singleArray(data: Float32Array, shape: readonly number[]): NDArray {
  return NDArray.fromBytes("<f4", new Uint8Array(data.buffer), shape, { share: true });
}

/** An array of float64 over numbers. */
export function floatArray(data: Float64Array, shape: readonly number[]): NDArray {
  return NDArray.fromBytes("<f8", new Uint8Array(data.buffer, data.byteOffset, data.byteLength), shape, {
    share: true,
  });
}

/** An array of int64 over numbers. */
export function intArray(data: ArrayLike<number>, shape: readonly number[]): NDArray {
  const big = new BigInt64Array(data.length);
  for (let i = 0; i < data.length; i++) big[i] = BigInt(data[i] as number);
  return NDArray.fromBytes("<i8", new Uint8Array(big.buffer), shape, { share: true });
}

function sparseOutput({ rows, cols, indptr, indices, data }: Csr, isSingle: boolean): SparseMatrix {
  const ints = (numbers: ArrayLike<number>): NDArray => {
    const own = Int32Array.from(numbers);
    return NDArray.fromBytes("<i4", new Uint8Array(own.buffer), [own.length], { share: true });
  };
  const attrs = new PyDict<string, unknown>([
    ["_shape", tuple(rows, cols)],
    ["maxprint", 50],
    ["indices", ints(indices)],
    ["indptr", ints(indptr)],
    [
      "data",
      isSingle
        ? singleArray(Float32Array.from(data), [data.length])
        : floatArray(Float64Array.from(data), [data.length]),
    ],
  ]);
  return new SparseMatrix("csr", false, attrs);
}

/** The same entries, each row's from the last to the first. */
function backward(csr: Csr): Csr {
  const { indptr } = csr;
  const [indices, data] = [Int32Array.from(csr.indices), Float64Array.from(csr.data)];
  for (let i = 0; i < csr.rows; i++) {
    indices.subarray(indptr[i], indptr[i + 1]).reverse();
    data.subarray(indptr[i], indptr[i + 1]).reverse();
  }
  return { ...csr, indices, data };
}

function takenCsr(csr: Csr, places: readonly number[]): Csr {
  const to = new Map<number, number[]>();
  for (const [at, place] of places.entries()) to.set(place, [...(to.get(place) ?? []), at]);
  const indptr = new Int32Array(csr.rows + 1);
  const indices: number[] = [];
  const data: number[] = [];
  for (let i = 0; i < csr.rows; i++) {
    for (let e = csr.indptr[i] as number; e < (csr.indptr[i + 1] as number); e++) {
      for (const at of to.get(csr.indices[e] as number) ?? []) {
        indices.push(at);
        data.push(csr.data[e] as number);
      }
    }
    indptr[i + 1] = indices.length;
  }
  return { rows: csr.rows, cols: places.length, indptr, indices, data };
}

/** A table with all numbers times one. */
export function weighted(x: Matrix, weight: number): Matrix {
  const made = x.isSparse
    ? Matrix.sparse({ ...x.csr, data: Array.from(x.csr.data, (v) => v * weight) })
    : Matrix.dense(
        x.data.map((v) => v * weight),
        x.rows,
        x.cols,
      );
  return x.isSingle ? made.rounded() : made;
}

/** Tables side by side; sparse when `sparse`, in single precision where all are. */
export function beside(parts: readonly Matrix[], rows: number, sparse: boolean): Matrix {
  return together(parts, rows, sparse).asSingle(parts.length > 0 && parts.every((part) => part.isSingle));
}

function together(parts: readonly Matrix[], rows: number, sparse: boolean): Matrix {
  const cols = parts.reduce((sum, part) => sum + part.cols, 0);
  if (sparse) {
    const indptr = new Int32Array(rows + 1);
    const indices: number[] = [];
    const data: number[] = [];
    const sources = parts.map((part) => part.csr);
    for (let i = 0; i < rows; i++) {
      let offset = 0;
      for (const source of sources) {
        for (let e = source.indptr[i] as number; e < (source.indptr[i + 1] as number); e++) {
          indices.push(offset + (source.indices[e] as number));
          data.push(source.data[e] as number);
        }
        offset += source.cols;
      }
      indptr[i + 1] = indices.length;
    }
    return Matrix.sparse({ rows, cols, indptr, indices, data });
  }
  if (parts.some((part) => part.isMixed)) {
    return Matrix.columns(
      parts.flatMap((part) => Array.from({ length: part.cols }, (_, j) => part.column(j))),
      rows,
    );
  }
  const out = new Float64Array(rows * cols);
  let offset = 0;
  for (const part of parts) {
    const { data, cols: k } = part;
    for (let i = 0; i < rows; i++) out.set(data.subarray(i * k, (i + 1) * k), i * cols + offset);
    offset += k;
  }
  return Matrix.dense(out, rows, cols);
}

/** A value as the number that NumPy's `float64` makes of it. */
export function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === "boolean" || typeof value === "bigint") return Number(value);
  if (value instanceof PyFloat || value instanceof NumpyScalar) return numberOf(value.value);
  if (typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value))) return Number(value);
  if (typeof value === "string" && value.trim().toLowerCase() === "nan") return Number.NaN;
  throw new TypeError(
    `could not convert ${typeof value === "string" ? `string to float: '${value}'` : "a value to float"}`,
  );
}

/** The class of each row that has the largest of its `k` scores; of equal ones the first. */
export function winners(classes: readonly unknown[], scores: Float64Array, k: number): unknown[] {
  return Array.from({ length: scores.length / k }, (_, i) => classes[argmax(scores, i * k, k)]);
}
