/**
 * Names that moved between versions of libraries.
 *
 * To add one: a row.
 *
 * @module
 */
import type { Versions } from "./types.ts";

/** Is a version below another? Missing parts count as 0. */
export function below(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(".").map((part) => Number.parseInt(part, 10) || 0));
  for (let i = 0; i < 3; i++) {
    const [x, y] = [a![i] ?? 0, b![i] ?? 0];
    if (x !== y) return x < y;
  }
  return false;
}

export interface Move {
  readonly library: string;
  /** The first version that has the new name alone. */
  readonly since: string;
  readonly old: RegExp;
  readonly now: string;
  /** The way back, where there is one. */
  readonly back?: readonly [RegExp, string];
}

const move = (library: string, since: string, old: RegExp, now: string, back?: readonly [RegExp, string]): Move => ({
  library,
  since,
  old,
  now,
  ...(back ? { back } : {}),
});

/** Full names (`module.name`), old and new. */
export const MOVES: readonly Move[] = [
  move("numpy", "2.0", /^numpy\.core\./, "numpy._core.", [/^numpy\._core\./, "numpy.core."]),
  move("sklearn", "0.23", /^sklearn\.externals\.joblib\./, "joblib."),
  move("sklearn", "0.24", /^sklearn\.ensemble\.forest\./, "sklearn.ensemble._forest.", [
    /^sklearn\.ensemble\._forest\./,
    "sklearn.ensemble.forest.",
  ]),
  move("sklearn", "0.24", /^sklearn\.tree\.tree\./, "sklearn.tree._classes.", [
    /^sklearn\.tree\._classes\./,
    "sklearn.tree.tree.",
  ]),
  move(
    "sklearn",
    "0.24",
    /^sklearn\.linear_model\.(base|logistic|ridge|coordinate_descent)\./,
    "sklearn.linear_model._$1.",
    [/^sklearn\.linear_model\._(base|logistic|ridge|coordinate_descent)\./, "sklearn.linear_model.$1."],
  ),
  move("sklearn", "0.24", /^sklearn\.preprocessing\.(data|label)\./, "sklearn.preprocessing._$1.", [
    /^sklearn\.preprocessing\._(data|label)\./,
    "sklearn.preprocessing.$1.",
  ]),
  move("sklearn", "0.24", /^sklearn\.svm\.classes\./, "sklearn.svm._classes.", [
    /^sklearn\.svm\._classes\./,
    "sklearn.svm.classes.",
  ]),
  move(
    "pandas",
    "2.0",
    /^pandas\.core\.indexes\.numeric\.(Int64Index|UInt64Index|Float64Index|NumericIndex)$/,
    "pandas.core.indexes.base.Index",
  ),
  move("python", "99", /^$/, "", [/^pathlib\._local\./, "pathlib."]),
];

/** The full name that versions of readers know; the same one when nothing moved. */
export function movedFor(full: string, versions: Versions): string {
  let name = full;
  for (const { library, since, old, now, back } of MOVES) {
    const version = versions[library];
    if (version === undefined) continue;
    if (!below(version, since)) name = name.replace(old, now);
    else if (back !== undefined) name = name.replace(back[0], back[1]);
  }
  return name;
}
