/**
 * Plans: rows of steps by which reductions are written.
 *
 * @module
 */
import type { Pickling } from "./pickler.ts";

/** A step of a plan: a value is saved, an instruction done. */
export type Step = Instruction | { save: unknown };
/** Work between the values of a reduction. */
export type Instruction = (p: Pickling) => void;

/** How `value` is written. */
export interface Plan {
  steps: Step[];
  value: unknown;
}

/** Is a value made with itself as an argument? It is met again before the memo knows it, without end. */
export function isEndless(plans: readonly Plan[]): boolean {
  return new Set(plans.map(({ value }) => value)).size < plans.length;
}
