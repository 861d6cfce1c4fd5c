/**
 * Imputers (sklearn/impute/).
 *
 * @module
 */
import { PyObject } from "../../../core/values/object.ts";
import type { Estimator } from "../estimator.ts";
import { partOf } from "../estimator.ts";
import { namesIn } from "../featurenames.ts";
import { flag, floats, floatsOf, isSince, labelsOf, list, misfit, num, plain, text, vector, wrong } from "../fields.ts";
import { tidy } from "../input.ts";
import { beside, Matrix, numberOf } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { Gaps } from "../neighbors/gaps.ts";
import { argpartition } from "../neighbors/partition.ts";
import { einsumOf } from "../neighbors/settle.ts";

type Test = (value: unknown) => boolean;

/** The value that stands for what is missing; null for NaN. */
function markOf(est: Estimator): unknown {
  const given = plain(est.attrs.get("missing_values") ?? Number.NaN);
  const isNaNValue = (typeof given === "number" && Number.isNaN(given)) || given === "NaN" || given === null;
  return isNaNValue || given instanceof PyObject ? null : given;
}

/** NaN is welcome where it is what is missing. */
const finiteOf = (est: Estimator): true | "allow-nan" => (markOf(est) === null ? "allow-nan" : true);

/**
 * Tells what is missing: NaN unless the estimator names another value. JavaScript's null is, too; Python's None in a
 * column that is not of numbers is not.
 */
function missingOf(est: Estimator, x: Matrix | null = null): Test {
  const given = markOf(est);
  const isNone = est.attrs.get("missing_values") === null;
  if (given === null && x?.hasNone && !isNone && !(est.attrs.get("missing_values") instanceof PyObject)) {
    return (value) => typeof value === "number" && Number.isNaN(value);
  }
  if (given === null) {
    return (value) => value === null || value === undefined || (typeof value === "number" && Number.isNaN(value));
  }
  return (value) => plain(value) === given;
}

function indicator(est: Estimator): Model {
  const d = num(est, "n_features_in_", num(est, "_n_features", 0)) || undefined;
  const all = text(est, "features", "missing-only") === "all";
  const places = all ? null : Array.from(vector(est, "features_"));
  return {
    features: d,
    finite: finiteOf(est),
    mixed: true,
    names(given) {
      const input = namesIn(est, given, d);
      return (places ?? Array.from(input.keys())).map((j) => `missingindicator_${input[j]}`);
    },
    transform(x) {
      const isMissing = missingOf(est, x);
      const chosen = places ?? Array.from({ length: x.cols }, (_, j) => j);
      const out = new Float64Array(x.rows * chosen.length);
      for (const [t, j] of chosen.entries()) {
        const column = x.column(j);
        for (let i = 0; i < x.rows; i++) out[i * chosen.length + t] = isMissing(column[i]) ? 1 : 0;
      }
      const made = Matrix.dense(out, x.rows, chosen.length);
      made.isBool = true;
      return made;
    },
  };
}

/** Puts the columns of an indicator beside, where the imputer was told to. */
function withIndicator(est: Estimator, x: Matrix, made: Matrix): Matrix {
  const given = est.attrs.get("indicator_") ?? null;
  if (!flag(est, "add_indicator") || given === null) return made;
  const marks =
    partOf(est, given, "indicator_").model.transform?.(x) ?? misfit(est, "its indicator does not transform");
  return beside([made, marks], x.rows, x.isSparse && made.isSparse);
}

/** Names of the columns that are kept, and of an indicator's. */
function namesWith(est: Estimator, given: readonly string[] | null, kept: readonly number[] | null): string[] {
  const input = namesIn(est, given, kept?.length);
  const names = kept === null ? [...input] : kept.map((j) => input[j] as string);
  const indicator = est.attrs.get("indicator_") ?? null;
  if (!flag(est, "add_indicator") || indicator === null) return names;
  return [...names, ...(partOf(est, indicator, "indicator_").model.names?.(input) ?? [])];
}

