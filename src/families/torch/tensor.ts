/**
 * Tensors: views of storages.
 *
 * @module
 */
import { array, type DType, NDArray, dtype as numpyDType, type TypedData } from "../../core/ndarray/index.ts";
import { PyDict } from "../../core/values/dict.ts";
import { inspect, type Parts, pyJS, pyParts, pyRepr, pyType } from "../../core/values/protocol.ts";
import type { PyGlobal } from "../../core/values/scalars.ts";
import { isTuple, type PyTuple, tupleFrom } from "../../core/values/tuple.ts";
import { DTYPES, type TorchDType, toBrain, torchDType, widened } from "./dtypes.ts";
import { Storage } from "./storage.ts";

/** How a quantized tensor's ints stand for numbers: `(int - zeroPoint) * scale`, for all, or along one axis. */
export interface Quantizer {
  readonly scheme: string;
  readonly scale: number | Tensor;
  readonly zeroPoint: number | Tensor;
  readonly axis: number | null;
}

/** What a tensor is made of. */
export interface TensorParts {
  storage: Storage | null;
  dtype: TorchDType;
  shape: readonly number[];
  stride: readonly number[];
  offset: number;
  requiresGrad?: boolean;
  isParameter?: boolean;
  quantizer?: Quantizer | null;
  /** Do the items stand for the conjugates of those in the storage? */
  conj?: boolean;
  /** Do they stand for their negatives? */
  neg?: boolean;
  subclass?: Subclass | null;
}

/** What a file tells of a tensor that is of a subclass, or has attributes of its own. */
export interface Subclass {
  /** `torch.Tensor` where there are only attributes; null for a parameter. */
  readonly cls: PyGlobal | null;
  /** A dict of attributes, or what else the class keeps. */
  readonly state: unknown;
  /** How a wrapper of other tensors, which has no items of its own, is made anew. */
  readonly wrapper: PyTuple | null;
}

function contiguous(shape: readonly number[]): number[] {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = step;
    step *= Math.max(1, shape[axis] as number);
  }
  return stride;
}

/** Throws a `RangeError` for numbers that ints of a dtype cannot hold, as `torch.tensor` does. */
function demandRange(made: NDArray, { kind, itemsize }: DType, name: string): void {
  if ((kind !== "i" && kind !== "u") || !/^[iuf]$/.test(made.dtype.kind)) return;
  const bits = 8 * itemsize - (kind === "i" ? 1 : 0);
  const [low, high] = [kind === "i" ? -(2 ** bits) : 0, 2 ** bits];
  for (const item of made.flat() as (number | bigint)[]) {
    if (!(item >= low && item < high)) throw new RangeError(`${item} does not fit into ${name}`);
  }
}

/**
 * A `torch.Tensor`, or `torch.nn.Parameter`: dtype, shape and strides over a storage, which other tensors may share.
 *
 * @example
 * ```ts
 * const weight = Tensor.from(new Float32Array(6), { shape: [2, 3] });
 * weight.toArray(); // [[0, 0, 0], [0, 0, 0]]
 * ```
 */
export class Tensor {
  /** @internal */
  readonly parts: TensorParts;

  /** @internal Refuses a view that reaches beyond its storage. */
  constructor(parts: TensorParts) {
    this.parts = parts;
    const { storage, dtype, shape, stride, offset } = parts;
    if (shape.length !== stride.length) throw new RangeError("a tensor has a stride for each axis");
    if (![...shape, ...stride, offset].every((n) => Number.isSafeInteger(n) && n >= 0)) {
      throw new RangeError("sizes, strides and offset of a tensor are ints from 0 on");
    }
    const last = shape.includes(0)
      ? 0
      : shape.reduce((sum, n, axis) => sum + (n - 1) * (stride[axis] as number), offset + 1);
    if (!Number.isSafeInteger(last) || !Number.isSafeInteger(this.numel)) throw new RangeError("a tensor is too large");
    const bytes = Math.ceil(last / dtype.perByte) * dtype.size;
    if (storage !== null && bytes > storage.nbytes) {
      throw new RangeError(`a tensor of ${bytes} bytes in a storage of ${storage.nbytes}`);
    }
  }

