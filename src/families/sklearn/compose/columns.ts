/**
 * Column transformers (sklearn/compose/_column_transformer.py).
 *
 * @module
 */
import { NDArray } from "../../../core/ndarray/index.ts";
import { PyObject } from "../../../core/values/object.ts";
import { PyGlobal } from "../../../core/values/scalars.ts";
import type { Estimator } from "../estimator.ts";
import { namesIn } from "../featurenames.ts";
import { flag, labelsOf, list, misfit, plain, wrong } from "../fields.ts";
import { beside, Matrix, weighted } from "../matrix.ts";
import type { Model } from "../model.ts";
import { isPassing, prefixed, stepNames, stepOf } from "./step.ts";

/** Chooses columns of a table. */
type Choice = (x: Matrix) => number[];

function byName(est: Estimator, name: string): (x: Matrix) => number {
  return (x) => {
    const names = x.names ?? (est.featureNames?.length === x.cols ? est.featureNames : null);
    if (names === null)
      throw new TypeError("Specifying the columns using strings is only supported for records and columns by name");
    const at = names.indexOf(name);
    return at < 0 ? missing([name]) : at;
  };
}

function missing(names: readonly string[]): never {
  throw new TypeError(`columns are missing: {${names.map((name) => `'${name}'`).join(", ")}}`);
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i]);

function byPlace(place: number): (x: Matrix) => number {
  return (x) => (place < 0 ? place + x.cols : place);
}

function one(est: Estimator, value: unknown): (x: Matrix) => number {
  const own = plain(value);
  if (typeof own === "string") return byName(est, own);
  return typeof own === "number" ? byPlace(own) : wrong(est, "transformers_", "columns by name or place");
}

function end(est: Estimator, value: unknown, x: Matrix, fallback: number, after: number): number {
  const own = plain(value ?? null);
  if (own === null) return fallback;
  if (typeof own === "string") return byName(est, own)(x) + after;
  if (typeof own !== "number") return wrong(est, "transformers_", "columns by name or place");
  return Math.max(0, Math.min(x.cols, own < 0 ? own + x.cols : own));
}

/** The columns of a remainder: scikit-learn 1.5 to 1.8 keep them in a list of a class of its own. */
function bare(where: unknown): unknown {
  const isOwn = where instanceof PyObject && where.cls instanceof PyGlobal && where.cls.name === "_RemainderColsList";
  return isOwn ? where.attrs.get("data") : where;
}

/** Columns by name, place, mask or slice; a slice of names has both ends. */
function choice(est: Estimator, given: unknown): Choice {
  const list = given instanceof NDArray ? labelsOf(given) : Array.isArray(given) ? given.map(plain) : null;
  if (list !== null) {
    if (list.length > 0 && list.every((value) => typeof value === "boolean")) {
      return () => list.flatMap((on, j) => (on ? [j] : []));
    }
    const each = list.map((value) => one(est, value));
    return (x) => each.map((find) => find(x));
  }
  if (typeof given === "object" && given !== null && "start" in given && "stop" in given && "step" in given) {
    const { start, stop, step } = given;
    return (x) => {
      const by = plain(step ?? 1);
      if (typeof by !== "number" || by < 1) return wrong(est, "transformers_", "slices with a step of 1 or more");
      const from = end(est, start, x, 0, 0);
      const to = end(est, stop, x, x.cols, 1);
      const out: number[] = [];
      for (let j = from; j < to; j += by) out.push(j);
      return out;
    };
  }
  const single = one(est, given);
  return (x) => [single(x)];
}

/** No columns: an empty list, or a mask that chooses none. */
function isNothing(where: unknown): boolean {
  const chosen = where instanceof NDArray ? labelsOf(where) : Array.isArray(where) ? where.map(plain) : null;
  return chosen?.every((value) => value === false) ?? false;
}

export function columns(est: Estimator): Model {
  const weights = est.attrs.get("transformer_weights") as { get?(key: string): unknown } | null | undefined;
  const parts = list(est, "transformers_").flatMap((triple) => {
    if (!Array.isArray(triple) || triple.length !== 3) return wrong(est, "transformers_", "triples");
    const [name, value] = triple as [unknown, unknown];
    const where = bare(triple[2]);
    // What has no columns was never fitted.
    if (plain(value) === "drop" || isNothing(where)) return [];
    const weight = plain(weights?.get?.(String(name)) ?? 1);
    return [
      {
        name: String(name),
        value,
        model: stepOf(est, value, String(name)),
        pick: choice(est, where),
        isPassing: isPassing(value),
        weight: Number(weight),
      },
    ];
  });
  const isSparse = flag(est, "sparse_output_");
  const fitted = est.featureNames;
  // Columns of names are those that were there when it was fitted, in whichever order they come now.
  const wanted = fitted === null ? null : Matrix.dense(new Float64Array(0), 0, fitted.length, fitted);
  const placesIn = (x: Matrix, pick: Choice): number[] => {
    const { names } = x;
    if (wanted === null || names === null || sameNames(names, fitted ?? [])) return pick(x);
    return pick(wanted).map((j) => {
      const at = names.indexOf(wanted.names?.[j] as string);
      return at < 0 ? missing([wanted.names?.[j] as string]) : at;
    });
  };
  return {
    finite: false,
    loose: true,
    names(given) {
      const input = namesIn(est, given);
      const x = Matrix.dense(new Float64Array(0), 0, input.length, input);
      return prefixed(
        est,
        parts.flatMap(({ name, value, pick, isPassing }) => {
          const own = pick(x).map((j) => input[j] as string);
          if (own.length === 0) return [];
          return [[name, isPassing ? own : stepNames(value, own)] as const];
        }),
      );
    },
    transform(x) {
      const made = parts.flatMap(({ model, pick, weight }) => {
        const places = placesIn(x, pick);
        if (places.length === 0) return [];
        const part = x.take(places);
        const out = model.transform?.(part) ?? misfit(est, "one of its parts does not transform");
        return [weight === 1 ? out : weighted(out, weight)];
      });
      return beside(made, x.rows, isSparse);
    },
  };
}
