/**
 * Loss and metrics over samples, as Keras's `evaluate` gives them.
 *
 * @module
 */
import { batchLoss } from "./losses.ts";
import { type Measured, metricName, metricValues, shaped } from "./metrics.ts";
import { rows, type Tensor, tensor } from "./tensor.ts";

type Config = Readonly<Record<string, unknown>>;

/** What is asked of an evaluation. */
export interface Evaluation {
  readonly loss: unknown;
  readonly metrics: unknown;
  readonly weightedMetrics: unknown;
  readonly lossWeights: unknown;
  readonly names: readonly string[];
  readonly batchSize: number;
  readonly era: number;
}

/** One output's predictions, targets and weights. */
export interface Judged {
  readonly p: Tensor;
  readonly y: Tensor;
  readonly weights: Float64Array | null;
}

/** Is it a description of one loss or metric, not a record of several? */
function isOne(spec: unknown): boolean {
  return typeof spec === "string" || (typeof spec === "object" && spec !== null && "class_name" in spec);
}

/** What belongs to each output: of a list, of a record by name, or the same for all. */
function forEach(spec: unknown, names: readonly string[]): unknown[] {
  if (spec === null || spec === undefined) return names.map(() => null);
  if (isOne(spec) || typeof spec === "number") return names.map(() => spec);
  if (Array.isArray(spec)) {
    if (spec.length === names.length && names.length > 1) return spec;
    return names.map(() => (spec.length === 1 && names.length === 1 ? spec[0] : spec));
  }
  const map = new Map(Object.entries(spec as object));
  return names.map((name) => map.get(name) ?? null);
}

/** Metrics of each output, whatever the nesting. */
function lists(spec: unknown, names: readonly string[]): unknown[][] {
  if (names.length === 1) {
    const own = isOne(spec) || Array.isArray(spec) ? spec : forEach(spec, names)[0];
    return [[own].flat(4).filter((one) => one !== null && one !== undefined)];
  }
  return forEach(spec, names).map((one) => [one].flat(4).filter((item) => item !== null && item !== undefined));
}

/**
 * The weights of the losses. Beside a list of losses Keras takes a record's values in the order of their names, since 3.5
 * (keras/src/trainers/compile_utils.py).
 */
function sharesOf({ loss, lossWeights, era }: Evaluation): unknown {
  const isRecord = typeof lossWeights === "object" && lossWeights !== null && !Array.isArray(lossWeights);
  if (!isRecord || !Array.isArray(loss) || era < 3005) return lossWeights;
  return Object.entries(lossWeights)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, share]) => share);
}

/** `{ loss, …losses of outputs, …metrics }`. */
export function judged(outputs: readonly Judged[], asked: Evaluation): Record<string, number> {
  const { names, era, batchSize } = asked;
  const several = names.length > 1;
  const losses = forEach(asked.loss, names);
  const shares = forEach(sharesOf(asked), names);
  const found: number[] = [];
  for (const [k, { p, y, weights }] of outputs.entries()) {
    const spec = losses[k];
    if (spec === null || spec === undefined) continue;
    const total = p.shape[0] ?? 0;
    let sum = 0;
    let plain = 0;
    for (let at = 0; at < total; at += batchSize) {
      const [now, target] = [rows(p, at, at + batchSize), rows(y, at, at + batchSize)];
      const count = now.shape[0] as number;
      const own = weights?.subarray(at, at + count) ?? null;
      const loss = batchLoss(spec, shaped(target, now), now, own, now.mask, era);
      sum += count * loss;
      plain += loss;
    }
    found[k] = sum / total;
    // At first Keras 3 took the mean over batches, whatever their size.
    if (era >= 3000 && era < 3002) found[k] = plain / Math.ceil(total / batchSize);
  }
  const whole = names.reduce((sum, _, k) => {
    const share = typeof shares[k] === "number" ? shares[k] : 1;
    return found[k] === undefined ? sum : sum + share * found[k];
  }, 0);
  const out = new Map<string, number>([["loss", whole]]);
  if (several) for (const [k, name] of names.entries()) if (found[k] !== undefined) out.set(`${name}_loss`, found[k]);
  const put = (name: string, values: readonly number[]): void => {
    let free = name;
    for (let i = 1; out.has(free) || out.has(`${free}[0]`); i++) free = `${name}_${i}`;
    if (values.length === 1) out.set(free, values[0] as number);
    else for (const [i, value] of values.entries()) out.set(`${free}[${i}]`, value);
  };
  const plain = lists(asked.metrics, names);
  const weighed = lists(asked.weightedMetrics, names);
  for (const [k, name] of names.entries()) {
    const { p, y, weights } = outputs[k] as Judged;
    const own = new Set<string>();
    for (const [list, isWeighted] of [
      [plain[k] ?? [], false],
      [weighed[k] ?? [], true],
    ] as const) {
      for (const spec of list) {
        const given: Measured = { y: shaped(y, p), p, weights: combined(p, isWeighted ? weights : null, era), era };
        let title = metricName(spec, era);
        if (isWeighted && own.has(title)) title = `weighted_${title}`;
        own.add(title);
        const prefixed = several && !title.startsWith(`${name}_`) ? `${name}_${title}` : title;
        put(prefixed, metricValues(spec, given));
      }
    }
  }
  return Object.fromEntries(out);
}

/** Weights of samples, and steps that a mask leaves out; metrics of Keras 3 mind it since 3.12. */
function combined(p: Tensor, weights: Float64Array | null, era: number): Float64Array | null {
  const { mask } = p;
  if (mask === undefined || (era >= 3000 && era < 3012)) return weights;
  const steps = mask.length / (p.shape[0] as number);
  return Float64Array.from(mask, (v, i) => v * (weights === null ? 1 : (weights[Math.floor(i / steps)] as number)));
}

/** Weights of the samples by those of their classes. */
export function classWeights(y: Tensor, given: Config): Float64Array {
  const width = y.shape.length > 1 ? (y.shape[y.shape.length - 1] as number) : 1;
  const map = new Map(Object.entries(given));
  return Float64Array.from({ length: y.shape[0] ?? 0 }, (_, r) => {
    let label = y.data[r * width] as number;
    if (width > 1) {
      label = 0;
      for (let i = 1; i < width; i++)
        if ((y.data[r * width + i] as number) > (y.data[r * width + label] as number)) label = i;
    }
    return Number(map.get(String(label)) ?? 1);
  });
}

/** Predictions put together from batches. */
export function together(parts: readonly Tensor[]): Tensor {
  const [first] = parts as [Tensor];
  if (first.text !== undefined) {
    const text = parts.flatMap((part) => part.text ?? []);
    return { shape: [text.length, ...first.shape.slice(1)], data: first.data, text };
  }
  if (parts.length === 1) return tensor(first.shape, first.data.slice(), first.mask);
  if (parts.some(({ shape }) => String(shape.slice(1)) !== String(first.shape.slice(1)))) {
    throw new RangeError("batches give outputs of different shapes: ask for all samples at once with batchSize");
  }
  const size = parts.reduce((n, { data }) => n + data.length, 0);
  const data = new Float32Array(size);
  const masked = parts.every(({ mask }) => mask !== undefined);
  const mask = masked ? new Uint8Array(parts.reduce((n, part) => n + (part.mask as Uint8Array).length, 0)) : undefined;
  let [at, to] = [0, 0];
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
    if (mask !== undefined) {
      mask.set(part.mask as Uint8Array, to);
      to += (part.mask as Uint8Array).length;
    }
  }
  return tensor([parts.reduce((n, { shape }) => n + (shape[0] as number), 0), ...first.shape.slice(1)], data, mask);
}
