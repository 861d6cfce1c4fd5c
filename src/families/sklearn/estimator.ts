/**
 * A restored estimator of scikit-learn.
 *
 * @module
 */
import { FormatError, UnsupportedError } from "../../core/errors.ts";
import type { NDArray } from "../../core/ndarray/index.ts";
import type { Reduction } from "../../core/pack.ts";
import { PyDict } from "../../core/values/dict.ts";
import { inspect, type Parts, pyAttrs, pyJS, pyParts, pyReduce, pyRepr, pyType } from "../../core/values/protocol.ts";
import { typeName } from "../../core/values/repr.ts";
import type { PyGlobal } from "../../core/values/scalars.ts";
import { EMPTY_TUPLE } from "../../core/values/tuple.ts";
import type { SparseMatrix } from "../scipy/index.ts";
import { withChecks } from "./check.ts";
import { namesOut } from "./featurenames.ts";
import { isSince, labelsOf, misfit, text } from "./fields.ts";
import { type Input, labelsIn, listOrTable, matrixOf } from "./input.ts";
import { floatArray, intArray, Matrix } from "./matrix.ts";
import { accuracy } from "./metrics/classification.ts";
import { r2 } from "./metrics/regression.ts";
import type { Maker, Model } from "./model.ts";
import { othersOf } from "./neighbors/others.ts";
import { estimatorText, paramsOf } from "./repr.ts";
import { withSingles } from "./single.ts";
import { pathsOf } from "./tree/path.ts";

/** Finds what a class can do; undefined where its code is not there. */
export type Resolve = (name: string) => Maker | undefined;

/** Estimators within estimators; a pipeline in a search in a pipeline is three. */
const MAX_DEPTH = 64;

/** Nearest neighbours as {@link Estimator.kneighbors} gives them. */
export interface KNeighbors {
  /** Distances, float64 of shape (rows, k), nearest first. */
  distances: NDArray;
  /** Places of the neighbours among the fitted samples, int64 of shape (rows, k). */
  indices: NDArray;
}

/**
 * An estimator of scikit-learn as it was saved: its attributes under their Python names, and what it can do.
 *
 * `X` is an `NDArray` or a sparse matrix of shape (rows, features), nested arrays, or (where `feature_names_in_` is
 * known) records or columns by name. Results that are float64 here are float32 where scikit-learn keeps the single
 * precision of `X`: scalers always, what is linear where its weights are float32 as well. A method that scikit-learn's estimator does not have is a `TypeError`, as is a
 * wrong `X`; attributes that do not add up are a `FormatError`. Source: scikit-learn's estimator of the same name.
 *
 * @example
 * ```ts
 * const model = await load<Estimator>("model.joblib");
 * model.predict([[5.1, 3.5, 1.4, 0.2]])[0]; // "setosa"
 * ```
 */
export class Estimator {
  /** The class in Python, with the module the file names. */
  readonly cls: PyGlobal;
  /** Parameters and fitted attributes by their Python names, exactly as they were saved. */
  attrs: PyDict<string, unknown>;
  #resolve: Resolve;
  #model: Model | null = null;
  #building = false;
  /** @internal estimators within */
  depth = 0;

  /** @internal */
  constructor(cls: PyGlobal, resolve: Resolve) {
    this.cls = cls;
    this.attrs = new PyDict<string, unknown>();
    this.#resolve = resolve;
  }

  /** @internal Takes the state of a pickle. */
  restore(state: unknown): void {
    if (!(state instanceof PyDict)) throw new TypeError(`the state of ${this.name} must be a dict`);
    this.attrs = state as PyDict<string, unknown>;
    this.#model = null;
    // Items that were deleted are no objects, and do no harm here.
    this.depth = 1 + deepest(state.v, 3);
    if (this.depth > MAX_DEPTH) throw new RangeError(`${MAX_DEPTH} estimators within each other are the most`);
  }

  /** Name of the class: `"RandomForestClassifier"`. */
  get name(): string {
    return this.cls.name;
  }
  /** The scikit-learn that saved it (`"1.3.2"`); null where the file does not say. */
  get version(): string | null {
    const own = text(this, "_sklearn_version");
    // Classes of other packages do not say theirs, but hold some that do.
    return own ?? (this.cls.module.startsWith("sklearn.") ? null : versionWithin(this.attrs.get("steps")));
  }
  /** A fitted attribute or parameter by its Python name (`est.get("coef_")`); undefined where there is none. */
  get(name: string): unknown {
    return this.attrs.get(name);
  }
  /** The parameters of the constructor, as `get_params(deep=False)` gives them; with `deep`, those of parts as well. */
  getParams(deep = false): PyDict<string, unknown> {
    return paramsOf(this, deep);
  }
  /** Labels of the classes that `predict` chooses from; null for what is no classifier. */
  get classes(): unknown[] | null {
    const given = labelsOf(this.attrs.get("classes_"));
    return given ?? (this.model.classes as unknown[] | undefined) ?? null;
  }
  /** Names of the columns it was fitted with, or null. */
  get featureNames(): string[] | null {
    return labelsOf(this.attrs.get("feature_names_in_")) as string[] | null;
  }
  /** Can it do this (`est.can("predictProba")`)? */
  can(method: keyof Model): boolean {
    return this.model[method] !== undefined;
  }

