/**
 * Which room knows which class of scikit-learn. A class is known by its name alone, since modules have moved.
 *
 * To add an estimator: its maker in a room's `kinds`, and its name here.
 *
 * @module
 */
import type { Kinds } from "./model.ts";

/** The rooms, each loaded when a file holds one of its classes. */
export const ROOMS: Readonly<Record<string, () => Promise<{ kinds: Kinds }>>> = {
  tree: () => import("./tree/index.ts"),
  ensemble: () => import("./ensemble/index.ts"),
  boosting: () => import("./boosting/index.ts"),
  linear: () => import("./linear/index.ts"),
  svm: () => import("./svm/index.ts"),
  neighbors: () => import("./neighbors/index.ts"),
  neural: () => import("./neural/index.ts"),
  bayes: () => import("./bayes/index.ts"),
  cluster: () => import("./cluster/index.ts"),
  preprocessing: () => import("./preprocessing/index.ts"),
  impute: () => import("./impute/index.ts"),
  compose: () => import("./compose/index.ts"),
  decomposition: () => import("./decomposition/index.ts"),
  selection: () => import("./selection/index.ts"),
  text: () => import("./text/index.ts"),
  dummy: () => import("./dummy/index.ts"),
  kernel: () => import("./kernel/index.ts"),
  gaussian: () => import("./gaussian/index.ts"),
  covariance: () => import("./covariance/index.ts"),
  semi: () => import("./semi/index.ts"),
  manifold: () => import("./manifold/index.ts"),
};

const CLASSES: Readonly<Record<string, string>> = {
  tree: "DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor",
  ensemble:
    "RandomForestClassifier RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor RandomTreesEmbedding " +
    "BaggingClassifier BaggingRegressor AdaBoostClassifier AdaBoostRegressor IsolationForest VotingClassifier " +
    "VotingRegressor StackingClassifier StackingRegressor CalibratedClassifierCV _CalibratedClassifier " +
    "_SigmoidCalibration IsotonicRegression OneVsRestClassifier OneVsOneClassifier MultiOutputClassifier " +
    "MultiOutputRegressor ClassifierChain RegressorChain OutputCodeClassifier _ConstantPredictor _TemperatureScaling",
  boosting:
    "GradientBoostingClassifier GradientBoostingRegressor HistGradientBoostingClassifier HistGradientBoostingRegressor",
  linear:
    "LinearRegression Ridge RidgeCV Lasso LassoCV ElasticNet ElasticNetCV Lars LarsCV LassoLars LassoLarsCV " +
    "LassoLarsIC MultiTaskLasso MultiTaskLassoCV MultiTaskElasticNet MultiTaskElasticNetCV OrthogonalMatchingPursuit " +
    "OrthogonalMatchingPursuitCV BayesianRidge ARDRegression HuberRegressor TheilSenRegressor SGDRegressor " +
    "PassiveAggressiveRegressor LinearSVR RANSACRegressor QuantileRegressor PoissonRegressor GammaRegressor " +
    "TweedieRegressor LogisticRegression LogisticRegressionCV SGDClassifier SGDOneClassSVM Perceptron " +
    "PassiveAggressiveClassifier RidgeClassifier RidgeClassifierCV LinearSVC LinearDiscriminantAnalysis " +
    "QuadraticDiscriminantAnalysis PLSRegression PLSCanonical CCA PLSSVD",
  svm: "SVC NuSVC SVR NuSVR OneClassSVM",
  neighbors:
    "KNeighborsClassifier KNeighborsRegressor NearestNeighbors NearestCentroid RadiusNeighborsClassifier " +
    "RadiusNeighborsRegressor LocalOutlierFactor KernelDensity KNeighborsTransformer RadiusNeighborsTransformer",
  neural: "MLPClassifier MLPRegressor",
  bayes: "GaussianNB MultinomialNB ComplementNB BernoulliNB CategoricalNB",
  cluster:
    "KMeans MiniBatchKMeans BisectingKMeans MeanShift AffinityPropagation Birch GaussianMixture BayesianGaussianMixture " +
    "FeatureAgglomeration",
  preprocessing:
    "StandardScaler MinMaxScaler MaxAbsScaler RobustScaler Normalizer Binarizer PolynomialFeatures OneHotEncoder " +
    "OrdinalEncoder LabelEncoder LabelBinarizer MultiLabelBinarizer KBinsDiscretizer QuantileTransformer " +
    "PowerTransformer FunctionTransformer TargetEncoder KernelCenterer SplineTransformer",
  impute: "SimpleImputer Imputer MissingIndicator KNNImputer IterativeImputer",
  compose:
    "Pipeline FeatureUnion ColumnTransformer GridSearchCV RandomizedSearchCV HalvingGridSearchCV " +
    "HalvingRandomSearchCV TransformedTargetRegressor FixedThresholdClassifier TunedThresholdClassifierCV " +
    "FrozenEstimator",
  decomposition:
    "NMF MiniBatchNMF LatentDirichletAllocation SparsePCA MiniBatchSparsePCA NeighborhoodComponentsAnalysis " +
    "DictionaryLearning MiniBatchDictionaryLearning SparseCoder BernoulliRBM PCA IncrementalPCA TruncatedSVD FastICA FactorAnalysis KernelPCA SparseRandomProjection GaussianRandomProjection",
  selection:
    "VarianceThreshold SelectKBest SelectPercentile SelectFpr SelectFdr SelectFwe GenericUnivariateSelect " +
    "SelectFromModel RFE RFECV SequentialFeatureSelector",
  text: "CountVectorizer TfidfVectorizer TfidfTransformer HashingVectorizer DictVectorizer FeatureHasher",
  dummy: "DummyClassifier DummyRegressor",
  kernel: "KernelRidge Nystroem RBFSampler SkewedChi2Sampler AdditiveChi2Sampler PolynomialCountSketch",
  gaussian: "GaussianProcessRegressor GaussianProcessClassifier _BinaryGaussianProcessClassifierLaplace",
  covariance:
    "EmpiricalCovariance LedoitWolf OAS MinCovDet ShrunkCovariance GraphicalLasso GraphicalLassoCV EllipticEnvelope",
  semi: "LabelPropagation LabelSpreading SelfTrainingClassifier",
  manifold:
    "Isomap LocallyLinearEmbedding DBSCAN HDBSCAN OPTICS AgglomerativeClustering SpectralClustering " +
    "SpectralBiclustering SpectralCoclustering TSNE MDS ClassicalMDS SpectralEmbedding",
};

/** The room of each class. */
export const ROOM_OF: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries(CLASSES).flatMap(([room, names]) =>
    names.split(" ").map((name): [string, string] => [name, room]),
  ),
);
