/**
 * Losses and metrics (keras/src/losses, keras/src/metrics).
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import { sizeOf, type Tensor } from "./tensor.ts";

const EPSILON = 1e-7;

/** Loss of each row: targets, predictions and the settings of the loss. */
type RowLoss = (y: Float64Array, p: Float64Array, config: Record<string, unknown>) => number;

const mean = (n: number, f: (i: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += f(i);
  return sum / n;
};
const clip = (p: number): number => Math.min(1 - EPSILON, Math.max(EPSILON, p));
const at = (list: Float64Array, i: number): number => list[i] as number;

function logits(p: Float64Array): Float64Array {
  const most = p.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const log = Math.log(p.reduce((sum, v) => sum + Math.exp(v - most), 0));
  return p.map((v) => v - most - log);
}

/** Logarithms of probabilities that add up to one. */
function logProbs(p: Float64Array, fromLogits: boolean): Float64Array {
  if (fromLogits) return logits(p);
  const sum = p.reduce((a, b) => a + b, 0);
  return p.map((v) => Math.log(clip(v / sum)));
}

const ROWS: ReadonlyMap<string, RowLoss> = new Map<string, RowLoss>([
  [
    "categorical_crossentropy",
    (y, p, config) => {
      const smooth = Number(config["label_smoothing"] ?? 0);
      const logs = logProbs(p, config["from_logits"] === true);
      let sum = 0;
      for (let i = 0; i < y.length; i++) sum -= (at(y, i) * (1 - smooth) + smooth / y.length) * at(logs, i);
      return sum;
    },
  ],
  [
    "binary_crossentropy",
    (y, p, config) => {
      const smooth = Number(config["label_smoothing"] ?? 0);
      return mean(y.length, (i) => {
        const t = at(y, i) * (1 - smooth) + smooth / 2;
        if (config["from_logits"] === true) {
          const x = at(p, i);
          return Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x)));
        }
        const q = clip(at(p, i));
        return -(t * Math.log(q) + (1 - t) * Math.log(1 - q));
      });
    },
  ],
  ["mean_squared_error", (y, p) => mean(y.length, (i) => (at(p, i) - at(y, i)) ** 2)],
  ["mean_absolute_error", (y, p) => mean(y.length, (i) => Math.abs(at(p, i) - at(y, i)))],
  [
    "mean_absolute_percentage_error",
    (y, p) => 100 * mean(y.length, (i) => Math.abs((at(y, i) - at(p, i)) / Math.max(Math.abs(at(y, i)), EPSILON))),
  ],
  [
    "mean_squared_logarithmic_error",
    (y, p) =>
      mean(
        y.length,
        (i) => (Math.log(Math.max(at(p, i), EPSILON) + 1) - Math.log(Math.max(at(y, i), EPSILON) + 1)) ** 2,
      ),
  ],
  [
    "huber",
    (y, p, config) => {
      const delta = Number(config["delta"] ?? 1);
      return mean(y.length, (i) => {
        const e = Math.abs(at(y, i) - at(p, i));
        return e <= delta ? 0.5 * e * e : delta * e - 0.5 * delta * delta;
      });
    },
  ],
  ["hinge", (y, p) => mean(y.length, (i) => Math.max(0, 1 - at(y, i) * at(p, i)))],
  ["squared_hinge", (y, p) => mean(y.length, (i) => Math.max(0, 1 - at(y, i) * at(p, i)) ** 2)],
  [
    "categorical_hinge",
    (y, p) => {
      let positive = 0;
      let negative = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < y.length; i++) {
        positive += at(y, i) * at(p, i);
        negative = Math.max(negative, (1 - at(y, i)) * at(p, i));
      }
      return Math.max(0, negative - positive + 1);
    },
  ],
  [
    "kl_divergence",
    (y, p) => {
      const bound = (v: number): number => Math.min(1, Math.max(EPSILON, v));
      let sum = 0;
      for (let i = 0; i < y.length; i++) sum += bound(at(y, i)) * Math.log(bound(at(y, i)) / bound(at(p, i)));
      return sum;
    },
  ],
  ["poisson", (y, p) => mean(y.length, (i) => at(p, i) - at(y, i) * Math.log(at(p, i) + EPSILON))],
  [
    "log_cosh",
    (y, p) =>
      mean(y.length, (i) => {
        const x = at(p, i) - at(y, i);
        return x + Math.log1p(Math.exp(-2 * x)) - Math.LN2;
      }),
  ],
  [
    "cosine_similarity",
    (y, p) => {
      const length = (v: Float64Array): number =>
        Math.sqrt(
          Math.max(
            v.reduce((sum, x) => sum + x * x, 0),
            1e-12,
          ),
        );
      const [a, b] = [length(y), length(p)];
      let sum = 0;
      for (let i = 0; i < y.length; i++) sum += (at(y, i) / a) * (at(p, i) / b);
      return -sum;
    },
  ],
]);

