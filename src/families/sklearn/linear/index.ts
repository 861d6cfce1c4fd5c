/**
 * Linear models (sklearn/linear_model/, sklearn/svm/_classes.py) and discriminant analysis
 * (sklearn/discriminant_analysis.py).
 *
 * @module
 */
import {
  csrTimes,
  divideRows,
  expit,
  Factor,
  logSoftmaxRows,
  pairwiseSum,
  rowSums,
  softmaxRows,
  standardized,
  stretched,
  times,
  timesTransposed,
} from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { partOf } from "../estimator.ts";
import {
  either,
  type Floats,
  floats,
  floatsOf,
  isSince,
  labels,
  list,
  misfit,
  num,
  text,
  vector,
  wrong,
} from "../fields.ts";
import { Matrix, numberOf, winners } from "../matrix.ts";
import { scoring } from "../metrics/index.ts";
import type { Kinds, Model } from "../model.ts";
import { targetRows } from "../tree/index.ts";

interface Plane {
  /** Rows of weights, one for each output. */
  readonly coef: Float64Array;
  readonly intercept: Float64Array;
  readonly outputs: number;
  readonly features: number;
  /** Was the output one number for each row? */
  readonly isFlat: boolean;
  scores(x: Matrix): Float64Array;
}

/** `x` times the rows of `coef`, plus an intercept each. */
export function planeOf(est: Estimator, coefName = "coef_", interceptName = "intercept_"): Plane {
  const { data: coef, shape: given }: Floats = floats(est, coefName);
  // One weight of one column may be a bare number.
  const shape = given.length === 0 ? [1] : given;
  const features = shape[shape.length - 1] ?? 0;
  const outputs = shape.length === 2 ? (shape[0] as number) : 1;
  if (shape.length < 1 || shape.length > 2) wrong(est, coefName, "an array of one or two axes");
  const added = floatsOf(est.attrs.get(interceptName) ?? 0)?.data ?? wrong(est, interceptName, "numbers");
  if (added.length !== 1 && added.length !== outputs) misfit(est, `${added.length} intercepts for ${outputs} outputs`);
  const intercept = Float64Array.from({ length: outputs }, (_, j) => added[added.length === 1 ? 0 : j] as number);
  return {
    coef,
    intercept,
    outputs,
    features,
    isFlat: given.length === 1,
    scores(x) {
      const out = x.isSparse
        ? csrTimes(x.csr, coef, outputs)
        : timesTransposed(x.data, coef, x.rows, features, outputs);
      for (let i = 0, at = 0; i < x.rows; i++) {
        for (let j = 0; j < outputs; j++, at++) out[at] = (out[at] as number) + (intercept[j] as number);
      }
      return out;
    },
  };
}

function regressor(link: (est: Estimator) => ((v: number) => number) | null = () => null): (est: Estimator) => Model {
  return (est) => {
    const plane = planeOf(est);
    const inverse = link(est);
    return {
      features: plane.features,
      isRegressor: true,
      predict(x) {
        const scores = plane.scores(x);
        return targetRows(inverse === null ? scores : scores.map(inverse), x.rows, plane.outputs, plane.isFlat);
      },
    };
  };
}

/** Bayesian regression, which knows how sure it is: of ARD only the columns that were kept count. */
function bayesian(est: Estimator): Model {
  const base = regressor()(est);
  // Older versions took the columns as they came, though the weights' spread is around the middle.
  const isCentred = isSince(est.version, 1, 9);
  return {
    ...base,
    deviations(x) {
      const cut = num(est, "threshold_lambda", Number.POSITIVE_INFINITY);
      const weights = est.name === "ARDRegression" ? Array.from(vector(est, "lambda_", x.cols)) : [];
      const kept = est.name === "ARDRegression" ? weights.flatMap((v, j) => (v < cut ? [j] : [])) : null;
      const middle = isCentred ? vector(est, "X_offset_", x.cols) : new Float64Array(x.cols);
      const moved = Matrix.dense(
        x.data.map((v, at) => v - (middle[at % x.cols] as number)),
        x.rows,
        x.cols,
      );
      const { data, cols } = kept === null ? moved : moved.take(kept);
      const turned = times(data, vector(est, "sigma_", cols * cols), x.rows, cols, cols);
      const noise = 1 / num(est, "alpha_");
      const sums = rowSums(
        turned.map((v, at) => v * (data[at] as number)),
        x.rows,
        cols,
      );
      return Matrix.flat(sums.map((v) => Math.sqrt(v + noise)));
    },
  };
}

