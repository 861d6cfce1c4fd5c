/**
 * What scikit-learn refuses of a table before it looks at it (sklearn/utils/validation.py). The parts of estimators are
 * asked, too: a scaler passes a NaN on to a model that takes none.
 *
 * @module
 */
import type { Estimator } from "./estimator.ts";
import { isSince, plain } from "./fields.ts";
import type { Matrix } from "./matrix.ts";
import type { Model } from "./model.ts";

/** The methods that take a table. */
const METHODS = [
  "predict",
  "predictProba",
  "predictLogProba",
  "decisionFunction",
  "scoreSamples",
  "mahalanobis",
  "transform",
  "kneighbors",
  "radiusNeighbors",
  "perplexity",
  "apply",
  "deviations",
  "stagedPredict",
  "stagedPredictProba",
  "stagedDecisionFunction",
  "score",
] as const satisfies readonly (keyof Model)[];

/** Refuses a table that an estimator does not take, in the words of scikit-learn. `TypeError`. */
export function check(est: Estimator, model: Model, x: Matrix): void {
  const fitted = plain(est.attrs.get("n_features_in_")) ?? model.features;
  const { finite = true, loose = false } = model;
  if (loose) {
    // Columns by name may be more than were fitted.
    const isNamed = x.names !== null && est.featureNames !== null;
    if (isNamed || !isSince(est.version, 0, 24)) return;
  } else if (finite !== false) checkValues(est, model, x);
  if (typeof fitted === "number" && x.cols !== fitted && !model.any) {
    throw new TypeError(`X has ${x.cols} features, but ${est.name} is expecting ${fitted} features as input`);
  }
}

function checkValues(est: Estimator, { finite, mixed, single }: Model, x: Matrix): void {
  const shape = `(shape=(${x.rows}, ${x.cols})) while a minimum of 1 is required by ${est.name}`;
  if (x.rows === 0) throw new TypeError(`Found array with 0 sample(s) ${shape}`);
  if (x.cols === 0) throw new TypeError(`Found array with 0 feature(s) ${shape}`);
  if (finite === "any") return;
  const { first, hasInfinity } = x.odd(mixed ? "columns" : single ? "singles" : "data");
  if (finite !== "allow-nan" && first === "NaN") {
    throw new TypeError(
      `Input X contains NaN.\n${est.name} does not accept missing values encoded as NaN natively: an imputer before it would fill them`,
    );
  }
  if (hasInfinity) {
    const name = single ? "float32" : "float64";
    throw new TypeError(`Input X contains infinity or a value too large for dtype('${name}')`);
  }
}

/** The model, whose methods look at the table first. */
export function withChecks(est: Estimator, model: Model): Model {
  // Of what stands around another, that one looks; lists are no tables.
  if (model.front !== undefined || model.raw || model.vector) return model;
  const out: { -readonly [K in keyof Model]: Model[K] } = { ...model };
  for (const method of METHODS) {
    const own = model[method] as ((x: Matrix, ...more: unknown[]) => unknown) | undefined;
    if (own === undefined) continue;
    const checking = (x: Matrix, ...more: unknown[]): unknown => {
      check(est, model, x);
      return own.call(model, x, ...more);
    };
    Object.assign(out, { [method]: checking });
  }
  return out;
}
