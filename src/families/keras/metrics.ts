/**
 * Metrics (keras/src/metrics): a value over all samples.
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import { areaUnderCurve, bestUnder, confusion, counted } from "./curves.ts";
import { plainName, rowLosses } from "./losses.ts";
import { spread } from "./ops/nd.ts";
import { sizeOf, type Tensor, tensor } from "./tensor.ts";

type Config = Readonly<Record<string, unknown>>;

/** What a metric is computed of: targets, predictions, and a weight for each sample or null. */
export interface Measured {
  readonly y: Tensor;
  readonly p: Tensor;
  readonly weights: ArrayLike<number> | null;
  readonly era: number;
}

/** The weight of row `r` of `rows`. */
function weightOf(weights: ArrayLike<number> | null, r: number, rows: number): number {
  return weights === null ? 1 : (weights[Math.floor((r * weights.length) / rows)] as number);
}

function meanOf(values: ArrayLike<number>, weights: ArrayLike<number> | null): number {
  let [sum, all] = [0, 0];
  for (let r = 0; r < values.length; r++) {
    const weight = weightOf(weights, r, values.length);
    sum += weight * (values[r] as number);
    all += weight;
  }
  return all === 0 ? 0 : sum / all;
}

function argmax(x: Float32Array, from: number, n: number): number {
  let best = 0;
  for (let i = 1; i < n; i++) if ((x[from + i] as number) > (x[from + best] as number)) best = i;
  return best;
}

/** Values of each row of an accuracy; null for another metric. */
function accuracy(name: string, config: Config, { y, p }: Measured): ArrayLike<number> | null {
  const width = p.shape[p.shape.length - 1] ?? 1;
  const rows = p.data.length / width || 0;
  const perRow = (f: (r: number) => boolean): Float64Array =>
    Float64Array.from({ length: rows }, (_, r) => (f(r) ? 1 : 0));
  const sparse = y.data.length === rows;
  switch (name) {
    case "binary_accuracy": {
      const threshold = Number(config["threshold"] ?? 0.5);
      const targets = sizeOf(y.shape) === sizeOf(p.shape) ? y.data : spread(y, p.shape);
      return Float64Array.from({ length: rows }, (_, r) => {
        let hits = 0;
        for (let i = r * width; i < (r + 1) * width; i++) {
          if (((p.data[i] as number) > threshold ? 1 : 0) === targets[i]) hits++;
        }
        return hits / width;
      });
    }
    case "categorical_accuracy":
      return perRow((r) => argmax(p.data, r * width, width) === argmax(y.data, r * width, width));
    case "sparse_categorical_accuracy":
      return perRow((r) => argmax(p.data, r * width, width) === y.data[r]);
    case "top_k_categorical_accuracy":
    case "sparse_top_k_categorical_accuracy": {
      const k = Number(config["k"] ?? 5);
      return perRow((r) => {
        const target = name.startsWith("sparse") ? (y.data[r] as number) : argmax(y.data, r * width, width);
        const value = p.data[r * width + target] as number;
        let above = 0;
        for (let i = 0; i < width; i++) if ((p.data[r * width + i] as number) > value) above++;
        return above < k;
      });
    }
    case "accuracy":
      // Of the class Accuracy: equal numbers. The word "accuracy" is told what it means before.
      return sparse || y.data.length === p.data.length
        ? Float64Array.from(p.data, (v, i) => (v === y.data[i] ? 1 : 0))
        : null;
    default:
      return null;
  }
}

/** What "accuracy" and "crossentropy" mean for a loss's targets and predictions. */
function meant(name: string, spec: unknown, { y, p }: Measured): string {
  if (typeof spec !== "string" || !/^(accuracy|crossentropy|ce)$/.test(name)) return name;
  const width = p.shape[p.shape.length - 1] ?? 1;
  const kind = width === 1 ? "binary" : y.data.length === p.data.length / width ? "sparse_categorical" : "categorical";
  return `${kind}_${name === "accuracy" ? "accuracy" : "crossentropy"}`;
}

