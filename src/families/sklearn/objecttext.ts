/**
 * What is no estimator, as it is printed where it is a parameter of one: kernels, scorers, splitters, joblib's Memory.
 *
 * @module
 */
import { PyDict } from "../../core/values/dict.ts";
import { PyObject } from "../../core/values/object.ts";
import { repr, ShownFloat } from "../../core/values/repr.ts";
import { PyGlobal } from "../../core/values/scalars.ts";
import { floatsOf, isSince, num } from "./fields.ts";

/** A value, or a float that must show its point. */
export function shownAt(container: PyDict<string, unknown>, key: string): unknown {
  const value = container.get(key);
  return typeof value === "number" && container.isFloat(container.k.find(key)) ? new ShownFloat(value) : value;
}

/** The text of an object that prints itself in a way of its own; null for any other. */
export function objectText(value: unknown): string | null {
  return kernelText(value) ?? scorerText(value) ?? memoryText(value);
}

/** How joblib's Memory prints itself; null for anything else, and for the one before joblib 0.12. */
function memoryText(value: unknown): string | null {
  if (!(value instanceof PyObject) || !(value.cls instanceof PyGlobal)) return null;
  const { module, name } = value.cls;
  if (name !== "Memory" || !/(^|\.)joblib\.memory$/.test(module) || !value.attrs.has("store_backend")) return null;
  const store = value.attrs.get("store_backend");
  const place = store instanceof PyObject ? store.attrs.get("location") : null;
  return `Memory(location=${typeof place === "string" ? place : repr(place ?? null)})`;
}

/** What the scorers of before scikit-learn 1.4 want of an estimator, as `make_scorer` was told. */
const NEEDS: Readonly<Record<string, string>> = {
  _PredictScorer: "",
  _ProbaScorer: ", needs_proba=True",
  _ThresholdScorer: ", needs_threshold=True",
};

/** How what `make_scorer` made prints itself (sklearn/metrics/_scorer.py); null for anything else. */
function scorerText(value: unknown): string | null {
  if (!(value instanceof PyObject) || !(value.cls instanceof PyGlobal)) return null;
  const { module, name } = value.cls;
  const func = value.attrs.get("_score_func");
  if (!/^sklearn\.metrics\._?scorer$/.test(module) || !(func instanceof PyGlobal)) return null;
  const method = value.attrs.get("_response_method");
  const needs = Object.hasOwn(NEEDS, name) ? NEEDS[name] : `, response_method=${repr(method ?? "predict")}`;
  const kwargs = value.attrs.get("_kwargs");
  const rest = kwargs instanceof PyDict ? [...kwargs.keys()].map((key) => `, ${key}=${pythonStr(kwargs, key)}`) : [];
  const sign = Number(value.attrs.get("_sign")) > 0 ? "" : ", greater_is_better=False";
  return `make_scorer(${func.name}${sign}${needs}${rest.join("")})`;
}

/** An item as `str` has it: text without quotes. */
function pythonStr(container: PyDict, key: unknown): string {
  const value = shownAt(container as PyDict<string, unknown>, key as string);
  return typeof value === "string" ? value : repr(value);
}

/** How the kernels of Gaussian processes print themselves; null for anything else. */
function kernelText(value: unknown): string | null {
  if (!(value instanceof PyObject) || !(value.cls instanceof PyGlobal)) return null;
  const { module, name } = value.cls;
  if (module !== "sklearn.gaussian_process.kernels") return null;
  const part = (attr: string): string => kernelText(value.attrs.get(attr)) ?? "None";
  const number = (attr: string): string => {
    const { data, shape } = floatsOf(value.attrs.get(attr)) ?? { data: [], shape: [] };
    const texts = Array.from(data, general);
    return shape.length > 0 && texts.length > 1 ? `[${texts.join(", ")}]` : (texts[0] ?? "None");
  };
  const named = (...attrs: string[]): string => `${name}(${attrs.map((attr) => `${attr}=${number(attr)}`).join(", ")})`;
  switch (name) {
    case "Sum":
    case "Product":
      return `${part("k1")} ${name === "Sum" ? "+" : "*"} ${part("k2")}`;
    case "Exponentiation":
      return `${part("kernel")} ** ${pythonStr(value.attrs, "exponent")}`;
    case "ConstantKernel":
      return `${general(Math.sqrt(num(value, "constant_value")))}**2`;
    case "WhiteKernel":
      return named("noise_level");
    case "RBF":
      return named("length_scale");
    case "Matern":
      return named("length_scale", "nu");
    case "RationalQuadratic":
      return named("alpha", "length_scale");
    case "ExpSineSquared":
      return named("length_scale", "periodicity");
    case "DotProduct":
      return named("sigma_0");
    case "PairwiseKernel":
      return `${name}(gamma=${pythonStr(value.attrs, "gamma")}, metric=${pythonStr(value.attrs, "metric")})`;
    default:
      return null;
  }
}

