/** Estimators of scikit-learn 0.21, 0.23, 1.1, 1.2, 1.4, 1.6, 1.7 and 1.8 answer and print here as they did there. */
import { expect, it } from "vitest";
import { loads, repr } from "../src/index.ts";
import { type Estimator, sklearn } from "../src/sklearn.ts";
import { answers, isTied, limitOf, readCases } from "./support/sklearn-cases.ts";

const { cases, given } = await readCases("sklearn-between.pkl.xz");
const VERSIONS = ["0.21.3", "0.23.2", "1.1.3", "1.2.2", "1.4.2", "1.6.1", "1.7.2", "1.8.0"];

it("answers as the versions between those of the table did", () => {
  const wrong: string[] = [];
  const counts = new Map<string, number>();
  for (const one of cases) {
    if (one.name === "list") continue;
    const where = `${one.by} ${one.id} ${one.data}`;
    try {
      for (const answer of answers(one, given)) {
        if (isTied(one) && answer.method !== "kneighbors") continue;
        counts.set(one.by, (counts.get(one.by) ?? 0) + 1);
        if (!(answer.off <= limitOf(one, answer))) wrong.push(`${where} ${answer.method}: off by ${answer.off}`);
      }
    } catch (e) {
      wrong.push(`${where}: ${e instanceof Error ? e.message : e}`);
    }
  }
  expect(wrong).toEqual([]);
  expect([...counts.keys()].sort()).toEqual(VERSIONS);
  for (const count of counts.values()) expect(count).toBeGreaterThan(1400);
});

it("prints as they print", () => {
  const wrong = cases
    .filter((one) => !/ at 0x/.test(one.repr))
    .map((one) => [`${one.by} ${one.id}`, repr(loads<Estimator>(one.model, { packs: [sklearn] })), one.repr])
    .filter(([, got, expected]) => got !== expected);
  expect(wrong).toEqual([]);
});
