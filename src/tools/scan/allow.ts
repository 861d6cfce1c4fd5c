/**
 * Names of daily life, and what each may be used for.
 *
 * Most come from brine's own packs: what brine rebuilds itself is known to the last argument. A name is allowed by its
 * full spelling, never by the package it lies in; of scikit-learn, whose modules have moved from version to version, by
 * its class within `sklearn`.
 *
 * To add one: a word in one of these lists, when its constructor and its `__setstate__` call nothing they are given.
 *
 * @module
 */
import type { Pack } from "../../core/pack.ts";
import { joblib } from "../../families/joblib/index.ts";
import { numpy } from "../../families/numpy/index.ts";
import { scipy } from "../../families/scipy/index.ts";
import { ROOM_OF } from "../../families/sklearn/table.ts";
import { stdlib } from "../../families/stdlib/index.ts";
import { OPENERS } from "./checks.ts";
import { denied } from "./deny.ts";
import { FUNCTIONS, NN } from "./layers.ts";

/** `class`: made, called, given a state; `value`: only referred to. */
export type Policy = "class" | "value";

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const under = (module: string, names: string): string[] => words(names).map((name) => `${module}.${name}`);

/** Classes and functions that do nothing but make their value. */
const CLASSES: readonly string[] = [
  ...under("builtins", "object reversed enumerate zip map filter iter"),
  ...words("functools.reduce _functools.reduce _operator.attrgetter _operator.methodcaller"),
  ...under("collections", "UserDict UserList UserString"),
  ...words(
    "time.struct_time types.GenericAlias types.UnionType types.MappingProxyType re.RegexFlag operator.itemgetter",
  ),
  ...words("_operator.itemgetter copyreg.__newobj__ copyreg.__newobj_ex__ copyreg._reconstructor itertools.count"),
  ...words("itertools.repeat itertools.cycle itertools.chain itertools.islice enum.auto"),
  ...words("decimal.DecimalTuple decimal.Context"),
  ...words("_struct.Struct struct.Struct statistics.NormalDist"),
  ...under("scipy.interpolate._bsplines", "BSpline _BSpline"),
  ...under("scipy.interpolate", "BSpline PPoly interp1d CubicSpline"),
  ...under("scipy.interpolate.interpolate", "interp1d PPoly"),
  ...under("scipy.interpolate._interpolate", "interp1d PPoly"),
  ...under("scipy.sparse._matrix", "spmatrix"),
  ...under("scipy.spatial", "cKDTree KDTree"),
  ...under("scipy.spatial._ckdtree", "cKDTree"),
  ...under("scipy.spatial._kdtree", "KDTree"),
  ...under("scipy.spatial.ckdtree", "cKDTree cKDTreeNode"),
  ...under("_loss", "CyHuberLoss CyPinballLoss CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss CyHalfPoissonLoss"),
  ...under("_loss", "CyHalfMultinomialLoss CyHalfSquaredError CyHalfTweedieLoss CyHalfTweedieLossIdentity"),
  ...under("_loss", "CyAbsoluteError"),
  ...words("argparse.Namespace numpy.vectorize numpy.lib.function_base.vectorize"),
  ...words("numpy.lib._function_base_impl.vectorize"),
  ...words("torch._C.Generator torch.utils.hooks.RemovableHandle torch.nn.utils.rnn.PackedSequence"),
  ...under("torch.nn.parameter", "UninitializedBuffer UninitializedParameter"),
  ...under("torch.utils.data.sampler", "SequentialSampler RandomSampler SubsetRandomSampler WeightedRandomSampler"),
  ...under("torch.utils.data", "sampler.BatchSampler dataset.TensorDataset dataset.Subset dataset.ConcatDataset"),
  ...OPENERS.keys(),
  ...under("keras.src.models", "functional.Functional sequential.Sequential model.Model"),
  ...under("keras.src.engine", "functional.Functional sequential.Sequential training.Model"),
  ...under("keras.engine", "functional.Functional sequential.Sequential training.Model"),
  ...words("joblib.memory.Memory joblib._store_backends.FileSystemStoreBackend"),
  ...under("sklearn.externals.joblib", "memory.Memory _store_backends.FileSystemStoreBackend"),
];