/** Share of intersections in unions of classes. */
function overlap(name: string, config: Config, { y, p, weights }: Measured): number {
  const binary = name === "binary_io_u" || name === "binary_iou";
  const oneHot = /^one_hot/.test(name);
  const width = p.shape[p.shape.length - 1] ?? 1;
  const classes = binary ? 2 : Number(config["num_classes"]);
  const label = (x: Tensor, r: number, sparse: boolean): number =>
    sparse ? (x.data[r] as number) : argmax(x.data, r * width, width);
  const rows = binary
    ? p.data.length
    : oneHot || config["sparse_y_pred"] === false
      ? p.data.length / width
      : p.data.length;
  if (!(classes > 0 && classes < 1 << 12)) throw new RangeError(`${name} of ${classes} classes`);
  const table = new Float64Array(classes * classes);
  for (let r = 0; r < rows; r++) {
    const real = binary ? (y.data[r] as number) : label(y, r, !oneHot && config["sparse_y_true"] !== false);
    const guess = binary
      ? Number((p.data[r] as number) >= Number(config["threshold"] ?? 0.5))
      : label(p, r, !oneHot && config["sparse_y_pred"] !== false);
    if (real === config["ignore_class"]) continue;
    table[real * classes + guess]! += weightOf(weights, r, rows);
  }
  const wanted = config["target_class_ids"];
  const list = Array.isArray(wanted) ? wanted.map(Number) : Array.from({ length: classes }, (_, i) => i);
  let [sum, valid] = [0, 0];
  for (const c of list) {
    let [row, column] = [0, 0];
    for (let i = 0; i < classes; i++) {
      row += table[c * classes + i] as number;
      column += table[i * classes + c] as number;
    }
    const both = table[c * classes + c] as number;
    if (row + column - both === 0) continue;
    sum += both / (row + column - both);
    valid++;
  }
  return valid === 0 ? 0 : sum / valid;
}

/** F1Score and FBetaScore. */
function fScore(config: Config, { y, p, weights }: Measured): number[] {
  const width = p.shape[p.shape.length - 1] ?? 1;
  const rows = p.data.length / width;
  const beta = Number(config["beta"] ?? 1) ** 2;
  const limit = config["threshold"];
  const sums = Array.from({ length: width }, () => ({ tp: 0, fp: 0, fn: 0 }));
  for (let r = 0; r < rows; r++) {
    const weight = weightOf(weights, r, rows);
    const top = p.data[r * width + argmax(p.data, r * width, width)] as number;
    for (const [c, one] of sums.entries()) {
      const v = p.data[r * width + c] as number;
      const guess = limit === null || limit === undefined ? v === top && Math.abs(v) > 1e-12 : v > Number(limit);
      const real = y.data[r * width + c] as number;
      if (guess) one.tp += weight * real;
      if (guess) one.fp += weight * (1 - real);
      else one.fn += weight * real;
    }
  }
  const score = ({ tp, fp, fn }: { tp: number; fp: number; fn: number }): number => {
    const [precision, recall] = [tp / (tp + fp + 1e-7), tp / (tp + fn + 1e-7)];
    return ((1 + beta) * precision * recall) / (beta * precision + recall + 1e-7);
  };
  const how = config["average"];
  if (how === "micro") {
    return [score(sums.reduce((a, b) => ({ tp: a.tp + b.tp, fp: a.fp + b.fp, fn: a.fn + b.fn })))];
  }
  const scores = sums.map(score);
  if (how === "macro") return [scores.reduce((a, b) => a + b, 0) / width];
  if (how !== "weighted") return scores;
  const counts = sums.map(({ tp, fn }) => tp + fn);
  const all = counts.reduce((a, b) => a + b, 0) + 1e-7;
  return [scores.reduce((sum, v, c) => sum + (v * (counts[c] as number)) / all, 0)];
}

