/** Files of arrays made by chance: brine reads what this Python reads, and this Python what brine writes of it. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { PyDict, PyFloat, repr } from "../../src/index.ts";
import * as joblib from "../../src/joblib.ts";
import * as numpy from "../../src/numpy.ts";
import { type DType, NDArray, NpzFile } from "../../src/numpy.ts";

const python = process.env["BRINE_VENV"] ?? "";
const script = fileURLToPath(new URL("support/arrays_crossed.py", import.meta.url));
const hasNumpy = python !== "" && spawnSync(python, ["-c", "import numpy"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "brine-crossed-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Row {
  file: string;
  damaged: boolean;
  told?: unknown;
  error?: string;
}

function ask<T>(...args: string[]): T {
  const run = spawnSync(python, ["-W", "ignore", script, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  expect(run.status, run.stderr).toBe(0);
  return JSON.parse(run.stdout) as T;
}

function typeText(dtype: DType): unknown {
  if (dtype.base !== null) return [typeText(dtype.base), [...dtype.shape]];
  if (dtype.fields === null) return dtype.str;
  const fields = [...dtype.fields].map(([name, f]) => [name, typeText(f.dtype), f.offset, f.title ?? null]);
  return [dtype.itemsize, ...fields];
}

function feed(digest: ReturnType<typeof createHash>, made: NDArray): void {
  if (made.dtype.fields === null) digest.update(made.rawBytes("C"));
  else for (const name of made.dtype.fields.keys()) feed(digest, made.field(name));
}

async function held(npz: NpzFile): Promise<Map<string, unknown>> {
  try {
    return await npz.all();
  } finally {
    await npz.close();
  }
}

async function told(value: unknown): Promise<unknown> {
  if (value instanceof NDArray) {
    const digest = createHash("sha1");
    feed(digest, value);
    const fortran = value.isF && !value.isC;
    return { dtype: typeText(value.dtype), shape: [...value.shape], fortran, sha1: digest.digest("hex") };
  }
  if (Array.isArray(value)) return Promise.all(value.map(told));
  const pairs = value instanceof NpzFile ? await held(value) : value instanceof PyDict ? value : null;
  if (pairs === null)
    return value instanceof Uint8Array ? repr(value) : repr(value instanceof PyFloat ? value.value : value);
  const rows = await Promise.all([...pairs].map(async ([key, item]) => [String(key), await told(item)] as const));
  return Object.fromEntries(rows);
}

const read = (path: string): Promise<unknown> => (path.endsWith(".joblib") ? joblib.load(path) : numpy.load(path));

async function write(path: string, value: unknown, i: number): Promise<void> {
  const compress = ([0, 3, "gzip", "bz2", "xz", "lz4"] as const)[i % 6] as joblib.Compress;
  if (path.endsWith(".joblib")) await joblib.dump(value, path, { compress, protocol: 2 + (i % 4) });
  else if (value instanceof NDArray) writeFileSync(path, numpy.dumps(value));
  else {
    await (i % 2 ? numpy.savez : numpy.savezCompressed)(path, await held(value as NpzFile));
  }
}

it.skipIf(!hasNumpy)("arrays by chance", { timeout: 300_000 }, async () => {
  const other = join(folder, "other");
  mkdirSync(other);
  const { by, rows } = ask<{ by: string; rows: Row[] }>("make", folder, process.env["BRINE_SEED"] ?? "12", "300");
  const wrong: unknown[] = [];
  let [good, refused] = [0, 0];
  for (const [i, row] of rows.entries()) {
    const path = join(folder, row.file);
    let found: unknown;
    try {
      found = await told(await read(path));
    } catch (e) {
      if (!numpy.isBrineError(e)) wrong.push([row.file, String(e)]);
      else if (row.error !== undefined) refused++;
      // What is damaged may be refused though Python reads it: sums of what it did not read to the end.
      else if (!row.damaged) wrong.push([row.file, e.message]);
      continue;
    }
    if (row.error !== undefined) continue;
    if (JSON.stringify(found) !== JSON.stringify(row.told)) wrong.push([row.file, found, row.told]);
    else good++;
    if (!row.damaged) await write(join(other, row.file), await read(path), i);
  }
  expect(wrong.slice(0, 5), by).toEqual([]);
  expect(good).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(10);
  expect(ask("judge", folder, other), by).toEqual([]);
});
