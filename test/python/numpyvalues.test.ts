/** Real NumPy finds masked arrays, subclasses, random states and all else of its own as it was after a trip through brine. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { dumps, loads, numpyFor } from "../../src/index.ts";
import { unbase64 } from "../support/numpy-cases.ts";

const python = process.env["BRINE_VENV"] ?? "";
const judge = fileURLToPath(new URL("support/numpy_values_judge.py", import.meta.url));
const hasNumpy = python !== "" && spawnSync(python, ["-c", "import numpy"]).status === 0;

interface Row {
  id: string;
  data: string;
}

it.skipIf(!hasNumpy)("NumPy finds its other values as they were", () => {
  const ask = (args: string[], input: string): string => {
    const run = spawnSync(python, [judge, ...args], { input, encoding: "utf8", maxBuffer: 1 << 28 });
    expect(run.stderr).toBe("");
    return run.stdout;
  };
  const { version, rows } = JSON.parse(ask(["--emit"], "")) as { version: string; rows: Row[] };
  const streams = rows.flatMap(({ id, data }) => {
    const made = loads(unbase64(data));
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
    const plain = [0, 1, 2, 3, 4, 5].map((protocol) => ({
      id,
      how: `protocol ${protocol}`,
      data: base64(dumps(made, { protocol })),
    }));
    const named = base64(dumps(made, { packs: [numpyFor(version)] }));
    return [...plain, { id, how: `names of NumPy ${version}`, data: named }];
  });
  const { count, wrong } = JSON.parse(ask([], JSON.stringify(streams))) as { count: number; wrong: unknown[] };
  expect(count).toBeGreaterThan(40);
  expect(wrong.slice(0, 8), `NumPy ${version}`).toEqual([]);
});
