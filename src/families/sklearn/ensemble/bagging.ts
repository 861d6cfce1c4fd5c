/**
 * Bagging (sklearn/ensemble/_bagging.py) and AdaBoost (sklearn/ensemble/_weight_boosting.py).
 *
 * @module
 */
import { argmax, divideRows, rowSums, softmaxRows } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { floatsOf, isSince, labels, list, misfit, text, vector, wrong } from "../fields.ts";
import { Matrix, numberOf, winners } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { tableFrom, targetRows } from "../tree/index.ts";
import { membersOf, tableOf } from "./members.ts";

function subsetsOf(est: Estimator, count: number): (number[] | null)[] {
  if (!est.attrs.has("estimators_features_")) return new Array<null>(count).fill(null);
  const given = list(est, "estimators_features_");
  if (given.length !== count) return misfit(est, "estimators_features_ and estimators_ differ in length");
  return given.map((one) => {
    const found = floatsOf(one);
    return found === null ? wrong(est, "estimators_features_", "arrays of places") : Array.from(found.data);
  });
}

function baggingClassifier(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const members = membersOf(est);
  const subsets = subsetsOf(est, members.length);
  const k = classes.length;
  // Members know the classes by number; a member may not have seen all of them.
  const places = members.map((member) => (member.classes ?? []).map(numberOf));
  for (const own of places)
    for (const place of own) if (!(place >= 0 && place < k)) misfit(est, `class ${place} of ${k}`);
  const part = (x: Matrix, m: number): Matrix => {
    const subset = subsets[m];
    return subset ? x.take(subset) : x;
  };
  const proba = (x: Matrix): Matrix => {
    const sum = new Float64Array(x.rows * k);
    for (const [m, member] of members.entries()) {
      const input = part(x, m);
      const { model } = member;
      if (model.predictProba) {
        const { data, cols } = tableOf(est, member, model.predictProba(input), x.rows);
        const own = places[m] as number[];
        if (cols !== own.length)
          misfit(est, `its ${member.name} gives ${cols} probabilities for ${own.length} classes`);
        for (let i = 0; i < x.rows; i++) {
          for (let j = 0; j < cols; j++) {
            const at = i * k + (own[j] as number);
            sum[at] = (sum[at] as number) + (data[i * cols + j] as number);
          }
        }
      } else {
        const given = model.predict?.(input) ?? misfit(est, `its ${member.name} does not predict`);
        for (let i = 0; i < x.rows; i++) {
          const at = i * k + numberOf(given[i]);
          sum[at] = (sum[at] as number) + 1;
        }
      }
    }
    return Matrix.dense(
      sum.map((v) => v / members.length),
      x.rows,
      k,
    );
  };
  const decides = members.every((member) => member.model.decisionFunction !== undefined);
  return {
    finite: false,
    predictProba: proba,
    predict(x) {
      const { data, cols } = proba(x);
      return winners(classes, data, cols);
    },
    ...(decides && {
      decisionFunction(x: Matrix): Matrix {
        const parts = members.map((member, m) => member.model.decisionFunction?.(part(x, m)) as Matrix);
        const first = parts[0] as Matrix;
        const sum = new Float64Array(first.data.length);
        for (const { data } of parts)
          for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (data[i] as number);
        const mean = sum.map((v) => v / members.length);
        return first.isFlat ? Matrix.flat(mean) : Matrix.dense(mean, first.rows, first.cols);
      },
    }),
  };
}

function baggingRegressor(est: Estimator): Model {
  const members = membersOf(est);
  const subsets = subsetsOf(est, members.length);
  return {
    finite: false,
    isRegressor: true,
    predict(x) {
      let sum: Matrix | null = null;
      for (const [m, member] of members.entries()) {
        const subset = subsets[m];
        const given = member.model.predict?.(subset ? x.take(subset) : x);
        if (given === undefined) return misfit(est, `its ${member.name} does not predict`);
        const one = tableFrom(given, x.rows);
        if (sum === null) {
          sum = Matrix.dense(one.data.slice(), x.rows, one.cols);
          continue;
        }
        const { data, cols } = sum;
        if (one.cols !== cols) return misfit(est, "its estimators differ in targets");
        for (let at = 0; at < data.length; at++) data[at] = (data[at] as number) + (one.data[at] as number);
      }
      const { data, cols } = sum as unknown as Matrix;
      return targetRows(
        data.map((v) => v / members.length),
        x.rows,
        cols,
      );
    },
  };
}

const EPS = Number.EPSILON;

