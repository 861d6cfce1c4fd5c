/**
 * Files of h5py whose features are crossed at random, read by brine, and copied by brine for h5py to read.
 *
 * BRINE_CROSSED is their number (60), BRINE_SEED what they are drawn from.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { File } from "../../src/hdf5.ts";
import { describe as described, differences } from "../support/describe-hdf5.ts";

const python = process.env["BRINE_VENV"] ?? "";
const hasH5py = python !== "" && spawnSync(python, ["-c", "import h5py"]).status === 0;
const count = process.env["BRINE_CROSSED"] ?? "60";
const seed = process.env["BRINE_SEED"] ?? "1";
const folder = mkdtempSync(join(tmpdir(), "brine-crossed-"));
const copies = join(folder, "copies");
mkdirSync(copies);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const run = (...args: string[]): string => {
  const { stdout } = spawnSync(python, args, { encoding: "utf8", maxBuffer: 1 << 30 });
  return stdout;
};

interface Line {
  file: string;
  error?: string;
  objects: Record<string, unknown>[];
}

function judged(where: string): Line[] {
  const paths = readdirSync(where)
    .filter((name) => name.endsWith(".h5"))
    .sort()
    .map((name) => join(where, name));
  return run(script("../../fixtures/make/hdf5_describe.py"), ...paths)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

/** What is compared of a file: orders and references may change where it is copied. */
function essence({ objects }: Line): unknown[] {
  const sorted = (value: unknown): unknown =>
    Array.isArray(value) ? value.map((one) => JSON.stringify(one)).sort() : value;
  return objects
    .map(({ attrs, keys, data, ...rest }) => {
      const kept = JSON.stringify(data ?? null).includes('"reference"') ? null : data;
      const named = Array.isArray(attrs) ? attrs.filter((one) => !JSON.stringify(one).includes('"reference"')) : attrs;
      return { ...rest, data: kept, attrs: sorted(named), keys: sorted(keys) };
    })
    .sort((a, b) => (String((a as { path?: string }).path) < String((b as { path?: string }).path) ? -1 : 1));
}

it.skipIf(!hasH5py)(`${count} files of crossed features, read and copied`, { timeout: 900_000 }, () => {
  const made = Number(run(script("support/hdf5_crossed.py"), folder, count, seed));
  expect(made).toBeGreaterThan(Number(count) * 0.8);
  const lines = judged(folder);
  expect(lines.length).toBe(made);
  for (const [i, { file, objects, error }] of lines.entries()) {
    expect(error, file).toBeUndefined();
    expect(differences(described(join(folder, file)), objects), file).toEqual([]);
    using source = new File(join(folder, file));
    using target = new File(join(copies, file), "w", {
      libver: i % 2 === 0 ? "earliest" : "latest",
      trackOrder: i % 3 === 0,
    });
    for (const [name, value] of source.attrs) target.attrs.set(name, value);
    for (const name of source.keys()) {
      const link = source.getLink(name);
      const item = link?.kind === "hard" ? source.get(name) : undefined;
      if (item === undefined) target.set(name, link);
      else target.copy(item, name);
    }
  }
  const copied = judged(copies);
  for (const [i, line] of lines.entries()) expect(essence(copied[i] as Line), line.file).toEqual(essence(line));
});
