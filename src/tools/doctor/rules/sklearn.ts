import { type Found, moduleOf, named, type Rule } from "../rule.ts";
import type { Versions } from "../types.ts";
import { newer, saidNewer, saidOlder } from "../versions.ts";

/** Modules that scikit-learn 0.22 made private, `old` or `old=new`; where no new name stands it is `_old`. */
const MOVED: Readonly<Record<string, string>> = {
  utils: "mocking weight_vector seq_dataset fast_dict testing",
  ensemble: "bagging base forest gradient_boosting=_gb iforest voting weight_boosting",
  tree: "tree=_classes export",
  neural_network: "rbm multilayer_perceptron",
  cluster:
    "affinity_propagation_=_affinity_propagation bicluster birch dbscan_=_dbscan hierarchical=_agglomerative " +
    "k_means_=_kmeans mean_shift_=_mean_shift optics_=_optics spectral",
  mixture: "base gaussian_mixture bayesian_mixture",
  covariance:
    "empirical_covariance_=_empirical_covariance shrunk_covariance_=_shrunk_covariance robust_covariance " +
    "graph_lasso_=_graph_lasso elliptic_envelope",
  cross_decomposition: "cca_=_cca pls_=_pls",
  svm: "base bounds classes libsvm libsvm_sparse liblinear",
  decomposition:
    "base dict_learning cdnmf_fast factor_analysis fastica_=_fastica incremental_pca kernel_pca nmf online_lda=_lda " +
    "online_lda_fast pca sparse_pca truncated_svd",
  gaussian_process: "gpr gpc",
  datasets:
    "base california_housing covtype kddcup99 lfw olivetti_faces openml rcv1 samples_generator " +
    "species_distributions svmlight_format=_svmlight_format_io twenty_newsgroups",
  feature_extraction: "dict_vectorizer hashing=_hash stop_words",
  linear_model:
    "base cd_fast bayes coordinate_descent huber least_angle logistic omp passive_aggressive perceptron ransac ridge " +
    "sag sag_fast sgd_fast stochastic_gradient theil_sen",
  "metrics.cluster": "bicluster supervised unsupervised expected_mutual_info_fast",
  metrics: "base classification regression ranking pairwise_fast scorer",
  inspection: "partial_dependence",
  neighbors:
    "ball_tree base classification dist_metrics graph kd_tree kde lof nca nearest_centroid quad_tree regression " +
    "typedefs unsupervised",
  manifold: "isomap locally_linear mds spectral_embedding_=_spectral_embedding t_sne",
  semi_supervised: "label_propagation",
  preprocessing: "data label",
  feature_selection: "base from_model mutual_info rfe univariate_selection variance_threshold",
};

interface Moves {
  readonly now: ReadonlyMap<string, string>;
  readonly back: ReadonlyMap<string, string>;
}

function moves(): Moves {
  const now = new Map<string, string>();
  for (const [room, words] of Object.entries(MOVED)) {
    for (const word of words.split(" ")) {
      const [old, name = `_${old}`] = word.split("=");
      now.set(`sklearn.${room}.${old}`, `sklearn.${room}.${name}`);
    }
  }
  return { now, back: new Map([...now].map(([old, name]) => [name, old])) };
}

const MOVES: Moves = /* @__PURE__ */ moves();

/** Later moves, of single modules or classes: the version, the name before, the name since. */
const LATER: readonly (readonly [since: string, old: RegExp, now: string, back: RegExp, before: string])[] = [
  [
    "0.24",
    /^sklearn\.cross_decomposition\._cca\./,
    "sklearn.cross_decomposition._pls.",
    /^sklearn\.cross_decomposition\._pls\.CCA$/,
    "sklearn.cross_decomposition._cca.CCA",
  ],
  [
    "1.0",
    /^sklearn\.neighbors\._dist_metrics\./,
    "sklearn.metrics._dist_metrics.",
    /^sklearn\.metrics\._dist_metrics\./,
    "sklearn.neighbors._dist_metrics.",
  ],
  [
    "1.0",
    /^sklearn\.neighbors\._typedefs\./,
    "sklearn.utils._typedefs.",
    /^sklearn\.utils\._typedefs\./,
    "sklearn.neighbors._typedefs.",
  ],
];

function moved(full: string, versions: Versions, { now, back }: Moves): string {
  if (!full.startsWith("sklearn.")) return full;
  if (saidNewer(versions, "sklearn", "0.21") && full.startsWith("sklearn.externals.joblib.")) return full.slice(18);
  let name = full;
  const step = (table: ReadonlyMap<string, string>): void => {
    const module = moduleOf(name);
    name = (table.get(module) ?? module) + name.slice(module.length);
  };
  if (saidNewer(versions, "sklearn", "0.22")) step(now);
  for (const [since, old, by] of LATER) if (saidNewer(versions, "sklearn", since)) name = name.replace(old, by);
  for (const [since, , , by, before] of LATER.toReversed()) {
    if (saidOlder(versions, "sklearn", since)) name = name.replace(by, before);
  }
  if (saidOlder(versions, "sklearn", "0.22")) step(back);
  return name;
}

