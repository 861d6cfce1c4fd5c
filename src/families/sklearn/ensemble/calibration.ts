/**
 * Scores made probabilities (sklearn/calibration.py, sklearn/isotonic.py).
 *
 * @module
 */
import { divideRows, expit, rowSums, softmaxRows } from "../../../math/index.ts";
import { type Estimator, partOf } from "../estimator.ts";
import { either, labels, list, misfit, num, plain, text, vector } from "../fields.ts";
import { Matrix, numberOf, winners } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { byMethod, tableOf } from "./members.ts";

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
      // Of two classes the first has what the second leaves, roundings and all.
      const share = (p: number, at: number): number =>
        k === 2 && at % 2 === 0 ? 1 - (scores.data[at + 1] as number) : p;
      if (method === "predict_proba") logits = scores.data.map((p, at) => Math.log(share(p, at) + 1e-12));
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
      return winners(classes, data, k);
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

export const calibrations: Kinds = {
  CalibratedClassifierCV: calibration,
  _CalibratedClassifier: calibrated,
  _SigmoidCalibration: sigmoid,
  _TemperatureScaling: () => ({}),
  IsotonicRegression: isotonic,
};
