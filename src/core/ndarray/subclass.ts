/**
 * Arrays of subclasses of `numpy.ndarray`: `matrix`, `memmap`, `recarray`, `chararray`, and those of programs.
 *
 * @module
 */

import { inspect, type Parts, pyParts, pyRepr, pyType } from "../values/protocol.ts";
import { inspectText } from "../values/repr.ts";
import type { PyGlobal } from "../values/scalars.ts";
import { type PyTuple, tupleFrom } from "../values/tuple.ts";
import { type DType, recordType } from "./dtype.ts";
import type { View } from "./indexing.ts";
import { NDArray } from "./ndarray.ts";
import type { ArrayData } from "./storage.ts";
import { arrayRepr, bracketed } from "./text.ts";

/**
 * An array that is of a subclass of `numpy.ndarray` in Python: all that an array is, and the name of its class, under
 * which it is dumped again. Views and copies of it are plain arrays.
 *
 * @example
 * ```ts
 * SubclassArray.of(array([[1n, 2n]]), new PyGlobal("numpy", "matrix")); // matrix([[1, 2]])
 * ```
 */
export class SubclassArray extends NDArray {
  /** The class in Python. */
  readonly cls: PyGlobal;
  /** What the class's own `__reduce__` adds to the state of an array, or null. */
  readonly extra: PyTuple | null;

  /** @internal */
  constructor(dtype: DType, data: ArrayData, view: View, cls: PyGlobal, extra: readonly unknown[] | null = null) {
    super(dtype, data, view);
    this.cls = cls;
    this.extra = extra === null ? null : tupleFrom([...extra]);
  }

  /** A view of an array as one of a Python class: `matrix`, `recarray`, or a program's own. */
  static of(source: NDArray, cls: PyGlobal, extra: readonly unknown[] | null = null): SubclassArray {
    const { dtype, data, shape, stride, offset } = source;
    const isRecord = cls.name === "recarray" && dtype.fields !== null && !dtype.record;
    const type = isRecord ? recordType(dtype.fields, dtype.itemsize, dtype.aligned, true) : dtype;
    return new SubclassArray(type, data, { shape: [...shape], stride: [...stride], offset }, cls, extra);
  }

  override get [pyType](): string {
    return `${this.cls.module}.${this.cls.name}`;
  }
  override [pyParts](): unknown[] {
    return [...super[pyParts](), this.cls, this.extra];
  }
  override [pyRepr](): Parts {
    const name = this.cls.name.slice(this.cls.name.lastIndexOf(".") + 1);
    if (name !== "recarray") return [arrayRepr(this, name)];
    const { fields, itemsize, aligned } = this.dtype;
    const type = fields === null ? this.dtype : recordType(fields, itemsize, aligned);
    const text = this.size > 0 ? bracketed(this, ", ", "rec.array(", ",") : "[]";
    return [`rec.array(${text},\n${" ".repeat(10)}dtype=${type})`];
  }
  override [inspect](): string {
    return inspectText(this);
  }
}
