/**
 * Estimators made of estimators.
 *
 * @module
 */
import type { Kinds } from "../model.ts";
import { baggers } from "./bagging.ts";
import { calibrations } from "./calibration.ts";
import { chains } from "./chains.ts";
import { forests } from "./forest.ts";
import { multiclass } from "./multiclass.ts";
import { stacks } from "./stacking.ts";
import { voters } from "./voting.ts";

export { byMethod } from "./members.ts";
export { ovrScores } from "./multiclass.ts";

export const kinds: Kinds = {
  ...forests,
  ...baggers,
  ...voters,
  ...stacks,
  ...calibrations,
  ...multiclass,
  ...chains,
};
