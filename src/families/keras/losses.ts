/**
 * Losses (keras/src/losses).
 *
 * @module
 */
import { UnsupportedError } from "../../core/errors.ts";
import { spread } from "./ops/nd.ts";
import { sizeOf, type Tensor } from "./tensor.ts";

const EPSILON = 1e-7;

/** Loss of each row: targets, predictions and the settings of the loss. */
type RowLoss = (y: Float64Array, p: Float64Array, config: Record<string, unknown>) => number;

const mean = (n: number, f: (i: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += f(i);
  return sum / n;
};
/** Probabilities away from 0 and 1, with the bounds that float32 has. */
const MOST = Math.fround(1 - EPSILON);
const LEAST = Math.fround(EPSILON);
const clip = (p: number): number => Math.min(MOST, Math.max(LEAST, p));
const at = (list: Float64Array, i: number): number => list[i] as number;

function logits(p: Float64Array): Float64Array {
  const most = p.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const log = Math.log(p.reduce((sum, v) => sum + Math.exp(v - most), 0));
  return p.map((v) => v - most - log);
}

/** Logarithms of probabilities that add up to one. */
function logProbs(p: Float64Array, fromLogits: boolean, sparse = false): Float64Array {
  if (fromLogits) return logits(p);
  if (sparse) {
    // Bounded first, then made to add up to one.
    const bounded = p.map(clip);
    const all = bounded.reduce((a, b) => a + b, 0);
    return bounded.map((v) => Math.log(v / all));
  }
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
        // TensorFlow's Keras 2 adds its epsilon inside the logarithms.
        const more = config["legacy"] === true ? EPSILON : 0;
        return -(t * Math.log(q + more) + (1 - t) * Math.log(1 - q + more));
      });
    },
  ],
  [
    "binary_focal_crossentropy",
    (y, p, config) => {
      const smooth = Number(config["label_smoothing"] ?? 0);
      const gamma = Number(config["gamma"] ?? 2);
      const alpha = Number(config["alpha"] ?? 0.25);
      const balanced = config["apply_class_balancing"] === true;
      return mean(y.length, (i) => {
        const t = at(y, i) * (1 - smooth) + smooth / 2;
        const x = at(p, i);
        const q = config["from_logits"] === true ? 1 / (1 + Math.exp(-x)) : x;
        const safe = clip(q);
        const loss =
          config["from_logits"] === true
            ? Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x)))
            : -(t * Math.log(safe) + (1 - t) * Math.log(1 - safe));
        const right = t * q + (1 - t) * (1 - q);
        const weight = balanced ? t * alpha + (1 - t) * (1 - alpha) : 1;
        return weight * (1 - right) ** gamma * loss;
      });
    },
  ],
  [
    "categorical_focal_crossentropy",
    (y, p, config) => {
      const smooth = Number(config["label_smoothing"] ?? 0);
      const gamma = Number(config["gamma"] ?? 2);
      const alpha = Number(config["alpha"] ?? 0.25);
      const logs = logProbs(p, config["from_logits"] === true);
      let sum = 0;
      for (let i = 0; i < y.length; i++) {
        const t = at(y, i) * (1 - smooth) + smooth / y.length;
        sum -= t * at(logs, i) * alpha * (1 - Math.exp(at(logs, i))) ** gamma;
      }
      return sum;
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

/** Losses of a whole batch, not of its rows. */
const WHOLE: ReadonlyMap<string, RowLoss> = new Map<string, RowLoss>([
  [
    "dice",
    (y, p) => {
      let [both, all] = [0, 0];
      for (let i = 0; i < y.length; i++) {
        both += at(y, i) * at(p, i);
        all += at(y, i) + at(p, i);
      }
      return 1 - (2 * both) / (all + EPSILON);
    },
  ],
  [
    "tversky",
    (y, p, config) => {
      let [both, wrong, missed] = [0, 0, 0];
      for (let i = 0; i < y.length; i++) {
        both += at(y, i) * at(p, i);
        wrong += (1 - at(y, i)) * at(p, i);
        missed += at(y, i) * (1 - at(p, i));
      }
      const [alpha, beta] = [Number(config["alpha"] ?? 0.5), Number(config["beta"] ?? 0.5)];
      return 1 - both / (both + missed * alpha + wrong * beta + EPSILON);
    },
  ],
]);

const SHORT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    mse: "mean_squared_error",
    mae: "mean_absolute_error",
    mape: "mean_absolute_percentage_error",
    msle: "mean_squared_logarithmic_error",
    kld: "kl_divergence",
    kullback_leibler_divergence: "kl_divergence",
    bce: "binary_crossentropy",
    logcosh: "log_cosh",
    log_cosh_error: "log_cosh",
    huber_loss: "huber",
    acc: "accuracy",
    cosine_proximity: "cosine_similarity",
  }),
);

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
  return { name: SHORT.get(snake) ?? snake, config };
}

