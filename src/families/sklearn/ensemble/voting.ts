/**
 * Voting (sklearn/ensemble/_voting.py).
 *
 * @module
 */
import type { Estimator } from "../estimator.ts";
import { namesIn, numbered } from "../featurenames.ts";
import { flag, floatsOf, labels, list, misfit, text, wrong } from "../fields.ts";
import { beside, Matrix, numberOf, winners } from "../matrix.ts";
import type { Kinds, Model, Predictions } from "../model.ts";
import { isDropped, memberNames, membersOf, tableOf } from "./members.ts";

function weightsOf(est: Estimator, count: number): Float64Array | null {
  const given = est.attrs.get("weights") ?? null;
  if (given === null) return null;
  // Weights of dropped estimators are left out by scikit-learn, too.
  const all = floatsOf(given)?.data ?? wrong(est, "weights", "numbers");
  const named = Array.isArray(est.attrs.get("estimators")) ? list(est, "estimators") : [];
  const kept = named.length === all.length ? all.filter((_, i) => !isDropped((named[i] as unknown[])?.[1])) : all;
  return kept.length === count ? kept : misfit(est, "weights and estimators differ in number");
}

/** Classes are labels, members know their numbers. */
function votingClassifier(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const members = membersOf(est);
  const weights = weightsOf(est, members.length);
  const k = classes.length;
  const soft = text(est, "voting") === "soft";
  const numbers = (given: Predictions): Float64Array => Float64Array.from(given, numberOf);
  const proba = (x: Matrix): Matrix => {
    const sum = new Float64Array(x.rows * k);
    let total = 0;
    for (const [m, member] of members.entries()) {
      const weight = weights === null ? 1 : (weights[m] as number);
      total += weight;
      const { data } = tableOf(est, member, member.model.predictProba?.(x), x.rows);
      if (data.length !== sum.length) misfit(est, `its ${member.name} knows other classes`);
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (data[i] as number) * weight;
    }
    return Matrix.dense(
      sum.map((v) => v / total),
      x.rows,
      k,
    );
  };
  const hard = (x: Matrix): unknown[] => {
    const votes = new Float64Array(x.rows * k);
    for (const [m, member] of members.entries()) {
      const given = numbers(member.model.predict?.(x) ?? misfit(est, `its ${member.name} does not predict`));
      for (let i = 0; i < x.rows; i++) {
        const at = i * k + (given[i] as number);
        votes[at] = (votes[at] as number) + (weights === null ? 1 : (weights[m] as number));
      }
    }
    return winners(classes, votes, k);
  };
  return {
    finite: false,
    predict: (x) => {
      if (!soft) return hard(x);
      const { data } = proba(x);
      return winners(classes, data, k);
    },
    ...(soft && { predictProba: proba }),
    names(given) {
      namesIn(est, given, 1);
      if (!soft) return memberNames(est);
      if (!flag(est, "flatten_transform", true)) {
        throw new TypeError("getFeatureNamesOut is not supported when voting is soft and flatten_transform is false");
      }
      return memberNames(est).flatMap((name) => numbered(name, k));
    },
    transform(x) {
      if (soft && !flag(est, "flatten_transform", true)) {
        const out = new Float64Array(members.length * x.rows * k);
        for (const [m, member] of members.entries()) {
          out.set(tableOf(est, member, member.model.predictProba?.(x), x.rows).data, m * x.rows * k);
        }
        const made = Matrix.dense(out, members.length * x.rows, k);
        made.shape = [members.length, x.rows, k];
        return made;
      }
      if (soft) {
        return beside(
          members.map((member) => tableOf(est, member, member.model.predictProba?.(x), x.rows)),
          x.rows,
          false,
        );
      }
      return beside(
        members.map((member) => Matrix.flat(numbers(member.model.predict?.(x) ?? []))),
        x.rows,
        false,
      );
    },
  };
}

function votingRegressor(est: Estimator): Model {
  const members = membersOf(est);
  const weights = weightsOf(est, members.length);
  const all = (x: Matrix): Matrix =>
    beside(
      members.map((member) => Matrix.flat(Float64Array.from(member.model.predict?.(x) ?? [], numberOf))),
      x.rows,
      false,
    );
  return {
    finite: false,
    isRegressor: true,
    transform: all,
    names(given) {
      namesIn(est, given, 1);
      return memberNames(est);
    },
    predict(x) {
      const { data, cols } = all(x);
      const out = new Float64Array(x.rows);
      let total = 0;
      for (let m = 0; m < cols; m++) total += weights === null ? 1 : (weights[m] as number);
      for (let i = 0; i < x.rows; i++) {
        let sum = 0;
        for (let m = 0; m < cols; m++)
          sum += (data[i * cols + m] as number) * (weights === null ? 1 : (weights[m] as number));
        out[i] = sum / total;
      }
      return out;
    },
  };
}

export const voters: Kinds = {
  VotingClassifier: votingClassifier,
  VotingRegressor: votingRegressor,
};
