/**
 * Many classes by classifiers of two: one against the rest, one against one (sklearn/multiclass.py).
 *
 * @module
 */
import { argmax, divideRows, rowSums } from "../../../math/index.ts";
import { type Estimator, partOf } from "../estimator.ts";
import { floatsOf, isSince, labels, misfit, plain } from "../fields.ts";
import { beside, Matrix, numberOf, winners } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { byMethod, membersOf } from "./members.ts";

function oneVsRest(est: Estimator): Model {
  const binarizer = partOf(est, est.attrs.get("label_binarizer_"), "label_binarizer_");
  const classes = labels(binarizer, "classes_");
  const members = membersOf(est);
  const isMany = String(plain(binarizer.attrs.get("y_type_"))).startsWith("multilabel");
  const scoresOf = (member: Estimator, x: Matrix): Float64Array => {
    const { model } = member;
    if (model.decisionFunction) return byMethod(est, member, "decision_function", x).data;
    return byMethod(est, member, "predict_proba", x).take([1]).data;
  };
  // Of equal scores the last class won until 1.8.
  const isLast = !isSince(est.version, 1, 8);
  const columns = (x: Matrix): Matrix =>
    beside(
      members.map((member) => Matrix.flat(scoresOf(member, x))),
      x.rows,
      false,
    );
  const hasProba = members.every((member) => member.model.predictProba);
  const hasDecision = members.every((member) => member.model.decisionFunction);
  return {
    finite: false,
    classes,
    predict(x) {
      const { data, cols } = columns(x);
      const cuts = members.map((member) => (member.model.decisionFunction ? 0 : 0.5));
      if (isMany) {
        return Array.from({ length: x.rows }, (_, i) =>
          cuts.map((cut, j) => Number((data[i * cols + j] as number) > cut)),
        );
      }
      if (cols === 1) return Array.from(data, (v) => classes[v > (cuts[0] as number) ? 1 : 0]);
      return Array.from({ length: x.rows }, (_, i) => {
        const best = argmax(data, i * cols, cols);
        if (!isLast) return classes[best];
        let last = cols - 1;
        while (data[i * cols + last] !== data[i * cols + best] && last > best) last--;
        return classes[last];
      });
    },
    ...(hasProba && {
      predictProba(x: Matrix): Matrix {
        const parts = members.map((member) => byMethod(est, member, "predict_proba", x).take([1]));
        const made = beside(parts, x.rows, false);
        if (members.length === 1) {
          const out = new Float64Array(x.rows * 2);
          for (let i = 0; i < x.rows; i++) {
            out[2 * i] = 1 - (made.data[i] as number);
            out[2 * i + 1] = made.data[i] as number;
          }
          return Matrix.dense(out, x.rows, 2);
        }
        if (isMany) return made;
        const sums = rowSums(made.data, x.rows, made.cols);
        // Since 1.7 rows that no class wants stay zeros.
        divideRows(made.data, made.cols, isSince(est.version, 1, 7) ? sums.map((v) => (v === 0 ? 1 : v)) : sums);
        return made;
      },
    }),
    ...(hasDecision && {
      decisionFunction: (x: Matrix): Matrix =>
        members.length === 1 && isSince(est.version, 0, 19) ? Matrix.flat(columns(x).data) : columns(x),
    }),
  };
}

/** Votes of pairs and their confidences (sklearn.utils.multiclass._ovr_decision_function). */
export function ovrScores(
  wins: ArrayLike<number>,
  confidences: Float64Array,
  rows: number,
  k: number,
  version: string | null,
): Float64Array {
  const pairs = (k * (k - 1)) / 2;
  const out = new Float64Array(rows * k);
  const all = new Float64Array(rows * k);
  const sums = new Float64Array(k);
  const votes = new Float64Array(k);
  for (let r = 0; r < rows; r++) {
    sums.fill(0);
    votes.fill(0);
    for (let i = 0, p = r * pairs; i < k; i++) {
      for (let j = i + 1; j < k; j++, p++) {
        sums[i] = (sums[i] as number) - (confidences[p] as number);
        sums[j] = (sums[j] as number) + (confidences[p] as number);
        const winner = wins[p] ? j : i;
        votes[winner] = (votes[winner] as number) + 1;
      }
    }
    for (let i = 0; i < k; i++) {
      const s = sums[i] as number;
      all[r * k + i] = s;
      out[r * k + i] = (votes[i] as number) + s / (3 * (Math.abs(s) + 1));
    }
  }
  if (isSince(version, 0, 21)) return out;
  // Older versions scale by the largest confidence of all rows.
  let most = 0;
  for (const s of all) most = Math.max(most, Math.abs(s));
  if (most === 0) return out;
  const scale = (0.5 - Number.EPSILON) / most;
  return out.map((v, at) => {
    const s = all[at] as number;
    return Math.round(v - s / (3 * (Math.abs(s) + 1))) + s * scale;
  });
}

function oneVsOne(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const members = membersOf(est);
  const k = classes.length;
  const given = est.attrs.get("pairwise_indices_") ?? null;
  const subsets = Array.isArray(given) ? given.map((one) => Array.from(floatsOf(one)?.data ?? [])) : null;
  if (members.length !== (k * (k - 1)) / 2) misfit(est, `${members.length} classifiers for pairs of ${k} classes`);
  const scores = (x: Matrix): Matrix => {
    const pairs = members.length;
    const wins = new Float64Array(x.rows * pairs);
    const confidences = new Float64Array(x.rows * pairs);
    for (const [m, member] of members.entries()) {
      const part = subsets === null ? x : x.take(subsets[m] as number[]);
      const labelled = member.model.predict?.(part) ?? misfit(est, `its ${member.name} does not predict`);
      const score = member.model.decisionFunction
        ? byMethod(est, member, "decision_function", part).data
        : byMethod(est, member, "predict_proba", part).take([1]).data;
      for (let i = 0; i < x.rows; i++) {
        wins[i * pairs + m] = numberOf(labelled[i]);
        confidences[i * pairs + m] = score[i] as number;
      }
    }
    const out = Matrix.dense(ovrScores(wins, confidences, x.rows, k, est.version), x.rows, k);
    return out;
  };
  const decide = (x: Matrix): Matrix => (k === 2 ? Matrix.flat(scores(x).take([1]).data) : scores(x));
  return {
    finite: false,
    decisionFunction: isSince(est.version, 0, 19) ? decide : scores,
    predict(x) {
      const { data } = isSince(est.version, 0, 19) ? decide(x) : scores(x);
      if (data.length === x.rows) {
        const cut = members[0]?.model.decisionFunction || !isSince(est.version, 1, 1) ? 0 : 0.5;
        return Array.from(data, (v) => classes[v > cut ? 1 : 0]);
      }
      return winners(classes, data, k);
    },
  };
}

export const multiclass: Kinds = { OneVsRestClassifier: oneVsRest, OneVsOneClassifier: oneVsOne };
