/**
 * What `scan --sarif` prints is SARIF by the schema of the standard.
 *
 * The schema is that of SARIF 2.1.0 (OASIS), as the npm package `@microsoft/jest-sarif` (MIT) carries it.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { sarif, scan } from "../../src/scan.ts";

const venv = process.env["BRINE_VENV"] ?? "";
const file = (path: string): Buffer => gunzipSync(readFileSync(fileURLToPath(new URL(path, import.meta.url))));

const JUDGE = `
import json, sys, jsonschema
given = json.load(sys.stdin)
errors = jsonschema.Draft4Validator(given["schema"]).iter_errors(given["log"])
print(json.dumps([error.message for error in errors]))
`;

it.skipIf(venv === "")("reports of hostile files, of ordinary ones and of none are valid", async () => {
  const rows = file("../../fixtures/data/scan.jsonl.gz").toString().trimEnd().split("\n");
  const scanned = [];
  for (const row of rows.filter((_, i) => i % 5 === 0)) {
    const { file, data } = JSON.parse(row) as { file: string; data: string };
    scanned.push({ file: `models/a b/${file}`, report: await scan(Buffer.from(data, "base64"), { name: file }) });
  }
  const schema = JSON.parse(file("support/sarif-schema-2.1.0.json.gz").toString());
  for (const log of [sarif(scanned, "1.2.3", ["x.pkl: no such file"]), sarif([])]) {
    const { stdout, stderr } = spawnSync(venv, ["-c", JUDGE], {
      input: JSON.stringify({ schema, log }),
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual([]);
  }
  // The judge finds what is wrong.
  const { stdout } = spawnSync(venv, ["-c", JUDGE], {
    input: JSON.stringify({ schema, log: { version: 2 } }),
    encoding: "utf8",
  });
  expect(JSON.parse(stdout).length).toBeGreaterThan(0);
});
