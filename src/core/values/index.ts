/**
 * Python's values in TypeScript.
 *
 * @module
 */
export { PyDict } from "./dict.ts";
export { PyObject } from "./object.ts";
export { PickleBuffer, PyByteArray, PyComplex, PyFloat, PyGlobal } from "./scalars.ts";
export { PyFrozenSet, PySet } from "./set.ts";
export { isTuple, type PyTuple, tuple } from "./tuple.ts";
