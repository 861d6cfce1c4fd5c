/**
 * Sparse tensors: by coordinates, and in compressed rows or columns.
 *
 * @module
 */
import { array, type NDArray } from "../../core/ndarray/index.ts";
import { inspect, type Parts, pyJS, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import { tupleFrom } from "../../core/values/tuple.ts";
import { Tensor } from "./tensor.ts";

/** torch's layouts of sparse tensors. */
export type SparseLayout = "sparse_coo" | "sparse_csr" | "sparse_csc" | "sparse_bsr" | "sparse_bsc";

/**
 * A sparse `torch.Tensor`. For `sparse_coo` it has `indices` (axes × entries) and `values`; for `sparse_csr`,
 * `sparse_csc` and the blocks of `sparse_bsr` and `sparse_bsc` `compressed` (`crow_indices`, `ccol_indices`), `plain`
 * and `values`.
 */
export class SparseTensor {
  readonly layout: SparseLayout;
  readonly shape: readonly number[];
  readonly values: Tensor;
  /** Coordinates of the entries, or the compressed and the plain indices. */
  readonly indices: readonly Tensor[];
  /** Of `sparse_coo`: are doubles summed and entries in order? */
  readonly isCoalesced: boolean | null;

  /** @internal */
  constructor(
    layout: SparseLayout,
    indices: readonly Tensor[],
    values: Tensor,
    shape: readonly number[],
    isCoalesced: boolean | null = null,
  ) {
    if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0))
      throw new RangeError("sizes of a tensor are ints from 0 on");
    this.layout = layout;
    this.indices = indices;
    this.values = values;
    this.shape = shape;
    this.isCoalesced = isCoalesced;
  }

  get dtype(): string {
    return this.values.dtype;
  }
  /** Number of stored entries. */
  get nnz(): number {
    return this.values.shape[0] ?? 0;
  }
  get isLoaded(): boolean {
    return this.values.isLoaded && this.indices.every((part) => part.isLoaded);
  }
  /** Reads the parts, and gives the dense array. */
  async load(signal?: AbortSignal): Promise<NDArray> {
    for (const part of [...this.indices, this.values]) await part.load(signal);
    return this.toDense();
  }

  /** The dense array, doubles summed. `RangeError` when an index lies beyond its axis or the array is too large. */
  toDense(): NDArray {
    const { shape, layout } = this;
    const size = shape.reduce((a, b) => a * b, 1);
    if (size > 2 ** 28) throw new RangeError(`a dense tensor of ${size} items is too large`);
    const batch = layout === "sparse_coo" ? 0 : (this.indices[0] as Tensor).shape.length - 1;
    if (batch > 0) return this.#batches(batch);
    const values = this.values.toNDArray().copy();
    const isCoo = layout === "sparse_coo";
    const isBlocked = layout === "sparse_bsr" || layout === "sparse_bsc";
    if (!isCoo && values.ndim !== (isBlocked ? 3 : 1)) {
      throw new RangeError(`values of ${layout} have ${isBlocked ? "three axes" : "one axis"}`);
    }
    const [high, wide] = isBlocked ? (values.shape.slice(1) as [number, number]) : [1, 1];
    const places = isCoo ? this.#coordinates() : this.#compressed(high, wide);
    if (places.length !== this.nnz) throw new RangeError("a sparse tensor has a place for each value");
    const slots = values.dtype.kind === "c" ? 2 : 1;
    const data = values.data as Float64Array;
    const out = new (data.constructor as new (n: number) => Float64Array)(size * slots);
    // One run of numbers for each value, or for each row of a block.
    const step = (isBlocked ? wide : values.shape.slice(1).reduce((a, b) => a * b, 1)) * slots;
    const columns = (shape[1] ?? 0) * slots;
    for (let i = 0; i < places.length; i++) {
      for (let row = 0; row < high; row++) {
        const at = (places[i] as number) * (isBlocked ? slots : step) + row * columns;
        const from = (i * high + row) * step;
        if (at + step > out.length) throw new RangeError("an entry lies outside of its tensor");
        for (let k = 0; k < step; k++) out[at + k] = ((out[at + k] as number) + (data[from + k] as number)) as never;
      }
    }
    return array(out, { dtype: values.dtype, shape });
  }

  /** Nested arrays of all items. */
  toArray(): unknown {
    return this.toDense().toArray();
  }

  /** Compressed tensors stacked along their first axes: each by itself. */
  #batches(axes: number): NDArray {
    const { shape, layout } = this;
    const [outer, own] = [shape.slice(0, axes), shape.slice(axes)];
    const all = [...this.indices, this.values];
    if (
      own.length !== 2 ||
      all.some((part) => part.shape.length <= axes || outer.some((n, i) => part.shape[i] !== n))
    ) {
      throw new RangeError(`parts of a stack of ${layout} tensors have its sizes before their own`);
    }
    const count = outer.reduce((a, b) => a * b, 1);
    const made = Array.from({ length: count }, (_, at) => {
      const [first, second, values] = all.map((part) => partOf(part, outer, at)) as [Tensor, Tensor, Tensor];
      return new SparseTensor(layout, [first, second], values, own).toDense();
    });
    const size = own.reduce((a, b) => a * b, 1);
    const { dtype } = made[0] ?? this.values.toNDArray();
    const slots = dtype.kind === "c" ? 2 : 1;
    const out = new ((made[0]?.data ?? new Float64Array(0)).constructor as new (n: number) => Float64Array)(
      count * size * slots,
    );
    for (const [i, one] of made.entries()) out.set(one.data as Float64Array, i * size * slots);
    return array(out, { dtype, shape });
  }

  #coordinates(): Float64Array {
    const indices = (this.indices[0] as Tensor).toNDArray();
    const [axes = 0, count = 0] = indices.shape;
    if (indices.ndim !== 2 || axes > this.shape.length) throw new RangeError("indices have a row for each axis");
    const flat = indices.flat() as number[];
    const out = new Float64Array(count);
    for (let axis = 0; axis < axes; axis++) {
      const length = this.shape[axis] as number;
      for (let i = 0; i < count; i++) {
        const at = Number(flat[axis * count + i]);
        if (!(at >= 0 && at < length)) throw new RangeError(`index ${at} is not below ${length}`);
        out[i] = (out[i] as number) * length + at;
      }
    }
    return out;
  }

  /** The place of each value, or of the first item of each block of this size. */
  #compressed(high: number, wide: number): Float64Array {
    if (this.shape.length !== 2) throw new RangeError("compressed tensors of more than two axes are not made dense");
    const [rows = 0, columns = 0] = this.shape;
    const isRows = this.layout === "sparse_csr" || this.layout === "sparse_bsr";
    const ends = (this.indices[0] as Tensor).toNDArray().flat().map(Number);
    const plain = (this.indices[1] as Tensor).toNDArray().flat().map(Number);
    if (!(high > 0 && wide > 0) || rows % high !== 0 || columns % wide !== 0) {
      throw new RangeError(`blocks of ${high} by ${wide} do not fill ${rows} by ${columns}`);
    }
    const [down, across] = [rows / high, columns / wide];
    const [major, minor] = isRows ? [down, across] : [across, down];
    if (ends.length !== major + 1) throw new RangeError("compressed indices have one more item than there are rows");
    const out = new Float64Array(plain.length);
    for (let i = 0; i < major; i++) {
      const [start, stop] = [ends[i] as number, ends[i + 1] as number];
      if (start < 0 || stop < start || stop > plain.length) throw new RangeError("compressed indices fall");
      for (let k = start; k < stop; k++) {
        const at = plain[k] as number;
        if (!(at >= 0 && at < minor)) throw new RangeError(`index ${at} is not below ${minor}`);
        out[k] = isRows ? i * high * columns + at * wide : at * high * columns + i * wide;
      }
    }
    return out;
  }

  get [pyType](): string {
    return "torch.Tensor";
  }
  [pyParts](): unknown[] {
    return [this.layout, tupleFrom([...this.shape]), [...this.indices], this.values];
  }
  [pyJS](): unknown {
    return this;
  }
  [pyRepr](): Parts {
    return [String(this)];
  }
  [inspect](): string {
    return String(this);
  }
  toString(): string {
    return `<tensor (${this.shape.join(", ")}) ${this.dtype}, layout=torch.${this.layout}, nnz=${this.nnz}>`;
  }
}

/** The tensor at a place of the first axes, which have these sizes. */
function partOf({ parts }: Tensor, outer: readonly number[], at: number): Tensor {
  let { offset } = parts;
  let rest = at;
  for (let axis = outer.length - 1; axis >= 0; axis--) {
    const size = outer[axis] as number;
    offset += (rest % size) * (parts.stride[axis] as number);
    rest = Math.floor(rest / size);
  }
  const { length } = outer;
  return new Tensor({ ...parts, offset, shape: parts.shape.slice(length), stride: parts.stride.slice(length) });
}
