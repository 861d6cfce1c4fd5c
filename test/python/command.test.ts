/** The commands info, ls, cat and diff on files that this Python's libraries make, against what these say of them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";

const python = process.env["BRINE_VENV"] ?? "";
const script = fileURLToPath(new URL("support/command.py", import.meta.url));
const hasPackages = python !== "" && spawnSync(python, ["-c", "import h5py, pandas, sklearn"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "brine-command-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Pair {
  names: [string, string];
  dtype: string;
  hdf5: boolean;
  count: number;
  size: number;
  equal_nan: number;
  most?: number | null;
  close?: boolean;
}

interface Made {
  pickles: { file: string; protocol: number; opcodes: number }[];
  model: { files: { file: string; shells: string[] }[]; sklearn: string; numpy: string };
  hdf5: {
    file: string;
    superblock: number;
    counts: Record<string, number>;
    datasets: Record<string, { shape: number[]; type: string; chunks: number[] | null }>;
  }[];
  tables: { file: string; csv: string }[];
  matrices: { file: string; rows: number[][] }[];
  pairs: Pair[];
  frames: { names: [string, string]; equal: boolean }[];
}

async function brine(...args: string[]): Promise<{ code: number; out: string }> {
  let out = "";
  let err = "";
  const code = await run(args, {
    stdout: { write: (part: string | Uint8Array) => (out += String(part)) },
    stderr: { write: (part: string | Uint8Array) => (err += String(part)) },
    stdin: (async function* () {})(),
    env: {},
  });
  expect(err, args.join(" ")).toBe("");
  return { code, out };
}

describe.skipIf(!hasPackages)("files of this Python", () => {
  let made: Made;
  beforeAll(() => {
    const seed = String(Date.now() % 1e6);
    const told = spawnSync(python, ["-W", "ignore", script, folder, seed], { encoding: "utf8", maxBuffer: 1 << 28 });
    expect(told.status, `seed ${seed}: ${told.stderr}`).toBe(0);
    made = JSON.parse(told.stdout) as Made;
  });
  const at = (name: string): string => join(folder, name);

  it("are what info says", async () => {
    const info = async (file: string) => JSON.parse((await brine("info", at(file), "--json")).out);
    for (const { file, protocol, opcodes } of made.pickles) {
      expect(await info(file), file).toMatchObject({ format: "pickle", protocol, facts: { pickles: 1, opcodes } });
    }
    const { files, sklearn, numpy } = made.model;
    for (const { file, shells } of files) {
      const { format, shells: found, writers } = await info(file);
      // A model whose arrays are joblib's alone names nothing of NumPy's by which it would be told.
      const others = writers.filter((writer: string) => writer !== numpy);
      expect({ format, found, others }, file).toEqual({
        format: "joblib",
        found: shells,
        others: [`sklearn ${sklearn}`, "joblib >= 1.2"],
      });
    }
    for (const { file, superblock, counts } of made.hdf5) {
      expect(await info(file), file).toMatchObject({ format: "HDF5", facts: { superblock, ...counts } });
    }
  });

  it("hold what ls lists", async () => {
    for (const { file, datasets } of made.hdf5) {
      const listed = JSON.parse((await brine("ls", "-rl", at(file), "--json")).out) as {
        path: string;
        kind: string;
        shape: number[];
        type: string;
        chunks?: number[];
        same?: string;
      }[];
      const found = listed.filter(({ kind, same }) => kind === "Dataset" && same === undefined);
      const plain = found.map(({ path, shape, type, chunks = null }) => [path, { shape, type, chunks }] as const);
      // One of two names of a dataset comes first; h5py tells that one alone, too.
      expect(Object.fromEntries(plain), file).toEqual(datasets);
    }
  });

  it("give the data that cat prints", async () => {
    for (const { file, csv } of made.tables) expect((await brine("cat", at(file))).out, file).toBe(csv);
    for (const { file, rows } of made.matrices) {
      const lines = (await brine("cat", at(file))).out.trimEnd().split("\n");
      const number = (text: string): number => (/^(True|False)$/.test(text) ? Number(text === "True") : Number(text));
      expect(
        lines.map((line) => line.split(",").map(number)),
        file,
      ).toEqual(rows);
    }
  });

  it("differ as diff says", async () => {
    let different = 0;
    for (const { names, dtype, hdf5, count, size, equal_nan, most, close } of made.pairs) {
      for (const ending of hdf5 ? ["npy", "h5"] : ["npy"]) {
        const [a, b] = names.map((name) => at(`${name}.${ending}`)) as [string, string];
        const label = `${names} ${dtype} ${ending}`;
        const { code, out } = await brine("diff", a, b, "--json");
        const found =
          out === ""
            ? []
            : out
                .trimEnd()
                .split("\n")
                .map((line) => JSON.parse(line));
        expect([code, found.length], label).toEqual(count === 0 ? [0, 0] : [1, 1]);
        if (count > 0) {
          different++;
          expect(found[0], label).toMatchObject({ kind: "elements", count, size });
          if (typeof most === "number") expect(found[0].absolute.by, label).toBeCloseTo(most, 6);
        }
        expect((await brine("diff", a, b, "--equal-nan", "-q")).code, label).toBe(equal_nan === 0 ? 0 : 1);
        if (close === undefined) continue;
        const near = ["--rtol", "0.02", "--atol", "1.5", "--equal-nan"];
        expect((await brine("diff", a, b, ...near, "-q")).code, label).toBe(close ? 0 : 1);
      }
    }
    expect(different).toBeGreaterThan(40);
  });

  it("differ as frames where pandas says so", async () => {
    for (const { names, equal } of made.frames) {
      const [a, b] = names.map(at) as [string, string];
      const { code, out } = await brine("diff", a, b, "--equal-nan");
      expect([code, out === ""], `${names} ${out}`).toEqual(equal ? [0, true] : [1, false]);
    }
    expect(new Set(made.frames.map(({ equal }) => equal)).size).toBe(2);
  });
});
