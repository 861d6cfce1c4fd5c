/**
 * Attributes that trees, forests and bags of one version of scikit-learn have, and those of another lack.
 *
 * To add one: a row.
 *
 * @module
 */
import type { OpStream } from "../../../families/joblib/stream.ts";
import type { Symbolic } from "../../../formats/pickle/tools/index.ts";
import type { Case, Edit } from "../rule.ts";
import { below } from "../versions.ts";

/** What an attribute is made of: a constant, or another attribute. */
type Value = null | boolean | number | string | { readonly from: string };

interface Attribute {
  readonly name: string;
  /** Versions that have it: from the first one on, and before the second. */
  readonly since: string;
  readonly until: string;
  readonly value: Value;
  readonly of: RegExp;
  /** Versions whose predictions read it, from the first on and before the second; others read it to print the model. */
  readonly fails?: readonly [since: string, until: string];
}

const NEVER = "999";
const EVER = "0";
const TREES = "(DecisionTree|ExtraTree)(Classifier|Regressor)";
const FORESTS = "(RandomForest|ExtraTrees)(Classifier|Regressor)";
const BAGS = "(Bagging|AdaBoost)(Classifier|Regressor)";
const BOOSTING = "GradientBoosting(Classifier|Regressor)";
const only = (...names: string[]): RegExp => new RegExp(`^(${names.join("|")})$`);

const ATTRIBUTES: readonly Attribute[] = [
  { name: "ccp_alpha", since: "0.22", until: NEVER, value: 0, of: only(TREES, FORESTS) },
  { name: "max_samples", since: "0.22", until: NEVER, value: null, of: only(FORESTS) },
  {
    name: "monotonic_cst",
    since: "1.4",
    until: NEVER,
    value: null,
    of: /^(DecisionTree|RandomForest)(Classifier|Regressor)$/,
    fails: ["1.4", NEVER],
  },
  {
    name: "monotonic_cst",
    since: "1.4",
    until: NEVER,
    value: null,
    of: /^ExtraTrees?(Classifier|Regressor)$/,
    fails: ["1.6", NEVER],
  },
  { name: "min_impurity_split", since: EVER, until: "1.0", value: null, of: only(TREES, FORESTS) },
  { name: "presort", since: EVER, until: "0.22", value: false, of: /^DecisionTree/ },
  { name: "presort", since: "0.22", until: "0.24", value: "deprecated", of: /^DecisionTree/ },
  {
    name: "n_features_",
    since: EVER,
    until: "1.0",
    value: { from: "n_features_in_" },
    of: only(TREES, FORESTS, BOOSTING, "Bagging(Classifier|Regressor)", "IsolationForest"),
    fails: [EVER, "0.24"],
  },
  {
    name: "estimator",
    since: "1.2",
    until: NEVER,
    value: { from: "base_estimator" },
    of: only(FORESTS, "Bagging(Classifier|Regressor)"),
    fails: ["1.6", NEVER],
  },
  {
    name: "estimator",
    since: "1.2",
    until: NEVER,
    value: { from: "base_estimator" },
    of: only("AdaBoost(Classifier|Regressor)", "IsolationForest"),
  },
  {
    name: "base_estimator",
    since: EVER,
    until: "1.2",
    value: { from: "estimator" },
    of: only(BAGS, FORESTS, "IsolationForest"),
  },
  { name: "base_estimator", since: "1.2", until: "1.4", value: "deprecated", of: only(BAGS) },
];

/** An attribute that an estimator lacks. */
export interface Missing {
  readonly cls: string;
  readonly name: string;
  readonly since: string;
  readonly until: string;
  readonly fails: readonly [since: string, until: string] | null;
  /** Byte offset of the BUILD that gives the state. */
  readonly at: number;
  write(out: OpStream): void;
}

/** The attributes that estimators lack which some version wants, whatever reads them. */
export function missingAttributes(file: Case): Missing[] {
  const found: Missing[] = [];
  for (const { module, name: cls, uses } of file.references) {
    if (cls === null || !/^sklearn\.(tree|ensemble)\./.test(module ?? "")) continue;
    for (const use of uses) {
      const state = use.args[0]?.kind === "dict" ? file.states.given(use) : null;
      // All of these have this parameter; a state without it is not one of theirs.
      if (!state?.has("random_state")) continue;
      for (const { name, since, until, value, of, fails = null } of ATTRIBUTES) {
        if (!of.test(cls) || state.has(name)) continue;
        const write = writer(value, state, file);
        if (write) found.push({ cls, name, since, until, fails, at: use.offset, write });
      }
    }
  }
  return found;
}

/** Does a reader of this version want it? */
export const wantedIn = ({ since, until }: Missing, version: string): boolean =>
  !below(version, since) && below(version, until);

function writer(value: Value, state: ReadonlyMap<string, Symbolic>, file: Case): ((out: OpStream) => void) | null {
  if (typeof value !== "object" || value === null) return (out) => constant(out, value);
  const other = state.get(value.from);
  if (other?.kind === "atom") {
    const { type, value: held } = other;
    if (type === "None" || held === "deprecated") return (out) => constant(out, null);
    return /^int/.test(type) && typeof held === "number" ? (out) => out.int(held) : null;
  }
  const slot = other === undefined ? undefined : file.slots.get(other);
  return slot === undefined ? null : (out) => out.get(slot);
}

function constant(out: OpStream, value: null | boolean | number | string): void {
  if (value === null) out.op(0x4e);
  else if (value === false) out.op(0x89);
  else if (value === true) out.op(0x88);
  else if (typeof value === "string") out.text(value);
  else out.float(value);
}

/** The attributes that the reader wants, put into the states. */
export function attributesEdits(file: Case): Edit[] {
  const version = file.versions["sklearn"];
  if (version === undefined) return [];
  const edits: Edit[] = [];
  for (const missing of missingAttributes(file)) {
    if (!wantedIn(missing, version)) continue;
    const { at, name } = missing;
    edits.push({
      offset: at,
      place: "before",
      now: name,
      write(out) {
        out.text(name);
        missing.write(out);
        out.op(0x73);
      },
    });
  }
  return edits;
}
