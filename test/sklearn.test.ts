/**
 * Estimators of seven scikit-learns (0.20 to 1.9) answer here what they answer there.
 *
 * `BRINE_TABLE=1 npx vitest run test/sklearn.test.ts` writes the table of docs/sklearn-table.md.
 */
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dumps, load, loads, type NDArray, type PyDict, repr } from "../src/index.ts";
import { load as loadJoblib } from "../src/joblib.ts";
import { type Estimator, sklearn } from "../src/sklearn.ts";
import {
  type Answer,
  answers,
  ask,
  compare,
  isSingle,
  isTied,
  limitOf,
  readCases,
  restore,
} from "./support/sklearn-cases.ts";

const { cases, given } = await readCases();
const single = cases.filter((one) => one.name !== "list");
const packs = { packs: [sklearn] };

describe("scikit-learn", () => {
  it("answers as in Python", () => {
    const wrong: string[] = [];
    const table = new Map<string, { cases: number; answers: number; versions: Set<string>; off: number }>();
    let count = 0;
    for (const one of single) {
      const where = `${one.by} ${one.id} ${one.data}`;
      let found: Answer[] = [];
      try {
        found = answers(one, given);
      } catch (e) {
        wrong.push(`${where}: ${e instanceof Error ? e.message : e}`);
      }
      const row = table.get(one.name) ?? { cases: 0, answers: 0, versions: new Set(), off: 0 };
      table.set(one.name, row);
      row.cases++;
      row.versions.add(one.by);
      for (const answer of found) {
        count++;
        if (isTied(one) && answer.method !== "kneighbors") continue;
        row.answers++;
        if (!isSingle(one)) row.off = Math.max(row.off, answer.off);
        if (!(answer.off <= limitOf(one, answer))) wrong.push(`${where} ${answer.method}: off by ${answer.off}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(9000);
    expect(table.size).toBeGreaterThan(100);
    if (process.env["BRINE_TABLE"]) writeTable(table);
  });

  it("prints as scikit-learn prints", () => {
    // A function's address is its process's.
    const wrong = cases
      .filter((one) => !/ at 0x/.test(one.repr))
      .map((one) => [`${one.by} ${one.id}`, repr(loads(one.model, packs)), one.repr])
      .filter(([, got, expected]) => got !== expected);
    expect(wrong).toEqual([]);
  });

  it("comes through brine unchanged, at every protocol", () => {
    for (const one of single.filter(({ by, data }) => data !== "digits" && /^(1\.9|0\.20)/.test(by))) {
      const model = restore(one);
      const again = loads<Estimator>(dumps(model, { protocol: one.id.length % 6 }), packs);
      expect(repr(again.attrs).length, one.id).toBe(repr(model.attrs).length);
      const data = given.get(`${one.by} ${one.data}`)!;
      for (const method of [...one.out.keys()].slice(0, 2)) {
        expect(compare(method, ask(again, method, data), ask(model, method, data)).off, `${one.id} ${method}`).toBe(0);
      }
    }
  });

  it("keeps a list of estimators with their parameters and scores", async () => {
    const lists = cases.filter(({ name }) => name === "list");
    expect(lists.length).toBeGreaterThan(3);
    for (const one of lists) {
      // load fetches the code by itself, from pickles and for joblib.
      for (const read of [load, loadJoblib]) {
        const list = await read<[Estimator, PyDict, number][]>(one.model);
        expect(list.map(([est]) => est.name)).toEqual([
          "SVC",
          "RandomForestClassifier",
          "GradientBoostingClassifier",
          "KNeighborsClassifier",
          "MLPClassifier",
          "BaggingClassifier",
        ]);
        const data = given.get(`${one.by} digits`)!;
        const expected = loads<[NDArray, NDArray][]>(one.out.get("all")!);
        for (const [i, [model]] of list.entries()) {
          const [labels, shares] = expected[i]!;
          expect([...(model.predict(data.X as never) as number[])], model.name).toEqual(
            (labels.toArray() as bigint[]).map(Number),
          );
          expect(typeof model.predict(data.X as never)[0]).toBe("number");
          expect(compare("predict_proba", model.predictProba(data.X as never), shares).off).toBeLessThan(1e-14);
        }
      }
    }
  });
});

function writeTable(table: Map<string, { cases: number; answers: number; versions: Set<string>; off: number }>): void {
  const rows = [...table]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { cases, answers, versions, off }]) => {
      const shown = off === 0 ? "0" : `< 1e${Math.floor(Math.log10(off)) + 1}`;
      return `| ${name} | ${versions.size} | ${cases} | ${answers} | ${shown} |`;
    });
  const head = [
    "# How near the predictions are",
    "",
    "Written by `BRINE_TABLE=1 npx vitest run test/sklearn.test.ts` from `fixtures/data/sklearn.pkl.xz`: fitted estimators of",
    "scikit-learn 0.20, 0.22, 0.24, 1.0, 1.3, 1.5 and 1.9, each with what its methods answer. The last column is the",
    "largest difference of any answer (labels, probabilities, scores, transforms), relative to the largest number in it;",
    "0 means that all answers are the same to the last bit.",
    "",
    "| estimator | versions | fitted models | answers | largest difference |",
    "|---|---|---|---|---|",
  ];
  writeFileSync(new URL("../docs/sklearn-table.md", import.meta.url), `${[...head, ...rows].join("\n")}\n`);
}