/** The losses of the rows of one batch: `[samples, …]` less the last axis. */
export function rowLosses(spec: unknown, y: Tensor, p: Tensor, era = 3000): { name: string; values: Float64Array } {
  const { name, config: given } = plainName(spec);
  const config: Record<string, unknown> = { legacy: era < 3000, ...given };
  const width = p.shape[p.shape.length - 1] ?? 1;
  const rows = p.data.length / width || 0;
  if (name === "sparse_categorical_crossentropy") {
    if (y.data.length !== rows) {
      throw new RangeError(
        `targets of shape (${y.shape}) do not fit predictions of (${p.shape}): one class for each row`,
      );
    }
    const ignored = given["ignore_class"];
    const values = new Float64Array(rows);
    for (let r = 0; r < rows; r++) {
      const label = y.data[r] as number;
      if (label === ignored) continue;
      if (!(label >= 0 && label < width)) throw new RangeError(`${label} is no class of ${width}`);
      const row = Float64Array.from(p.data.subarray(r * width, (r + 1) * width));
      values[r] = -at(logProbs(row, config["from_logits"] === true, true), label);
    }
    return { name, values };
  }
  const targets = sizeOf(y.shape) === sizeOf(p.shape) ? y.data : spread(y, p.shape);
  const whole = WHOLE.get(name);
  if (whole !== undefined) {
    return { name, values: Float64Array.of(whole(Float64Array.from(targets), Float64Array.from(p.data), config)) };
  }
  const row = ROWS.get(name);
  if (row === undefined) throw new UnsupportedError("loss", `the loss ${name} is not known`, { format: "keras" });
  // Labels of hinge losses are -1 and 1; 0 and 1 are taken for these.
  const turns = /^(squared_)?hinge$/.test(name) && targets.every((v) => v === 0 || v === 1);
  const values = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    values[r] = row(
      Float64Array.from(targets.subarray(r * width, (r + 1) * width), (v) => (turns ? 2 * v - 1 : v)),
      Float64Array.from(p.data.subarray(r * width, (r + 1) * width)),
      config,
    );
  }
  return { name, values };
}

/** A loss over a batch: rows by weights and mask, by the reduction of its configuration. */
export function batchLoss(
  spec: unknown,
  y: Tensor,
  p: Tensor,
  weights: ArrayLike<number> | null,
  mask: Uint8Array | undefined,
  era: number,
): number {
  const { values } = rowLosses(spec, y, p, era);
  const { config } = plainName(spec);
  const reduction = String(config["reduction"] ?? "sum_over_batch_size");
  const { length: n } = values;
  const counted = mask !== undefined && mask.length === n ? mask : null;
  let sum = 0;
  let heavy = 0;
  let count = 0;
  for (let i = 0; i < n; i++) {
    const own = weights === null ? 1 : (weights[Math.floor((i * weights.length) / n)] as number);
    const weight = own * (counted === null ? 1 : (counted[i] as number));
    sum += weight * (values[i] as number);
    heavy += weight;
    // Before 2.10 the steps that a mask leaves out counted as ones without loss.
    count += counted === null || era < 2010 ? 1 : (counted[i] as number);
  }
  if (reduction === "sum") return sum;
  return sum / (reduction === "mean_with_sample_weight" ? heavy : count);
}
