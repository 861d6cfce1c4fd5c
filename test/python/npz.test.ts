/** Real NumPy opens the npz files that brine writes, and the npy files that brine makes in place. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { dumpsNpz, loads, openMemmap } from "../../src/numpy.ts";
import { readNumpyCases, unbase64 } from "../support/numpy-cases.ts";

const python = process.env["BRINE_VENV"] ?? "";
const judge = fileURLToPath(new URL("support/npz_judge.py", import.meta.url));
const hasNumpy = python !== "" && spawnSync(python, ["-c", "import numpy"]).status === 0;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const folder = mkdtempSync(join(tmpdir(), "brine-npz-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.skipIf(!hasNumpy)("NumPy finds every array as it was", async () => {
  const cases: object[] = [];
  for (const [i, { id, npy: two, npy1 }] of readNumpyCases().entries()) {
    // Objects as NumPy 1 wrote them: it does not read what NumPy 2 writes.
    const npy = npy1 ?? two;
    const x = loads(unbase64(npy), { allowPickle: true });
    const files = { x, arr_0: [1, 2] };
    const [stored, deflated] = [false, true].map((compressed) => base64(dumpsNpz(files, { compressed })));
    const one = { id, npy, stored, deflated };
    if (x.dtype.hasObject) cases.push(one);
    else {
      const path = join(folder, `${i}.npy`);
      const { dtype, shape } = x;
      const made = await openMemmap(path, { mode: "w+", dtype, shape, fortranOrder: x.isF && !x.isC });
      if (x.size > 0) await made.set(x, "...");
      await made.close();
      cases.push({ ...one, path });
    }
  }
  const run = spawnSync(python, [judge], { input: JSON.stringify(cases), encoding: "utf8", maxBuffer: 1 << 28 });
  expect(run.stderr).toBe("");
  const { version, wrong } = JSON.parse(run.stdout) as { version: string; wrong: string[] };
  expect(wrong.slice(0, 12), `NumPy ${version}`).toEqual([]);
});
