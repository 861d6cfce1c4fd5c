/**
 * The estimators of which another is made, and what they give.
 *
 * @module
 */
import { type Estimator, partOf } from "../estimator.ts";
import { list, misfit, plain, wrong } from "../fields.ts";
import type { Matrix } from "../matrix.ts";
import { tableFrom } from "../tree/index.ts";

/** The fitted estimators of an ensemble. */
export function membersOf(est: Estimator): Estimator[] {
  const members = list(est, "estimators_");
  if (members.length === 0) return wrong(est, "estimators_", "a list of estimators");
  return members.map((one) => partOf(est, one, "estimators_"));
}

/** Names of the members that take part. */
export function memberNames(est: Estimator): string[] {
  return list(est, "estimators").flatMap((one) =>
    Array.isArray(one) && !isDropped(plain(one[1] ?? null)) ? [`${est.name.toLowerCase()}_${String(one[0])}`] : [],
  );
}

/** Does this stand for a member that was left out? */
export function isDropped(value: unknown): boolean {
  return value === null || value === "drop";
}

/** The table of a matrix-valued method, checked for its width. */
export function tableOf(
  owner: Estimator,
  member: Estimator,
  given: Matrix | Matrix[] | undefined,
  rows: number,
): Matrix {
  if (given === undefined || Array.isArray(given) || given.rows !== rows) {
    return misfit(owner, `its ${member.name} gives no table`);
  }
  return given;
}

/** A table by the method of a name: `predict_proba`, `decision_function`, `predict`. */
export function byMethod(owner: Estimator, member: Estimator, method: string, x: Matrix): Matrix {
  const { model } = member;
  if (method === "predict_proba") return tableOf(owner, member, model.predictProba?.(x), x.rows);
  if (method === "decision_function") return tableOf(owner, member, model.decisionFunction?.(x), x.rows);
  return tableFrom(model.predict?.(x) ?? misfit(owner, `its ${member.name} does not predict`), x.rows);
}