const tweedie = (est: Estimator): ((v: number) => number) | null => {
  const given = text(est, "link", "auto");
  return given === "log" || (given === "auto" && num(est, "power", 0) > 0) ? Math.exp : null;
};

/** Twice the unit deviance of a Tweedie distribution, but for terms of `y` alone that fall out. */
function deviance(y: number, mu: number, power: number): number {
  if (power === 0) return (y - mu) ** 2;
  if (power === 1) return 2 * ((y > 0 ? y * Math.log(y / mu) : 0) - y + mu);
  if (power === 2) return 2 * (Math.log(mu / y) + y / mu - 1);
  const [a, b] = [1 - power, 2 - power];
  return 2 * (Math.max(y, 0) ** b / (a * b) - (y * mu ** a) / a + mu ** b / b);
}

/** Generalized linear models, whose score is the share of the deviance that is explained. */
function general(powerOf: (est: Estimator) => number): (est: Estimator) => Model {
  return (est) => {
    const power = powerOf(est);
    const base = regressor(power === 1 || power === 2 ? () => Math.exp : tweedie)(est);
    return {
      ...base,
      score(x, y) {
        if (y === null) throw new TypeError(`score of ${est.name} needs y`);
        const truth = Float64Array.from(y, numberOf);
        const given = base.predict?.(x) as Float64Array;
        const mean = pairwiseSum(truth) / truth.length;
        const own = pairwiseSum(truth.map((v, i) => deviance(v, given[i] as number, power)));
        return 1 - own / pairwiseSum(truth.map((v) => deviance(v, mean, power)));
      },
    };
  };
}

type Shares = (scores: Matrix, est: Estimator, k: number) => Matrix;

/** Two columns of one probability. */
export function twoSided(p: Float64Array): Matrix {
  const out = new Float64Array(p.length * 2);
  for (let i = 0; i < p.length; i++) {
    out[2 * i] = 1 - (p[i] as number);
    out[2 * i + 1] = p[i] as number;
  }
  return Matrix.dense(out, p.length, 2);
}

/** One class against the rest (LinearClassifierMixin._predict_proba_lr). */
const againstRest: Shares = ({ data, rows, cols }) => {
  const p = data.map(expit);
  if (cols === 1) return twoSided(p);
  return Matrix.dense(divideRows(p, cols, rowSums(p, rows, cols)), rows, cols);
};

/** All classes at once. */
const together: Shares = ({ data, rows, cols }) => {
  if (cols > 1) return Matrix.dense(softmaxRows(data.slice(), rows, cols), rows, cols);
  const both = new Float64Array(rows * 2);
  for (let i = 0; i < rows; i++) {
    both[2 * i] = -(data[i] as number);
    both[2 * i + 1] = data[i] as number;
  }
  return Matrix.dense(softmaxRows(both, rows, 2), rows, 2);
};

const logistic: Shares = (scores, est, k) => {
  const multi = text(est, "multi_class", "auto") ?? "auto";
  const isRest =
    multi === "ovr" ||
    multi === "warn" ||
    (k <= 2 && !isSince(est.version, 0, 20)) ||
    (multi !== "multinomial" && (k <= 2 || text(est, "solver") === "liblinear"));
  return (isRest ? againstRest : together)(scores, est, k);
};

