/**
 * Encoders of categories (sklearn/preprocessing/_encoders.py).
 *
 * @module
 */
import { NDArray } from "../../../core/ndarray/index.ts";
import type { Estimator } from "../estimator.ts";
import { labelTexts, namesIn } from "../featurenames.ts";
import {
  either,
  flag,
  floatsOf,
  isDict,
  isSince,
  labelsOf,
  list,
  misfit,
  num,
  plain,
  text,
  vector,
  wrong,
} from "../fields.ts";
import { beside, Matrix, numberOf } from "../matrix.ts";
import type { Kinds, Model } from "../model.ts";

/** Places of categories by their value; a NaN is one, whatever its bits. */
type Places = ReadonlyMap<unknown, number>;

const keyOf = (value: unknown): unknown => {
  const own = plain(value);
  return typeof own === "boolean" ? Number(own) : own;
};

interface Categories {
  readonly lists: unknown[][];
  readonly places: Places[];
}

/** Before 0.20 categories were ints from 0 on; those that were met stand side by side. */
function countedCategories(est: Estimator): unknown[][] {
  const starts = vector(est, "feature_indices_");
  const active = plain(est.attrs.get("n_values")) === "auto" ? vector(est, "active_features_") : null;
  return Array.from({ length: starts.length - 1 }, (_, j) => {
    const [from, to] = [starts[j] as number, starts[j + 1] as number];
    if (active !== null)
      return Array.from(
        active.filter((at) => at >= from && at < to),
        (at) => at - from,
      );
    if (!(to >= from && to - from < 1 << 24)) misfit(est, `feature_indices_ go from ${from} to ${to}`);
    return Array.from({ length: to - from }, (_, value) => value);
  });
}

function categoriesOf(est: Estimator): Categories {
  if (!est.attrs.has("categories_") && est.attrs.has("feature_indices_")) {
    const lists = countedCategories(est);
    return { lists, places: lists.map((own) => new Map(own.map((value, i) => [keyOf(value), i]))) };
  }
  let lists = list(est, "categories_").map((one) => labelsOf(one) ?? wrong(est, "categories_", "arrays"));
  // Up to 0.21 a number of values could be told, and categories_ was one short of them.
  if (flag(est, "_legacy_mode") && plain(est.attrs.get("_n_values")) !== "auto") {
    const counts = vector(est, "_n_values_", lists.length);
    lists = lists.map((one, j) => (one.length + 1 === counts[j] ? [...one, one.length] : one));
  }
  return { lists, places: lists.map((own) => new Map(own.map((value, i) => [keyOf(value), i]))) };
}

/** Places of the categories of a column; -1 for one that was not seen. A number in text counts as text, as in NumPy. */
function placesIn(x: Matrix, j: number, categories: Categories): Int32Array {
  const places = categories.places[j] as Places;
  const column = x.column(j);
  const isText = typeof categories.lists[j]?.[0] === "string";
  return Int32Array.from({ length: x.rows }, (_, i) => {
    const key = keyOf(column[i]);
    const found = places.get(key);
    if (found !== undefined) return found;
    // JavaScript's null and undefined stand for Python's None and for a NaN.
    if (key === null || key === undefined) return places.get(Number.NaN) ?? places.get(null) ?? -1;
    return isText && typeof key === "number" ? (places.get(String(key)) ?? -1) : -1;
  });
}

function unknown(x: Matrix, j: number, at: Int32Array): never {
  const column = x.column(j);
  const found = [...new Set(Array.from(at, (place, i) => (place < 0 ? column[i] : null)).filter((v) => v !== null))];
  throw new TypeError(
    `Found unknown categories [${found.slice(0, 5).map(String).join(", ")}] in column ${j} during transform`,
  );
}

/** For each column, what its categories become when rare ones share a place; null where none do. */
function groupsOf(est: Estimator, count: number): (Float64Array | null)[] {
  const given = est.attrs.get("_default_to_infrequent_mappings");
  if (!Array.isArray(given)) return new Array<null>(count).fill(null);
  return given.map((one) => floatsOf(one ?? null)?.data ?? null);
}

