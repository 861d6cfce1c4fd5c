/**
 * Masked arrays: `_mareconstruct(MaskedArray, ndarray, (0,), "b")`, then the state of an array, the mask's bytes and the
 * fill value (numpy/ma/core.py, `MaskedArray.__getstate__`).
 *
 * @module
 */
import { dtype, MaskedArray, MaskedConstant, masked, maskType, NDArray } from "../../core/ndarray/index.ts";
import type { GlobalEntry, PackContext, Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { EMPTY_TUPLE, isTuple, type PyTuple, tuple } from "../../core/values/tuple.ts";
import { arrayOfState, stateOfArray } from "./ndarray.ts";
import { bytes, ints, refuse, type Table } from "./table.ts";

const RECONSTRUCT = /* @__PURE__ */ new PyGlobal("numpy.ma.core", "_mareconstruct");
const CONSTANT = /* @__PURE__ */ new PyGlobal("numpy.ma.core", "MaskedConstant");

const reconstruct: GlobalEntry = {
  call([cls, baseClass]: PyTuple): MaskedArray | undefined {
    if (!(cls instanceof PyGlobal) || !(baseClass instanceof PyGlobal)) return undefined;
    return new MaskedArray(NDArray.over(dtype("u1"), new Uint8Array(0), [0]), null, { cls, baseClass });
  },
  setState(target, state, context) {
    if (!isTuple(state) || state.length !== 7) {
      const { cls, baseClass } = target as MaskedArray;
      if (cls.module === "numpy.ma" || cls.module === "numpy.ma.core") {
        return refuse("the state of a masked array", "a tuple of 7", state);
      }
      // A subclass whose state is its own affair, as it was read.
      const inert = new PyObject(RECONSTRUCT, tuple(cls, baseClass, ints([0], context), "b"), "call");
      if (state instanceof PyDict) inert.a = state;
      else inert.rare = { state };
      return inert;
    }
    const data = arrayOfState(tuple(...state.slice(0, 5)));
    const flags = bytes(state[5], "the mask of an array");
    const mask = NDArray.fromBytes(maskType(data.dtype), flags, data.shape, { order: state[3] ? "F" : "C" });
    const { cls, baseClass } = target as MaskedArray;
    MaskedArray.become(
      target as MaskedArray,
      new MaskedArray(data, mask, { fillValue: state[6], cls, baseClass, asRead: true }),
    );
    return undefined;
  },
};

function reduce(made: MaskedArray, context: PackContext): Reduction {
  const { data, mask, fill } = made;
  const state = stateOfArray(data, context);
  return {
    func: RECONSTRUCT,
    args: tuple(made.cls, made.baseClass, ints([0], context), "b"),
    state: tuple(...state, mask.rawBytes(state[3] === true ? "F" : "C"), fill),
  };
}

export const maskedArrays: Table = {
  globals: {
    "numpy.ma.core._mareconstruct": reconstruct,
    "numpy.ma.core.MaskedArray": {},
    "numpy.ma.MaskedArray": {},
    "numpy.ma.core.mvoid": {},
    "numpy.ma.mvoid": {},
    "numpy.ma.core.MaskedConstant": { call: (args) => (args.length === 0 ? masked : undefined) },
    "numpy.ma.MaskedConstant": { call: (args) => (args.length === 0 ? masked : undefined) },
  },
  reducers: [
    [MaskedArray, reduce],
    [MaskedConstant, (): Reduction => ({ func: CONSTANT, args: EMPTY_TUPLE })],
  ],
};
