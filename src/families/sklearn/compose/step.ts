/**
 * The steps of pipelines: estimators, nothing, or the caller's own objects.
 *
 * @module
 */
import { FormatError, UnsupportedError } from "../../../core/errors.ts";
import { NDArray } from "../../../core/ndarray/index.ts";
import { PyObject } from "../../../core/values/object.ts";
import { typeName } from "../../../core/values/repr.ts";
import { PyGlobal } from "../../../core/values/scalars.ts";
import type { SparseMatrix } from "../../scipy/index.ts";
import { Estimator, partOf } from "../estimator.ts";
import { namesOut } from "../featurenames.ts";
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

/** A step of imbalanced-learn that chooses samples to fit to: predictions pass it by. */
export function isSampler(owner: Estimator, value: unknown): boolean {
  if (!owner.cls.module.startsWith("imblearn.") || !(value instanceof PyObject)) return false;
  return (
    value.cls instanceof PyGlobal &&
    (/^imblearn\.(over_sampling|under_sampling|combine)\./.test(value.cls.module) ||
      value.cls.name === "FunctionSampler")
  );
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

/** Names of the columns that a step gives. `TypeError` for one that does not name them. */
export function stepNames(value: unknown, given: readonly string[] | null): readonly string[] {
  if (value instanceof Estimator) return namesOut(value, given);
  throw new TypeError(`a ${typeName(value)} has no getFeatureNamesOut`);
}

/** Names of columns of several parts, with the name of their part before them unless the estimator does without. */
export function prefixed(est: Estimator, parts: readonly (readonly [string, readonly string[]])[]): string[] {
  const given = plain(est.attrs.get("verbose_feature_names_out") ?? true);
  if (given === true) return parts.flatMap(([part, names]) => names.map((name) => `${part}__${name}`));
  if (given !== false) {
    throw new UnsupportedError(
      "verbose_feature_names_out",
      `the names of this ${est.name}'s columns are made by text or a function of Python's, which brine does not follow`,
    );
  }
  const names = parts.flatMap(([, own]) => own);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  if (twice.length > 0) {
    throw new TypeError(`Output feature names: ${twice.slice(0, 5).join(", ")} are not unique`);
  }
  return names;
}