/** Up to 0.21 only some columns could be encoded, and the rest came behind them. */
function someHot(est: Estimator): Model {
  const given = est.attrs.get(either(est, "_categorical_features", "categorical_features")) ?? null;
  const numbers = floatsOf(given);
  if (given === "all" || numbers === null) return oneHot(est);
  const isMask = given instanceof NDArray && given.dtype.kind === "b";
  const chosen = isMask
    ? Array.from(numbers.data.keys()).filter((j) => numbers.data[j] === 1)
    : Array.from(numbers.data).sort((a, b) => a - b);
  const inner = oneHot(est);
  return {
    transform(x) {
      const rest = Array.from({ length: x.cols }, (_, j) => j).filter((j) => !chosen.includes(j));
      const made = inner.transform?.(x.take(chosen)) as Matrix;
      return beside([made, x.take(rest)], x.rows, made.isSparse);
    },
  };
}

function oneHot(est: Estimator): Model {
  const categories = categoriesOf(est);
  const d = categories.lists.length;
  const groups = groupsOf(est, d);
  const rule = text(est, "handle_unknown", "error");
  const shares = rule === "infrequent_if_exist" || rule === "warn";
  const drops = dropsOf(est, d);
  const sizes = categories.lists.map((own, j) => {
    const group = groups[j];
    const all = group ? Math.max(...group) + 1 : own.length;
    return all - (drops[j] === null ? 0 : 1);
  });
  const starts = sizes.map((_, j) => sizes.slice(0, j).reduce((sum, size) => sum + size, 0));
  const cols = sizes.reduce((sum, size) => sum + size, 0);
  const isSparse = est.attrs.has("sparse_output") ? flag(est, "sparse_output") : flag(est, "sparse", true);
  return {
    features: d,
    finite: isSince(est.version, 0, 24) ? "allow-nan" : true,
    mixed: true,
    names(given) {
      const input = namesIn(est, given, d);
      return list(est, "categories_").flatMap((one, j) => {
        const group = groups[j] ?? null;
        const most = group === null ? 0 : Math.max(...group);
        const texts = labelTexts(one).filter((_, i) => group === null || (group[i] as number) < most);
        if (group !== null) texts.push("infrequent_sklearn");
        return texts.filter((_, place) => place !== drops[j]).map((text) => `${input[j]}_${text}`);
      });
    },
    transform(x) {
      const indptr = new Int32Array(x.rows + 1);
      const indices: number[] = [];
      const at = categories.lists.map((_, j) => {
        const places = placesIn(x, j, categories);
        if (rule === "error" && places.includes(-1)) unknown(x, j, places);
        return places;
      });
      for (let i = 0; i < x.rows; i++) {
        for (let j = 0; j < d; j++) {
          const group = groups[j] ?? null;
          let place = (at[j] as Int32Array)[i] as number;
          if (place < 0) {
            // What was not seen goes where the rare ones are, if there are such.
            if (!shares || group === null) continue;
            place = Math.max(...group);
          } else if (group !== null) place = group[place] as number;
          const drop = drops[j] ?? null;
          if (place === drop) continue;
          indices.push((starts[j] as number) + place - (drop !== null && place > drop ? 1 : 0));
        }
        indptr[i + 1] = indices.length;
      }
      const made = Matrix.sparse({
        rows: x.rows,
        cols,
        indptr,
        indices,
        data: new Float64Array(indices.length).fill(1),
      });
      return isSparse ? made : Matrix.dense(made.data, x.rows, cols);
    },
    inverseTransform(x) {
      if (x.cols !== cols)
        throw new TypeError(`Shape of the passed X data is not correct. Expected ${cols} columns, got ${x.cols}`);
      return Matrix.columns(
        categories.lists.map((all, j) => {
          const own = grouped(all, groups[j] ?? null);
          const drop = drops[j] ?? null;
          const [start, size] = [starts[j] as number, sizes[j] as number];
          return Array.from({ length: x.rows }, (_, i) => {
            for (let c = 0; c < size; c++) {
              if (x.data[i * cols + start + c] !== 1) continue;
              return own[drop !== null && c >= drop ? c + 1 : c];
            }
            return drop === null ? null : own[drop];
          });
        }),
        x.rows,
      );
    },
  };
}

/** Categories as they are named once the rare ones share a place. */
function grouped(own: readonly unknown[], group: Float64Array | null): readonly unknown[] {
  if (group === null) return own;
  const rare = Math.max(...group);
  return [...own.filter((_, i) => (group[i] as number) < rare), "infrequent_sklearn"];
}