const huber: Shares = ({ data, rows, cols }) => {
  const p = data.map((v) => (Math.min(1, Math.max(-1, v)) + 1) / 2);
  if (cols === 1) return twoSided(p);
  const sums = rowSums(p, rows, cols);
  for (let i = 0; i < rows; i++) {
    if (sums[i] !== 0) continue;
    p.fill(1, i * cols, (i + 1) * cols);
    sums[i] = cols;
  }
  return Matrix.dense(divideRows(p, cols, sums), rows, cols);
};

function sgdShares(est: Estimator): Shares | null {
  const loss = text(est, "loss");
  if (loss === "log" || loss === "log_loss") return againstRest;
  return loss === "modified_huber" ? huber : null;
}

function classifier(sharesFor: (est: Estimator) => Shares | null): (est: Estimator) => Model {
  return (est) => {
    const classes = est.attrs.has("classes_")
      ? labels(est, "classes_")
      : labels(partOf(est, est.attrs.get("_label_binarizer"), "_label_binarizer"), "classes_");
    const plane = planeOf(est);
    const shares = sharesFor(est);
    const { outputs } = plane;
    // Ridge's labels may be several of each row.
    const binarizer = est.attrs.get("_label_binarizer");
    const isMany =
      binarizer instanceof Object &&
      isSince(est.version, 1, 0) &&
      String(partOf(est, binarizer, "_label_binarizer").get("y_type_")).startsWith("multilabel");
    if (outputs !== (classes.length === 2 ? 1 : classes.length) && !(classes.length === 2 && outputs === 2)) {
      misfit(est, `${outputs} rows of weights for ${classes.length} classes`);
    }
    const scores = (x: Matrix): Matrix => Matrix.dense(plane.scores(x), x.rows, outputs);
    return {
      features: plane.features,
      classes,
      decisionFunction: (x) => (outputs === 1 ? Matrix.flat(plane.scores(x)) : scores(x)),
      predict(x) {
        const data = plane.scores(x);
        if (isMany) {
          return targetRows(
            data.map((v) => Number(v > 0)),
            x.rows,
            outputs,
            false,
          );
        }
        if (outputs === 1) return Array.from(data, (v) => classes[v > 0 ? 1 : 0]);
        return winners(classes, data, outputs);
      },
      ...(shares && { predictProba: (x: Matrix) => shares(scores(x), est, classes.length) }),
    };
  };
}

function oneClass(est: Estimator): Model {
  const coef = vector(est, "coef_");
  const offset = num(est, "offset_");
  const scores = (x: Matrix): Float64Array =>
    x.isSparse ? csrTimes(x.csr, coef, 1) : timesTransposed(x.data, coef, x.rows, coef.length, 1);
  const decide = (x: Matrix): Float64Array => scores(x).map((v) => v - offset);
  return {
    features: coef.length,
    scoreSamples: (x) => Matrix.flat(scores(x)),
    decisionFunction: (x) => Matrix.flat(decide(x)),
    predict: (x) => Array.from(decide(x), (v) => (v >= 0 ? 1 : -1)),
  };
}

function ransac(est: Estimator): Model {
  const inner = partOf(est, est.attrs.get("estimator_"), "estimator_").model;
  return {
    isRegressor: true,
    predict: (x) => inner.predict?.(x) ?? misfit(est, "its estimator does not predict"),
  };
}

/** Linear discriminant analysis: a linear classifier that also projects. */
function discriminant(est: Estimator): Model {
  const base = classifier(
    () => (scores, owner, k) => (k === 2 || !isSince(est.version, 0, 21) ? againstRest : together)(scores, owner, k),
  )(est);
  // Since 0.24 what is zero counts as the least normal number before its logarithm is taken.
  const logs = {
    predictLogProba(x: Matrix): Matrix {
      const made = base.predictProba?.(x) as Matrix;
      const least = isSince(est.version, 0, 24) ? 2.2250738585072014e-308 : 0;
      return Matrix.dense(
        made.data.map((v) => Math.log(v === 0 ? least : v)),
        made.rows,
        made.cols,
      );
    },
  };
  if (!est.attrs.has("scalings_")) return { ...base, ...logs };
  const { data: scalings, shape } = floats(est, "scalings_", 2);
  const [d, all] = shape as [number, number];
  const most = Math.min(all, num(est, "_max_components", all));
  const mean = text(est, "solver") === "svd" ? vector(est, "xbar_", d) : null;
  return {
    ...base,
    ...logs,
    transform(x) {
      const centred = mean === null ? x.data : standardized(x.data, d, mean, null);
      const out = Matrix.dense(times(centred, scalings, x.rows, d, all), x.rows, all);
      return out.take(Array.from({ length: most }, (_, j) => j));
    },
  };
}