/** A number as Python's `{:.3g}` writes it. */
function general(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  const [digits, exponent] = value.toExponential(2).split("e") as [string, string];
  const power = Number(exponent);
  if (power < -4 || power >= 3) {
    const bare = digits.replace(/\.?0+$/, "");
    return `${bare}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  return String(Number(value.toPrecision(3)));
}

/** The lines of `_pprint` of sklearn/base.py: of about 75 characters, parameters with their texts. */
export function oldLines(name: string, params: readonly (readonly [string, string])[]): string {
  const separator = `,\n${" ".repeat(1 + Math.floor(name.length / 2))}`;
  let length = name.length;
  let out = "";
  for (const [i, [param, value]] of params.entries()) {
    let text = `${param}=${value}`;
    if (text.length > 500) text = `${text.slice(0, 300)}...${text.slice(-100)}`;
    if (i > 0) {
      const breaks = length + text.length >= 75 || text.includes("\n");
      out += breaks ? separator : ", ";
      length = breaks ? separator.length : length + 2;
    }
    out += text;
    length += text.length;
  }
  const lines = out.split("\n").map((line) => line.replace(/ +$/, ""));
  return `${name}(${lines.join("\n")})`;
}

/** Parameters of splitters, in the order in which they are printed; `name@1.6` came with that version. */
const SPLITTERS: Readonly<Record<string, string>> = {
  KFold: "n_splits random_state shuffle",
  StratifiedKFold: "n_splits random_state shuffle",
  StratifiedGroupKFold: "n_splits random_state shuffle",
  GroupKFold: "n_splits random_state@1.6 shuffle@1.6",
  ShuffleSplit: "n_splits random_state test_size train_size",
  StratifiedShuffleSplit: "n_splits random_state test_size train_size",
  GroupShuffleSplit: "n_splits random_state test_size train_size",
  LeaveOneOut: "",
  LeaveOneGroupOut: "",
  LeavePOut: "p",
  LeavePGroupsOut: "n_groups",
  TimeSeriesSplit: "gap@0.24 max_train_size n_splits test_size@0.24",
  RepeatedKFold: "n_repeats n_splits random_state",
  RepeatedStratifiedKFold: "n_repeats n_splits random_state",
  PredefinedSplit: "test_fold",
};

/** How splitters print themselves (sklearn/model_selection/_split.py); null for anything else. */
export function splitterText(value: unknown, version: string | null): string | null {
  if (!(value instanceof PyObject) || !(value.cls instanceof PyGlobal)) return null;
  const { module, name } = value.cls;
  if (module !== "sklearn.model_selection._split" || !Object.hasOwn(SPLITTERS, name)) return null;
  const { attrs } = value;
  const more = attrs.get("cvargs");
  const params = (SPLITTERS[name] as string).split(" ").flatMap((word): [string, string][] => {
    const [param, since] = word.split("@") as [string, string?];
    const [major, minor] = (since ?? "0.0").split(".").map(Number) as [number, number];
    if (param === "" || !isSince(version, major, minor)) return [];
    const from = (attrs.get(param) ?? null) === null && more instanceof PyDict ? (more as typeof attrs) : attrs;
    return [[param, repr(shownAt(from, param) ?? null)]];
  });
  return oldLines(name, params);
}
