/**
 * Every estimator, for those who want them all at once.
 *
 * @module
 */
import type { Pack } from "../../core/pack.ts";
import { kinds as bayes } from "./bayes/index.ts";
import { kinds as boosting } from "./boosting/index.ts";
import { kinds as cluster } from "./cluster/index.ts";
import { kinds as compose } from "./compose/index.ts";
import { kinds as covariance } from "./covariance/index.ts";
import { kinds as decomposition } from "./decomposition/index.ts";
import { kinds as dummy } from "./dummy/index.ts";
import { kinds as ensemble } from "./ensemble/index.ts";
import { kinds as gaussian } from "./gaussian/index.ts";
import { kinds as impute } from "./impute/index.ts";
import { kinds as kernel } from "./kernel/index.ts";
import { kinds as linear } from "./linear/index.ts";
import { kinds as manifold } from "./manifold/index.ts";
import type { Maker } from "./model.ts";
import { kinds as neighbors } from "./neighbors/index.ts";
import { kinds as neural } from "./neural/index.ts";
import { estimatorPack } from "./pack.ts";
import { kinds as preprocessing } from "./preprocessing/index.ts";
import { kinds as selection } from "./selection/index.ts";
import { kinds as semi } from "./semi/index.ts";
import { kinds as svm } from "./svm/index.ts";
import { kinds as text } from "./text/index.ts";
import { kinds as tree } from "./tree/index.ts";

const ROOMS = [
  covariance,
  gaussian,
  kernel,
  manifold,
  semi,
  bayes,
  boosting,
  cluster,
  compose,
  decomposition,
  dummy,
  ensemble,
  impute,
  linear,
  neighbors,
  neural,
  preprocessing,
  selection,
  svm,
  text,
  tree,
];

const MAKERS: ReadonlyMap<string, Maker> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ ROOMS.flatMap((kinds) => Object.entries(kinds)),
);

/**
 * Estimators of scikit-learn: an option (`packs`) of `loads`; `load` of `brine` finds them by itself.
 *
 * @example
 * ```ts
 * const model = loads<Estimator>(bytes, { packs: [sklearn] });
 * ```
 */
export const sklearn: Pack = /* @__PURE__ */ estimatorPack((name) => MAKERS.get(name));
