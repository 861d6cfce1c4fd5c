/** `brine ls`: HDF5 as the real h5ls lists it, and all other files in the same form. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { dumps, PyDict } from "../pickle.ts";
import { run } from "./run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "brine-ls-"));
afterAll(() => rmSync(folder, { recursive: true }));
const example = (name: string): string => `${root}examples/data/${name}`;

async function brine(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const text = { out: "", err: "" };
  const code = await run(args, {
    stdout: { write: (part: string | Uint8Array) => (text.out += String(part)) },
    stderr: { write: (part: string | Uint8Array) => (text.err += String(part)) },
    stdin: (async function* () {})(),
    env: {},
  });
  return { code, ...text };
}

async function lines(...args: string[]): Promise<string[]> {
  const { code, out, err } = await brine(...args);
  expect([code, err]).toEqual([0, ""]);
  return out.trimEnd().split("\n");
}

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const hdf5 = (name: string): string => written(name, gunzipSync(readFileSync(`${root}fixtures/data/hdf5/${name}.gz`)));

describe("ls -r lists HDF5 as h5ls -r does", () => {
  const told = JSON.parse(readFileSync(`${root}fixtures/data/h5ls.json`, "utf8")) as Record<string, string[]>;
  // Its own are the types at the end, and the order in which links are kept.
  const plain = (line: string): string =>
    line.replace(/^(.*(?:Dataset \{.*?\}|Type)) .*$/, "$1").replace(/ {2,}/g, " ");
  test.each(Object.entries(told))("%s", async (name, theirs) => {
    const ours = await lines("ls", "-r", hdf5(name.replace(/\.gz$/, "")));
    expect(ours.map(plain).sort()).toEqual(theirs.map(plain).sort());
  });
});

test("HDF5 by path, with types, chunks, filters and attributes", async () => {
  expect(await lines("ls", example("weather.h5"), "oslo")).toEqual([
    "hour                     Dataset {168}         int32",
    "temperature              Dataset {168}         float32",
  ]);
  expect(await lines("ls", "-l", example("weather.h5"), "/oslo/temperature")).toEqual([
    "temperature              Dataset {168}         float32",
    "    bytes: 672",
    "    chunks: (48,)",
    "    filters: shuffle, gzip 4",
    "    @unit = '°C'",
  ]);
  const types = await lines("ls", hdf5("types-earliest.h5"), "types");
  expect(types).toContain("vlen str                 Dataset {4}           str");
  expect(types).toContain("empty                    Dataset {NULL}        float32");
  const [row] = JSON.parse((await brine("ls", hdf5("layouts-earliest.h5"), "layouts/resizable", "-l", "--json")).out);
  expect(row).toMatchObject({ path: "/layouts/resizable", kind: "Dataset", shape: [4, 4], maxshape: [null, 4] });
  const link = await brine("ls", hdf5("groups-earliest.h5"), "groups", "--ndjson");
  expect(link.out.split("\n").map((line) => JSON.parse(line || "null"))).toContainEqual({
    path: "/groups/external",
    name: "external",
    kind: "External Link",
    target: "other.h5//x",
    type: "",
  });
});

test("pickles by paths that get takes, shared and cyclic values once", async () => {
  expect(await lines("ls", example("cache.pkl"), "users[0]")).toEqual([
    ".name                    str {12}              'Ada Lovelace'",
    ".born                    datetime.date         datetime.date(1815, 12, 10)",
    ".email                   str {15}              'ada@example.org'",
    ".friends                 list {1}",
  ]);
  const all = await lines("ls", "-r", example("cache.pkl"));
  expect(all).toContain("['users'][0].friends[0].friends[0] shop.Person, same as ['users'][0]");
  for (const line of all.slice(0, 12)) {
    const path = /^(\S+?\S*)\s{1,}\S/.exec(line)?.[1] as string;
    expect((await brine("get", example("cache.pkl"), path)).code, path).toBe(0);
  }
  const loop: unknown[] = [1];
  loop.push(loop);
  expect(await lines("ls", "-r", written("loop.pkl", dumps(loop)))).toEqual([
    "[0]                      int                   1",
    "[1]                      list, same as all of it",
  ]);
  let deep: unknown = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(await lines("ls", "-r", written("deep.pkl", dumps(deep)))).toHaveLength(1000);
  expect(await lines("ls", written("one.pkl", dumps("text")))).toEqual([
    expect.stringMatching(/one\.pkl\s+str \{4\}\s+'text'$/),
  ]);
  expect((await brine("ls", written("empty.pkl", dumps(new PyDict())), "--json")).out).toMatch(/"length":0/);
});

test("arrays of npz, tensors of torch, weights of Keras", async () => {
  expect(await lines("ls", example("digits.npz"))).toEqual([
    "['images']               ndarray {100, 8, 8, 1}  float32",
    "['labels']               ndarray {100}         int32",
  ]);
  expect(await lines("ls", "-r", example("digits.keras"), "conv2d")).toEqual([
    "conv2d['kernel']         ndarray {3, 3, 1, 6}  float32",
    "conv2d['bias']           ndarray {6}           float32",
  ]);
  interface Row {
    id: string;
    file: string;
    tensors: { name: string; dtype: string; shape: number[] }[];
  }
  const rows = gunzipSync(readFileSync(`${root}fixtures/data/torch.jsonl.gz`))
    .toString()
    .trim()
    .split("\n");
  let seen = 0;
  for (const [i, line] of rows.entries()) {
    const { id, file, tensors } = JSON.parse(line) as Row;
    if (!/checkpoint/.test(id)) continue;
    const path = written(`${i}.pt`, Buffer.from(file, "base64"));
    const listed = JSON.parse((await brine("ls", "-r", path, "--json")).out) as { shape?: number[]; type: string }[];
    for (const { dtype, shape } of tensors) {
      seen++;
      expect(
        listed.some((row) => row.type === dtype && String(row.shape) === String(shape)),
        `${id} ${dtype} ${shape}`,
      ).toBe(true);
    }
  }
  expect(seen).toBeGreaterThan(10);
});

test("the heads of arrays tell the same as the arrays", async () => {
  const both = async (name: string, bytes: Uint8Array): Promise<void> => {
    const args = ["-r", written(name, bytes)] as const;
    const [quick, whole] = [await brine("ls", ...args), await brine("ls", ...args, "-l")];
    // Items that are damaged are none of a list's business.
    if (quick.code !== 0 || whole.code === 0)
      expect(quick, name).toEqual({ ...whole, out: whole.out.replace(/^ {4}.*\n/gm, "") });
  };
  const npz = gunzipSync(readFileSync(`${root}fixtures/data/npz.jsonl.gz`))
    .toString()
    .trim()
    .split("\n");
  const files = npz.map((line) => Object.values(JSON.parse(line) as Record<string, unknown>).find(isZip));
  expect(files.filter((one) => one !== undefined).length).toBeGreaterThan(5);
  for (const [i, file] of files.entries()) {
    if (file !== undefined) await both(`${i}.npz`, Buffer.from(file, "base64"));
  }
  const rows = gunzipSync(readFileSync(`${root}fixtures/data/torch.jsonl.gz`))
    .toString()
    .trim()
    .split("\n");
  for (const [i, line] of rows.entries()) {
    const { file } = JSON.parse(line) as { file: string };
    await both(`head${i}.pt`, Buffer.from(file, "base64"));
  }
});

/** Is it the text of a zip, as base64? */
function isZip(value: unknown): value is string {
  return typeof value === "string" && value.startsWith("UEsDB");
}

test("says what is not there, and what is wrong", async () => {
  expect((await brine("ls")).code).toBe(2);
  expect((await brine("ls", example("cache.pkl"), "[x]")).code).toBe(2);
  expect(await brine("ls", example("cache.pkl"), "nope")).toMatchObject({ code: 1, out: "" });
  expect((await brine("ls", example("weather.h5"), "nope")).err).toMatch(/there is no nope/);
  expect((await brine("ls", "missing.h5")).code).toBe(1);
});