/** Values and functions without consequence, which only stand for themselves. */
const VALUES: readonly string[] = [
  ...under(
    "builtins",
    "abs all any ascii bin callable chr divmod format hash hex id isinstance issubclass len max min",
  ),
  ...under("builtins", "next oct ord pow repr round sorted sum staticmethod classmethod property super memoryview"),
  ...under("builtins", "True False None"),
  ...under("math", "sin cos tan sqrt exp log log2 log10 log1p floor ceil fabs hypot pow pi e inf nan isnan isinf"),
  ...words(`_operator.add _operator.sub _operator.mul _operator.truediv _operator.eq _operator.lt _operator.gt
    _operator.le _operator.ge _operator.ne _operator.neg _operator.and_ _operator.or_ _operator.not_ operator.add
    operator.sub operator.mul operator.truediv operator.eq operator.lt operator.gt operator.neg`),
  ...under("numpy.core.fromnumeric", "mean std sum var amax amin max min prod argmax argmin"),
  ...under("numpy._core.fromnumeric", "mean std sum var amax amin max min prod argmax argmin"),
  ...under("numpy", "mean std sum var max min prod median nan inf pi newaxis generic number integer floating inexact"),
  ...under("numpy", "signedinteger unsignedinteger complexfloating flexible character object_"),
  ...under("numpy.lib.function_base", "median average"),
  ...under("numpy.lib._function_base_impl", "median average"),
  ...words("scipy._lib.array_api_compat.numpy._aliases.asarray typing.Any typing.Union typing.Optional"),
  ...under("datetime", "UTC"),
];

/** Classes within scikit-learn that brine has no pack for. */
const SKLEARN: ReadonlySet<string> = new Set([
  ...words(`CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss CyHalfMultinomialLoss CyHalfPoissonLoss
    CyHalfSquaredError CyHalfTweedieLoss CyHalfTweedieLossIdentity CyHuberLoss CyPinballLoss CyAbsoluteError
    DistributionBoundary GammaDistribution PoissonDistribution TweedieDistribution NormalDistribution
    InverseGaussianDistribution HalfLogitLink IdentityLink Interval LogLink LogitLink MultinomialLogit ExponentialLoss
    AbsoluteError HalfBinomialLoss HalfGammaLoss HalfMultinomialLoss HalfPoissonLoss HalfSquaredError HalfTweedieLoss
    HalfTweedieLossIdentity HuberLoss PinballLoss _CFNode _CFSubcluster _BisectingTree _RemainderColsList
    make_column_selector _DictWithDeprecatedKeys BinomialDeviance HuberLossFunction LeastSquaresError
    LeastAbsoluteError MultinomialDeviance QuantileLossFunction _BinMapper BinaryCrossEntropy CategoricalCrossEntropy
    LeastSquares LeastAbsoluteDeviation Poisson LogOddsEstimator MeanEstimator PriorProbabilityEstimator
    QuantileEstimator ScaledLogOddsEstimator ZeroEstimator ConstantKernel DotProduct ExpSineSquared Exponentiation
    Matern PairwiseKernel Product RBF RationalQuadratic Sum WhiteKernel CompoundKernel Hyperparameter _ImputerTriplet
    Hinge SquaredHinge Log ModifiedHuber SquaredLoss Huber EpsilonInsensitive SquaredEpsilonInsensitive
    _CurveScorer _PassthroughScorer _PredictScorer _ProbaScorer _ThresholdScorer _Scorer _MultimetricScorer KFold
    StratifiedKFold GroupKFold ShuffleSplit StratifiedShuffleSplit LeaveOneOut TimeSeriesSplit RepeatedKFold
    RepeatedStratifiedKFold PredefinedSplit GroupShuffleSplit StratifiedGroupKFold BinaryTree AdamOptimizer SGDOptimizer
    Bunch MetadataRequest MethodMetadataRequest MetadataRouter MethodMapping DeprecationDict WeightVector
    ParameterGrid ParameterSampler LeavePOut LeaveOneGroupOut LeavePGroupsOut _CVIterableWrapper _SubsampleMetaSplitter
    _CVScoreTuple WeightVector32 WeightVector64 MultinomialLogLoss GraphLasso GraphLassoCV RandomizedLogisticRegression
    GaussianRandomProjectionHash GeneralizedLinearRegressor
    AdditiveChi2Sampler AgglomerativeClustering BernoulliRBM ClassicalMDS DBSCAN DictionaryLearning EllipticEnvelope
    FeatureAgglomeration FrozenEstimator GaussianRandomProjection GraphicalLasso GraphicalLassoCV HDBSCAN
    LatentDirichletAllocation LedoitWolf MDS MinCovDet MiniBatchDictionaryLearning MiniBatchNMF MiniBatchSparsePCA
    NeighborhoodComponentsAnalysis Nystroem OAS OPTICS PatchExtractor PolynomialCountSketch RBFSampler
    ShrunkCovariance SkewedChi2Sampler SparseCoder SparsePCA SparseRandomProjection SpectralBiclustering
    SpectralClustering SpectralCoclustering SpectralEmbedding SelfTrainingClassifier TSNE RandomizedPCA RandomizedLasso
    LSHForest GMM DPGMM VBGMM ProjectedGradientNMF Imputer`),
]);

/** Its metrics; those that call a function of Python are not among them. */
const DISTANCE =
  /^(Chebyshev|Euclidean|Manhattan|W?Minkowski|Hamming|Haversine|SEuclidean|Canberra|BrayCurtis|Dice|Jaccard|Kulsinski|Mahalanobis|Matching|RogersTanimoto|RussellRao|SokalMichener|SokalSneath)Distance(32|64)?$/;

