/** Old Pythons fail on the broken files with the words that the doctor names, and load the mended ones. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { diagnose, fix } from "../../src/doctor.ts";

const versions = join(homedir(), ".pyenv", "versions");
const pythons = existsSync(versions) ? readdirSync(versions).filter((name) => /^(2\.7|3\.\d+)\./.test(name)) : [];
const broken = fileURLToPath(new URL("../../fixtures/data/doctor/five.pkl", import.meta.url));
const JUDGE = `
import pickle, sys
v = pickle.load(open(sys.argv[1], "rb"))
get = lambda k: v[k]
assert get("s") == set([1, 2]) and get("f") == frozenset([(1, 2)]) and get("b") == b"a\\xff"
assert get("ba") == bytearray(b"\\x01\\xfe") and get("big") == set(range(1100)) and get("e") == set() and get("eb") == b""
`;

const joblibPython = process.env["BRINE_OLD_JOBLIB"] ?? "";
const hasOldJoblib = spawnSync(joblibPython || "-", ["-c", "import joblib"]).status === 0;

it.skipIf(pythons.length === 0).each(pythons)("Python %s loads the mended pickle", async (version) => {
  const python = join(versions, version, "bin", "python");
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  try {
    const asked = { python: version };
    const { findings } = await diagnose(broken, { for: asked });
    const before = spawnSync(python, ["-c", JUDGE, broken], { encoding: "utf8" });
    if (findings.length === 0) expect(before.status, before.stderr).toBe(0);
    else expect(before.stderr.trimEnd().split("\n").at(-1)).toBe(findings[0]!.message);
    const out = join(folder, "out.pkl");
    writeFileSync(out, (await fix(broken, { for: asked })).bytes);
    const after = spawnSync(python, ["-c", JUDGE, out], { encoding: "utf8" });
    expect(after.status, after.stderr).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it.skipIf(!hasOldJoblib)("a joblib before 1.2 loads the mended files", async () => {
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  const judge =
    "import joblib, sys, numpy as np\nv = joblib.load(sys.argv[1])\n" +
    "assert (v['a'] == np.arange(5.)).all() and (v['b'][0] == np.ones((2, 3))).all() and list(v['b'][1]) == [1, 'x', None]\n" +
    "assert v['s'] == {1, 2} and v['z'] == b'ab' and v['c'] == 3";
  try {
    for (const name of ["padded.joblib", "padded.joblib.gz", "zlib.joblib"]) {
      const path = fileURLToPath(new URL(`../../fixtures/data/doctor/${name}`, import.meta.url));
      const before = spawnSync(joblibPython, ["-c", judge, path], { encoding: "utf8" });
      expect(before.stderr.trimEnd().split("\n").at(-1), name).toMatch(/^KeyError: \d+$/);
      const out = join(folder, name);
      const { bytes } = await fix(readFileSync(path), { for: { joblib: "1.1", python: "3.6", numpy: "1.13" } });
      writeFileSync(out, bytes);
      const after = spawnSync(joblibPython, ["-c", judge, out], { encoding: "utf8" });
      expect(after.status, after.stderr).toBe(0);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
