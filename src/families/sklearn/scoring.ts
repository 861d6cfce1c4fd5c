/**
 * What searches score by (sklearn/metrics/): the functions that `scoring` names, and those of `make_scorer`.
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { median } from "../../math/index.ts";
import type { Estimator } from "./estimator.ts";
import { isSince, misfit, plain } from "./fields.ts";
import type { Matrix } from "./matrix.ts";
import { numberOf } from "./matrix.ts";
import type { Model } from "./model.ts";
import { accuracy, r2 } from "./score.ts";

type Score = NonNullable<Model["score"]>;
type Words = ReadonlyMap<string, unknown>;

/** A function of sklearn.metrics, its sign, and what it is told besides. */
interface Scorer {
  readonly func: string;
  readonly sign: number;
  readonly words: Words;
}

/** Names of `scoring` that are not a function's with `_score` behind. */
const NAMED: Readonly<Record<string, string>> = {
  r2: "r2_score",
  explained_variance: "explained_variance_score",
  max_error: "-max_error",
  neg_max_error: "-max_error",
  neg_mean_squared_error: "-mean_squared_error",
  neg_mean_absolute_error: "-mean_absolute_error",
  neg_median_absolute_error: "-median_absolute_error",
  neg_root_mean_squared_error: "-root_mean_squared_error",
  neg_log_loss: "-log_loss",
  neg_brier_score: "-brier_score_loss",
  neg_mean_absolute_percentage_error: "-mean_absolute_percentage_error",
  neg_mean_squared_log_error: "-mean_squared_log_error",
  neg_root_mean_squared_log_error: "-root_mean_squared_log_error",
  neg_mean_poisson_deviance: "-mean_poisson_deviance",
  neg_mean_gamma_deviance: "-mean_gamma_deviance",
  matthews_corrcoef: "matthews_corrcoef",
};

function byName(name: string): Scorer {
  const given = Object.hasOwn(NAMED, name) ? (NAMED[name] as string) : null;
  if (given !== null) return { func: given.replace("-", ""), sign: given.startsWith("-") ? -1 : 1, words: new Map() };
  const [, kind, weighted] = /^roc_auc_(ov[ro])(_weighted)?$/.exec(name) ?? [];
  if (kind !== undefined) {
    const words = new Map([["multi_class", kind] as const, ["average", weighted ? "weighted" : "macro"] as const]);
    return { func: "roc_auc_score", sign: 1, words };
  }
  const [, metric, average] = /^(f1|precision|recall|jaccard)(?:_(micro|macro|weighted))?$/.exec(name) ?? [];
  const words = new Map(average === undefined ? [] : [["average", average]]);
  return { func: name.endsWith("_score") ? name : `${metric ?? name}_score`, sign: 1, words };
}

/** The scorer of an attribute; null where the estimator's own score is meant. */
function scorerOf(est: Estimator, value: unknown): Scorer | null {
  const given = plain(value ?? null);
  // "warn": that the default is going to be another.
  if (given === null || given === "warn") return null;
  if (typeof given === "string") return byName(given);
  const func = given instanceof PyObject ? given.attrs.get("_score_func") : given;
  const name =
    func instanceof PyGlobal
      ? func.name
      : given instanceof PyObject && given.cls instanceof PyGlobal
        ? given.cls.name
        : "";
  if (/^_?passthrough_?scorer$/i.test(name)) return null;
  if (!(given instanceof PyObject) || !(func instanceof PyGlobal) || !func.module.startsWith("sklearn.metrics")) {
    throw new UnsupportedError("scoring", `${est.name} scores by a function of Python's, which brine never runs`);
  }
  const kwargs = given.attrs.get("_kwargs");
  const words = new Map<string, unknown>();
  if (kwargs instanceof PyDict) for (const [key, word] of kwargs as PyDict) words.set(String(key), plain(word));
  return { func: name, sign: numberOf(given.attrs.get("_sign") ?? 1), words };
}

