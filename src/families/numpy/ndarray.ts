/**
 * `numpy.ndarray`, in and out of band, and JavaScript's typed arrays as such.
 *
 * Protocols 0 to 4: `_reconstruct(ndarray, (0,), b"b")`, then the state `(1, shape, dtype, is F, bytes or list)`.
 * Protocol 5: a buffer (numpy/_core/src/multiarray/methods.c, `array_reduce_ex_picklebuffer`). NumPy 1 and 2 have
 * no name in common for their `_frombuffer` that neither warns of; so brine writes `ndarray(shape, dtype, buffer)`.
 *
 * @module
 */
import { array, DType, dtype, flattened, NDArray, sizeOf } from "../../core/ndarray/index.ts";
import type { PackContext, Reduction } from "../../core/pack.ts";
import { PickleBuffer, PyGlobal } from "../../core/values/scalars.ts";
import { isTuple, type PyTuple, tuple } from "../../core/values/tuple.ts";
import { bytes, int, ints, isNamed, pyInt, refuse, shapeOf, type Table, text } from "./table.ts";

const NDARRAY = /* @__PURE__ */ new PyGlobal("numpy", "ndarray");
/** The name that NumPy 1 and 2 both know without a warning. */
const RECONSTRUCT = /* @__PURE__ */ new PyGlobal("numpy.core.multiarray", "_reconstruct");

const reconstruct = {
  call([subtype]: PyTuple): NDArray | undefined {
    return isNamed(subtype, "ndarray") ? NDArray.over(dtype("u1"), new Uint8Array(0), [0]) : undefined;
  },
  setState(target: unknown, state: unknown): void {
    NDArray.become(target as NDArray, restored(state));
  },
};

function restored(state: unknown): NDArray {
  if (!isTuple(state) || state.length < 4 || state.length > 5)
    return refuse("the state of an array", "a tuple of 5", state);
  const [shape, type, isFortran, data] = state.slice(-4) as readonly unknown[];
  const [inner, axes] = typeAndShape(type, shape);
  const order = isFortran ? "F" : "C";
  if (!inner.hasObject) return NDArray.fromBytes(inner, bytes(data, "the items of an array"), axes, { order });
  if (!Array.isArray(data)) return refuse("the items of an array of objects", "a list", data);
  if (inner.fields !== null && data.some((item) => !isTuple(item) || item.length !== inner.fields?.size)) {
    throw new TypeError("a record must be a tuple of its fields");
  }
  // The list is in C order, whatever the order of the array's memory.
  const made = NDArray.over(inner, data, axes);
  return isFortran ? made.copy("F") : made;
}

function typeAndShape(type: unknown, shape: unknown): [DType, readonly number[]] {
  if (!(type instanceof DType)) return refuse("the dtype of an array", "a dtype", type);
  return flattened(type, shapeOf(shape, "the shape of an array"));
}

/** `_frombuffer(buffer, dtype, shape, order)`: the buffer's memory is shared. */
const fromBuffer = {
  call([buffer, type, shape, order = "C"]: PyTuple): NDArray {
    const [inner, axes] = typeAndShape(type, shape);
    if (inner.hasObject) throw new TypeError("an array of objects is not made of a buffer");
    const letter = text(order, "order") === "F" ? "F" : "C";
    return NDArray.fromBytes(inner, bytes(buffer, "the buffer of an array"), axes, { order: letter, share: true });
  },
};

/** `ndarray(shape, dtype, buffer, offset, strides, order)`, of a buffer alone. */
const constructor = {
  call([shape, type, buffer = null, offset = 0, strides = null, order = "C"]: PyTuple): NDArray | undefined {
    if (buffer === null || strides !== null || !(type instanceof DType)) return undefined;
    const [inner, axes] = typeAndShape(type, shape);
    const start = int(offset, "offset");
    const memory = bytes(buffer, "the buffer of an array");
    const end = start + sizeOf(axes) * inner.itemsize;
    if (start < 0 || end > memory.length) throw new RangeError("the buffer is too small for the array");
    return fromBuffer.call(tuple(memory.subarray(start, end), type, shape, order));
  },
};

function reduce(made: NDArray, context: PackContext): Reduction {
  const { dtype: type, isC, isF } = made;
  const shape = ints(made.shape, context);
  const fortran = !isC && isF;
  const order = fortran ? "F" : "C";
  if (context.protocol >= 5 && !type.hasObject && type.itemsize > 0 && (isC || isF)) {
    const buffer = new PickleBuffer(made.rawBytes(order));
    return { func: NDARRAY, args: tuple(shape, type, buffer, pyInt(0, context), null, order) };
  }
  const items = type.hasObject ? (made.copy("C").data as unknown[]) : made.rawBytes(order);
  const first = context.protocol < 3 ? "b" : Uint8Array.of(0x62);
  return {
    func: RECONSTRUCT,
    args: tuple(NDARRAY, ints([0], context), first),
    state: tuple(pyInt(1, context), shape, type, fortran, items),
  };
}

/** JavaScript's typed arrays, but `Uint8Array`, which is bytes. */
const TYPED = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
];

export const arrays: Table = {
  globals: {
    "numpy.ndarray": constructor,
    "numpy.core.multiarray._reconstruct": reconstruct,
    "numpy._core.multiarray._reconstruct": reconstruct,
    "numpy.core.numeric._frombuffer": fromBuffer,
    "numpy._core.numeric._frombuffer": fromBuffer,
  },
  reducers: [
    [NDArray, reduce],
    ...TYPED.map((js) => [js, (data: unknown, context: PackContext) => reduce(array(data), context)] as const),
  ],
};