const SHORT: Readonly<Record<string, string>> = {
  mse: "mean_squared_error",
  mae: "mean_absolute_error",
  mape: "mean_absolute_percentage_error",
  msle: "mean_squared_logarithmic_error",
  kld: "kl_divergence",
  kullback_leibler_divergence: "kl_divergence",
  bce: "binary_crossentropy",
  logcosh: "log_cosh",
  huber_loss: "huber",
  acc: "accuracy",
};

/** A function's or class's name in one form: `MeanSquaredError` and `mse` are `mean_squared_error`. */
export function plainName(spec: unknown): { name: string; config: Record<string, unknown> } {
  let name: unknown = spec;
  let config: Record<string, unknown> = {};
  if (typeof spec === "object" && spec !== null) {
    const { class_name: cls, config: inner } = spec as { class_name?: unknown; config?: unknown };
    name = cls === "function" ? inner : cls;
    if (typeof inner === "object" && inner !== null) config = inner as Record<string, unknown>;
    if (cls === "MeanMetricWrapper" || cls === "LossFunctionWrapper") name = plainName(config["fn"]).name;
  }
  const snake = String(name)
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
  return { name: SHORT[snake] ?? snake, config };
}

/** The mean loss over all samples. */
export function lossOf(spec: unknown, y: Tensor, p: Tensor): number {
  const { name, config } = plainName(spec);
  const width = p.shape[p.shape.length - 1] as number;
  const rows = p.data.length / width;
  if (name === "sparse_categorical_crossentropy") {
    let sum = 0;
    for (let r = 0; r < rows; r++) {
      const logs = logProbs(
        Float64Array.from(p.data.subarray(r * width, (r + 1) * width)),
        config["from_logits"] === true,
      );
      sum -= at(logs, y.data[r] as number);
    }
    return sum / rows;
  }
  const row = ROWS.get(name);
  if (row === undefined) throw new UnsupportedError("loss", `the loss ${name} is not known`, { format: "keras" });
  const targets = sizeOf(y.shape) === sizeOf(p.shape) ? y.data : null;
  if (targets === null) throw new RangeError(`targets of shape (${y.shape}) do not fit predictions of (${p.shape})`);
  // Labels of hinge losses are -1 and 1; 0 and 1 are taken for these.
  const turns = /^(squared_)?hinge$/.test(name) && targets.every((v) => v === 0 || v === 1);
  let sum = 0;
  for (let r = 0; r < rows; r++) {
    sum += row(
      Float64Array.from(targets.subarray(r * width, (r + 1) * width), (v) => (turns ? 2 * v - 1 : v)),
      Float64Array.from(p.data.subarray(r * width, (r + 1) * width)),
      config,
    );
  }
  return sum / rows;
}

function argmax(x: Float32Array, from: number, n: number): number {
  let best = 0;
  for (let i = 1; i < n; i++) if ((x[from + i] as number) > (x[from + best] as number)) best = i;
  return best;
}

/** The value of a metric over all samples, and its name. `loss` decides what "accuracy" means. */
export function metricOf(spec: unknown, y: Tensor, p: Tensor): { name: string; value: number } {
  const { name, config } = plainName(spec);
  const shown = typeof config["name"] === "string" ? config["name"] : typeof spec === "string" ? spec : name;
  return { name: shown, value: metricValue(name, config, y, p) };
}