function dropsOf(est: Estimator, count: number): (number | null)[] {
  const grouped = est.attrs.get("_drop_idx_after_grouping");
  const given = grouped ?? est.attrs.get("drop_idx_") ?? null;
  const values = labelsOf(given);
  if (values === null) return new Array<null>(count).fill(null);
  if (values.length !== count) return misfit(est, `drop_idx_ has ${values.length} items for ${count} columns`);
  return values.map((value) => (typeof value === "number" ? value : null));
}

function ordinal(est: Estimator): Model {
  const categories = categoriesOf(est);
  const d = categories.lists.length;
  const groups = groupsOf(est, d);
  const useValue = text(est, "handle_unknown", "error") === "use_encoded_value";
  const unseen = useValue ? num(est, "unknown_value") : 0;
  const missing = num(est, "encoded_missing_value", Number.NaN);
  const places = est.attrs.get("_missing_indices");
  const missingAt = categories.lists.map((own, j) => {
    const found = isDict(places) ? plain(places.get(j) ?? null) : null;
    if (typeof found === "number") return found;
    return own.findIndex((value) => typeof value === "number" && Number.isNaN(value));
  });
  return {
    features: d,
    finite: isSince(est.version, 1, 0) ? "allow-nan" : true,
    mixed: true,
    transform(x) {
      const out = new Float64Array(x.rows * d);
      for (let j = 0; j < d; j++) {
        const at = placesIn(x, j, categories);
        if (!useValue && at.includes(-1)) unknown(x, j, at);
        const group = groups[j] ?? null;
        for (let i = 0; i < x.rows; i++) {
          const place = at[i] as number;
          if (place < 0) out[i * d + j] = unseen;
          else if (place === missingAt[j]) out[i * d + j] = missing;
          else out[i * d + j] = group === null ? place : (group[place] as number);
        }
      }
      return Matrix.dense(out, x.rows, d);
    },
    inverseTransform: (x) =>
      Matrix.columns(
        categories.lists.map((all, j) => {
          const group = groups[j] ?? null;
          const rare = group === null ? -1 : Math.max(...group);
          // scikit-learn counts what is missing among the frequent ones here, though not on the way there.
          const own = all.filter((_, c) => group === null || group[c] !== rare);
          return Array.from({ length: x.rows }, (_, i) => {
            const v = x.data[i * d + j] as number;
            const place = missingAt[j] as number;
            const isMissing = place >= 0 && (Object.is(v, missing) || v === missing);
            if (isMissing && group === null) return own[place] ?? Number.NaN;
            const at = isMissing ? place : v;
            if (group !== null && at === own.length) return "infrequent_sklearn";
            if (useValue && Object.is(v, unseen)) return null;
            return isMissing ? (own[at] ?? all[at]) : own[at];
          });
        }),
        x.rows,
      ),
  };
}

/** Labels to places and back. Python's `LabelEncoder` takes one axis. */
function label(est: Estimator): Model {
  const classes = labelsOf(est.attrs.get("classes_")) ?? wrong(est, "classes_", "labels");
  const own: Categories = { lists: [classes], places: [new Map(classes.map((value, i) => [keyOf(value), i]))] };
  return {
    raw: true,
    finite: false,
    transform(x) {
      const at = placesIn(x, 0, own);
      if (at.includes(-1))
        throw new TypeError(`y contains previously unseen labels: ${String(x.column(0)[at.indexOf(-1)])}`);
      return Matrix.flat(Float64Array.from(at));
    },
    inverseRaw: (x) =>
      Array.from(x.column(0), (place) => {
        const at = numberOf(place);
        if (!(at in classes)) throw new TypeError(`y contains previously unseen labels: ${at}`);
        return classes[at];
      }),
  };
}

