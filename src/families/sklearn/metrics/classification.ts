/**
 * How well labels are told (sklearn/metrics/_classification.py).
 *
 * @module
 */

/** The share of labels that are right (sklearn.metrics.accuracy_score). */
export function accuracy(truth: ArrayLike<unknown>, given: ArrayLike<unknown>): number {
  let right = 0;
  for (let i = 0; i < truth.length; i++) if (same(truth[i], given[i])) right++;
  return right / truth.length;
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => same(one, b[i]));
  return a === b || (typeof a !== "string" && typeof b !== "string" && Number(a) === Number(b));
}

/** Of a class: how many rows have it, how many are said to, and how many of these rightly. */
export interface Count {
  readonly label: unknown;
  there: number;
  said: number;
  right: number;
}

/** Counts of each class. */
export function counted(truth: ArrayLike<unknown>, given: ArrayLike<unknown>): Count[] {
  const counts = new Map<unknown, Count>();
  const of = (value: unknown): Count => {
    const label = typeof value === "string" ? value : Number(value);
    let count = counts.get(label);
    if (count === undefined) counts.set(label, (count = { label, there: 0, said: 0, right: 0 }));
    return count;
  };
  for (let i = 0; i < truth.length; i++) {
    const [own, other] = [of(truth[i]), of(given[i])];
    own.there++;
    other.said++;
    if (own === other) own.right++;
  }
  return [...counts.values()];
}

/** A share of a class's rows. */
export type Ratio = (count: Omit<Count, "label">) => number;

/** The ratio of a function's name. */
export function ratioOf(func: string, beta: number): Ratio {
  const share = (top: number, bottom: number): number => (bottom === 0 ? 0 : top / bottom);
  if (func === "precision_score") return ({ right, said }) => share(right, said);
  if (func === "recall_score") return ({ right, there }) => share(right, there);
  if (func === "jaccard_score") return ({ right, said, there }) => share(right, said + there - right);
  return ({ right, said, there }) => share((1 + beta * beta) * right, beta * beta * there + said);
}

/** A ratio of one class, of all rows, or its mean over classes; null for another average. */
export function averaged(counts: readonly Count[], ratio: Ratio, average: unknown, positive: unknown): number | null {
  const total = (key: "there" | "said" | "right"): number => counts.reduce((sum, count) => sum + count[key], 0);
  switch (average) {
    case "binary": {
      const label = typeof positive === "string" ? positive : Number(positive);
      const found = counts.find((count) => count.label === label);
      return found === undefined ? 0 : ratio(found);
    }
    case "micro":
      return ratio({ there: total("there"), said: total("said"), right: total("right") });
    case "macro":
      return counts.reduce((sum, count) => sum + ratio(count), 0) / counts.length;
    case "weighted":
      return counts.reduce((sum, count) => sum + ratio(count) * count.there, 0) / total("there");
    default:
      return null;
  }
}

/** The correlation of what is there with what is said (Matthews). */
export function correlation(counts: readonly Count[], rows: number): number {
  const sum = (of: (count: Count) => number): number => counts.reduce((all, count) => all + of(count), 0);
  const both = rows * sum(({ right }) => right) - sum(({ there, said }) => there * said);
  const own = rows * rows - sum(({ there }) => there * there);
  const other = rows * rows - sum(({ said }) => said * said);
  return own * other === 0 ? 0 : both / Math.sqrt(own * other);
}
