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

const known = new Map<string, Record<string, string>>();

function versionsOf(executable: string): Record<string, string> {
  const found = known.get(executable) ?? asked(executable);
  known.set(executable, found);
  return found;
}

function asked(executable: string): Record<string, string> {
  const ask = `
import json, sys, sklearn, pandas, numpy, joblib
found = {m.__name__: m.__version__ for m in (sklearn, pandas, numpy, joblib)}
print(json.dumps(dict(found, python="%d.%d" % sys.version_info[:2])))`;
  return JSON.parse(python(executable, "-c", ask));
}

const heldOf = (path: string): Held => JSON.parse(gunzipSync(readFileSync(path)).toString());

/** What the reader says of the files as they are, and mended for it; by name. */
async function judged(held: Held, executable: string): Promise<{ was: string; told: string; name: string }[]> {
  const [before, after] = [folder(), folder()];
  const asked = { for: versionsOf(executable) };
  for (const [name, text] of Object.entries(held.files)) {
    const bytes = Buffer.from(text, "base64");
    writeFileSync(join(before, name), bytes);
    writeFileSync(join(after, name), (await fix(bytes, asked)).bytes);
  }
  for (const to of [before, after]) writeFileSync(join(to, "answers.json"), JSON.stringify(held.answers));
  const lines = python(executable, made("doctor_judge.py"), before, after).trimEnd().split("\n");
  const told = new Map(lines.map((line) => /^(\d\t[^\t]*)\t(.*)$/s.exec(line)?.slice(1) as [string, string]));
  return Object.keys(held.files).map((name) => ({
    name,
    was: told.get(`0\t${name}`) ?? "",
    told: told.get(`1\t${name}`) ?? "",
  }));
}

/** The files that fail fail with words of the doctor's, and those that it can mend answer as they did. */
async function compare(held: Held, executable: string): Promise<number> {
  const asked = { for: versionsOf(executable) };
  const wrong: string[] = [];
  let healed = 0;
  for (const { name, was, told } of await judged(held, executable)) {
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
  const written = new Map<string, Held>();
  it.each(pairs)("what %s wrote, mended for %s", async (from, to) => {
    let held = written.get(from);
    if (held === undefined) {
      const at = folder();
      python(crossed[from] as string, made("doctor_old.py"), from, at);
      held = heldOf(join(at, `old-${from}.json.gz`));
      written.set(from, held);
    }
    await compare(held, crossed[to] as string);
  });
});