  /**
   * A tensor over the memory of a typed array, or of NumPy's array; nested arrays are copied. `TypeError` for a dtype
   * that torch does not have, `RangeError` for a shape that does not fit.
   */
  static from(
    source: unknown,
    options: { dtype?: string; shape?: readonly number[]; requiresGrad?: boolean; isParameter?: boolean } = {},
  ): Tensor {
    const { dtype: wanted, shape, ...rest } = options;
    if (source instanceof Tensor) return source;
    let made = source instanceof NDArray ? source : array(source, shape ? { shape } : {});
    if (source instanceof NDArray && shape) made = made.reshape(...shape);
    if (wanted === "bfloat16") {
      const bits = toBrain(made.astype("f4").copy().data as Float32Array);
      return Tensor.over(new Uint8Array(bits.buffer), torchDType("bfloat16"), made.shape, rest);
    }
    if (wanted !== undefined) {
      const { numpy } = torchDType(wanted);
      if (numpy === null) throw new TypeError(`brine does not make numbers ${wanted}`);
      if (Array.isArray(source) || typeof source === "number") demandRange(made, numpyDType(numpy), wanted);
      if (!made.dtype.equals(numpyDType(numpy))) made = made.astype(numpy);
    }
    if (made.dtype.byteorder === ">") made = made.astype(made.dtype.str.replace(">", "<"));
    const dtype = DTYPES.get(wanted ?? made.dtype.name);
    if (dtype === undefined) throw new TypeError(`torch has no dtype for ${made.dtype}`);
    const data = made.data as TypedData;
    const isView = made.stride.every((n) => n >= 0) && !/complex/.test(dtype.name);
    if (!isView) return Tensor.over(made.toBytes("C"), dtype, made.shape, rest);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const storage = new Storage("", bytes.length, dtype, "cpu", bytes);
    return new Tensor({ storage, dtype, shape: made.shape, stride: made.stride, offset: made.offset, ...rest });
  }

  /** @internal A tensor without gaps over bytes. */
  static over(bytes: Uint8Array, dtype: TorchDType, shape: readonly number[], rest: Partial<TensorParts> = {}): Tensor {
    const storage = new Storage("", bytes.length, dtype, "cpu", bytes);
    return new Tensor({ storage, dtype, shape: [...shape], stride: contiguous(shape), offset: 0, ...rest });
  }

  /** `"float32"`, `"bfloat16"`, `"float8_e4m3fn"`, `"qint8"`… */
  get dtype(): string {
    return this.parts.dtype.name;
  }
  /** Lengths of the axes. */
  get shape(): readonly number[] {
    return this.parts.shape;
  }
  /** Items from one to the next along each axis. */
  get stride(): readonly number[] {
    return this.parts.stride;
  }
  /** Items of the storage before the first. */
  get storageOffset(): number {
    return this.parts.offset;
  }
  get ndim(): number {
    return this.shape.length;
  }
  /** Number of items. */
  get numel(): number {
    return this.shape.reduce((a, b) => a * b, 1);
  }
  /** Bytes of all items. */
  get nbytes(): number {
    const { size, perByte } = this.parts.dtype;
    return Math.ceil(this.numel / perByte) * size;
  }
  get requiresGrad(): boolean {
    return this.parts.requiresGrad ?? false;
  }
  /** Is it a `torch.nn.Parameter`? */
  get isParameter(): boolean {
    return this.parts.isParameter ?? false;
  }
  /** Where it was: `"cpu"`, `"cuda:0"`, `"meta"` (which has no items). */
  get device(): string {
    return this.parts.storage?.location ?? "meta";
  }
  /** The memory, shared with other views; null on `meta`. */
  get storage(): Storage | null {
    return this.parts.storage;
  }
  /** How ints stand for numbers in a quantized tensor; null in others. */
  get quantizer(): Quantizer | null {
    return this.parts.quantizer ?? null;
  }
  /** The class in Python where it is a subclass of `torch.Tensor` (`"torch.distributed.tensor.DTensor"`); else null. */
  get subclass(): string | null {
    const cls = this.parts.subclass?.cls ?? null;
    return cls === null || (cls.module === "torch" && cls.name === "Tensor") ? null : `${cls.module}.${cls.name}`;
  }
  /** Attributes that the file keeps with the tensor (those of subclasses and buffers); null where there are none. */
  get attrs(): PyDict | null {
    const state = this.parts.subclass?.state;
    // Attributes, or a pair of those and of what stands in slots.
    const parts: readonly unknown[] = isTuple(state) ? state : [state];
    const dicts = parts.filter((one): one is PyDict => one instanceof PyDict);
    const [first = null, second] = dicts;
    return first !== null && second !== undefined ? new PyDict([...first, ...second]) : first;
  }
  /** Do the items follow each other, last axis fastest? */
  get isContiguous(): boolean {
    const { shape, stride } = this;
    const plain = contiguous(shape);
    return shape.every((n, axis) => n <= 1 || stride[axis] === plain[axis]);
  }
  /** Are the items in memory? */
  get isLoaded(): boolean {
    return this.parts.storage?.isLoaded ?? false;
  }

