/**
 * Covariances and what lies outside of them (sklearn/covariance/).
 *
 * @module
 */
import { inverted, log2pi, pseudoInverse, standardized, times } from "../../../math/index.ts";
import type { Estimator } from "../estimator.ts";
import { isSince, num, vector } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";

/** Squared Mahalanobis distances from the middle. */
function mahalanobis(est: Estimator): {
  features: number;
  precision: Float64Array;
  of(x: Matrix): Float64Array;
} {
  const middle = vector(est, "location_");
  const d = middle.length;
  const given = est.attrs.get("precision_") ?? null;
  const precision =
    given === null ? pseudoInverse(vector(est, "covariance_", d * d), d, d) : vector(est, "precision_", d * d);
  return {
    features: d,
    precision,
    of(x) {
      const own = standardized(x.data, d, middle, null);
      const turned = times(own, precision, x.rows, d, d);
      return Float64Array.from({ length: x.rows }, (_, i) => {
        let sum = 0;
        for (let l = i * d; l < (i + 1) * d; l++) sum += (own[l] as number) * (turned[l] as number);
        return sum;
      });
    },
  };
}

function covariance(est: Estimator): Model {
  const { features: d, precision, of } = mahalanobis(est);
  return {
    features: d,
    mahalanobis: (x) => Matrix.flat(of(x)),
    score(x) {
      const volume = inverted(precision, d);
      const logDet = volume !== null && volume.sign > 0 ? volume.logDet : Number.NEGATIVE_INFINITY;
      const sum = of(x).reduce((all, v) => all + v, 0) / x.rows;
      return (-sum + logDet - d * log2pi) / 2;
    },
  };
}

function envelope(est: Estimator): Model {
  const { features, of } = mahalanobis(est);
  if (!isSince(est.version, 0, 20)) {
    const threshold = num(est, "threshold_");
    return {
      features,
      mahalanobis: (x) => Matrix.flat(of(x)),
      decisionFunction: (x) => Matrix.flat(of(x).map((v) => threshold ** 0.33 - v ** 0.33)),
      predict: (x) => Array.from(of(x), (v) => (v <= threshold ? 1 : -1)),
    };
  }
  const offset = num(est, "offset_", 0);
  const decide = (x: Matrix): Float64Array => of(x).map((v) => -v - offset);
  return {
    features,
    mahalanobis: (x) => Matrix.flat(of(x)),
    scoreSamples: (x) => Matrix.flat(of(x).map((v) => -v)),
    decisionFunction: (x) => Matrix.flat(decide(x)),
    predict: (x) => Array.from(decide(x), (v) => (v >= 0 ? 1 : -1)),
  };
}

const PLAIN = "EmpiricalCovariance LedoitWolf OAS MinCovDet ShrunkCovariance GraphicalLasso GraphicalLassoCV";

export const kinds: Kinds = {
  ...Object.fromEntries(PLAIN.split(" ").map((name) => [name, covariance])),
  EllipticEnvelope: envelope,
};