function quadratic(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const k = classes.length;
  const { data: means, shape } = floats(est, "means_", 2);
  const d = shape[1] as number;
  const priors = vector(est, "priors_", k);
  const parts = list(est, "rotations_").map((one, c) => {
    const rotation = floatsOf(one) ?? wrong(est, "rotations_", "arrays");
    const scaling = floatsOf(list(est, "scalings_")[c])?.data ?? wrong(est, "scalings_", "arrays");
    const width = scaling.length;
    if (rotation.data.length !== d * width) misfit(est, "rotations_ and scalings_ differ");
    const scaled = rotation.data.map((v, at) => v * (scaling[at % width] as number) ** -0.5);
    return { factor: new Factor(scaled, d, width), width, logs: pairwiseSum(scaling.map(Math.log)) };
  });
  if (parts.length !== k || means.length !== k * d) misfit(est, "rotations_, means_ and classes_ differ in number");
  const scores = (x: Matrix): Float64Array => {
    const out = new Float64Array(x.rows * k);
    for (const [c, { factor, width, logs }] of parts.entries()) {
      const centred = new Float64Array(x.rows * d);
      for (let i = 0, at = 0; i < x.rows; i++) {
        for (let j = 0; j < d; j++, at++) centred[at] = (x.data[at] as number) - (means[c * d + j] as number);
      }
      const turned = factor.times(centred, x.rows);
      for (let at = 0; at < turned.length; at++) turned[at] = (turned[at] as number) ** 2;
      for (let i = 0; i < x.rows; i++) {
        out[i * k + c] = -0.5 * (pairwiseSum(turned, i * width, width) + logs) + Math.log(priors[c] as number);
      }
    }
    return out;
  };
  return {
    features: d,
    decisionFunction(x) {
      const all = scores(x);
      if (k !== 2) return Matrix.dense(all, x.rows, k);
      return Matrix.flat(
        Float64Array.from({ length: x.rows }, (_, i) => (all[2 * i + 1] as number) - (all[2 * i] as number)),
      );
    },
    predict(x) {
      const all = scores(x);
      return winners(classes, all, k);
    },
    predictProba: (x) => Matrix.dense(softmaxRows(scores(x), x.rows, k), x.rows, k),
    ...(isSince(est.version, 1, 6) && {
      predictLogProba: (x: Matrix): Matrix => Matrix.dense(logSoftmaxRows(scores(x), x.rows, k), x.rows, k),
    }),
  };
}

