/** Fixtures of models with what scikit-learn answered: a row each, of which every answer is asked for again. */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { load, loads, type PyDict, repr } from "../../src/index.ts";
import { type Estimator, sklearn } from "../../src/sklearn.ts";
import { compare } from "./sklearn-cases.ts";

/** One model: `by` (the version), `id`, `model` (its pickle), `X`, `y`, `repr`, and `out`, the answers by method. */
export type Row = PyDict<string, unknown>;

export async function rowsOf(name: string): Promise<Row[]> {
  return load<Row[]>(new Uint8Array(readFileSync(new URL(`../../fixtures/data/${name}`, import.meta.url))));
}

export function modelOf(row: Row): Estimator {
  return loads<Estimator>(row.get("model") as Uint8Array, { packs: [sklearn] });
}

/** What came of asking: lines of what is wrong, how many answers there are, of how many versions. */
export interface Asked {
  wrong: string[];
  count: number;
  versions: number;
}

/**
 * Asks for all answers of all rows. Text in the place of one stands for an error; what `wanted` makes of the rest may
 * be a list, which is to be equal, and else is to be met within `bound`.
 */
export function askRows(
  rows: readonly Row[],
  answer: (row: Row, method: string) => unknown,
  {
    wanted = (expected: unknown, _method: string): unknown => expected,
    bound = (_row: Row, _method: string): number => 1e-12,
  } = {},
): Asked {
  const wrong: string[] = [];
  let count = 0;
  for (const row of rows) {
    for (const [method, expected] of row.get("out") as PyDict<string, unknown>) {
      count++;
      const where = `${row.get("by")} ${row.get("id")} ${method}`;
      const refused = typeof expected === "string";
      try {
        const given = answer(row, method);
        const told = wanted(expected, method);
        if (refused) wrong.push(`${where}: not refused (${expected})`);
        else if (Array.isArray(told) && !told.every((one) => typeof one === "number")) {
          if (!isDeepStrictEqual(given, told)) wrong.push(`${where}: not equal`);
        } else {
          const { off } = compare(method, given, told);
          if (!(off <= bound(row, method))) wrong.push(`${where}: off by ${off}`);
        }
      } catch (e) {
        if (!refused) wrong.push(`${where}: ${e instanceof Error ? e.message : e}`);
      }
    }
  }
  return { wrong, count, versions: new Set(rows.map((row) => row.get("by"))).size };
}

/** Models that do not print as in Python, but for those in whose text an address stands. */
export function misprinted(rows: readonly Row[]): unknown[] {
  return rows
    .filter((row) => !String(row.get("repr")).includes(" at 0x"))
    .map((row) => [repr(modelOf(row)), row.get("repr")])
    .filter(([got, told]) => got !== told);
}
