/**
 * Stacking (sklearn/ensemble/_stacking.py).
 *
 * @module
 */
import { type Estimator, partOf } from "../estimator.ts";
import { namesIn, numbered } from "../featurenames.ts";
import { flag, floatsOf, labels, list, misfit, plain } from "../fields.ts";
import { beside, type Matrix, numberOf } from "../matrix.ts";
import type { Kinds, Model, Predictions } from "../model.ts";
import { byMethod, memberNames, membersOf } from "./members.ts";

function stacking(est: Estimator): Model {
  const members = membersOf(est);
  const methods = list(est, "stack_method_").map(plain);
  const final = partOf(est, est.attrs.get("final_estimator_"), "final_estimator_").model;
  const classes = est.attrs.has("classes_") ? labels(est, "classes_") : null;
  const passthrough = flag(est, "passthrough");
  if (methods.length !== members.length) misfit(est, "stack_method_ and estimators_ differ in number");
  const features = (x: Matrix): Matrix => {
    const parts = members.map((member, m) => {
      const method = String(methods[m]);
      const made = byMethod(est, member, method, x);
      // One of two probabilities says it all.
      return method === "predict_proba" && made.cols === 2 && classes !== null ? made.take([1]) : made;
    });
    return beside(passthrough ? [...parts, x] : parts, x.rows, passthrough && x.isSparse);
  };
  // The final estimator knows the classes by number.
  const labelled = (given: Predictions): Predictions =>
    classes === null ? given : Array.from(given, (place) => classes[numberOf(place)]);
  return {
    finite: false,
    isRegressor: classes === null,
    transform: features,
    names(given) {
      const inner = members[0];
      const input = namesIn(
        est,
        given,
        inner && Number(plain(inner.attrs.get("n_features_in_")) ?? inner.model.features),
      );
      const counts = floatsOf(est.attrs.get("_n_feature_outs"))?.data ?? [];
      const own = memberNames(est).flatMap((name, m) => (counts[m] === 1 ? [name] : numbered(name, counts[m] ?? 0)));
      return passthrough ? [...own, ...input] : own;
    },
    predict: (x) => labelled(final.predict?.(features(x)) ?? misfit(est, "its final estimator does not predict")),
    ...(final.predictProba && { predictProba: (x: Matrix) => final.predictProba?.(features(x)) as Matrix }),
    ...(final.decisionFunction && {
      decisionFunction: (x: Matrix) => final.decisionFunction?.(features(x)) as Matrix,
    }),
  };
}

export const stacks: Kinds = { StackingClassifier: stacking, StackingRegressor: stacking };
