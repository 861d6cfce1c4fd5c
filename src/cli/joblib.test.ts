/** The command on joblib's files: `brine model.joblib`, `brine convert a.joblib b.joblib.xz`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { gzip } from "../core/codecs/index.ts";
import { array, loads, PyDict, repr } from "../index.ts";
import { dumps } from "../joblib.ts";
import { loads as npyLoads } from "../numpy.ts";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "brine-cli-joblib-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const legacy = fileURLToPath(new URL("../../fixtures/data/joblib/", import.meta.url));

async function brine(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const stdout = { write: (data: string | Uint8Array) => void (out += data) };
  const stderr = { write: (data: string | Uint8Array) => void (err += data) };
  async function* stdin(): AsyncGenerator<Uint8Array> {}
  const code = await run(args, { stdout, stderr, stdin: stdin(), env: {} });
  return { code, out: out.replaceAll(`${folder}/`, ""), err };
}

const model = new PyDict<string, unknown>([
  ["w", array(new Float64Array([0, 1, 2, 3]), { shape: [2, 2] })],
  ["names", ["a", "b"]],
]);
writeFileSync(at("model.joblib"), dumps(model));

it("shows arrays, packed or not, and those of old joblibs beside their file", async () => {
  const tree = [
    "model.joblib: dict (2)",
    "  ['w']: numpy.ndarray float64 (2, 2) C, min 0.0, max 3.0, mean 1.5 [[0. 1.] [2. 3.]]",
    "  ['names']: list (2)",
    "    [0]: str (1) 'a'",
    "    [1]: str (1) 'b'",
    "",
  ].join("\n");
  expect(await brine(at("model.joblib"))).toEqual({ code: 0, out: tree, err: "" });
  for (const compress of ["zlib", "gzip", "bz2", "lzma", "xz", "lz4"]) {
    writeFileSync(at("packed.joblib"), dumps(model, { compress }));
    expect((await brine(at("packed.joblib"))).out).toBe(tree.replace("model.joblib", "packed.joblib"));
  }
  const old = await brine(join(legacy, "joblib_0.9.2_pickle_py35_np19.pkl"));
  expect([old.code, old.err]).toEqual([0, ""]);
  expect(old.out).toContain("[1]: numpy.ndarray float64 (5,), min 0.0, max 4.0, mean 2.0 [0. 1. 2. 3. 4.]");
});

it("converts to and from every ending", async () => {
  const shown = repr(loads(dumps(model)));
  for (const name of [
    "b.joblib",
    "b.joblib.xz",
    "b.pkl",
    "b.pkl.gz",
    "b.gz",
    "b.lz4",
    "b.joblib.bz2",
    "b.z",
    "b.lzma",
  ]) {
    expect(await brine("convert", at("model.joblib"), at(name))).toEqual({ code: 0, out: "", err: "" });
    expect([name, repr(loads(readFileSync(at(name))))]).toEqual([name, shown]);
  }
  // A pickle in gzip is one that Python's pickle reads, too; a bare ending makes a file of joblib.
  expect(gunzipSync(readFileSync(at("b.pkl.gz"))).toString("latin1")).not.toContain("joblib");
  expect(gunzipSync(readFileSync(at("b.gz"))).toString("latin1")).toContain("NumpyArrayWrapper");
  await brine("convert", at("model.joblib"), at("w.npy"), "--key", "w");
  expect(npyLoads(readFileSync(at("w.npy"))).toArray()).toEqual([
    [0, 1],
    [2, 3],
  ]);
  await brine("convert", at("w.npy"), at("w.csv.gz"));
  expect(new TextDecoder().decode(gzip.decode(readFileSync(at("w.csv.gz"))))).toContain("2.0");
  expect(await brine("convert", at("model.joblib"), at("b.xyz"))).toMatchObject({
    code: 2,
    err: expect.stringContaining(".joblib"),
  });
});
