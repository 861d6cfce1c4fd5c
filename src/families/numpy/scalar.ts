/**
 * NumPy's scalars: `scalar(dtype, bytes)`.
 *
 * @module
 */
import { DType, NDArray, NumpyScalar } from "../../core/ndarray/index.ts";
import type { PackContext, Reduction } from "../../core/pack.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { type PyTuple, tuple } from "../../core/values/tuple.ts";
import { bytes, refuse, type Table } from "./table.ts";

/** The name that NumPy 1 and 2 both know without a warning. */
const SCALAR = /* @__PURE__ */ new PyGlobal("numpy.core.multiarray", "scalar");

const scalar = {
  call([type, data]: PyTuple): unknown {
    if (!(type instanceof DType)) return refuse("scalar() argument 1", "a dtype", type);
    if (type.hasObject) {
      // A record of objects is a NumPy array of it.
      return type.fields !== null && data instanceof NDArray ? new NumpyScalar(type, data.item()) : data;
    }
    return NumpyScalar.fromBytes(type, data === undefined ? new Uint8Array(type.itemsize) : bytes(data, "a scalar"));
  },
};

function reduce(made: NumpyScalar, _context: PackContext): Reduction {
  return {
    func: SCALAR,
    args: tuple(made.dtype, made.dtype.hasObject ? NDArray.over(made.dtype, [made.value], []) : made.toBytes()),
  };
}

export const scalars: Table = {
  globals: { "numpy.core.multiarray.scalar": scalar, "numpy._core.multiarray.scalar": scalar },
  reducers: [[NumpyScalar, reduce]],
};
