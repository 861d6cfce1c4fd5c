/** Runs the estimators of fixtures/data/sklearn.pkl.xz and measures how far their answers are from scikit-learn's. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { load, loads, NDArray, NumpyScalar, type PyDict, SparseMatrix } from "../../src/index.ts";
import { Estimator, sklearn } from "../../src/sklearn.ts";

/** One fitted estimator. */
export interface Case {
  id: string;
  by: string;
  name: string;
  data: string;
  model: Uint8Array;
  repr: string;
  out: Map<string, Uint8Array>;
}

/** What its methods were given. */
export interface Given {
  X: unknown;
  y: unknown;
}

/** How far an answer is off: 0 where it is the same to the bit. */
export interface Answer {
  method: string;
  /** The largest difference, relative to the largest number of the answer (at least 1 for probabilities). */
  off: number;
  /** Is it one of labels, of which all must be the same? */
  isLabels: boolean;
}

// Text of Python 2 is bytes, which are read as Python advises.
const packs = { packs: [sklearn], encoding: "latin1" } as const;
export async function readCases(name = "sklearn.pkl.xz"): Promise<{ cases: Case[]; given: Map<string, Given> }> {
  const file = fileURLToPath(new URL(`../../fixtures/data/${name}`, import.meta.url));
  const rows = await load<PyDict<string, unknown>[]>(new Uint8Array(readFileSync(file)));
  const given = new Map<string, Given>();
  const cases: Case[] = [];
  for (const row of rows) {
    const get = <T>(key: string): T => row.get(key) as T;
    if (!row.has("model")) {
      const of = (key: string): unknown => loads(get<Uint8Array>(key), packs);
      given.set(`${get("by")} ${get("data")}`, { X: of("X"), y: of("y") });
      continue;
    }
    cases.push({
      id: get("id"),
      by: get("by"),
      name: get("name"),
      data: get("data"),
      model: get("model"),
      repr: get("repr"),
      out: new Map([...get<PyDict<string, Uint8Array>>("out").entries()]),
    });
  }
  return { cases, given };
}

const plain = (value: unknown): unknown =>
  value instanceof NumpyScalar
    ? value.value
    : value instanceof Uint8Array
      ? String.fromCharCode(...value)
      : typeof value === "bigint"
        ? Number(value)
        : value;

/** An answer's shape and items. */
function flat(value: unknown): { shape: number[]; items: unknown[] } {
  if (value instanceof SparseMatrix) value = value.toDense();
  if (value instanceof NDArray) return { shape: [...value.shape], items: value.flat().map(plain) };
  if (ArrayBuffer.isView(value))
    return { shape: [(value as Float64Array).length], items: [...(value as Float64Array)] };
  if (Array.isArray(value)) {
    const parts = value.map(flat);
    return { shape: [value.length, ...(parts[0]?.shape ?? [])], items: parts.flatMap((part) => part.items) };
  }
  return { shape: [], items: [plain(value)] };
}

/** Calls a method by its Python name. */
export function ask(model: Estimator, method: string, { X, y }: Given): unknown {
  const last = <T>(items: Iterable<T>): T | undefined => [...items].at(-1);
  const input = X as never;
  switch (method) {
    case "predict":
      return model.predict(input);
    case "predict_proba":
      return model.predictProba(input);
    case "predict_log_proba":
      return model.predictLogProba(input);
    case "decision_function":
      return model.decisionFunction(input);
    case "score_samples":
      return model.scoreSamples(input);
    case "mahalanobis":
      return model.mahalanobis(input);
    case "transform":
      return model.transform(input);
    case "inverse_transform":
      return model.inverseTransform(model.transform(input));
    case "apply":
      return model.apply(input);
    case "kneighbors":
      // Places among equal distances are no promise: the distances are.
      return model.kneighbors(input).distances;
    case "staged_predict":
      return last(model.stagedPredict(input));
    case "staged_predict_proba":
      return last(model.stagedPredictProba(input));
    case "staged_decision_function":
      return last(model.stagedDecisionFunction(input));
    case "score":
      return model.score(input, y as never);
    default:
      throw new Error(`no method ${method}`);
  }
}

