/** Estimators of scikit-learn 0.17 (Python 2.7), 0.18 and 0.19 answer and print here as they did there. */
import { expect, it } from "vitest";
import { loads, repr } from "../src/index.ts";
import { type Estimator, sklearn } from "../src/sklearn.ts";
import { type Answer, answers, type Case, readCases } from "./support/sklearn-cases.ts";

const { cases, given } = await readCases("sklearn-old.pkl.xz");
// Text of Python 2 is bytes there.
const packs = { packs: [sklearn], encoding: "latin1" } as const;

/** What is not as it was: answers of 0.17 and 0.18 whose shape or sense later versions corrected. */
const isOther = (one: Case): boolean =>
  (one.by.startsWith("0.17") && /^(pca\.(scores|whiten)|ridge\.labels)$/.test(one.id)) ||
  (one.by.startsWith("0.18") && one.id === "chain.MultiOutputClassifier");

function limitOf(one: Case, { method, isLabels }: Answer): number {
  if (isLabels && !/real|one|positive|little(2|$)/.test(one.data)) return 0;
  // A distance of nothing is the root of what rounding leaves.
  if (method === "kneighbors" && one.id.startsWith("knn.brute")) return 2e-7;
  if (/^gauss/.test(one.id)) return 1e-10;
  return one.id.startsWith("kpca") ? 1e-8 : 1e-12;
}

it("answers as scikit-learn 0.17, 0.18 and 0.19 did", () => {
  const wrong: string[] = [];
  const counts = new Map<string, number>();
  for (const one of cases) {
    if (one.name === "list" || isOther(one)) continue;
    const where = `${one.by} ${one.id} ${one.data}`;
    try {
      for (const answer of answers(one, given)) {
        counts.set(one.by, (counts.get(one.by) ?? 0) + 1);
        if (!(answer.off <= limitOf(one, answer))) wrong.push(`${where} ${answer.method}: off by ${answer.off}`);
      }
    } catch (e) {
      wrong.push(`${where}: ${e instanceof Error ? e.message : e}`);
    }
  }
  expect(wrong).toEqual([]);
  expect([...counts.keys()].sort()).toEqual(["0.17.1", "0.18.2", "0.19.2"]);
  for (const count of counts.values()) expect(count).toBeGreaterThan(1000);
});

/** Whose parameters came or went with these versions: the table of defaults begins with 0.20. */
const CHANGED =
  /^(fitted\.DBSCAN|radius|nmf|rfe|dictionary\.coder|linear\.(PassiveAggressive|RidgeClassifierCV|RANSAC))/;

it("prints them", () => {
  const wrong: string[] = [];
  let count = 0;
  for (const one of cases) {
    // Functions and types print their address or their Python.
    if (/ at 0x|<type|u'/.test(one.repr) || CHANGED.test(one.id)) continue;
    count++;
    const text = repr(loads<Estimator>(one.model, packs));
    if (text !== one.repr) wrong.push(`${one.by} ${one.id}\n${text}\n${one.repr}`);
  }
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(1000);
});