/** The score of an estimator by its `scorer_` or `scoring`; undefined where it is that of the estimator within. */
export function scoring(
  est: Estimator,
  value: unknown,
  inner: Model,
  classes: readonly unknown[] | null,
): Score | undefined {
  const chosen = value instanceof PyDict ? value.get(plain(est.attrs.get("refit"))) : value;
  const scorer = scorerOf(est, chosen);
  if (scorer === null) return undefined;
  return (x, truth) => {
    if (truth === null) throw new TypeError(`score of ${est.name} needs y`);
    return scorer.sign * measured(est, scorer, inner, classes, x, truth);
  };
}

function measured(
  est: Estimator,
  { func, words }: Scorer,
  model: Model,
  classes: readonly unknown[] | null,
  x: Matrix,
  truth: ArrayLike<unknown>,
): number {
  const refuse = (): never => {
    const told = words.size === 0 ? "" : ` with ${[...words.keys()].join(", ")}`;
    throw new UnsupportedError("scoring", `${est.name} scores by ${func}${told}, which is not known here`);
  };
  const only = (...names: string[]): void => {
    for (const key of words.keys()) if (!names.includes(key)) refuse();
  };
  const given = (): ArrayLike<unknown> => model.predict?.(x) ?? misfit(est, "its estimator does not predict");
  if (Array.isArray(truth[0])) {
    if (func !== "r2_score") refuse();
  }
  switch (func) {
    case "accuracy_score":
      only();
      return accuracy(truth, given());
    case "r2_score":
      only();
      return truth.length < 2 && isSince(est.version, 0, 22) ? Number.NaN : r2(truth, given());
    case "log_loss":
      only();
      return logLoss(est, model, classes ?? refuse(), x, truth);
    case "roc_auc_score":
    case "average_precision_score":
    case "brier_score_loss": {
      only(...(func === "roc_auc_score" ? ["multi_class", "average"] : []));
      const places = placesOf(est, classes ?? refuse(), truth);
      const isMany = words.get("multi_class") !== undefined && words.get("multi_class") !== "raise";
      const k = (classes ?? refuse()).length;
      if (isMany && k > 2) return areas(est, tableOf(est, model, x), places, words, k);
      if (k !== 2) throw new UnsupportedError("scoring", `${est.name} scores by ${func} of more than two classes`);
      if (func === "brier_score_loss" || isMany) {
        const given = tableOf(est, model, x).take([1]).data;
        return isMany ? area(given, places) : mean(squares(gaps(given, places)));
      }
      const scores = model.decisionFunction?.(x).data ?? tableOf(est, model, x).take([1]).data;
      return (func === "roc_auc_score" ? area : precision)(scores, places);
    }
    case "matthews_corrcoef":
      only();
      return correlation(counted(truth, given()), truth.length);
    case "balanced_accuracy_score": {
      only();
      const recalls = counted(truth, given()).filter(({ there }) => there > 0);
      return recalls.reduce((sum, { right, there }) => sum + right / there, 0) / recalls.length;
    }
    case "f1_score":
    case "fbeta_score":
    case "precision_score":
    case "recall_score":
    case "jaccard_score": {
      only("average", "pos_label", "beta");
      const beta = func === "fbeta_score" ? Number(words.get("beta")) : 1;
      return (
        averaged(
          counted(truth, given()),
          ratioOf(func, beta),
          words.get("average") ?? "binary",
          words.get("pos_label") ?? 1,
        ) ?? refuse()
      );
    }
    default: {
      // Roots of squares had no name of their own before 1.4.
      if (func === "mean_squared_error" && words.get("squared") === false) {
        const rooted: Scorer = { func: "root_mean_squared_error", sign: 1, words: new Map() };
        return measured(est, rooted, model, classes, x, truth);
      }
      const errors = ERRORS.get(func);
      if (errors === undefined) return refuse();
      only();
      return errors(Float64Array.from(truth, numberOf), Float64Array.from(given(), numberOf));
    }
  }
}

const mean = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const gaps = (y: Float64Array, p: Float64Array): Float64Array => y.map((v, i) => v - (p[i] as number));
const squares = (values: Float64Array): Float64Array => values.map((v) => v * v);