/** The difference of two answers; throws where they differ in shape or kind. */
export function compare(method: string, got: unknown, expected: unknown): Answer {
  const [a, b] = [flat(got), flat(expected)];
  if (a.shape.join() !== b.shape.join()) throw new Error(`${method}: shape ${a.shape}, not ${b.shape}`);
  const isLabels =
    b.items.some((item) => typeof item === "string" || typeof item === "boolean") || /predict$|apply/.test(method);
  let [most, size] = [0, 0];
  for (const [i, want] of b.items.entries()) {
    const have = a.items[i];
    if (Object.is(have, want) || have === want) {
      if (typeof want === "number" && Number.isFinite(want)) size = Math.max(size, Math.abs(want));
      continue;
    }
    if (typeof have !== "number" || typeof want !== "number") {
      throw new Error(`${method}: item ${i} is ${String(have)}, not ${String(want)}`);
    }
    const off = Math.abs(have - want);
    most = Math.max(most, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off);
    size = Math.max(size, Math.abs(want));
  }
  return { method, off: most === 0 ? 0 : most / Math.max(size, 1), isLabels };
}

export function restore(one: Case): Estimator {
  const made = loads(one.model, packs);
  if (!(made instanceof Estimator)) throw new Error(`${one.id} did not come back as an estimator`);
  return made;
}

/** All answers of a case. */
export function answers(one: Case, given: ReadonlyMap<string, Given>): Answer[] {
  const model = restore(one);
  const data = given.get(`${one.by} ${one.data}`) as Given;
  return [...one.out].map(([method, expected]) => {
    const wanted = loads(expected, packs);
    return compare(method, ask(model, method, data), method === "kneighbors" ? (wanted as unknown[])[0] : wanted);
  });
}

/**
 * Which of equal distances are the nearest is left to `numpy.argpartition`, and that to the processor since NumPy 1.25
 * (x86-simd-sort): of these only the distances can be the same.
 */
export const isTied = (one: Case): boolean =>
  /^(knn\.auto sparse|knn\.metric\.hamming counts)$/.test(`${one.id} ${one.data}`) && /^1\.[4-9]\./.test(one.by);
/** scikit-learn 1.9 computes the first estimator of boosting in single precision, as the trees see their numbers. */
export const isSingle = (one: Case): boolean => one.id === "boost.init" && one.by.startsWith("1.9");

/** What is the same to the last bit: trees, forests, bagging of trees, raw scores of boosting, distances by trees. */
function isExact(one: Case, { method }: Answer): boolean {
  if (/^(tree|forest|extra|bagging|bagging\.features)(\.|$)/.test(one.id) && !/svc|reg/.test(one.id))
    return !/log/.test(method);
  if (/^(tree|forest|extra)\.reg$/.test(one.id)) return method === "predict";
  if (/^hist(\.cats)?$/.test(one.id)) return /decision/.test(method);
  // What boosting begins with is a logarithm, whose last bit is the platform's; what the trees add is not.
  if (one.id === "boost.zero") return /decision/.test(method);
  return method === "kneighbors" && /(kd_tree|ball_tree)(?!\.p3)/.test(one.id);
}

/** How far an answer may be off. */
export function limitOf(one: Case, answer: Answer): number {
  if (answer.isLabels && !/real|one|positive|little(2|$)/.test(one.data)) return 0;
  if (isExact(one, answer)) return 0;
  if (isSingle(one)) return 1e-5;
  if (/^sgd/.test(one.id)) return 1e-10;
  // Gaussian processes solve nearly singular systems, and their probabilities are differences of large numbers.
  if (one.id.startsWith("gauss")) return 1e-10;
  return one.id.startsWith("kpca") ? 1e-8 : 1e-12;
}
