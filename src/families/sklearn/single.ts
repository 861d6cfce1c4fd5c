/**
 * Which answers scikit-learn gives in single precision where the input is a table of float32.
 *
 * @module
 */
import { NDArray } from "../../core/ndarray/index.ts";
import type { Estimator } from "./estimator.ts";
import { flag, text } from "./fields.ts";
import { Matrix } from "./matrix.ts";
import type { Model } from "./model.ts";

/** Classes that keep the precision of the input whatever they were fitted to. */
const KEEPING =
  "StandardScaler MinMaxScaler MaxAbsScaler RobustScaler Normalizer Binarizer PolynomialFeatures KBinsDiscretizer " +
  "QuantileTransformer PowerTransformer FunctionTransformer SimpleImputer KNNImputer IterativeImputer " +
  "SplineTransformer AdditiveChi2Sampler NMF MiniBatchNMF";

/** Classes that keep it where this attribute is of single precision as well: the input meets it in a sum or product. */
const MEETING: Readonly<Record<string, string>> = {
  coef_:
    "LinearRegression Ridge RidgeCV Lasso LassoCV ElasticNet ElasticNetCV Lars LarsCV LassoLars LassoLarsCV LassoLarsIC " +
    "MultiTaskLasso MultiTaskLassoCV MultiTaskElasticNet MultiTaskElasticNetCV OrthogonalMatchingPursuit " +
    "OrthogonalMatchingPursuitCV BayesianRidge ARDRegression PoissonRegressor GammaRegressor TweedieRegressor " +
    "LogisticRegression LogisticRegressionCV Perceptron PassiveAggressiveClassifier RidgeClassifier RidgeClassifierCV " +
    "LinearDiscriminantAnalysis SGDClassifier SGDRegressor PassiveAggressiveRegressor",
  coefs_: "MLPClassifier MLPRegressor",
  theta_: "GaussianNB",
  precisions_cholesky_: "GaussianMixture",
  cluster_centers_: "KMeans MiniBatchKMeans BisectingKMeans",
  subcluster_centers_: "Birch",
  mean_: "PCA FastICA",
  components_: "SparsePCA MiniBatchSparsePCA DictionaryLearning BernoulliRBM Nystroem",
  X_fit_: "KernelPCA KernelRidge",
  random_offset_: "RBFSampler SkewedChi2Sampler",
  embedding_: "Isomap",
  _distances_fit_X_: "LocalOutlierFactor",
};

/** Classes whose answers are made of those of their parts. */
const GATHERING: Readonly<Record<string, string>> = {
  estimators_: "BaggingRegressor MultiOutputRegressor OneVsRestClassifier",
  regressor_: "TransformedTargetRegressor",
};

/** Classes that answer with targets they were fitted to, whatever the precision of the input. */
const FITTED: Readonly<Record<string, string>> = { _y: "KNeighborsRegressor", constant_: "DummyRegressor" };

/** Name of an attribute that decides, after a mark of the rule. */
const RULES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  .../* @__PURE__ */ KEEPING.split(" ").map((name): [string, string] => [name, "="]),
  .../* @__PURE__ */ marked("*", MEETING),
  .../* @__PURE__ */ marked(">", GATHERING),
  .../* @__PURE__ */ marked("+", FITTED),
]);

function marked(mark: string, table: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(table).flatMap(([attr, names]) =>
    names.split(" ").map((name): [string, string] => [name, mark + attr]),
  );
}

/** Is an attribute an array of float32, or a list that begins with one? */
function isSingle(value: unknown): boolean {
  if (Array.isArray(value)) return isSingle(value[0]);
  return value instanceof NDArray && value.dtype.kind === "f" && value.dtype.itemsize === 4;
}

/** Ways of an estimator by which its numbers become double after all. */
function widens(est: Estimator): boolean {
  const { attrs } = est;
  const intercept = attrs.get("intercept_");
  // A bare number takes the precision of what it is added to, an array does not.
  if (intercept instanceof NDArray && intercept.ndim > 0 && !isSingle(intercept)) return true;
  if (est.name === "SplineTransformer") return flag(est, "sparse_output");
  if (est.name === "KernelRidge") return text(est, "kernel") === "laplacian";
  return est.name === "KNeighborsRegressor" && text(est, "weights") !== "uniform";
}

/** Are the answers to a table of float32 in single precision? */
function keeps(est: Estimator): boolean {
  const rule = RULES.get(est.name);
  if (rule === undefined || widens(est)) return false;
  const value = est.attrs.get(rule.slice(1));
  if (rule.startsWith(">")) {
    const parts = Array.isArray(value) ? (value as unknown[]) : [value];
    return parts.length > 0 && parts.every((part) => isEstimator(part) && keeps(part));
  }
  return rule === "=" || isSingle(value);
}

/** Only what has a name and attributes is asked; this file and the estimator's know each other by type alone. */
function isEstimator(value: unknown): value is Estimator {
  return typeof value === "object" && value !== null && "attrs" in value && "name" in value;
}

const TABLES = [
  "predictProba",
  "decisionFunction",
  "scoreSamples",
  "transform",
  "inverseTransform",
] as const satisfies readonly (keyof Model)[];

/** Is the way back in double precision, though the way there is in single? */
function widensBack(est: Estimator): boolean {
  if (est.name === "SimpleImputer") return true;
  if (est.name === "KBinsDiscretizer") return text(est, "encode") !== "ordinal";
  return /NMF$/.test(est.name) && !isSingle(est.attrs.get("components_"));
}

/** The model with answers in single precision where scikit-learn's are so. */
export function withSingles(est: Estimator, model: Model): Model {
  if (!keeps(est)) return model;
  const always = RULES.get(est.name)?.startsWith("+") ?? false;
  const out: { -readonly [K in keyof Model]: Model[K] } = { ...model };
  for (const method of TABLES) {
    const own = model[method];
    if (own === undefined || (method === "inverseTransform" && widensBack(est))) continue;
    out[method] = (x: Matrix) => {
      const made = own.call(model, x);
      return (x.isSingle && made instanceof Matrix ? made.rounded() : made) as Matrix;
    };
  }
  const { predict } = model;
  if (predict !== undefined) {
    out.predict = (x) => {
      const made = predict.call(model, x);
      // Labels stay as they are; rows of several targets are numbers of JavaScript, rounded.
      if (!x.isSingle && !always) return made;
      if (made instanceof Float64Array) return Float32Array.from(made);
      return model.isRegressor && Array.isArray(made) && Array.isArray(made[0])
        ? (made as number[][]).map((row) => row.map(Math.fround))
        : made;
    };
  }
  return out;
}
