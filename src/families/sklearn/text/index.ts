/**
 * Texts and dicts to numbers (sklearn/feature_extraction/).
 *
 * @module
 */
import { PyDict } from "../../../core/values/dict.ts";
import { SparseMatrix } from "../../scipy/index.ts";
import type { Estimator } from "../estimator.ts";
import { partOf } from "../estimator.ts";
import { flag, floatsOf, isDict, isSince, labels, misfit, num, plain, text, wrong } from "../fields.ts";
import { Matrix, numberOf } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";
import { normalized } from "../preprocessing/index.ts";
import { murmur3 } from "./murmur.ts";
import { analyzerOf } from "./tokens.ts";

/** Rows of columns and values, gathered and put in order. */
class Rows {
  readonly indptr: number[] = [0];
  readonly indices: number[] = [];
  readonly data: number[] = [];

  /** Adds a row; columns of it that come more than once are summed before. */
  add(row: ReadonlyMap<number, number>): void {
    for (const column of [...row.keys()].sort((a, b) => a - b)) {
      this.indices.push(column);
      this.data.push(row.get(column) as number);
    }
    this.indptr.push(this.indices.length);
  }

  matrix(cols: number): Matrix {
    const { indptr, indices, data } = this;
    return Matrix.sparse({ rows: indptr.length - 1, cols, indptr, indices, data: Float64Array.from(data) });
  }
}

/** A row for each document or record: `fill` adds to its columns. */
function rowsOf(x: Matrix, cols: number, fill: (row: Map<number, number>, sample: unknown) => void): Matrix {
  const rows = new Rows();
  const samples = x.column(0);
  for (let i = 0; i < x.rows; i++) {
    const row = new Map<number, number>();
    fill(row, samples[i]);
    rows.add(row);
  }
  return rows.matrix(cols);
}

function vocabularyOf(est: Estimator): Map<string, number> {
  const given = est.attrs.get("vocabulary_") ?? est.attrs.get("vocabulary");
  if (!isDict(given)) return wrong(est, "vocabulary_", "a dict");
  const out = new Map<string, number>();
  for (const [term, place] of given) {
    const at = plain(place);
    if (typeof term !== "string" || typeof at !== "number" || !(at >= 0 && at < given.size))
      misfit(est, "its vocabulary is not terms and places");
    out.set(term as string, at as number);
  }
  return out;
}

function counter(est: Estimator): Model {
  const vocabulary = vocabularyOf(est);
  const analyze = analyzerOf(est);
  const isBinary = flag(est, "binary");
  const terms = (): string[] =>
    [...vocabulary.keys()].sort((a, b) => (vocabulary.get(a) as number) - (vocabulary.get(b) as number));
  return {
    raw: true,
    finite: false,
    transform: (x) =>
      rowsOf(x, vocabulary.size, (row, document) => {
        for (const term of analyze(document)) {
          const place = vocabulary.get(term);
          if (place !== undefined) row.set(place, isBinary ? 1 : (row.get(place) ?? 0) + 1);
        }
      }),
    names: () => terms(),
    inverseRaw(x) {
      const own = terms();
      const { indptr, indices, data } = x.csr;
      return Array.from({ length: x.rows }, (_, i) => {
        const found: string[] = [];
        for (let e = indptr[i] as number; e < (indptr[i + 1] as number); e++) {
          if (data[e] !== 0) found.push(own[indices[e] as number] as string);
        }
        return found;
      });
    },
  };
}

/** Weights of terms: `idf_`, or the diagonal matrix that older versions keep. */
function idfOf(est: Estimator): Float64Array {
  const diagonal = est.attrs.get("_idf_diag");
  if (diagonal instanceof SparseMatrix) {
    const data = floatsOf(diagonal.part("data"));
    if (data !== null) return data.data;
  }
  return floatsOf(est.attrs.get("idf_"))?.data ?? wrong(est, "idf_", "numbers");
}

function weigher(est: Estimator): Model {
  const idf = flag(est, "use_idf", true) ? idfOf(est) : null;
  const sublinear = flag(est, "sublinear_tf");
  const norm = text(est, "norm");
  return {
    features: idf?.length,
    transform(x) {
      const { rows, cols, indptr, indices, data } = x.csr;
      const out = Float64Array.from(data, (v, e) => {
        const tf = sublinear ? Math.log(v) + 1 : v;
        return idf === null ? tf : tf * (idf[indices[e] as number] as number);
      });
      const counted = Matrix.sparse({ rows, cols, indptr, indices, data: out });
      const made = norm === null ? counted : normalized(counted, norm);
      // Up to 1.4 they were multiplied by a diagonal matrix, and SciPy's products turn each row around.
      made.isBackward = idf !== null && !isSince(est.version, 1, 5);
      return made;
    },
  };
}