function adaClassifier(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const k = classes.length;
  const members = membersOf(est);
  const weights = vector(est, "estimator_weights_").subarray(0, members.length);
  const isReal = text(est, "algorithm") === "SAMME.R";
  // Newer versions count a wrong vote against the other classes.
  const against = isSince(est.version, 1, 3) ? -1 / (k - 1) : 0;
  let total = 0;
  for (const w of weights) total += w;
  const numberOfClass = new Map(classes.map((label, i) => [label, i]));

  const addVotes = (sum: Float64Array, member: Estimator, weight: number, x: Matrix): void => {
    if (isReal) {
      const { data } = tableOf(est, member, member.model.predictProba?.(x), x.rows);
      if (data.length !== sum.length) misfit(est, `its ${member.name} knows other classes`);
      for (let i = 0; i < x.rows; i++) {
        const logs = Array.from({ length: k }, (_, j) => Math.log(Math.max(data[i * k + j] as number, EPS)));
        let all = 0;
        for (const v of logs) all += v;
        for (let j = 0; j < k; j++) {
          sum[i * k + j] = (sum[i * k + j] as number) + (k - 1) * ((logs[j] as number) - (1 / k) * all);
        }
      }
      return;
    }
    const given = member.model.predict?.(x) ?? misfit(est, `its ${member.name} does not predict`);
    for (let i = 0; i < x.rows; i++) {
      const place = numberOfClass.get(given[i]) ?? misfit(est, `its ${member.name} knows other classes`);
      for (let j = 0; j < k; j++)
        sum[i * k + j] = (sum[i * k + j] as number) + (j === place ? weight : against * weight);
    }
  };
  const decision = (sum: Float64Array, norm: number, rows: number): Matrix => {
    const scaled = sum.map((v) => v / norm);
    if (k === 1 && isSince(est.version, 1, 3)) return Matrix.dense(new Float64Array(rows), rows, 1);
    if (k !== 2) return Matrix.dense(scaled, rows, k);
    return Matrix.flat(
      Float64Array.from({ length: rows }, (_, i) => (scaled[2 * i + 1] as number) - (scaled[2 * i] as number)),
    );
  };
  const decide = (x: Matrix): Matrix => {
    const sum = new Float64Array(x.rows * k);
    for (const [m, member] of members.entries()) addVotes(sum, member, weights[m] as number, x);
    return decision(sum, total, x.rows);
  };
  const labelled = (scores: Matrix): unknown[] =>
    Array.from({ length: scores.rows }, (_, i) =>
      k === 2 ? classes[(scores.data[i] as number) > 0 ? 1 : 0] : classes[argmax(scores.data, i * k, k)],
    );
  const shares = (scores: Matrix): Matrix => {
    const { data, rows } = scores;
    const out = new Float64Array(rows * k);
    if (k === 1) return Matrix.dense(out.fill(1), rows, 1);
    if (k === 2) {
      for (let i = 0; i < rows; i++) {
        out[2 * i] = -(data[i] as number) / 2;
        out[2 * i + 1] = (data[i] as number) / 2;
      }
    } else for (let i = 0; i < out.length; i++) out[i] = (data[i] as number) / (k - 1);
    return Matrix.dense(softmaxRows(out, rows, k), rows, k);
  };
  // Before 0.22 the probabilities of the members were weighed, not their votes.
  const isOldShares = !isReal && !isSince(est.version, 0, 22);
  const oldShares = (x: Matrix, count: number): Matrix => {
    const sum = new Float64Array(x.rows * k);
    let norm = 0;
    for (const [m, member] of members.slice(0, count).entries()) {
      const { data } = tableOf(est, member, member.model.predictProba?.(x), x.rows);
      if (data.length !== sum.length) misfit(est, `its ${member.name} knows other classes`);
      norm += weights[m] as number;
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (data[i] as number) * (weights[m] as number);
    }
    const out = sum.map((v) => Math.exp((1 / (k - 1)) * (v / norm)));
    return Matrix.dense(divideRows(out, k, rowSums(out, x.rows, k)), x.rows, k);
  };
  const staged = function* (x: Matrix): Iterable<Matrix> {
    const sum = new Float64Array(x.rows * k);
    let norm = 0;
    for (const [m, member] of members.entries()) {
      norm += weights[m] as number;
      addVotes(sum, member, weights[m] as number, x);
      yield decision(sum, norm, x.rows);
    }
  };
  return {
    decisionFunction: decide,
    predict: (x) => labelled(decide(x)),
    predictProba: (x) => (isOldShares ? oldShares(x, members.length) : shares(decide(x))),
    *stagedPredict(x) {
      for (const scores of staged(x)) yield labelled(scores);
    },
    *stagedPredictProba(x) {
      if (isOldShares) for (let m = 1; m <= members.length; m++) yield oldShares(x, m);
      else for (const scores of staged(x)) yield shares(scores);
    },
    stagedDecisionFunction: staged,
  };
}

function adaRegressor(est: Estimator): Model {
  const members = membersOf(est);
  const weights = vector(est, "estimator_weights_");
  const medians = (given: ArrayLike<unknown>[], rows: number): Float64Array => {
    const out = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      const values = given.map((one) => numberOf(one[i]));
      const order = values.map((_, m) => m).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
      let total = 0;
      for (const m of order) total += weights[m] as number;
      let sum = 0;
      const at = order.find((m) => (sum += weights[m] as number) >= 0.5 * total) ?? (order[0] as number);
      out[i] = values[at] as number;
    }
    return out;
  };
  const predictions = (x: Matrix): ArrayLike<unknown>[] =>
    members.map((member) => member.model.predict?.(x) ?? misfit(est, `its ${member.name} does not predict`));
  return {
    isRegressor: true,
    predict: (x) => medians(predictions(x), x.rows),
    *stagedPredict(x) {
      const given = predictions(x);
      for (let m = 1; m <= given.length; m++) yield medians(given.slice(0, m), x.rows);
    },
  };
}

export const baggers: Kinds = {
  BaggingClassifier: baggingClassifier,
  BaggingRegressor: baggingRegressor,
  AdaBoostClassifier: adaClassifier,
  AdaBoostRegressor: adaRegressor,
};
