/**
 * What an estimator can do once it is restored: plain functions over {@link Matrix}.
 *
 * @module
 */
import type { Estimator } from "./estimator.ts";
import type { Matrix } from "./matrix.ts";
import type { Tree } from "./tree/tree.ts";

/** Predictions: labels or numbers, one per row; rows of them where there are several targets. */
export type Predictions = ArrayLike<unknown>;

/** Nearest neighbours: `k` per row. */
export interface Neighbors {
  readonly distances: Float64Array;
  readonly indices: Float64Array;
  readonly k: number;
}

/** Neighbours of one row within a radius. */
export interface Within {
  readonly distances: Float64Array;
  readonly places: Int32Array;
}

/** The functions of a model; one that scikit-learn's estimator does not have is absent. */
export interface Model {
  /** Number of columns, for files of before scikit-learn 0.24, which have no `n_features_in_`. */
  readonly features?: number | undefined;
  /**
   * Must the input be numbers without NaN and infinity? True unless told otherwise; `"any"` wants no more than rows and
   * columns, and false looks at nothing but the number of columns.
   */
  readonly finite?: boolean | "allow-nan" | "any";
  /** Are numbers looked at in single precision? */
  readonly single?: boolean;
  /** May columns hold something else than numbers? */
  readonly mixed?: boolean;
  /** May the input have any number of columns? */
  readonly any?: boolean;
  /** Is the input a list of something (documents, labels)? Then it comes as the one column of a table. */
  readonly raw?: boolean;
  /** May the input be one list of numbers, as the one column? */
  readonly vector?: boolean;
  /** May the input have columns that are not wanted? */
  readonly loose?: boolean;
  /** The estimator that meets the input first, and whose wishes count. */
  readonly front?: Estimator;
  readonly classes?: readonly unknown[];
  predict?(x: Matrix): Predictions;
  predictProba?(x: Matrix): Matrix | Matrix[];
  predictLogProba?(x: Matrix): Matrix | Matrix[];
  decisionFunction?(x: Matrix): Matrix;
  scoreSamples?(x: Matrix): Matrix;
  mahalanobis?(x: Matrix): Matrix;
  transform?(x: Matrix): Matrix;
  inverseTransform?(x: Matrix): Matrix;
  /** `inverse_transform` into something that is no table. */
  inverseRaw?(x: Matrix): unknown;
  kneighbors?(x: Matrix, k?: number): Neighbors;
  /** Neighbours within a radius (`radius` when it is left out), row by row, in the order of their places. */
  radiusNeighbors?(x: Matrix, radius?: number): Within[];
  /** Names of the columns of `transform`, of those that come in or null. */
  names?(given: readonly string[] | null): readonly string[];
  /** The columns that a selection keeps. */
  readonly kept?: readonly number[];
  perplexity?(x: Matrix): number;
  apply?(x: Matrix): Matrix;
  /** The trees whose nodes rows walk through. */
  readonly trees?: readonly Tree[];
  /** Standard deviations of predictions. */
  deviations?(x: Matrix): Matrix;
  stagedPredict?(x: Matrix): Iterable<Predictions>;
  stagedPredictProba?(x: Matrix): Iterable<Matrix>;
  stagedDecisionFunction?(x: Matrix): Iterable<Matrix>;
  /** `score(X, y)` where it is neither accuracy nor R². */
  score?(x: Matrix, y: ArrayLike<unknown> | null): number;
  /** Is `score` the R² of numbers? */
  readonly isRegressor?: boolean;
}

/** Makes the model of an estimator from its attributes. `FormatError` where they do not add up. */
export type Maker = (est: Estimator) => Model;

/** Makers by the name of the class in Python. */
export type Kinds = Readonly<Record<string, Maker>>;
