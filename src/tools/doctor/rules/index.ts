/**
 * What files fail in, and why.
 *
 * To add a rule: a file beside this one, its line here, and its case in the live test.
 *
 * @module
 */
import type { Rule } from "../rule.ts";
import { joblibPadding } from "./joblib.ts";
import { missingMain } from "./main.ts";
import { numpyCore } from "./numpy.ts";
import { pandasIndex } from "./pandas.ts";
import { pathlibLocal, paths } from "./paths.ts";
import { protocol } from "./protocol.ts";
import { python2Data, python2Str } from "./python2.ts";
import { sklearnLosses, sklearnModules } from "./sklearn.ts";
import { sklearnParameters, sklearnTree, sklearnValues } from "./trees.ts";

export const RULES: readonly Rule[] = [
  protocol,
  joblibPadding,
  missingMain,
  numpyCore,
  sklearnModules,
  sklearnLosses,
  sklearnTree,
  sklearnValues,
  sklearnParameters,
  pandasIndex,
  python2Str,
  python2Data,
  pathlibLocal,
  paths,
];
