/**
 * Estimators that combine others: voting, stacking, calibration, one against the rest, several targets.
 *
 * @module
 */
import { argmax, divideRows, expit, rowSums, softmaxRows } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { partOf } from "../estimator.ts";
import { namesIn, numbered } from "../featurenames.ts";
import { either, flag, floatsOf, isSince, labels, list, misfit, num, plain, text, vector, wrong } from "../fields.ts";
import { beside, Matrix, numberOf } from "../matrix.ts";
import type { Kinds, Model, Predictions } from "../model.ts";
import { tableFrom } from "../tree/index.ts";
import { tableOf } from "./bagging.ts";
import { membersOf } from "./forest.ts";

function weightsOf(est: Estimator, count: number): Float64Array | null {
  const given = est.attrs.get("weights") ?? null;
  if (given === null) return null;
  // Weights of dropped estimators are left out by scikit-learn, too.
  const all = floatsOf(given)?.data ?? wrong(est, "weights", "numbers");
  const named = Array.isArray(est.attrs.get("estimators")) ? list(est, "estimators") : [];
  const kept = named.length === all.length ? all.filter((_, i) => !isDropped((named[i] as unknown[])?.[1])) : all;
  return kept.length === count ? kept : misfit(est, "weights and estimators differ in number");
}

/** Names of the members that take part. */
function memberNames(est: Estimator): string[] {
  return list(est, "estimators").flatMap((one) =>
    Array.isArray(one) && !isDropped(plain(one[1] ?? null)) ? [`${est.name.toLowerCase()}_${String(one[0])}`] : [],
  );
}