function simple(est: Estimator): Model {
  const statistics = labelsOf(est.attrs.get("statistics_")) ?? wrong(est, "statistics_", "an array");
  const d = statistics.length;
  const strategy = text(est, "strategy");
  const isConstant = strategy === "constant";
  const isNumeric = strategy === "mean" || strategy === "median";
  const keepsEmpty = flag(est, "keep_empty_features");
  const isEmpty = (value: unknown): boolean => value === null || (typeof value === "number" && Number.isNaN(value));
  const kept = statistics.flatMap((value, j) => (!isConstant && !keepsEmpty && isEmpty(value) ? [] : [j]));
  return {
    features: d,
    finite: finiteOf(est),
    mixed: true,
    names: (given) => namesWith(est, given, kept),
    transform(x) {
      const isMissing = missingOf(est, x);
      const columns = kept.map((j): ArrayLike<unknown> => {
        const fill = statistics[j];
        const given = x.column(j);
        const column = isNumeric && !(given instanceof Float64Array) ? Float64Array.from(given, numberOf) : given;
        if (column instanceof Float64Array && typeof fill === "number")
          return column.map((v) => (isMissing(v) ? fill : v));
        const filled = Array.from(column, (v) => (isMissing(v) ? fill : v));
        return filled.every((v) => typeof v === "number") ? Float64Array.from(filled as number[]) : filled;
      });
      const made = Matrix.columns(columns, x.rows);
      return withIndicator(est, x, x.isSparse ? Matrix.sparse(made.csr) : made);
    },
    ...(flag(est, "add_indicator") && {
      inverseTransform(x: Matrix): Matrix {
        const marked = Array.from(vector(partOf(est, est.attrs.get("indicator_"), "indicator_"), "features_"));
        const columns = Array.from({ length: d }, (_, j): ArrayLike<unknown> => {
          const from = kept.indexOf(j);
          const mark = marked.indexOf(j);
          const values = from < 0 ? new Array<number>(x.rows).fill(Number.NaN) : Array.from(x.column(from));
          if (mark < 0) return values;
          const marks = x.column(kept.length + mark);
          return values.map((value, i) => (numberOf(marks[i]) === 0 ? value : Number.NaN));
        });
        return Matrix.columns(columns.map(tidy), x.rows);
      },
    }),
  };
}

/** Means of the nearest rows that have a value (distances over the columns that both rows have). */
function nearest(est: Estimator): Model {
  const isMissing = missingOf(est);
  const { data: fit, shape } = floats(est, "_fit_X", 2);
  const [n, d] = shape as [number, number];
  const valid = labelsOf(est.attrs.get("_valid_mask")) ?? new Array(d).fill(true);
  const k = num(est, "n_neighbors", 5);
  const byDistance = text(est, "weights", "uniform") === "distance";
  const gone = Array.from(fit, (v) => isMissing(v));
  const keepsEmpty = flag(est, "keep_empty_features");
  const gaps = new Gaps(fit, isMissing, n, d, einsumOf(est.version));
  const isSettled = new Uint8Array(n);
  /** Settles the distances of the rows that may be among the nearest. */
  const settle = (own: Float64Array, near: readonly number[], count: number): void => {
    const order = Float64Array.from(near, (j) => own[j] as number).sort();
    const limit = (order[Math.min(count, order.length) - 1] as number) ** 2;
    for (const j of near) {
      if (isSettled[j] === 1 || (own[j] as number) ** 2 > limit + gaps.slack(j)) continue;
      isSettled[j] = 1;
      own[j] = gaps.to(j, true);
    }
  };
  const kept = valid.flatMap((on, l) => (on || keepsEmpty ? [l] : []));
  return {
    features: d,
    finite: finiteOf(est),
    names: (given) => namesWith(est, given, kept),
    transform(x) {
      const { data } = x;
      const out = data.slice();
      for (let i = 0; i < x.rows; i++) {
        let all: Float64Array | null = null;
        for (let l = 0; l < d; l++) {
          if (!isMissing(data[i * d + l]) || !valid[l]) continue;
          if (all === null) {
            gaps.from(data, i, isMissing);
            isSettled.fill(0);
            all = Float64Array.from({ length: n }, (_, j) => gaps.to(j, false));
          }
          const own = all;
          const donors: number[] = [];
          for (let j = 0; j < n; j++) if (!gone[j * d + l]) donors.push(j);
          const near = donors.filter((j) => !Number.isNaN(own[j] as number));
          if (near.length === 0) {
            // No row shares a column: the column's mean.
            let sum = 0;
            for (const j of donors) sum += fit[j * d + l] as number;
            out[i * d + l] = sum / donors.length;
            continue;
          }
          settle(own, near, k);
          const given = Float64Array.from(donors, (j) => own[j] as number);
          const count = Math.min(k, donors.length);
          const chosen = Array.from(argpartition(given, 0, donors.length, count).subarray(0, count))
            .map((at) => donors[at] as number)
            .filter((j) => !Number.isNaN(own[j] as number));
          let weights = chosen.map((j) => (byDistance ? 1 / (own[j] as number) : 1));
          if (weights.includes(Number.POSITIVE_INFINITY))
            weights = weights.map((w) => (w === Number.POSITIVE_INFINITY ? 1 : 0));
          let [sum, total] = [0, 0];
          for (const [c, j] of chosen.entries()) {
            sum += (fit[j * d + l] as number) * (weights[c] as number);
            total += weights[c] as number;
          }
          out[i * d + l] = sum / total;
        }
      }
      for (let at = 0; at < out.length; at++) if (!valid[at % d]) out[at] = 0;
      // Up to 1.2 a table without holes was given back before its holes were told.
      if (!isSince(est.version, 1, 3) && !data.some((v, at) => valid[at % d] && isMissing(v))) {
        return Matrix.dense(out, x.rows, d).take(kept);
      }
      return withIndicator(est, x, Matrix.dense(out, x.rows, d).take(kept));
    },
  };
}

