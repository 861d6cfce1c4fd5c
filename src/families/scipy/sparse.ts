/**
 * Sparse matrices and arrays of SciPy, in every layout.
 *
 * @module
 */
import { type DType, NDArray } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { inspect, type Parts, pyJS, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { inspectText } from "../../core/values/repr.ts";
import { tuple, tupleFrom } from "../../core/values/tuple.ts";
import { denseOf, type Entries, entriesOf, type Format, sparseShape, typeOf } from "./layouts.ts";

export type { Entries, Format } from "./layouts.ts";

const TITLES: Readonly<Record<Format, string>> = {
  csr: "Compressed Sparse Row",
  csc: "Compressed Sparse Column",
  coo: "COOrdinate",
  bsr: "Block Sparse Row",
  dia: "DIAgonal",
  lil: "List of Lists",
  dok: "Dictionary Of Keys",
};

/**
 * A `scipy.sparse` matrix (`csr_matrix`…) or array (`csr_array`…); its arrays stay as SciPy holds them.
 *
 * @example
 * ```ts
 * const m = SparseMatrix.fromDense(array([[0, 1], [2, 0]]));
 * m.nnz; // 2
 * m.get(1, 0); // 2
 * m.toDense().toArray(); // [[0, 1], [2, 0]]
 * ```
 */
export class SparseMatrix {
  readonly format: Format;
  /** Is it a sparse array (`csr_array`), not a matrix (`csr_matrix`)? */
  readonly isArray: boolean;
  /** Attributes as Python holds them: `_shape`, `data`, `indices`, `indptr`… */
  attrs: PyDict<string, unknown>;
  /** @internal Entries of a `dok_matrix` of before SciPy 1.12, which is a dict. */
  pairs: PyDict | null;
  #entries: Entries | null = null;

  /** @internal */
  constructor(format: Format, isArray: boolean, attrs = new PyDict<string, unknown>()) {
    this.format = format;
    this.isArray = isArray;
    this.attrs = attrs;
    this.pairs = null;
  }

  /**
   * A sparse array of a dense one (two axes) in rows (`csr`), columns (`csc`) or by coordinates (`coo`). `RangeError` for
   * another number of axes.
   */
  static fromDense(source: NDArray, format: "csr" | "csc" | "coo" = "csr", isArray = true): SparseMatrix {
    if (source.ndim !== 2) throw new RangeError(`a sparse array has two axes, not ${source.ndim}`);
    const [rows = 0, cols = 0] = source.shape;
    const view = format === "csc" ? source.T : source;
    const [major = 0, minor = 0] = view.shape;
    const flat = view.flat();
    const indptr = new Int32Array(major + 1);
    const places: number[] = [];
    for (let i = 0; i < major; i++) {
      for (let j = 0; j < minor; j++) if (!isZero(flat[i * minor + j])) places.push(i * minor + j);
      indptr[i + 1] = places.length;
    }
    const data = NDArray.fromBytes(source.dtype, new Uint8Array(places.length * source.dtype.itemsize), [
      places.length,
    ]);
    for (const [i, place] of places.entries()) data.set(flat[place], i);
    const of = (numbers: Int32Array): NDArray =>
      NDArray.fromBytes("<i4", new Uint8Array(numbers.buffer), [numbers.length]);
    const indices = of(Int32Array.from(places, (place) => place % minor));
    const shape = tuple(rows, cols);
    const attrs = new PyDict<string, unknown>([
      ["_shape", shape],
      ["maxprint", 50],
    ]);
    if (format === "coo") {
      const row = of(Int32Array.from(places, (place) => Math.floor(place / minor)));
      attrs.set("coords", tuple(row, indices));
      attrs.set("data", data);
      attrs.set("has_canonical_format", true);
    } else {
      attrs.set("indptr", of(indptr));
      attrs.set("indices", indices);
      attrs.set("data", data);
    }
    return new SparseMatrix(format, isArray, attrs);
  }

  /** Lengths of the axes. */
  get shape(): readonly number[] {
    return sparseShape(this.attrs);
  }
  get ndim(): number {
    return this.shape.length;
  }
  get dtype(): DType {
    return typeOf(this.format, this.attrs, this.pairs);
  }
  /** Number of stored entries, zeros and doubles among them. */
  get nnz(): number {
    return this.entries().data.length;
  }
  /** An array that the layout is made of, or null where it has none of this name. */
  part(name: "data" | "indices" | "indptr" | "offsets" | "rows" | "row" | "col"): NDArray | null {
    const found = this.attrs.get(name);
    if (found instanceof NDArray) return found;
    const coords = this.attrs.get("coords");
    const at = Array.isArray(coords) ? coords[name === "row" ? 0 : 1] : undefined;
    return (name === "row" || name === "col") && at instanceof NDArray ? at : null;
  }

  /** The stored entries: one array of indices per axis, and their values (complex as `PyComplex`). */
  entries(): Entries {
    return (this.#entries ??= entriesOf(this.format, this.attrs, this.pairs));
  }

  /** The item at these indices, doubles summed; 0 where nothing is stored. `RangeError` beyond an axis. */
  get(...indices: number[]): unknown {
    const { shape } = this;
    if (indices.length !== shape.length) throw new RangeError(`${shape.length} indices name an item`);
    const place = indices.map((index, axis) => {
      const size = shape[axis] as number;
      const at = index < 0 ? index + size : index;
      if (!(Number.isInteger(at) && at >= 0 && at < size)) {
        throw new RangeError(`index ${index} is out of bounds for axis ${axis} with size ${size}`);
      }
      return at;
    });
    const { coords, data } = this.entries();
    const found: number[] = [];
    // The axis along which entries are in order, if there is one, bounds the search.
    const major = this.format === "csr" && shape.length === 2 ? 0 : this.format === "csc" ? 1 : -1;
    const axis = major < 0 ? null : (coords[major] as ArrayLike<number>);
    const start = axis === null ? 0 : firstAt(axis, place[major] as number);
    const end = axis === null ? data.length : firstAt(axis, (place[major] as number) + 1);
    for (let i = start; i < end; i++) if (coords.every((own, a) => own[i] === place[a])) found.push(i);
    const one = { coords: [new Int32Array(found.length)], data: found.map((i) => data[i]) };
    return denseOf(one, this.dtype, [1]).get(0);
  }

  /** The dense array, doubles summed. `RangeError` when it would be too large to be counted. */
  toDense(): NDArray {
    return denseOf(this.entries(), this.dtype, this.shape);
  }
  /** Nested arrays of all items. */
  toArray(): unknown {
    return this.toDense().toArray();
  }

  /** The transpose: `csr` and `csc` turn into each other and share memory, all others become `coo`. */
  get T(): SparseMatrix {
    const shape = tupleFrom([...this.shape].reverse());
    if (this.format === "csr" || this.format === "csc") {
      const attrs = new PyDict<string, unknown>([...this.attrs.entries()] as [string, unknown][]);
      attrs.set("_shape", shape);
      return new SparseMatrix(this.format === "csr" ? "csc" : "csr", this.isArray, attrs);
    }
    const { coords, data } = this.entries();
    const values = NDArray.fromBytes(this.dtype, new Uint8Array(data.length * this.dtype.itemsize), [data.length]);
    for (let i = 0; i < data.length; i++) values.set(data[i], i);
    const axes = coords.map((axis) =>
      NDArray.fromBytes("<i4", new Uint8Array(Int32Array.from(axis).buffer), [data.length]),
    );
    const attrs = new PyDict<string, unknown>([
      ["_shape", shape],
      ["maxprint", 50],
      ["coords", tupleFrom(axes.reverse())],
      ["data", values],
      ["has_canonical_format", false],
    ]);
    return new SparseMatrix("coo", this.isArray, attrs);
  }

  get [pyType](): string {
    return `scipy.sparse.${this.format}_${this.isArray ? "array" : "matrix"}`;
  }
  [pyParts](): unknown[] {
    const { coords, data } = this.entries();
    return [
      this.format,
      this.isArray,
      tupleFrom([...this.shape]),
      this.dtype,
      coords.map((axis) => Array.from(axis)),
      data,
    ];
  }
  [pyJS](): unknown {
    return this;
  }
  [pyRepr](): Parts {
    const { format, isArray, nnz, dtype } = this;
    const shape = this.shape.length === 1 ? `(${this.shape[0]},)` : `(${this.shape.join(", ")})`;
    let extra = "";
    const data = this.part("data");
    if (format === "bsr") extra = ` (blocksize=${data?.shape.slice(1).join("x")})`;
    if (format === "dia") extra = ` (${data?.shape[0]} diagonals)`;
    const what = isArray ? "array" : "matrix";
    const count = `\twith ${nnz} stored elements${extra} and shape ${shape}>`;
    return [`<${TITLES[format]} sparse ${what} of dtype '${dtype}'\n${count}`];
  }
  [inspect](): string {
    return inspectText(this);
  }
  toJSON(): unknown {
    const { coords, data } = this.entries();
    return { format: this.format, shape: this.shape, coords: coords.map((axis) => Array.from(axis)), data };
  }
}

/** The first place of a rising list at which a number or a larger one stands. */
function firstAt(list: ArrayLike<number>, least: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isZero(value: unknown): boolean {
  if (typeof value === "object" && value !== null && "re" in value && "im" in value)
    return value.re === 0 && value.im === 0;
  return value === 0 || value === 0n || value === false;
}
