/**
 * What searches score by (sklearn/metrics/): the functions that `scoring` names, and those of `make_scorer`.
 *
 * @module
 */
import { UnsupportedError } from "../../../core/errors.ts";
import { PyDict } from "../../../core/values/dict.ts";
import { PyObject } from "../../../core/values/object.ts";
import { PyGlobal } from "../../../core/values/scalars.ts";
import type { Estimator } from "../estimator.ts";
import { isSince, misfit, plain } from "../fields.ts";
import { type Matrix, numberOf } from "../matrix.ts";
import type { Model } from "../model.ts";
import { accuracy, averaged, correlation, counted, ratioOf } from "./classification.ts";
import { area, areas, precision } from "./ranking.ts";
import { brier, ERRORS, r2 } from "./regression.ts";

type Score = NonNullable<Model["score"]>;
type Words = ReadonlyMap<string, unknown>;

/** A function of sklearn.metrics, its sign, and what it is told besides. */
interface Scorer {
  /** Null for one of Python's own making. */
  readonly func: string | null;
  readonly sign: number;
  readonly words: Words;
}

/** A scorer that is known here. */
interface Known extends Scorer {
  readonly func: string;
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
function scorerOf(value: unknown): Scorer | null {
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
    return { func: null, sign: 1, words: new Map() };
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
  const scorer = scorerOf(chosen);
  if (scorer === null) return undefined;
  const { func } = scorer;
  return (x, truth) => {
    if (func === null) {
      throw new UnsupportedError("scoring", `${est.name} scores by a function of Python's, which brine never runs`);
    }
    if (truth === null) throw new TypeError(`score of ${est.name} needs y`);
    return scorer.sign * measured(est, { ...scorer, func }, inner, classes, x, truth);
  };
}

function measured(
  est: Estimator,
  { func, words }: Known,
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
      if (isMany && k > 2) {
        if (new Set(places).size < k) misfit(est, "y does not hold all of its classes");
        const isWeighted = words.get("average") === "weighted";
        return areas(tableOf(est, model, x), places, words.get("multi_class") === "ovr", isWeighted);
      }
      if (k !== 2) throw new UnsupportedError("scoring", `${est.name} scores by ${func} of more than two classes`);
      if (func === "brier_score_loss" || isMany) {
        const given = tableOf(est, model, x).take([1]).data;
        return isMany ? area(given, places) : brier(given, places);
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
        const rooted: Known = { func: "root_mean_squared_error", sign: 1, words: new Map() };
        return measured(est, rooted, model, classes, x, truth);
      }
      const errors = ERRORS.get(func);
      if (errors === undefined) return refuse();
      only();
      return errors(Float64Array.from(truth, numberOf), Float64Array.from(given(), numberOf));
    }
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
