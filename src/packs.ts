/**
 * The packs that `brine` knows without being told, beyond those of `brine/pickle`.
 *
 * @module
 */
import type { Pack } from "./core/pack.ts";
import { joblib } from "./families/joblib/index.ts";
import { numpy } from "./families/numpy/index.ts";
import { scipy } from "./families/scipy/index.ts";

const KNOWN: readonly Pack[] = [joblib, numpy, scipy];

/** The options with the packs that are always known behind the caller's. */
export function withPacks<T extends { packs?: readonly Pack[] }>(options: T): T {
  return { ...options, packs: options.packs ? [...options.packs, ...KNOWN] : KNOWN };
}
