/**
 * Manifolds (sklearn/manifold/), and clusterings that only know the samples they were fitted with.
 *
 * @module
 */
import { inverted, times } from "../../../math/index.ts";
import { type Estimator, partOf } from "../estimator.ts";
import { floats, misfit, num } from "../fields.ts";
import { Matrix } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";

function isomap(est: Estimator): Model {
  const search = partOf(est, est.attrs.get("nbrs_"), "nbrs_");
  const kernel = partOf(est, est.attrs.get("kernel_pca_"), "kernel_pca_").model;
  const { data: paths, shape } = floats(est, "dist_matrix_", 2);
  const n = shape[1] as number;
  return {
    features: search.model.features,
    transform(x) {
      const { distances, indices, k } =
        search.model.kneighbors?.(x, num(est, "n_neighbors", 5)) ?? misfit(est, "nbrs_ finds no neighbours");
      const own = new Float64Array(x.rows * n);
      for (let i = 0; i < x.rows; i++) {
        for (let j = 0; j < n; j++) {
          let least = Number.POSITIVE_INFINITY;
          for (let l = i * k; l < (i + 1) * k; l++) {
            least = Math.min(least, (paths[(indices[l] as number) * n + j] as number) + (distances[l] as number));
          }
          own[i * n + j] = -0.5 * least ** 2;
        }
      }
      return kernel.transform?.(Matrix.dense(own, x.rows, n)) ?? misfit(est, "kernel_pca_ does not transform");
    },
  };
}

/** Rows as sums of their neighbours, and so their images. */
function locallyLinear(est: Estimator): Model {
  const search = partOf(est, est.attrs.get("nbrs_"), "nbrs_");
  const { data: points, shape } = floats(search, "_fit_X", 2);
  const d = shape[1] as number;
  const images = floats(est, "embedding_", 2);
  const width = images.shape[1] as number;
  const reg = num(est, "reg", 1e-3);
  return {
    features: d,
    transform(x) {
      const { indices, k } =
        search.model.kneighbors?.(x, num(est, "n_neighbors", 5)) ?? misfit(est, "nbrs_ finds no neighbours");
      const out = new Float64Array(x.rows * width);
      for (let i = 0; i < x.rows; i++) {
        const places = indices.subarray(i * k, (i + 1) * k);
        const gram = new Float64Array(k * k);
        let trace = 0;
        for (let a = 0; a < k; a++) {
          for (let b = 0; b < k; b++) {
            let sum = 0;
            for (let l = 0; l < d; l++) {
              const v = x.data[i * d + l] as number;
              sum +=
                ((points[(places[a] as number) * d + l] as number) - v) *
                ((points[(places[b] as number) * d + l] as number) - v);
            }
            gram[a * k + b] = sum;
            if (a === b) trace += sum;
          }
        }
        for (let a = 0; a < k; a++) gram[a * k + a] = (gram[a * k + a] as number) + (trace > 0 ? reg * trace : reg);
        const { inverse } = inverted(gram, k) ?? misfit(est, "its neighbours are not independent");
        const weights = times(inverse, new Float64Array(k).fill(1), k, k, 1);
        const all = weights.reduce((sum, w) => sum + w, 0);
        for (let a = 0; a < k; a++) {
          for (let c = 0; c < width; c++) {
            out[i * width + c] =
              (out[i * width + c] as number) +
              ((weights[a] as number) / all) * (images.data[(places[a] as number) * width + c] as number);
          }
        }
      }
      return Matrix.dense(out, x.rows, width);
    },
  };
}

const FITTED_ONLY =
  "DBSCAN HDBSCAN OPTICS AgglomerativeClustering SpectralClustering SpectralBiclustering SpectralCoclustering TSNE MDS " +
  "ClassicalMDS SpectralEmbedding";

export const kinds: Kinds = {
  ...Object.fromEntries(FITTED_ONLY.split(" ").map((name) => [name, (): Model => ({})])),
  Isomap: isomap,
  LocallyLinearEmbedding: locallyLinear,
};
