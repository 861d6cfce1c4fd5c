/**
 * Ufuncs and scalar types by name: inert, and known, so that a policy about names lets them pass.
 *
 * @module
 */
import type { GlobalEntry } from "../../core/pack.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { type Table, text } from "./table.ts";

const UFUNCS =
  "abs absolute acos acosh add arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin asinh atan atan2 atanh " +
  "bitwise_and bitwise_count bitwise_invert bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor " +
  "cbrt ceil conj conjugate copysign cos cosh deg2rad degrees divide divmod equal exp exp2 expm1 fabs float_power " +
  "floor floor_divide fmax fmin fmod frexp gcd greater greater_equal heaviside hypot invert isfinite isinf isnan isnat " +
  "lcm ldexp left_shift less less_equal log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or " +
  "logical_xor matmul matvec maximum minimum mod modf multiply negative nextafter not_equal positive pow power rad2deg " +
  "radians reciprocal remainder right_shift rint sign signbit sin sinh spacing sqrt square subtract tan tanh " +
  "true_divide trunc vecdot vecmat";

const TYPES =
  "bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 intc uintc int_ uint intp uintp longlong ulonglong " +
  "byte ubyte short ushort half single double float16 float32 float64 longdouble float96 float128 complex64 " +
  "complex128 csingle cdouble clongdouble complex192 complex256 bytes_ str_ string_ unicode_ void record object_ " +
  "datetime64 timedelta64 generic number integer signedinteger unsignedinteger inexact floating complexfloating " +
  "flexible character";

/** Functions that people keep in objects they save: aggregations of grids, metrics and groups. */
const FUNCTIONS =
  "mean median sum prod std var amin amax min max argmin argmax any all ptp average percentile quantile nanmean " +
  "nanmedian nansum nanprod nanstd nanvar nanmin nanmax array asarray concatenate where unique cumsum cumprod diff dot " +
  "round around clip sort argsort zeros ones full arange linspace vectorize";

const MODULES = ["numpy", "numpy.core._multiarray_umath", "numpy._core._multiarray_umath"];
const OLD_MODULES = ["numpy.core.umath", "numpy._core.umath"];

function table(): Record<string, GlobalEntry> {
  const rows: Record<string, GlobalEntry> = {};
  const known: GlobalEntry = {};
  for (const name of UFUNCS.split(" ")) for (const at of [...MODULES, ...OLD_MODULES]) rows[`${at}.${name}`] = known;
  for (const name of `${TYPES} ${FUNCTIONS}`.split(" ")) rows[`numpy.${name}`] = known;
  // A ufunc of before NumPy 1.22: `_ufunc_reconstruct("numpy.core.umath", "sin")`.
  const ufunc: GlobalEntry = {
    call: ([module, name]) => new PyGlobal(text(module, "the module of a ufunc"), text(name, "the name of a ufunc")),
  };
  rows["numpy.core._ufunc_reconstruct"] = rows["numpy._core._ufunc_reconstruct"] = ufunc;
  return rows;
}

export const names: Table = { globals: /* @__PURE__ */ table(), reducers: [] };
