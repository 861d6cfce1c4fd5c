/**
 * Metrics of thresholds: counts of right and wrong guesses, and areas under their curves.
 *
 * @module
 */
import { sizeOf, type Tensor } from "./tensor.ts";

type Config = Readonly<Record<string, unknown>>;

const EPSILON = 1e-7;

/** Right and wrong guesses at one threshold. */
export interface Confusion {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
}

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

/** What a count or a share of counts is. */
export function counted(name: string, { tp, fp, tn, fn }: Confusion): number {
  switch (name) {
    case "precision":
      return ratio(tp, tp + fp);
    case "recall":
      return ratio(tp, tp + fn);
    case "true_positives":
      return tp;
    case "false_positives":
      return fp;
    case "true_negatives":
      return tn;
    default:
      return fn;
  }
}

function matched(y: Tensor, p: Tensor): void {
  if (sizeOf(y.shape) !== sizeOf(p.shape)) {
    throw new RangeError(`targets of shape (${y.shape}) do not fit predictions of (${p.shape})`);
  }
}

/** Counts at each threshold of a configuration, of one class or of the best `top_k` where it says so. */
export function confusion(config: Config, y: Tensor, p: Tensor, weights: ArrayLike<number> | null): Confusion[] {
  matched(y, p);
  const width = p.shape[p.shape.length - 1] ?? 1;
  const rows = p.data.length / width;
  const top = config["top_k"];
  const own = config["class_id"];
  const given = config["thresholds"];
  const fallback = typeof top === "number" ? Number.NEGATIVE_INFINITY : 0.5;
  const limits = given === null || given === undefined ? [fallback] : [given].flat().map(Number);
  const counts = limits.map((): Confusion => ({ tp: 0, fp: 0, tn: 0, fn: 0 }));
  for (let r = 0; r < rows; r++) {
    const row = p.data.subarray(r * width, (r + 1) * width);
    const least = typeof top === "number" ? bound(row, top) : Number.NEGATIVE_INFINITY;
    for (let c = 0; c < width; c++) {
      if (typeof own === "number" && c !== own) continue;
      const v = row[c] as number;
      const weight = weights === null ? 1 : (weights[Math.floor((r * weights.length) / rows)] as number);
      const real = (y.data[r * width + c] as number) !== 0;
      for (const [k, count] of counts.entries()) {
        const yes = v >= least && v > Math.fround(limits[k] as number);
        if (real) count[yes ? "tp" : "fn"] += weight;
        else count[yes ? "fp" : "tn"] += weight;
      }
    }
  }
  return counts;
}

/** The `k`-th largest. */
function bound(row: Float32Array, k: number): number {
  const sorted = row.slice().sort();
  return sorted[Math.max(0, sorted.length - k)] as number;
}

/** Counts at thresholds that lie evenly between 0 and 1, `columns` apart where these are labels of their own. */
function even(
  y: Tensor,
  p: Tensor,
  weights: ArrayLike<number> | null,
  count: number,
  logits: boolean,
  column: number | null,
): Confusion[] {
  matched(y, p);
  const width = p.shape[p.shape.length - 1] ?? 1;
  const [yes, no] = [new Float64Array(count), new Float64Array(count)];
  const n = p.data.length;
  for (let i = 0; i < n; i++) {
    if (column !== null && i % width !== column) continue;
    const x = p.data[i] as number;
    const v = logits ? Math.fround(1 / (1 + Math.exp(-x))) : x;
    // As Keras finds the threshold that a prediction just exceeds, in float32.
    const bucket = Math.min(count - 1, Math.max(0, Math.ceil(Math.fround(v * (count - 1))) - 1));
    const weight = weights === null ? 1 : (weights[Math.floor((i * weights.length) / n)] as number);
    const list = y.data[i] !== 0 ? yes : no;
    list[bucket]! += weight;
  }
  const [allYes, allNo] = [yes.reduce((a, b) => a + b, 0), no.reduce((a, b) => a + b, 0)];
  const out: Confusion[] = new Array(count);
  let [tp, fp] = [0, 0];
  for (let k = count - 1; k >= 0; k--) {
    tp += yes[k] as number;
    fp += no[k] as number;
    out[k] = { tp, fp, fn: allYes - tp, tn: allNo - fp };
  }
  return out;
}

