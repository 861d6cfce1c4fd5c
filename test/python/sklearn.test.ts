/** Real scikit-learn finds its estimators as they were after a trip through brine: they predict and refit the same. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { dumps, loads } from "../../src/index.ts";
import { Estimator, sklearn } from "../../src/sklearn.ts";
import { unbase64 } from "../support/numpy-cases.ts";
import { ask, compare } from "../support/sklearn-cases.ts";

const python = process.env["BRINE_VENV"] ?? "";
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const hasSklearn = python !== "" && spawnSync(python, ["-c", "import sklearn"]).status === 0;

function run(args: string[], input: string): string {
  const made = spawnSync(python, args, { input, encoding: "utf8", maxBuffer: 1 << 29 });
  expect(made.status, made.stderr).toBe(0);
  return made.stdout;
}

interface Row {
  id: string;
  name: string;
  data: string;
  X?: string;
  y?: string;
  model: string;
  out: Record<string, string>;
}

it.skipIf(!hasSklearn)(
  "estimators predict and refit as before",
  () => {
    const rows = run([path("../../fixtures/make/sklearn_cases.py")], "")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Row);
    const given = new Map(rows.flatMap(({ data, X, y }) => (X && y ? [[data, { X, y }] as const] : [])));
    const models = rows.filter(({ model, name }) => model && name !== "list");
    expect(models.length).toBeGreaterThan(300);
    const far: string[] = [];
    const trips = models.map(({ id, data, model, out }, i) => {
      const made = loads<Estimator>(unbase64(model), { packs: [sklearn], globals: "inert" });
      expect(made, id).toBeInstanceOf(Estimator);
      const { X, y } = given.get(data)!;
      const input = { X: loads(unbase64(X)), y: loads(unbase64(y)) };
      for (const [method, expected] of Object.entries(out)) {
        // Places among equal distances are not promised, nor what follows from them.
        if (method === "kneighbors" || /^knn\.(auto|metric)/.test(id)) continue;
        const { off } = compare(method, ask(made, method, input), loads(unbase64(expected)));
        // Gaussian processes solve nearly singular systems.
        const limit = id === "boost.init" ? 1e-5 : /^(sgd|kpca|gauss)/.test(id) ? 1e-8 : 1e-12;
        if (!(off <= limit)) far.push(`${id} ${data} ${method}: ${off}`);
      }
      const back = dumps(made, { protocol: i % 6 });
      return { id, data, protocol: i % 6, model, back: Buffer.from(back).toString("base64"), X, y };
    });
    expect(far).toEqual([]);
    const { version, wrong } = JSON.parse(
      run([path("support/sklearn_judge.py")], trips.map((trip) => JSON.stringify(trip)).join("\n")),
    ) as { version: string; wrong: unknown[] };
    expect(wrong.slice(0, 8), `scikit-learn ${version}`).toEqual([]);
  },
  300_000,
);
