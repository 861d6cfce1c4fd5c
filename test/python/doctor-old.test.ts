/**
 * Models and frames of other versions, mended by the doctor, answer in today's libraries as they did in theirs.
 *
 * `BRINE_CROSSED='{"py37": "/path/to/python", …}' npm run test:python -- doctor-old` judges every one of these Pythons
 * by every other, both ways; each has scikit-learn, pandas and joblib.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { diagnose, fix } from "../../src/doctor.ts";

const venv = process.env["BRINE_VENV"] ?? "";
const crossed: Record<string, string> = JSON.parse(process.env["BRINE_CROSSED"] ?? "{}");
const made = (name: string): string => fileURLToPath(new URL(`../../fixtures/make/${name}`, import.meta.url));
const kept = (tag: string): string =>
  fileURLToPath(new URL(`../../fixtures/data/doctor/old-${tag}.json.gz`, import.meta.url));

interface Held {
  answers: unknown;
  files: Record<string, string>;
}

const folders: string[] = [];
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "doctor-old-"));
  folders.push(path);
  return path;
};
afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true });
});

function python(executable: string, ...argv: string[]): string {
  const run = spawnSync(executable, ["-W", "ignore", ...argv], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}

function versionsOf(executable: string): Record<string, string> {
  const ask = `
import json, sys, sklearn, pandas, numpy, joblib
found = {m.__name__: m.__version__ for m in (sklearn, pandas, numpy, joblib)}
print(json.dumps(dict(found, python="%d.%d" % sys.version_info[:2])))`;
  return JSON.parse(python(executable, "-c", ask));
}

const heldOf = (path: string): Held => JSON.parse(gunzipSync(readFileSync(path)).toString());

/** What the reader says of the files as they are, or mended for it; by name. */
async function judged(held: Held, executable: string, mend: boolean): Promise<Map<string, string>> {
  const to = folder();
  const asked = { for: versionsOf(executable) };
  for (const [name, text] of Object.entries(held.files)) {
    const bytes = Buffer.from(text, "base64");
    writeFileSync(join(to, name), mend ? (await fix(bytes, asked)).bytes : bytes);
  }
  writeFileSync(join(to, "answers.json"), JSON.stringify(held.answers));
  const lines = python(executable, made("doctor_judge.py"), to).trimEnd().split("\n");
  return new Map(lines.map((line) => line.split("\t") as [string, string]));
}

/** The files that fail fail with words of the doctor's, and those that it can mend answer as they did. */
async function compare(held: Held, executable: string): Promise<number> {
  const asked = { for: versionsOf(executable) };
  const before = await judged(held, executable, false);
  const after = await judged(held, executable, true);
  const wrong: string[] = [];
  let healed = 0;
  for (const [name, told] of after) {
    const was = before.get(name) ?? "";
    const { findings } = await diagnose(Buffer.from(held.files[name] as string, "base64"), asked);
    const messages = findings.map(({ message }) => message.split("\n")[0] as string);
    if (/^\w+Error: /.test(was) && !messages.some((one) => was.startsWith(one))) {
      wrong.push(`${name}: fails with "${was}", and the doctor says ${messages.join("; ") || "nothing"}`);
    }
    const hopeless = findings.filter(({ fixable }) => !fixable);
    if (told !== "ok" && hopeless.length === 0) wrong.push(`${name}: ${was} -> ${told}`);
    if (was !== "ok" && told === "ok") healed++;
  }
  expect(wrong).toEqual([]);
  return healed;
}

describe.skipIf(venv === "")("the libraries of the environment", () => {
  it.each([
    ["py37", 12],
    ["py310", 11],
    ["py312", 0],
  ])("read what %s wrote", async (tag, least) => {
    expect(await compare(heldOf(kept(tag)), venv)).toBeGreaterThanOrEqual(least);
  });
});

const tags = Object.keys(crossed);
const pairs = tags.flatMap((from) => tags.filter((to) => to !== from).map((to) => [from, to] as const));
describe.skipIf(pairs.length === 0)("other Pythons", () => {
  it.each(pairs)("what %s wrote, mended for %s", async (from, to) => {
    const at = folder();
    python(crossed[from] as string, made("doctor_old.py"), from, at);
    await compare(heldOf(join(at, `old-${from}.json.gz`)), crossed[to] as string);
  });
});
