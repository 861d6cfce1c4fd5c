/**
 * What files fail in, and why.
 *
 * To add a rule: a file beside this one, its line here, and its case in the live test.
 *
 * @module
 */
import type { Rule } from "../rule.ts";
import { joblibPadding } from "./joblib.ts";
import { missingMain, missingModule } from "./main.ts";
import { numpyCore, numpyRandom } from "./numpy.ts";
import { pandasBlocks, pandasIndex, pandasModules, pandasPytz, pandasString } from "./pandas.ts";
import { pathlibLocal, paths } from "./paths.ts";
import { protocol } from "./protocol.ts";
import { python2Data, python2Str } from "./python2.ts";
import { sklearnIsolation, sklearnLosses, sklearnModules } from "./sklearn.ts";
import { sklearnAttributes, sklearnTree, sklearnValues } from "./trees.ts";
import { torchWeightsOnly } from "./weights.ts";

export const RULES: readonly Rule[] = [
  protocol,
  joblibPadding,
  missingMain,
  numpyCore,
  numpyRandom,
  sklearnModules,
  sklearnLosses,
  sklearnIsolation,
  sklearnTree,
  sklearnValues,
  sklearnAttributes,
  pandasModules,
  pandasIndex,
  pandasBlocks,
  pandasString,
  pandasPytz,
  python2Str,
  python2Data,
  pathlibLocal,
  paths,
  missingModule,
  torchWeightsOnly,
];