/** Column after column predicted from the others, as often as when it was fitted. */
function iterative(est: Estimator): Model {
  const first = partOf(est, est.attrs.get("initial_imputer_"), "initial_imputer_").model;
  const isMissing = missingOf(est);
  const steps = list(est, "imputation_sequence_").map((triple) => {
    const parts = triple instanceof PyObject ? triple.args : (triple as readonly unknown[]);
    const [column, others, model] = Array.isArray(parts) ? parts : wrong(est, "imputation_sequence_", "triples");
    const places = Array.from(floatsOf(others)?.data ?? wrong(est, "imputation_sequence_", "triples"));
    return { column: numberOf(column), places, model: partOf(est, model, "imputation_sequence_").model };
  });
  // One for all columns up to 0.22, one for each since.
  const bounds = (name: string): ((column: number) => number | undefined) => {
    const given = est.attrs.has(name) ? vector(est, name) : [];
    return (column) => given[given.length === 1 ? 0 : column];
  };
  const low = bounds("_min_value");
  const high = bounds("_max_value");
  return {
    features: num(est, "n_features_in_", 0) || undefined,
    finite: finiteOf(est),
    names(given) {
      const input = namesIn(est, given);
      return [...(first.names?.(input) ?? input), ...namesWith(est, input, null).slice(input.length)];
    },
    transform(given) {
      const begun = first.transform?.(given) ?? misfit(est, "its first imputer does not transform");
      const d = begun.cols;
      // Columns that had no value at all are left out before the first step.
      const x = d === given.cols ? given : given.take(filledOf(est));
      if (d !== x.cols) return misfit(est, "its first imputer keeps other columns");
      const out = begun.data.slice();
      for (const { column, places, model } of steps) {
        const rows = Array.from({ length: x.rows }, (_, i) => i).filter((i) => isMissing(x.data[i * d + column]));
        if (rows.length === 0) continue;
        const part = new Float64Array(rows.length * places.length);
        for (const [r, i] of rows.entries()) {
          for (const [c, j] of places.entries()) part[r * places.length + c] = out[i * d + j] as number;
        }
        const filled =
          model.predict?.(Matrix.dense(part, rows.length, places.length)) ??
          misfit(est, "its estimator does not predict");
        for (const [r, i] of rows.entries()) {
          const v = numberOf(filled[r]);
          out[i * d + column] = Math.min(
            high(column) ?? Number.POSITIVE_INFINITY,
            Math.max(low(column) ?? Number.NEGATIVE_INFINITY, v),
          );
        }
      }
      return withIndicator(est, given, Matrix.dense(out, x.rows, d));
    },
  };
}

/** The columns in which the first imputer found something. */
function filledOf(est: Estimator): number[] {
  const statistics = vector(partOf(est, est.attrs.get("initial_imputer_"), "initial_imputer_"), "statistics_");
  return Array.from(statistics.keys()).filter((j) => !Number.isNaN(statistics[j]));
}

export const kinds: Kinds = {
  SimpleImputer: simple,
  Imputer: simple,
  MissingIndicator: indicator,
  KNNImputer: nearest,
  IterativeImputer: iterative,
};