  /** The items as an array, read where they are not yet: see {@link toNDArray}. Throws `SourceError`, `FormatError`. */
  async load(signal?: AbortSignal): Promise<NDArray> {
    await this.parts.storage?.load(signal);
    const { quantizer } = this;
    for (const part of [quantizer?.scale, quantizer?.zeroPoint]) if (part instanceof Tensor) await part.load(signal);
    return this.toNDArray();
  }

  /**
   * The items as an array of NumPy: a view of the storage, strides and all, where NumPy has the dtype; bfloat16 and
   * 8-bit floats as float32, complex32 as complex64, quantized ones as the float32 they stand for, bits as their bytes.
   * `TypeError` on `meta` and for wrappers of other tensors, `SourceError` when the items are not loaded.
   */
  toNDArray(): NDArray {
    const { quantizer } = this;
    if (quantizer !== null) return dequantized(this.intRepr(), quantizer);
    const { conj = false, neg = false, dtype } = this.parts;
    const view = this.#view();
    return conj || neg ? turned(view, dtype.name.startsWith("complex"), conj, neg) : view;
  }

  /** The ints of a quantized tensor. */
  intRepr(): NDArray {
    return this.#view();
  }

  #view(): NDArray {
    const { storage, dtype, shape, stride, offset } = this.parts;
    if (storage === null) throw this.#empty();
    const { numpy, size, perByte } = dtype;
    const bytes = storage.bytes;
    if (perByte > 1) return parted(bytes, perByte, { shape: [...shape], stride: [...stride], offset });
    if (dtype.name === "complex32") {
      const halves = NDArray.fromBytes("<f2", aligned(bytes, 4), [Math.floor(bytes.length / 4) * 2], { share: true });
      const wide = halves.astype("<f4");
      const own = stride.map((n) => 2 * n);
      return new NDArray(numpyDType("<c8"), wide.data, { shape: [...shape], stride: own, offset: 2 * offset });
    }
    if (numpy === null) {
      const bits = numpyDType(size === 1 ? "u1" : "<u2");
      if (size > 2) throw new TypeError(`JavaScript has no numbers for ${dtype.name}`);
      const whole = NDArray.fromBytes(bits, aligned(bytes, size), [Math.floor(bytes.length / size)], { share: true });
      const view = new NDArray(bits, whole.data, { shape: [...shape], stride: [...stride], offset });
      const wide = widened(dtype, view.copy().data as TypedData);
      if (wide === null) throw new TypeError(`JavaScript has no numbers for ${dtype.name}`);
      return array(wide, { shape });
    }
    const type = numpyDType(numpy);
    const whole = NDArray.fromBytes(type, aligned(bytes, size), [Math.floor(bytes.length / size)], { share: true });
    const slots = dtype.name.startsWith("complex") ? 2 : 1;
    const view = { shape: [...shape], stride: stride.map((n) => n * slots), offset: offset * slots };
    return new NDArray(type, whole.data, view);
  }

  #empty(): TypeError {
    const { subclass } = this;
    return new TypeError(
      subclass === null
        ? "a tensor on meta has no items"
        : `a ${subclass} has no items of its own: its tensors are among its attrs`,
    );
  }

  /** Nested arrays of the items, as Python's `tolist()`. */
  toArray(): unknown {
    return this.toNDArray().toArray();
  }
  /** The only item; `RangeError` when there is not exactly one. */
  item(): unknown {
    return this.toNDArray().item();
  }
  /** The items' bytes without gaps, last axis fastest, little-endian. */
  toBytes(): Uint8Array {
    const { storage, dtype, offset } = this.parts;
    if (storage === null) throw this.#empty();
    const { conj = false, neg = false } = this.parts;
    if (conj || neg) return this.toNDArray().toBytes("C");
    if (dtype.perByte > 1) return this.intRepr().toBytes("C");
    if (this.isContiguous) return storage.bytes.subarray(offset * dtype.size, (offset + this.numel) * dtype.size);
    const raw = numpyDType(`V${dtype.size}`);
    const count = Math.floor(storage.nbytes / dtype.size);
    const whole = NDArray.fromBytes(raw, storage.bytes.subarray(0, count * dtype.size), [count], { share: true });
    const { shape, stride } = this.parts;
    const scaled = stride.map((n) => n * dtype.size);
    return new NDArray(raw, whole.data, { shape: [...shape], stride: scaled, offset: offset * dtype.size }).toBytes(
      "C",
    );
  }

  get [pyType](): string {
    return this.isParameter ? "torch.nn.Parameter" : "torch.Tensor";
  }
  [pyParts](): unknown[] {
    const items = this.isLoaded ? this.toBytes() : this.parts.storage;
    return [this.dtype, tupleFrom([...this.shape]), items];
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
    const grad = this.requiresGrad ? ", requires_grad=True" : "";
    const device = this.device === "cpu" ? "" : `, device='${this.device}'`;
    const kind = this.isParameter ? "Parameter" : (this.subclass?.replace(/^.*\./, "") ?? "tensor");
    return `<${kind} (${this.shape.join(", ")}${this.ndim === 1 ? "," : ""}) ${this.dtype}${device}${grad}>`;
  }
  toJSON(): unknown {
    return this.isLoaded ? this.toArray() : String(this);
  }
}

