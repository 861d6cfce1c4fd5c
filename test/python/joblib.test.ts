/** Real joblib loads what brine writes: every compressor, protocol and dtype, of every value of the fixtures. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { dump, load } from "../../src/joblib.ts";

const python = process.env["BRINE_VENV"] ?? "";
const judge = fileURLToPath(new URL("support/joblib_judge.py", import.meta.url));
const hasJoblib = python !== "" && spawnSync(python, ["-c", "import joblib, numpy, lz4"]).status === 0;

interface Row {
  by: string;
  note: string;
  files: Record<string, string>;
}

it.skipIf(!hasJoblib)("joblib finds every value as it was", async () => {
  const file = new URL("../../fixtures/data/joblib.jsonl.gz", import.meta.url);
  const rows = gunzipSync(readFileSync(file))
    .toString("utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Row)
    .filter(({ by }) => by === "joblib 1.5.3, numpy 1.26.4, python 3.11");
  expect(rows.length).toBeGreaterThan(130);
  const folder = mkdtempSync(join(tmpdir(), "joblib-"));
  try {
    const cases: unknown[] = [];
    const endings = ["pkl", "z", "gz", "bz2", "lzma", "xz", "lz4"];
    for (const [i, { note, files }] of rows.entries()) {
      const theirs = join(folder, `${i}.theirs`);
      writeFileSync(theirs, Buffer.from(files["x.pkl"] as string, "base64"));
      const value = await load(theirs, { ensureNativeByteOrder: false });
      const ending = endings[i % endings.length] as string;
      const ours = join(folder, `${i}.${ending}`);
      expect(await dump(value, ours, { protocol: i % 6, compress: i % 4 === 0 ? 9 : false })).toEqual([ours]);
      cases.push({ note: `${note}, .${ending}, protocol ${i % 6}`, theirs, ours, mmap: false });
      const plain = join(folder, `${i}.plain`);
      await dump(value, plain);
      cases.push({ note, theirs, ours: plain, mmap: !/compress \(?['1-9]/.test(note) });
    }
    const run = spawnSync(python, [judge], { input: JSON.stringify(cases), encoding: "utf8", maxBuffer: 1 << 28 });
    // lz4 on Python 3.13 complains of itself when its files are thrown away, so what counts is the exit.
    expect(run.status, run.stderr).toBe(0);
    const { version, wrong } = JSON.parse(run.stdout) as { version: string; wrong: string[] };
    expect(wrong, version).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