/** Errors of numbers that are predicted. */
const ERRORS: ReadonlyMap<string, (y: Float64Array, p: Float64Array) => number> = new Map([
  ["mean_squared_error", (y, p) => mean(squares(gaps(y, p)))],
  ["root_mean_squared_error", (y, p) => Math.sqrt(mean(squares(gaps(y, p))))],
  [
    "mean_absolute_percentage_error",
    (y, p) => mean(gaps(y, p).map((v, i) => Math.abs(v) / Math.max(Math.abs(y[i] as number), Number.EPSILON))),
  ],
  ["mean_squared_log_error", (y, p) => mean(squares(gaps(y.map(Math.log1p), p.map(Math.log1p))))],
  ["root_mean_squared_log_error", (y, p) => Math.sqrt(mean(squares(gaps(y.map(Math.log1p), p.map(Math.log1p)))))],
  [
    "mean_poisson_deviance",
    (y, p) => 2 * mean(y.map((v, i) => (v === 0 ? 0 : v * Math.log(v / (p[i] as number))) - v + (p[i] as number))),
  ],
  [
    "mean_gamma_deviance",
    (y, p) => 2 * mean(y.map((v, i) => Math.log((p[i] as number) / v) + v / (p[i] as number) - 1)),
  ],
  ["mean_absolute_error", (y, p) => mean(gaps(y, p).map(Math.abs))],
  ["median_absolute_error", (y, p) => median(gaps(y, p).map(Math.abs))],
  ["max_error", (y, p) => gaps(y, p).reduce((most, v) => Math.max(most, Math.abs(v)), 0)],
  [
    "explained_variance_score",
    (y, p) => {
      const rest = gaps(y, p);
      const spread = (values: Float64Array): number => {
        const middle = mean(values);
        return mean(squares(values.map((v) => v - middle)));
      };
      const [own, all] = [spread(rest), spread(y)];
      return all === 0 ? (own === 0 ? 1 : 0) : 1 - own / all;
    },
  ],
]);

/** Of a class: how many rows have it, how many are said to, and how many of these rightly. */
interface Count {
  readonly label: unknown;
  there: number;
  said: number;
  right: number;
}

function counted(truth: ArrayLike<unknown>, given: ArrayLike<unknown>): Count[] {
  const counts = new Map<unknown, Count>();
  const of = (value: unknown): Count => {
    const label = typeof value === "string" ? value : Number(value);
    let count = counts.get(label);
    if (count === undefined) counts.set(label, (count = { label, there: 0, said: 0, right: 0 }));
    return count;
  };
  for (let i = 0; i < truth.length; i++) {
    const [own, other] = [of(truth[i]), of(given[i])];
    own.there++;
    other.said++;
    if (own === other) own.right++;
  }
  return [...counts.values()];
}

type Ratio = (count: Omit<Count, "label">) => number;

function ratioOf(func: string, beta: number): Ratio {
  const share = (top: number, bottom: number): number => (bottom === 0 ? 0 : top / bottom);
  if (func === "precision_score") return ({ right, said }) => share(right, said);
  if (func === "recall_score") return ({ right, there }) => share(right, there);
  if (func === "jaccard_score") return ({ right, said, there }) => share(right, said + there - right);
  return ({ right, said, there }) => share((1 + beta * beta) * right, beta * beta * there + said);
}

/** A ratio of one class, of all rows, or its mean over classes; null for another average. */
function averaged(counts: readonly Count[], ratio: Ratio, average: unknown, positive: unknown): number | null {
  const total = (key: "there" | "said" | "right"): number => counts.reduce((sum, count) => sum + count[key], 0);
  switch (average) {
    case "binary": {
      const label = typeof positive === "string" ? positive : Number(positive);
      const found = counts.find((count) => count.label === label);
      return found === undefined ? 0 : ratio(found);
    }
    case "micro":
      return ratio({ there: total("there"), said: total("said"), right: total("right") });
    case "macro":
      return counts.reduce((sum, count) => sum + ratio(count), 0) / counts.length;
    case "weighted":
      return counts.reduce((sum, count) => sum + ratio(count) * count.there, 0) / total("there");
    default:
      return null;
  }
}

function placeOf(est: Estimator, classes: readonly unknown[], label: unknown): number {
  const place = classes.findIndex((one) => one === label || (typeof one !== "string" && Number(one) === Number(label)));
  return place < 0 ? misfit(est, `y holds ${String(label)}, which is none of its classes`) : place;
}

