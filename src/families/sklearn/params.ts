/**
 * Parameters of scikit-learn's estimators with their defaults, written by `fixtures/make/sklearn_params.py`.
 *
 * `name@since@until=default`, parted by `; `; where a default changed, `|1.1:default` says from which version on. `?` has none.
 *
 * @module
 */
export const PARAMS: Readonly<Record<string, string>> = {
  ARDRegression:
    "alpha_1=1e-06; alpha_2=1e-06; compute_score=False; copy_X=True; fit_intercept=True; lambda_1=1e-06; lambda_2=1e-06; max_iter@1.3=None|1.5:300; threshold_lambda=10000.0; tol=0.001; verbose=False; n_iter@@1.5=300|1.3:'deprecated'; normalize@@1.2=False|1.0:'deprecated'",
  AdaBoostClassifier:
    "estimator@1.2=None; learning_rate=1.0; n_estimators=50; random_state=None; algorithm@@1.8='SAMME.R'|1.6:'deprecated'; base_estimator@@1.4=None|1.2:'deprecated'",
  AdaBoostRegressor:
    "estimator@1.2=None; learning_rate=1.0; loss='linear'; n_estimators=50; random_state=None; base_estimator@@1.4=None|1.2:'deprecated'",
  AdditiveChi2Sampler: "sample_interval=None; sample_steps=2",
  AffinityPropagation:
    "affinity='euclidean'; convergence_iter=15; copy=True; damping=0.5; max_iter=200; preference=None; random_state@0.23='warn'|1.0:None; verbose=False",
  AgglomerativeClustering:
    "compute_distances@0.24=False; compute_full_tree='auto'; connectivity=None; distance_threshold@0.21=None; linkage='ward'; memory=None; metric@1.2=None|1.4:'euclidean'; n_clusters=2; affinity@@1.4='euclidean'|1.2:'deprecated'; pooling_func@@0.22='deprecated'",
  BaggingClassifier:
    "bootstrap=True; bootstrap_features=False; estimator@1.2=None; max_features=1.0; max_samples=1.0|1.8:None; n_estimators=10; n_jobs=None; oob_score=False; random_state=None; verbose=0; warm_start=False; base_estimator@@1.4=None|1.2:'deprecated'",
  BaggingRegressor:
    "bootstrap=True; bootstrap_features=False; estimator@1.2=None; max_features=1.0; max_samples=1.0|1.8:None; n_estimators=10; n_jobs=None; oob_score=False; random_state=None; verbose=0; warm_start=False; base_estimator@@1.4=None|1.2:'deprecated'",
  BayesianGaussianMixture:
    "covariance_prior=None; covariance_type='full'; degrees_of_freedom_prior=None; init_params='kmeans'; max_iter=100; mean_precision_prior=None; mean_prior=None; n_components=1; n_init=1; random_state=None; reg_covar=1e-06; tol=0.001; verbose=0; verbose_interval=10; warm_start=False; weight_concentration_prior=None; weight_concentration_prior_type='dirichlet_process'",
  BayesianRidge:
    "alpha_1=1e-06; alpha_2=1e-06; alpha_init@0.22=None; compute_score=False; copy_X=True; fit_intercept=True; lambda_1=1e-06; lambda_2=1e-06; lambda_init@0.22=None; max_iter@1.3=None|1.5:300; tol=0.001; verbose=False; n_iter@@1.5=300|1.3:'deprecated'; normalize@@1.2=False|1.0:'deprecated'",
  BernoulliNB: "alpha=1.0; binarize=0.0; class_prior=None; fit_prior=True; force_alpha@1.2='warn'|1.4:True",
  BernoulliRBM: "batch_size=10; learning_rate=0.1; n_components=256; n_iter=10; random_state=None; verbose=0",
  Binarizer: "copy=True; threshold=0.0",
  Birch: "branching_factor=50; compute_labels=True; n_clusters=3; threshold=0.5; copy@@1.8=True|1.6:'deprecated'",
  BisectingKMeans:
    "algorithm='lloyd'; bisecting_strategy='biggest_inertia'; copy_x=True; init='random'; max_iter=300; n_clusters=8; n_init=1; random_state=None; tol=0.0001; verbose=0",
  CCA: "copy=True; max_iter=500; n_components=2; scale=True; tol=1e-06",
  CalibratedClassifierCV:
    "cv='warn'|0.22:None; ensemble@0.24=True|1.6:'auto'; estimator@1.2=None; method='sigmoid'; n_jobs@0.24=None; base_estimator@@1.4=None|1.2:'deprecated'",
  CategoricalNB:
    "alpha=1.0; class_prior=None; fit_prior=True; force_alpha@1.2='warn'|1.4:True; min_categories@0.24=None",
  ClassicalMDS: "metric='euclidean'; metric_params=None; n_components=2",
  ClassifierChain:
    "chain_method@1.5='predict'; cv=None; estimator@1.7=None|1.9:?; order=None; random_state=None; verbose@1.2=False; base_estimator@@1.9=?|1.7:'deprecated'",
  ColumnTransformer:
    "n_jobs=None; remainder='drop'; sparse_threshold=0.3; transformer_weights=None; transformers=?; verbose@0.21=False; verbose_feature_names_out@1.0=True; force_int_remainder_cols@1.5@1.9=True|1.7:'deprecated'",
  ComplementNB: "alpha=1.0; class_prior=None; fit_prior=True; force_alpha@1.2='warn'|1.4:True; norm=False",
  CountVectorizer:
    "analyzer='word'; binary=False; decode_error='strict'; dtype=<class 'numpy.int64'>; encoding='utf-8'; input='content'; lowercase=True; max_df=1.0; max_features=None; min_df=1; ngram_range=(1, 1); preprocessor=None; stop_words=None; strip_accents=None; token_pattern='(?u)\\\\b\\\\w\\\\w+\\\\b'; tokenizer=None; vocabulary=None",
  DBSCAN:
    "algorithm='auto'; eps=0.5; leaf_size=30; metric='euclidean'; metric_params=None; min_samples=5; n_jobs=None; p=None",
  DecisionTreeClassifier:
    "ccp_alpha@0.22=0.0; class_weight=None; criterion='gini'; max_depth=None; max_features=None; max_leaf_nodes=None; min_impurity_decrease=0.0; min_samples_leaf=1; min_samples_split=2; min_weight_fraction_leaf=0.0; monotonic_cst@1.4=None; random_state=None; splitter='best'; min_impurity_split@@1.0=None; presort@@0.24=False|0.22:'deprecated'",
  DecisionTreeRegressor:
    "ccp_alpha@0.22=0.0; criterion='mse'|1.0:'squared_error'; max_depth=None; max_features=None; max_leaf_nodes=None; min_impurity_decrease=0.0; min_samples_leaf=1; min_samples_split=2; min_weight_fraction_leaf=0.0; monotonic_cst@1.4=None; random_state=None; splitter='best'; min_impurity_split@@1.0=None; presort@@0.24=False|0.22:'deprecated'",
  DictVectorizer: "dtype=<class 'numpy.float64'>; separator='='; sort=True; sparse=True",
  DictionaryLearning:
    "alpha=1; callback@1.3=None; code_init=None; dict_init=None; fit_algorithm='lars'; max_iter=1000; n_components=None; n_jobs=None; positive_code=False; positive_dict=False; random_state=None; split_sign=False; tol=1e-08; transform_algorithm='omp'; transform_alpha=None; transform_max_iter@0.22=1000; transform_n_nonzero_coefs=None; verbose=False",
  DummyClassifier: "constant=None; random_state=None; strategy='stratified'|0.22:'warn'|0.24:'prior'",
  DummyRegressor: "constant=None; quantile=None; strategy='mean'",
  ElasticNet:
    "alpha=1.0; copy_X=True; fit_intercept=True; l1_ratio=0.5; max_iter=1000; positive=False; precompute=False; random_state=None; selection='cyclic'; tol=0.0001; warm_start=False; normalize@@1.2=False|1.0:'deprecated'",
  ElasticNetCV:
    "alphas=None|1.7:'warn'|1.9:100; copy_X=True; cv='warn'|0.22:None; eps=0.001; fit_intercept=True; l1_ratio=0.5; max_iter=1000; n_jobs=None; positive=False; precompute='auto'; random_state=None; selection='cyclic'; tol=0.0001; verbose=0; n_alphas@@1.9=100|1.7:'deprecated'; normalize@@1.2=False|1.0:'deprecated'",
  EllipticEnvelope:
    "assume_centered=False; contamination=0.1; random_state=None; store_precision=True; support_fraction=None",
  EmpiricalCovariance: "assume_centered=False; store_precision=True",
  ExtraTreeClassifier:
    "ccp_alpha@0.22=0.0; class_weight=None; criterion='gini'; max_depth=None; max_features='auto'|1.1:'sqrt'; max_leaf_nodes=None; min_impurity_decrease=0.0; min_samples_leaf=1; min_samples_split=2; min_weight_fraction_leaf=0.0; monotonic_cst@1.4=None; random_state=None; splitter='random'; min_impurity_split@@1.0=None",
  ExtraTreeRegressor:
    "ccp_alpha@0.22=0.0; criterion='mse'|1.0:'squared_error'; max_depth=None; max_features='auto'|1.1:1.0; max_leaf_nodes=None; min_impurity_decrease=0.0; min_samples_leaf=1; min_samples_split=2; min_weight_fraction_leaf=0.0; monotonic_cst@1.4=None; random_state=None; splitter='random'; min_impurity_split@@1.0=None",
  ExtraTreesClassifier:
    "bootstrap=False; ccp_alpha@0.22=0.0; class_weight=None; criterion='gini'; max_depth=None; max_features='auto'|1.1:'sqrt'; max_leaf_nodes=None; max_samples@0.22=None; min_impurity_decrease=0.0; min_samples_leaf=1; min_samples_split=2; min_weight_fraction_leaf=0.0; monotonic_cst@1.4=None; n_estimators='warn'|0.22:100; n_jobs=None; oob_score=False; random_state=None; verbose=0; warm_start=False; min_impurity_split@@1.0=None",
  ExtraTreesRegressor:
    "bootstrap=False; ccp_alpha@0.22=0.0; criterion='mse'|1.0:'squared_error'; max_depth=None; max_features='auto'|1.1:1.0; max_leaf_nodes=None; max_samples@0.22=None; min_impurity_decrease=0.0; min_samples_leaf=1; min_samples_split=2; min_weight_fraction_leaf=0.0; monotonic_cst@1.4=None; n_estimators='warn'|0.22:100; n_jobs=None; oob_score=False; random_state=None; verbose=0; warm_start=False; min_impurity_split@@1.0=None",
  FactorAnalysis:
    "copy=True; iterated_power=3; max_iter=1000; n_components=None; noise_variance_init=None; random_state=0; rotation@0.24=None; svd_method='randomized'; tol=0.01",
  FastICA:
    "algorithm='parallel'; fun='logcosh'; fun_args=None; max_iter=200; n_components=None; random_state=None; tol=0.0001; w_init=None; whiten=True|1.1:'warn'|1.3:'unit-variance'; whiten_solver@1.2='svd'",
  FeatureAgglomeration:
    "compute_distances@0.24=False; compute_full_tree='auto'; connectivity=None; distance_threshold@0.21=None; linkage='ward'; memory=None; metric@1.2=None|1.4:'euclidean'; n_clusters=2; pooling_func=<function mean>; affinity@@1.4='euclidean'|1.2:'deprecated'",
  FeatureHasher:
    "alternate_sign=True; dtype=<class 'numpy.float64'>; input_type='dict'; n_features=1048576; non_negative@@0.21=False",
  FeatureUnion:
    "n_jobs=None; transformer_list=?; transformer_weights=None; verbose@0.21=False; verbose_feature_names_out@1.5=True",
  FixedThresholdClassifier: "estimator=?; pos_label=None; response_method='auto'; threshold='auto'",
  FrozenEstimator: "estimator=?",
  FunctionTransformer:
    "accept_sparse=False; check_inverse=True; feature_names_out@1.1=None; func=None; inv_kw_args=None; inverse_func=None; kw_args=None; validate=None|0.22:False; pass_y@@0.22='deprecated'",
  GammaRegressor:
    "alpha=1.0; fit_intercept=True; max_iter=100; solver@1.2='lbfgs'; tol=0.0001; verbose=0; warm_start=False",
  GaussianMixture:
    "covariance_type='full'; init_params='kmeans'; max_iter=100; means_init=None; n_components=1; n_init=1; precisions_init=None; random_state=None; reg_covar=1e-06; tol=0.001; verbose=0; verbose_interval=10; warm_start=False; weights_init=None",
  GaussianNB: "priors=None; var_smoothing=1e-09",
  GaussianProcessClassifier:
    "copy_X_train=True; kernel=None; max_iter_predict=100; multi_class='one_vs_rest'; n_jobs=None; n_restarts_optimizer=0; optimizer='fmin_l_bfgs_b'; random_state=None; warm_start=False",
  GaussianProcessRegressor:
    "alpha=1e-10; copy_X_train=True; kernel=None; n_restarts_optimizer=0; n_targets@1.3=None; normalize_y=False; optimizer='fmin_l_bfgs_b'; random_state=None",
  GaussianRandomProjection: "compute_inverse_components@1.1=False; eps=0.1; n_components='auto'; random_state=None",
  GenericUnivariateSelect: "mode='percentile'; param=1e-05; score_func=<function f_classif>",
  GradientBoostingClassifier:
    "ccp_alpha@0.22=0.0; criterion='friedman_mse'|1.9:'deprecated'; init=None; learning_rate=0.1; loss='deviance'|1.1:'log_loss'; max_depth=3; max_features=None; max_leaf_nodes=None; min_impurity_decrease=0.0; min_samples_leaf=1; min_samples_split=2; min_weight_fraction_leaf=0.0; n_estimators=100; n_iter_no_change=None; random_state=None; subsample=1.0; tol=0.0001; validation_fraction=0.1; verbose=0; warm_start=False; min_impurity_split@@1.0=None; presort@@0.24='auto'|0.22:'deprecated'",
  GradientBoostingRegressor:
    "alpha=0.9; ccp_alpha@0.22=0.0; criterion='friedman_mse'|1.9:'deprecated'; init=None; learning_rate=0.1; loss='ls'|1.0:'squared_error'; max_depth=3; max_features=None; max_leaf_nodes=None; min_impurity_decrease=0.0; min_samples_leaf=1; min_samples_split=2; min_weight_fraction_leaf=0.0; n_estimators=100; n_iter_no_change=None; random_state=None; subsample=1.0; tol=0.0001; validation_fraction=0.1; verbose=0; warm_start=False; min_impurity_split@@1.0=None; presort@@0.24='auto'|0.22:'deprecated'",
  GraphicalLasso:
    "alpha=0.01; assume_centered=False; covariance@1.3=None; enet_tol=0.0001; eps@1.3=2.220446049250313e-16|1.5:np.float64(2.220446049250313e-16); max_iter=100; mode='cd'; tol=0.0001; verbose=False",
  GraphicalLassoCV:
    "alphas=4; assume_centered=False; cv='warn'|0.22:None; enet_tol=0.0001; eps@1.3=2.220446049250313e-16|1.5:np.float64(2.220446049250313e-16); max_iter=100; mode='cd'; n_jobs=None; n_refinements=4; tol=0.0001; verbose=False",
  GridSearchCV:
    "cv='warn'|0.22:None; error_score='raise-deprecating'|0.22:nan; estimator=?; n_jobs=None; param_grid=?; pre_dispatch='2*n_jobs'; refit=True; return_train_score='warn'|0.21:False; scoring=None; verbose=0; fit_params@@0.21=None; iid@@0.24='warn'|0.22:'deprecated'",
  HDBSCAN:
    "algorithm='auto'; allow_single_cluster=False; alpha=1.0; cluster_selection_epsilon=0.0; cluster_selection_method='eom'; copy=False|1.8:'warn'; leaf_size=40; max_cluster_size=None; metric='euclidean'; metric_params=None; min_cluster_size=5; min_samples=None; n_jobs=None; store_centers=None",
  HalvingGridSearchCV:
    "aggressive_elimination=False; cv=5; error_score=nan; estimator=?; factor=3; max_resources='auto'; min_resources='exhaust'; n_jobs=None; param_grid=?; random_state=None; refit=True; resource='n_samples'; return_train_score=True; scoring=None; verbose=0",
  HalvingRandomSearchCV:
    "aggressive_elimination=False; cv=5; error_score=nan; estimator=?; factor=3; max_resources='auto'; min_resources='smallest'; n_candidates='exhaust'; n_jobs=None; param_distributions=?; random_state=None; refit=True; resource='n_samples'; return_train_score=True; scoring=None; verbose=0",
  HashingVectorizer:
    "alternate_sign=True; analyzer='word'; binary=False; decode_error='strict'; dtype=<class 'numpy.float64'>; encoding='utf-8'; input='content'; lowercase=True; n_features=1048576; ngram_range=(1, 1); norm='l2'; preprocessor=None; stop_words=None; strip_accents=None; token_pattern='(?u)\\\\b\\\\w\\\\w+\\\\b'; tokenizer=None; non_negative@@0.21=False",
  HistGradientBoostingClassifier:
    "categorical_features@0.24=None|1.4:'warn'|1.6:'from_dtype'; class_weight@1.2=None; early_stopping@0.23='auto'; interaction_cst@1.2=None; l2_regularization=0.0; learning_rate=0.1; loss='auto'|1.1:'log_loss'; max_bins=256|0.22:255; max_depth=None; max_features@1.4=1.0; max_iter=100; max_leaf_nodes=31; min_samples_leaf=20; monotonic_cst@0.23=None; n_iter_no_change=None|0.23:10; random_state=None; scoring=None|0.23:'loss'; tol=1e-07; validation_fraction=0.1; verbose=0; warm_start@0.22=False",
  HistGradientBoostingRegressor:
    "categorical_features@0.24=None|1.4:'warn'|1.6:'from_dtype'; early_stopping@0.23='auto'; interaction_cst@1.2=None; l2_regularization=0.0; learning_rate=0.1; loss='least_squares'|1.0:'squared_error'; max_bins=256|0.22:255; max_depth=None; max_features@1.4=1.0; max_iter=100; max_leaf_nodes=31; min_samples_leaf=20; monotonic_cst@0.23=None; n_iter_no_change=None|0.23:10; quantile@1.1=None; random_state=None; scoring=None|0.23:'loss'; tol=1e-07; validation_fraction=0.1; verbose=0; warm_start@0.22=False",
  HuberRegressor: "alpha=0.0001; epsilon=1.35; fit_intercept=True; max_iter=100; tol=1e-05; warm_start=False",
  Imputer: "axis=0; copy=True; missing_values='NaN'; strategy='mean'; verbose=0",
  IncrementalPCA: "batch_size=None; copy=True; n_components=None; whiten=False",
  IsolationForest:
    "bootstrap=False; contamination='legacy'|0.22:'auto'; max_features=1.0; max_samples='auto'; n_estimators=100; n_jobs=None; random_state=None; verbose=0; warm_start@0.21=False; behaviour@@0.24='old'|0.22:'deprecated'",
  Isomap:
    "eigen_solver='auto'; max_iter=None; metric@0.22='minkowski'; metric_params@0.22=None; n_components=2; n_jobs=None; n_neighbors=5; neighbors_algorithm='auto'; p@0.22=2; path_method='auto'; radius@1.1=None; tol=0",
  IsotonicRegression: "increasing=True; out_of_bounds='nan'; y_max=None; y_min=None",
  IterativeImputer:
    "add_indicator=False; estimator=None; fill_value@1.3=None; imputation_order='ascending'; initial_strategy='mean'; keep_empty_features@1.2=False; max_iter=10; max_value=None|0.24:inf; min_value=None|0.24:-inf; missing_values=nan; n_nearest_features=None; random_state=None; sample_posterior=False; skip_complete@0.22=False; tol=0.001; verbose=0",
  KBinsDiscretizer:
    "dtype@0.24=None; encode='onehot'; n_bins=5; quantile_method@1.7='warn'|1.9:'averaged_inverted_cdf'; random_state@1.1=None; strategy='quantile'; subsample@1.1='warn'|1.5:200000",
  KMeans:
    "algorithm='auto'|1.1:'lloyd'; copy_x=True; init='k-means++'; max_iter=300; n_clusters=8; n_init=10|1.2:'warn'|1.4:'auto'; random_state=None; tol=0.0001; verbose=0; n_jobs@@1.0=None|0.23:'deprecated'; precompute_distances@@1.0='auto'|0.23:'deprecated'",
  KNNImputer:
    "add_indicator=False; copy=True; keep_empty_features@1.2=False; metric='nan_euclidean'; missing_values=nan; n_neighbors=5; weights='uniform'",
  KNeighborsClassifier:
    "algorithm='auto'; leaf_size=30; metric='minkowski'; metric_params=None; n_jobs=None; n_neighbors=5; p=2; weights='uniform'",
  KNeighborsRegressor:
    "algorithm='auto'; leaf_size=30; metric='minkowski'; metric_params=None; n_jobs=None; n_neighbors=5; p=2; weights='uniform'",
  KNeighborsTransformer:
    "algorithm='auto'; leaf_size=30; metric='minkowski'; metric_params=None; mode='distance'; n_jobs=1|1.2:None; n_neighbors=5; p=2",
  KernelCenterer: "",
  KernelDensity:
    "algorithm='auto'; atol=0; bandwidth=1.0; breadth_first=True; kernel='gaussian'; leaf_size=40; metric='euclidean'; metric_params=None; rtol=0",
  KernelPCA:
    "alpha=1.0; coef0=1; copy_X=True; degree=3; eigen_solver='auto'; fit_inverse_transform=False; gamma=None; iterated_power@1.0='auto'; kernel='linear'; kernel_params=None; max_iter=None; n_components=None; n_jobs=None; random_state=None; remove_zero_eig=False; tol=0",
  KernelRidge: "alpha=1; coef0=1; degree=3; gamma=None; kernel='linear'; kernel_params=None",
  LabelBinarizer: "neg_label=0; pos_label=1; sparse_output=False",
  LabelEncoder: "",
  LabelPropagation: "gamma=20; kernel='rbf'; max_iter=1000; n_jobs=None; n_neighbors=7; tol=0.001; alpha@@0.21=None",
  LabelSpreading: "alpha=0.2; gamma=20; kernel='rbf'; max_iter=30; n_jobs=None; n_neighbors=7; tol=0.001",
  Lars: "copy_X=True; eps=2.220446049250313e-16|1.5:np.float64(2.220446049250313e-16); fit_intercept=True; fit_path=True; jitter@0.23=None; n_nonzero_coefs=500; precompute='auto'; random_state@0.23=None; verbose=False; normalize@@1.4=True|1.0:'deprecated'; positive@@0.22=False",
  LarsCV:
    "copy_X=True; cv='warn'|0.22:None; eps=2.220446049250313e-16|1.5:np.float64(2.220446049250313e-16); fit_intercept=True; max_iter=500; max_n_alphas=1000; n_jobs=None; precompute='auto'; verbose=False; normalize@@1.4=True|1.0:'deprecated'; positive@@0.22=False",
  Lasso:
    "alpha=1.0; copy_X=True; fit_intercept=True; max_iter=1000; positive=False; precompute=False; random_state=None; selection='cyclic'; tol=0.0001; warm_start=False; normalize@@1.2=False|1.0:'deprecated'",
  LassoCV:
    "alphas=None|1.7:'warn'|1.9:100; copy_X=True; cv='warn'|0.22:None; eps=0.001; fit_intercept=True; max_iter=1000; n_jobs=None; positive=False; precompute='auto'; random_state=None; selection='cyclic'; tol=0.0001; verbose=False; n_alphas@@1.9=100|1.7:'deprecated'; normalize@@1.2=False|1.0:'deprecated'",
  LassoLars:
    "alpha=1.0; copy_X=True; eps=2.220446049250313e-16|1.5:np.float64(2.220446049250313e-16); fit_intercept=True; fit_path=True; jitter@0.23=None; max_iter=500; positive=False; precompute='auto'; random_state@0.23=None; verbose=False; normalize@@1.4=True|1.0:'deprecated'",
  LassoLarsCV:
    "copy_X=True; cv='warn'|0.22:None; eps=2.220446049250313e-16|1.5:np.float64(2.220446049250313e-16); fit_intercept=True; max_iter=500; max_n_alphas=1000; n_jobs=None; positive=False; precompute='auto'; verbose=False; normalize@@1.4=True|1.0:'deprecated'",
  LassoLarsIC:
    "copy_X=True; criterion='aic'; eps=2.220446049250313e-16|1.5:np.float64(2.220446049250313e-16); fit_intercept=True; max_iter=500; noise_variance@1.0=None; positive=False; precompute='auto'; verbose=False; normalize@@1.4=True|1.0:'deprecated'",
  LatentDirichletAllocation:
    "batch_size=128; doc_topic_prior=None; evaluate_every=-1; learning_decay=0.7; learning_method='batch'; learning_offset=10.0; max_doc_update_iter=100; max_iter=10; mean_change_tol=0.001; n_components=10; n_jobs=None; perp_tol=0.1; random_state=None; topic_word_prior=None; total_samples=1000000.0; verbose=0; n_topics@@0.21=None",
  LedoitWolf: "assume_centered=False; block_size=1000; store_precision=True",
  LinearDiscriminantAnalysis:
    "covariance_estimator@0.24=None; n_components=None; priors=None; shrinkage=None; solver='svd'; store_covariance=False; tol=0.0001",
  LinearRegression:
    "copy_X=True; fit_intercept=True; n_jobs=None; positive@0.24=False; tol@1.7=1e-06; normalize@@1.2=False|1.0:'deprecated'",
  LinearSVC:
    "C=1.0; class_weight=None; dual=True|1.3:'warn'|1.5:'auto'; fit_intercept=True; intercept_scaling=1; loss='squared_hinge'; max_iter=1000; multi_class='ovr'; penalty='l2'; random_state=None; tol=0.0001; verbose=0",
  LinearSVR:
    "C=1.0; dual=True|1.3:'warn'|1.5:'auto'; epsilon=0.0; fit_intercept=True; intercept_scaling=1.0; loss='epsilon_insensitive'; max_iter=1000; random_state=None; tol=0.0001; verbose=0",
  LocalOutlierFactor:
    "algorithm='auto'; contamination='legacy'|0.22:'auto'; leaf_size=30; metric='minkowski'; metric_params=None; n_jobs=None; n_neighbors=20; novelty=False; p=2",
  LocallyLinearEmbedding:
    "eigen_solver='auto'; hessian_tol=0.0001; max_iter=100; method='standard'; modified_tol=1e-12; n_components=2; n_jobs=None; n_neighbors=5; neighbors_algorithm='auto'; random_state=None; reg=0.001; tol=1e-06",
  LogisticRegression:
    "C=1.0; class_weight=None; dual=False; fit_intercept=True; intercept_scaling=1; l1_ratio@0.21=None|1.8:0.0; max_iter=100; n_jobs=None; penalty='l2'|1.8:'deprecated'; random_state=None; solver='warn'|0.22:'lbfgs'; tol=0.0001; verbose=0; warm_start=False; multi_class@@1.8='warn'|0.22:'auto'|1.5:'deprecated'",
  LogisticRegressionCV:
    "Cs=10; class_weight=None; cv='warn'|0.22:None; dual=False; fit_intercept=True; intercept_scaling=1.0; l1_ratios@0.21=None|1.8:'warn'; max_iter=100; n_jobs=None; penalty='l2'|1.8:'deprecated'; random_state=None; refit=True; scoring=None|1.9:'warn'; solver='lbfgs'; tol=0.0001; use_legacy_attributes@1.8='warn'; verbose=0; multi_class@@1.8='warn'|0.22:'auto'|1.5:'deprecated'",
  MDS: "dissimilarity='euclidean'|1.8:'deprecated'; eps=0.001|1.7:1e-06; init@1.8='warn'; max_iter=300; metric=True|1.8:'euclidean'; metric_mds@1.8=True; metric_params@1.8=None; n_components=2; n_init=4|1.7:'warn'|1.9:1; n_jobs=None; normalized_stress@1.2='warn'|1.4:'auto'; random_state=None; verbose=0",
  MLPClassifier:
    "activation='relu'; alpha=0.0001; batch_size='auto'; beta_1=0.9; beta_2=0.999; early_stopping=False; epsilon=1e-08; hidden_layer_sizes=(100,); learning_rate='constant'; learning_rate_init=0.001; max_fun@0.22=15000; max_iter=200; momentum=0.9; n_iter_no_change=10; nesterovs_momentum=True; power_t=0.5; random_state=None; shuffle=True; solver='adam'; tol=0.0001; validation_fraction=0.1; verbose=False; warm_start=False",
  MLPRegressor:
    "activation='relu'; alpha=0.0001; batch_size='auto'; beta_1=0.9; beta_2=0.999; early_stopping=False; epsilon=1e-08; hidden_layer_sizes=(100,); learning_rate='constant'; learning_rate_init=0.001; loss@1.7='squared_error'; max_fun@0.22=15000; max_iter=200; momentum=0.9; n_iter_no_change=10; nesterovs_momentum=True; power_t=0.5; random_state=None; shuffle=True; solver='adam'; tol=0.0001; validation_fraction=0.1; verbose=False; warm_start=False",
  MaxAbsScaler: "clip@1.8=False; copy=True",
  MeanShift:
    "bandwidth=None; bin_seeding=False; cluster_all=True; max_iter@0.22=300; min_bin_freq=1; n_jobs=None; seeds=None",
  MinCovDet: "assume_centered=False; random_state=None; store_precision=True; support_fraction=None",
  MinMaxScaler: "clip@0.24=False; copy=True; feature_range=(0, 1)",
  MiniBatchDictionaryLearning:
    "alpha=1; batch_size=3|1.1:'warn'|1.3:256; callback@1.1=None; dict_init=None; fit_algorithm='lars'; max_iter@1.1=None|1.4:1000; max_no_improvement@1.1=10; n_components=None; n_jobs=None; positive_code=False; positive_dict=False; random_state=None; shuffle=True; split_sign=False; tol@1.1=0.001; transform_algorithm='omp'; transform_alpha=None; transform_max_iter@0.22=1000; transform_n_nonzero_coefs=None; verbose=False; n_iter@@1.4=1000|1.1:'deprecated'",
  MiniBatchKMeans:
    "batch_size=100|1.0:1024; compute_labels=True; init='k-means++'; init_size=None; max_iter=100; max_no_improvement=10; n_clusters=8; n_init=3|1.2:'warn'|1.4:'auto'; random_state=None; reassignment_ratio=0.01; tol=0.0; verbose=0",
  MiniBatchNMF:
    "alpha_H='same'; alpha_W=0.0; batch_size=1024; beta_loss='frobenius'; forget_factor=0.7; fresh_restarts=False; fresh_restarts_max_iter=30; init=None; l1_ratio=0.0; max_iter=200; max_no_improvement=10; n_components=None|1.4:'warn'|1.6:'auto'; random_state=None; tol=0.0001; transform_max_iter=None; verbose=0",
  MiniBatchSparsePCA:
    "alpha=1; batch_size=3; callback=None; max_iter@1.2=None|1.4:1000; max_no_improvement@1.2=10; method='lars'; n_components=None; n_jobs=None; random_state=None; ridge_alpha=0.01; shuffle=True; tol@1.2=0.001; verbose=False; n_iter@@1.4=100|1.2:'deprecated'; normalize_components@@0.24=False|0.22:'deprecated'",
  MissingIndicator: "error_on_new=True; features='missing-only'; missing_values=nan; sparse='auto'",
  MultiLabelBinarizer: "classes=None; sparse_output=False",
  MultiOutputClassifier: "estimator=?; n_jobs=None",
  MultiOutputRegressor: "estimator=?; n_jobs=None",
  MultiTaskElasticNet:
    "alpha=1.0; copy_X=True; fit_intercept=True; l1_ratio=0.5; max_iter=1000; random_state=None; selection='cyclic'; tol=0.0001; warm_start=False; normalize@@1.2=False|1.0:'deprecated'",
  MultiTaskElasticNetCV:
    "alphas=None|1.7:'warn'|1.9:100; copy_X=True; cv='warn'|0.22:None; eps=0.001; fit_intercept=True; l1_ratio=0.5; max_iter=1000; n_jobs=None; random_state=None; selection='cyclic'; tol=0.0001; verbose=0; n_alphas@@1.9=100|1.7:'deprecated'; normalize@@1.2=False|1.0:'deprecated'",
  MultiTaskLasso:
    "alpha=1.0; copy_X=True; fit_intercept=True; max_iter=1000; random_state=None; selection='cyclic'; tol=0.0001; warm_start=False; normalize@@1.2=False|1.0:'deprecated'",
  MultiTaskLassoCV:
    "alphas=None|1.7:'warn'|1.9:100; copy_X=True; cv='warn'|0.22:None; eps=0.001; fit_intercept=True; max_iter=1000; n_jobs=None; random_state=None; selection='cyclic'; tol=0.0001; verbose=False; n_alphas@@1.9=100|1.7:'deprecated'; normalize@@1.2=False|1.0:'deprecated'",
  MultinomialNB: "alpha=1.0; class_prior=None; fit_prior=True; force_alpha@1.2='warn'|1.4:True",
  NMF: "alpha_H@1.0='same'; alpha_W@1.0=0.0; beta_loss='frobenius'; init=None|0.24:'warn'|1.1:None; l1_ratio=0.0; max_iter=200; n_components=None|1.4:'warn'|1.6:'auto'; random_state=None; shuffle=False; solver='cd'; tol=0.0001; verbose=0; alpha@@1.2=0.0|1.0:'deprecated'; regularization@0.24@1.2='both'|1.0:'deprecated'",
  NearestCentroid: "metric='euclidean'; priors@1.6='uniform'; shrink_threshold=None",
  NearestNeighbors:
    "algorithm='auto'; leaf_size=30; metric='minkowski'; metric_params=None; n_jobs=None; n_neighbors=5; p=2; radius=1.0",
  NeighborhoodComponentsAnalysis:
    "callback=None; init='auto'; max_iter=50; n_components=None; random_state=None; tol=1e-05; verbose=0; warm_start=False",
  Normalizer: "copy=True; norm='l2'",
  NuSVC:
    "break_ties@0.22=False; cache_size=200; class_weight=None; coef0=0.0; decision_function_shape='ovr'; degree=3; gamma='auto_deprecated'|0.22:'scale'; kernel='rbf'; max_iter=-1; nu=0.5; probability=False|1.9:'deprecated'; random_state=None; shrinking=True; tol=0.001; verbose=False",
  NuSVR:
    "C=1.0; cache_size=200; coef0=0.0; degree=3; gamma='auto_deprecated'|0.22:'scale'; kernel='rbf'; max_iter=-1; nu=0.5; shrinking=True; tol=0.001; verbose=False",
  Nystroem:
    "coef0=None; degree=None; gamma=None; kernel='rbf'; kernel_params=None; n_components=100; n_jobs@0.24=None; random_state=None",
  OAS: "assume_centered=False; store_precision=True",
  OPTICS:
    "algorithm='auto'; cluster_method='xi'; eps=None; leaf_size=30; max_eps=inf; memory@1.0=None; metric='minkowski'; metric_params=None; min_cluster_size=None; min_samples=5; n_jobs=None; p=2; predecessor_correction=True; xi=0.05",
  OneClassSVM:
    "cache_size=200; coef0=0.0; degree=3; gamma='auto_deprecated'|0.22:'scale'; kernel='rbf'; max_iter=-1; nu=0.5; shrinking=True; tol=0.001; verbose=False; random_state@@0.22=None",
  OneHotEncoder:
    "categories=None|0.22:'auto'; drop@0.21=None; dtype=<class 'numpy.float64'>; feature_name_combiner@1.3='concat'; handle_unknown='error'; max_categories@1.1=None; min_frequency@1.1=None; sparse_output@1.2=True; categorical_features@@0.22=None; n_values@@0.22=None; sparse@@1.4=True|1.2:'deprecated'",
  OneVsOneClassifier: "estimator=?; n_jobs=None",
  OneVsRestClassifier: "estimator=?; n_jobs=None; verbose@1.1=0",
  OrdinalEncoder:
    "categories='auto'; dtype=<class 'numpy.float64'>; encoded_missing_value@1.1=nan; handle_unknown@0.24='error'; max_categories@1.3=None; min_frequency@1.3=None; unknown_value@0.24=None",
  OrthogonalMatchingPursuit:
    "fit_intercept=True; n_nonzero_coefs=None; precompute='auto'; tol=None; normalize@@1.4=True|1.0:'deprecated'",
  OrthogonalMatchingPursuitCV:
    "copy=True; cv='warn'|0.22:None; fit_intercept=True; max_iter=None; n_jobs=None; verbose=False; normalize@@1.4=True|1.0:'deprecated'",
  OutputCodeClassifier: "code_size=1.5; estimator=?; n_jobs=None; random_state=None",
  PCA: "copy=True; iterated_power='auto'; n_components=None; n_oversamples@1.1=10; power_iteration_normalizer@1.1='auto'; random_state=None; svd_solver='auto'; tol=0.0; whiten=False",
  PLSCanonical: "algorithm='nipals'; copy=True; max_iter=500; n_components=2; scale=True; tol=1e-06",
  PLSRegression: "copy=True; max_iter=500; n_components=2; scale=True; tol=1e-06",
  PLSSVD: "copy=True; n_components=2; scale=True",
  PassiveAggressiveClassifier:
    "C=1.0; average=False; class_weight=None; early_stopping=False; fit_intercept=True; loss='hinge'; max_iter=None|0.21:1000; n_iter_no_change=5; n_jobs=None; random_state=None; shuffle=True; tol=None|0.21:0.001; validation_fraction=0.1; verbose=0; warm_start=False; n_iter@@0.21=None",
  PassiveAggressiveRegressor:
    "C=1.0; average=False; early_stopping=False; epsilon=0.1; fit_intercept=True; loss='epsilon_insensitive'; max_iter=None|0.21:1000; n_iter_no_change=5; random_state=None; shuffle=True; tol=None|0.21:0.001; validation_fraction=0.1; verbose=0; warm_start=False; n_iter@@0.21=None",
  Perceptron:
    "alpha=0.0001; class_weight=None; early_stopping=False; eta0=1.0; fit_intercept=True; l1_ratio@0.24=0.15; max_iter=None|0.21:1000; n_iter_no_change=5; n_jobs=None; penalty=None; random_state=0; shuffle=True; tol=None|0.21:0.001; validation_fraction=0.1; verbose=0; warm_start=False; n_iter@@0.21=None",
  Pipeline: "memory=None; steps=?; transform_input@1.6=None; verbose@0.21=False",
  PoissonRegressor:
    "alpha=1.0; fit_intercept=True; max_iter=100; solver@1.2='lbfgs'; tol=0.0001; verbose=0; warm_start=False",
  PolynomialCountSketch: "coef0=0|1.9:0.0; degree=2; gamma=1.0; n_components=100; random_state=None",
  PolynomialFeatures: "degree=2; include_bias=True; interaction_only=False; order@0.21='C'",
  PowerTransformer: "copy=True; method='yeo-johnson'; standardize=True",
  QuadraticDiscriminantAnalysis:
    "covariance_estimator@1.8=None; priors=None; reg_param=0.0; shrinkage@1.8=None; solver@1.8='svd'; store_covariance=False; tol=0.0001; store_covariances@@0.21=None",
  QuantileRegressor:
    "alpha=1.0; fit_intercept=True; quantile=0.5; solver='interior-point'|1.2:'warn'|1.4:'highs'; solver_options=None",
  QuantileTransformer:
    "copy=True; ignore_implicit_zeros=False; n_quantiles=1000; output_distribution='uniform'; random_state=None; subsample=100000|1.2:10000",
  RANSACRegressor:
    "estimator@1.1=None; is_data_valid=None; is_model_valid=None; loss='absolute_loss'|1.0:'absolute_error'; max_skips=inf; max_trials=100; min_samples=None; random_state=None; residual_threshold=None; stop_n_inliers=inf; stop_probability=0.99; stop_score=inf; base_estimator@@1.3=None|1.1:'deprecated'",
  RBFSampler: "gamma=1.0; n_components=100; random_state=None",
  RFE: "estimator=?; importance_getter@0.24='auto'; n_features_to_select=None; step=1; verbose=0",
  RFECV:
    "cv='warn'|0.22:None; estimator=?; importance_getter@0.24='auto'; min_features_to_select=1; n_jobs=None; scoring=None; step=1; verbose=0",
  RadiusNeighborsClassifier:
    "algorithm='auto'; leaf_size=30; metric='minkowski'; metric_params=None; n_jobs=None; outlier_label=None; p=2; radius=1.0; weights='uniform'",
  RadiusNeighborsRegressor:
    "algorithm='auto'; leaf_size=30; metric='minkowski'; metric_params=None; n_jobs=None; p=2; radius=1.0; weights='uniform'",
  RadiusNeighborsTransformer:
    "algorithm='auto'; leaf_size=30; metric='minkowski'; metric_params=None; mode='distance'; n_jobs=1|1.2:None; p=2; radius=1.0",
  RandomForestClassifier:
    "bootstrap=True; ccp_alpha@0.22=0.0; class_weight=None; criterion='gini'; max_depth=None; max_features='auto'|1.1:'sqrt'; max_leaf_nodes=None; max_samples@0.22=None; min_impurity_decrease=0.0; min_samples_leaf=1; min_samples_split=2; min_weight_fraction_leaf=0.0; monotonic_cst@1.4=None; n_estimators='warn'|0.22:100; n_jobs=None; oob_score=False; random_state=None; verbose=0; warm_start=False; min_impurity_split@@1.0=None",
  RandomForestRegressor:
    "bootstrap=True; ccp_alpha@0.22=0.0; criterion='mse'|1.0:'squared_error'; max_depth=None; max_features='auto'|1.1:1.0; max_leaf_nodes=None; max_samples@0.22=None; min_impurity_decrease=0.0; min_samples_leaf=1; min_samples_split=2; min_weight_fraction_leaf=0.0; monotonic_cst@1.4=None; n_estimators='warn'|0.22:100; n_jobs=None; oob_score=False; random_state=None; verbose=0; warm_start=False; min_impurity_split@@1.0=None",
  RandomTreesEmbedding:
    "max_depth=5; max_leaf_nodes=None; min_impurity_decrease=0.0; min_samples_leaf=1; min_samples_split=2; min_weight_fraction_leaf=0.0; n_estimators='warn'|0.22:100; n_jobs=None; random_state=None; sparse_output=True; verbose=0; warm_start=False; min_impurity_split@@1.0=None",
  RandomizedSearchCV:
    "cv='warn'|0.22:None; error_score='raise-deprecating'|0.22:nan; estimator=?; n_iter=10; n_jobs=None; param_distributions=?; pre_dispatch='2*n_jobs'; random_state=None; refit=True; return_train_score='warn'|0.21:False; scoring=None; verbose=0; fit_params@@0.21=None; iid@@0.24='warn'|0.22:'deprecated'",
  RegressorChain:
    "cv=None; estimator@1.7=None|1.9:?; order=None; random_state=None; verbose@1.2=False; base_estimator@@1.9=?|1.7:'deprecated'",
  Ridge:
    "alpha=1.0; copy_X=True; fit_intercept=True; max_iter=None; positive@1.0=False; random_state=None; solver='auto'; tol=0.001|1.2:0.0001; normalize@@1.2=False|1.0:'deprecated'",
  RidgeCV:
    "alpha_per_target@0.24=False; alphas=(0.1, 1.0, 10.0); cv=None; fit_intercept=True; gcv_mode=None; scoring=None; store_cv_results@1.5=None|1.7:False; normalize@@1.2=False|1.0:'deprecated'; store_cv_values@@1.7=False|1.5:'deprecated'",
  RidgeClassifier:
    "alpha=1.0; class_weight=None; copy_X=True; fit_intercept=True; max_iter=None; positive@1.0=False; random_state=None; solver='auto'; tol=0.001|1.2:0.0001; normalize@@1.2=False|1.0:'deprecated'",
  RidgeClassifierCV:
    "alphas=(0.1, 1.0, 10.0); class_weight=None; cv=None; fit_intercept=True; scoring=None; store_cv_results@1.5=None|1.7:False; normalize@@1.2=False|1.0:'deprecated'; store_cv_values@@1.7=False|1.5:'deprecated'",
  RobustScaler:
    "copy=True; quantile_range=(25.0, 75.0); unit_variance@0.24=False; with_centering=True; with_scaling=True",
  SGDClassifier:
    "alpha=0.0001; average=False; class_weight=None; early_stopping=False; epsilon=0.1; eta0=0.0|1.8:0.01; fit_intercept=True; l1_ratio=0.15; learning_rate='optimal'; loss='hinge'; max_iter=None|0.21:1000; n_iter_no_change=5; n_jobs=None; penalty='l2'; power_t=0.5; random_state=None; shuffle=True; tol=None|0.21:0.001; validation_fraction=0.1; verbose=0; warm_start=False; n_iter@@0.21=None",
  SGDOneClassSVM:
    "average=False; eta0=0.0|1.8:0.01; fit_intercept=True; learning_rate='optimal'; max_iter=1000; nu=0.5; power_t=0.5; random_state=None; shuffle=True; tol=0.001; verbose=0; warm_start=False",
  SGDRegressor:
    "alpha=0.0001; average=False; early_stopping=False; epsilon=0.1; eta0=0.01; fit_intercept=True; l1_ratio=0.15; learning_rate='invscaling'; loss='squared_loss'|1.0:'squared_error'; max_iter=None|0.21:1000; n_iter_no_change=5; penalty='l2'; power_t=0.25; random_state=None; shuffle=True; tol=None|0.21:0.001; validation_fraction=0.1; verbose=0; warm_start=False; n_iter@@0.21=None",
  SVC: "C=1.0; break_ties@0.22=False; cache_size=200; class_weight=None; coef0=0.0; decision_function_shape='ovr'; degree=3; gamma='auto_deprecated'|0.22:'scale'; kernel='rbf'; max_iter=-1; probability=False|1.9:'deprecated'; random_state=None; shrinking=True; tol=0.001; verbose=False",
  SVR: "C=1.0; cache_size=200; coef0=0.0; degree=3; epsilon=0.1; gamma='auto_deprecated'|0.22:'scale'; kernel='rbf'; max_iter=-1; shrinking=True; tol=0.001; verbose=False",
  SelectFdr: "alpha=0.05; score_func=<function f_classif>",
  SelectFpr: "alpha=0.05; score_func=<function f_classif>",
  SelectFromModel:
    "estimator=?; importance_getter@0.24='auto'; max_features=None; norm_order=1; prefit=False; threshold=None",
  SelectFwe: "alpha=0.05; score_func=<function f_classif>",
  SelectKBest: "k=10; score_func=<function f_classif>",
  SelectPercentile: "percentile=10; score_func=<function f_classif>",
  SelfTrainingClassifier:
    "criterion='threshold'; estimator@1.6=None; k_best=10; max_iter=10; threshold=0.75; verbose=False; base_estimator@@1.8=?|1.6:'deprecated'",
  SequentialFeatureSelector:
    "cv=5; direction='forward'; estimator=?; n_features_to_select=None|1.1:'warn'|1.3:'auto'; n_jobs=None; scoring=None; tol@1.1=None",
  ShrunkCovariance: "assume_centered=False; shrinkage=0.1; store_precision=True",
  SimpleImputer:
    "add_indicator@0.21=False; copy=True; fill_value=None; keep_empty_features@1.2=False; missing_values=nan; strategy='mean'; verbose@@1.3=0|1.1:'deprecated'",
  SkewedChi2Sampler: "n_components=100; random_state=None; skewedness=1.0",
  SparseCoder:
    "dictionary=?; n_jobs=None; positive_code=False; split_sign=False; transform_algorithm='omp'; transform_alpha=None; transform_max_iter@0.22=1000; transform_n_nonzero_coefs=None",
  SparsePCA:
    "U_init=None; V_init=None; alpha=1; max_iter=1000; method='lars'; n_components=None; n_jobs=None; random_state=None; ridge_alpha=0.01; tol=1e-08; verbose=False; normalize_components@@0.24=False|0.22:'deprecated'",
  SparseRandomProjection:
    "compute_inverse_components@1.1=False; dense_output=False; density='auto'; eps=0.1; n_components='auto'; random_state=None",
  SpectralBiclustering:
    "init='k-means++'; method='bistochastic'; mini_batch=False; n_best=3; n_clusters=3; n_components=6; n_init=10; n_svd_vecs=None; random_state=None; svd_method='randomized'; n_jobs@@1.0=None|0.23:'deprecated'",
  SpectralClustering:
    "affinity='rbf'; assign_labels='kmeans'; coef0=1; degree=3; eigen_solver=None; eigen_tol=0.0|1.2:'auto'; gamma=1.0; kernel_params=None; n_clusters=8; n_components@0.22=None; n_init=10; n_jobs=None; n_neighbors=10; random_state=None; verbose@0.24=False",
  SpectralCoclustering:
    "init='k-means++'; mini_batch=False; n_clusters=3; n_init=10; n_svd_vecs=None; random_state=None; svd_method='randomized'; n_jobs@@1.0=None|0.23:'deprecated'",
  SpectralEmbedding:
    "affinity='nearest_neighbors'; eigen_solver=None; eigen_tol@1.2='auto'; gamma=None; n_components=2; n_jobs=None; n_neighbors=None; random_state=None",
  SplineTransformer:
    "degree=3; extrapolation='constant'; handle_missing@1.8='error'; include_bias=True; knots='uniform'; n_knots=5; order='C'; sparse_output@1.3=False",
  StackingClassifier:
    "cv=None; estimators=?; final_estimator=None; n_jobs=None; passthrough=False; stack_method='auto'; verbose=0",
  StackingRegressor: "cv=None; estimators=?; final_estimator=None; n_jobs=None; passthrough=False; verbose=0",
  StandardScaler: "copy=True; with_mean=True; with_std=True",
  TSNE: "angle=0.5; early_exaggeration=12.0; init='random'|1.0:'warn'|1.2:'pca'; learning_rate=200.0|1.0:'warn'|1.2:'auto'; max_iter@1.5=None|1.7:1000; method='barnes_hut'; metric='euclidean'; metric_params@1.1=None; min_grad_norm=1e-07; n_components=2; n_iter_without_progress=300; n_jobs@0.22=None; perplexity=30.0; random_state=None; verbose=0; n_iter@@1.7=1000|1.5:'deprecated'; square_distances@0.24@1.3='legacy'|1.1:'deprecated'",
  TargetEncoder:
    "categories='auto'; cv=5; random_state=None|1.9:'deprecated'; shuffle=True|1.9:'deprecated'; smooth='auto'; target_type='auto'",
  TfidfTransformer: "norm='l2'; smooth_idf=True; sublinear_tf=False; use_idf=True",
  TfidfVectorizer:
    "analyzer='word'; binary=False; decode_error='strict'; dtype=<class 'numpy.float64'>; encoding='utf-8'; input='content'; lowercase=True; max_df=1.0; max_features=None; min_df=1; ngram_range=(1, 1); norm='l2'; preprocessor=None; smooth_idf=True; stop_words=None; strip_accents=None; sublinear_tf=False; token_pattern='(?u)\\\\b\\\\w\\\\w+\\\\b'; tokenizer=None; use_idf=True; vocabulary=None",
  TheilSenRegressor:
    "fit_intercept=True; max_iter=300; max_subpopulation=10000.0; n_jobs=None; n_subsamples=None; random_state=None; tol=0.001; verbose=False; copy_X@@1.8=True|1.6:'deprecated'",
  TransformedTargetRegressor: "check_inverse=True; func=None; inverse_func=None; regressor=None; transformer=None",
  TruncatedSVD:
    "algorithm='randomized'; n_components=2; n_iter=5; n_oversamples@1.1=10; power_iteration_normalizer@1.1='auto'; random_state=None; tol=0.0",
  TunedThresholdClassifierCV:
    "cv=None; estimator=?; n_jobs=None; random_state=None; refit=True; response_method='auto'; scoring='balanced_accuracy'; store_cv_results=False; thresholds=100",
  TweedieRegressor:
    "alpha=1.0; fit_intercept=True; link='auto'; max_iter=100; power=0.0; solver@1.2='lbfgs'; tol=0.0001; verbose=0; warm_start=False",
  VarianceThreshold: "threshold=0.0",
  VotingClassifier:
    "estimators=?; flatten_transform=None|0.21:True; n_jobs=None; verbose@0.23=False; voting='hard'; weights=None",
  VotingRegressor: "estimators=?; n_jobs=None; verbose@0.23=False; weights=None",
};
