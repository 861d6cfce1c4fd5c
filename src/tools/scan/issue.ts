/**
 * Findings before it is known where their part lies.
 *
 * @module
 */
import type { Finding, Severity } from "./types.ts";

/** A finding in a part. */
export type Issue = Omit<Finding, "path">;

const ADVICE: Readonly<Record<Severity, string>> = {
  note: "nothing to do",
  suspicious: "load it only if you trust who wrote it, or name what you know as allowed",
  dangerous: "do not load it in Python; ask who wrote it for a file without code",
};

/** Makes a finding; what is not told of `advice` follows from the severity. */
export function issue(
  rule: string,
  severity: Severity,
  offset: number,
  message: string,
  more: { readonly global?: string; readonly arguments?: string; readonly advice?: string } = {},
): Issue {
  return { rule, severity, offset, message, advice: ADVICE[severity], ...more };
}

const WEIGHT: Readonly<Record<Severity, number>> = { note: 0, suspicious: 1, dangerous: 2 };

/** Is the one worse than the other? */
export function isWorse(one: Severity, other: Severity): boolean {
  return WEIGHT[one] > WEIGHT[other];
}