function logLoss(
  est: Estimator,
  model: Model,
  classes: readonly unknown[],
  x: Matrix,
  truth: ArrayLike<unknown>,
): number {
  const given = model.predictProba?.(x) ?? misfit(est, "its estimator gives no probabilities");
  if (Array.isArray(given)) return misfit(est, "it has several targets");
  const { data, cols } = given;
  const eps = isSince(est.version, 1, 2) ? Number.EPSILON : 1e-15;
  let sum = 0;
  for (let i = 0; i < x.rows; i++) {
    const row = data.slice(i * cols, (i + 1) * cols).map((p) => Math.min(Math.max(p, eps), 1 - eps));
    sum -= Math.log((row[placeOf(est, classes, truth[i])] as number) / row.reduce((all, p) => all + p, 0));
  }
  return sum / x.rows;
}

/** The place of each row's label among the classes. */
function placesOf(est: Estimator, classes: readonly unknown[], truth: ArrayLike<unknown>): Float64Array {
  return Float64Array.from(truth, (label) => placeOf(est, classes, label));
}

function tableOf(est: Estimator, model: Model, x: Matrix): Matrix {
  const given = model.predictProba?.(x) ?? misfit(est, "its estimator gives no probabilities");
  return Array.isArray(given) ? misfit(est, "it has several targets") : given;
}

/** The area under the curve: how often a row of the second class is scored above one of the first. */
function area(scores: Float64Array, places: Float64Array): number {
  const order = Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let [positives, ranks] = [0, 0];
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && scores[order[to] as number] === scores[order[from] as number]) to++;
    for (let i = from; i < to; i++) {
      if (places[order[i] as number] !== 1) continue;
      positives++;
      // Rows of one score share their ranks.
      ranks += (from + 1 + to) / 2;
    }
    from = to;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}

/** Areas of each class against the rest, or against each other one, averaged. */
function areas(est: Estimator, given: Matrix, places: Float64Array, words: Words, k: number): number {
  if (new Set(places).size < k) misfit(est, "y does not hold all of its classes");
  const columns = Array.from({ length: k }, (_, c) => given.take([c]).data);
  const isWeighted = words.get("average") === "weighted";
  const parts: [score: number, rows: number][] = [];
  for (const [c, own] of columns.entries()) {
    if (words.get("multi_class") === "ovr") {
      const isOwn = places.map((place) => Number(place === c));
      parts.push([area(own, isOwn), isOwn.reduce((sum, v) => sum + v, 0)]);
      continue;
    }
    for (let other = c + 1; other < k; other++) {
      const rows = Array.from(places.keys()).filter((i) => places[i] === c || places[i] === other);
      const of = (place: number): number =>
        area(
          Float64Array.from(rows, (i) => (columns[place] as Float64Array)[i] as number),
          Float64Array.from(rows, (i) => Number(places[i] === place)),
        );
      parts.push([(of(c) + of(other)) / 2, rows.length]);
    }
  }
  const all = parts.reduce((sum, [, rows]) => sum + (isWeighted ? rows : 1), 0);
  return parts.reduce((sum, [score, rows]) => sum + score * (isWeighted ? rows : 1), 0) / all;
}

/** Precisions at each score from the highest down, by how much they add to the recall. */
function precision(scores: Float64Array, places: Float64Array): number {
  const order = Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const all = places.reduce((sum, v) => sum + v, 0);
  let [right, sum, before] = [0, 0, 0];
  for (const [at, i] of order.entries()) {
    right += places[i] as number;
    const next = order[at + 1];
    if (next !== undefined && scores[next] === scores[i]) continue;
    sum += ((right - before) / all) * (right / (at + 1));
    before = right;
  }
  return sum;
}

/** The correlation of what is there with what is said (Matthews). */
function correlation(counts: readonly Count[], rows: number): number {
  const sum = (of: (count: Count) => number): number => counts.reduce((all, count) => all + of(count), 0);
  const both = rows * sum(({ right }) => right) - sum(({ there, said }) => there * said);
  const own = rows * rows - sum(({ there }) => there * there);
  const other = rows * rows - sum(({ said }) => said * said);
  return own * other === 0 ? 0 : both / Math.sqrt(own * other);
}