/** Functions of scikit-learn that estimators keep. */
const SKLEARN_VALUES: ReadonlySet<string> = new Set(
  words(`_kmeans_single_lloyd _kmeans_single_elkan f_classif f_regression chi2 mutual_info_classif
    mutual_info_regression accuracy_score balanced_accuracy_score f1_score fbeta_score log_loss mean_absolute_error
    mean_squared_error r2_score precision_score recall_score roc_auc_score average_precision_score jaccard_score
    matthews_corrcoef explained_variance_score max_error mean_squared_log_error median_absolute_error
    mean_absolute_percentage_error root_mean_squared_error mean_pinball_loss mean_poisson_deviance mean_gamma_deviance
    brier_score_loss cohen_kappa_score hamming_loss zero_one_loss hinge_loss top_k_accuracy_score ndcg_score
    adjusted_rand_score silhouette_score v_measure_score completeness_score homogeneity_score make_scorer
    _passthrough_scorer _refit_callable check_array euclidean_distances manhattan_distances rbf_kernel
    linear_kernel polynomial_kernel cosine_similarity`),
);

/** scikit-learn's names, by the class within the package. */
function sklearnPolicy(full: string): Policy | undefined {
  if (!full.startsWith("sklearn.") || full.startsWith("sklearn.externals.")) return undefined;
  const dot = full.lastIndexOf(".");
  const [module, name] = [full.slice(0, dot), full.slice(dot + 1)];
  // A name with dots may lead through what a module has imported.
  if (denied(module, name) !== null) return undefined;
  if (SKLEARN_VALUES.has(name)) return "value";
  const known = ROOM_OF.has(name) || SKLEARN.has(name) || DISTANCE.test(name);
  return known || /^(Tree|TreePredictor|(KDTree|BallTree)(64|32)?|newObj)$/.test(name) || isUnpickler(name)
    ? "class"
    : undefined;
}

/** Cython's functions of its own classes: they make the class they are given, and check a number. */
function isUnpickler(name: string): boolean {
  const own = name.slice(15);
  return name.startsWith("__pyx_unpickle_") && (SKLEARN.has(own) || DISTANCE.test(own));
}

function base(): Map<string, Policy> {
  const known = new Map<string, Policy>();
  for (const { globals } of [stdlib, numpy, scipy, joblib]) for (const name of globals.keys()) known.set(name, "class");
  for (const name of CLASSES) known.set(name, "class");
  for (const name of VALUES) known.set(name, "value");
  return known;
}

/** The names that need no table to be fetched. */
const BASE: ReadonlyMap<string, Policy> = /* @__PURE__ */ base();

const MOST_REMEMBERED = 10_000;

/** The names that are known, with the caller's own. */
export class Allowed {
  readonly #more = new Map<string, Policy>();
  readonly #own: ReadonlySet<string>;
  readonly #fetched = new Set<string>();
  readonly #remembered = new Map<string, unknown>();

  constructor(own: Iterable<string> = []) {
    this.#own = new Set(own);
  }

  #add(pack: Pack): void {
    for (const name of pack.globals.keys()) this.#more.set(name, "class");
  }

  /** Fetches the tables of the packages that are met; the file's names are only compared with these, never imported. */
  async ready(modules: ReadonlySet<string>): Promise<void> {
    const wants = (top: RegExp, key: string): boolean => {
      if (this.#fetched.has(key) || ![...modules].some((module) => top.test(module))) return false;
      this.#fetched.add(key);
      this.#remembered.clear();
      return true;
    };
    if (wants(/^(pandas|pyarrow|pytz|dateutil)\b/, "pandas")) {
      this.#add((await import("../../families/pandas/index.ts")).pandas);
    }
    if (wants(/^torch\b/, "torch")) {
      this.#add((await import("../../families/torch/index.ts")).torch);
      for (const name of NN) this.#more.set(name, "class");
      for (const name of FUNCTIONS) this.#more.set(name, "value");
    }
  }

  /** What was found out about a name since the last table was fetched. */
  remembered<T>(key: string, find: () => T): T {
    const known = this.#remembered.get(key);
    if (known !== undefined) return known as T;
    const found = find();
    if (this.#remembered.size < MOST_REMEMBERED) this.#remembered.set(key, found);
    return found;
  }

  /** Did the caller vouch for it? */
  isOwn(full: string): boolean {
    return this.#own.has(full);
  }

  /** What a name may be used for; undefined for a name that nobody knows. */
  policy(full: string): Policy | undefined {
    // TorchScript's own classes: no module of Python is called so.
    if (full.startsWith("__torch__.")) return "class";
    return (
      BASE.get(full) ?? this.#more.get(full) ?? sklearnPolicy(full) ?? (isLossUnpickler(full) ? "class" : undefined)
    );
  }
}

function isLossUnpickler(full: string): boolean {
  return full.startsWith("_loss.") && isUnpickler(full.slice(6));
}