/** Modules that are no more where the file looks for them, or not yet. */
export const sklearnModules: Rule = {
  name: "sklearn-modules",
  error:
    /No module named '?sklearn\.(externals|utils|ensemble|tree|neural_network|cluster|mixture|covariance|cross_decomposition|svm|decomposition|gaussian_process|datasets|feature_extraction|linear_model|metrics|inspection|neighbors|manifold|semi_supervised|preprocessing|feature_selection)\./,
  cause: "scikit-learn renamed its modules: in 0.22 most of them, and 0.23 threw sklearn.externals.joblib out",
  fix: "doctor --fix --for sklearn=VERSION",
  fixable: true,
  detect(file) {
    const found = new Map<string, Found>();
    const add = (where: string, module: string): void => {
      const message = `ModuleNotFoundError: No module named '${module}'`;
      found.set(where + message, { where, message });
    };
    for (const full of named(file, /^sklearn\./)) {
      const module = moduleOf(full);
      if (full.startsWith("sklearn.externals.joblib.")) {
        if (newer(file.versions, "sklearn", "0.23")) add("sklearn >= 0.23", "sklearn.externals.joblib");
      } else if (MOVES.now.has(module)) {
        if (newer(file.versions, "sklearn", "0.24")) add("sklearn >= 0.24", module);
      } else if (MOVES.back.has(module) && saidOlder(file.versions, "sklearn", "0.22")) add("sklearn < 0.22", module);
      for (const [since, old] of LATER) {
        if (old.test(full) && newer(file.versions, "sklearn", since)) add(`sklearn >= ${since}`, module);
      }
    }
    return [...found.values()];
  },
  rename: (full, versions) => (full.startsWith("sklearn.") ? moved(full, versions, MOVES) : full),
};

const install = (version: string | null): { fix: string } | null =>
  version === null ? null : { fix: `pip install scikit-learn==${version}, which wrote it, or train it anew` };

/** Losses that fitted gradient boosting keeps: their classes changed twice. */
export const sklearnLosses: Rule = {
  name: "sklearn-losses",
  error:
    /No module named '?(sklearn\.ensemble\._gb_losses|sklearn\._loss|_loss)|get_init_raw_predictions|has no attribute '_loss'/,
  cause: "gradient boosting keeps its loss, an object that other versions of scikit-learn do not have",
  fix: "read it with the scikit-learn that wrote it, or train it anew",
  fixable: false,
  detect(file) {
    const { versions, sklearn } = file;
    const found: Found[] = [];
    if (named(file, /^sklearn\.ensemble\._gb_losses\./).length > 0 && newer(versions, "sklearn", "1.4")) {
      const message = "ModuleNotFoundError: No module named 'sklearn.ensemble._gb_losses'";
      found.push({ where: "sklearn >= 1.4", message, ...install(sklearn) });
    }
    for (const { module, name, uses } of file.references) {
      if (!/^sklearn\.ensemble\./.test(module ?? "") || !/^GradientBoosting(Classifier|Regressor)$/.test(name ?? ""))
        continue;
      const lacks = uses.some((use) => file.states.given(use)?.has("_loss") === false);
      if (!lacks || !newer(versions, "sklearn", "1.1")) continue;
      const message = `AttributeError: '${name}' object has no attribute '_loss'`;
      found.push({ where: "sklearn >= 1.1", message, ...install(sklearn) });
    }
    const [old] = named(file, /^sklearn\.ensemble\.gradient_boosting\.\w+(Deviance|Error|LossFunction|Loss)$/);
    if (old !== undefined && newer(versions, "sklearn", "0.21")) {
      const name = old.slice(old.lastIndexOf(".") + 1);
      const message = `AttributeError: '${name}' object has no attribute 'get_init_raw_predictions'`;
      found.push({ where: "sklearn >= 0.21", message, ...install(sklearn) });
    }
    const [now] = named(file, /^_loss\./);
    const release = sklearn?.split(".").slice(0, 2).join(".");
    if (now !== undefined && release !== undefined && versions["sklearn"]?.startsWith(`${release}.`) !== true) {
      const message = "ModuleNotFoundError: No module named '_loss'";
      found.push({ where: `sklearn other than ${release}`, message, ...install(sklearn) });
    }
    return found;
  },
};

/** What 1.3 computes when it fits an isolation forest, and reads when it predicts. */
export const sklearnIsolation: Rule = {
  name: "sklearn-isolation",
  error: /object has no attribute '_decision_path_lengths'/,
  cause: "scikit-learn 1.3 and later compute the lengths of paths when an isolation forest is fitted",
  fix: "read it with the scikit-learn that wrote it, or train it anew",
  fixable: false,
  detect(file) {
    const { references, versions, sklearn } = file;
    const old = references.some(
      ({ module, name, uses }) =>
        name === "IsolationForest" &&
        /^sklearn\./.test(module ?? "") &&
        uses.some((use) => file.states.given(use)?.has("_decision_path_lengths") === false),
    );
    if (!old || !newer(versions, "sklearn", "1.3")) return [];
    const message = "AttributeError: 'IsolationForest' object has no attribute '_decision_path_lengths'";
    return [{ where: "sklearn >= 1.3", message, ...install(sklearn) }];
  },
};
