import type { Found, Rule } from "../rule.ts";
import { counted } from "../symbols.ts";
import { attributesEdits, missingAttributes, wantedIn } from "../trees/attributes.ts";
import { fractions, nodesEdits, valuesEdits } from "../trees/edits.ts";
import { treesOf } from "../trees/find.ts";
import { below, newer, older, saidNewer, saidOlder } from "../versions.ts";

/** Nodes of trees: 1.3 added a field to each. */
export const sklearnTree: Rule = {
  name: "sklearn-tree",
  error: /incompatible dtype[\s\S]*|missing_go_to_left|Did not recognise loaded array (layout|dytpe)/,
  cause: "scikit-learn 1.3 added the field missing_go_to_left to the nodes of trees",
  fix: "doctor --fix --for sklearn=VERSION",
  fixable: true,
  detect(file) {
    const trees = treesOf(file);
    const found: Found[] = [];
    const add = (without: boolean, where: string, message: string): void => {
      const ill = trees.filter(({ nodes }) => nodes.names.has("missing_go_to_left") !== without);
      if (ill.length === 0) return;
      const fixable = ill.every(({ nodes }) => nodes.known);
      const about = `${counted(ill.length, "tree")} ${without ? "without" : "with"} missing_go_to_left`;
      const fix = "read and train it anew where it was written: its nodes are of another machine";
      found.push({ where, message, about, fixable, ...(fixable ? {} : { fix }) });
    };
    const dtype = "ValueError: node array from the pickle has an incompatible dtype:";
    if (newer(file.versions, "sklearn", "1.3")) add(true, "sklearn >= 1.3", dtype);
    if (older(file.versions, "sklearn", "1.3")) {
      const said = saidOlder(file.versions, "sklearn", "1.0");
      const word = saidOlder(file.versions, "sklearn", "0.24") ? "layout" : "dytpe";
      add(false, "sklearn < 1.3", said ? `ValueError: Did not recognise loaded array ${word}` : dtype);
    }
    return found;
  },
  edits(file) {
    const wanted = saidNewer(file.versions, "sklearn", "1.3");
    return wanted || saidOlder(file.versions, "sklearn", "1.3") ? nodesEdits(file, treesOf(file), wanted) : [];
  },
};

/** Leaves of classifiers: counts once, and fractions since 1.4, which no longer divides them. */
export const sklearnValues: Rule = {
  name: "sklearn-tree-values",
  error: /^$/,
  cause: "trees of classifiers keep counts of samples before scikit-learn 1.4, which takes them for probabilities",
  fix: "doctor --fix --for sklearn=VERSION",
  fixable: true,
  detect(file) {
    if (!newer(file.versions, "sklearn", "1.4")) return [];
    const count = treesOf(file).filter((tree) => fractions(file, tree) !== null).length;
    const message = "no error: predict_proba gives counts, or probabilities that are wrong";
    return count === 0 ? [] : [{ where: "sklearn >= 1.4", message, about: counted(count, "tree") }];
  },
  edits: (file) =>
    saidNewer(file.versions, "sklearn", "1.4") ? treesOf(file).flatMap((tree) => valuesEdits(file, tree)) : [],
};

const PRINTED = "when the model is printed or cloned";

/** Attributes that came and went. */
export const sklearnAttributes: Rule = {
  name: "sklearn-attributes",
  error:
    /object has no attribute '(monotonic_cst|ccp_alpha|max_samples|presort|n_features_|(base_)?estimator|min_impurity_split)'/,
  cause: "trees, forests and bags lack attributes that other versions of scikit-learn read when they predict",
  fix: "doctor --fix --for sklearn=VERSION",
  fixable: true,
  detect(file) {
    const version = file.versions["sklearn"];
    const found = new Map<string, Found>();
    for (const missing of missingAttributes(file)) {
      const { cls, name, fails } = missing;
      const message = `AttributeError: '${cls}' object has no attribute '${name}'`;
      const within = (range: readonly [string, string]): boolean =>
        // Of versions that nobody named, the newer ones are meant.
        version === undefined ? range[0] !== "0" : !below(version, range[0]) && below(version, range[1]);
      const tell = ([since, until]: readonly [string, string], about: string): void =>
        void found.set(message, {
          where: since === "0" ? `sklearn < ${until}` : `sklearn >= ${since}`,
          message,
          ...(about === "" ? {} : { about }),
        });
      if (fails !== null && within(fails)) tell(fails, "");
      else if (version !== undefined && wantedIn(missing, version)) tell([missing.since, missing.until], PRINTED);
    }
    return [...found.values()];
  },
  edits: attributesEdits,
};