function metricValue(name: string, config: Record<string, unknown>, y: Tensor, p: Tensor): number {
  const width = p.shape[p.shape.length - 1] as number;
  const rows = p.data.length / width;
  const sparse = y.data.length === rows && width > 1;
  const threshold = Number(config["threshold"] ?? 0.5);
  const share = (test: (r: number) => boolean): number => {
    let hits = 0;
    for (let r = 0; r < rows; r++) if (test(r)) hits++;
    return hits / rows;
  };
  switch (name) {
    case "accuracy":
      return metricValue(
        width === 1 ? "binary_accuracy" : sparse ? "sparse_categorical_accuracy" : "categorical_accuracy",
        config,
        y,
        p,
      );
    case "binary_accuracy": {
      let hits = 0;
      for (let i = 0; i < p.data.length; i++) if (((p.data[i] as number) > threshold ? 1 : 0) === y.data[i]) hits++;
      return hits / p.data.length;
    }
    case "categorical_accuracy":
      return share((r) => argmax(p.data, r * width, width) === argmax(y.data, r * width, width));
    case "sparse_categorical_accuracy":
      return share((r) => argmax(p.data, r * width, width) === y.data[r]);
    case "top_k_categorical_accuracy":
    case "sparse_top_k_categorical_accuracy": {
      const k = Number(config["k"] ?? 5);
      return share((r) => {
        const target = name.startsWith("sparse") ? (y.data[r] as number) : argmax(y.data, r * width, width);
        const value = p.data[r * width + target] as number;
        let above = 0;
        for (let i = 0; i < width; i++) if ((p.data[r * width + i] as number) > value) above++;
        return above < k;
      });
    }
    case "precision":
    case "recall": {
      const limit = Array.isArray(config["thresholds"])
        ? Number(config["thresholds"][0])
        : Number(config["thresholds"] ?? 0.5);
      let hits = 0;
      let guessed = 0;
      let real = 0;
      for (let i = 0; i < p.data.length; i++) {
        const yes = (p.data[i] as number) > limit;
        if (yes) guessed++;
        if (y.data[i] === 1) real++;
        if (yes && y.data[i] === 1) hits++;
      }
      const by = name === "precision" ? guessed : real;
      return by === 0 ? 0 : hits / by;
    }
    case "auc":
      return areaUnderCurve(y, p, config);
    case "root_mean_squared_error":
      return Math.sqrt(lossOf("mean_squared_error", y, p));
    case "cosine_similarity":
      return -lossOf("cosine_similarity", y, p);
    default:
      return lossOf({ class_name: name, config }, y, p);
  }
}

/** Area under the ROC curve by Keras's 200 thresholds and the trapezoid rule. */
function areaUnderCurve(y: Tensor, p: Tensor, config: Record<string, unknown>): number {
  const count = Number(config["num_thresholds"] ?? 200);
  if ((config["curve"] ?? "ROC") !== "ROC") throw new UnsupportedError("metric", "AUC is known for the ROC curve only");
  const limits = Array.from({ length: count }, (_, i) =>
    i === 0 ? -EPSILON : i === count - 1 ? 1 + EPSILON : i / (count - 1),
  );
  const points = limits.map((limit) => {
    let [tp, fp, fn, tn] = [0, 0, 0, 0];
    for (let i = 0; i < p.data.length; i++) {
      const yes = (p.data[i] as number) > Math.fround(limit);
      if (y.data[i] === 1) yes ? tp++ : fn++;
      else yes ? fp++ : tn++;
    }
    return { x: fp / Math.max(1, fp + tn), y: tp / Math.max(1, tp + fn) };
  });
  let area = 0;
  for (let i = 0; i + 1 < points.length; i++) {
    const [a, b] = [points[i], points[i + 1]] as [{ x: number; y: number }, { x: number; y: number }];
    area += ((a.x - b.x) * (a.y + b.y)) / 2;
  }
  return area;
}
