/**
 * `numpy.ndarray` and its subclasses, in and out of band, and JavaScript's typed arrays as such.
 *
 * Protocols 0 to 4: `_reconstruct(ndarray, (0,), b"b")`, then the state `(1, shape, dtype, is F, bytes or list)`.
 * Protocol 5: a buffer (numpy/_core/src/multiarray/methods.c, `array_reduce_ex_picklebuffer`). NumPy 1 and 2 have
 * no name in common for their `_frombuffer` that neither warns of; so brine writes `ndarray(shape, dtype, buffer)`.
 *
 * @module
 */
import { array, DType, dtype, flattened, NDArray, SubclassArray, sizeOf } from "../../core/ndarray/index.ts";
import type { PackContext, Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { PickleBuffer, PyGlobal } from "../../core/values/scalars.ts";
import { isTuple, type PyTuple, tuple, tupleFrom } from "../../core/values/tuple.ts";
import { bytes, int, ints, isNamed, pyInt, refuse, shapeOf, type Table, text } from "./table.ts";

const NDARRAY = /* @__PURE__ */ new PyGlobal("numpy", "ndarray");
/** The name that NumPy 1 and 2 both know without a warning. */
const RECONSTRUCT = /* @__PURE__ */ new PyGlobal("numpy.core.multiarray", "_reconstruct");

/** A class of JavaScript that stands for a subclass of `numpy.ndarray`; see `defineArrayClass`. */
type ArrayClass = abstract new (...args: never[]) => NDArray;

/** What an array's state needs of a class that adds to it. */
interface Extended {
  setArrayState?(extra: readonly unknown[]): void;
  getArrayState?(): readonly unknown[];
}

const BYTE = /* @__PURE__ */ dtype("u1");
/** The memory of arrays without items, which all may share: making some for each takes longer than all the rest. */
const NONE = /* @__PURE__ */ new Uint8Array(0);

/** An array without items that a state is to fill; undefined for a class that is none of arrays. */
function emptyOf(subtype: unknown): NDArray | undefined {
  const view = { shape: [0], stride: [1], offset: 0 };
  if (isNamed(subtype, "ndarray")) return new NDArray(BYTE, NONE, view);
  if (subtype instanceof PyGlobal) return new SubclassArray(BYTE, NONE, view, current(subtype));
  if (typeof subtype !== "function" || !(subtype.prototype instanceof NDArray)) return undefined;
  // The caller's constructor does not run: NDArray's makes an object of the caller's class.
  return Reflect.construct(NDArray, [BYTE, NONE, view], subtype as unknown as ArrayClass) as NDArray;
}

const reconstruct = {
  call: ([subtype]: PyTuple): NDArray | undefined => emptyOf(subtype),
  setState(target: unknown, state: unknown, { owned }: PackContext): unknown {
    const made = target as NDArray;
    if (made.constructor === NDArray) {
      NDArray.become(made, arrayOfState(state, owned));
      return undefined;
    }
    const known = made instanceof SubclassArray ? made.cls : null;
    if (!isArrayState(state)) {
      if (known === null) throw new TypeError(`the state of a ${made.constructor.name} is not that of an array`);
      return inert(known, state);
    }
    const plain = arrayOfState(tuple(...state.slice(0, 5)), owned);
    const extra = state.length > 5 ? state.slice(5) : null;
    NDArray.become(made, plain);
    if (extra === null) return undefined;
    if (known !== null) return SubclassArray.of(plain, known, tupleFrom(extra));
    const extended = made as Extended;
    if (!extended.setArrayState) {
      throw new TypeError(`${made.constructor.name} has a state of its own: give the class a setArrayState(extra)`);
    }
    extended.setArrayState(extra);
    return undefined;
  },
};

/** Does a state begin as that of an array? */
function isArrayState(state: unknown): state is PyTuple {
  return isTuple(state) && state.length >= 5 && isTuple(state[1]) && state[2] instanceof DType;
}

/** A subclass whose state is its own affair, as it was read. */
function inert(cls: PyGlobal, state: unknown): PyObject {
  const made = new PyObject(RECONSTRUCT, tuple(cls, tuple(0), Uint8Array.of(0x62)), "call");
  if (state instanceof PyDict) made.a = state;
  else made.rare = { state };
  return made;
}

/** The array of `(1, shape, dtype, is F, items)`, the 1 not always there; over the items as they are with `share`. */
export function arrayOfState(state: unknown, share = false): NDArray {
  if (!isTuple(state) || state.length < 4 || state.length > 5)
    return refuse("the state of an array", "a tuple of 5", state);
  // By places: a slice of a frozen array takes longer than all the rest of this.
  const at = state.length - 4;
  const [inner, axes] = typeAndShape(state[at + 1], state[at]);
  const isFortran = state[at + 2];
  const data = state[at + 3];
  const order = isFortran ? "F" : "C";
  if (!inner.hasObject) return NDArray.fromBytes(inner, bytes(data, "the items of an array"), axes, { order, share });
  if (!Array.isArray(data)) return refuse("the items of an array of objects", "a list", data);
  if (inner.fields !== null && data.some((item) => !isTuple(item) || item.length !== inner.fields?.size)) {
    throw new TypeError("a record must be a tuple of its fields");
  }
  // The list is in C order, whatever the order of the array's memory.
  const made = NDArray.over(inner, data, axes);
  return isFortran ? made.copy("F") : made;
}

/** The state of an array, as {@link arrayOfState} reads it. */
export function stateOfArray(made: NDArray, context: PackContext): PyTuple {
  const { dtype: type } = made;
  const fortran = !made.isC && made.isF;
  const items = type.hasObject ? (made.copy("C").data as unknown[]) : made.rawBytes(fortran ? "F" : "C");
  return tuple(pyInt(1, context), ints(made.shape, context), type, fortran, items);
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
  if (context.protocol >= 5 && !type.hasObject && type.itemsize > 0 && (isC || isF)) {
    const order = !isC ? "F" : "C";
    const buffer = new PickleBuffer(made.rawBytes(order));
    const args = tuple(ints(made.shape, context), type, buffer, pyInt(0, context), null, order);
    return { func: NDARRAY, args };
  }
  return reduceAs(NDARRAY, made, context);
}

/** The reduction that fills an instance of a class (a name, or a class of JavaScript known by name). */
function reduceAs(cls: unknown, made: NDArray, context: PackContext): Reduction {
  const first = context.protocol < 3 ? "b" : Uint8Array.of(0x62);
  return { func: RECONSTRUCT, args: tuple(cls, ints([0], context), first), state: stateOfArray(made, context) };
}

/** `chararray` has but one place in every NumPy, of which those from 2 on warn; `numpyFor(2)` names the new one. */
const CHARARRAY = /* @__PURE__ */ new PyGlobal("numpy.core.defchararray", "chararray");

/** Names of classes that NumPy 2 moved, by names that all know. */
const MOVED: ReadonlyMap<string, PyGlobal> = new Map([
  ...["numpy.rec", "numpy.core.records", "numpy._core.records"].map(
    (module) => [`${module}.recarray`, new PyGlobal("numpy", "recarray")] as const,
  ),
  ...["numpy", "numpy.char", "numpy.core.defchararray", "numpy._core.defchararray"].map(
    (module) => [`${module}.chararray`, CHARARRAY] as const,
  ),
  ["numpy.matrixlib.defmatrix.matrix", new PyGlobal("numpy", "matrix")],
  ["numpy.core.memmap.memmap", new PyGlobal("numpy", "memmap")],
  ["numpy._core.memmap.memmap", new PyGlobal("numpy", "memmap")],
]);

function current(cls: PyGlobal): PyGlobal {
  return MOVED.get(`${cls.module}.${cls.name}`) ?? cls;
}

function reduceSubclass(made: SubclassArray, context: PackContext): Reduction {
  const reduction = reduceAs(current(made.cls), made, context);
  if (made.extra !== null) reduction.state = tuple(...(reduction.state as PyTuple), ...made.extra);
  return reduction;
}

/** Reduces an array of a class of the caller's. */
export function reduceOwn(made: NDArray, context: PackContext): Reduction {
  const reduction = reduceAs(made.constructor, made, context);
  const extra = (made as Extended).getArrayState?.();
  if (extra !== undefined) reduction.state = tuple(...(reduction.state as PyTuple), ...extra);
  return reduction;
}

/** JavaScript's typed arrays that are arrays in Python; `Uint8Array` is bytes. */
export const TYPED_ARRAYS = [
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
    // NumPy 0.x.
    "numpy.core._internal._reconstruct": reconstruct,
    "numpy.core.numeric._frombuffer": fromBuffer,
    "numpy._core.numeric._frombuffer": fromBuffer,
    // Classes that are named as the subtype of an array.
    "numpy.matrix": {},
    "numpy.memmap": {},
    "numpy.recarray": {},
    ...Object.fromEntries([...MOVED.keys()].map((name) => [name, {}])),
  },
  reducers: [
    [NDArray, reduce],
    [SubclassArray, reduceSubclass],
    ...TYPED_ARRAYS.map((js) => [js, (data: unknown, context: PackContext) => reduce(array(data), context)] as const),
  ],
};