  /** @internal What it can do, made at the first use. */
  get model(): Model {
    if (this.#model !== null) return this.#model;
    if (this.#building) return misfit(this, "it is part of itself");
    const make = this.#resolve(this.name);
    if (make === undefined) {
      throw new UnsupportedError(
        this.name,
        `${this.name} has no code here: pass { packs: [sklearn] } of "brine/sklearn", or read it by load`,
      );
    }
    this.#building = true;
    try {
      return (this.#model = withChecks(this, withSingles(this, make(this))));
    } finally {
      this.#building = false;
    }
  }

  #method<K extends keyof Model>(key: K): NonNullable<Model[K]> {
    const found = this.model[key];
    if (found === undefined) throw new TypeError(`this ${this.name} has no method ${key}`);
    return (typeof found === "function" ? found.bind(this.model) : found) as NonNullable<Model[K]>;
  }

  /** Labels (numbers, text) or numbers, one for each row of `X`; rows of them where there are several targets. */
  predict<T = number | string>(X: Input): ArrayLike<T> & Iterable<T> {
    return this.#method("predict")(matrixOf(this, X)) as ArrayLike<T> & Iterable<T>;
  }
  /** Probabilities of {@link classes}, float64 of shape (rows, classes); a list of such for several targets. */
  predictProba(X: Input): NDArray {
    return probabilities(this.#method("predictProba")(matrixOf(this, X)));
  }
  /** Logarithms of {@link predictProba}. */
  predictLogProba(X: Input): NDArray {
    const own = this.model.predictLogProba;
    if (own !== undefined) return probabilities(own.call(this.model, matrixOf(this, X)));
    const given = this.#method("predictProba")(matrixOf(this, X));
    return probabilities(Array.isArray(given) ? given.map(logOf) : logOf(given));
  }
  /** Scores: float64 of shape (rows,) for two classes, (rows, classes) for more. */
  decisionFunction(X: Input): NDArray {
    return this.#method("decisionFunction")(matrixOf(this, X)).output() as NDArray;
  }
  /** Log-likelihood or normality of each row, float64 of shape (rows,). */
  scoreSamples(X: Input): NDArray {
    return this.#method("scoreSamples")(matrixOf(this, X)).output() as NDArray;
  }
  /** Squared Mahalanobis distances of rows from the middle of a covariance, float64 of shape (rows,). */
  mahalanobis(X: Input): NDArray {
    return this.#method("mahalanobis")(matrixOf(this, X)).output() as NDArray;
  }
  /** The transformed table, float64 of shape (rows, outputs): an array, or a sparse matrix where scikit-learn gives one. */
  transform(X: Input): NDArray | SparseMatrix {
    return this.#method("transform")(matrixOf(this, X)).output();
  }
  /** The way back of {@link transform}. */
  inverseTransform(X: Input): unknown {
    const raw = this.model.inverseRaw;
    if (raw !== undefined) return raw.call(this.model, listOrTable(X));
    return this.#method("inverseTransform")(listOrTable(X)).output();
  }
  /**
   * The `k` nearest fitted samples of each row (`n_neighbors` of them when `k` is left out); without `X` or with null
   * those of each fitted sample, itself left out.
   */
  kneighbors(X?: Input | null, k?: number): KNeighbors {
    const find = this.#method("kneighbors");
    const x = X === undefined || X === null ? null : matrixOf(this, X);
    const found = x === null ? othersOf(this, find, k) : { ...find(x, k), rows: x.rows };
    const shape = [found.rows, found.k];
    return { distances: floatArray(found.distances, shape), indices: intArray(found.indices, shape) };
  }
  /**
   * The fitted samples within a distance of each row (`radius` of the estimator when it is left out), in the order of
   * their places.
   */
  radiusNeighbors(X: Input, radius?: number): { distances: Float64Array[]; indices: Int32Array[] } {
    const found = this.#method("radiusNeighbors")(matrixOf(this, X), radius);
    return { distances: found.map(({ distances }) => distances), indices: found.map(({ places }) => places) };
  }
  /**
   * Names of the columns that {@link transform} gives, as `get_feature_names_out`; `inputFeatures` are the names of
   * those that it takes, where the file does not know them. `TypeError` for an estimator that does not name them.
   */
  getFeatureNamesOut(inputFeatures?: readonly string[]): string[] {
    return [...namesOut(this, inputFeatures ?? null)];
  }
  /** How surprising documents are to a topic model: less is better. */
  perplexity(X: Input): number {
    return this.#method("perplexity")(matrixOf(this, X));
  }
  /** The leaf that each row ends in: int64 of shape (rows,) for a tree, (rows, trees…) for many. */
  apply(X: Input): NDArray {
    const leaves = this.#method("apply")(matrixOf(this, X));
    return intArray(leaves.data, leaves.shape ?? (leaves.isFlat ? [leaves.rows] : [leaves.rows, leaves.cols]));
  }
  /**
   * The nodes that each row walks through: a sparse matrix of ones, int64 of shape (rows, nodes), tree beside tree, and
   * the column at which each tree begins, with the number of columns at the end.
   */
  decisionPath(X: Input): { indicator: SparseMatrix; starts: number[] } {
    return pathsOf(this, this.#method("trees"), matrixOf(this, X));
  }
  /** {@link predict} with the standard deviation of each prediction, as `predict(X, return_std=True)` gives them. */
  predictStd(X: Input): { mean: ArrayLike<number> & Iterable<number>; std: NDArray } {
    const x = matrixOf(this, X);
    const std = this.#method("deviations")(x).output() as NDArray;
    return { mean: this.#method("predict")(x) as Float64Array, std };
  }
  /** {@link predict} after one stage, after two, and so on. */
  *stagedPredict<T = number | string>(X: Input): IterableIterator<ArrayLike<T> & Iterable<T>> {
    yield* this.#method("stagedPredict")(matrixOf(this, X)) as Iterable<ArrayLike<T> & Iterable<T>>;
  }
  /** {@link predictProba} after each stage. */
  *stagedPredictProba(X: Input): IterableIterator<NDArray> {
    for (const stage of this.#method("stagedPredictProba")(matrixOf(this, X))) yield stage.output() as NDArray;
  }
  /** {@link decisionFunction} after each stage. */
  *stagedDecisionFunction(X: Input): IterableIterator<NDArray> {
    for (const stage of this.#method("stagedDecisionFunction")(matrixOf(this, X))) yield stage.output() as NDArray;
  }
  /** Accuracy of a classifier, R² of a regressor, or what scikit-learn scores else; `y` as one label or number per row. */
  score(X: Input, y?: Input | null): number {
    const x = matrixOf(this, X);
    const truth = y === undefined || y === null ? null : labelsIn(y);
    if (this.model.score !== undefined) return this.model.score(x, truth);
    if (truth === null) throw new TypeError(`score of ${this.name} needs y`);
    const given = this.#method("predict")(x);
    if (given.length !== truth.length) throw new TypeError(`y has ${truth.length} items for ${given.length} rows`);
    if (!this.model.isRegressor) return accuracy(truth, given);
    // A single row has no spread to be explained.
    if (truth.length < 2 && isSince(this.version, 0, 22)) return Number.NaN;
    return r2(truth, given, !isSince(this.version, 0, 23));
  }

  get [pyType](): string {
    return `${this.cls.module}.${this.cls.name}`;
  }
  [pyParts](): unknown[] {
    return [this.cls, this.attrs];
  }
  get [pyAttrs](): PyDict {
    return this.attrs as PyDict;
  }
  [pyReduce](): Reduction {
    return { func: this.cls, args: EMPTY_TUPLE, isNew: true, state: this.attrs };
  }
  [pyJS](): unknown {
    return this;
  }
  [pyRepr](): Parts {
    return [estimatorText(this)];
  }
  [inspect](): string {
    return estimatorText(this);
  }
  /** As scikit-learn prints it: the parameters that are not the defaults. */
  toString(): string {
    return estimatorText(this);
  }
  toJSON(): unknown {
    return { class: this[pyType], params: this.getParams() };
  }
}

/** Levels of estimators in values, also in lists and pairs of them. */
function deepest(values: readonly unknown[], levels: number): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    // Most are numbers and text.
    if (typeof value !== "object" || value === null) continue;
    if (value instanceof Estimator) most = Math.max(most, value.depth);
    else if (levels > 0 && Array.isArray(value) && (typeof value[0] === "object" || typeof value[1] === "object")) {
      most = Math.max(most, deepest(value, levels - 1));
    }
  }
  return most;
}

/** The version that one of the named parts of a pipeline has. */
function versionWithin(steps: unknown): string | null {
  if (!Array.isArray(steps)) return null;
  for (const step of steps) {
    const part: unknown = Array.isArray(step) ? step[1] : null;
    const found = part instanceof Estimator ? text(part, "_sklearn_version") : null;
    if (found !== null) return found;
  }
  return null;
}

function probabilities(given: Matrix | Matrix[]): NDArray {
  if (!Array.isArray(given)) return given.output() as NDArray;
  // One table for each target; callers of several targets get them all.
  return given.map((one) => one.output()) as unknown as NDArray;
}

function logOf(given: Matrix): Matrix {
  return Matrix.dense(given.data.map(Math.log), given.rows, given.cols);
}

/** @internal The model of a part of an estimator; `FormatError` for what is no estimator. */
export function partOf(owner: Estimator, value: unknown, what: string): Estimator {
  if (value instanceof Estimator) {
    // A part that holds its owner is found now, not when it is used.
    value.model;
    return value;
  }
  const given = typeName(value ?? null);
  throw new FormatError(`${what} of ${owner.name} is a ${given}, no estimator of scikit-learn that brine knows`);
}
