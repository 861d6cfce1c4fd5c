/** What pandas packs, brine reads; what the doctor rewrites in the same archive, pandas reads. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fix } from "../../src/doctor.ts";
import { load } from "../../src/index.ts";
import type { DataFrame } from "../../src/pandas.ts";

const venv = process.env["BRINE_VENV"] ?? "";
const folder = mkdtempSync(join(tmpdir(), "boxes-"));
afterAll(() => rmSync(folder, { recursive: true }));

const FRAME = `
import sys, pandas as pd
frame = pd.DataFrame({"name": ["Ada", "Grace"], "score": [1.5, -2.0], "age": [36, 85]})
`;

function python(code: string, path: string): void {
  const run = spawnSync(venv, ["-c", FRAME + code, path], { encoding: "utf8" });
  expect(run.status, run.stderr).toBe(0);
}

describe.skipIf(venv === "")("pandas", () => {
  it.each(["zip", "tar", "tar.gz", "tar.xz", "gz"])("x.pkl.%s", async (ending) => {
    const path = join(folder, `x.pkl.${ending}`);
    python("frame.to_pickle(sys.argv[1])", path);
    const frame = await load<DataFrame>(path);
    expect(frame.toRecords()).toEqual([
      { name: "Ada", score: 1.5, age: 36 },
      { name: "Grace", score: -2, age: 85 },
    ]);
    const { bytes, changes } = await fix(path, { for: { python: "3.7" } });
    expect(changes.length).toBeGreaterThan(0);
    const mended = join(folder, `mended.pkl.${ending}`);
    writeFileSync(mended, bytes);
    python("assert pd.read_pickle(sys.argv[1]).equals(frame)", mended);
  });
});