/** Conjugates or negatives of numbers, which torch keeps as a mark on the tensor. */
function turned(view: NDArray, isComplex: boolean, conj: boolean, neg: boolean): NDArray {
  const copy = view.copy();
  if (copy.dtype.kind === "f" && copy.data instanceof Uint16Array) {
    // Halves are kept as their bits, of which the first is the sign; complex ones are floats here.
    for (let i = 0; i < copy.data.length; i++) copy.data[i] = (copy.data[i] as number) ^ 0x8000;
    return copy;
  }
  const data = copy.data as Float64Array;
  const step = isComplex ? 2 : 1;
  for (let i = 0; i < data.length; i += step) {
    if (neg) data[i] = -(data[i] as number);
    if (isComplex && conj !== neg) data[i + 1] = -(data[i + 1] as number);
  }
  return copy;
}

/** Ints of which several share a byte. */
function parted(
  bytes: Uint8Array,
  perByte: number,
  view: { shape: number[]; stride: number[]; offset: number },
): NDArray {
  const bits = 8 / perByte;
  const mask = 2 ** bits - 1;
  const out = new Uint8Array(bytes.length * perByte);
  for (let i = 0; i < out.length; i++) {
    out[i] = ((bytes[Math.floor(i / perByte)] as number) >> (bits * (i % perByte))) & mask;
  }
  return new NDArray(numpyDType("u1"), out, view).copy();
}

/** Bytes at a place where typed arrays of such items may begin. */
function aligned(bytes: Uint8Array, size: number): Uint8Array {
  const whole = Math.floor(bytes.length / size) * size;
  return bytes.subarray(0, whole);
}

function dequantized(ints: NDArray, { scale, zeroPoint, axis }: Quantizer): NDArray {
  const { shape } = ints;
  const flat = ints.copy().data as Int8Array;
  const out = new Float32Array(flat.length);
  if (typeof scale === "number" && typeof zeroPoint === "number") {
    for (let i = 0; i < out.length; i++) out[i] = ((flat[i] as number) - zeroPoint) * Math.fround(scale);
    return array(out, { shape });
  }
  const scales = (scale as Tensor).toNDArray().flat().map(Number);
  const zeros = (zeroPoint as Tensor).toNDArray().flat().map(Number);
  const along = axis ?? 0;
  const inner = shape.slice(along + 1).reduce((a, b) => a * b, 1);
  const count = shape[along] ?? 1;
  if (scales.length !== count || zeros.length !== count)
    throw new RangeError("a quantized tensor has a scale for each channel");
  for (let i = 0; i < out.length; i++) {
    const channel = Math.floor(i / inner) % count;
    out[i] = ((flat[i] as number) - (zeros[channel] as number)) * Math.fround(scales[channel] as number);
  }
  return array(out, { shape });
}
