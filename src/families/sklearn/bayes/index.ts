/**
 * Naive Bayes (sklearn/naive_bayes.py).
 *
 * @module
 */
import { csrTimes, logSumExpRows, pairwiseSum, timesTransposed } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { either, floats, floatsOf, labels, list, misfit, num, vector, wrong } from "../fields.ts";
import { Matrix, winners } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";

/** A model by the joint log-likelihoods of its classes, `(rows, classes)`. */
function model(
  classes: readonly unknown[],
  features: number,
  joint: (x: Matrix) => Float64Array,
  k = classes.length,
): Model {
  const logs = (x: Matrix): Float64Array => {
    const data = joint(x);
    const sums = logSumExpRows(data, x.rows, k);
    return data.map((v, at) => v - (sums[Math.floor(at / k)] as number));
  };
  return {
    features,
    predict(x) {
      const data = joint(x);
      return winners(classes, data, k);
    },
    predictLogProba: (x) => Matrix.dense(logs(x), x.rows, k),
    predictProba: (x) => Matrix.dense(logs(x).map(Math.exp), x.rows, k),
  };
}

function product(x: Matrix, w: Float64Array, d: number, k: number): Float64Array {
  return x.isSparse ? csrTimes(x.csr, w, k) : timesTransposed(x.data, w, x.rows, d, k);
}

function gaussian(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const k = classes.length;
  const { data: theta, shape } = floats(est, "theta_", 2);
  const d = shape[1] as number;
  const variance = vector(est, either(est, "var_", "sigma_"), k * d);
  const prior = vector(est, "class_prior_", k);
  const starts = Array.from({ length: k }, (_, c) => {
    const logs = variance.subarray(c * d, (c + 1) * d).map((v) => Math.log(2 * Math.PI * v));
    return -0.5 * pairwiseSum(logs);
  });
  const parts = new Float64Array(d);
  return model(classes, d, (x) => {
    const out = new Float64Array(x.rows * k);
    for (let i = 0; i < x.rows; i++) {
      for (let c = 0; c < k; c++) {
        for (let j = 0; j < d; j++) {
          parts[j] =
            ((x.data[i * d + j] as number) - (theta[c * d + j] as number)) ** 2 / (variance[c * d + j] as number);
        }
        const likelihood = (starts[c] as number) - 0.5 * pairwiseSum(parts);
        out[i * k + c] = Math.log(prior[c] as number) + likelihood;
      }
    }
    return out;
  });
}

/** Logarithms of the shares of classes: before 1.0 a lone class had another beside it that is never found. */
function priorOf(est: Estimator, count: number): Float64Array {
  const { data } = floats(est, "class_log_prior_");
  return count === 1 && data.length === 2 ? data : vector(est, "class_log_prior_", count);
}

function multinomial(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const prior = priorOf(est, classes.length);
  const k = prior.length;
  const { data: logs, shape } = floats(est, "feature_log_prob_", 2);
  const d = shape[1] as number;
  if (shape[0] !== k) misfit(est, "feature_log_prob_ and classes_ differ in number");
  return model(classes, d, (x) => product(x, logs, d, k).map((v, at) => v + (prior[at % k] as number)), k);
}

function complement(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const prior = priorOf(est, classes.length);
  const k = prior.length;
  const { data: logs, shape } = floats(est, "feature_log_prob_", 2);
  const d = shape[1] as number;
  if (shape[0] !== k) misfit(est, "feature_log_prob_ and classes_ differ in number");
  return model(
    classes,
    d,
    (x) => {
      const out = product(x, logs, d, k);
      return classes.length === 1 ? out.map((v, at) => v + (prior[at % k] as number)) : out;
    },
    k,
  );
}

function bernoulli(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const prior = priorOf(est, classes.length);
  const k = prior.length;
  const { data: logs, shape } = floats(est, "feature_log_prob_", 2);
  const d = shape[1] as number;
  if (shape[0] !== k) misfit(est, "feature_log_prob_ and classes_ differ in number");
  const absent = logs.map((v) => Math.log(1 - Math.exp(v)));
  const odds = logs.map((v, at) => v - (absent[at] as number));
  const bases = Array.from({ length: k }, (_, c) => pairwiseSum(absent, c * d, d));
  const cut = est.attrs.get("binarize") === null ? null : num(est, "binarize", 0);
  return model(
    classes,
    d,
    (x) => {
      const binary =
        cut === null
          ? x
          : Matrix.dense(
              x.data.map((v) => (v > cut ? 1 : 0)),
              x.rows,
              d,
            );
      return product(binary, odds, d, k).map((v, at) => v + ((prior[at % k] as number) + (bases[at % k] as number)));
    },
    k,
  );
}

function categorical(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const prior = priorOf(est, classes.length);
  const k = prior.length;
  const tables = list(est, "feature_log_prob_").map(
    (one) => floatsOf(one) ?? wrong(est, "feature_log_prob_", "arrays"),
  );
  const d = tables.length;
  for (const { shape } of tables)
    if (shape.length !== 2 || shape[0] !== k) misfit(est, "feature_log_prob_ has other classes");
  return model(
    classes,
    d,
    (x) => {
      const out = new Float64Array(x.rows * k);
      for (let i = 0; i < x.rows; i++) {
        for (const [j, { data, shape }] of tables.entries()) {
          const size = shape[1] as number;
          const category = Math.trunc(x.data[i * d + j] as number);
          if (!(category >= 0 && category < size))
            throw new TypeError(`index ${category} is out of bounds for column ${j}`);
          for (let c = 0; c < k; c++)
            out[i * k + c] = (out[i * k + c] as number) + (data[c * size + category] as number);
        }
      }
      return out.map((v, at) => v + (prior[at % k] as number));
    },
    k,
  );
}

export const kinds: Kinds = {
  GaussianNB: gaussian,
  MultinomialNB: multinomial,
  ComplementNB: complement,
  BernoulliNB: bernoulli,
  CategoricalNB: categorical,
};
