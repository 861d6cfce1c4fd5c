import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { run } from "./run.ts";

const file = fileURLToPath(new URL("../../fixtures/data/doctor/padded.joblib", import.meta.url));

async function brine(...argv: string[]): Promise<[code: number, text: string]> {
  let text = "";
  const sink = { write: (data: string | Uint8Array) => (text += String(data)) };
  const code = await run(["doctor", ...argv], {
    stdout: sink,
    stderr: sink,
    stdin: (async function* () {})(),
    env: {},
  });
  return [code, text];
}

it("finds, explains and mends", async () => {
  const [code, text] = await brine(file);
  expect(code).toBe(1);
  expect(text).toContain("joblib, protocol 5, numpy >= 2, joblib >= 1.2");
  expect(text).toMatch(/^will fail in +Python < 3\.8 +ValueError: unsupported pickle protocol: 5$/m);
  expect(text).toMatch(/^ +joblib < 1\.2 +KeyError: 0 +\(padding of 3 arrays\)$/m);
  expect(text).toMatch(/^or install +pip install "numpy>=2" "joblib>=1\.2"$/m);
  const path = fileURLToPath(new URL("../../fixtures/data/doctor/path.pkl", import.meta.url));
  expect((await brine(path, "--for", "python=3.13", "--os", "linux"))[0]).toBe(0);
  const [ill, where] = await brine(path, "--for", "python=3.13", "--os", "windows");
  expect([ill, /^fix +doctor --fix --os windows$/m.test(where)]).toEqual([1, true]);
  expect((await brine(path, "--os", "beos"))[0]).toBe(2);
  expect((await brine("--error", "KeyError: 0"))[0]).toBe(1);
  expect((await brine("missing.pkl"))[0]).toBe(2);
  expect((await brine("missing.pkl", "--fix"))[0]).toBe(2);
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  try {
    const to = join(folder, "out.joblib");
    const [done, changes] = await brine(file, "--fix", "--for", "joblib=1.0,python=3.7,numpy=1.19", "-o", to);
    expect([done, changes.includes("padding -> ")]).toEqual([0, true]);
    expect(readFileSync(to)[1]).toBe(4);
    expect((await brine(to, "--for", "joblib=1.0,python=3.7,numpy=1.19"))[0]).toBe(0);
    expect((await brine(file, "--fix", "-o", file))[0]).toBe(2);
    const none = join(folder, "none.joblib");
    const [same, told] = await brine(file, "--fix", "-o", none);
    expect([same, told]).toEqual([1, expect.stringContaining("--for names the versions")]);
    expect(existsSync(none)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
