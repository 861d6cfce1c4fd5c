/**
 * Names of the columns that a transformer gives (`get_feature_names_out`; sklearn/utils/validation.py, sklearn/base.py).
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import { repr } from "../../core/values/repr.ts";
import { PyFloat } from "../../core/values/scalars.ts";
import { isFloatAt } from "../../core/values/tuple.ts";
import type { Estimator } from "./estimator.ts";
import { floatsOf, labelsOf, plain } from "./fields.ts";
import { Matrix } from "./matrix.ts";

/** Classes whose columns are those that they were given. */
const SAME: ReadonlySet<string> = /* @__PURE__ */ new Set(
  /* @__PURE__ */ (
    "StandardScaler MinMaxScaler MaxAbsScaler RobustScaler Normalizer Binarizer QuantileTransformer PowerTransformer " +
    "OrdinalEncoder TfidfTransformer"
  ).split(" "),
);

/** Classes that number their columns after their own name. */
const NUMBERED: ReadonlySet<string> = /* @__PURE__ */ new Set(
  /* @__PURE__ */ (
    "PCA IncrementalPCA KernelPCA TruncatedSVD FastICA FactorAnalysis SparsePCA MiniBatchSparsePCA NMF MiniBatchNMF " +
    "LatentDirichletAllocation DictionaryLearning MiniBatchDictionaryLearning SparseCoder BernoulliRBM " +
    "NeighborhoodComponentsAnalysis SparseRandomProjection GaussianRandomProjection Nystroem RBFSampler " +
    "SkewedChi2Sampler PolynomialCountSketch KMeans MiniBatchKMeans BisectingKMeans Birch FeatureAgglomeration " +
    "LinearDiscriminantAnalysis PLSRegression PLSCanonical CCA PLSSVD Isomap LocallyLinearEmbedding " +
    "KNeighborsTransformer RadiusNeighborsTransformer KernelCenterer IsotonicRegression"
  ).split(" "),
);

/**
 * Names of the columns that come in: those given, which must be those of the fit where they are known; else `x0`, `x1`…
 * `TypeError` where they do not fit.
 */
export function namesIn(est: Estimator, given: readonly string[] | null, count?: number): readonly string[] {
  const known = est.featureNames;
  const fitted = plain(est.attrs.get("n_features_in_")) ?? est.model.features ?? given?.length ?? count;
  if (given !== null) {
    if (known !== null && (known.length !== given.length || known.some((name, i) => name !== given[i]))) {
      throw new TypeError("input_features is not equal to feature_names_in_");
    }
    if (typeof fitted === "number" && fitted !== given.length) {
      throw new TypeError(
        `input_features should have length equal to number of features (${fitted}), got ${given.length}`,
      );
    }
    return given;
  }
  if (known !== null) return known;
  if (typeof fitted !== "number") throw new TypeError(`Unable to generate feature names without n_features_in_`);
  return Array.from({ length: fitted }, (_, i) => `x${i}`);
}

/** Names of the columns that an estimator gives. `TypeError` for one that does not name them. */
export function namesOut(est: Estimator, given: readonly string[] | null): readonly string[] {
  const { model, name } = est;
  if (model.names !== undefined) return model.names(given);
  if (SAME.has(name)) return namesIn(est, given);
  if (model.kept !== undefined) {
    const input = namesIn(est, given);
    return model.kept.map((j) => input[j] as string);
  }
  if (!NUMBERED.has(name)) throw new TypeError(`this ${name} has no method getFeatureNamesOut`);
  namesIn(est, given, 1);
  return numbered(name.toLowerCase(), columnsOf(est));
}

/** `prefix0`, `prefix1`… */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

function columnsOf(est: Estimator): number {
  const told = plain(est.attrs.get("_n_features_out"));
  if (typeof told === "number") return told;
  if (/Dictionary|SparseCoder/.test(est.name)) {
    return floatsOf(est.attrs.get(est.attrs.has("components_") ? "components_" : "dictionary"))?.shape[0] ?? 0;
  }
  if (est.name === "IsotonicRegression" || est.model.transform === undefined) return 1;
  const d = plain(est.attrs.get("n_features_in_")) ?? est.model.features ?? 1;
  return est.model.transform(Matrix.dense(new Float64Array(Number(d)).fill(1), 1, Number(d))).cols;
}

/** Labels as Python's `str` writes them. */
export function labelTexts(given: unknown): string[] {
  const isFloat = given instanceof NDArray && given.dtype.kind === "f";
  // Objects may be floats that JavaScript cannot tell from ints.
  const items = given instanceof NDArray && given.ndim === 1 && Array.isArray(given.data) && given.isC ? given : null;
  return (labelsOf(given) ?? []).map((value, i) => {
    if (typeof value === "string") return value;
    const isOwn = items !== null && isFloatAt(items.data as unknown[], items.offset + i);
    return typeof value === "number" && (isFloat || isOwn || !Number.isInteger(value))
      ? repr(new PyFloat(value))
      : repr(value);
  });
}