/** AUC: of ROC or PR, by any of Keras's sums. */
export function areaUnderCurve(config: Config, y: Tensor, p: Tensor, weights: ArrayLike<number> | null): number {
  const logits = config["from_logits"] === true;
  const given = config["thresholds"];
  const own = Array.isArray(given) && !isEven(given.map(Number)) ? given.map(Number).sort((a, b) => a - b) : null;
  const count = Array.isArray(given) ? given.length + 2 : Number(config["num_thresholds"] ?? 200);
  if (!(count >= 2 && count < 1 << 20)) throw new RangeError(`AUC of ${count} thresholds`);
  const area = (column: number | null): number => {
    if (own === null) return areaOf(config, even(y, p, weights, count, logits, column));
    const thresholds = [-EPSILON, ...own, 1 + EPSILON];
    return areaOf(config, confusion({ thresholds, class_id: column }, y, p, weights));
  };
  if (config["multi_label"] !== true) return area(null);
  const width = p.shape[p.shape.length - 1] ?? 1;
  const areas = Array.from({ length: width }, (_, c) => area(c));
  const shares = Array.isArray(config["label_weights"]) ? config["label_weights"].map(Number) : areas.map(() => 1);
  const all = shares.reduce((a, b) => a + b, 0);
  return areas.reduce((sum, v, c) => sum + v * (shares[c] ?? 0), 0) / all;
}

function isEven(list: readonly number[]): boolean {
  return list.every((v, i) => Math.abs(v - (i + 1) / (list.length + 1)) < EPSILON);
}

function areaOf(config: Config, counts: readonly Confusion[]): number {
  const isRecall = String(config["curve"] ?? "ROC") === "PR";
  const how = String(config["summation_method"] ?? "interpolation");
  let area = 0;
  for (let i = 0; i + 1 < counts.length; i++) {
    const [a, b] = [counts[i] as Confusion, counts[i + 1] as Confusion];
    if (isRecall && how === "interpolation") {
      // Davis and Goadrich: what lies between two points of a precision-recall curve.
      const [pa, pb] = [a.tp + a.fp, b.tp + b.fp];
      const slope = pa - pb > 0 ? (a.tp - b.tp) / (pa - pb) : 0;
      const start = b.tp - slope * pb;
      const grown = pa > 0 && pb > 0 ? pa / pb : 1;
      area += ratio(slope * (a.tp - b.tp + start * Math.log(grown)), Math.max(b.tp + b.fn, 0));
      continue;
    }
    const point = ({ tp, fp, tn, fn }: Confusion): readonly [number, number] =>
      isRecall ? [ratio(tp, tp + fn), ratio(tp, tp + fp)] : [ratio(fp, fp + tn), ratio(tp, tp + fn)];
    const [[x0, y0], [x1, y1]] = [point(a), point(b)];
    const height = how === "minoring" ? Math.min(y0, y1) : how === "majoring" ? Math.max(y0, y1) : (y0 + y1) / 2;
    area += (x0 - x1) * height;
  }
  return area;
}

/** The best of one measure where another is as good as asked for. */
export function bestUnder(
  name: string,
  config: Config,
  y: Tensor,
  p: Tensor,
  weights: ArrayLike<number> | null,
): number {
  const [wanted = "", bounded = ""] = name.split("_at_");
  const least = Number(config[bounded] ?? config["value"] ?? 0);
  const count = Number(config["num_thresholds"] ?? 200);
  const measure = (what: string, { tp, fp, tn, fn }: Confusion): number => {
    if (what === "specificity") return ratio(tn, tn + fp);
    return what === "precision" ? ratio(tp, tp + fp) : ratio(tp, tp + fn);
  };
  let best: number | null = null;
  for (const one of even(
    y,
    p,
    weights,
    count,
    false,
    typeof config["class_id"] === "number" ? config["class_id"] : null,
  )) {
    if (measure(bounded, one) >= least) best = Math.max(best ?? Number.NEGATIVE_INFINITY, measure(wanted, one));
  }
  return best ?? 0;
}
