/**
 * The steps of pipelines: estimators, nothing, or the caller's own objects.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import { NDArray } from "../../../core/ndarray/index.ts";
import { PyObject } from "../../../core/values/object.ts";
import { typeName } from "../../../core/values/repr.ts";
import type { SparseMatrix } from "../../scipy/index.ts";
import { Estimator, partOf } from "../estimator.ts";
import { labelsOf, plain } from "../fields.ts";
import { matrixOf } from "../input.ts";
import { Matrix } from "../matrix.ts";
import type { Model } from "../model.ts";

/** An object of the caller's class (`defineClass`) that has some of an estimator's methods. */
interface Own {
  transform?(X: NDArray | SparseMatrix): unknown;
  predict?(X: NDArray | SparseMatrix): unknown;
  predictProba?(X: NDArray | SparseMatrix): unknown;
  decisionFunction?(X: NDArray | SparseMatrix): unknown;
  inverseTransform?(X: NDArray | SparseMatrix): unknown;
}

const IDENTITY: Model = { finite: false, transform: (x) => x, inverseTransform: (x) => x };

/** A step that passes everything on: None or 'passthrough'. */
export function isPassing(value: unknown): boolean {
  const own = plain(value ?? null);
  return own === null || own === "passthrough";
}

function tableIn(value: unknown): Matrix {
  if (value instanceof NDArray && value.ndim === 1) return Matrix.flat(matrixOf(null, value.reshape(-1, 1)).data);
  if (ArrayBuffer.isView(value)) return Matrix.flat(Float64Array.from(value as unknown as ArrayLike<number>));
  return matrixOf(null, value);
}

function wrapped(own: Own): Model {
  const table = (method: "transform" | "predictProba" | "decisionFunction" | "inverseTransform") =>
    typeof own[method] === "function" ? { [method]: (x: Matrix) => tableIn(own[method]?.(x.output())) } : {};
  const listOf = (value: unknown): ArrayLike<unknown> => labelsOf(value) ?? (value as ArrayLike<unknown>);
  return {
    finite: false,
    ...table("transform"),
    ...table("predictProba"),
    ...table("decisionFunction"),
    ...table("inverseTransform"),
    ...(typeof own.predict === "function" && { predict: (x: Matrix) => listOf(own.predict?.(x.output())) }),
  };
}

/** The model of a step. `FormatError` for an object that brine knows nothing of. */
export function stepOf(owner: Estimator, value: unknown, what: string): Model {
  if (value instanceof Estimator) return partOf(owner, value, what).model;
  if (isPassing(value)) return IDENTITY;
  const own = value as Own;
  if (
    typeof value === "object" &&
    !(value instanceof PyObject) &&
    (typeof own.transform === "function" || typeof own.predict === "function")
  ) {
    return wrapped(own);
  }
  throw new FormatError(
    `${what} of ${owner.name} is a ${typeName(value)}, which has no code here: pass a class of yours by defineClass`,
  );
}
