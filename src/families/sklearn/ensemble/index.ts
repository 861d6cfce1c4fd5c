/**
 * Estimators made of estimators.
 *
 * @module
 */
import type { Kinds } from "../model.ts";
import { baggers } from "./bagging.ts";
import { chains } from "./chains.ts";
import { forests } from "./forest.ts";
import { votes } from "./votes.ts";

export { byMethod, ovrScores } from "./votes.ts";

export const kinds: Kinds = { ...forests, ...baggers, ...chains, ...votes };