function binary(est: Estimator): Model {
  const classes = labelsOf(est.attrs.get("classes_")) ?? wrong(est, "classes_", "labels");
  const [low, high] = [num(est, "neg_label", 0), num(est, "pos_label", 1)];
  const k = classes.length === 2 ? 1 : classes.length;
  const places = new Map(classes.map((value, i) => [keyOf(value), i]));
  const isMany = String(plain(est.attrs.get("y_type_"))).startsWith("multilabel");
  return {
    raw: true,
    finite: false,
    transform(x) {
      const out = new Float64Array(x.rows * k).fill(low);
      const y = x.column(0);
      // Rows of marks are what they are.
      if (isMany) return rowsOf(y, classes.length, (v) => (v === 0 ? low : high));
      for (let i = 0; i < x.rows; i++) {
        const place = places.get(keyOf(y[i]));
        if (place === undefined) continue;
        if (classes.length === 1) continue;
        if (classes.length === 2) out[i] = place === 1 ? high : low;
        else out[i * k + place] = high;
      }
      return Matrix.dense(out, x.rows, k);
    },
    inverseRaw(x) {
      const cut = (low + high) / 2;
      if (isMany) {
        return Array.from({ length: x.rows }, (_, i) =>
          Array.from(x.data.subarray(i * x.cols, (i + 1) * x.cols), (v) => Number(v > cut)),
        );
      }
      return Array.from({ length: x.rows }, (_, i) => {
        if (classes.length === 1) return classes[0];
        if (x.cols === 1) return classes[numberOf(x.column(0)[i]) > cut ? 1 : 0];
        let best = 0;
        for (let j = 1; j < x.cols; j++)
          if ((x.data[i * x.cols + j] as number) > (x.data[i * x.cols + best] as number)) best = j;
        return classes[best];
      });
    },
  };
}

/** A table of rows of `k` numbers each. */
function rowsOf(rows: ArrayLike<unknown>, k: number, of: (value: number) => number): Matrix {
  const out = new Float64Array(rows.length * k);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as ArrayLike<unknown>;
    if (row?.length !== k) throw new TypeError(`rows of ${k} marks are expected`);
    for (let j = 0; j < k; j++) out[i * k + j] = of(numberOf(row[j]));
  }
  return Matrix.dense(out, rows.length, k);
}

/** Sets of labels, each row an array of them. */
function manyLabels(est: Estimator): Model {
  const classes = labelsOf(est.attrs.get("classes_")) ?? wrong(est, "classes_", "labels");
  const k = classes.length;
  const places = new Map(classes.map((value, i) => [keyOf(value), i]));
  return {
    raw: true,
    finite: false,
    transform(x) {
      const out = new Float64Array(x.rows * k);
      const rows = x.column(0);
      for (let i = 0; i < x.rows; i++) {
        for (const value of rows[i] as Iterable<unknown>) {
          const place = places.get(keyOf(value));
          if (place !== undefined) out[i * k + place] = 1;
        }
      }
      return Matrix.dense(out, x.rows, k);
    },
    inverseRaw: (x) =>
      Array.from({ length: x.rows }, (_, i) => classes.filter((_value, j) => x.data[i * x.cols + j] === 1)),
  };
}

/** Means of the target by category. */
function target(est: Estimator): Model {
  const categories = categoriesOf(est);
  const d = categories.lists.length;
  const tables = list(est, "encodings_").map((one) => floatsOf(one)?.data ?? wrong(est, "encodings_", "arrays"));
  const mean = vector(est, "target_mean_");
  const k = tables.length / d;
  if (!Number.isInteger(k) || (mean.length !== k && mean.length !== 1))
    misfit(est, "encodings_ and categories_ differ");
  return {
    features: d,
    finite: "allow-nan",
    mixed: true,
    names(given) {
      const input = namesIn(est, given, d);
      if (text(est, "target_type_") !== "multiclass") return input;
      const classes = labelTexts(est.attrs.get("classes_"));
      return input.flatMap((name) => classes.map((one) => `${name}_${one}`));
    },
    transform(x) {
      const out = new Float64Array(x.rows * d * k);
      for (let j = 0; j < d; j++) {
        const at = placesIn(x, j, categories);
        for (let c = 0; c < k; c++) {
          const own = tables[j * k + c] as Float64Array;
          for (let i = 0; i < x.rows; i++) {
            const place = at[i] as number;
            out[i * d * k + j * k + c] =
              place < 0 ? (mean[mean.length === 1 ? 0 : c] as number) : (own[place] as number);
          }
        }
      }
      return Matrix.dense(out, x.rows, d * k);
    },
  };
}

export const encoders: Kinds = {
  OneHotEncoder: someHot,
  OrdinalEncoder: ordinal,
  LabelEncoder: label,
  LabelBinarizer: binary,
  MultiLabelBinarizer: manyLabels,
  TargetEncoder: target,
};
