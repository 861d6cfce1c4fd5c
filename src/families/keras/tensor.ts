/**
 * Tensors of the runtime: float32, last axis fastest.
 *
 * @module
 */
import { array, NDArray } from "../../core/ndarray/index.ts";

export { type After, activate32, matmul32 as matmul, ONE_CELL, pool32, type Way, Windows } from "../../math/index.ts";

/** Numbers in a shape. The first axis counts samples. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** Which steps of each sample count, `[samples, steps]`; undefined for all. */
  readonly mask?: Uint8Array | undefined;
  /** Texts instead of numbers; `data` is empty then. */
  readonly text?: readonly string[] | undefined;
  /** Whole numbers that float32 cannot hold, for layers that look them up. */
  readonly exact?: Float64Array | undefined;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** A tensor over memory. */
export function tensor(shape: readonly number[], data: Float32Array, mask?: Uint8Array): Tensor {
  return { shape, data, mask };
}

/** A tensor of zeros. */
export function zeros(shape: readonly number[]): Tensor {
  return { shape, data: new Float32Array(sizeOf(shape)) };
}

/** The same numbers in another shape. */
export function reshaped({ data, text, exact }: Tensor, shape: readonly number[]): Tensor {
  return text === undefined && exact === undefined ? { shape, data } : { shape, data, text, exact };
}

/** Numbers or texts of an array as a tensor; `TypeError` for what holds neither. */
export function fromArray(source: unknown): Tensor {
  const made = source instanceof NDArray ? source : array(source);
  const { kind } = made.dtype;
  if (kind === "U" || kind === "S" || kind === "O") {
    const text = made.flat().map((item) => {
      if (item instanceof Uint8Array) return new TextDecoder().decode(item);
      if (typeof item !== "string") throw new TypeError(`${made.dtype} are neither numbers nor texts for a model`);
      return item;
    });
    return { shape: [...made.shape], data: new Float32Array(0), text };
  }
  if (!/[biuf]/.test(kind) || made.dtype.hasObject) throw new TypeError(`${made.dtype} are no numbers for a model`);
  const plain = kind === "f" && made.dtype.itemsize === 4 ? made : made.astype("<f4");
  const whole =
    plain.isC && plain.offset === 0 && (plain.data as Float32Array).length === plain.size ? plain : plain.copy();
  const data = whole.data as Float32Array;
  const shape = [...whole.shape];
  const isWide = kind !== "b" && kind !== "f" && made.dtype.itemsize > 2 && data.some((n) => Math.abs(n) >= 1 << 24);
  return isWide ? { shape, data, exact: Float64Array.from(made.flat(), Number) } : { shape, data };
}

/** A tensor as an array of float32. */
export function toArray({ shape, data }: Tensor): NDArray {
  return array(data, { shape });
}

/** Samples `from` up to `to`. */
export function rows({ shape, data, mask, text, exact }: Tensor, from: number, to: number): Tensor {
  const [all = 0, ...inner] = shape;
  const size = sizeOf(inner);
  const end = Math.min(all, to);
  const steps = inner[0] ?? 0;
  return {
    shape: [end - from, ...inner],
    data: data.subarray(from * size, end * size),
    mask: mask?.subarray(from * steps, end * steps),
    text: text?.slice(from * size, end * size),
    exact: exact?.subarray(from * size, end * size),
  };
}

/** Axes in another order. */
export function transposed({ shape, data }: Tensor, axes: readonly number[]): Tensor {
  const steps = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    steps[i] = step;
    step *= shape[i] as number;
  }
  const outShape = axes.map((axis) => shape[axis] as number);
  const outSteps = axes.map((axis) => steps[axis] as number);
  const out = new Float32Array(data.length);
  const index = outShape.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from] as number;
    for (let axis = outShape.length - 1; axis >= 0; axis--) {
      from += outSteps[axis] as number;
      if (++(index as number[])[axis]! < (outShape[axis] as number)) break;
      from -= (outSteps[axis] as number) * (outShape[axis] as number);
      index[axis] = 0;
    }
  }
  return { shape: outShape, data: out };
}
