/**
 * Estimators around estimators: pipelines, unions, column transformers, searches.
 *
 * @module
 */
import { byMethod } from "../ensemble/index.ts";
import { Estimator, partOf } from "../estimator.ts";
import { namesIn } from "../featurenames.ts";
import { labels, list, misfit, num, plain, text, wrong } from "../fields.ts";
import { beside, type Matrix, weighted } from "../matrix.ts";
import { scoring } from "../metrics/index.ts";
import type { Kinds, Model } from "../model.ts";
import { tableFrom, targetRows } from "../tree/index.ts";
import { columns } from "./columns.ts";
import { isPassing, isSampler, prefixed, stepNames, stepOf } from "./step.ts";

function pipeline(est: Estimator): Model {
  const steps = list(est, "steps").flatMap((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) return wrong(est, "steps", "pairs of name and estimator");
    const [name, value] = pair as [unknown, unknown];
    return isPassing(value) || isSampler(est, value)
      ? []
      : [{ value, model: stepOf(est, value, `step ${JSON.stringify(plain(name))}`) }];
  });
  const first = steps[0];
  const last = steps[steps.length - 1]?.model ?? stepOf(est, null, "steps");
  const before = steps.slice(0, -1).map(({ model }) => model);
  const through = (x: Matrix): Matrix =>
    before.reduce(
      (made, model) => model.transform?.(made) ?? misfit(est, "a step before the last does not transform"),
      x,
    );
  const out: Record<string, unknown> = {};
  out["names"] = (given: readonly string[] | null) =>
    steps.reduce((names: readonly string[] | null, { value }) => stepNames(value, names), given) ?? namesIn(est, given);
  const methods = [
    "predict",
    "predictProba",
    "predictLogProba",
    "decisionFunction",
    "scoreSamples",
    "apply",
    "stagedPredict",
    "stagedPredictProba",
    "stagedDecisionFunction",
    "kneighbors",
  ] as const;
  for (const method of methods) {
    const own = last[method] as ((x: Matrix, ...more: unknown[]) => unknown) | undefined;
    if (own !== undefined) out[method] = (x: Matrix, ...more: unknown[]) => own.call(last, through(x), ...more);
  }
  if (last.score) out["score"] = (x: Matrix, y: ArrayLike<unknown> | null) => last.score?.(through(x), y);
  if (last.transform) out["transform"] = (x: Matrix) => last.transform?.(through(x));
  if (steps.every(({ model }) => model.inverseTransform)) {
    out["inverseTransform"] = (x: Matrix) =>
      steps.reduceRight((made, { model }) => model.inverseTransform?.(made) as Matrix, x);
  }
  if (first?.model.inverseRaw && steps.slice(1).every(({ model }) => model.inverseTransform)) {
    out["inverseRaw"] = (x: Matrix) =>
      first.model.inverseRaw?.(
        steps.slice(1).reduceRight((made, { model }) => model.inverseTransform?.(made) as Matrix, x),
      );
  }
  const classes =
    last.classes ?? (steps[steps.length - 1]?.value as { classes?: unknown[] | null } | undefined)?.classes;
  return {
    ...(out as Model),
    ...(classes && { classes }),
    isRegressor: last.isRegressor === true,
    ...(first?.value instanceof Estimator ? { front: first.value } : { finite: false }),
  };
}

function union(est: Estimator): Model {
  const weights = est.attrs.get("transformer_weights") as { get?(key: string): unknown } | null | undefined;
  const parts = list(est, "transformer_list").flatMap((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) return wrong(est, "transformer_list", "pairs of name and estimator");
    const [name, value] = pair as [unknown, unknown];
    if (plain(value ?? null) === null || plain(value) === "drop") return [];
    return [
      {
        name: String(name),
        value,
        model: stepOf(est, value, String(name)),
        weight: Number(plain(weights?.get?.(String(name)) ?? 1)),
      },
    ];
  });
  const first = parts[0]?.value;
  return {
    ...(first instanceof Estimator ? { front: first } : { finite: false }),
    names: (given) =>
      prefixed(
        est,
        parts.map(({ name, value }) => [name, isPassing(value) ? namesIn(est, given) : stepNames(value, given)]),
      ),
    transform(x) {
      const made = parts.map(({ model, weight }) => {
        const own = model.transform?.(x) ?? misfit(est, "one of its parts does not transform");
        if (weight === 1) return own;
        return weighted(own, weight);
      });
      return beside(
        made,
        x.rows,
        made.some((one) => one.isSparse),
      );
    },
  };
}

/** What another estimator does, under this one's name. */
function behind(name: string): (est: Estimator) => Model {
  return (est) => {
    const best = est.attrs.get(name);
    if (best === undefined) return misfit(est, `it has no ${name}: it was not fitted, or with refit=False`);
    // A class of the caller's does what it can.
    if (!(best instanceof Estimator)) return stepOf(est, best, name);
    const inner = partOf(est, best, name);
    const classes = inner.classes;
    const { model } = inner;
    const score = scoring(est, est.attrs.get("scorer_") ?? est.attrs.get("scoring"), model, classes);
    return { ...model, front: inner, ...(classes && { classes }), ...(score && { score }) };
  };
}

function transformed(est: Estimator): Model {
  const inner = partOf(est, est.attrs.get("regressor_"), "regressor_");
  const back = stepOf(est, est.attrs.get("transformer_"), "transformer_");
  const isFlat = num(est, "_training_dim", 1) === 1;
  return {
    front: inner,
    isRegressor: true,
    predict(x) {
      const given = inner.model.predict?.(x) ?? misfit(est, "its regressor does not predict");
      const made = back.inverseTransform?.(tableFrom(given, x.rows)) ?? misfit(est, "its transformer has no way back");
      // One target stays a column where it was fitted as one.
      return targetRows(made.data, x.rows, made.cols, made.cols === 1 && isFlat);
    },
  };
}

/** A classifier with a threshold of its own (sklearn/model_selection/_classification_threshold.py). */
function threshold(est: Estimator): Model {
  const inner = partOf(est, est.attrs.get("estimator_"), "estimator_");
  const classes = inner.classes ?? labels(est, "classes_");
  const positive = plain(est.attrs.get("pos_label") ?? null);
  const given = est.attrs.get("best_threshold_") ?? est.attrs.get("threshold");
  const method = text(est, "response_method", "auto");
  const scores = inner.model.predictProba && method !== "decision_function" ? "proba" : "decision";
  const cut =
    plain(given) === "auto"
      ? scores === "proba"
        ? 0.5
        : 0
      : num(est, est.attrs.has("best_threshold_") ? "best_threshold_" : "threshold");
  const place = positive === null ? 1 : classes.indexOf(positive);
  return {
    ...inner.model,
    front: inner,
    classes,
    predict(x) {
      const data =
        scores === "proba"
          ? byMethod(est, inner, "predict_proba", x).take([place]).data
          : byMethod(est, inner, "decision_function", x).data.map((v) => (place === 1 ? v : -v));
      return Array.from(data, (v) => classes[v >= cut ? place : 1 - place]);
    },
  };
}

export const kinds: Kinds = {
  Pipeline: pipeline,
  FeatureUnion: union,
  ColumnTransformer: columns,
  GridSearchCV: behind("best_estimator_"),
  RandomizedSearchCV: behind("best_estimator_"),
  HalvingGridSearchCV: behind("best_estimator_"),
  HalvingRandomSearchCV: behind("best_estimator_"),
  FrozenEstimator: behind("estimator"),
  TransformedTargetRegressor: transformed,
  FixedThresholdClassifier: threshold,
  TunedThresholdClassifierCV: threshold,
};
