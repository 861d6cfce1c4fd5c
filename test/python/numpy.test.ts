/** Real NumPy opens what brine writes: npy files and pickles of every array of the fixtures, without a warning. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { dumps, loads } from "../../src/index.ts";
import { dumps as npyDumps } from "../../src/numpy.ts";
import { readNumpyCases, unbase64 } from "../support/numpy-cases.ts";

const python = process.env["BRINE_VENV"] ?? "";
const judge = fileURLToPath(new URL("support/numpy_judge.py", import.meta.url));
const hasNumpy = python !== "" && spawnSync(python, ["-c", "import numpy"]).status === 0;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

it.skipIf(!hasNumpy)("NumPy finds every array as it was", () => {
  const cases = readNumpyCases().map(({ id, npy, npyDtype, pickles }) => {
    const made = loads(unbase64(pickles.at(-1)?.buffers ? pickles[0]!.data : pickles.at(-1)!.data));
    const streams = [0, 1, 2, 3, 4, 5].map((protocol) => base64(dumps(made, { protocol })));
    return { id, npy, aligned: npyDtype !== undefined, ours: base64(npyDumps(made)), pickles: streams };
  });
  const run = spawnSync(python, [judge], { input: JSON.stringify(cases), encoding: "utf8", maxBuffer: 1 << 28 });
  expect(run.stderr).toBe("");
  const { version, wrong } = JSON.parse(run.stdout) as { version: string; wrong: string[] };
  expect(wrong.slice(0, 12), `NumPy ${version}`).toEqual([]);
});
