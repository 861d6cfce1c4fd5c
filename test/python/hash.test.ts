/** The joblib at hand hashes values as brine does. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { type HashRow, wrongHashes } from "../support/hash-cases.ts";

const python = process.env["BRINE_VENV"] ?? "";
const script = fileURLToPath(new URL("../../fixtures/make/hash_cases.py", import.meta.url));
const hasJoblib = python !== "" && spawnSync(python, ["-c", "import joblib, numpy"]).status === 0;

it.skipIf(!hasJoblib)("joblib.hash and brine's hash agree", () => {
  const run = spawnSync(python, ["-W", "ignore", script, "--emit"], { encoding: "utf8", maxBuffer: 1 << 28 });
  expect(run.stderr).toBe("");
  const rows = JSON.parse(run.stdout) as HashRow[];
  expect(rows.length).toBeGreaterThan(150);
  expect(wrongHashes(rows), rows[0]?.by).toEqual([]);
});