function isDropped(value: unknown): boolean {
  return value === null || value === "drop";
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
    return Array.from({ length: x.rows }, (_, i) => classes[argmax(votes, i * k, k)]);
  };
  return {
    finite: false,
    predict: (x) => {
      if (!soft) return hard(x);
      const { data } = proba(x);
      return Array.from({ length: x.rows }, (_, i) => classes[argmax(data, i * k, k)]);
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

/** A table by the method of a name: `predict_proba`, `decision_function`, `predict`. */
export function byMethod(owner: Estimator, member: Estimator, method: string, x: Matrix): Matrix {
  const { model } = member;
  if (method === "predict_proba") return tableOf(owner, member, model.predictProba?.(x), x.rows);
  if (method === "decision_function") return tableOf(owner, member, model.decisionFunction?.(x), x.rows);
  return tableFrom(model.predict?.(x) ?? misfit(owner, `its ${member.name} does not predict`), x.rows);
}

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

/** Numbers to numbers: a sigmoid or a rising step function. */
function scalesOf(est: Estimator, value: unknown): (t: Float64Array) => Float64Array {
  const part = partOf(est, value, "calibrators");
  return (t) => Float64Array.from(part.model.predict?.(Matrix.flat(t)) ?? [], numberOf);
}

function calibrated(est: Estimator): Model {
  const name = either(est, "estimator", "base_estimator");
  const member = partOf(est, est.attrs.get(name), name);
  const { model } = member;
  // Of an estimator that was fitted before, older versions took the classes from the targets.
  const classes = labels(est, plain(est.attrs.get("classes")) == null ? "classes_" : "classes");
  const k = classes.length;
  const isTemperature = text(est, "method") === "temperature";
  const given = list(est, either(est, "calibrators", "calibrators_"));
  const own = model.classes ?? member.classes ?? classes;
  const places = own.map((label) => classes.indexOf(label));
  const scales = isTemperature ? [] : given.map((one) => scalesOf(est, one));
  const beta = isTemperature ? num(partOf(est, given[0], "calibrators"), "beta_") : 1;
  const proba = (x: Matrix): Matrix => {
    const method = model.decisionFunction ? "decision_function" : "predict_proba";
    let scores = byMethod(est, member, method, x);
    if (isTemperature) {
      let logits: Float64Array;
      if (method === "predict_proba") logits = scores.data.map((p) => Math.log(p + 1e-12));
      else if (scores.cols === 1) {
        logits = new Float64Array(x.rows * 2);
        for (let i = 0; i < x.rows; i++) {
          logits[2 * i] = -(scores.data[i] as number);
          logits[2 * i + 1] = scores.data[i] as number;
        }
      } else logits = scores.data.slice();
      return Matrix.dense(
        softmaxRows(
          logits.map((v) => v * beta),
          x.rows,
          k,
        ),
        x.rows,
        k,
      );
    }
    if (k === 2 && scores.cols === 2) scores = scores.take([1]);
    const out = new Float64Array(x.rows * k);
    if (scales.length !== scores.cols) return misfit(est, `${scales.length} calibrators for ${scores.cols} scores`);
    for (let j = 0; j < scores.cols; j++) {
      const place = k === 2 ? 1 : (places[j] as number);
      const scaled = (scales[j] as (t: Float64Array) => Float64Array)(scores.take([j]).data);
      for (let i = 0; i < x.rows; i++) out[i * k + place] = scaled[i] as number;
    }
    if (k === 2) for (let i = 0; i < x.rows; i++) out[2 * i] = 1 - (out[2 * i + 1] as number);
    else {
      const sums = rowSums(out, x.rows, k);
      for (let i = 0; i < x.rows; i++) {
        if (sums[i] !== 0) continue;
        out.fill(1 / k, i * k, (i + 1) * k);
        sums[i] = 1;
      }
      divideRows(out, k, sums);
    }
    return Matrix.dense(
      out.map((v) => (v > 1 && v <= 1 + 1e-5 ? 1 : v)),
      x.rows,
      k,
    );
  };
  return { finite: false, predictProba: proba, classes };
}

function calibration(est: Estimator): Model {
  const classes = labels(est, "classes_");
  const members = list(est, "calibrated_classifiers_").map((one) => partOf(est, one, "calibrated_classifiers_"));
  const k = classes.length;
  const proba = (x: Matrix): Matrix => {
    const sum = new Float64Array(x.rows * k);
    for (const member of members) {
      const { data } = tableOf(est, member, member.model.predictProba?.(x), x.rows);
      if (data.length !== sum.length) misfit(est, "its classifiers know other classes");
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (data[i] as number);
    }
    return Matrix.dense(
      sum.map((v) => v / members.length),
      x.rows,
      k,
    );
  };
  return {
    finite: false,
    predictProba: proba,
    predict(x) {
      const { data } = proba(x);
      return Array.from({ length: x.rows }, (_, i) => classes[argmax(data, i * k, k)]);
    },
  };
}

function sigmoid(est: Estimator): Model {
  const [a, b] = [num(est, "a_"), num(est, "b_")];
  return { finite: false, predict: (x) => x.data.map((t) => expit(-(a * t + b))) };
}

/** A rising (or falling) function given by points, straight between them. */
function isotonic(est: Estimator): Model {
  const xs = vector(est, either(est, "X_thresholds_", "_necessary_X_", "X_"));
  const ys = vector(est, either(est, "y_thresholds_", "_necessary_y_", "y_"), xs.length);
  const [low, high] = [num(est, "X_min_", xs[0]), num(est, "X_max_", xs[xs.length - 1])];
  const outside = text(est, "out_of_bounds", "nan");
  const at = (value: number): number => {
    let t = value;
    if (outside === "clip") t = Math.min(Math.max(t, low), high);
    else if (t < low || t > high) {
      if (outside === "raise") throw new RangeError(`A value (${t}) in x_new is outside the interpolation range`);
      return Number.NaN;
    }
    if (xs.length === 1) return ys[0] as number;
    // The segment of the first point that is not below, as numpy.searchsorted finds it.
    let [a, b] = [0, xs.length];
    while (a < b) {
      const middle = (a + b) >> 1;
      if ((xs[middle] as number) < t) a = middle + 1;
      else b = middle;
    }
    const hi = Math.min(Math.max(a, 1), xs.length - 1);
    const lo = hi - 1;
    const slope = ((ys[hi] as number) - (ys[lo] as number)) / ((xs[hi] as number) - (xs[lo] as number));
    return slope * (t - (xs[lo] as number)) + (ys[lo] as number);
  };
  const predict = (x: Matrix): Float64Array => x.data.map(at);
  return {
    vector: true,
    finite: true,
    isRegressor: true,
    features: 1,
    predict,
    transform: (x) => Matrix.flat(predict(x)),
  };
}

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
      return Array.from({ length: x.rows }, (_, i) => classes[argmax(data, i * k, k)]);
    },
  };
}

export const votes: Kinds = {
  VotingClassifier: votingClassifier,
  VotingRegressor: votingRegressor,
  StackingClassifier: stacking,
  StackingRegressor: stacking,
  CalibratedClassifierCV: calibration,
  _CalibratedClassifier: calibrated,
  _SigmoidCalibration: sigmoid,
  _TemperatureScaling: () => ({}),
  IsotonicRegression: isotonic,
  OneVsRestClassifier: oneVsRest,
  OneVsOneClassifier: oneVsOne,
};