function tfidf(est: Estimator): Model {
  const count = counter(est);
  const weigh = partOf(est, est.attrs.get("_tfidf"), "_tfidf").model;
  return { ...count, transform: (x) => weigh.transform?.(count.transform?.(x) as Matrix) ?? misfit(est, "_tfidf") };
}

/** Adds terms at places given by their hash. */
function hasher(est: Estimator): (row: Map<number, number>, term: string, value: number) => void {
  const size = num(est, "n_features", 2 ** 20);
  const alternates = flag(est, "alternate_sign", true);
  if (!(size > 0)) return misfit(est, "n_features is not positive");
  return (row, term, value) => {
    const hash = murmur3(term);
    // The one number whose absolute value is no int32 (sklearn/feature_extraction/_hashing_fast.pyx).
    const at = hash === -(2 ** 31) ? (2 ** 31 - 1 - (size - 1)) % size : Math.abs(hash) % size;
    const signed = alternates && hash < 0 ? -value : value;
    row.set(at, (row.get(at) ?? 0) + signed);
  };
}

function hashed(est: Estimator): Model {
  const analyze = analyzerOf(est);
  const add = hasher(est);
  const isBinary = flag(est, "binary");
  const norm = text(est, "norm", "l2");
  const size = num(est, "n_features", 2 ** 20);
  return {
    raw: true,
    finite: false,
    transform(x) {
      const made = rowsOf(x, size, (row, document) => {
        for (const term of analyze(document)) add(row, term, 1);
        if (isBinary) for (const place of row.keys()) row.set(place, 1);
      });
      return norm === null ? made : normalized(made, norm);
    },
  };
}

/** Entries of a record: a dict, a Map, or a plain object. */
function pairsOf(record: unknown): [string, unknown][] {
  if (record instanceof PyDict || record instanceof Map) return [...record.entries()] as [string, unknown][];
  if (typeof record === "object" && record !== null) return Object.entries(record);
  throw new TypeError("a record must be a dict, a Map or an object");
}

function featureHasher(est: Estimator): Model {
  const add = hasher(est);
  const kind = text(est, "input_type", "dict");
  const size = num(est, "n_features", 2 ** 20);
  return {
    raw: true,
    finite: false,
    transform: (x) =>
      rowsOf(x, size, (row, sample) => {
        const pairs: Iterable<readonly [string, unknown]> =
          kind === "dict"
            ? pairsOf(sample)
            : kind === "pair"
              ? (sample as Iterable<readonly [string, unknown]>)
              : Array.from(sample as Iterable<string>, (term) => [term, 1] as const);
        for (const [name, given] of pairs) {
          const value = plain(given);
          if (typeof value === "string") add(row, `${name}=${value}`, 1);
          else if (numberOf(value) !== 0) add(row, name, numberOf(value));
        }
      }),
  };
}

function records(est: Estimator): Model {
  const vocabulary = vocabularyOf(est);
  const separator = text(est, "separator", "=") ?? "=";
  const isSparse = flag(est, "sparse", true);
  const names = labels(est, "feature_names_").map(String);
  return {
    raw: true,
    finite: false,
    names: () => names,
    transform(x) {
      const made = rowsOf(x, vocabulary.size, (row, sample) => {
        const add = (name: string, value: number): void => {
          const place = vocabulary.get(name);
          if (place !== undefined) row.set(place, (row.get(place) ?? 0) + value);
        };
        for (const [name, given] of pairsOf(sample)) {
          const value = plain(given);
          if (typeof value === "string") add(`${name}${separator}${value}`, 1);
          else if (Array.isArray(value)) for (const one of value) add(`${name}${separator}${String(one)}`, 1);
          else if (value === null) add(name, Number.NaN);
          else add(name, numberOf(value));
        }
      });
      return isSparse ? made : Matrix.dense(made.data, made.rows, made.cols);
    },
    inverseRaw: (x) =>
      Array.from({ length: x.rows }, (_, i) => {
        const out = new PyDict<string, number>();
        for (let j = 0; j < x.cols; j++) {
          const v = x.data[i * x.cols + j] as number;
          if (v !== 0) out.set(names[j] ?? String(j), v);
        }
        return out;
      }),
  };
}

export const kinds: Kinds = {
  CountVectorizer: counter,
  TfidfTransformer: weigher,
  TfidfVectorizer: tfidf,
  HashingVectorizer: hashed,
  FeatureHasher: featureHasher,
  DictVectorizer: records,
};