function r2(config: Config, { y, p, weights }: Measured): number[] {
  const width = p.shape[p.shape.length - 1] ?? 1;
  const rows = p.data.length / width;
  const scores: number[] = [];
  const totals: number[] = [];
  for (let c = 0; c < width; c++) {
    let [sum, squares, left, all] = [0, 0, 0, 0];
    for (let r = 0; r < rows; r++) {
      const weight = weightOf(weights, r, rows);
      const [t, v] = [y.data[r * width + c] as number, p.data[r * width + c] as number];
      sum += weight * t;
      squares += weight * t * t;
      left += weight * (t - v) ** 2;
      all += weight;
    }
    const total = squares - (sum * sum) / all;
    totals.push(total);
    scores.push(1 - left / total);
  }
  const how = config["class_aggregation"] === undefined ? "uniform_average" : config["class_aggregation"];
  if (how === null) return scores;
  const sum = totals.reduce((a, b) => a + b, 0);
  if (how === "variance_weighted_average") {
    return [scores.reduce((a, v, c) => a + v * (totals[c] as number), 0) / sum];
  }
  return [scores.reduce((a, b) => a + b, 0) / width];
}

/** The values of a metric over all samples: one, or one for each class where it asks for these. */
export function metricValues(spec: unknown, given: Measured): number[] {
  const { name: plain, config } = plainName(spec);
  const name = meant(plain, spec, given);
  const { y, p, weights } = given;
  const rows = accuracy(name, config, given);
  if (rows !== null) return [meanOf(rows, weights)];
  switch (name) {
    case "auc":
      return [areaUnderCurve(config, y, p, weights)];
    case "precision":
    case "recall":
    case "true_positives":
    case "false_positives":
    case "true_negatives":
    case "false_negatives":
      return confusion(config, y, p, weights).map((found) => counted(name, found));
    case "sensitivity_at_specificity":
    case "specificity_at_sensitivity":
    case "precision_at_recall":
    case "recall_at_precision":
      return [bestUnder(name, config, y, p, weights)];
    case "f1_score":
    case "f1score":
    case "fbeta_score":
    case "f_beta_score":
      return fScore(config, given);
    case "r2_score":
    case "r2score":
      return r2(config, given);
    case "root_mean_squared_error":
      return [Math.sqrt(meanOf(rowLosses("mean_squared_error", y, p, given.era).values, weights))];
    case "cosine_similarity":
      return [-meanOf(rowLosses("cosine_similarity", y, p, given.era).values, weights)];
    case "mean_relative_error": {
      const by = [config["normalizer"]].flat(3).map(Number);
      const errors = Float64Array.from(p.data, (v, i) => {
        const n = by[i % by.length] as number;
        return n === 0 ? 0 : Math.abs((y.data[i] as number) - v) / n;
      });
      return [meanOf(errors, weights)];
    }
    default:
  }
  if (/io_?u$/.test(name)) return [overlap(name, config, given)];
  try {
    return [meanOf(rowLosses({ class_name: name, config }, y, p, given.era).values, weights)];
  } catch (e) {
    if (!(e instanceof UnsupportedError)) throw e;
    throw new UnsupportedError("metric", `the metric ${name} is not known`, { format: "keras" });
  }
}

/** The name under which Keras shows a metric. */
export function metricName(spec: unknown, era: number): string {
  if (typeof spec === "string") {
    // Keras 2 made an object of a class's name, and this has a name of its own.
    return era < 3000 && /^[A-Z]/.test(spec) ? plainName(spec).name : spec;
  }
  const { name, config } = plainName(spec);
  return typeof config["name"] === "string" ? config["name"] : name;
}

/** Targets without a last axis of one, where the predictions lack it. */
export function shaped(y: Tensor, p: Tensor): Tensor {
  return sizeOf(y.shape) === sizeOf(p.shape) ? tensor(p.shape, y.data) : y;
}