/** Partial least squares (sklearn/cross_decomposition/_pls.py). */
function leastSquares(est: Estimator): Model {
  const mean = vector(est, est.attrs.has("_x_mean") ? "_x_mean" : "x_mean_");
  const scale = vector(est, est.attrs.has("_x_std") ? "_x_std" : "x_std_", mean.length);
  const d = mean.length;
  const { data: rotations, shape } = floats(est, "x_rotations_", 2);
  // Until 1.3 turned them around they had a name of their own, behind which `coef_` was computed.
  const isTurned = est.attrs.has("_coef_") || isSince(est.version, 1, 3);
  const coef = floats(est, either(est, "_coef_", "coef_"), 2);
  const outputs = (isTurned ? coef.shape[0] : coef.shape[1]) as number;
  const intercept = vector(
    est,
    est.attrs.has("intercept_") ? "intercept_" : est.attrs.has("_y_mean") ? "_y_mean" : "y_mean_",
    outputs,
  );
  const isOne = outputs === 1 && est.attrs.get("_predict_1d") === true;
  const hasScale = !isSince(est.version, 1, 5);
  return {
    features: d,
    isRegressor: true,
    predict(x) {
      const centred = x.data.map(
        (v, at) => (v - (mean[at % d] as number)) / (hasScale ? (scale[at % d] as number) : 1),
      );
      const made = isTurned
        ? timesTransposed(centred, coef.data, x.rows, d, outputs)
        : times(centred, coef.data, x.rows, d, outputs);
      return targetRows(
        made.map((v, at) => v + (intercept[at % outputs] as number)),
        x.rows,
        outputs,
        isOne,
      );
    },
    inverseTransform(x) {
      const k = shape[1] as number;
      const loadings = floats(est, "x_loadings_", 2).data;
      const made = timesTransposed(x.data, loadings, x.rows, k, d);
      return Matrix.dense(stretched(made, d, scale, mean), x.rows, d);
    },
    transform(x) {
      const k = shape[1] as number;
      const centred = standardized(x.data, d, mean, scale);
      return Matrix.dense(times(centred, rotations, x.rows, d, k), x.rows, k);
    },
  };
}

/** The singular vectors of two tables' covariance. */
function leastProjection(est: Estimator): Model {
  const mean = vector(est, est.attrs.has("_x_mean") ? "_x_mean" : "x_mean_");
  const d = mean.length;
  const scale = vector(est, est.attrs.has("_x_std") ? "_x_std" : "x_std_", d);
  const { data: weights, shape } = floats(est, "x_weights_", 2);
  const k = shape[1] as number;
  return {
    features: d,
    transform(x) {
      const centred = standardized(x.data, d, mean, scale);
      return Matrix.dense(times(centred, weights, x.rows, d, k), x.rows, k);
    },
  };
}

const PLAIN =
  "LinearRegression Ridge RidgeCV Lasso LassoCV ElasticNet ElasticNetCV Lars LarsCV LassoLars LassoLarsCV LassoLarsIC " +
  "MultiTaskLasso MultiTaskLassoCV MultiTaskElasticNet MultiTaskElasticNetCV OrthogonalMatchingPursuit " +
  "OrthogonalMatchingPursuitCV HuberRegressor TheilSenRegressor SGDRegressor " +
  "PassiveAggressiveRegressor LinearSVR QuantileRegressor";

/** A search of its own, whose score is by what it searched for. */
function searched(make: (est: Estimator) => Model): (est: Estimator) => Model {
  return (est) => {
    const model = make(est);
    const score = scoring(est, est.attrs.get("scoring"), model, labels(est, "classes_"));
    return score === undefined ? model : { ...model, score };
  };
}

export const kinds: Kinds = {
  ...Object.fromEntries(PLAIN.split(" ").map((name) => [name, regressor()])),
  BayesianRidge: bayesian,
  ARDRegression: bayesian,
  PoissonRegressor: general(() => 1),
  GammaRegressor: general(() => 2),
  TweedieRegressor: general((est) => num(est, "power", 0)),
  RANSACRegressor: ransac,
  LogisticRegression: classifier(() => logistic),
  LogisticRegressionCV: searched(classifier(() => logistic)),
  SGDClassifier: classifier(sgdShares),
  SGDOneClassSVM: oneClass,
  Perceptron: classifier(() => null),
  PassiveAggressiveClassifier: classifier(() => null),
  RidgeClassifier: classifier(() => null),
  RidgeClassifierCV: classifier(() => null),
  LinearSVC: classifier(() => null),
  LinearDiscriminantAnalysis: discriminant,
  QuadraticDiscriminantAnalysis: quadratic,
  PLSRegression: leastSquares,
  PLSCanonical: leastSquares,
  CCA: leastSquares,
  PLSSVD: leastProjection,
};
